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
// shared place everyone's. "status all" and "status mine" say which.
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
	out := cards.Attention{Mine: isMine, Total: len(found.List), Looked: found.Looked, Ended: toClose(found)}
	broken := map[okr.ConnectionID]int{} // which row is about a connection, from 1 on
	for _, a := range found.List {
		title := concernTitle(a.Concern)
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Title != title {
			out.Groups = append(out.Groups, cards.AttentionGroup{Title: title})
		}
		group := &out.Groups[len(out.Groups)-1]
		if row := broken[a.Next.Connection]; row > 0 && a.Next.Connection != "" {
			group.Rows[row-1].More = append(group.Rows[row-1].More, a.View.Goal)
			out.Total--
			continue
		}
		if group.Total++; len(group.Rows) < maxConcerns {
			row := cards.AttentionRow{Goal: a.View.Goal, Status: a.View.Standing.Status, Reason: a.Words, Step: s.nextStep(ctx, t, a)}
			if c := a.Next.Connection; c != "" {
				row.Through = s.nameOf(ctx, t, c)
				broken[c] = len(group.Rows) + 1
			}
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
		return "Can't be measured"
	case okr.ConcernPastDue:
		return "Ended and still open"
	case okr.ConcernAtRisk:
		return "At risk"
	case okr.ConcernStale:
		return "Not updated for a day"
	case okr.ConcernNoOwner:
		return "No owner"
	case okr.ConcernNotStarted:
		return "Not started"
	case okr.ConcernNoCheckIn:
		return "No recent check-in"
	case okr.ConcernUnmoved:
		return "On track, but unchanged"
	}
	return "Other"
}

// nextStep is the one button that this person can press to help: what the concern
// asks for, or to remind who can do that.
func (s *Subject) nextStep(ctx context.Context, t *chat.Turn, a okr.Attention) cards.Button {
	g := a.View.Goal
	if b, ok := s.repair(ctx, t, a); ok {
		return b
	}
	step, ok := stepOf(t, a)
	if asked := g.Asked(); !ok && asked.ID != "" && !t.Actor.Is(asked) && !t.Actor.Guest {
		return cards.Button{Title: "Remind " + okr.Shorten(asked.Name, 20), Verb: cards.VerbNudge, Data: chat.GoalData(g.ID)}
	}
	if !ok {
		step = okr.Step{Kind: okr.StepShow, Goal: g.ID}
	}
	button, _ := s.chat.StepButton(step)
	return button
}

// stepOf is the step that a concern asks for; false: not of this person. Where a connection
// is broken that others keep, who may edit the goal can bind it through another one.
func stepOf(t *chat.Turn, a okr.Attention) (okr.Step, bool) {
	switch a.Next.Kind {
	case okr.StepSync:
		return a.Next, !t.Actor.Guest
	case okr.StepCheckIn:
		return a.Next, a.View.MayCheckIn
	case okr.StepConnection:
		return okr.Step{Kind: okr.StepBind, Goal: a.View.Goal.ID}, a.View.MayEdit
	}
	return a.Next, a.View.MayEdit
}

// repair leads who keeps a broken connection to what mends it: the sign-in where that is
// all, else the connection.
func (s *Subject) repair(ctx context.Context, t *chat.Turn, a okr.Attention) (cards.Button, bool) {
	if a.Next.Kind != okr.StepConnection {
		return cards.Button{}, false
	}
	c, err := s.connect.Connection(ctx, t.Actor, a.Next.Connection)
	if err != nil {
		return cards.Button{}, false
	}
	if keeps, err := s.connect.Keeps(ctx, t.Actor, c); err != nil || !keeps {
		return cards.Button{}, false
	}
	if c.Health.State == okr.HealthNeedsSignIn && c.Application == nil {
		return cards.Button{Title: "Sign in again", Verb: cards.VerbConnectionSignIn, Data: chat.ConnectionData(c.ID)}, true
	}
	return s.chat.StepButton(okr.Step{Kind: okr.StepConnection, Connection: c.ID})
}

// nameOf is what a connection is called, for those who may see it.
func (s *Subject) nameOf(ctx context.Context, t *chat.Turn, id okr.ConnectionID) string {
	if c, err := s.connect.Connection(ctx, t.Actor, id); err == nil {
		return c.Name
	}
	return "A private connection"
}
