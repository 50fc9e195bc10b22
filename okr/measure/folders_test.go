package measure_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// The folders of Fabrikam Fiber: okr-reader may be used for queries of Launch/Q3.
const (
	inside  = "Launch/Q3/Q3 launch work"
	beside  = "Launch bugs"
	private = "My launch scratch" // Alex's own
)

// asked is a use case that is asked for a query through a connection.
type asked struct {
	name string
	call func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (found bool, err error)
}

func bind(w *okrtest.World, c okr.Connection, id string) okr.BindInput {
	return okr.BindInput{Goal: w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), 100), Connection: c.ID, Query: id}
}

// askedForQueries are all use cases that get at a query through a connection.
func askedForQueries() []asked {
	among := func(list []okr.Query, id string) bool {
		return slices.ContainsFunc(list, func(q okr.Query) bool { return q.ID == id })
	}
	return []asked{
		{"search by words", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			page, err := w.Measure.SearchQueries(ctx, okrtest.Alex, c.ID, "launch")
			return among(page.Queries, id), err
		}},
		{"search by id", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			page, err := w.Measure.SearchQueries(ctx, okrtest.Alex, c.ID, id)
			return among(page.Queries, id), err
		}},
		{"search by address", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			page, err := w.Measure.SearchQueries(ctx, okrtest.Alex, c.ID, w.Server.URL+"/ado/contoso/Fabrikam%20Fiber/_queries/query/"+id+"/")
			return among(page.Queries, id), err
		}},
		{"search everywhere", func(ctx context.Context, w *okrtest.World, _ okr.Connection, id string) (bool, error) {
			found, err := w.Measure.FindQueries(ctx, okrtest.Alex, "launch")
			return slices.ContainsFunc(found.Queries, func(q okr.FoundQuery) bool { return q.Query.ID == id }), err
		}},
		{"choose", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			q, err := w.Measure.ChooseQuery(ctx, okrtest.Alex, c.ID, id)
			return q.Query.ID == id, err
		}},
		{"preview", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			p, err := w.Measure.PreviewBinding(ctx, okrtest.Alex, bind(w, c, id))
			return p.Measurement.Total > 0, err
		}},
		{"bind", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			v, err := w.Measure.Bind(ctx, okrtest.Alex, bind(w, c, id))
			return v.Goal.Value() != nil, err
		}},
		{"move", func(ctx context.Context, w *okrtest.World, c okr.Connection, id string) (bool, error) {
			w.SignIn(okrtest.Alex)
			own := w.NewConnection(okrtest.Alex, "Own", false)
			in := bind(w, own, id)
			if _, err := w.Measure.Bind(ctx, okrtest.Alex, in); err != nil {
				return false, err
			}
			p, _, err := w.Hands.Move(ctx, okrtest.Alex, own.ID, c.ID)
			can, _ := p.Movable()
			return can > 0, err
		}},
	}
}

// TestOnlyQueriesInTheFoldersAreReached: through whatever use case, a connection that is
// limited to folders gives the queries in them, where those are now, and no other; and never
// a private one.
func TestOnlyQueriesInTheFoldersAreReached(t *testing.T) {
	t.Parallel()
	rename := func(from, to string) func(*okrtest.World) error {
		return func(w *okrtest.World) error {
			return w.Cloud.RenameFolder(adotest.OrgContoso, adotest.ProjectFiber, from, to)
		}
	}
	moveQuery := func(name, to string) func(*okrtest.World) error {
		return func(w *okrtest.World) error {
			return w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(name), func(q *adotest.Query) { q.Folder = to })
		}
	}
	for name, world := range map[string]struct {
		query  string
		change func(*okrtest.World) error
		given  bool
	}{
		"in the folder":                  {inside, nil, true},
		"beside it":                      {beside, nil, false},
		"somebody's own":                 {private, nil, false},
		"the folder is renamed":          {inside, rename("Launch/Q3", "Launch/Autumn"), true},
		"the folder above it is renamed": {inside, rename("Launch", "Take-off"), true},
		"the folder is moved":            {inside, rename("Launch/Q3", "Archive/Q3"), true},
		"it left the folder":             {inside, moveQuery(inside, "Launch"), false},
		"it came into the folder":        {beside, moveQuery(beside, "Launch/Q3"), true},
		"another folder has the name": {beside, func(w *okrtest.World) error {
			if err := rename("Launch/Q3", "Launch/Autumn")(w); err != nil {
				return err
			}
			return moveQuery(beside, "Launch/Q3")(w)
		}, false},
		"a folder whose name begins alike": {beside, moveQuery(beside, "Launch/Q3 and later"), false},
	} {
		for _, u := range askedForQueries() {
			t.Run(name+"/"+u.name, func(t *testing.T) {
				t.Parallel()
				w := okrtest.Enabled(t)
				id := w.FiberQuery(world.query)
				c := w.ReadBy(w.Reader(), "Read", "Launch/Q3")
				if world.change != nil {
					require.NoError(t, world.change(w))
					w.Advance(time.Minute) // for so long a path stands
				}
				found, err := u.call(t.Context(), w, c, id)
				if world.given {
					require.NoError(t, err)
					require.True(t, found)
					return
				}
				require.False(t, found)
				if err != nil {
					w.RequireRefused(okr.KindOf(err), err)
					require.NotEqual(t, okr.Internal, okr.KindOf(err))
				}
			})
		}
	}
}

