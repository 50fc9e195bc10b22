package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// waiting asks for all check-ins that wait for the person, as a reminder does.
func (b *Bot) waiting(ctx context.Context, t *turn) (reply, error) {
	due, err := b.Service.Notify.CheckInsDue(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(due) == 0 {
		buttons := []cards.Button{{Title: "My OKRs", Verb: cards.VerbGoalMine}, {Title: "When I am asked", Verb: cards.VerbRemindLess}}
		return say(cards.Done("No check-in waits for you", "What is measured needs none, and what was checked in or made in the last days can wait. `check-in <id>` checks one in all the same.", buttons)), nil
	}
	return say(cards.Reminder(t.place, cards.ReminderView{Goals: due, Total: len(due)})), nil
}

// quickCheckIn answers for one goal on the card of a reminder or nudge.
func (b *Bot) quickCheckIn(ctx context.Context, t *turn, p press) (reply, error) {
	return b.answerReminder(ctx, t, p, func(id okr.GoalID) (okr.CheckInInput, error) {
		in, err := checkInInput(id, p, "."+string(id))
		if err == nil && in.Value == nil && in.Status == "" && strings.TrimSpace(in.Note) == "" {
			err = okr.Errorf(okr.Invalid, "Give a value, a status or a note, or press Nothing new.")
		}
		return in, err
	})
}

// sameAsBefore answers that nothing has changed.
func (b *Bot) sameAsBefore(ctx context.Context, t *turn, p press) (reply, error) {
	return b.answerReminder(ctx, t, p, func(id okr.GoalID) (okr.CheckInInput, error) {
		return okr.CheckInInput{Goal: id, Note: "Nothing new."}, nil
	})
}

func (b *Bot) answerReminder(ctx context.Context, t *turn, p press, input func(okr.GoalID) (okr.CheckInInput, error)) (reply, error) {
	id, ok := okr.ParseGoalID(p.data["goal"])
	if !ok {
		return reply{}, okr.Errorf(okr.Invalid, "This button does not say which goal it is about. Open the goal again with `okrs`.")
	}
	in, err := input(id)
	if err != nil {
		return reply{}, err
	}
	v, c, err := b.checkInOnce(ctx, t, in)
	if err != nil {
		return reply{}, err
	}
	rest, err := b.stillAsked(ctx, t, p, id)
	if err != nil || len(rest) == 0 {
		return sayAll(cards.CheckedIn(t.place, v, c)), err
	}
	return sayAll(cards.Reminder(t.place, cards.ReminderView{Goals: rest, Total: len(rest)})), nil
}

// twiceWithin is how long the same answer by the same person counts as a second
// press: a reminder has no ticket, for it asks about several goals at a time.
const twiceWithin = 2 * time.Minute

// checkInOnce checks in, unless just that was said a moment ago.
func (b *Bot) checkInOnce(ctx context.Context, t *turn, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error) {
	v, err := b.Service.Plan.PreviewCheckIn(ctx, t.actor, in.Goal)
	if err != nil {
		return v, okr.CheckIn{}, err
	}
	if last := v.Goal.LastCheckIn; last != nil && last.By.ID == t.actor.ID && b.Now().Sub(last.MadeAt) < twiceWithin {
		c, err := b.Service.Plan.GetCheckIn(ctx, t.actor, last.ID)
		if err == nil && c.Note == strings.TrimSpace(in.Note) && c.Status == in.Status && equal(c.Value, in.Value) {
			return v, c, nil
		}
	}
	return b.Service.Plan.CheckIn(ctx, t.actor, in)
}

func equal(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// stillAsked are the other goals of the pressed card that still wait: the inputs of
// all of them come along with a press.
func (b *Bot) stillAsked(ctx context.Context, t *turn, p press, answered okr.GoalID) ([]okr.GoalView, error) {
	var asked []okr.GoalID
	for key := range p.data {
		if id, ok := strings.CutPrefix(key, "status."); ok && id != string(answered) {
			asked = append(asked, okr.GoalID(id))
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	due, err := b.Service.Notify.CheckInsDue(ctx, t.actor)
	return slices.DeleteFunc(due, func(v okr.GoalView) bool { return v.Goal.ID == answered }), err
}

// reminders opens the form of when the person is asked.
func (b *Bot) reminders(ctx context.Context, t *turn, _ string) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	r, _, err := b.Service.Notify.MyReminder(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	return say(cards.EditReminders(cards.ReminderForm{
		Reminders: !r.Off, Weekday: strconv.Itoa(int(r.Weekday)), Hour: strconv.Itoa(r.Hour),
		Every: strconv.Itoa(r.Every), Skip: strconv.Itoa(r.SkipDays), Zone: t.place.Zone.String(),
	})), nil
}

// saveReminders keeps when the person is asked; a refused form comes back as it
// was.
func (b *Bot) saveReminders(ctx context.Context, t *turn, p press) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	f := cards.ReminderForm{
		Reminders: p.data["reminders"] == "true", Weekday: p.data["reminderWeekday"], Hour: p.data["reminderHour"],
		Every: p.data["reminderEvery"], Skip: p.data["reminderSkip"], Zone: t.place.Zone.String(),
	}
	r, err := reminderOf(f)
	if err == nil {
		err = b.Service.Notify.SetMyReminder(ctx, t.actor, &r)
	}
	if okr.FieldOf(err) != "" {
		f.Error, _ = b.fieldError(ctx, err)
		return say(cards.EditReminders(f)), nil
	}
	what := "You are not asked for check-ins any more. `reminders` turns that on again."
	if !r.Off {
		what = "You are asked on " + r.Weekday.String() + "s at " + strconv.Itoa(r.Hour) + ":00 of your own time, when there is something to ask."
	}
	return say(cards.Done("Saved", what, []cards.Button{{Title: "My OKRs", Verb: cards.VerbGoalMine}, {Title: "Change it", Verb: cards.VerbRemindLess}})), err
}

func reminderOf(f cards.ReminderForm) (okr.Reminder, error) {
	r := okr.Reminder{Off: !f.Reminders}
	var day int
	for _, in := range []struct {
		field, name, text string
		to                *int
	}{
		{"reminderWeekday", "day", f.Weekday, &day},
		{"reminderHour", "hour", f.Hour, &r.Hour},
		{"reminderEvery", "number of weeks", f.Every, &r.Every},
		{"reminderSkip", "number of days", f.Skip, &r.SkipDays},
	} {
		n, err := strconv.Atoi(strings.TrimSpace(in.text))
		if err != nil {
			return r, okr.FieldErrorf(in.field, "The %s must be a whole number.", in.name)
		}
		*in.to = n
	}
	r.Weekday = time.Weekday(day)
	if r.Every == 0 {
		return r, okr.FieldErrorf("reminderEvery", "Reminders come every 1 to 4 weeks.")
	}
	return r, nil
}
