package checkins

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

func (s *Subject) nudge(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbNudge, s.nudgeAsked)
}

// nudgeAsked reminds whoever is asked for a goal's check-ins in their 1:1 chat.
func (s *Subject) nudgeAsked(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	v, err := s.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	asked := v.Goal.Asked()
	switch {
	case !v.Goal.IsOpen():
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s is %s, so nobody is asked about it.", id, v.Goal.Closed.State), okr.Step{Kind: okr.StepReopen, Goal: id})
	case asked.ID == "" && asked.Name != "":
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s, who owns %s, isn't in Teams, so there is nobody to remind.", asked.Name, id), okr.Step{Kind: okr.StepEdit, Goal: id})
	case asked.ID == "":
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "Nobody owns %s, so there is nobody to remind.", id), okr.Step{Kind: okr.StepEdit, Goal: id})
	case t.Actor.Is(asked):
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "It is you who is asked about %s.", id), okr.Step{Kind: okr.StepCheckIn, Goal: id})
	}
	own, err := s.chat.Memory.PersonalConversation(ctx, t.Actor.Tenant, asked.ID)
	if okr.KindOf(err) == okr.NotFound {
		return chat.Reply{}, noChat(asked, err)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return s.sendNudge(ctx, t, own, asked, v)
}

func noChat(who okr.Person, err error) error {
	return okr.WrapError(okr.Invalid, err, "%s has no chat with okrbot, so nothing was sent. Write to %s yourself, or ask them to add okrbot under Apps in Teams.", who.Name, who.Name)
}

func (s *Subject) sendNudge(ctx context.Context, t *chat.Turn, own okr.Conversation, asked okr.Person, v okr.GoalView) (chat.Reply, error) {
	id := v.Goal.ID
	theirs, err := s.plan.Goal(ctx, okr.Actor{Tenant: t.Actor.Tenant, Person: asked}, id)
	if err != nil {
		return chat.Reply{}, err
	}
	may, err := s.notify.Nudge(ctx, t.Actor.Tenant, asked.ID, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if !may {
		return chat.Reply{}, okr.Errorf(okr.Throttled, "%s was reminded of %s in the last day, or five times in the last week; more would be noise. Nothing was sent.", asked.Name, id)
	}
	n := cards.NudgeView{Goal: theirs, From: t.Actor.Name, Reason: "How does it stand?"}
	if c := v.Goal.LastCheckIn; c != nil {
		n.Reason, n.Since = "There is no newer check-in.", c.At
	}
	where, err := s.access.ZoneOf(ctx, t.Actor.Tenant, asked.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	err = s.chat.Post(ctx, chat.RefOf(own), chat.Say(cards.Nudge(s.chat.PlaceOf(t.Settings, where), n)))
	if chat.IsUnreachable(err) {
		return chat.Reply{}, noChat(asked, err)
	}
	buttons := []cards.Button{{Title: "Show " + string(id), Verb: cards.VerbGoal, Data: chat.GoalData(id)}, {Title: "Status", Verb: cards.VerbAttention}}
	return chat.Say(cards.Done("Reminded "+asked.Name, "The question about "+string(id)+" "+okr.Shorten(v.Goal.Title, 80)+" went to their chat with okrbot.", buttons)), err
}
