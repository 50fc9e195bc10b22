package chat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// The one rule of all forms: a form is kept until what it says is saved, and then
// it is gone. What a form makes anew carries the form's id, and the store makes
// nothing twice of one id. So wherever a save breaks off, nothing that was typed is
// lost, and pressing again is always right.

// formLife is how long an open form is kept.
const formLife = 24 * time.Hour

// OpenForm keeps the state of a new form and gives its id.
func (c *Chat) OpenForm(ctx context.Context, t *Turn, kind string, state any) (string, error) {
	id := NewFormID()
	return id, c.KeepForm(ctx, t, kind, id, state)
}

// NewFormID makes the id of a form.
func NewFormID() string { return rand.Text() }

// KeepForm keeps what a form has come to, for a day from now.
func (c *Chat) KeepForm(ctx context.Context, t *Turn, kind, id string, state any) error {
	data, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("form: %w", err)
	}
	t.newForm = formKey(kind, id)
	return keepOpen(ctx, c, t, openForm{Form: t.newForm, Place: t.Activity.BaseConversationID()}, data)
}

func formKey(kind, id string) string { return kind + ":" + id }

// ReadForm reads the state of an open form. NotFound: it is saved, or its time is
// over.
func (c *Chat) ReadForm(ctx context.Context, t *Turn, kind, id string, state any) error {
	data, err := c.Memory.Draft(ctx, t.Actor.Tenant, formKey(kind, id))
	if okr.KindOf(err) == okr.NotFound {
		return formDone()
	}
	if err != nil {
		return err
	}
	if string(data) == cancelled {
		return okr.Errorf(okr.Invalid, "You canceled this form, so nothing was saved. Send the command again to start over.")
	}
	if err := json.Unmarshal(data, state); err != nil {
		return fmt.Errorf("form: %w", err)
	}
	return nil
}

// AheadForm reads the form of a press ahead.
func AheadForm(c *Chat, kind string) Ahead {
	return func(ctx context.Context, actor okr.Actor, p Press) {
		if id := p.Data[cards.KeyDraft]; id != "" {
			_, _ = c.Memory.Draft(ctx, actor.Tenant, formKey(kind, id))
		}
	}
}

func formDone() error {
	return okr.Errorf(okr.NotFound, "This form was already saved, or it is older than a day. Nothing was saved again. Send the command again to start over.")
}

// FillsIn fails with Forbidden where a form that only its owner fills in is
// somebody else's.
func (t *Turn) FillsIn(owner okr.UserID) error {
	if owner == t.Actor.ID {
		return nil
	}
	return okr.Errorf(okr.Forbidden, "Someone else is filling in this form. Send the same command to start your own.")
}

// SaveForm saves what a form makes anew. Save gets the form's id into what it
// makes; a Conflict is then that it was made before. After any other error the form
// is as it was.
func (c *Chat) SaveForm(ctx context.Context, t *Turn, kind, id string, save func() error) error {
	var state json.RawMessage
	if err := c.ReadForm(ctx, t, kind, id, &state); err != nil {
		return err
	}
	switch err := save(); {
	case okr.IsMade(err):
		return formDone()
	case err != nil:
		return err
	}
	return c.DropForm(ctx, t, kind, id)
}

// DropForm forgets a form that is saved.
func (c *Chat) DropForm(ctx context.Context, t *Turn, kind, id string) error {
	return c.Memory.DropDraft(ctx, t.Actor.Tenant, formKey(kind, id))
}

// Values are what stands in the inputs of a form, by their ids.
type Values map[string]string

// Filled is what stands in the fields of a form after a press. A field that the
// card left out for its length is as it was kept, or else as it is now. One that
// was not sent is empty where clears says so, for an emptied picker sends nothing;
// else it is as now.
func (p Press) Filled(fields []string, kept, now Values, clears func(id string) bool) Values {
	leftOut := strings.Split(p.Data[cards.KeyKeep], ",")
	out := Values{}
	for _, id := range fields {
		typed, isSent := p.Data[id]
		was, isKept := kept[id]
		switch {
		case slices.Contains(leftOut, id) && isKept:
			out[id] = was
		case slices.Contains(leftOut, id):
			out[id] = now[id]
		case isSent:
			out[id] = typed
		case !clears(id):
			out[id] = now[id]
		}
	}
	return out
}

// KeepUnpicked counts choices that came back empty, or not at all, as left out: Teams
// on iOS sends nothing of a list that is searched and that nobody touched. What is to
// be empty has a choice of its own.
func (p Press) KeepUnpicked(ids ...string) Press {
	p.Data = maps.Clone(p.Data)
	for _, id := range ids {
		if strings.Trim(p.Data[id], ", ") == "" {
			p.Data[cards.KeyKeep] = strings.TrimPrefix(p.Data[cards.KeyKeep]+","+id, ",")
		}
	}
	return p
}

// WithoutNobody is the value of a people picker without the choice of nobody.
func WithoutNobody(value string) string {
	ids := slices.DeleteFunc(strings.Split(value, ","), func(id string) bool { return id == cards.ChoiceNone })
	return strings.Join(ids, ",")
}

// Merge takes over what mine changes of opened into now, and lists the fields that
// both changed to different values; of these it keeps mine. With nothing known of
// how the form began all that differs counts as changed by both.
func Merge(opened, mine, now Values) (merged Values, conflicts []string) {
	merged = maps.Clone(now)
	for _, id := range slices.Sorted(maps.Keys(mine)) {
		switch {
		case len(opened) > 0 && mine[id] == opened[id], mine[id] == now[id]:
			continue
		case len(opened) == 0 || now[id] != opened[id]:
			conflicts = append(conflicts, id)
		}
		merged[id] = mine[id]
	}
	return merged, conflicts
}

// IsOn reads the value of a toggle.
func IsOn(text string) bool { return strings.EqualFold(text, "true") }

// Truth is the value of a toggle.
func Truth(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
