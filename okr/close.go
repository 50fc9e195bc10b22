package okr

import (
	"time"
)

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

// CloneWith says how much below an objective is cloned with it.
type CloneWith string

// How much is cloned.
const (
	CloneAlone    CloneWith = ""         // the objective only
	CloneChildren CloneWith = "children" // and what stands right below it
	CloneAll      CloneWith = "all"      // and everything below that
)

// CloneInput is how a person wants an objective in another period.
type CloneInput struct {
	Goal         GoalID
	PeriodID     string
	With         CloneWith
	KeepBindings bool   // bind the clones to the same queries
	Form         string // the id of the form that makes the clones, once; empty: none
	Continue     bool   // key results begin where the old ones stand, instead of at their start
}

// Cloned is the outcome of cloning.
type Cloned struct {
	View    GoalView
	Count   int      // goals made
	Unbound []GoalID // clones that could not be bound: the actor may not use the connection
}

// CloseInput is how a person ends a goal.
type CloseInput struct {
	Goal  GoalID
	State Status   // StatusClosed or StatusPostponed
	Score *float64 // 0 to 1; nil: as [ClosePreview] suggests. Postponed goals have none.
	Note  string
}

// ClosePreview says what closing a goal would do.
type ClosePreview struct {
	View  GoalView
	State Status  // what is suggested: postponed for what made no progress at all
	Score float64 // what is suggested: the mean of the children's, else the progress
	Also  []Goal  // open goals below that would end with it
	Kept  []Goal  // open goals below that the actor may not close: they stay open
}

// Check refuses an input that cannot be.
func (in CloseInput) Check() error {
	switch {
	case in.State != StatusClosed && in.State != StatusPostponed:
		return FieldErrorf("state", "Choose whether it is closed or postponed.")
	case in.Score != nil && in.State == StatusPostponed:
		return FieldErrorf("score", "Only what is closed has a score. Leave it empty.")
	case in.Score != nil && !(*in.Score >= 0 && *in.Score <= 1):
		return FieldErrorf("score", "A score is a number from 0 to 1, for example 0.7.")
	case runes(in.Note) > MaxNote:
		return FieldErrorf("note", "The note has %d characters; at most %d fit.", runes(in.Note), MaxNote)
	}
	return nil
}
