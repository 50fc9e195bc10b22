package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

// hide leaves a query to one person.
func (w *world) hide(query string, from okr.Actor) {
	w.t.Helper()
	require.NoError(w.t, w.cloud.UpdateQuery(adotest.OrgContoso, w.fiberQuery(query), func(q *adotest.Query) { q.VisibleTo = []string{string(from.ID)} }))
}

func TestBindingsMoveWhereTheyCanBeRead(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	from, to := w.connect(alex, "Fiber", false), w.connect(megan, "Megan", true)
	o := w.objective(alex, "Launch")
	bugs, more, stories := w.bound(alex, o, from, launchBugs), w.bound(alex, o, from, launchBugs), w.bound(alex, o, from, "Launch stories")
	w.sync(from)
	w.hide("Launch stories", alex)

	p, err := w.Connect.PreviewMove(t.Context(), alex, from.ID, to.ID)
	require.NoError(t, err)
	moves, stays := p.Movable()
	require.Equal(t, []int{2, 1}, []int{moves, stays})
	for _, r := range p.Reach {
		require.Equal(t, r.Query.Name == "Launch stories", r.Problem != "", r.Query.Name)
	}
	g, err := w.Plan.Goal(t.Context(), alex, bugs)
	require.NoError(t, err)
	require.Equal(t, from.ID, g.Goal.Binding.Connection, "a preview changes nothing")
	before := *g.Goal.Binding.Last

	w.complete(3)
	_, job, err := w.Connect.Move(t.Context(), alex, from.ID, to.ID)
	require.NoError(t, err)
	require.Equal(t, okr.SyncJob{Connection: to.ID, Queries: []string{w.fiberQuery(launchBugs)}}, job)
	for _, id := range []okr.GoalID{bugs, more} {
		g, err = w.Plan.Goal(t.Context(), alex, id)
		require.NoError(t, err)
		require.Equal(t, to.ID, g.Goal.Binding.Connection)
		require.Equal(t, before.Completed, g.Goal.Binding.Last.Completed, "the value stays")
		require.False(t, g.Stale)
	}
	report, err := w.Measure.SyncConnection(t.Context(), tenant, to.ID, nil, 0)
	require.NoError(t, err)
	require.Len(t, report.Rows, 2)
	require.Equal(t, 3, report.Rows[0].Changes.Completed.Count, "it goes on from what was known")
	require.False(t, report.Rows[0].Changes.First)
	g, err = w.Plan.Goal(t.Context(), alex, stories)
	require.NoError(t, err)
	require.Equal(t, from.ID, g.Goal.Binding.Connection)

	_, _, err = w.Connect.Move(t.Context(), alex, from.ID, to.ID)
	w.requireRefused(okr.NoAccess, err, "none of these queries")
}

func TestWhoMayMoveBindings(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	shared, own, private := w.connect(megan, "Shared", true), w.connect(megan, "Own", false), w.connect(alex, "Private", false)
	w.bound(megan, w.objective(megan, "Launch"), shared, launchBugs)
	_, err := w.Connect.PreviewMove(t.Context(), lee, shared.ID, shared.ID)
	w.requireRefused(okr.Forbidden, err, "admin")
	_, err = w.Connect.PreviewMove(t.Context(), megan, shared.ID, private.ID)
	w.requireRefused(okr.Forbidden, err, "private")
	_, err = w.Connect.PreviewMove(t.Context(), megan, shared.ID, shared.ID)
	w.requireRefused(okr.Invalid, err, "another connection")
	_, err = w.Connect.PreviewMove(t.Context(), megan, own.ID, shared.ID)
	w.requireRefused(okr.Invalid, err, "Nothing is bound")
	p, err := w.Connect.PreviewMove(t.Context(), alex, shared.ID, private.ID)
	require.NoError(t, err, "an admin, to a connection of the admin's own")
	require.Len(t, p.Reach, 1)
	_, _, err = w.Connect.Move(t.Context(), megan, shared.ID, own.ID)
	require.NoError(t, err, "the same access")

	fiber := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "More"), fiber, launchBugs)
	require.NoError(t, w.store.DeleteCredential(t.Context(), tenant, shared.Credential))
	_, err = w.Connect.PreviewMove(t.Context(), alex, fiber.ID, shared.ID)
	w.requireRefused(okr.Invalid, err, "Ask Megan Bowen to sign in again")
}

