package bot

import (
	"context"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// status lists what needs attention: in the 1:1 chat the person's own first, in a
// shared place everybody's. "status all" and "status mine" say which.
func (b *Bot) status(ctx context.Context, t *turn, arg string) (reply, error) {
	switch strings.ToLower(strings.TrimSpace(arg)) {
	case "all":
		return b.attention(ctx, t, false)
	case "mine", "my":
		return b.attention(ctx, t, true)
	case "":
		return b.attention(ctx, t, !t.actor.Shared)
	}
	return b.showGoal(ctx, t, arg)
}

func (b *Bot) pressStatus(ctx context.Context, t *turn, p press) (reply, error) {
	switch p.data["scope"] {
	case "all":
		return b.attention(ctx, t, false)
	case "mine":
		return b.attention(ctx, t, true)
	}
	return b.attention(ctx, t, !t.actor.Shared)
}

func (b *Bot) attention(ctx context.Context, t *turn, isMine bool) (reply, error) {
	f := okr.Filter{}
	if isMine {
		f.Owner = t.actor.ID
	}
	found, err := b.Service.Notify.Attention(ctx, t.actor, f)
	if err != nil {
		return reply{}, err
	}
	out := cards.Attention{Mine: isMine, Total: len(found.List), Looked: found.Looked}
	for _, a := range found.List {
		title := concernTitle(a.Concern)
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Title != title {
			out.Groups = append(out.Groups, cards.AttentionGroup{Title: title})
		}
		group := &out.Groups[len(out.Groups)-1]
		if group.Total++; len(group.Rows) < maxConcerns {
			row := cards.AttentionRow{Goal: a.View.Goal, Status: a.View.Standing.Status, Reason: a.Words, Step: b.nextStep(ctx, t, a)}
			group.Rows = append(group.Rows, row)
		}
	}
	return say(cards.NeedsAttention(t.place, out)), nil
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
func (b *Bot) nextStep(ctx context.Context, t *turn, a okr.Attention) cards.Button {
	g := a.View.Goal
	data := map[string]string{"goal": string(g.ID)}
	verb, _, _ := strings.Cut(a.Command, " ")
	switch {
	case verb == "sync" && !t.actor.Guest:
		return cards.Button{Title: "Sync now", Verb: cards.VerbSync, Data: data}
	case verb == "check-in" && a.View.MayCheckIn:
		return cards.Button{Title: "Check in", Verb: cards.VerbCheckIn, Data: data}
	case verb == "connections":
		if step, ok := b.connectionStep(ctx, t, a.View); ok {
			return step
		}
	case a.View.MayEdit:
		return editStep(verb, g)
	}
	if asked := g.Asked(); asked.ID != "" && asked.ID != t.actor.ID && !t.actor.Guest {
		return cards.Button{Title: "Nudge " + okr.Shorten(asked.Name, 20), Verb: cards.VerbNudge, Data: data}
	}
	return cards.Button{Title: "Show", Verb: cards.VerbGoal, Data: data}
}

// editStep are the steps of who may edit the goal.
func editStep(verb string, g okr.Goal) cards.Button {
	data := map[string]string{"goal": string(g.ID)}
	switch verb {
	case "bind":
		return cards.Button{Title: "Choose a query", Verb: cards.VerbBind, Data: data}
	case "close":
		return cards.Button{Title: "Close", Verb: cards.VerbCloseAsk, Data: data}
	case "new":
		return cards.Button{Title: "Add key result", Verb: cards.VerbGoalNew, Data: map[string]string{"kind": string(okr.KeyResult), "parent": string(g.ID)}}
	}
	return cards.Button{Title: "Edit", Verb: cards.VerbGoalEdit, Data: data}
}

// connectionStep leads to the connection for who can see it; who may edit the goal
// can bind it through another one.
func (b *Bot) connectionStep(ctx context.Context, t *turn, v okr.GoalView) (cards.Button, bool) {
	if v.Goal.Binding == nil {
		return cards.Button{}, false
	}
	c, err := b.Service.Connect.Connection(ctx, t.actor, v.Goal.Binding.Connection)
	switch {
	case err == nil && c.Owner.ID == t.actor.ID:
		return cards.Button{Title: "Open the connection", Verb: cards.VerbConnection, Data: map[string]string{"connection": string(c.ID)}}, true
	case v.MayEdit:
		return editStep("bind", v.Goal), true
	}
	return cards.Button{}, false
}

func (b *Bot) nudge(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbNudge, b.nudgeAsked)
}

// nudgeAsked reminds whoever is asked for a goal's check-ins in their 1:1 chat.
func (b *Bot) nudgeAsked(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	asked := v.Goal.Asked()
	switch {
	case !v.Goal.IsOpen():
		return reply{}, okr.Errorf(okr.Invalid, "%s is %s, so nobody is asked about it. `reopen %s` opens it again.", id, v.Goal.Closed.State, id)
	case asked.ID == "":
		return reply{}, okr.Errorf(okr.Invalid, "Nobody owns %s, so there is nobody to remind. `edit %s` names an owner.", id, id)
	case asked.ID == t.actor.ID:
		return reply{}, okr.Errorf(okr.Invalid, "It is you who is asked about %s. `check-in %s` says how it stands.", id, id)
	}
	chat, err := b.Memory.PersonalConversation(ctx, t.actor.Tenant, asked.ID)
	if okr.KindOf(err) == okr.NotFound {
		return reply{}, noChat(asked, err)
	}
	if err != nil {
		return reply{}, err
	}
	return b.sendNudge(ctx, t, chat, asked, v)
}

func noChat(who okr.Person, err error) error {
	return okr.WrapError(okr.Invalid, err, "%s has no chat with okrbot, so nothing was sent. Write to %s yourself, or ask them to add okrbot under Apps in Teams.", who.Name, who.Name)
}

func (b *Bot) sendNudge(ctx context.Context, t *turn, chat okr.Conversation, asked okr.Person, v okr.GoalView) (reply, error) {
	id := v.Goal.ID
	theirs, err := b.Service.Plan.Goal(ctx, okr.Actor{Tenant: t.actor.Tenant, Person: asked}, id)
	if err != nil {
		return reply{}, err
	}
	may, err := b.Service.Notify.Nudge(ctx, t.actor.Tenant, asked.ID, id)
	if err != nil {
		return reply{}, err
	}
	if !may {
		return reply{}, okr.Errorf(okr.Throttled, "%s was reminded of %s in the last day, or five times in the last week; more would be noise. Nothing was sent.", asked.Name, id)
	}
	n := cards.NudgeView{Goal: theirs, From: t.actor.Name, Reason: "How does it stand?"}
	if c := v.Goal.LastCheckIn; c != nil {
		n.Reason, n.Since = "There is no newer check-in.", c.At
	}
	where, err := b.Service.Access.ZoneOf(ctx, t.actor.Tenant, asked.ID)
	if err != nil {
		return reply{}, err
	}
	place := cards.Place{Zone: where, Now: b.Now()}
	err = unreachable(b.post(ctx, refOf(chat), say(cards.Nudge(place, n))))
	if kind := okr.KindOf(err); err != nil && (kind == okr.Forbidden || kind == okr.NotFound) {
		return reply{}, noChat(asked, err)
	}
	buttons := []cards.Button{{Title: "Show " + string(id), Verb: cards.VerbGoal, Data: map[string]string{"goal": string(id)}}, {Title: "Status", Verb: cards.VerbAttention}}
	return say(cards.Done("Reminded "+asked.Name, "The question about "+string(id)+" "+okr.Shorten(v.Goal.Title, 80)+" went to their chat with okrbot.", buttons)), err
}
