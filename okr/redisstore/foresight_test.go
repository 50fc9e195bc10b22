package redisstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// tripsOf counts the round trips of a store that is used by one at a time.
type tripsOf struct{ n int }

// note counts a trip, unless it greets a new connection.
func (c *tripsOf) note(cmd redis.Cmder) {
	if name := cmd.Name(); name != "hello" && name != "client" {
		c.n++
	}
}

func (c *tripsOf) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *tripsOf) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { c.note(cmd); return next(ctx, cmd) }
}

func (c *tripsOf) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { c.note(cmds[0]); return next(ctx, cmds) }
}

// What is read ahead is asked with the beginning of the turn, and is what the turn would have
// read itself, until it writes.
func TestATurnReadsAhead(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, tenant := t.Context(), okrtest.TenantID
		o, kr := okrtest.Objective(1), okrtest.KeyResult(1, "O1")
		require.NoError(t, s.Goals().Create(ctx, tenant, o))
		require.NoError(t, s.Goals().Create(ctx, tenant, kr))
		require.NoError(t, s.Memory().PutDraft(ctx, tenant, "goal:F", []byte("typed"), time.Hour))
		q := okr.OpenQuery{Goal: kr.ID, Viewer: okrtest.Ada.ID, Page: okr.Page{Limit: 5}}
		ask := beginningOf("first", time.Minute)
		ask.Ahead = func(ctx context.Context) {
			_, err := s.OpenGoal(ctx, tenant, q)
			require.Error(t, err, "it is only noted")
			_, err = s.Goals().Get(ctx, tenant, o.ID)
			require.Error(t, err)
			_, err = s.Goals().Get(ctx, tenant, "O9")
			require.Error(t, err)
			_, err = s.Memory().Draft(ctx, tenant, "goal:F")
			require.Error(t, err)
			require.Error(t, s.Memory().PutDraft(ctx, tenant, "goal:F", []byte("no"), time.Hour), "and nothing is written")
		}
		want, err := s.OpenGoal(okr.WithSettings(ctx, okr.DefaultSettings(tenant)), tenant, q) // Redis knows the script
		require.NoError(t, err)
		count := &tripsOf{}
		s.Client().AddHook(count)
		begun := s.Memory().Begin(ctx, ask)
		require.True(t, begun.Mine)
		require.Equal(t, 1, count.n)
		turn := begun.Ahead(okr.WithSettings(ctx, begun.Settings))
		got, err := s.OpenGoal(turn, tenant, q)
		require.NoError(t, err)
		require.Equal(t, want, got)
		for range 2 {
			g, err := s.Goals().Get(turn, tenant, o.ID)
			require.NoError(t, err)
			require.Equal(t, o, g)
		}
		_, err = s.Goals().Get(turn, tenant, "O9")
		okrtest.RequireKind(t, okr.NotFound, err)
		data, err := s.Memory().Draft(turn, tenant, "goal:F")
		require.NoError(t, err)
		require.Equal(t, "typed", string(data))
		require.Equal(t, 1, count.n, "all of it was asked with the beginning")

		require.NoError(t, s.Memory().PutDraft(turn, tenant, "goal:F", []byte("more"), time.Hour))
		data, err = s.Memory().Draft(turn, tenant, "goal:F")
		require.NoError(t, err)
		require.Equal(t, "more", string(data), "the turn's own")
		_, err = s.Goals().Update(turn, tenant, o.ID, func(g *okr.Goal) error { g.Title = "Another"; return nil })
		require.NoError(t, err)
		g, err := s.Goals().Get(turn, tenant, o.ID)
		require.NoError(t, err)
		require.Equal(t, "Another", g.Title)
		for range 2 {
			_, err = s.Goals().Get(turn, tenant, "O8")
			okrtest.RequireKind(t, okr.NotFound, err)
		}
		require.NoError(t, s.Memory().DropDraft(turn, tenant, "goal:F"))
		_, err = s.Memory().Draft(turn, tenant, "goal:F")
		okrtest.RequireKind(t, okr.NotFound, err)
	})
}

