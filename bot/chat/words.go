package chat

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Words puts an error into words for people. A fault of okrbot's own is logged
// and shown as a reference only.
func (c *Chat) Words(ctx context.Context, err error) string {
	if msg, ok := okr.MessageOf(err); ok {
		// What people read holds names and titles; the log gets the cause only.
		c.Logger.InfoContext(ctx, "refused", "ref", teams.RefFrom(ctx), "kind", okr.KindOf(err).String(), "err", okr.CauseOf(err))
		return msg
	}
	c.Logger.ErrorContext(ctx, "fault", "ref", teams.RefFrom(ctx), "err", err)
	return teams.FaultText(teams.RefFrom(ctx))
}

// Refusal is the card that says why something was not done and what to do next.
func (c *Chat) Refusal(ctx context.Context, err error, title string) Reply {
	words := c.Words(ctx, err)
	r := Say(cards.Problem(title, words, referenceOf(ctx, err), nextSteps(err)))
	r.refused, r.words = err, words
	return r
}

func referenceOf(ctx context.Context, err error) string {
	if okr.KindOf(err) == okr.Internal {
		return teams.RefFrom(ctx)
	}
	return ""
}

// nextSteps offers the button that ends a failure.
func nextSteps(err error) []cards.Button {
	switch okr.KindOf(err) {
	case okr.SignIn, okr.NoAccess:
		return []cards.Button{{Title: "Sign in", Verb: cards.VerbConnectionAccount, Style: "positive"}}
	case okr.PolicyRefused, okr.ProjectGone:
		return []cards.Button{{Title: "Connections", Verb: cards.VerbConnections}}
	case okr.Disabled:
		return []cards.Button{{Title: "See the integration", Verb: cards.VerbManage}}
	case okr.NotFound:
		return []cards.Button{{Title: "Show the OKRs", Verb: cards.VerbGoals}}
	default:
		return []cards.Button{{Title: "Help", Verb: cards.VerbHelp}}
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

// JoinName adds a name to names that are joined by "and", once.
func JoinName(names, name string) string {
	switch {
	case names == "":
		return name
	case slices.Contains(strings.Split(names, " and "), name):
		return names
	}
	return names + " and " + name
}

// OrElse is the text, or the fallback for an empty one.
func OrElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
