package adosource_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestFaultsInWords(t *testing.T) {
	t.Parallel()
	again := []string{"I'll try again"}
	for _, c := range []struct {
		name  string
		fault adotest.Fault
		kind  okr.Kind
		words []string
	}{
		{"no member", adotest.NoAccess(), okr.NoAccess, []string{"refused this account", "Ask an administrator", "another account"}},
		{"conditional access", adotest.ConditionalAccess(), okr.PolicyRefused, []string{"conditional access policy", "administrator"}},
		{"conditional access as a page", adotest.ConditionalAccessPage(), okr.PolicyRefused, []string{"conditional access policy"}},
		{"permission missing", adotest.Forbidden(), okr.NoAccess, []string{"can't read", "Ask its administrator"}},
		{"gone", adotest.NotFound(), okr.QueryGone, []string{"choose another query"}},
		{"token refused", adotest.BearerRefused(), okr.SignIn, []string{"Its owner can sign in again"}},
		{"token expired", adotest.ExpiredToken(), okr.SignIn, []string{"Its owner can sign in again"}},
		{"sign-in page", adotest.SignInPage(), okr.SignIn, []string{"Its owner can sign in again"}},
		{"sign-in redirect", adotest.SignInRedirect(), okr.SignIn, []string{"Its owner can sign in again"}},
		{"throttled", adotest.Throttled(0), okr.Throttled, again},
		{"throttled as text", adotest.ThrottledText(0), okr.Throttled, again},
		{"unavailable", adotest.Unavailable(0), okr.Unavailable, again},
		{"server error", adotest.ServerError(), okr.Unavailable, again},
		{"dropped", adotest.Dropped(), okr.Unavailable, again},
		{"cut", adotest.Truncated(), okr.Unavailable, again},
		{"too large", adotest.TooMany(), okr.QueryTooLarge, []string{"20,000", "Narrow"}},
		{"too slow", adotest.QueryTimeout(400), okr.QueryBroken, []string{"30 seconds", "Narrow"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			w.SignIn(okrtest.Alex)
			cancel := w.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Fault: c.fault})
			_, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
			w.RequireRefused(c.kind, err, c.words...)
			cancel()
			_, err = w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
			require.NoError(t, err, "afterwards it works again")
		})
	}
}

func TestPassingFaultsAreNotNoticed(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]adotest.Fault{
		"throttled": adotest.Throttled(0), "unavailable": adotest.Unavailable(0), "server error": adotest.ServerError(),
		"dropped": adotest.Dropped(), "cut": adotest.Truncated(), "token": adotest.BearerRefused(), "expired": adotest.ExpiredToken(),
	} {
		for _, op := range []string{adotest.OpQueryGet, adotest.OpQueryRun, adotest.OpItemBatch, adotest.OpTypeList} {
			t.Run(name+" "+op, func(t *testing.T) {
				t.Parallel()
				w := okrtest.NewWorld(t)
				w.SignIn(okrtest.Alex)
				w.Cloud.Fail(adotest.Rule{Op: op, Count: 1, Fault: f})
				run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
				require.NoError(t, err)
				require.Len(t, run.Items, 32)
			})
		}
	}
}

func TestTypesThatMayNotBeReadLeaveStatesUnknown(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	cancel := w.Cloud.Fail(adotest.Rule{Op: adotest.OpTypeList, Fault: adotest.Forbidden()})
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err)
	require.Equal(t, 32, okr.Binding{}.Measure(run, okr.KeyResult, nil).Unknown)
	cancel()
	run, err = w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err)
	require.Zero(t, okr.Binding{}.Measure(run, okr.KeyResult, nil).Unknown, "the refusal is not kept for others")
	w.Advance(25 * time.Hour)
	w.SignIn(okrtest.Alex)
	w.Cloud.Fail(adotest.Rule{Op: adotest.OpTypeList, Fault: adotest.Unavailable(0)})
	_, err = w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	w.RequireRefused(okr.Unavailable, err, "work item types")
}

func TestACancelledRunEnds(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.Run(ctx, okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	require.ErrorIs(t, err, context.Canceled)
}
