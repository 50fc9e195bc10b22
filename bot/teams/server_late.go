package teams

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Results keeps what came of a press that took longer than Teams waits, over all
// replicas: until whoever pressed has seen it. [Deliveries] reads it.
type Results interface {
	// PutResult keeps data under a key for a time, replacing what was there.
	PutResult(ctx context.Context, tenant, key string, data []byte, ttl time.Duration) error
	// DropResult forgets it; nothing there is no error.
	DropResult(ctx context.Context, tenant, key string) error
}

const (
	lateText     = "Still working on it. If nothing changes here in a moment, press the same button again to see the result."
	lateDoneText = "Done. Press the button again to see the result."
	// lateTimeout bounds the delivery of a late response, in addition to what
	// is left of the turn.
	lateTimeout = 30 * time.Second
	// resultLife is how long a result waits to be seen.
	resultLife = 15 * time.Minute
)

// lateResult is what is kept of a late press: that it is under way, or its answer.
type lateResult struct {
	Working bool            `json:"working,omitempty"`
	Status  int             `json:"status,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
}

// lateAnswer answers an activity whose turn goes on in the background.
func lateAnswer(a Activity) InvokeResponse {
	switch {
	case a.Type != TypeInvoke:
		return InvokeResponse{}
	case a.Name == InvokeCardAction:
		return MessageResponse(lateText)
	case a.Name == InvokeSearch:
		return SearchResponse(nil)
	case a.Name == InvokeTokenExchange: // Teams shows the button of the card; what comes of the exchange is posted
		return InvokeResponse{Status: http.StatusPreconditionFailed}
	default:
		return InvokeResponse{}
	}
}

// resultKey names what came of a press: the same button, with the same inputs, of the
// same card, by the same person. False: the activity is no press, or nothing is kept.
func (s *Server) resultKey(a Activity) (string, bool) {
	if s.options.Results == nil || a.Type != TypeInvoke || a.Name != InvokeCardAction {
		return "", false
	}
	var value struct {
		Action any `json:"action"`
	}
	if json.Unmarshal(a.Value, &value) != nil {
		return "", false
	}
	who := a.From.AADObjectID
	if who == "" {
		who = a.From.ID
	}
	raw, err := json.Marshal([]any{a.Conversation.ID, who, a.ReplyToID, value.Action}) // maps are written in order
	sum := sha256.Sum256(raw)
	return "late:" + hex.EncodeToString(sum[:]), err == nil
}

// earlier is the answer to a press whose work an earlier one has begun: its result, which
// is then seen, or that it is still under way. Of what cannot be read the work is done
// anew, which forms see to.
func (s *Server) earlier(ctx context.Context, a Activity, o Opening) (InvokeResponse, bool) {
	var kept lateResult
	err := o.Unread
	if err == nil && o.Late != nil {
		err = json.Unmarshal(o.Late, &kept)
	}
	isPress := a.Type == TypeInvoke && a.Name == InvokeCardAction
	if err != nil && isPress {
		NoteFrom(ctx).Missed("late press", err)
	}
	switch {
	case err != nil || o.Late == nil:
		return InvokeResponse{}, false
	case kept.Working:
		return lateAnswer(a), true
	}
	if key, ok := s.resultKey(a); ok {
		s.dropResult(ctx, a, key)
	}
	return InvokeResponse{Status: kept.Status, Body: kept.Body}, true
}

// noteLate notes that the work of a press goes on, so that nobody begins it again.
func (s *Server) noteLate(ctx context.Context, a Activity) {
	if key, ok := s.resultKey(a); ok {
		s.keep(ctx, a, key, lateResult{Working: true}, s.options.TurnTimeout+lateTimeout)
	}
}

// keep reports whether something is kept of a late press.
func (s *Server) keep(ctx context.Context, a Activity, key string, r lateResult, ttl time.Duration) bool {
	raw, err := json.Marshal(r)
	if err == nil {
		err = s.options.Results.PutResult(ctx, a.TenantID(), key, raw, ttl)
	}
	if err != nil {
		NoteFrom(ctx).Missed("late press", err)
	}
	return err == nil
}

func (s *Server) dropResult(ctx context.Context, a Activity, key string) {
	if err := s.options.Results.DropResult(ctx, a.TenantID(), key); err != nil { // it is forgotten by itself
		NoteFrom(ctx).Missed("late press", err)
	}
}

// keepResult keeps the response for the next press of the same button.
func (s *Server) keepResult(ctx context.Context, a Activity, r InvokeResponse) bool {
	key, ok := s.resultKey(a)
	if !ok {
		return false
	}
	body, err := json.Marshal(r.Body)
	return err == nil && s.keep(ctx, a, key, lateResult{Status: r.Status, Body: body}, resultLife)
}

// deliverLate shows the response to a card action that came too late for the
// request. What everybody may see who sees the card replaces it, for all of them. Where
// that cannot be, as with what is private on a card for everybody, an error there, or a card
// that somebody put in with the message extension, it is kept for the next press of the
// button by the same person, and announced.
func (s *Server) deliverLate(ctx context.Context, a Activity, r InvokeResponse) error {
	body, ok := r.Body.(InvokeAnswer)
	if a.Type != TypeInvoke || a.Name != InvokeCardAction || !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lateTimeout)
	defer cancel()
	msg, isCard := lateMessage(body)
	isForReaders := a.IsPersonal() || a.IsTargeted() || isCard && !r.Private
	var failure error
	if isForReaders {
		if failure = s.showLate(ctx, a, msg, isCard); failure == nil {
			if key, ok := s.resultKey(a); ok {
				s.dropResult(ctx, a, key)
			}
			return nil
		}
	}
	if !s.keepResult(ctx, a, r) && failure != nil {
		return failure
	}
	err := s.tellSender(ctx, a, Message{Text: lateDoneText})
	if err != nil { // okrbot need not be a member where a card was put in; the next press shows it
		s.log.InfoContext(ctx, "late result not announced", "ref", RefFrom(ctx), "err", errors.Join(failure, err))
	}
	return nil
}

// showLate puts a late card in place of the one that was used; a text is a message.
func (s *Server) showLate(ctx context.Context, a Activity, msg Message, isCard bool) error {
	if isCard && a.ReplyToID != "" {
		if err := s.options.Connector.Update(ctx, a.CardRef(), msg); err != nil {
			return fmt.Errorf("late card: %w", err)
		}
		return nil
	}
	_, err := s.options.Connector.Send(ctx, a.Ref(), msg)
	return err
}

// lateMessage is the message that shows a late answer.
func lateMessage(body InvokeAnswer) (msg Message, isCard bool) {
	switch value := body.Value.(type) {
	case string:
		return Message{Text: value}, false
	case AnswerError:
		return Message{Text: value.Message}, false
	default:
		return Message{Card: value, Summary: cardSummary(value)}, true
	}
}
