package checkins

import (
	"context"
	"encoding/json"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// What `undo` takes back of check-ins.
const (
	undoCheckIn  = "check-in"
	undoEdit     = "check-in edited"
	undoDeletion = "check-in deleted"
)

// undone is what is remembered of a check-in: as it was before it was edited or deleted,
// else its id only. Now is as it was edited.
type undone struct {
	Was okr.CheckIn `json:"was"`
	Now okr.CheckIn `json:"now,omitzero"`
}

func (s *Subject) undoes() map[string]chat.UndoHandler {
	return map[string]chat.UndoHandler{
		undoCheckIn: s.undoBy(undoCheckIn, func(ctx context.Context, t *chat.Turn, u undone) (okr.GoalView, error) {
			return s.undo.CheckIn(ctx, t.Actor, u.Was.ID)
		}),
		undoEdit: s.undoBy(undoEdit, func(ctx context.Context, t *chat.Turn, u undone) (okr.GoalView, error) {
			return s.undo.CheckInEdit(ctx, t.Actor, u.Was, u.Now.EditedAt)
		}),
		undoDeletion: s.undoBy(undoDeletion, func(ctx context.Context, t *chat.Turn, u undone) (okr.GoalView, error) {
			return s.undo.CheckInDeletion(ctx, t.Actor, u.Was)
		}),
	}
}

// undoBy shows the goal as it is after the undoing.
func (s *Subject) undoBy(what string, do func(context.Context, *chat.Turn, undone) (okr.GoalView, error)) chat.UndoHandler {
	return func(ctx context.Context, t *chat.Turn, d chat.Done) (chat.Reply, error) {
		var u undone
		if err := json.Unmarshal(d.State, &u); err != nil {
			return chat.Reply{}, err
		}
		v, err := do(ctx, t, u)
		if err != nil {
			return chat.Reply{}, err
		}
		s.chat.Audit(ctx, t, chat.Deed{Did: what + " undone", Of: string(u.Was.ID)})
		return chat.Say(cards.Undone(t.Place, "You "+d.What, v)), nil
	}
}

// didCheckIn remembers a check-in for `undo`, and tells those who follow it.
func (s *Subject) didCheckIn(ctx context.Context, t *chat.Turn, v okr.GoalView, c okr.CheckIn) {
	s.chat.CheckedIn(ctx, t, v, c)
	chat.DidLast(ctx, s.chat, t, chat.Done{What: "checked in " + string(c.Goal), Goal: c.Goal, By: undoCheckIn}, undone{Was: okr.CheckIn{ID: c.ID}})
}

// didEdit remembers an edit of a check-in.
func (s *Subject) didEdit(ctx context.Context, t *chat.Turn, was, now okr.CheckIn) {
	chat.DidLast(ctx, s.chat, t, chat.Done{What: "edited a check-in of " + string(now.Goal), Goal: now.Goal, By: undoEdit}, undone{Was: was, Now: okr.CheckIn{EditedAt: now.EditedAt}})
}

// didDelete remembers a check-in that was deleted.
func (s *Subject) didDelete(ctx context.Context, t *chat.Turn, was okr.CheckIn) {
	chat.DidLast(ctx, s.chat, t, chat.Done{What: "deleted a check-in of " + string(was.Goal), Goal: was.Goal, By: undoDeletion}, undone{Was: was})
}
