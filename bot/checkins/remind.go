package checkins

import (
	"context"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// reminders opens the form of the person's reminders.
func (s *Subject) reminders(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	r, _, err := s.notify.MyReminder(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.EditReminders(reminderForm(t, r))), nil
}

func reminderForm(t *chat.Turn, r okr.Reminder) cards.ReminderForm {
	return cards.ReminderForm{
		Reminders: !r.Off, Weekday: strconv.Itoa(int(r.Weekday)), Hour: strconv.Itoa(r.Hour),
		Every: strconv.Itoa(r.Every), Skip: strconv.Itoa(r.SkipDays), Zone: t.Place.Zone.String(),
	}
}

// saveReminders keeps when the person is reminded; a refused form comes back as it
// was.
func (s *Subject) saveReminders(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	r, _, err := s.notify.MyReminder(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	was := reminderForm(t, r)
	f := cards.ReminderForm{
		Reminders: p.Data[cards.InputReminders] == "true", Weekday: chat.OrElse(p.Data[cards.InputReminderWeekday], was.Weekday),
		Hour: chat.OrElse(p.Data[cards.InputReminderHour], was.Hour), Every: chat.OrElse(p.Data[cards.InputReminderEvery], was.Every),
		Skip: p.Data[cards.InputReminderSkip], Zone: was.Zone,
	}
	r, err = reminderOf(f)
	if err == nil {
		err = s.notify.SetMyReminder(ctx, t.Actor, &r)
	}
	if okr.FieldOf(err) != "" {
		f.Error, _ = s.chat.FieldError(ctx, err)
		return chat.Say(cards.EditReminders(f)), nil
	}
	what := "You won't get check-in reminders. To turn them on again, send: reminders."
	if !r.Off {
		what = "I'll remind you on " + r.Weekday.String() + "s at " + strconv.Itoa(r.Hour) + ":00 your time when something is due."
	}
	return chat.Say(cards.Done("Saved", what, []cards.Button{{Title: "My OKRs", Verb: cards.VerbGoalMine}, {Title: "Reminder settings", Verb: cards.VerbRemindLess}})), err
}

func reminderOf(f cards.ReminderForm) (okr.Reminder, error) {
	r := okr.Reminder{Off: !f.Reminders}
	var day int
	for _, in := range []struct {
		field, name, text string
		to                *int
	}{
		{cards.InputReminderWeekday, "day", f.Weekday, &day},
		{cards.InputReminderHour, "hour", f.Hour, &r.Hour},
		{cards.InputReminderEvery, "number of weeks", f.Every, &r.Every},
		{cards.InputReminderSkip, "number of days", f.Skip, &r.SkipDays},
	} {
		n, err := strconv.Atoi(strings.TrimSpace(in.text))
		if err != nil {
			return r, okr.FieldErrorf(in.field, "The %s must be a whole number.", in.name)
		}
		*in.to = n
	}
	r.Weekday = time.Weekday(day)
	if r.Every == 0 {
		return r, okr.FieldErrorf(cards.InputReminderEvery, "Choose every 1 to 4 weeks.")
	}
	return r, nil
}
