package bot_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// fromServer are the keys that no button of the gallery sends: they come with a press that
// okrbot makes itself when it goes on after a sign-in or a new connection, for a command
// that names a person, or from the button of a step that ends a failure, or with Teams' own
// card about a file.
var fromServer = map[string][]string{
	"VerbConnectionAccount": {"KeyOrganization", "KeyTenant"},
	"VerbBind":              {"KeyConnection", "KeyTyped"},
	"VerbConnection":        {"KeySyncing"},
	"VerbConnect":           {"KeyOrganization", "KeyRemoteProject"},
	"VerbGoalHandOverAsk":   {"InputPerson"},
	"VerbExportSave":        {"InputExportFormat", "InputExportScope", "KeyExportBytes", "KeyFile"},
}

// TestProtocol holds cards and handlers together. What cards send is read from the
// golden files of the gallery: the verb of each button, its data, and the inputs of
// its card. What handlers read is read from the source of bot and the packages in
// it, since no run takes every way through a handler:
//
//   - a handler is what a composite literal gives to a key cards.Verb…;
//   - a function reads each constant cards.Key… and cards.Input… that it names, if it takes a
//     press, and the inputs of all fields of a goal if it names okr.GoalFields. Keys of
//     composite literals are what it sends, and arguments of
//     FieldErrorf and FieldError are where it complains: those are not counted;
//   - from there it goes on to the functions that the press is handed to, to the
//     methods of the press, and to functions without arguments, which list ids.
//
// Functions are found by their names, first in the own package. Two of one name are
// both taken, so at worst a key counts as read that is not.
func TestProtocol(t *testing.T) {
	t.Parallel()
	names := cardNames(t)
	sent := sentByGallery(t)
	src := parseHandlers(t)
	reads := map[string][]string{}
	for verb, handlers := range src.handlers {
		reads[verb] = withFields(src.reads(handlers), names)
	}
	var unheard, unsent []string
	for verb := range sent {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(reads)), func(name string) bool { return names[name] == verb }) {
			unheard = append(unheard, verb)
		}
	}
	for verb, keys := range reads {
		for _, key := range keys {
			if names[key] != "" && !sent[names[verb]][names[key]] && !slices.Contains(fromServer[verb], key) {
				unsent = append(unsent, verb+": "+key)
			}
		}
	}
	require.Empty(t, unheard, "buttons without a handler")
	require.Empty(t, unsent, "keys that a handler reads and no card sends")
	// That the source is still understood.
	require.Equal(t, []string{"KeyConnection", "KeyTarget"}, reads["VerbMove"])
	require.Equal(t, []string{"KeyGoal", "KeyOffset"}, reads["VerbHistory"])
	require.Subset(t, reads["VerbGoalSave"], []string{"InputTitle", "InputEditors", "KeyDraft", "KeyKeep"})
	require.Subset(t, reads["VerbDigestSave"], []string{"InputHour", "InputQuietTo"})
}

// cardNames gives the values of the constants of cards that name verbs, keys and
// inputs.
func cardNames(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, file := range goFiles(t, filepath.Join("..", "cards")) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !isProtocol(spec.Names[0].Name) {
				return true
			}
			lit, ok := spec.Values[0].(*ast.BasicLit)
			require.True(t, ok, spec.Names[0].Name)
			value, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			names[spec.Names[0].Name] = strings.TrimSuffix(value, ".") // before the id of a goal
			return true
		})
	}
	return names
}

// goalFields stands among keys for the inputs of all fields of a goal.
const goalFields = "okr.GoalFields"

// withFields names the inputs of the fields of a goal by their constants.
func withFields(keys []string, names map[string]string) []string {
	i := slices.Index(keys, goalFields)
	if i < 0 {
		return keys
	}
	keys = slices.Delete(keys, i, i+1)
	for _, f := range okr.GoalFields() {
		for name, value := range names {
			if f.IsInput() && isKey(name) && value == f.ID {
				keys = append(keys, name)
			}
		}
	}
	return keys
}

func isProtocol(name string) bool { return strings.HasPrefix(name, "Verb") || isKey(name) }

func isKey(name string) bool {
	return strings.HasPrefix(name, "Key") || strings.HasPrefix(name, "Input")
}

// goFiles parses the product files below a folder, by their paths.
func goFiles(t *testing.T, root string) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// sentByGallery gives what comes along with each verb of the gallery: keys of data
// and ids of inputs, up to the dot where they end in the id of a goal.
func sentByGallery(t *testing.T) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "cards", "testdata", "golden", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	sent := map[string]map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var card map[string]any
		require.NoError(t, json.Unmarshal(raw, &card))
		pressAll(card, nil, sent)
	}
	return sent
}

