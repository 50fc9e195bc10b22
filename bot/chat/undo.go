package chat

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// undoLife is for how long what a person did last can be undone.
const undoLife = 10 * time.Minute

// Done is the last thing that a person did, wherever that was.
type Done struct {
	What string     `json:"what"` // in words that follow "you": "checked in KR1"
	Goal okr.GoalID `json:"goal,omitempty"`
	// By names the [Subject.Undoes] that undoes it; empty: none does.
	By      string          `json:"by,omitempty"`
	State   json.RawMessage `json:"state,omitempty"`   // that it needs
	Instead string          `json:"instead,omitempty"` // the command that takes it back, where By is empty
	At      time.Time       `json:"at"`
	Undone  bool            `json:"undone,omitempty"`
}

// UndoHandler undoes what a person did.
type UndoHandler func(ctx context.Context, t *Turn, d Done) (Reply, error)

func undoKey(user okr.UserID) string { return "undo:" + string(user) }

// DidLast remembers what the person of the turn did, for `undo`. Best effort: it is done
// all the same.
func DidLast(ctx context.Context, c *Chat, t *Turn, d Done, state any) {
	d.At = c.Now()
	var err error
	if state != nil {
		d.State, err = json.Marshal(state)
	}
	if err == nil {
		err = keepDone(ctx, c, t, d)
	}
	if err != nil {
		c.notNoted(ctx, "undo", err)
	}
}

func keepDone(ctx context.Context, c *Chat, t *Turn, d Done) error {
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return c.Memory.PutDraft(ctx, t.Actor.Tenant, undoKey(t.Actor.ID), data, undoLife)
}

// lastDone is what the person did in the last 10 minutes; false: nothing.
func lastDone(ctx context.Context, c *Chat, t *Turn) (d Done, ok bool, err error) {
	data, err := c.Memory.Draft(ctx, t.Actor.Tenant, undoKey(t.Actor.ID))
	if okr.KindOf(err) == okr.NotFound {
		return d, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	return d, err == nil && c.Now().Sub(d.At) < undoLife, err
}

// UndoLast undoes what the person did in the last 10 minutes; false: that is nothing.
// Conflict: it is undone already, or others changed the same since.
func UndoLast(ctx context.Context, c *Chat, t *Turn) (r Reply, ok bool, err error) {
	d, ok, err := lastDone(ctx, c, t)
	if err != nil || !ok {
		return r, false, err
	}
	undo := c.undoes[d.By]
	switch {
	case d.Undone:
		return r, true, okr.Errorf(okr.Conflict, "You already undid your last change: you %s. Nothing else was undone.", d.What)
	case undo == nil && d.Instead != "":
		return r, true, okr.Errorf(okr.Invalid, "Your last change can't be undone with undo: you %s. To take it back, send: %s", d.What, d.Instead)
	case undo == nil:
		return r, true, okr.Errorf(okr.Invalid, "Your last change can't be undone with undo (%s).", d.What)
	}
	if r, err = undo(ctx, t, d); err != nil {
		return r, true, elsewhere(t, err)
	}
	d.Undone = true
	if err := keepDone(ctx, c, t, d); err != nil {
		c.notNoted(ctx, "undo", err) // a second one finds it undone
	}
	return r, true, nil
}

// elsewhere says of what can't be seen where others read along where it may be undone.
func elsewhere(t *Turn, err error) error {
	if !t.Actor.Shared || okr.KindOf(err) != okr.NotFound {
		return err
	}
	return okr.WrapError(okr.NotFound, err, "Your last change can't be undone where others read along: it is about something private or deleted. Send undo in our own chat.")
}

// mostOpen is how many open forms of a person `cancel` knows.
const mostOpen = 10

// openForm is a form that a person has open in a place.
type openForm struct {
	Kind  string    `json:"kind"`
	ID    string    `json:"id"`
	Place string    `json:"place"`         // where it is shown: the 1:1 chat, where the place of the command takes no message for one person
	Card  teams.Ref `json:"card,omitzero"` // the message that shows it; zero: not known
}

// cancelled is what is kept of a form that was cancelled, so that it is saved by nobody.
const cancelled = `"cancelled"`

func openKey(t *Turn) string {
	return "open:" + string(t.Actor.ID)
}

// openForms are the forms of the person, the latest last.
func openForms(ctx context.Context, c *Chat, t *Turn) (list []openForm, err error) {
	data, err := c.Memory.Draft(ctx, t.Actor.Tenant, openKey(t))
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	return list, okr.IgnoreNotFound(err)
}

func keepOpenForms(ctx context.Context, c *Chat, t *Turn, list []openForm) error {
	data, err := json.Marshal(list[max(0, len(list)-mostOpen):])
	if err != nil {
		return err
	}
	return c.Memory.PutDraft(ctx, t.Actor.Tenant, openKey(t), data, formLife)
}

// noteOpen notes that a form is open. Best effort: without it `cancel` does not find it.
func noteOpen(ctx context.Context, c *Chat, t *Turn, kind, id string) {
	list, err := openForms(ctx, c, t)
	if n := len(list); err == nil && (n == 0 || list[n-1].ID != id) {
		err = keepOpenForms(ctx, c, t, append(list, openForm{Kind: kind, ID: id, Place: t.Activity.BaseConversationID()}))
	}
	if err != nil {
		c.notNoted(ctx, "form", err)
	}
	t.newForm = id
}

// withForm notes with a reply that shows a new form which message that is.
func withForm(c *Chat, t *Turn, r Reply) Reply {
	id := t.newForm
	t.newForm = "" // a further command of the message may open another one
	if id == "" || t.Press != nil || r.Posted != nil {
		return r
	}
	r.Posted = func(ctx context.Context, at teams.Ref) error {
		list, err := openForms(ctx, c, t)
		for i := range list {
			if list[i].ID == id {
				list[i].Card, list[i].Place = at, at.Root().ConversationID
			}
		}
		if err == nil {
			err = keepOpenForms(ctx, c, t, list)
		}
		if err != nil {
			c.notNoted(ctx, "form", err)
		}
		return nil
	}
	return r
}

// Cancel ends the form that the person opened last in the place and did not save; what it
// was opened for is as it was. False: there is none.
func Cancel(ctx context.Context, c *Chat, t *Turn) (bool, error) {
	list, err := openForms(ctx, c, t)
	for i := len(list) - 1; err == nil && i >= 0; i-- {
		last := list[i]
		if last.Place != t.Activity.BaseConversationID() {
			continue
		}
		list = slices.Delete(list, i, i+1)
		key := formKey(last.Kind, last.ID)
		data, err := c.Memory.Draft(ctx, t.Actor.Tenant, key)
		if okr.KindOf(err) == okr.NotFound || err == nil && string(data) == cancelled {
			continue // it was saved, or its time is over
		}
		if err == nil {
			err = c.Memory.PutDraft(ctx, t.Actor.Tenant, key, []byte(cancelled), formLife)
		}
		if err == nil {
			err = keepOpenForms(ctx, c, t, list)
		}
		if err == nil && last.Card.ActivityID != "" {
			closeCard(ctx, c, last.Card)
		}
		return err == nil, err
	}
	return false, err
}

// closeCard puts a word in place of a form that was cancelled. Best effort: it can be
// saved no longer.
func closeCard(ctx context.Context, c *Chat, card teams.Ref) {
	if err := c.Update(ctx, card, Say(cards.Done("Cancelled", "Nothing was saved.", nil))); err != nil {
		c.Logger.InfoContext(ctx, "cancelled form not replaced", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