// TestAQueryThatLeavesTheFoldersFailsItsOwnGoals: the others go on, and it heals when the
// query comes back or the folders are widened.
func TestAQueryThatLeavesTheFoldersFailsItsOwnGoals(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	a := w.Reader()
	c := w.ReadBy(a, "Read", "Launch")
	everything := w.ReadBy(a, "Everything")
	parent := w.Objective(okrtest.Alex, "Launch")
	left := w.Bound(okrtest.Alex, parent, c, beside)
	stays := w.Bound(okrtest.Alex, parent, c, inside)
	twin := w.Bound(okrtest.Alex, parent, everything, beside)
	state := func(id okr.GoalID) okr.HealthState { return w.View(okrtest.Alex, id).Goal.Binding.Health.State }

	w.Sync(c)
	require.Equal(t, []okr.HealthState{okr.HealthOK, okr.HealthOK, okr.HealthOK}, []okr.HealthState{state(left), state(stays), state(twin)})
	before := w.View(okrtest.Alex, left).Goal
	move := func(folder string) {
		require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(beside), func(q *adotest.Query) { q.Folder = folder }))
	}
	move("Archive")
	w.Complete(2)
	report := w.Sync(c)
	require.NoError(t, report.Failure)
	require.Equal(t, []okr.HealthState{okr.HealthNoAccess, okr.HealthOK, okr.HealthOK}, []okr.HealthState{state(left), state(stays), state(twin)})
	failed := w.View(okrtest.Alex, left).Goal
	require.Equal(t, before.Value(), failed.Value(), "the last value stays")
	require.Contains(t, failed.Binding.Health.Problem, "Shared Queries/Launch")
	require.Contains(t, failed.Binding.Health.Problem, "an admin")
	require.NotEqual(t, before.Value(), w.View(okrtest.Alex, twin).Goal.Value())
	require.Len(t, report.Notices, 1)
	require.Equal(t, okrtest.Alex.ID, report.Notices[0].Owner.ID, "whoever may bind it again is told")
	require.False(t, report.Notices[0].Whole)

	move("Launch/Deeper")
	w.Sync(c)
	require.Equal(t, okr.HealthOK, state(left))
}

// TestNothingIsKeptOfAQueryThatNobodyMayUse: what it holds is neither recorded nor stored.
func TestNothingIsKeptOfAQueryThatNobodyMayUse(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	a := w.Reader()
	c := w.ReadBy(a, "Read", "Launch")
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, beside)
	w.Sync(c)
	id := w.FiberQuery(beside)
	before, err := w.Store.Snapshot(t.Context(), okrtest.Contoso, a.ID, id)
	require.NoError(t, err)
	require.NotNil(t, before)
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, id, func(q *adotest.Query) { q.Folder = "Archive" }))
	w.Complete(1)
	w.Sync(c)
	after, err := w.Store.Snapshot(t.Context(), okrtest.Contoso, a.ID, id)
	require.NoError(t, err)
	require.Equal(t, before.At, after.At)
}

// TestADeletedFolderHoldsNothing: what was in it fails with words of its own, and is not
// taken for a failure of the connection.
func TestADeletedFolderHoldsNothing(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.ReadBy(w.Reader(), "Read", "Launch/Q3")
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, inside)
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(inside), func(q *adotest.Query) { q.Folder = "Launch" })) // the last one in it
	report := w.Sync(c)
	require.NoError(t, report.Failure)
	h := w.View(okrtest.Alex, kr).Goal.Binding.Health
	require.Equal(t, okr.HealthNoAccess, h.State)
	require.Contains(t, h.Problem, "deleted")
	got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, "Shared Queries/Launch/Q3", got.FolderPaths(), "the card still says which it was")
}
