package goals

import (
	"context"
	"encoding/json"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// What `undo` takes back of goals.
const (
	undoEdit     = "goal edited"
	undoDeletion = "goal deleted"
)

func undoes(s *Subject) map[string]chat.UndoHandler {
	return map[string]chat.UndoHandler{
		undoTick: s.checklists.undoTick,
		undoMade: func(ctx context.Context, t *chat.Turn, d chat.Done) (chat.Reply, error) {
			return undoLastMade(ctx, s, t, d)
		},
		undoEdit: func(ctx context.Context, t *chat.Turn, d chat.Done) (chat.Reply, error) {
			return undoLastEdit(ctx, s, t, d)
		},
		undoDeletion: func(ctx context.Context, t *chat.Turn, d chat.Done) (chat.Reply, error) {
			return s.restore(ctx, t, d.Goal)
		},
		undoClosing: ends{s.chat, s.plan}.undoClosed(s.past),
	}
}

// didSave remembers what the person created or edited.
func didSave(ctx context.Context, c *chat.Chat, t *chat.Turn, before, after okr.Goal) {
	id := after.ID
	switch {
	case before.ID == "":
		didMake(ctx, c, t, []okr.GoalID{id})
	case len(after.Edits) > 0 && after.Version > before.Version && t.Actor.Is(after.Edits[len(after.Edits)-1].By):
		chat.DidLast(ctx, c, t, chat.Done{What: "edited " + string(id), Goal: id, By: undoEdit}, after.Version)
	}
}

// undoLastEdit makes a goal what it was before an edit.
func undoLastEdit(ctx context.Context, s *Subject, t *chat.Turn, d chat.Done) (chat.Reply, error) {
	var version int
	if err := json.Unmarshal(d.State, &version); err != nil {
		return chat.Reply{}, err
	}
	before, v, err := s.past.Edit(ctx, t.Actor, d.Goal, version)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.AuditRights(ctx, t, before, v.Goal)
	return chat.Say(cards.Undone(t.Place, "You "+d.What, v)), nil
}
