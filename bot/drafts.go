package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// draftLife is how long a half-filled form is kept.
const draftLife = 24 * time.Hour

// resume is what goes on after a sign-in or a new connection.
type resume struct {
	Verb string            `json:"verb"`
	Data map[string]string `json:"data,omitempty"`
}

// connectionDraft is a connection form under way.
type connectionDraft struct {
	ID           string           `json:"-"`
	Owner        okr.UserID       `json:"owner"`
	Credential   okr.CredentialID `json:"credential"`
	Account      string           `json:"account"`
	Editing      okr.ConnectionID `json:"editing,omitempty"`
	Name         string           `json:"name"`
	Organization string           `json:"organization"`
	Project      string           `json:"project"`
	Shared       bool             `json:"shared"`
	Resume       *resume          `json:"resume,omitempty"`
}

// bindDraft is a binding under way.
type bindDraft struct {
	ID         string           `json:"-"`
	Owner      okr.UserID       `json:"owner"`
	Goal       okr.GoalID       `json:"goal"`
	Connection okr.ConnectionID `json:"connection"`
	Text       string           `json:"text,omitempty"`
	Query      okr.Query        `json:"query"`
	Count      int              `json:"count"`
	Types      []string         `json:"types,omitempty"`
	Fields     []okr.Field      `json:"fields,omitempty"`
	Field      string           `json:"field,omitempty"` // reference name
	Method     okr.Method       `json:"method,omitempty"`
	ItemType   string           `json:"itemType,omitempty"`
}

func newDraftID() string { return rand.Text() }

func (b *Bot) saveDraft(ctx context.Context, t *turn, id string, draft any) error {
	data, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	return b.Memory.PutDraft(ctx, t.actor.Tenant, id, data, draftLife)
}

// loadDraft reads a draft of the person of the turn. Forbidden: it is somebody
// else's. NotFound: its time is over or it is done.
func (b *Bot) loadDraft(ctx context.Context, t *turn, id string, draft any, owner *okr.UserID) error {
	data, err := b.Memory.Draft(ctx, t.actor.Tenant, id)
	if okr.KindOf(err) == okr.NotFound {
		return okr.Errorf(okr.NotFound, "This form was finished already or is older than a day. Start again with the command; nothing that was saved is lost.")
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, draft); err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	if *owner != t.actor.ID {
		return okr.Errorf(okr.Forbidden, "Somebody else is filling in this form. Start one of your own with the same command.")
	}
	return nil
}

func (b *Bot) connectionDraft(ctx context.Context, t *turn, p press) (connectionDraft, error) {
	d := connectionDraft{}
	err := b.loadDraft(ctx, t, p.data[cards.KeyDraft], &d, &d.Owner)
	d.ID = p.data[cards.KeyDraft]
	return d, err
}

func (b *Bot) bindDraft(ctx context.Context, t *turn, p press) (bindDraft, error) {
	d := bindDraft{}
	err := b.loadDraft(ctx, t, p.data[cards.KeyDraft], &d, &d.Owner)
	d.ID = p.data[cards.KeyDraft]
	return d, err
}
