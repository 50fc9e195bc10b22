package goals

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// ends is the talk about how goals end: closing, postponing, reopening, and cloning
// into another period.
type ends struct {
	chat *chat.Chat
	plan planner
}

// closeGoal answers `close`: with a period, all objectives of that one.
func (e ends) closeGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if sp, ok := spanOf(t, arg); ok {
		return e.openClosing(ctx, t, sp)
	}
	return e.chat.OneGoal(ctx, t, arg, cards.VerbCloseAsk, e.askClose)
}

func (e ends) askClose(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	return e.closeForm(ctx, t, cards.CloseForm{}, id)
}

func (e ends) postponeGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return e.chat.OneGoal(ctx, t, arg, cards.VerbCloseAsk, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return e.closeForm(ctx, t, cards.CloseForm{State: string(okr.StatusPostponed)}, id)
	})
}

// closeForm says what ends with the goal. The score stays empty: what is suggested
// is then taken, and nothing where the goal is postponed.
func (e ends) closeForm(ctx context.Context, t *chat.Turn, f cards.CloseForm, id okr.GoalID) (chat.Reply, error) {
	p, err := e.plan.PreviewClose(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	f.Goal, f.Children, f.Kept, f.Suggested = p.View, len(p.Also), p.Kept, p.Score
	if f.State == "" {
		f.State = string(p.State)
	}
	return chat.Say(cards.Close(t.Place, f)), nil
}

// saveClose closes or postpones; a refused form comes back as it was.
func (e ends) saveClose(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	in := okr.CloseInput{Goal: id, State: okr.Status(p.Data[cards.InputState]), Note: p.Data[cards.InputNote]}
	before, err := e.plan.PreviewClose(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if text := strings.TrimSpace(p.Data[cards.InputScore]); text != "" {
		var n float64
		if text, err = t.Place.Locale.Plain(cards.InputScore, text); err == nil {
			n, err = okr.ReadBounded(cards.InputScore, "score", text, "")
		}
		in.Score = &n
	}
	var v okr.GoalView
	if err == nil {
		v, err = e.plan.Close(ctx, t.Actor, in)
	}
	if okr.FieldOf(err) != "" {
		f := cards.CloseForm{State: p.Data[cards.InputState], Score: p.Data[cards.InputScore], Note: p.Data[cards.InputNote]}
		f.Error, _ = e.chat.FieldError(ctx, err)
		return e.closeForm(ctx, t, f, id)
	}
	if err == nil {
		chat.DidLast(ctx, e.chat, t, chat.Done{What: "closed " + string(id), Goal: id, Instead: "reopen " + string(id)}, nil)
	}
	return chat.SayAll(cards.Closed(t.Place, v, len(before.Also), before.Kept)).ViewOf(v.Goal, cards.VerbGoal), err
}

func (e ends) reopenGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return e.chat.OneGoal(ctx, t, arg, cards.VerbReopenAsk, e.askReopen)
}

func (e ends) askReopen(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := e.plan.Goal(ctx, t.Actor, id)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case v.Goal.IsOpen():
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s is open already.", id), okr.Step{Kind: okr.StepShow, Goal: id})
	case !v.MayEdit:
		return chat.Reply{}, okr.MayNot(v.Goal, "reopen")
	}
	return chat.Say(cards.ConfirmReopen(t.Place, v)), nil
}

func (e ends) reopen(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := e.plan.Reopen(ctx, t.Actor, id)
	if err == nil {
		chat.DidLast(ctx, e.chat, t, chat.Done{What: "reopened " + string(id), Goal: id, Instead: "close " + string(id)}, nil)
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), err
}
