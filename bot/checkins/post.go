package checkins

import (
	"context"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// PostReminder asks a person for check-ins in the 1:1 chat. Forbidden, NotFound or
// Refused: there is none, or it cannot be reached any more.
func (s *Subject) PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	own, err := s.chat.Memory.PersonalConversation(ctx, tenant, a.Person.ID)
	if err != nil {
		return err
	}
	place := cards.Place{Zone: chat.Zone(a.Zone, time.UTC), Now: s.chat.Now()}
	card := cards.Reminder(place, cards.ReminderView{Goals: a.Goals, Total: len(a.Goals)})
	if err := s.chat.AwaitRoom(ctx, tenant); err != nil {
		return err
	}
	return s.chat.Post(ctx, chat.RefOf(own), chat.Say(card))
}
