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
	done := okr.Draft{ID: undoKey(t.Actor.ID), Data: data, Life: undoLife}
	if f := frameOf(ctx); f != nil {
		f.leave(done)
		return nil
	}
	return c.Memory.PutDraft(ctx, t.Actor.Tenant, done.ID, done.Data, done.Life)
}

// lastDone is what the person did in the last 10 minutes; false: nothing.
func lastDone(ctx context.Context, c *Chat, t *Turn) (d Done, ok bool, err error) {
	data := frameOf(ctx).left(undoKey(t.Actor.ID)) // of a command before in the same message
	if data == nil {
		data, err = c.Memory.Draft(ctx, t.Actor.Tenant, undoKey(t.Actor.ID))
	}
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
		return r, true, okr.Errorf(okr.Invalid, "Your last change can't be undone with undo: you %s. To revert it, send: %s", d.What, d.Instead)
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
	return okr.WrapError(okr.NotFound, err, "Your last change can't be undone here, because it is about something private or deleted. Send undo in our 1:1 chat.")
}

// mostOpen is how many notes of open forms of a person are kept: `cancel` knows some ten forms.
const mostOpen = 30

// openForm says where a form that a person opened is shown.
type openForm struct {
	Form  string    `json:"form"`
	Place string    `json:"place"`         // the 1:1 chat, where the place of the command takes no message for one person
	Card  teams.Ref `json:"card,omitzero"` // the message that shows it; zero: not known
}

// cancelled is what is kept of a form that was cancelled, so that it is saved by nobody.
const cancelled = `"cancelled"`

// keepOpen keeps a form, and that it is open, for `cancel`; without data only that. In a
// turn that somebody ends, that is noted at its end.
func keepOpen(ctx context.Context, c *Chat, t *Turn, o openForm, data []byte) error {
	note, err := json.Marshal(o)
	if err != nil {
		return err
	}
	form := okr.OpenForm{ID: o.Form, Data: data, Life: formLife, List: formsKey(t), Note: note, Most: mostOpen}
	f := frameOf(ctx)
	if f == nil {
		return c.Memory.PutForm(ctx, t.Actor.Tenant, form)
	}
	if form.Data = nil; data != nil {
		err = c.Memory.PutDraft(ctx, t.Actor.Tenant, o.Form, data, formLife)
	}
	if err == nil {
		f.open(form)
	}
	return err
}

func formsKey(t *Turn) string { return "forms:" + string(t.Actor.ID) }

// openForms are the forms that the person opened, the latest first. A form that was changed
// since has the message of before.
func openForms(ctx context.Context, c *Chat, t *Turn) (list []openForm, err error) {
	notes, err := c.Memory.OpenForms(ctx, t.Actor.Tenant, formsKey(t))
	for _, form := range frameOf(ctx).opened() { // by a command before in the same message
		notes = slices.Insert(notes, 0, form.Note)
	}
	for _, note := range notes {
		var o openForm
		if json.Unmarshal(note, &o) != nil {
			continue
		}
		i := slices.IndexFunc(list, func(later openForm) bool { return later.Form == o.Form })
		switch {
		case i < 0:
			list = append(list, o)
		case list[i].Card.ActivityID == "":
			list[i].Card = o.Card
		}
	}
	return list, err
}

// withForm notes with a reply that shows a new form which message that is. Best effort:
// `cancel` works without it.
func withForm(c *Chat, t *Turn, r Reply) Reply {
	form := t.newForm
	t.newForm = "" // a further command of the message may open another one
	if form == "" || t.Press != nil || r.Posted != nil {
		return r
	}
	r.Posted = func(ctx context.Context, at teams.Ref) error {
		if err := keepOpen(ctx, c, t, openForm{Form: form, Place: at.Root().ConversationID, Card: at}, nil); err != nil {
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
	if err != nil {
		return false, err
	}
	for _, last := range list {
		if last.Place != t.Activity.BaseConversationID() {
			continue
		}
		data, err := c.Memory.Draft(ctx, t.Actor.Tenant, last.Form)
		if okr.KindOf(err) == okr.NotFound || err == nil && string(data) == cancelled {
			continue // it was saved, or its time is over
		}
		if err == nil {
			err = c.Memory.PutDraft(ctx, t.Actor.Tenant, last.Form, []byte(cancelled), formLife)
		}
		if err == nil && last.Card.ActivityID != "" {
			closeCard(ctx, c, last.Card)
		}
		return err == nil, err
	}
	return false, nil
}

// closeCard puts a word in place of a form that was cancelled. Best effort: it can be
// saved no longer.
func closeCard(ctx context.Context, c *Chat, card teams.Ref) {
	if err := c.Update(ctx, card, Say(cards.Done("Canceled", "Nothing was saved.", nil))); err != nil {
		c.Logger.InfoContext(ctx, "cancelled form not replaced", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
