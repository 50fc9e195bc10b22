package redisstore_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// fillLists writes what stands in lists: of each kind some, and a tenant whose id has
// to be escaped.
func fillLists(t *testing.T, s *redisstore.Store) {
	t.Helper()
	ctx := t.Context()
	for _, tenant := range []okr.TenantID{okrtest.TenantID, "another: {tenant}"} {
		require.NoError(t, s.Settings().Create(ctx, tenant, okr.Settings{ID: tenant, Enabled: true}))
		for n := 1; n <= 3; n++ {
			goal := okrtest.Objective(n)
			goal.Form = "form of " + string(goal.ID)
			require.NoError(t, s.Goals().Create(ctx, tenant, goal))
		}
		require.NoError(t, s.Goals().Create(ctx, tenant, okrtest.KeyResult(1, "O1")))
		require.NoError(t, s.Connections().Create(ctx, tenant, okrtest.Connection(1, okrtest.Ada)))
		place := okrtest.Conversation("19:a:b@thread")
		require.NoError(t, s.Subscriptions().Create(ctx, tenant, okrtest.Subscription(1, place, "O1")))
		require.NoError(t, s.CheckIns().Create(ctx, tenant, okr.CheckIn{ID: "CI1", Goal: "O1", At: okrtest.Noon(), By: okrtest.Ada}))
		require.NoError(t, s.Members().Create(ctx, tenant, okr.Member{Person: okrtest.Ada}))
		require.NoError(t, s.SaveCredential(ctx, tenant, okrtest.Credential(okrtest.Ada)))
		place.Tenant = tenant
		require.NoError(t, s.Memory().SaveConversation(ctx, place))
		place.ID, place.Kind, place.User = "a:1", okr.Personal, okrtest.Ada.ID
		require.NoError(t, s.Memory().SaveConversation(ctx, place))
	}
}

func sortedDump(t *testing.T, s *redisstore.Store) []string {
	t.Helper()
	lines := strings.Split(dump(t, s), "\n")
	slices.Sort(lines)
	return lines
}

// Whatever stands beside the records comes back from them, whichever key of it is
// gone, on each way to run Redis.
func TestListsAreRebuilt(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"single", "cluster"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, okrtest.Deployments()[name](t).URL)
			fillLists(t, s)
			found, err := redisstore.NewUpkeep(s).CheckLists(t.Context(), false)
			require.NoError(t, err)
			require.Equal(t, redisstore.Lists{Records: 24}, found)

			tenant := "okr:{" + string(okrtest.TenantID) + "}:"
			for _, key := range []string{
				"goal:all", "goal:names", "connection:all", "connection:names", "subscription:all", "subscription:names",
				"checkin:all", "member:all", "tenant:all", "credentials:" + string(okrtest.Ada.ID), "chat:" + string(okrtest.Ada.ID),
			} {
				requireRebuilt(t, s, tenant+key)
			}
			before := sortedDump(t, s)
			indexes, err := s.Client().Keys(t.Context(), tenant+"*:index:*").Result()
			require.NoError(t, err)
			if name == "single" { // KEYS sees one node of a Cluster
				require.NotEmpty(t, indexes)
			}
			for _, key := range indexes {
				requireRebuilt(t, s, key)
			}
			if name == "single" {
				require.Equal(t, before, sortedDump(t, s), "nothing else changed")
			}
		})
	}
}

func requireRebuilt(t *testing.T, s *redisstore.Store, key string) {
	t.Helper()
	before := valuesOf(t, s.Client(), key)
	require.EqualValues(t, 1, s.Client().Del(t.Context(), key).Val(), key)
	found, err := redisstore.NewUpkeep(s).CheckLists(t.Context(), false)
	require.NoError(t, err)
	require.Positive(t, found.Missing, key)
	require.Zero(t, s.Client().Exists(t.Context(), key).Val(), "a look changes nothing")
	repaired, err := redisstore.NewUpkeep(s).CheckLists(t.Context(), true)
	require.NoError(t, err)
	require.Equal(t, found, repaired)
	require.ElementsMatch(t, before, valuesOf(t, s.Client(), key), key)
}

// hardened is what docs/operations/README.md says of the users of a Redis.
func hardened(t *testing.T, line string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations/README.md")
	require.NoError(t, err)
	for found := range strings.Lines(string(page)) {
		if found = strings.TrimSpace(found); strings.HasPrefix(found, line) {
			return found
		}
	}
	require.Fail(t, "not in the page: "+line)
	return ""
}

// A Redis whose user default is off and may nothing drops transactions when it is
// started anew: that is known beforehand, noticed afterwards, and what can be
// rebuilt is. With the line of the documents nothing is lost.
func TestUserDefaultOff(t *testing.T) {
	t.Parallel()
	okrbot := strings.ReplaceAll(hardened(t, "user okrbot on "), "PASSWORD", "hunter2")
	for name, test := range map[string]struct {
		user  string
		drops bool
	}{
		"off and nothing": {"user default off", true},
		"as documented":   {hardened(t, "user default off "), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acl := filepath.Join(t.TempDir(), "users.acl")
			require.NoError(t, os.WriteFile(acl, []byte(test.user+"\n"+okrbot+"\n"), 0o600))
			server := okrtest.StartRedisServer(t, "--appendonly", "yes", "--appendfsync", "always", "--aclfile", acl)
			s := open(t, strings.Replace(server.URL(), "redis://", "redis://okrbot:hunter2@", 1))
			drops, err := redisstore.NewUpkeep(s).DropsTransactions(t.Context())
			require.NoError(t, err)
			require.Equal(t, test.drops, drops)
			run, err := redisstore.NewUpkeep(s).RunID(t.Context())
			require.NoError(t, err)

			fillLists(t, s)
			_, err = s.Goals().Update(t.Context(), okrtest.TenantID, "KR1", func(g *okr.Goal) error { g.Description = "new"; return nil })
			require.NoError(t, err)
			server.Kill()
			server.Restart(t)
			next, err := redisstore.NewUpkeep(s).RunID(t.Context())
			require.NoError(t, err)
			require.NotEqual(t, run, next, "okrbot notices that Redis was started anew")
			found, err := redisstore.NewUpkeep(s).CheckLists(t.Context(), true)
			require.NoError(t, err)
			goals, _, err := s.Goals().List(t.Context(), okrtest.TenantID, "", okr.Page{})
			require.NoError(t, err)
			if !test.drops {
				require.Equal(t, redisstore.Lists{Records: 24}, found)
				require.Len(t, goals, 4)
				return
			}
			require.Equal(t, redisstore.Lists{Records: 1 + 2, Missing: 1}, found, "KR1, which was written once more by itself, and two channels")
			require.Len(t, goals, 1)
			require.Equal(t, "new", goals[0].Description)
		})
	}
}

// A Redis that does not say what its users may do is no fault.
func TestUsersThatAreNotTold(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedisServer(t)
	answer, err := server.Do("ACL", "SETUSER", "default", "-acl")
	require.NoError(t, err)
	require.Equal(t, "+OK", answer)
	_, err = redisstore.NewUpkeep(open(t, server.URL())).DropsTransactions(t.Context())
	okrtest.RequireKind(t, okr.NotFound, err)
}
