package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "okrbot"

// mayImport says which of our rooms each room's code may import; its tests may import a little more (see extraForTests).
// Package main wires the rooms and may import all of them, but the simulators only in demo*.go.
var mayImport = map[string][]string{
	"okr":                    {},
	"okr/access":             {"okr"},
	"okr/connect":            {"okr", "okr/access"},
	"okr/plan":               {"okr", "okr/access", "okr/connect"},
	"okr/measure":            {"okr", "okr/access", "okr/connect", "okr/plan"},
	"okr/notify":             {"okr", "okr/access", "okr/plan"},
	"okr/transfer":           {"okr", "okr/access", "okr/plan"},
	"okr/transfer/files":     {"okr", "okr/transfer"},
	"okr/redisstore":         {"okr"},
	"okr/redisstore/datadir": {},
	"okr/adosource":          {"okr", "ado"},
	"okr/okrtest":            {"okr", "okr/access", "okr/connect", "okr/plan", "okr/measure", "okr/notify", "okr/transfer", "okr/adosource", "ado", "ado/adotest"},
	"ado":                    {},
	"ado/adotest":            {},
	"ado/adotest/adosim":     {"ado/adotest"},
	"cards":                  {"okr"},
	"bot":                    append([]string{"okr", "okr/access", "okr/connect", "okr/plan", "okr/measure", "okr/notify", "okr/transfer", "cards", "bot/teams", "bot/teams/files", "bot/chat"}, subjects...),
	"bot/teams":              {},
	"bot/teams/files":        {"bot/teams"},
	"bot/chat":               {"okr", "cards", "bot/teams", "bot/teams/files"},
	"bot/bottest":            {},
	"bot/bottest/wording":    {},
	"bot/bottest/script":     {"bot/bottest", "bot/bottest/wording", "ado/adotest", "okr", "okr/okrtest", "cards"},
	"scheduler":              {"okr"},
	"manifest":               {"cards/page"},
	"cards/page":             {},
}

// subjects are what people talk about, a room each. None knows another one, or an activity: it declares the methods it needs.
var subjects = []string{
	"bot/bindings", "bot/checkins", "bot/compose", "bot/connections", "bot/digests", "bot/goals", "bot/settings", "bot/signin",
	"bot/transfers",
}

// subjectMayImport is the same for each of them.
var subjectMayImport = []string{"okr", "cards", "cards/page", "bot/teams", "bot/chat"}

// simulators stand in for the remote systems. Tests, demo and the simulators' own commands use them, nothing else does.
var simulators = []string{"ado/adotest", "bot/bottest"}

// testCode is code of tests in plain files: nothing but tests may import it.
var testCode = []string{"okr/okrtest", "bot/bottest/script", "bot/bottest/wording"}

// confined names the rooms in which a third-party module may be imported, by tests too.
// Package main may import everything.
var confined = map[string][]string{
	"github.com/go-co-op/gocron/":             {"scheduler"},
	"github.com/hibiken/asynq":                {"scheduler"},
	"github.com/infracloudio/msbotbuilder-go": {"bot/teams"},
	"github.com/gin-gonic/gin":                {"bot/teams"},
	"github.com/redis/go-redis/":              {"okr/redisstore"},
	"github.com/xuri/excelize/":               {"okr/transfer/files"},
}

// testOnly are modules that the binary must not contain.
var testOnly = []string{
	"github.com/stretchr/testify",
	"github.com/santhosh-tekuri/jsonschema/",
	"github.com/rogpeppe/go-internal/",
	"pgregory.net/rapid",
	"go.uber.org/goleak",
	"go.yaml.in/yaml/",
}

// listed is the part of `go list -json` that the rule needs.
type listed struct {
	ImportPath, Dir                    string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		allowed, known := roomsOf(p)
		if p.room() == "" {
			continue
		}
		require.True(t, known, "package %s has no line in the import rule", p.ImportPath)
		for _, imp := range ours(p.Imports) {
			require.Contains(t, slices.Concat(allowed, []string{p.room()}), imp, "%s may not import %s", p.ImportPath, imp)
		}
	}
}

func TestOnlyTestsAndDemoUseTheSimulators(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if p.room() == "" {
			checkMainFiles(t, p)
			continue
		}
		if slices.ContainsFunc(simulators, p.in) || slices.Contains(testCode, p.room()) {
			continue
		}
		for _, imp := range ours(p.Imports) {
			require.NotContains(t, simulators, imp, "%s imports a simulator outside of its tests", p.ImportPath)
		}
	}
}

func TestOnlyTestsUseTestCode(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if slices.Contains(testCode, p.room()) {
			continue
		}
		for _, imp := range ours(p.Imports) {
			require.NotContains(t, testCode, imp, "%s imports test code outside of its tests", p.ImportPath)
		}
	}
}

// TestEachRoomLiesInOneOfSix holds the top level, which is fixed: all else lies below one of these folders.
func TestEachRoomLiesInOneOfSix(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		top, _, _ := strings.Cut(p.room(), "/")
		require.Contains(t, []string{"", "ado", "bot", "cards", "manifest", "okr", "scheduler"}, top, p.ImportPath)
	}
}