// pressAll presses every button of a card. A card that unfolds sends the inputs of the
// one around it too.
func pressAll(card map[string]any, around []string, sent map[string]map[string]bool) {
	inputs := slices.Clone(around)
	var buttons, inner []map[string]any
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			kind, _ := v["type"].(string)
			switch {
			case kind == "Action.ShowCard":
				inner = append(inner, v["card"].(map[string]any))
				return
			case kind == "Action.Execute":
				buttons = append(buttons, v)
			case strings.HasPrefix(kind, "Input."):
				id, _, _ := strings.Cut(v["id"].(string), ".")
				inputs = append(inputs, id)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(card)
	for _, b := range buttons {
		verb := b["verb"].(string)
		if sent[verb] == nil {
			sent[verb] = map[string]bool{}
		}
		for key := range b["data"].(map[string]any) {
			sent[verb][key] = true
		}
		if b["associatedInputs"] != "none" {
			for _, id := range inputs {
				sent[verb][id] = true
			}
		}
	}
	for _, c := range inner {
		pressAll(c, inputs, sent)
	}
}

// handlerSource is the source of the handlers.
type handlerSource struct {
	funcs    map[string][]function // by name
	handlers map[string]function   // by the name of the verb
}

// function is a function of a package, or what stands for one in a table of verbs.
type function struct {
	dir  string
	node ast.Node
}

func parseHandlers(t *testing.T) handlerSource {
	t.Helper()
	src := handlerSource{funcs: map[string][]function{}, handlers: map[string]function{}}
	for path, file := range goFiles(t, ".") {
		dir := filepath.Dir(path)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				src.funcs[n.Name.Name] = append(src.funcs[n.Name.Name], function{dir, n})
			case *ast.KeyValueExpr:
				if verb := ofCards(n.Key); strings.HasPrefix(verb, "Verb") {
					require.Nil(t, src.handlers[verb].node, "two handlers for %s", verb)
					src.handlers[verb] = function{dir, n.Value}
				}
			}
			return true
		})
	}
	return src
}

// ofCards is the name of a constant of cards; empty for anything else.
func ofCards(n ast.Node) string { return of(n, "cards") }

// of is the name that is taken from a package; empty for anything else.
func of(n ast.Node, pkg string) string {
	if sel, ok := n.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == pkg {
			return sel.Sel.Name
		}
	}
	return ""
}

// reads gives the names of the keys that a handler and all that it hands its press
// to read.
func (s handlerSource) reads(handler function) []string {
	keys, seen := map[string]bool{}, map[ast.Node]bool{}
	var visit func(f function)
	visit = func(f function) {
		if seen[f.node] {
			return
		}
		seen[f.node] = true
		presses := pressesOf(f.node)
		if len(presses) > 0 || isList(f.node) {
			maps.Copy(keys, namedKeys(f.node))
		}
		for _, name := range called(f.node, presses) {
			for _, next := range s.find(f.dir, name) {
				visit(next)
			}
		}
	}
	ast.Inspect(handler.node, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			for _, f := range s.find(handler.dir, id.Name) {
				visit(f)
			}
		}
		return true
	})
	visit(handler)
	return slices.Sorted(maps.Keys(keys))
}

// find gives the functions of a name in the own package, else in any.
func (s handlerSource) find(dir, name string) []function {
	all := s.funcs[name]
	own := slices.DeleteFunc(slices.Clone(all), func(f function) bool { return f.dir != dir })
	if len(own) > 0 {
		return own
	}
	return all
}

// pressesOf are the names of the parameters and receivers that are a press.
func pressesOf(node ast.Node) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(node, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		typ := field.Type
		if sel, ok := typ.(*ast.SelectorExpr); ok {
			typ = sel.Sel
		}
		if id, ok := typ.(*ast.Ident); ok && strings.EqualFold(id.Name, "press") {
			for _, name := range field.Names {
				names[name.Name] = true
			}
		}
		return true
	})
	return names
}

// isList says whether a function lists ids.
func isList(node ast.Node) bool {
	f, ok := node.(*ast.FuncDecl)
	if !ok || len(f.Type.Params.List) > 0 || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	list, ok := f.Type.Results.List[0].Type.(*ast.ArrayType)
	return ok && lastName(list.Elt) == "string"
}

// namedKeys are the keys that a function names where it may read them.
func namedKeys(node ast.Node) map[string]bool {
	keys := map[string]bool{}
	var look func(n ast.Node) bool
	look = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			ast.Inspect(n.Value, look)
			return false
		case *ast.CallExpr:
			return lastName(n.Fun) != "FieldErrorf"
		case *ast.CompositeLit:
			return lastName(n.Type) != "FieldError"
		}
		if name := ofCards(n); isKey(name) {
			keys[name] = true
		}
		if of(n, "okr") == "GoalFields" {
			keys[goalFields] = true
		}
		return true
	}
	ast.Inspect(node, look)
	return keys
}

// called are the functions that a press goes to, its methods, and those without
// arguments.
func called(node ast.Node, presses map[string]bool) []string {
	var names []string
	isPress := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && presses[id.Name]
	}
	ast.Inspect(node, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, isMethod := call.Fun.(*ast.SelectorExpr)
		_, isPlain := call.Fun.(*ast.Ident)
		if slices.ContainsFunc(call.Args, isPress) || isMethod && isPress(sel.X) || isPlain && len(call.Args) == 0 {
			names = append(names, lastName(call.Fun))
		}
		return true
	})
	return names
}

// lastName is the name of a function or type without what stands before it; of what
// a call gives, that of the called.
func lastName(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.SelectorExpr:
		return n.Sel.Name
	case *ast.CallExpr:
		return lastName(n.Fun)
	}
	return ""
}
