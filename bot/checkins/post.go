package checkins

import (
	"context"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// PostReminder asks a person for check-ins in the 1:1 chat, or says that periods end. Forbidden, NotFound or
// Refused: there is none, or it cannot be reached any more.
func (s *Subject) PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	own, err := s.chat.Memory.PersonalConversation(ctx, tenant, a.Person.ID)
	if err != nil {
		return err
	}
	place := cards.Place{Zone: chat.Zone(a.Zone, time.UTC), Locale: cards.LocaleOf(a.Locale), Now: s.chat.Now()}
	var card cards.Card
	if len(a.Ends) > 0 {
		card = cards.PeriodEnds(place, a)
	} else {
		card = firstStep(place, a.Goals)
	}
	if err := s.chat.AwaitRoom(ctx, tenant); err != nil {
		return err
	}
	return s.chat.Post(ctx, chat.RefOf(own), chat.Say(card))
}
