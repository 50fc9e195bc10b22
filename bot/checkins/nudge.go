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

// nudgeAsked reminds the person responsible for updating a goal in their 1:1 chat.
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
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s is %s, so it needs no update.", id, v.Goal.Closed.State), okr.Step{Kind: okr.StepReopen, Goal: id})
	case asked.ID == "" && asked.Name != "":
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s, who owns %s, isn't in Teams, so there's nobody to remind.", asked.Name, id), okr.Step{Kind: okr.StepEdit, Goal: id})
	case asked.ID == "":
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s has no owner, so there's nobody to remind.", id), okr.Step{Kind: okr.StepEdit, Goal: id})
	case t.Actor.Is(asked):
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "You update %s yourself, so there's nobody else to remind.", id), okr.Step{Kind: okr.StepCheckIn, Goal: id})
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
	return okr.WrapError(okr.Invalid, err, "Nothing was sent: %s has no chat with okrbot. Write to %s yourself, or ask them to add okrbot under Apps in Teams.", who.Name, who.Name)
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
		return chat.Reply{}, okr.Errorf(okr.Throttled, "Not sent: %s was already reminded about %s today, or five times this week. Try again tomorrow.", asked.Name, id)
	}
	n := cards.NudgeView{ID: chat.NewFormID(), Goal: theirs, From: t.Actor.Name}
	if c := v.Goal.LastCheckIn; c != nil {
		n.Reason, n.Since = "It has no newer check-in.", c.At
	}
	zone, locale, err := s.access.HabitsOf(ctx, t.Actor.Tenant, asked.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	place := s.chat.PlaceOf(t.Settings, zone, locale)
	place.NamesZone = false
	err = s.chat.Post(ctx, chat.RefOf(own), chat.Say(cards.Nudge(place, n)))
	if chat.IsUnreachable(err) {
		return chat.Reply{}, noChat(asked, err)
	}
	buttons := []cards.Button{{Title: "Show " + string(id), Verb: cards.VerbGoal, Data: chat.GoalData(id)}, {Title: "Show status", Verb: cards.VerbAttention}}
	return chat.Say(cards.Done("Reminded "+asked.Name, "I've asked for an update of "+string(id)+" "+okr.Shorten(v.Goal.Title, 80)+" in their chat with okrbot.", buttons)), err
}
