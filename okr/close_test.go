package okr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestScores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		score float64
		typ   okr.GoalType
		want  okr.ScoreBand
	}{
		{0, "", okr.ScoreRed},
		{0.4, "", okr.ScoreRed},
		{0.5, "", okr.ScoreYellow},
		{0.6, okr.Committed, okr.ScoreYellow},
		{0.7, "", okr.ScoreGreen},
		{0.9, okr.Aspirational, okr.ScoreGreen},
		{1, "", okr.ScoreOrange},
		{1, okr.Aspirational, okr.ScoreOrange},
		{1, okr.Committed, okr.ScoreGreen},
	} {
		require.Equal(t, c.want, okr.BandOf(c.score, c.typ), "%v %s", c.score, c.typ)
	}
	for progress, want := range map[float64]float64{-5: 0, 0: 0, 44: 0.4, 45: 0.5, 70: 0.7, 99: 1, 130: 1} {
		require.InDelta(t, want, okr.ScoreOf(progress), 1e-9, progress)
	}
}
