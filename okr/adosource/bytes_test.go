package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

// What an hour brings: of each work item its number in the result, and of those that
// changed four fields; packed where the service does that.
func TestAnswersBringWhatIsNeeded(t *testing.T) {
	t.Parallel()
	const items = 1000
	f := follow(t, items)
	perItem := func(op string, n int) (size, sent int) {
		size, sent = broughtBy(f.Cloud, op)
		return size / n, sent / n
	}
	size, sent := perItem(adotest.OpQueryRun, items)
	require.LessOrEqual(t, size, 13, "a number, and no address")
	require.LessOrEqual(t, sent, 6)
	size, sent = perItem(adotest.OpItemBatch, items)
	require.LessOrEqual(t, size, 170, "title, state, type and project")
	require.LessOrEqual(t, sent, 25)

	for n := range 100 {
		require.NoError(t, f.Cloud.SetState(adotest.OrgContoso, f.before.Items[n].ID, "Resolved"))
	}
	_, batches, pages := f.hour(time.Hour)
	require.Equal(t, []int{0, 1}, []int{batches, pages})
	size, sent = perItem(adotest.OpRevisions, 100)
	require.LessOrEqual(t, size, 170)
	require.LessOrEqual(t, sent, 25)

	require.NoError(t, f.Cloud.Switch(adotest.ModeNeverPack, true))
	f.hour(time.Hour)
	size, sent = broughtBy(f.Cloud, "")
	require.Equal(t, size, sent)
}