// TestTestsOfARoomStayNearIt lets a room's tests use the room, what it may import, the simulators and the contract suite,
// so that a test cannot tie together rooms that the code keeps apart. The tests of package main see everything.
func TestTestsOfARoomStayNearIt(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if p.room() == "" {
			continue
		}
		rooms, _ := roomsOf(p)
		allowed := slices.Concat(rooms, simulators, []string{p.room(), "okr", "okr/okrtest"}, extraForTests[p.room()])
		for _, imp := range ours(slices.Concat(p.TestImports, p.XTestImports)) {
			require.Contains(t, allowed, imp, "the tests of %s may not import %s", p.ImportPath, imp)
		}
	}
}

// extraForTests: the hour, its sync and imports are tested against the real store, and the simulators against the clients that they
// serve.
var extraForTests = map[string][]string{
	"okr/adosource":  {"okr/redisstore"},
	"okr/transfer":   {"okr/redisstore"},
	"okr/redisstore": {"okr/transfer"}, // whose port it keeps
	"scheduler":      {"okr/redisstore"},
	"ado/adotest":    {"ado"},
	"bot/bottest":    {"bot/teams"},
}

func TestThirdPartyModulesStayInTheirRoom(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for prefix, rooms := range confined {
				if p.room() != "" && hasPrefix(imp, prefix) {
					// Tests against the real store may count what it asks.
					counts := hasPrefix(imp, "github.com/redis/go-redis") && !slices.Contains(p.Imports, imp) && slices.Contains(extraForTests[p.room()], "okr/redisstore")
					require.True(t, counts || slices.ContainsFunc(rooms, p.in), "%s may not import %s", p.ImportPath, imp)
				}
			}
		}
	}
}

func TestBinaryHoldsNoTestModules(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if slices.Contains(testCode, p.room()) {
			continue
		}
		for _, imp := range p.Imports {
			for _, prefix := range testOnly {
				require.False(t, hasPrefix(imp, prefix), "%s imports %s outside of its tests", p.ImportPath, imp)
			}
		}
	}
}

// TestNothingKeepsEveryMethod: where one function that can be reached calls reflect's MethodByName with a name that only
// the run knows, the linker keeps all methods of all types, and the program is half as large again. These packages do.
func TestNothingKeepsEveryMethod(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if slices.Contains(testCode, p.room()) {
			continue
		}
		for _, imp := range p.Imports {
			require.NotContains(t, []string{"html/template", "text/template", "net/rpc", "net/http/pprof"}, imp, "%s imports it", p.ImportPath)
		}
	}
}

// domain is the rules and the activities.
var domain = []string{"okr", "okr/access", "okr/connect", "okr/plan", "okr/measure", "okr/notify"}

// TestDomainDoesNoIO holds the domain to the standard library without its doors to the outside.
func TestDomainDoesNoIO(t *testing.T) {
	t.Parallel()
	outside := []string{"net", "net/http", "os", "os/exec", "os/signal", "io/ioutil", "database/sql", "log", "log/slog", "syscall", "plugin"}
	for _, p := range listPackages(t) {
		if !slices.Contains(domain, p.room()) {
			continue
		}
		for _, imp := range p.Imports {
			require.NotContains(t, outside, imp, "the domain imports %s", imp)
			require.NotContains(t, strings.Split(imp, "/")[0], ".", "the domain imports the module %s", imp)
		}
	}
}

// roomsOf are the rooms that a package may import; false: the rule does not know it.
func roomsOf(p listed) ([]string, bool) {
	if slices.Contains(subjects, p.room()) {
		return subjectMayImport, true
	}
	allowed, known := mayImport[p.room()]
	return allowed, known
}

// checkMainFiles lets only demo*.go of package main import the simulators.
func checkMainFiles(t *testing.T, p listed) {
	t.Helper()
	for _, name := range p.GoFiles {
		if strings.HasPrefix(name, "demo") {
			continue
		}
		for _, imp := range ours(fileImports(t, path.Join(p.Dir, name))) {
			require.NotContains(t, simulators, imp, "%s imports a simulator; only demo*.go may", name)
		}
	}
}

// fileImports returns the import paths of one Go file.
func fileImports(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	var paths []string
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, imp)
	}
	return paths
}

// room is the package's path inside the module, "" for package main.
func (p listed) room() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// in reports whether the package is the room or nests inside it.
func (p listed) in(room string) bool {
	return p.room() == room || strings.HasPrefix(p.room(), room+"/")
}

// ours returns the imports of this module, as rooms.
func ours(imports []string) []string {
	var rooms []string
	for _, imp := range imports {
		if room, ok := strings.CutPrefix(imp, module+"/"); ok {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// hasPrefix reports whether imp is the module or a package of it; a prefix that ends in a slash stands for its versions.
func hasPrefix(imp, prefix string) bool {
	return imp == prefix || strings.HasPrefix(imp, strings.TrimSuffix(prefix, "/")+"/")
}

// goList asks the go command about every package of the module, once for all tests.
var goList = sync.OnceValues(func() ([]byte, error) {
	return exec.CommandContext(context.Background(), "go", "list", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", "./...").Output()
})

// listPackages gives every package of the module.
func listPackages(t *testing.T) []listed {
	t.Helper()
	out, err := goList()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Logf("go list: %s", exit.Stderr)
	}
	require.NoError(t, err)
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		if p.room() != "" { // the go command then knows that this test depends on the files; those of the root folder are built into it
			_, err = os.ReadDir(p.Dir)
			require.NoError(t, err)
		}
		if p.room() != "zdeps" {
			all = append(all, p)
		}
	}
}
