package chat

import (
	"context"
	"net/http"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// Deliver renders a reply where the turn's activity waits for it: as the answer to
// an Action.Execute, in place of the card of an Action.Submit, or as a new message.
// Nothing else answers a turn.
func (c *Chat) Deliver(ctx context.Context, t *Turn, r Reply) (teams.InvokeResponse, error) {
	r, err := c.inItsPlace(ctx, t, r)
	if err != nil {
		r = c.Refusal(ctx, err, "That did not work")
	}
	isPress := t.Press != nil && !r.isRefusal() && r.attachment == nil
	switch {
	case t.Activity.Name == teams.InvokeCardAction:
		return c.answer(ctx, t, r)
	case isPress && t.Activity.ReplyToID != "":
		return teams.InvokeResponse{}, c.Replace(ctx, t.Activity.CardRef(), r)
	}
	return teams.InvokeResponse{Status: http.StatusOK}, c.Post(ctx, t.Activity.Ref(), r)
}

// inItsPlace is what is said where the activity came from: of a reply that is for
// one person only, and was come to by way of another place, that it is in their own
// chat.
func (c *Chat) inItsPlace(ctx context.Context, t *Turn, r Reply) (Reply, error) {
	if r.only != "" && t.Actor.Shared {
		return c.InPersonal(ctx, t, r)
	}
	return r.Only(""), nil
}

// answer answers an Action.Execute. A refusal leaves the pressed card and its
// fields as they are; what is no card is a message of its own.
func (c *Chat) answer(ctx context.Context, t *Turn, r Reply) (teams.InvokeResponse, error) {
	if r.isRefusal() {
		return refusalResponse(r), nil
	}
	if r.attachment != nil {
		if err := c.Post(ctx, t.Activity.Ref(), r); err != nil {
			return refusalResponse(c.Refusal(ctx, err, "")), nil
		}
		return teams.MessageResponse(r.summary), nil
	}
	return c.answerCard(ctx, t, r)
}

// answerCard replaces the card for whoever pressed and, where others see it too,
// for them.
func (c *Chat) answerCard(ctx context.Context, t *Turn, r Reply) (teams.InvokeResponse, error) {
	id := t.Activity.ReplyToID
	if r.forAll && t.Actor.Shared && id != "" {
		if err := c.Connector.Update(ctx, t.Activity.CardRef(), r.message()); err != nil && !IsUnreachable(postError(err)) {
			c.Logger.WarnContext(ctx, "card not updated for others", "ref", teams.RefFrom(ctx), "err", err)
		}
	}
	if r.Posted != nil {
		if err := r.Posted(ctx, id); err != nil {
			return refusalResponse(c.Refusal(ctx, err, "")), nil
		}
	}
	response := teams.CardResponse(r.card)
	response.Private = !r.forAll
	return response, nil
}

func refusalResponse(r Reply) teams.InvokeResponse {
	status := http.StatusBadRequest
	if okr.KindOf(r.refused) == okr.Internal {
		status = http.StatusInternalServerError
	}
	return teams.ErrorResponse(status, okr.KindOf(r.refused).String(), r.words)
}

// RefuseInvoke answers an invoke that is no press with words.
func (c *Chat) RefuseInvoke(ctx context.Context, err error) teams.InvokeResponse {
	return refusalResponse(c.Refusal(ctx, err, ""))
}
