package signin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

const (
	codeDigits = 6
	maxTries   = 5
)

// IsCode says whether a text is a code of a sign-in page.
func IsCode(text string) bool {
	_, ok := parseCode(text)
	return ok
}

// parseCode reads a code as people type it: in groups, with a full stop behind it or
// the word code before it. Anything else beside six digits makes it no code.
func parseCode(text string) (code string, ok bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if rest, found := strings.CutPrefix(text, "code"); found {
		text = strings.TrimLeft(rest, " :=")
	}
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.Trim(text, ".,;!\"'“”„"))
	return code, len(code) == codeDigits && strings.Trim(code, "0123456789") == ""
}

// pending is a sign-in that waits for its code.
type pending struct {
	Code       string       `json:"code"`
	Ticket     signInTicket `json:"ticket"`
	Credential sealedSignIn `json:"credential"`
	Account    okr.Account  `json:"account"`
	ID         string       `json:"id"`
}

// pendingKey names the sign-in of a person that waits; a newer one replaces it.
func pendingKey(a okr.Actor) string { return "code:" + string(a.Tenant) + ":" + string(a.ID) }

// OnVerifyState takes the code that Teams hands over by itself.
func (s *Subject) OnVerifyState(ctx context.Context, t *chat.Turn) (teams.InvokeResponse, error) {
	var value struct {
		State string `json:"state"`
	}
	if err := json.Unmarshal(t.Activity.Value, &value); err != nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	if !IsCode(value.State) {
		return teams.InvokeResponse{Status: 200}, nil // the same person signed in: live already
	}
	r, err := s.EnterCode(ctx, t, value.State)
	if err != nil {
		s.chat.Words(ctx, err)
		return teams.InvokeResponse{Status: 412}, nil
	}
	return teams.InvokeResponse{Status: 200}, s.chat.Post(ctx, t.Activity.OwnRef(), r)
}

func (s *Subject) pressCode(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	r, err := s.EnterCode(ctx, t, strings.TrimSpace(p.Data[cards.InputCode]))
	if okr.KindOf(err) == okr.Invalid {
		wrong, _ := s.chat.FieldError(ctx, err)
		return chat.Say(cards.SignInCode("Enter the 6-digit code from the sign-in page.", wrong)), nil
	}
	return r, err
}

// EnterCode makes a waiting sign-in live when the code fits. After five wrong
// ones the sign-in is dropped. What comes next was begun in the 1:1 chat and is for
// there, wherever the code was typed.
func (s *Subject) EnterCode(ctx context.Context, t *chat.Turn, typed string) (chat.Reply, error) {
	code, _ := parseCode(typed)
	key := pendingKey(t.Actor)
	raw, err := s.tickets.PeekTicket(ctx, key)
	if okr.KindOf(err) == okr.NotFound {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.SignIn, "There's no sign-in waiting for a code."), okr.Step{Kind: okr.StepSignIn})
	}
	if err != nil {
		return chat.Reply{}, err
	}
	var waiting pending
	if err := json.Unmarshal(raw, &waiting); err != nil {
		return chat.Reply{}, fmt.Errorf("waiting sign-in: %w", err)
	}
	tries, err := s.tickets.CountTry(ctx, t.Actor.Tenant, "code:"+waiting.ID, ticketLife)
	if err != nil {
		return chat.Reply{}, err
	}
	if tries > maxTries || !sameText(code, waiting.Code) {
		return chat.Reply{}, s.wrongCode(ctx, waiting.Ticket, key, tries)
	}
	r, err := s.completed(ctx, waiting.Ticket, waiting.Credential.open(waiting.Ticket.Actor.ID, waiting.Account), s.taking(key))
	if okr.KindOf(err) != okr.NotFound {
		err = nil // the reply says why not
	}
	return r, err
}

func (s *Subject) wrongCode(ctx context.Context, k signInTicket, key string, tries int) error {
	if tries < maxTries {
		s.ended(ctx, k, outcomeWrongCode, nil)
		return okr.FieldErrorf(cards.InputCode, "Wrong code. Tries left: %d.", maxTries-tries)
	}
	if _, err := s.tickets.TakeTicket(ctx, key); err != nil && okr.KindOf(err) != okr.NotFound {
		return err
	}
	s.ended(ctx, k, outcomeDropped, nil)
	return okr.WithNext(okr.Errorf(okr.Forbidden, "The code was wrong five times, so I cancelled the sign-in."), okr.Step{Kind: okr.StepSignIn})
}
