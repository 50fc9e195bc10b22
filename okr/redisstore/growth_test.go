package redisstore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

var update = flag.Bool("update", false, "write docs/operations/keys.md anew")

const keysPage = "../../docs/operations/keys.md"

// keyWords are what stands above a key function: its type, what it is for, when it
// ends, and how many there are at most.
var keyWords = regexp.MustCompile(`^\w+Key: ([A-Z]+),? (.+?)\. (No TTL|TTL: [^.]+)\. (?:[^:]+\. )?Bound: (.+)\.$`)

// keyFunctions reads keys.go: a row of the page for each function that makes a key,
// and a key of each.
func keyFunctions(t *testing.T) (rows, keys []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, parser.ParseComments)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || !strings.HasSuffix(f.Name.Name, "Key") || slices.Contains([]string{"tenantKey", "globalKey"}, f.Name.Name) {
			continue
		}
		text := strings.Join(strings.Fields(f.Doc.Text()), " ")
		words := keyWords.FindStringSubmatch(text)
		require.NotNil(t, words, "%s must say “…: TYPE, what it is. No TTL.” or “TTL: how long.”, and then “Bound: how many.”: %s", f.Name.Name, text)
		of := patterns(f)
		require.NotEmpty(t, of, f.Name.Name)
		keys = append(keys, of...)
		ends := strings.TrimPrefix(words[3], "TTL: ")
		if ends == "No TTL" {
			ends = "never"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", strings.Join(of, "`, `"), words[1], words[2], ends, words[4]))
	}
	return rows, keys
}

// patterns are the keys that a function makes, with <names> for what it is given.
func patterns(f *ast.FuncDecl) (keys []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch name, _ := call.Fun.(*ast.Ident); {
		case name == nil:
			return true
		case name.Name == "tenantKey":
			keys = append(keys, "okr:{<tenant>}:"+partsOf(call.Args[1:]))
		case name.Name == "globalKey":
			keys = append(keys, "okr:"+partsOf(call.Args))
		default:
			return true
		}
		return false
	})
	return keys
}

func partsOf(args []ast.Expr) string {
	parts := make([]string, len(args))
	for i, arg := range args {
		ast.Inspect(arg, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				parts[i], _ = strconv.Unquote(n.Value)
			case *ast.Ident:
				parts[i] = "<" + n.Name + ">" // the innermost: what is converted
			}
			return true
		})
	}
	return strings.Join(parts, ":")
}

// Every key has an end or a bound, and docs/operations/keys.md has all of them.
func TestEveryKeyHasABound(t *testing.T) {
	t.Parallel()
	rows, _ := keyFunctions(t)
	page, err := os.ReadFile(keysPage)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(page), "|---|---|---|---|---|\n")
	require.True(t, ok)
	_, tail, ok := strings.Cut(rest, "\n\n")
	require.True(t, ok)
	want := head + "|---|---|---|---|---|\n" + strings.Join(rows, "") + "\n" + tail
	if *update {
		require.NoError(t, os.WriteFile(keysPage, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(page), "go test ./okr/redisstore -run TestEveryKeyHasABound -update")
	for _, kind := range redisstore.KeyKinds() {
		require.Contains(t, tail, "`"+kind+"`", "the page says what the metric's kinds are")
	}
}

func noRest(context.Context) error { return nil }

// Each key is of a kind of its own, and no more kinds come than are known beforehand.
func TestSweepKnowsEveryKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		_, keys := keyFunctions(t)
		for _, kind := range []string{"goal", "checkin", "connection", "subscription", "member", "tenant"} {
			for _, key := range keys {
				require.NoError(t, s.Client().Set(t.Context(), strings.ReplaceAll(key, "<kind>", kind), "x", 0).Err())
			}
		}
		require.NoError(t, s.Client().Set(t.Context(), "asynq:{now}:t:1", "x", 0).Err())
		usage, _, err := s.Sweep(t.Context(), noRest)
		require.NoError(t, err)
		require.ElementsMatch(t, without(redisstore.KeyKinds(), "other", "service"), without(slices.Collect(maps.Keys(usage)), "service"))
		for kind, u := range usage {
			require.Positive(t, u.Bytes/u.Keys, kind)
		}
		for _, key := range []string{"foreign", "okr:{t}:new", "okr:{t}", "okr:{", ""} {
			require.NoError(t, s.Client().Set(t.Context(), key, "x", 0).Err())
		}
		usage, _, err = s.Sweep(t.Context(), noRest)
		require.NoError(t, err)
		require.Subset(t, redisstore.KeyKinds(), slices.Collect(maps.Keys(usage)))
		require.NotZero(t, usage["other"].Keys)
	})
}

