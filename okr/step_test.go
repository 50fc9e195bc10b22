package okr_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestNextStepsOfAnError(t *testing.T) {
	t.Parallel()
	bind, list := okr.Step{Kind: okr.StepBind, Goal: "KR1"}, okr.Step{Kind: okr.StepList}
	err := okr.WithNext(okr.Errorf(okr.Invalid, "No."), bind, list)
	require.Equal(t, []okr.Step{bind, list}, okr.NextOf(fmt.Errorf("save: %w", err)))
	require.Empty(t, okr.NextOf(okr.Errorf(okr.Invalid, "No.")))
	plain := errors.New("x")
	require.Equal(t, plain, okr.WithNext(plain, bind))
	require.Empty(t, okr.NextOf(plain))
	require.NoError(t, okr.WithNext(nil, bind))
}

// TestNoTextNamesACommand holds that the domain names steps, and not the commands of
// the chat, which stand in backticks.
func TestNoTextNamesACommand(t *testing.T) {
	t.Parallel()
	seen := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				require.NotContains(t, text, "`", path)
				seen++
			}
			return true
		})
		return err
	}))
	require.Greater(t, seen, 1000, "that the source was read")
}
