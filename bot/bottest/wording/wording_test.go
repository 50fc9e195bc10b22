package wording_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest/wording"
)

var root = filepath.Join("..", "..", "..")

// Every entry finds what it is about, and nothing finds a better form.
func TestEachEntryFindsItsKind(t *testing.T) {
	t.Parallel()
	for _, r := range wording.Table() {
		found := false
		for _, f := range wording.Faults(r.Left, "") {
			found = found || f.By.Better == r.Better
		}
		require.True(t, found, "nothing refuses %q", r.Left)
		require.Empty(t, wording.Faults(r.Better, ""), r.Left)
		require.NotEmpty(t, r.Why, r.Left)
	}
}

// filesOf lists the files of a folder and below it with one of the endings.
func filesOf(t *testing.T, dir string, skip func(string) bool, endings ...string) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || name == "bin" || d.Name() == "node_modules" || d.Name() == "testdata" && dir != "cards/testdata" || skip != nil && skip(name)):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		for _, ending := range endings {
			if strings.HasSuffix(path, ending) && (skip == nil || !skip(name)) {
				out = append(out, name)
			}
		}
		return nil
	}))
	require.NotEmpty(t, out, dir)
	return out
}

func bytesOf(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	return raw
}

// refuse fails with all that is refused in texts, by where they are.
func refuse(t *testing.T, texts map[string][]string) {
	t.Helper()
	n, seen := 0, map[string]bool{}
	for where, each := range texts {
		for _, text := range each {
			n++
			for _, f := range wording.Faults(text, "") {
				if line := fmt.Sprintf("%s: %s", where, f); !seen[line] {
					seen[line] = true
					t.Error(line)
				}
			}
		}
	}
	require.Greater(t, n, 20)
}

// TestCardsAreInPlainWords reads every card of the gallery.
func TestCardsAreInPlainWords(t *testing.T) {
	t.Parallel()
	texts := map[string][]string{}
	for _, file := range filesOf(t, "cards/testdata", nil, ".json") {
		var card any
		require.NoError(t, json.Unmarshal(bytesOf(t, file), &card))
		if !strings.HasSuffix(file, "schema.json") {
			texts[file] = wording.CardTexts(card)
		}
	}
	refuse(t, texts)
}

// TestPagesAreInPlainWords reads every page of the web, and every document.
func TestPagesAreInPlainWords(t *testing.T) {
	t.Parallel()
	texts := map[string][]string{}
	for _, file := range filesOf(t, "", nil, ".html") {
		texts[file] = wording.PageTexts(string(bytesOf(t, file)))
	}
	documents := append(filesOf(t, "docs", nil, ".md"), "README.md", "CHANGELOG.md")
	for _, file := range documents {
		texts[file] = wording.DocumentTexts(string(bytesOf(t, file)))
	}
	refuse(t, texts)
}

// TestSourceIsInPlainWords reads the texts in the source: those of errors, of help, of
// cards and of the program. What is not for people has no space or no letter.
func TestSourceIsInPlainWords(t *testing.T) {
	t.Parallel()
	texts := map[string][]string{}
	for _, file := range filesOf(t, "", isNoProduct, ".go") {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, filepath.Join(root, file), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, at := range literals(parsed) {
			text, err := strconv.Unquote(at.Value)
			require.NoError(t, err)
			where := fmt.Sprintf("%s:%d", file, set.Position(at.Pos()).Line)
			texts[where] = append(texts[where], strings.ReplaceAll(text, "%%", "%"))
		}
	}
	refuse(t, texts)
}

// isNoProduct says which files no person reads a text of.
func isNoProduct(file string) bool {
	for _, dir := range []string{"ado/adotest", "bot/bottest", "bot/e2e", "okr/okrtest"} {
		if file == dir || strings.HasPrefix(file, dir+"/") {
			return true
		}
	}
	return strings.HasSuffix(file, "_test.go")
}

// literals are the texts of a file that may be read: not those of imports and tags, the
// patterns of what people type, and the layouts of times.
func literals(file *ast.File) []*ast.BasicLit {
	var out []*ast.BasicLit
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			return n.Tag == nil
		case *ast.BasicLit:
			if n.Kind == token.STRING && strings.ContainsAny(n.Value, " ABCDEFGHIJKLMNOPQRSTUVWXYZ") && !strings.Contains(n.Value, "(?:") && !strings.Contains(n.Value, time.DateOnly) {
				out = append(out, n)
			}
		}
		return true
	})
	return out
}
