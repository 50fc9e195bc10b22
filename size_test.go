package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	maxFiles   = 25 // product files of a package
	maxMethods = 50 // of a type
	maxLines   = 60 // of a function
)

// catalogues are packages of many small files that have one core: more of them are no harder to find one's way in.
var catalogues = []string{"ado", "cards", "ado/adotest", "bot/bottest"}

func TestPackagesAreSmall(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if !slices.Contains(catalogues, p.room()) {
			files := slices.DeleteFunc(slices.Clone(p.GoFiles), func(name string) bool { return name == "doc.go" }) // words, no code
			require.LessOrEqual(t, len(files), maxFiles, "%s has too many files: divide it", p.ImportPath)
		}
	}
}

// TestTypesAreSmall leaves out the stand-ins, which are as large as what they stand for.
func TestTypesAreSmall(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if slices.ContainsFunc(simulators, p.in) {
			continue
		}
		methods := map[string]int{}
		for _, f := range functionsOf(t, p) {
			methods[f.receiver]++
		}
		delete(methods, "")
		for name, n := range methods {
			require.LessOrEqual(t, n, maxMethods, "%s.%s has too many methods: divide it", p.ImportPath, name)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		for _, f := range functionsOf(t, p) {
			require.LessOrEqual(t, f.lines, maxLines, "%s.%s is too long: divide it", p.ImportPath, f.name)
		}
	}
}

// function is a function or method in a product file; receiver is the type that it belongs to.
type function struct {
	name, receiver string
	lines          int
}

func functionsOf(t *testing.T, p listed) []function {
	t.Helper()
	var all []function
	set := token.NewFileSet()
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(set, path.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				lines := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
				all = append(all, function{f.Name.Name, receiverOf(f), lines})
			}
		}
	}
	return all
}

// receiverOf is the name of the type that a method belongs to, "" for a function.
func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	for {
		switch e := of.(type) {
		case *ast.StarExpr:
			of = e.X
		case *ast.IndexExpr:
			of = e.X
		case *ast.IndexListExpr:
			of = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}
