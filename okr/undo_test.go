package okr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// TestBeforeEditBringsEveryFieldBack: whatever an edit changed is what it was, and nothing
// else is touched.
func TestBeforeEditBringsEveryFieldBack(t *testing.T) {
	t.Parallel()
	for _, f := range okr.GoalFields() {
		opened := editable(f)
		edited := opened
		fill(t, f, &edited)
		g := opened
		require.NoError(t, edit(t, &g, edited))
		require.Equal(t, 2, g.Version, f.ID)
		in, err := okr.BeforeEdit(g, 2)
		require.NoError(t, err, f.ID)
		if err := g.Edit(in, okr.Goal{}, okr.Actor{Person: ada}, true, today); okr.KindOf(err) != okr.Invalid {
			require.NoError(t, err, f.ID)
		}
		for _, of := range okr.GoalFields() {
			if of.In(g.Kind) {
				require.Equal(t, of.Text(opened), of.Text(g), "%s after an edit of %s", of.ID, f.ID)
			}
		}
		_, err = okr.BeforeEdit(g, 2)
		require.Equal(t, okr.Conflict, okr.KindOf(err), "somebody changed it since")
	}
}

// TestUndoneCheckInsCountNoLonger: neither as a value nor as what stands.
func TestUndoneCheckInsCountNoLonger(t *testing.T) {
	t.Parallel()
	list := []okr.CheckIn{{ID: "CI1", Value: new(1.0)}, {ID: "CI2", Value: new(2.0), UndoneAt: today}}
	require.Len(t, okr.HistoryPoints(nil, list), 1)
	require.Len(t, okr.StandingCheckIns(list), 1)
	require.Len(t, list, 2)
}

// TestCommentsCountForNothing: neither as a value nor as what stands.
func TestCommentsCountForNothing(t *testing.T) {
	t.Parallel()
	comment := okr.CheckIn{ID: "CI3", Comment: true, Note: "See the map", By: okr.Person{Name: "Megan"}, At: today, MadeAt: today, Value: new(5.0), Status: okr.AtRisk}
	require.Empty(t, okr.HistoryPoints(nil, []okr.CheckIn{comment}))
	require.Empty(t, okr.StandingCheckIns([]okr.CheckIn{comment}))
	g := okr.Goal{ID: "KR1", Kind: okr.KeyResult, Metric: &okr.Metric{Name: "Bugs", Target: 10}}
	was := g
	g.TakeCheckIn(comment)
	require.Equal(t, was, g)
}