func TestMovesShowNothingPrivate(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	from, to := w.connect(megan, "From", true), w.connect(megan, "To", false)
	id := w.bound(lee, w.objective(lee, "Secret"), from, launchBugs)
	_, err := w.store.Goals().Update(t.Context(), tenant, id, func(g *okr.Goal) error {
		g.Private, g.Audience = true, []okr.UserID{lee.ID}
		return nil
	})
	require.NoError(t, err)
	p, err := w.Connect.PreviewMove(t.Context(), megan, from.ID, to.ID)
	require.NoError(t, err)
	require.Empty(t, p.Reach[0].Goals)
	require.Equal(t, 1, p.Reach[0].Hidden)
	goals, n, err := w.Connect.Bound(t.Context(), megan, from.ID, okr.Page{})
	require.NoError(t, err)
	require.Empty(t, goals)
	require.Equal(t, 1, n)
}

func TestAConnectionIsHandedOver(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	c := w.connect(megan, "Fiber", false)
	kr := w.bound(megan, w.objective(megan, "Launch"), c, launchBugs)
	w.sync(c)
	_, err := w.Connect.OfferConnection(t.Context(), lee, c.ID, lee.Person)
	w.requireRefused(okr.Forbidden, err, "private")
	_, err = w.Connect.OfferConnection(t.Context(), megan, c.ID, megan.Person)
	w.requireRefused(okr.Invalid, err, "somebody else")
	_, err = w.Connect.PreviewTakeOver(t.Context(), lee, c.ID)
	w.requireRefused(okr.Forbidden, err, "private")

	_, err = w.Connect.OfferConnection(t.Context(), megan, c.ID, lee.Person)
	require.NoError(t, err)
	_, _, err = w.Connect.DropOffer(t.Context(), adele, c.ID)
	w.requireRefused(okr.Forbidden, err, "decline")
	_, _, err = w.Connect.DropOffer(t.Context(), lee, c.ID)
	require.NoError(t, err)
	_, _, err = w.Connect.DropOffer(t.Context(), lee, c.ID)
	w.requireRefused(okr.NotFound, err, "not offered")
	_, err = w.Connect.OfferConnection(t.Context(), megan, c.ID, lee.Person)
	require.NoError(t, err)

	_, err = w.Connect.PreviewTakeOver(t.Context(), lee, c.ID)
	w.requireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	w.cloud.Grant(string(lee.ID), adotest.OrgContoso)
	w.signIn(lee)
	p, err := w.Connect.PreviewTakeOver(t.Context(), lee, c.ID)
	require.NoError(t, err)
	can, cannot := p.Measured()
	require.Equal(t, []int{1, 0}, []int{can, cannot})

	w.complete(3)
	_, err = w.Connect.TakeOver(t.Context(), lee, c.ID)
	require.NoError(t, err)
	got, err := w.Connect.Connection(t.Context(), lee, c.ID)
	require.NoError(t, err)
	require.Equal(t, lee.Person, got.Owner)
	require.Equal(t, accessOf(lee).Credential, got.Credential)
	require.Nil(t, got.Offer)
	_, err = w.Connect.Connection(t.Context(), megan, c.ID)
	w.requireRefused(okr.Forbidden, err, "private")
	report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err)
	require.Equal(t, 3, report.Rows[0].Changes.Completed.Count)
	require.Equal(t, lee.Person, report.Rows[0].Goal.Binding.BoundBy, "who hears of the query from now on")
	require.Equal(t, kr, report.Rows[0].Goal.ID)
	_, err = w.Connect.TakeOver(t.Context(), lee, c.ID)
	w.requireRefused(okr.Invalid, err, "yours already")
}

func TestAnAdminTakesOverWhatIsOrphaned(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	c := w.connect(megan, "Fiber", true)
	w.bound(megan, w.objective(megan, "Launch"), c, launchBugs)
	_, err := w.Connect.PreviewTakeOver(t.Context(), alex, c.ID)
	w.requireRefused(okr.Forbidden, err, "hand it over")
	require.Equal(t, []okr.Step{{Kind: okr.StepHandOver, Connection: c.ID, ByOthers: true}}, okr.NextOf(err))
	_, err = w.Connect.PreviewTakeOver(t.Context(), guest, c.ID)
	w.requireRefused(okr.Forbidden, err, "Guests")
	require.NoError(t, w.store.DeleteCredential(t.Context(), tenant, c.Credential))
	_, err = w.Connect.PreviewTakeOver(t.Context(), adele, c.ID)
	w.requireRefused(okr.Forbidden, err, "admin")
	_, err = w.Connect.TakeOver(t.Context(), alex, c.ID)
	require.NoError(t, err)
	report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err)
	require.NoError(t, report.Failure)
	require.Len(t, report.Rows, 1)

	w.cloud.Revoke(string(alex.ID), adotest.OrgContoso)
	_, err = w.Connect.OfferConnection(t.Context(), alex, c.ID, megan.Person)
	require.NoError(t, err)
	w.signIn(megan)
	w.cloud.Revoke(string(megan.ID), adotest.OrgContoso)
	_, err = w.Connect.TakeOver(t.Context(), megan, c.ID)
	w.requireRefused(okr.NoAccess, err, "does not see the project")
}
