package adosource_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// followed is a big query whose changes are followed, hour by hour.
type followed struct {
	*okrtest.World
	query  string
	before *okr.Snapshot
}

// follow makes a query of n items and runs it once.
func follow(t *testing.T, n int) *followed {
	t.Helper()
	f := &followed{World: okrtest.NewWorld(t)}
	for i := range n {
		_, err := f.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: fmt.Sprint("bug ", i), Tags: []string{"big"}})
		require.NoError(t, err)
	}
	q, err := f.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: "Big", Filter: func(it adotest.Item) bool { return it.HasTag("big") }})
	require.NoError(t, err)
	f.query = q.ID
	f.SignIn(okrtest.Alex)
	f.Advance(time.Hour) // what was made before is no news
	f.hour(0)
	return f
}

// hour runs the query after some time and gives how often items were read by
// batch and changes by the feed.
func (f *followed) hour(after time.Duration) (run okr.Run, batches, pages int) {
	f.T.Helper()
	f.Advance(after)
	f.SignIn(okrtest.Alex)
	f.Cloud.ResetCalls()
	out := f.Source.RunQueries(f.T.Context(), okr.RunInput{
		Access: okrtest.AccessOf(okrtest.Alex), Project: f.Fiber(), Asks: []okr.QueryAsk{{ID: f.query, Before: f.before}}, Within: time.Hour,
	})
	require.Len(f.T, out, 1)
	require.NoError(f.T, out[0].Err)
	snapshot := out[0].Run.Snapshot()
	f.before = &snapshot
	return out[0].Run, f.Cloud.Count(adotest.OpItemBatch), f.Cloud.Count(adotest.OpRevisions)
}

func (f *followed) close(n int) {
	f.T.Helper()
	for _, it := range f.Cloud.Result(adotest.OrgContoso, adotest.ProjectFiber, "Big", adotest.AlexOID)[:n] {
		require.NoError(f.T, f.Cloud.SetState(adotest.OrgContoso, it.ID, "Closed"))
	}
}

func (f *followed) requireCalls(after time.Duration, batches, pages int) okr.Run {
	f.T.Helper()
	run, b, p := f.hour(after)
	require.Equal(f.T, []int{batches, pages}, []int{b, p}, "batches, pages of the feed")
	return run
}

func completed(run okr.Run) int { return okr.Binding{}.Measure(run, okr.KeyResult, nil).Completed }

func TestOnlyChangesAreRead(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	f.requireCalls(time.Hour, 0, 1)
	f.close(7)
	require.Equal(t, 7, completed(f.requireCalls(time.Hour, 0, 1)))
	f.Advance(23 * time.Hour)
	require.Equal(t, 7, completed(f.requireCalls(time.Hour, 3, 1)), "once a day each item is read")
	require.Equal(t, f.Now(), f.before.FullAt)
	f.requireCalls(time.Hour, 0, 1)
}

func TestASmallQueryNeedsNoFeed(t *testing.T) {
	t.Parallel()
	f := follow(t, 200)
	f.close(3)
	require.Equal(t, 3, completed(f.requireCalls(time.Hour, 1, 0)))
}

// TestAFeedThatDoesNotServe: it is left alone for a day, and the numbers are
// right all the time.
func TestAFeedThatDoesNotServe(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]adotest.Fault{
		"forbidden": adotest.Forbidden(), "not there": adotest.NotFoundPage(), "bad request": adotest.Improper(),
		"no member": adotest.NoAccess(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := follow(t, 450)
			cancel := f.Cloud.Fail(adotest.Rule{Op: adotest.OpRevisions, Fault: fault})
			f.close(2)
			require.Equal(t, 2, completed(f.requireCalls(time.Hour, 3, 1)))
			cancel()
			f.requireCalls(time.Hour, 3, 0)
			f.requireCalls(24*time.Hour, 3, 1)
			f.requireCalls(time.Hour, 0, 1)
		})
	}
}

// TestAFeedInTrouble: everything is read in full, and the feed is tried again before
// long.
func TestAFeedInTrouble(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]adotest.Fault{
		"server error": adotest.ServerError(), "unavailable": adotest.Unavailable(0), "dropped": adotest.Dropped(),
		"page": adotest.HTML(), "cut": adotest.Truncated(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := follow(t, 450)
			cancel := f.Cloud.Fail(adotest.Rule{Op: adotest.OpRevisions, Fault: fault})
			f.close(2)
			run, batches, _ := f.hour(time.Hour)
			require.Equal(t, []int{2, 3}, []int{completed(run), batches})
			cancel()
			f.requireCalls(3*time.Hour, 3, 0)
			f.requireCalls(time.Hour, 3, 1)
			f.requireCalls(time.Hour, 0, 1)
		})
	}
}

