package bot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot"
	"okrbot/bot/chat"
)

// TestEveryStepCanBeTaken holds that each step which the domain names has one
// command that exists, words for what it does, and a button with a handler.
func TestEveryStepCanBeTaken(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{})
	require.NoError(t, err)
	taken := map[string]int{}
	for _, s := range b.Subjects() {
		for _, n := range s.Steps {
			taken[string(n.Kind)]++
			require.True(t, slices.ContainsFunc(b.Subjects(), func(s chat.Subject) bool { return answers(s, n.Command) }), n.Command)
			require.True(t, slices.ContainsFunc(b.Subjects(), func(s chat.Subject) bool { return s.Presses[n.Verb] != nil }), n.Verb)
			require.Equal(t, 1, strings.Count(n.Says, "%s"), n.Command)
			require.NotEmpty(t, n.Title, n.Command)
		}
	}
	for _, kind := range stepKinds(t) {
		require.Equal(t, 1, taken[kind], kind)
		delete(taken, kind)
	}
	require.Empty(t, taken, "steps that the domain does not know")
}

// TestNoTextHasBackticks holds that what people read names a command without
// backticks: phones show them, and no Markdown of a card has code.
func TestNoTextHasBackticks(t *testing.T) {
	t.Parallel()
	quoted := regexp.MustCompile("`[A-Za-z<@]")
	seen := 0
	for _, dir := range []string{".", filepath.Join("..", "cards")} {
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if d.IsDir() && d.Name() == "bottest" {
				return filepath.SkipDir
			}
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, err := strconv.Unquote(lit.Value)
					require.NoError(t, err)
					require.NotRegexp(t, quoted, text, path)
					seen++
				}
				return true
			})
			return nil
		}))
	}
	require.Greater(t, seen, 1000, "that the source was read")
}

// answers says whether a subject has the command that a text begins with.
func answers(s chat.Subject, text string) bool {
	return slices.ContainsFunc(s.Commands, func(c chat.Command) bool {
		arg, ok := strings.CutPrefix(text, c.Name)
		return ok && (arg == "" || c.Arg != "" && strings.HasPrefix(arg, " "))
	})
}

// stepKinds gives the values of the constants of okr that name steps.
func stepKinds(t *testing.T) (kinds []string) {
	t.Helper()
	for _, file := range goFiles(t, filepath.Join("..", "okr")) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Type == nil || lastName(spec.Type) != "StepKind" {
				return true
			}
			kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			kinds = append(kinds, kind)
			return true
		})
	}
	require.NotEmpty(t, kinds)
	return kinds
}
