package goals

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// finish closes all, first copying what continues, so that nothing ends without its copy,
// and forgets the form.
func (e ends) finish(ctx context.Context, t *chat.Turn, sp span, c closing) (chat.Reply, error) {
	out := cards.PeriodClosed{Period: sp.period}
	out.Next, _ = t.Settings.PeriodByID(c.Next)
	rows := map[okr.GoalID]*cards.Ended{}
	for _, id := range c.Goals {
		row, err := e.continueGoal(ctx, t, c, id)
		if err != nil {
			return chat.Reply{}, err
		}
		rows[id] = &row
	}
	for _, id := range slices.Backward(c.Goals) { // the lowest first
		if err := e.endGoal(ctx, t, c, rows[id]); err != nil {
			return chat.Reply{}, err
		}
	}
	undo := closed{Since: c.Begun}
	for _, id := range c.Goals {
		row := rows[id]
		out.Rows = append(out.Rows, *row)
		if row.Goal.ClosedBy(t.Actor.ID, c.Begun) {
			undo.Goals = append(undo.Goals, id)
		}
		if row.Copy != "" {
			undo.Copies = append(undo.Copies, row.Copy)
		}
	}
	if err := e.chat.DropForm(ctx, t, closingKind, sp.form(t)); err != nil {
		return chat.Reply{}, err
	}
	chat.DidLast(ctx, e.chat, t, chat.Done{What: "closed " + sp.name(), By: undoClosing}, undo)
	return chat.SayAll(cards.PeriodDone(out)), nil
}

// continueGoal copies an objective where it continues. An error is one that may pass; what
// stays wrong is a problem of the row.
func (e ends) continueGoal(ctx context.Context, t *chat.Turn, c closing, id okr.GoalID) (row cards.Ended, err error) {
	row.Goal.ID = id
	v, err := e.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		row.Problem, err = problem(err)
		return row, err
	}
	row.Goal = v.Goal
	a := c.Answers[id]
	row.Left = a.Do == cards.EndLeave
	if a.Do != cards.EndContinue {
		return row, nil
	}
	if !v.Goal.IsOpen() { // closed before it broke off, and copied before that
		row.Copy, err = e.copyOf(ctx, t, c, id)
		return row, err
	}
	out, err := e.plan.Clone(ctx, t.Actor, okr.CloneInput{Goal: id, PeriodID: c.Next, With: c.Copied, KeepBindings: c.Queries, Continue: c.GoOn, Form: c.Form + "/" + string(id)})
	if err != nil {
		row.Problem, err = problem(err)
		return row, err
	}
	row.Copy, row.Unbound = out.View.Goal.ID, len(out.Unbound)
	return row, nil
}

// copyOf finds the copy that the form made of an objective.
func (e ends) copyOf(ctx context.Context, t *chat.Turn, c closing, id okr.GoalID) (okr.GoalID, error) {
	_, lists, err := e.plan.Lists(ctx, t.Actor, okr.ListAsk{Filter: okr.Filter{Kind: okr.Objective, Period: c.Next}, Plain: true})
	if err != nil {
		return "", err
	}
	for _, v := range lists[0].Views {
		if v.Goal.Form == c.Form+"/"+string(id) {
			return v.Goal.ID, nil
		}
	}
	return "", nil
}

// endGoal closes an objective with what is right below it.
func (e ends) endGoal(ctx context.Context, t *chat.Turn, c closing, row *cards.Ended) error {
	id := row.Goal.ID
	if row.Left || row.Problem != "" || row.Goal.ClosedBy(t.Actor.ID, c.Begun) {
		return nil
	}
	if g := row.Goal; !g.IsOpen() {
		row.Problem = fmt.Sprintf("%s already marked it as %s.", g.Closed.By.Name, g.Closed.State)
		return nil
	}
	a, isChosen := c.Answers[id]
	if !isChosen { // of a page that was not shown
		p, err := e.plan.PreviewClose(ctx, t.Actor, id)
		if err != nil {
			row.Problem, err = problem(err)
			return err
		}
		a.Do = suggestedEnding(p)
	}
	in, err := a.input(id)
	var v okr.GoalView
	if err == nil {
		v, err = e.plan.Close(ctx, t.Actor, in)
	}
	if err == nil {
		row.Goal = v.Goal
		return nil
	}
	if now, e2 := e.plan.Goal(ctx, t.Actor, id); e2 == nil && now.Goal.ClosedBy(t.Actor.ID, c.Begun) {
		row.Goal = now.Goal // by a second click at the same time
		return nil
	}
	row.Problem, err = problem(err)
	return err
}

// problem is why one objective stays as it is, in words; an error that may pass ends it all.
func problem(err error) (string, error) {
	words, isSaid := okr.MessageOf(err)
	if kind := okr.KindOf(err); !isSaid || kind == okr.Unavailable || kind == okr.Throttled {
		return "", err
	}
	return words, nil
}

// undoClosing is what `undo` takes back of closing a period.
const undoClosing = "period closed"

// closed is what is remembered of a period that was closed.
type closed struct {
	Goals  []okr.GoalID `json:"goals"`
	Copies []okr.GoalID `json:"copies,omitempty"`
	Since  time.Time    `json:"since"`
}

// undoClosed reopens what was closed with a period, and deletes the copies that nobody
// changed since; others stay.
func (e ends) undoClosed(past undoer) chat.UndoHandler {
	return func(ctx context.Context, t *chat.Turn, d chat.Done) (chat.Reply, error) {
		var was closed
		if err := json.Unmarshal(d.State, &was); err != nil {
			return chat.Reply{}, err
		}
		n, err := past.Closing(ctx, t.Actor, was.Goals, was.Since)
		if err != nil {
			return chat.Reply{}, err
		}
		var kept []okr.GoalID
		for _, id := range was.Copies {
			isKept, err := e.dropCopy(ctx, t, id)
			if err != nil {
				return chat.Reply{}, err
			}
			if isKept {
				kept = append(kept, id)
			}
		}
		return chat.Say(cards.PeriodReopened(n, len(was.Copies)-len(kept), kept)), nil
	}
}

// dropCopy deletes the copy of an objective, unless somebody worked with it.
func (e ends) dropCopy(ctx context.Context, t *chat.Turn, id okr.GoalID) (isKept bool, err error) {
	v, err := e.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		return false, okr.IgnoreNotFound(err) // it is deleted already
	}
	for _, g := range append([]okr.GoalView{v}, v.Children...) {
		isKept = isKept || g.Goal.Version > 1 || g.Goal.LastCheckIn != nil || g.Goal.CopyOf == ""
	}
	if isKept {
		return true, nil
	}
	if _, err = e.plan.DeleteGoal(ctx, t.Actor, id); err == nil {
		chat.AuditOnly(ctx, e.chat, t, chat.Deed{Did: "goal deleted", Of: string(id)})
		return false, nil
	}
	_, err = problem(err)
	return true, err
}
