package okr

import "time"

// Closing is how a goal ended. Until it is reopened nothing about it changes.
type Closing struct {
	State Status    `json:"state"`           // StatusClosed or StatusPostponed
	Score *float64  `json:"score,omitempty"` // 0 to 1
	Note  string    `json:"note,omitempty"`
	By    Person    `json:"by"`
	At    time.Time `json:"at"`
}

// ScoreBand says how a score is coloured (formula F9).
type ScoreBand string

// The bands of scores.
const (
	ScoreRed    ScoreBand = "red"    // up to 0.4
	ScoreYellow ScoreBand = "yellow" // up to 0.6
	ScoreGreen  ScoreBand = "green"
	ScoreOrange ScoreBand = "orange" // a full score of something aspirational: it was too easy
)

// BandOf gives the band of a score of 0 to 1. Scores are taken to one decimal,
// as they are written.
func BandOf(score float64, t GoalType) ScoreBand {
	switch tenths := int(score*10 + 0.5); {
	case tenths >= 10 && t != Committed:
		return ScoreOrange
	case tenths >= 7:
		return ScoreGreen
	case tenths >= 5:
		return ScoreYellow
	default:
		return ScoreRed
	}
}

// ScoreOf is the score that progress in percent suggests: its share of 1, to one
// decimal.
func ScoreOf(progress float64) float64 {
	return float64(int(clamp(progress)/10+0.5)) / 10
}
