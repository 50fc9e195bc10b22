package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// readerEnding adds okr-reader with a secret that ends in so many days.
func readerEnding(w *okrtest.World, days int) okr.Credential {
	w.T.Helper()
	in := okrtest.ReaderInput()
	in.Ends = w.Now().Add(time.Duration(days) * 24 * time.Hour)
	c, _, err := w.Applications.SaveApplication(w.T.Context(), okrtest.Alex, in)
	require.NoError(w.T, err)
	return c
}

// TestAdminsAreWarnedOfAnEnd: hour by hour over 40 days, through two connections, 30, 7 and
// 1 day before, each once; a warning that nobody got is given again.
func TestAdminsAreWarnedOfAnEnd(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	a := readerEnding(w, 40)
	first, second := w.ReadBy(a, "First"), w.ReadBy(a, "Second")
	var warned []int
	var left []float64
	lost := true // the first warning reaches nobody
	for range 40 * 24 {
		w.Advance(time.Hour)
		for _, c := range []okr.Connection{first, second} {
			report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
			require.NoError(t, err)
			for _, n := range report.Notices {
				require.True(t, n.ToAdmins())
				require.Contains(t, n.Health.Problem, "okr-reader")
				if lost {
					lost = false
					continue
				}
				warned, left = append(warned, n.Ends), append(left, n.Connection.Application.Ends.Sub(w.Now()).Hours()/24)
				require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, n))
			}
		}
	}
	require.Equal(t, []int{30, 7, 1}, warned)
	for i, days := range []float64{30, 7, 1} {
		require.InDelta(t, days, left[i], 1.0/24, "days before")
	}
}

// TestARenewedApplicationIsWarnedOfAnew: its new end counts, on each of its connections.
func TestARenewedApplicationIsWarnedOfAnew(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	a := readerEnding(w, 6)
	c := w.ReadBy(a, "First")
	sync := func() []okr.Notice {
		report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
		require.NoError(t, err)
		for _, n := range report.Notices {
			require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, n))
		}
		return report.Notices
	}
	require.Len(t, sync(), 1)
	require.Empty(t, sync())
	later := w.ReadBy(a, "Later")
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, later.ID, nil, 0)
	require.NoError(t, err)
	require.Empty(t, report.Notices, "a new connection goes on where the application is")
	in := okrtest.ReaderInput()
	in.Editing, in.Ends = a.ID, w.Now().Add(25*24*time.Hour)
	_, healed, err := w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.Empty(t, healed, "nothing had failed")
	notices := sync()
	require.Len(t, notices, 1)
	require.Equal(t, 30, notices[0].Ends)
}

// TestAFailingApplicationIsToldToAdmins: once, for all its connections; whoever owns a goal
// is told as ever, and renewing it heals.
func TestAFailingApplicationIsToldToAdmins(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	a := w.Reader()
	first, second := w.ReadBy(a, "First"), w.ReadBy(a, "Second", "Launch")
	parent := w.Objective(okrtest.Megan, "Launch")
	kr := w.Bound(okrtest.Megan, parent, first, okrtest.LaunchBugs)
	w.Bound(okrtest.Megan, parent, second, inside)
	require.True(t, w.Cloud.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) {
		p.Secrets = []adotest.ClientSecret{{Value: "another~secret"}}
	}))
	w.Advance(2 * time.Hour)
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, first.ID, nil, 0)
	require.NoError(t, err)
	w.RequireRefused(okr.SignIn, report.Failure)
	require.Len(t, report.Notices, 2)
	toAdmins, toMegan := report.Notices[0], report.Notices[1]
	require.True(t, toAdmins.ToAdmins())
	require.True(t, toAdmins.Whole)
	require.Len(t, toAdmins.Others, 1, "both connections at once")
	require.Equal(t, okrtest.Megan.ID, toMegan.Owner.ID)
	for _, n := range report.Notices {
		require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, n))
	}
	report, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, second.ID, nil, 0)
	require.NoError(t, err)
	require.Empty(t, report.Notices)

	in := okrtest.ReaderInput()
	in.Editing, in.Secret = a.ID, "another~secret"
	_, healed, err := w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.Len(t, healed, 2)
	_, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, first.ID, nil, 0)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, w.View(okrtest.Megan, kr).Goal.Binding.Health.State)
}
