package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"regexp"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// The outcomes of a sign-in in the log.
const (
	outcomeDone      = "done"
	outcomeCode      = "code" // another account's: it waits for its code
	outcomeCancelled = "cancelled"
	outcomeRefused   = "refused" // by Microsoft Entra
	outcomeFailed    = "failed"
	outcomeWrongCode = "wrong code"
	outcomeDropped   = "dropped" // after too many wrong codes
)

// waySSO is the way of a sign-in that Teams does by itself, in the log.
const waySSO = "sso"

// cancelled is the title of what a person has ended.
const cancelled = "Sign-in cancelled"

// ended writes the line of a sign-in that came to something: ids and codes only.
func (s *Subject) ended(ctx context.Context, k signInTicket, outcome string, err error) {
	level := slog.LevelInfo
	switch {
	case outcome == outcomeFailed && okr.KindOf(err) == okr.Internal && !errors.Is(err, errOtherBrowser):
		level = slog.LevelError
	case outcome == outcomeFailed:
		level = slog.LevelWarn
	}
	attrs := []any{"ref", teams.RefFrom(ctx), "outcome", outcome, "tenant", string(k.Actor.Tenant), "user", string(k.Actor.ID)}
	if k.Way != "" {
		attrs = append(attrs, "way", k.Way)
	}
	if err != nil && okr.CauseOf(err) != nil {
		attrs = append(attrs, "err", okr.CauseOf(err))
	}
	s.chat.Logger.Log(ctx, level, "sign-in", attrs...)
}

// errorCode is what Microsoft Entra may call an error; anything else came from somebody
// else.
var errorCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

// denialOf is the cause of a refused sign-in: its codes, and nothing of its text.
func denialOf(q url.Values) error {
	text := "no code"
	if code := q.Get("error"); errorCode.MatchString(code) {
		text = code
	}
	if number := aadsts.FindString(q.Get("error_description")); number != "" {
		text += " " + number[:min(len(number), 20)]
	}
	return errors.New(text)
}