func without(list []string, drop ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(drop, s) })
}

// A sweep asks two things of each key, a few keys at a time, rests in between, and ends
// when it is told to.
func TestSweepRests(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartRedis(t))
	for n := range 1000 {
		require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.KeyResult(n+1, "O1")))
	}
	_, err := s.Settings().Get(t.Context(), okrtest.TenantID, "settings")
	okrtest.RequireKind(t, okr.NotFound, err)
	require.NoError(t, s.Settings().Create(t.Context(), okrtest.TenantID, okr.Settings{ID: okrtest.TenantID}))
	count := &counter{}
	s.Client().AddHook(count)
	rests, keys := 0, s.Client().DBSize(t.Context()).Val()
	usage, tenants, err := s.Sweep(t.Context(), func(context.Context) error { rests++; return nil })
	require.NoError(t, err)
	require.Equal(t, int64(1000), usage["goal"].Keys)
	require.Equal(t, []okr.TenantID{okrtest.TenantID}, tenants)
	require.Greater(t, rests, 10)
	require.LessOrEqual(t, count.commands.Load(), 2*keys+int64(2*rests)+10)

	broken := errors.New("stopped")
	_, _, err = s.Sweep(t.Context(), func(context.Context) error { return broken })
	require.ErrorIs(t, err, broken)
}

// With the rights that docs/operations gives okrbot it may not look at keys of others,
// only count them.
func TestSweepBesideOtherPrograms(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedisServer(t)
	page, err := os.ReadFile("../../docs/operations/README.md")
	require.NoError(t, err)
	user := regexp.MustCompile(`user okrbot on >PASSWORD (.+)`).FindStringSubmatch(string(page))
	require.NotNil(t, user)
	for _, command := range [][]string{append([]string{"ACL", "SETUSER", "okrbot", "on", ">secret"}, strings.Fields(user[1])...), {"SET", "foreign", "x"}} {
		answer, err := server.Do(command...)
		require.NoError(t, err)
		require.Equal(t, "+OK", answer)
	}
	s := open(t, "redis://okrbot:secret@"+server.Addr())
	for n := range 300 { // thinned, too
		require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(n), n)))
	}
	usage, _, err := s.Sweep(t.Context(), noRest)
	require.NoError(t, err)
	require.Equal(t, redisstore.Usage{Keys: 1}, usage["other"])
	require.Positive(t, usage["history"].Bytes)
}

// Of a Cluster all masters are looked at.
func TestSweepOfACluster(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartCluster(t).URL)
	const tenants = 20
	for n := range tenants {
		tenant := okr.TenantID(fmt.Sprintf("tenant %d", n))
		require.NoError(t, s.Settings().Create(t.Context(), tenant, okr.Settings{ID: tenant}))
	}
	usage, found, err := s.Sweep(t.Context(), noRest)
	require.NoError(t, err)
	require.Equal(t, int64(tenants), usage["tenant"].Keys)
	require.Len(t, found, tenants)
}

// Each meeting has a chat of its own: it is forgotten when nobody uses okrbot there. A
// person's own chat stays.
func TestConversationsEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		channel, own := okrtest.Conversation("19:launch"), okrtest.Conversation("a:ada")
		own.Kind, own.User = okr.Personal, okrtest.Ada.ID
		for _, c := range []okr.Conversation{channel, own} {
			require.NoError(t, s.Memory().SaveConversation(t.Context(), c))
		}
		key := keyWith(t, s, "conversation:19%3Alaunch")
		requireEnds := func() {
			t.Helper()
			require.InDelta(t, 400*24*time.Hour, s.Client().TTL(t.Context(), key).Val(), float64(time.Hour))
			require.Equal(t, time.Duration(-1), s.Client().TTL(t.Context(), keyWith(t, s, "conversation:a%3Aada")).Val())
		}
		requireEnds()
		require.NoError(t, s.Client().Persist(t.Context(), key).Err(), "as a program before this one wrote it")
		_, _, err := s.Sweep(t.Context(), noRest)
		require.NoError(t, err)
		requireEnds()
	})
}
