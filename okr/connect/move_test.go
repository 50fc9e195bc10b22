package connect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// hide leaves a query to one person.
func hide(w *okrtest.World, query string, from okr.Actor) {
	w.T.Helper()
	require.NoError(w.T, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(query), func(q *adotest.Query) { q.VisibleTo = []string{string(from.ID)} }))
}

func TestBindingsMoveWhereTheyCanBeRead(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	from, to := w.NewConnection(okrtest.Alex, "Fiber", false), w.NewConnection(okrtest.Megan, "Megan", true)
	o := w.Objective(okrtest.Alex, "Launch")
	bugs, more, stories := w.Bound(okrtest.Alex, o, from, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, from, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, from, "Launch stories")
	w.Sync(from)
	hide(w, "Launch stories", okrtest.Alex)

	p, err := w.Hands.PreviewMove(t.Context(), okrtest.Alex, from.ID, to.ID)
	require.NoError(t, err)
	moves, stays := p.Movable()
	require.Equal(t, []int{2, 1}, []int{moves, stays})
	for _, r := range p.Reach {
		require.Equal(t, r.Query.Name == "Launch stories", r.Problem != "", r.Query.Name)
	}
	g, err := w.Plan.Goal(t.Context(), okrtest.Alex, bugs)
	require.NoError(t, err)
	require.Equal(t, from.ID, g.Goal.Binding.Connection, "a preview changes nothing")
	before := *g.Goal.Binding.Last

	w.Complete(3)
	_, job, err := w.Hands.Move(t.Context(), okrtest.Alex, from.ID, to.ID)
	require.NoError(t, err)
	require.Equal(t, okr.SyncJob{Connection: to.ID, Queries: []string{w.FiberQuery(okrtest.LaunchBugs)}}, job)
	for _, id := range []okr.GoalID{bugs, more} {
		g, err = w.Plan.Goal(t.Context(), okrtest.Alex, id)
		require.NoError(t, err)
		require.Equal(t, to.ID, g.Goal.Binding.Connection)
		require.Equal(t, before.Completed, g.Goal.Binding.Last.Completed, "the value stays")
		require.False(t, g.Stale)
	}
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, to.ID, nil, 0)
	require.NoError(t, err)
	require.Len(t, report.Rows, 2)
	require.Equal(t, 3, report.Rows[0].Changes.Completed.Count, "it goes on from what was known")
	require.False(t, report.Rows[0].Changes.First)
	g, err = w.Plan.Goal(t.Context(), okrtest.Alex, stories)
	require.NoError(t, err)
	require.Equal(t, from.ID, g.Goal.Binding.Connection)

	_, _, err = w.Hands.Move(t.Context(), okrtest.Alex, from.ID, to.ID)
	w.RequireRefused(okr.NoAccess, err, "can't read any of these queries, so nothing was moved.")
}

func TestWhoMayMoveBindings(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	shared, own, private := w.NewConnection(okrtest.Megan, "Shared", true), w.NewConnection(okrtest.Megan, "Own", false), w.NewConnection(okrtest.Alex, "Private", false)
	w.Bound(okrtest.Megan, w.Objective(okrtest.Megan, "Launch"), shared, okrtest.LaunchBugs)
	_, err := w.Hands.PreviewMove(t.Context(), okrtest.Lee, shared.ID, shared.ID)
	w.RequireRefused(okr.Forbidden, err, "admin")
	_, err = w.Hands.PreviewMove(t.Context(), okrtest.Megan, shared.ID, private.ID)
	w.RequireRefused(okr.Forbidden, err, "private")
	_, err = w.Hands.PreviewMove(t.Context(), okrtest.Megan, shared.ID, shared.ID)
	w.RequireRefused(okr.Invalid, err, "different connection")
	_, err = w.Hands.PreviewMove(t.Context(), okrtest.Megan, own.ID, shared.ID)
	w.RequireRefused(okr.Invalid, err, "No OKRs use")
	p, err := w.Hands.PreviewMove(t.Context(), okrtest.Alex, shared.ID, private.ID)
	require.NoError(t, err, "an admin, to a connection of the admin's own")
	require.Len(t, p.Reach, 1)
	_, _, err = w.Hands.Move(t.Context(), okrtest.Megan, shared.ID, own.ID)
	require.NoError(t, err, "the same access")

	fiber := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "More"), fiber, okrtest.LaunchBugs)
	require.NoError(t, w.Store.DeleteCredential(t.Context(), okrtest.Contoso, shared.Credential))
	_, err = w.Hands.PreviewMove(t.Context(), okrtest.Alex, fiber.ID, shared.ID)
	w.RequireRefused(okr.Invalid, err, "Ask Megan Bowen to sign in again")
}

func TestMovesShowNothingPrivate(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	from, to := w.NewConnection(okrtest.Megan, "From", true), w.NewConnection(okrtest.Megan, "To", false)
	id := w.Bound(okrtest.Lee, w.Objective(okrtest.Lee, "Secret"), from, okrtest.LaunchBugs)
	_, err := w.Store.Goals().Update(t.Context(), okrtest.Contoso, id, func(g *okr.Goal) error {
		g.Private, g.Audience = true, []okr.UserID{okrtest.Lee.ID}
		return nil
	})
	require.NoError(t, err)
	p, err := w.Hands.PreviewMove(t.Context(), okrtest.Megan, from.ID, to.ID)
	require.NoError(t, err)
	require.Empty(t, p.Reach[0].Goals)
	require.Equal(t, 1, p.Reach[0].Hidden)
	goals, n, err := w.Connect.Bound(t.Context(), okrtest.Megan, from.ID, okr.Page{})
	require.NoError(t, err)
	require.Empty(t, goals)
	require.Equal(t, 1, n)
}
