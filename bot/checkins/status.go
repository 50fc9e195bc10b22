package checkins

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// status lists what needs attention: in the 1:1 chat the person's own first, in a
// shared place everybody's. "status all" and "status mine" say which.
func (s *Subject) status(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	switch strings.ToLower(strings.TrimSpace(arg)) {
	case "all":
		return s.attention(ctx, t, false)
	case "mine", "my":
		return s.attention(ctx, t, true)
	case "":
		return s.attention(ctx, t, !t.Actor.Shared)
	}
	return s.chat.OneGoal(ctx, t, arg, cards.VerbGoal, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.chat.Act(ctx, t, chat.PressGoal(cards.VerbGoal, id))
	})
}

// isOwnStatus says whether what follows status asks for the person's own.
func isOwnStatus(arg string) bool {
	arg = strings.ToLower(strings.TrimSpace(arg))
	return arg == "mine" || arg == "my"
}

// everybody sees what is not private.
func everybody() okr.Actor { return okr.Actor{Shared: true} }

func (s *Subject) pressStatus(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	switch p.Data[cards.KeyScope] {
	case "all":
		return s.attention(ctx, t, false)
	case "mine":
		return s.attention(ctx, t, true)
	}
	return s.attention(ctx, t, !t.Actor.Shared)
}

func (s *Subject) attention(ctx context.Context, t *chat.Turn, isMine bool) (chat.Reply, error) {
	f := okr.Filter{}
	if isMine {
		f.Owner = t.Actor.ID
	}
	found, err := s.notify.Attention(ctx, t.Actor, f)
	if err != nil {
		return chat.Reply{}, err
	}
	out := cards.Attention{Mine: isMine, Total: len(found.List), Looked: found.Looked}
	for _, a := range found.List {
		title := concernTitle(a.Concern)
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Title != title {
			out.Groups = append(out.Groups, cards.AttentionGroup{Title: title})
		}
		group := &out.Groups[len(out.Groups)-1]
		if group.Total++; len(group.Rows) < maxConcerns {
			row := cards.AttentionRow{Goal: a.View.Goal, Status: a.View.Standing.Status, Reason: a.Words, Step: s.nextStep(ctx, t, a)}
			group.Rows = append(group.Rows, row)
		}
	}
	r := chat.Say(cards.NeedsAttention(t.Place, out))
	if isMine || !slices.ContainsFunc(found.List, func(a okr.Attention) bool { return everybody().Sees(a.View.Goal) }) {
		return r, nil // one's own is nobody else's
	}
	return r.ViewBy(chat.Press{Verb: cards.VerbAttention, Data: map[string]string{cards.KeyScope: "all"}}), nil
}

// maxConcerns is how many goals of one concern are looked at more closely; a card
// shows fewer.
const maxConcerns = 15

func concernTitle(c okr.Concern) string {
	switch c {
	case okr.ConcernFailing:
		return "Cannot be measured"
	case okr.ConcernPastDue:
		return "Over and still open"
	case okr.ConcernAtRisk:
		return "At risk"
	case okr.ConcernStale:
		return "Not measured for a day"
	case okr.ConcernNoOwner:
		return "Without an owner"
	case okr.ConcernNotStarted:
		return "Not started"
	case okr.ConcernNoCheckIn:
		return "Without a check-in"
	case okr.ConcernUnmoved:
		return "On track, but not moving"
	}
	return "Other"
}

// nextStep is the one button that this person can press to help: what the concern
// asks for, or to remind who can do that.
func (s *Subject) nextStep(ctx context.Context, t *chat.Turn, a okr.Attention) cards.Button {
	g := a.View.Goal
	step, ok := s.stepOf(ctx, t, a)
	if asked := g.Asked(); !ok && asked.ID != "" && !t.Actor.Is(asked) && !t.Actor.Guest {
		return cards.Button{Title: "Nudge " + okr.Shorten(asked.Name, 20), Verb: cards.VerbNudge, Data: chat.GoalData(g.ID)}
	}
	if !ok {
		step = okr.Step{Kind: okr.StepShow, Goal: g.ID}
	}
	button, _ := s.chat.StepButton(step)
	return button
}

// stepOf is the step that a concern asks for; false: not of this person.
func (s *Subject) stepOf(ctx context.Context, t *chat.Turn, a okr.Attention) (okr.Step, bool) {
	switch a.Next.Kind {
	case okr.StepSync:
		return a.Next, !t.Actor.Guest
	case okr.StepCheckIn:
		return a.Next, a.View.MayCheckIn
	case okr.StepConnection:
		return s.connectionStep(ctx, t, a)
	}
	return a.Next, a.View.MayEdit
}

// connectionStep leads to the connection for whose it is; who may edit the goal can
// bind it through another one.
func (s *Subject) connectionStep(ctx context.Context, t *chat.Turn, a okr.Attention) (okr.Step, bool) {
	c, err := s.connect.Connection(ctx, t.Actor, a.Next.Connection)
	if err == nil && c.Owner.ID == t.Actor.ID {
		return okr.Step{Kind: okr.StepConnection, Connection: c.ID}, true
	}
	return okr.Step{Kind: okr.StepBind, Goal: a.View.Goal.ID}, a.View.MayEdit
}
