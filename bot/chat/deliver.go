package chat

import (
	"context"
	"net/http"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Deliver renders a reply where the turn's activity waits for it: as the answer to
// an Action.Execute, in place of the card of an Action.Submit, or as a new message.
// Nothing else answers a turn, and here it is decided who sees the answer: nobody but
// the person where the turn or the reply is for that one only, and a refusal always is.
func (c *Chat) Deliver(ctx context.Context, t *Turn, r Reply) (teams.InvokeResponse, error) {
	switch {
	case t.Activity.IsPersonal():
		r = r.Only("") // there is nobody else
	case r.isRefusal(), isSubmit(t) && !r.forAll:
		r = r.Only(t.Actor.ID)
	}
	if t.Activity.IsPersonal() || r.only == t.Actor.ID || t.Activity.Name == teams.InvokeCardAction && !r.forAll {
		r.card = cards.Without(r.card, func(verb string) bool { return isForOthers(c, t, verb) })
	}
	if t.Activity.Name == teams.InvokeCardAction {
		return c.answer(ctx, t, r)
	}
	return teams.InvokeResponse{Status: http.StatusOK}, c.reply(ctx, t, r)
}

// isForOthers says whether a button does what only others may: on a card that nobody else
// sees, it would lead to a refusal.
func isForOthers(c *Chat, t *Turn, verb string) bool {
	is := false
	for _, cmd := range c.byVerb[verb] {
		if cmd.MayUse(t.Actor.Guest, c.Access.Administers(t.Settings, t.Actor)) {
			return false
		}
		is = true
	}
	return is
}

// isSubmit says that a press came as a message. Only an Action.Execute has an answer of its
// own, which nobody but the person sees.
func isSubmit(t *Turn) bool {
	return t.Press != nil && t.Activity.Name != teams.InvokeCardAction
}

// reply answers a message: an Action.Submit in place of its card, unless others see that
// one and not the reply.
func (c *Chat) reply(ctx context.Context, t *Turn, r Reply) error {
	isPress := t.Press != nil && !r.isRefusal() && r.attachment == nil && t.Activity.ReplyToID != ""
	if isPress && (r.only == "" || t.Activity.IsTargeted()) {
		return c.Replace(ctx, t.Activity.CardRef(), r)
	}
	at, err := c.post(ctx, t.place(r), r)
	here := withoutReader(t.Activity.Ref())
	switch {
	case t.Activity.IsPersonal() || r.only == "":
		return err
	case IsUnreachable(err): // neither here nor there
		err = c.Post(ctx, here, c.Refusal(ctx, err, "That didn't work"))
		return IgnoreUnreachable(err)
	case err == nil && r.own: // the person alone is told
		return c.Post(ctx, t.Activity.OwnRef(), Say(askedInOwnChat(r)).Only(t.Actor.ID))
	case err == nil && at.ConversationID != here.ConversationID && !t.Activity.IsTargeted(): // others saw that it was asked
		return c.Post(ctx, here, Say(cards.AnsweredElsewhere(r.attachment != nil)))
	}
	return err
}

// askedInOwnChat tells somebody that the answer is in the 1:1 chat, the only place for it.
func askedInOwnChat(r Reply) cards.Card {
	if r.attachment != nil {
		return cards.AskedInOwnChat()
	}
	return cards.AnsweredElsewhere(false)
}

// place is where a new message answers the turn.
func (t *Turn) place(r Reply) teams.Ref {
	if r.only != "" {
		return t.Activity.OwnRef()
	}
	return t.Activity.Ref()
}

func withoutReader(ref teams.Ref) teams.Ref {
	ref.Only = teams.Reader{}
	return ref
}

// answer answers an Action.Execute. A refusal leaves the pressed card and its
// fields as they are; what is no card is a message of its own, and so is what only one
// person may see of a card that everybody sees.
func (c *Chat) answer(ctx context.Context, t *Turn, r Reply) (teams.InvokeResponse, error) {
	if r.isRefusal() {
		return refusalResponse(r), nil
	}
	isApart := r.only != "" && (r.own || !t.Activity.IsTargeted())
	if r.attachment == nil && !isApart {
		return c.answerCard(ctx, t, r)
	}
	at, err := c.post(ctx, t.Activity.OwnRef(), r)
	switch {
	case err != nil:
		return refusalResponse(c.Refusal(ctx, err, "")), nil
	case t.Activity.IsPersonal():
		return teams.MessageResponse(r.summary), nil
	case at.Only.ID == "":
		return teams.MessageResponse("I've answered in our 1:1 chat."), nil
	}
	return teams.MessageResponse("I've answered in a message that only you can see."), nil
}

// answerCard replaces the card for whoever pressed and, where others see it too,
// for them.
func (c *Chat) answerCard(ctx context.Context, t *Turn, r Reply) (teams.InvokeResponse, error) {
	at := t.Activity.CardRef()
	if r.forAll && !t.Activity.IsPersonal() && at.ActivityID != "" {
		if err := c.Connector.Update(ctx, at, r.message(at)); err != nil && !IsUnreachable(postError(err)) {
			c.Logger.WarnContext(ctx, "card not updated for others", "ref", teams.RefFrom(ctx), "err", err)
		}
	}
	if r.Posted != nil {
		if err := r.Posted(ctx, at); err != nil {
			return refusalResponse(c.Refusal(ctx, err, "")), nil
		}
	}
	response := teams.CardResponse(r.cardAt(at))
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
