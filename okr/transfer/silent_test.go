package transfer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// digest is what a place that follows everything would be told now.
func (w *world) digest(id okr.SubscriptionID) (okr.Digest, bool) {
	w.t.Helper()
	d, some, err := w.Notify.ComposeDigest(w.t.Context(), okrtest.Contoso, id)
	require.NoError(w.t, err)
	return d, some
}

// subscribed is a place that follows everything and gets its digest hourly.
func (w *world) subscribed() okr.SubscriptionID {
	w.t.Helper()
	_, err := w.Access.Enable(w.t.Context(), okrtest.Alex)
	require.NoError(w.t, err)
	sub, err := w.Notify.Subscribe(w.t.Context(), okrtest.Alex, okrtest.Channel("1"), okr.DigestPlan{})
	require.NoError(w.t, err)
	return sub.ID
}

// What an import brings is in no digest: neither new goals, nor what it changes of those
// that came before. What moves afterwards is.
func TestImportsAreInNoDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sub := w.subscribed()
	w.source = everyShape()
	w.importMatched()
	for range 3 {
		w.now = w.now.Add(time.Hour)
		_, some := w.digest(sub)
		require.False(t, some)
	}
	kr := w.titled("Fed 1")
	w.checkIn(kr.ID, okr.CheckInInput{Value: new(39.0)})
	d, some := w.digest(sub)
	require.True(t, some)
	require.Len(t, d.Moved, 1)
	require.Equal(t, kr.ID, d.Moved[0].Goal.ID)
	require.InDelta(t, *kr.Metric.Current, *d.Moved[0].Before.Value, 0, "it was what it came with")
	require.NotEmpty(t, d.Objectives, "what is above it moved, too")
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	w.now = w.now.Add(time.Hour)

	w.item("5100004").Value, w.item("5100001").Title = new(40.0), "Another title"
	i := w.importMatched()
	require.Equal(t, 2, i.Counts.Changed)
	for range 3 {
		w.now = w.now.Add(time.Hour)
		_, some = w.digest(sub)
		require.False(t, some)
	}
	w.checkIn(w.titled("Phased 1").ID, okr.CheckInInput{Value: new(39.0)})
	d, some = w.digest(sub)
	require.True(t, some)
	require.Len(t, d.Moved, 1)
}

// Nobody is asked for a check-in in the days after an import, as of a goal that was made;
// from then on they are, as of any goal.
func TestImportsRemindNobodyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // on a Monday at noon
	w.source = stores()
	w.importMatched()
	reminded := func() bool {
		_, due, err := w.Notify.Remind(t.Context(), okrtest.Contoso, okrtest.Megan.ID)
		require.NoError(t, err)
		return due
	}
	require.False(t, reminded())
	due, err := w.store.Due(t.Context(), []int{okr.Due{Kind: okr.DueReminder, Tenant: okrtest.Contoso, ID: string(okrtest.Megan.ID)}.Slot()})
	require.NoError(t, err)
	require.Len(t, due, 1, "she is on the agenda")
	w.now = w.now.Add(7 * 24 * time.Hour)
	require.True(t, reminded())
}

// What has come just now needs nobody because nobody here checked in before.
func TestImportsNeedNobodyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	w.source = stores()
	w.importMatched()
	of := func() map[okr.Concern]int {
		found, err := w.Notify.Attention(t.Context(), okrtest.Alex, okr.Filter{})
		require.NoError(t, err)
		out := map[okr.Concern]int{}
		for _, a := range found.List {
			for _, c := range append(a.Others, a.Concern) {
				out[c]++
			}
		}
		return out
	}
	require.Equal(t, map[okr.Concern]int{okr.ConcernNoOwner: 2, okr.ConcernAtRisk: 1}, of())
	w.now = w.now.Add(11 * 24 * time.Hour)
	require.Positive(t, of()[okr.ConcernNoCheckIn])
}
