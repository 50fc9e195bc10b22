package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// postingFunctions are all that may call the connector to post, update or open a chat,
// outside of the wire itself: there it is decided what a refusal means.
var postingFunctions = map[string][]string{
	"Send":           {"post", "postReopened"},
	"Update":         {"Update", "answerCard"},
	"CreatePersonal": {"nameInTeams", "openPersonal"},
}

func TestPostsLeaveByOneWay(t *testing.T) {
	t.Parallel()
	found := map[string][]string{}
	for _, p := range listPackages(t) {
		if p.in("bot/teams") {
			continue
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
			require.NoError(t, err)
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok {
					notePosts(f, found)
				}
			}
		}
	}
	for call := range found {
		slices.Sort(found[call])
		found[call] = slices.Compact(found[call])
	}
	require.Equal(t, postingFunctions, found)
}

// notePosts notes the calls of a connector in a function.
func notePosts(f *ast.FuncDecl, found map[string][]string) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.SelectorExpr)
		if !ok || !slices.Contains([]string{"Send", "Reply", "Update", "Delete", "CreatePersonal"}, call.Sel.Name) {
			return true
		}
		if of, ok := call.X.(*ast.SelectorExpr); ok && of.Sel.Name == "Connector" {
			found[call.Sel.Name] = append(found[call.Sel.Name], f.Name.Name)
		}
		return true
	})
}
