package redisstore_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// While replicas are updated one after the other, an old one may meet what a new
// one wrote.
func TestValueOfANewerProgram(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	rewriteGoal(t, s, func(raw string) string {
		require.True(t, strings.HasPrefix(raw, `{"v":1,`), "the version is stored: %s", raw)
		return strings.Replace(raw, `{"v":1,`, `{"v":2,`, 1)
	})
	_, err := s.Goals().Get(t.Context(), okrtest.TenantID, "O1")
	okrtest.RequireKind(t, okr.Unavailable, err)
	require.ErrorContains(t, err, "data version 2, this program knows 1 to 1")
	_, err = s.Goals().Update(t.Context(), okrtest.TenantID, "O1", func(*okr.Goal) error { return nil })
	okrtest.RequireKind(t, okr.Unavailable, err)
	_, _, err = s.Goals().List(t.Context(), okrtest.TenantID, "", okr.Page{})
	okrtest.RequireKind(t, okr.Unavailable, err)
}

func TestValueWithFieldsOfANewerProgram(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	rewriteGoal(t, s, func(raw string) string { return strings.Replace(raw, `"title":`, `"mood":"fine","title":`, 1) })
	got, err := s.Goals().Get(t.Context(), okrtest.TenantID, "O1")
	require.NoError(t, err)
	require.Equal(t, okrtest.Objective(1), got)
}

// An old replica that changes what a new one wrote keeps what it does not know.
func TestUpdateKeepsFieldsOfANewerProgram(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		goal := okrtest.Bound(okrtest.KeyResult(1, "O1"), "C1", "q")
		require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, goal))
		key := keyWith(t, s, "goal:record:KR1")
		raw, err := s.Client().Get(t.Context(), key).Result()
		require.NoError(t, err)
		raw = strings.Replace(raw, `"title":`, `"mood":{"now":"fine"},"title":`, 1)
		raw = strings.Replace(raw, `"target":`, `"stretch":120,"target":`, 1)
		require.NoError(t, s.Client().Set(t.Context(), key, raw, 0).Err())
		for _, title := range []string{"Renamed", "Renamed again"} {
			_, err = s.Goals().Update(t.Context(), okrtest.TenantID, "KR1", func(g *okr.Goal) error {
				g.Title, g.Metric.Target, g.Description = title, g.Metric.Target+1, ""
				return nil
			})
			require.NoError(t, err)
		}
		require.NoError(t, recordOne(t.Context(), s, "KR1"))
		raw, err = s.Client().Get(t.Context(), key).Result()
		require.NoError(t, err)
		for _, part := range []string{`"mood":{"now":"fine"}`, `"stretch":120`, `"Renamed again"`} {
			require.Contains(t, raw, part)
		}
		after, err := s.Goals().Get(t.Context(), okrtest.TenantID, "KR1")
		require.NoError(t, err)
		require.InDelta(t, goal.Metric.Target+2, after.Metric.Target, 0)
	})
}

func TestRefreshKeepsFieldsOfANewerProgram(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	c := okrtest.Credential(okrtest.Ada)
	require.NoError(t, s.SaveCredential(t.Context(), okrtest.TenantID, c))
	key := keyWith(t, s, ":credential:")
	raw, err := s.Client().Get(t.Context(), key).Result()
	require.NoError(t, err)
	require.NoError(t, s.Client().Set(t.Context(), key, strings.Replace(raw, `"sealed":`, `"cloud":"gov","sealed":`, 1), 0).Err())
	_, err = s.Refresh(t.Context(), okrtest.TenantID, c.ID, func(okr.Credential) bool { return false },
		func(_ context.Context, c okr.Credential) (okr.Credential, error) { return c, nil })
	require.NoError(t, err)
	raw, err = s.Client().Get(t.Context(), key).Result()
	require.NoError(t, err)
	require.Contains(t, raw, `"cloud":"gov"`)
	_, err = s.Credential(t.Context(), okrtest.TenantID, c.ID)
	require.NoError(t, err)
}

func TestValueThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	rewriteGoal(t, s, func(string) string { return "{" })
	_, err := s.Goals().Get(t.Context(), okrtest.TenantID, "O1")
	okrtest.RequireKind(t, okr.Internal, err)
}

// rewriteGoal creates objective O1 and changes what is stored of it.
func rewriteGoal(t *testing.T, s *redisstore.Store, change func(string) string) {
	t.Helper()
	require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(1)))
	key := keyWith(t, s, "goal:record:O1")
	raw, err := s.Client().Get(t.Context(), key).Result()
	require.NoError(t, err)
	require.NoError(t, s.Client().Set(t.Context(), key, change(raw), 0).Err())
}

func TestKeysCarryTheTenantAndLeaveNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.Connections().Create(ctx, okrtest.TenantID, okrtest.Connection(1, okrtest.Ada)))
		_, err := s.Connections().Update(ctx, okrtest.TenantID, "C1", func(c *okr.Connection) error {
			c.Name, c.Shared, c.Owner = "Other", true, okrtest.Grace
			return nil
		})
		require.NoError(t, err)
		for line := range strings.Lines(dump(t, s)) {
			require.True(t, strings.HasPrefix(line, "okr:{"+string(okrtest.TenantID)+"}:"), line)
		}
		_, err = s.Connections().Delete(ctx, okrtest.TenantID, "C1")
		require.NoError(t, err)
		require.Equal(t, []string{"okr:{" + string(okrtest.TenantID) + "}:connection:created"}, allKeys(t, s))
	})
}

// Of a list that is put into a tree Redis gives only what is shown: of the rest it looks where it
// stands, and has to find the same as decoding does, whatever people have written.
func TestHeadOfAGoal(t *testing.T) {
	t.Parallel()
	onBoth(t, testHeadOfAGoal)
}

func testHeadOfAGoal(t *testing.T, s *redisstore.Store) {
	t.Helper()
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`","parent":"O9","`, `\`, `\"`, `"id":"O9"`, `","period":{"`, "O1", "objective", `{[`, `]}`, "<\u2028>", ""}))
		g := okr.Goal{
			ID: okr.GoalID(word.Draw(t, "id")), Kind: okr.GoalKind(word.Draw(t, "kind")), Parent: okr.GoalID(word.Draw(t, "parent")),
			Title: word.Draw(t, "title"), Owner: okr.Person{ID: okr.UserID(word.Draw(t, "owner")), Name: word.Draw(t, "name")},
		}
		g.Tags = []string{word.Draw(t, "tag"), "parent"}
		g.Deleted = &okr.Deletion{With: okr.GoalID(word.Draw(t, "with"))}
		raw, err := redisstore.Encode(g)
		require.NoError(t, err)
		read, decoded, err := redisstore.HeadOf(ctx, s, raw)
		require.NoError(t, err)
		require.Equal(t, decoded, read, raw)
	})
	for n := range 2 {
		require.NoError(t, s.Goals().Create(ctx, okrtest.TenantID, okrtest.Objective(n+1)))
	}
	key := "okr:{" + string(okrtest.TenantID) + "}:goal:record:O2"
	for raw, want := range map[string]okr.Kind{
		`{"v":2,"n":1,"d":{"id":"O2","kind":"objective"}}`: okr.Unavailable, `{"v":1,"n":1,"d":{"id":"O2","kind":"obj`: okr.Internal, `5`: okr.Internal,
	} {
		require.NoError(t, s.Client().Set(ctx, key, raw, 0).Err())
		_, err := s.FindGoals(ctx, okrtest.TenantID, "", okr.GoalQuery{Tree: 6, Roots: 1, Page: okr.Page{Limit: 1}})
		okrtest.RequireKind(t, want, err)
	}
	read, decoded, err := redisstore.HeadOf(ctx, s, `{"v":1,"d":{"owner":{"id":"x"}, "parent": "O2", "kind":"objective", "id":"O1"}}`)
	require.NoError(t, err)
	require.Equal(t, decoded, read, "with spaces")
}