// TestAFeedThatCostsMoreThanItSaves: an organization in which far more changes
// than the query holds.
func TestAFeedThatCostsMoreThanItSaves(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	for i := range 2500 {
		_, err := f.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectPay, adotest.Item{Type: "Bug", Title: fmt.Sprint("other ", i)})
		require.NoError(t, err)
	}
	f.close(2)
	require.Equal(t, 2, completed(f.requireCalls(time.Hour, 3, 2)))
	f.close(5)
	require.Equal(t, 5, completed(f.requireCalls(time.Hour, 3, 0)), "not tried again for a day")
}

// TestABlindFeed: it does not tell of changes that the account can read. The
// daily read finds out, and the feed is left alone.
func TestABlindFeed(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	blind := adotest.Reply(func(body map[string]any) { body["values"] = []any{} })
	f.Cloud.Fail(adotest.Rule{Op: adotest.OpRevisions, Fault: blind})
	f.close(4)
	require.Zero(t, completed(f.requireCalls(time.Hour, 0, 1)), "it cannot be known yet")
	require.Equal(t, 4, completed(f.requireCalls(24*time.Hour, 3, 2)), "the feed is asked twice whether it knows")
	f.close(6)
	require.Equal(t, 6, completed(f.requireCalls(time.Hour, 3, 0)))
}

// TestTheFeedLeavesOutFields: what it does not tell is read.
func TestTheFeedLeavesOutFields(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	f.Cloud.Fail(adotest.Rule{Op: adotest.OpRevisions, Fault: adotest.Reply(func(body map[string]any) {
		for _, v := range body["values"].([]any) {
			v.(map[string]any)["fields"] = map[string]any{"System.Title": "only this"}
		}
	})})
	f.close(3)
	require.Equal(t, 3, completed(f.requireCalls(time.Hour, 1, 1)))
}

// TestThrottlingEndsTheRun: nothing is measured by half.
func TestThrottlingEndsTheRun(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	for _, op := range []string{adotest.OpRevisions, adotest.OpQueryRun} {
		cancel := f.Cloud.Fail(adotest.Rule{Op: op, Fault: adotest.Throttled(0)})
		out := f.Source.RunQueries(t.Context(), okr.RunInput{
			Access: okrtest.AccessOf(okrtest.Alex), Project: f.Fiber(), Asks: []okr.QueryAsk{{ID: f.query, Before: f.before}},
		})
		require.Len(t, out, 1)
		f.RequireRefused(okr.Throttled, out[0].Err)
		cancel()
	}
}

// TestAnotherFieldIsReadInFull: what the last run did not read cannot be
// followed.
func TestAnotherFieldIsReadInFull(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	f.Cloud.ResetCalls()
	ask := okr.QueryAsk{ID: f.query, Before: f.before, Fields: []string{adotest.FieldStoryPoints}}
	out := f.Source.RunQueries(t.Context(), okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: f.Fiber(), Asks: []okr.QueryAsk{ask}})
	require.NoError(t, out[0].Err)
	require.Equal(t, 3, f.Cloud.Count(adotest.OpItemBatch))
	require.Equal(t, ask.Fields, out[0].Run.Fields)
}

// TestAFieldThatIsGone fails what is measured by it only, whether the service names
// it or not.
func TestAFieldThatIsGone(t *testing.T) {
	t.Parallel()
	f := follow(t, 450)
	asks := []okr.QueryAsk{{ID: f.FiberQuery(okrtest.LaunchBugs)}, {ID: f.query, Fields: []string{"Custom.Gone"}, Before: f.before}, {ID: f.FiberQuery("Launch stories"), Fields: []string{adotest.FieldStoryPoints}}}
	in := okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: f.Fiber(), Asks: asks}
	out := f.Source.RunQueries(t.Context(), in)
	require.Len(t, out, 3)
	for i, o := range out {
		require.NoError(t, o.Err)
		require.NotEmpty(t, o.Run.Items)
		require.Equal(t, i == 1, len(o.Run.FieldErrs) > 0)
	}
	f.RequireRefused(okr.QueryBroken, out[1].Run.Without(&okr.Field{Ref: "Custom.Gone"}), "Custom.Gone", "Change the measure. The last value stays until then.", "TF51535: Cannot find field Custom.Gone")
	require.Empty(t, out[1].Run.Fields)
	require.Equal(t, asks[2].Fields, out[2].Run.Fields, "another field is read")

	unnamed := adotest.Custom(400, nil, `{"typeKey":"WorkItemTrackingQueryException","message":"TF51535: ?"}`)
	f.Cloud.Fail(adotest.Rule{Op: adotest.OpItemBatch, Count: 1, Fault: unnamed})
	out = f.Source.RunQueries(t.Context(), in)
	require.Len(t, out, 3)
	require.NoError(t, out[0].Err)
	require.Error(t, out[2].Run.Without(&okr.Field{Ref: adotest.FieldStoryPoints}), "it may be this one")
}
