package chat

import (
	"context"
	"errors"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Words puts an error into words for people. A fault of okrbot's own is shown as a
// reference only. What stands behind it is in the log: in the line of the turn, or in
// one of its own.
func (c *Chat) Words(ctx context.Context, err error) string {
	c.note(ctx, err)
	var write cards.Place
	if f := frameOf(ctx); f != nil {
		write.Locale = f.locale
	}
	if msg, ok := okr.MessageFor(err, write.Date); ok {
		return c.WithSteps(msg, okr.NextOf(err))
	}
	return teams.FaultText(teams.RefFrom(ctx))
}

// note puts a failure into the log. What people read holds names and titles, so the
// log gets the cause only.
func (c *Chat) note(ctx context.Context, err error) {
	kind, cause := okr.KindOf(err), okr.CauseOf(err)
	if kind == okr.Internal {
		cause = err
	}
	switch {
	case teams.NoteFrom(ctx).Refuse(outcomeOf(err), kind.String(), cause):
	case kind == okr.Internal:
		c.Logger.ErrorContext(ctx, "fault", "ref", teams.RefFrom(ctx), "err", cause)
	default:
		c.Logger.InfoContext(ctx, "refused", "ref", teams.RefFrom(ctx), "failure", kind.String(), "err", cause)
	}
}

// outcomeOf says whose failure an error is.
func outcomeOf(err error) string {
	kind := okr.KindOf(err)
	switch {
	case errors.Is(err, okr.ErrStore):
		return teams.OutcomeStore
	case kind == okr.Internal:
		return teams.OutcomeFault
	case kind.Passes():
		return teams.OutcomeUnavailable
	default:
		return teams.OutcomeRefused
	}
}

// Refusal is the card that says why something was not done and what to do next.
func (c *Chat) Refusal(ctx context.Context, err error, title string) Reply {
	words := c.Words(ctx, err)
	r := Say(cards.Problem(title, words, referenceOf(ctx, err), c.nextButtons(err)))
	r.refused, r.words = err, words
	return r
}

func referenceOf(ctx context.Context, err error) string {
	if okr.KindOf(err) == okr.Internal {
		return teams.RefFrom(ctx)
	}
	return ""
}

// nextButtons are the steps that end a failure; where it names none that this
// person could press, the usual one of its kind.
func (c *Chat) nextButtons(err error) []cards.Button {
	var buttons []cards.Button
	for _, step := range okr.NextOf(err) {
		if b, ok := c.StepButton(step); ok && !step.ByOthers {
			buttons = append(buttons, b)
		}
	}
	if b, ok := c.StepButton(okr.Step{Kind: usualStep(okr.KindOf(err))}); ok && len(buttons) == 0 {
		buttons = append(buttons, b)
	}
	return buttons
}

func usualStep(kind okr.Kind) okr.StepKind {
	switch kind {
	case okr.SignIn, okr.NoAccess:
		return okr.StepSignIn
	case okr.Disabled:
		return okr.StepIntegration
	case okr.NotFound:
		return okr.StepList
	default:
		return okr.StepHelp
	}
}

// FirstError is the first of two that says something.
func FirstError(a, b cards.FieldError) cards.FieldError {
	if a.Message != "" {
		return a
	}
	return b
}

// FieldError gives what is wrong with a form, for errors that the form itself
// can show.
func (c *Chat) FieldError(ctx context.Context, err error) (cards.FieldError, bool) {
	switch okr.KindOf(err) {
	case okr.Invalid, okr.NotFound, okr.NoAccess, okr.PolicyRefused, okr.ProjectGone, okr.Conflict, okr.Throttled, okr.Unavailable:
		return cards.FieldError{Field: okr.FieldOf(err), Message: c.Words(ctx, err)}, true
	default:
		return cards.FieldError{}, false
	}
}

// OrElse is the text, or the fallback for an empty one.
func OrElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
