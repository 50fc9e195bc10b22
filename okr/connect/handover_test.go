package connect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestAConnectionIsHandedOver(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Megan, "Fiber", false)
	kr := w.Bound(okrtest.Megan, w.Objective(okrtest.Megan, "Launch"), c, okrtest.LaunchBugs)
	w.Sync(c)
	_, err := w.Hands.OfferConnection(t.Context(), okrtest.Lee, c.ID, okrtest.Lee.Person)
	w.RequireRefused(okr.Forbidden, err, "private")
	_, err = w.Hands.OfferConnection(t.Context(), okrtest.Megan, c.ID, okrtest.Megan.Person)
	w.RequireRefused(okr.Invalid, err, "someone else")
	_, err = w.Hands.PreviewTakeOver(t.Context(), okrtest.Lee, c.ID)
	w.RequireRefused(okr.Forbidden, err, "private")

	_, err = w.Hands.OfferConnection(t.Context(), okrtest.Megan, c.ID, okrtest.Lee.Person)
	require.NoError(t, err)
	_, _, err = w.Hands.DropOffer(t.Context(), okrtest.Adele, c.ID)
	w.RequireRefused(okr.Forbidden, err, "decline")
	_, _, err = w.Hands.DropOffer(t.Context(), okrtest.Lee, c.ID)
	require.NoError(t, err)
	_, _, err = w.Hands.DropOffer(t.Context(), okrtest.Lee, c.ID)
	w.RequireRefused(okr.NotFound, err, "isn't being offered")
	_, err = w.Hands.OfferConnection(t.Context(), okrtest.Megan, c.ID, okrtest.Lee.Person)
	require.NoError(t, err)

	_, err = w.Hands.PreviewTakeOver(t.Context(), okrtest.Lee, c.ID)
	w.RequireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	w.Cloud.Grant(string(okrtest.Lee.ID), adotest.OrgContoso)
	w.SignIn(okrtest.Lee)
	p, err := w.Hands.PreviewTakeOver(t.Context(), okrtest.Lee, c.ID)
	require.NoError(t, err)
	can, cannot := p.Measured()
	require.Equal(t, []int{1, 0}, []int{can, cannot})

	w.Complete(3)
	_, err = w.Hands.TakeOver(t.Context(), okrtest.Lee, c.ID)
	require.NoError(t, err)
	got, err := w.Connect.Connection(t.Context(), okrtest.Lee, c.ID)
	require.NoError(t, err)
	require.Equal(t, okrtest.Lee.Person, got.Owner)
	require.Equal(t, okrtest.AccessOf(okrtest.Lee).Credential, got.Credential)
	require.Nil(t, got.Offer)
	_, err = w.Connect.Connection(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.Forbidden, err, "private")
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	require.Equal(t, 3, report.Rows[0].Changes.Completed.Count)
	require.Equal(t, okrtest.Lee.Person, report.Rows[0].Goal.Binding.BoundBy, "who hears of the query from now on")
	require.Equal(t, kr, report.Rows[0].Goal.ID)
	_, err = w.Hands.TakeOver(t.Context(), okrtest.Lee, c.ID)
	w.RequireRefused(okr.Invalid, err, "is already yours. If it fails, sign in again on its card.")
}

func TestAnAdminTakesOverWhatIsOrphaned(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Megan, "Fiber", true)
	w.Bound(okrtest.Megan, w.Objective(okrtest.Megan, "Launch"), c, okrtest.LaunchBugs)
	_, err := w.Hands.PreviewTakeOver(t.Context(), okrtest.Alex, c.ID)
	w.RequireRefused(okr.Forbidden, err, "hand it over")
	require.Equal(t, []okr.Step{{Kind: okr.StepHandOver, Connection: c.ID, ByOthers: true}}, okr.NextOf(err))
	_, err = w.Hands.PreviewTakeOver(t.Context(), okrtest.Guest, c.ID)
	w.RequireRefused(okr.Forbidden, err, "Guests")
	require.NoError(t, w.Store.DeleteCredential(t.Context(), okrtest.Contoso, c.Credential))
	_, err = w.Hands.PreviewTakeOver(t.Context(), okrtest.Adele, c.ID)
	w.RequireRefused(okr.Forbidden, err, "admin")
	_, err = w.Hands.TakeOver(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	require.NoError(t, report.Failure)
	require.Len(t, report.Rows, 1)

	w.Cloud.Revoke(string(okrtest.Alex.ID), adotest.OrgContoso)
	_, err = w.Hands.OfferConnection(t.Context(), okrtest.Alex, c.ID, okrtest.Megan.Person)
	require.NoError(t, err)
	w.SignIn(okrtest.Megan)
	w.Cloud.Revoke(string(okrtest.Megan.ID), adotest.OrgContoso)
	_, err = w.Hands.TakeOver(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.NoAccess, err, "can't see the project")
}
