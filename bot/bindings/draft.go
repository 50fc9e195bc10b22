package bindings

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// formKind is the kind of the form of a binding.
const formKind = "bind"

// bindDraft is a binding under way.
type bindDraft struct {
	ID         string           `json:"-"`
	Owner      okr.UserID       `json:"owner"`
	Goal       okr.GoalID       `json:"goal"`
	Connection okr.ConnectionID `json:"connection"`
	Text       string           `json:"text,omitempty"`
	Query      okr.Query        `json:"query"`
	Count      int              `json:"count"`
	Lost       string           `json:"lost,omitempty"` // which chosen work items do not count
	Types      []string         `json:"types,omitempty"`
	Fields     []okr.Field      `json:"fields,omitempty"`
	Field      string           `json:"field,omitempty"` // reference name
	Method     okr.Method       `json:"method,omitempty"`
	Why        string           `json:"why,omitempty"` // the reason for a measure that was suggested; empty: a person chose it
	ItemType   string           `json:"itemType,omitempty"`
	Choice     *choice          `json:"choice,omitempty"`  // of work items, once it was opened
	ByItems    bool             `json:"byItems,omitempty"` // the choice is what is bound, and no query
}

// bindDraft reads the form that was pressed. Forbidden: it is somebody else's. NotFound:
// it is saved, or its time is over.
func (s *Subject) bindDraft(ctx context.Context, t *chat.Turn, p chat.Press) (bindDraft, error) {
	d := bindDraft{ID: p.Data[cards.KeyDraft]}
	if err := s.chat.ReadForm(ctx, t, formKind, d.ID, &d); err != nil {
		return d, err
	}
	return d, t.FillsIn(d.Owner)
}
