package digests

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// checkedIn tells the places that want each check-in at once. Best effort, in the time of a
// look-up: a digest tells what a place was not told.
func (s *Subject) checkedIn(ctx context.Context, t *chat.Turn, v okr.GoalView, c okr.CheckIn) {
	ctx, cancel := context.WithTimeout(ctx, s.chat.LookupTime)
	defer cancel()
	list, err := s.notify.ToldAtOnce(ctx, t.Actor.Tenant, v.Goal)
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "places of a check-in not read", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
	for _, sub := range list {
		if own := sub.Conversation; own.Kind == okr.Personal && own.User == c.By.ID {
			continue // who said it knows it
		}
		if err := s.tellCheckIn(ctx, t, sub, v, c); err != nil {
			s.chat.Logger.WarnContext(ctx, "check-in not announced at once", "ref", teams.RefFrom(ctx), "subscription", sub.ID, "err", okr.CauseOf(err))
		}
	}
}

func (s *Subject) tellCheckIn(ctx context.Context, t *chat.Turn, sub okr.Subscription, v okr.GoalView, c okr.CheckIn) error {
	if err := s.chat.AwaitRoom(ctx, sub.Conversation.Tenant); err != nil {
		return err
	}
	card := cards.CheckInTold(s.placeOf(ctx, t.Settings, sub), v, c, sub.Slot)
	if err := s.postDigest(ctx, sub, chat.RefOf(s.newestPlace(ctx, sub)), chat.Say(card)); err != nil {
		return err
	}
	return s.notify.CheckInTold(ctx, sub, v)
}
