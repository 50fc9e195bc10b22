package transfer_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

// Each goal has one number, which leads back to it in its own tenant only, and which a
// spreadsheet shows with all its digits.
func TestGoalNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		goal := rapid.Custom(func(t *rapid.T) okr.GoalID {
			prefix := rapid.SampledFrom([]string{okr.ObjectivePrefix, okr.KeyResultPrefix, okr.ProjectPrefix}).Draw(t, "prefix")
			return okr.GoalID(prefix + rapid.StringMatching(`[1-9][0-9]{0,5}`).Draw(t, "number"))
		})
		one, other := goal.Draw(t, "one"), goal.Draw(t, "other")
		number := transfer.GoalNumber(okrtest.Contoso, one)
		require.Len(t, number, 11)
		require.Equal(t, one == other, number == transfer.GoalNumber(okrtest.Contoso, other))
		back, ok := transfer.GoalOfNumber(okrtest.Contoso, number)
		require.True(t, ok)
		require.Equal(t, one, back)
		_, ok = transfer.GoalOfNumber("another-tenant", number)
		require.False(t, ok)
	})
	for _, foreign := range []string{"", "5100002", "x", "-1", "99999999999", "row 4"} {
		_, ok := transfer.GoalOfNumber(okrtest.Contoso, foreign)
		require.False(t, ok, foreign)
	}
	again := transfer.NameNumber("tag", "Growth")
	require.Equal(t, again, transfer.NameNumber("tag", "Growth"))
	require.NotEqual(t, transfer.NameNumber("tag", "Growth"), transfer.NameNumber("team", "Growth"))
	require.LessOrEqual(t, len(transfer.NameNumber("tag", "Growth")), 15)
}
