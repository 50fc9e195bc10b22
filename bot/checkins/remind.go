package checkins

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// waiting asks for all check-ins that wait for the person, as a reminder does.
func (s *Subject) waiting(ctx context.Context, t *chat.Turn) (chat.Reply, error) {
	due, err := s.notify.CheckInsDue(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(due) == 0 {
		buttons := []cards.Button{{Title: "My OKRs", Verb: cards.VerbGoalMine}, {Title: "When I am asked", Verb: cards.VerbRemindLess}}
		return chat.Say(cards.Done("No check-in waits for you", "What is measured needs none, and what was checked in or made in the last days can wait. To check one in all the same, send its id, for example: check-in KR1.", buttons)), nil
	}
	return chat.Say(cards.Reminder(t.Place, cards.ReminderView{Goals: due, Total: len(due)})), nil
}

// quickCheckIn answers for one goal on the card of a reminder or nudge.
func (s *Subject) quickCheckIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.answerReminder(ctx, t, p, func(id okr.GoalID) (okr.CheckInInput, error) {
		in, err := answerInput(id, p, "."+string(id))
		if err == nil && in.Value == nil && in.Status == "" && strings.TrimSpace(in.Note) == "" {
			err = okr.Errorf(okr.Invalid, "Give a value, a status or a note, or press Nothing new.")
		}
		return in, err
	})
}

// sameAsBefore answers that nothing has changed.
func (s *Subject) sameAsBefore(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.answerReminder(ctx, t, p, func(id okr.GoalID) (okr.CheckInInput, error) {
		return okr.CheckInInput{Goal: id, Note: "Nothing new."}, nil
	})
}

func (s *Subject) answerReminder(ctx context.Context, t *chat.Turn, p chat.Press, input func(okr.GoalID) (okr.CheckInInput, error)) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	in, err := input(id)
	if err != nil {
		return chat.Reply{}, err
	}
	v, c, err := s.checkInOnce(ctx, t, in)
	if err != nil {
		return chat.Reply{}, err
	}
	rest, err := s.stillAsked(ctx, t, p, id)
	if err != nil || len(rest) == 0 {
		return chat.SayAll(cards.CheckedIn(t.Place, v, c)).ViewOf(v.Goal, cards.VerbGoal), err
	}
	return chat.SayAll(cards.Reminder(t.Place, cards.ReminderView{Goals: rest, Total: len(rest)})), nil
}

// twiceWithin is how long the same answer by the same person counts as a second
// press: a reminder has no ticket, for it asks about several goals at a time.
const twiceWithin = 2 * time.Minute

// checkInOnce checks in, unless just that was said a moment ago.
func (s *Subject) checkInOnce(ctx context.Context, t *chat.Turn, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error) {
	v, err := s.plan.PreviewCheckIn(ctx, t.Actor, in.Goal)
	if err != nil {
		return v, okr.CheckIn{}, err
	}
	if last := v.Goal.LastCheckIn; last != nil && t.Actor.Is(last.By) && s.chat.Now().Sub(last.MadeAt) < twiceWithin {
		c, err := s.plan.GetCheckIn(ctx, t.Actor, last.ID)
		if err == nil && c.Note == strings.TrimSpace(in.Note) && c.Status == in.Status && equal(c.Value, in.Value) {
			return v, c, nil
		}
	}
	v, c, err := s.plan.CheckIn(ctx, t.Actor, in)
	if err == nil {
		s.didCheckIn(ctx, t, v, c)
	}
	return v, c, err
}

func equal(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// stillAsked are the other goals of the pressed card that still wait: the inputs of
// all of them come along with a press.
func (s *Subject) stillAsked(ctx context.Context, t *chat.Turn, p chat.Press, answered okr.GoalID) ([]okr.GoalView, error) {
	var asked []okr.GoalID
	for key := range p.Data {
		if id, ok := strings.CutPrefix(key, cards.KeyStatus+"."); ok && id != string(answered) {
			asked = append(asked, okr.GoalID(id))
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	due, err := s.notify.CheckInsDue(ctx, t.Actor)
	return slices.DeleteFunc(due, func(v okr.GoalView) bool { return v.Goal.ID == answered }), err
}

// reminders opens the form of when the person is asked.
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

// saveReminders keeps when the person is asked; a refused form comes back as it
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
	what := "You are no longer asked for check-ins. To be asked again, send: reminders."
	if !r.Off {
		what = "You are asked on " + r.Weekday.String() + "s at " + strconv.Itoa(r.Hour) + ":00 of your own time, when there is something to ask."
	}
	return chat.Say(cards.Done("Saved", what, []cards.Button{{Title: "My OKRs", Verb: cards.VerbGoalMine}, {Title: "Change it", Verb: cards.VerbRemindLess}})), err
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
		return r, okr.FieldErrorf(cards.InputReminderEvery, "Reminders come every 1 to 4 weeks.")
	}
	return r, nil
}