// A script that Redis does not know is asked by the work itself.
func TestATurnReadsAheadAfterARestart(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, tenant := t.Context(), okrtest.TenantID
		require.NoError(t, s.Goals().Create(ctx, tenant, okrtest.Objective(1)))
		require.NoError(t, s.Client().ScriptFlush(ctx).Err())
		ask := beginningOf("first", time.Minute)
		ask.Ahead = func(ctx context.Context) { _, _ = s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: "O1"}) }
		begun := s.Memory().Begin(ctx, ask)
		got, err := s.OpenGoal(begun.Ahead(okr.WithSettings(ctx, begun.Settings)), tenant, okr.OpenQuery{Goal: "O1"})
		require.NoError(t, err)
		require.Equal(t, okr.GoalID("O1"), got.Goal.ID)
	})
}

// Readings that would go one after the other are asked at once.
func TestAheadAsksAtOnce(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, tenant, m := t.Context(), okrtest.TenantID, s.Memory()
		ids := []okr.GoalID{"O1", "O2", "O3"}
		for n := range ids {
			require.NoError(t, s.Goals().Create(ctx, tenant, okrtest.Objective(n+1)))
		}
		ask := beginningOf("first", time.Minute)
		ask.Ahead = func(context.Context) {}
		begun := m.Begin(ctx, ask)
		turn := begun.Ahead(okr.WithSettings(ctx, begun.Settings))
		read := func(ctx context.Context) (titles []string) {
			for _, id := range ids {
				opened, _ := s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: id})
				g, _ := s.Goals().Get(ctx, tenant, id)
				titles = append(titles, opened.Goal.Title, g.Title)
			}
			return titles
		}
		want := read(okr.WithSettings(ctx, begun.Settings))
		count := &tripsOf{}
		s.Client().AddHook(count)
		m.Ahead(turn, tenant, func(ctx context.Context) { read(ctx) })
		require.Equal(t, want, read(turn))
		require.Equal(t, 1, count.n)
	})
}

// What a turn leaves is there for the next one, and the notes of forms have a bound.
func TestATurnLeavesWhatTheNextOneAsksFor(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m, ask := t.Context(), s.Memory(), beginningOf("first", time.Minute)
		form := func(note string) okr.OpenForm {
			return okr.OpenForm{ID: note, Life: time.Hour, List: "forms", Note: []byte(note), Most: 2}
		}
		end := okr.Ending{Delivery: ask.Delivery, Forms: []okr.OpenForm{form("a"), form("b")}, Drafts: []okr.Draft{{ID: "undo", Data: []byte("last"), Life: time.Hour}}}
		require.Equal(t, okr.Ended{}, m.End(ctx, end))
		data, err := m.Draft(ctx, okrtest.TenantID, "undo")
		require.NoError(t, err)
		require.Equal(t, "last", string(data))
		notes, err := m.OpenForms(ctx, okrtest.TenantID, "forms")
		require.NoError(t, err)
		require.Equal(t, [][]byte{[]byte("b"), []byte("a")}, notes)
		require.True(t, m.Begin(ctx, ask).Done)
		for _, note := range []string{"c", "d", "e"} {
			require.Equal(t, okr.Ended{}, m.End(ctx, okr.Ending{Delivery: ask.Delivery, Forms: []okr.OpenForm{form(note)}}))
			notes, err = m.OpenForms(ctx, okrtest.TenantID, "forms")
			require.NoError(t, err)
			require.LessOrEqual(t, len(notes), 4)
			require.Equal(t, note, string(notes[0]))
		}
		over, err := m.Spend(ctx, okrtest.TenantID, time.Hour, okr.Tries{Key: "mine", Most: 1}, okr.Tries{Key: "all", Most: 3})
		require.NoError(t, err)
		require.Equal(t, -1, over)
		over, err = m.Spend(ctx, okrtest.TenantID, time.Hour, okr.Tries{Key: "mine", Most: 1}, okr.Tries{Key: "all", Most: 3})
		require.NoError(t, err)
		require.Zero(t, over, "the person's is used up")
		n, err := m.CountTry(ctx, okrtest.TenantID, "all", time.Hour)
		require.NoError(t, err)
		require.Equal(t, 2, n, "the other was not counted then")
	})
}
