package bot

import (
	"context"
	"errors"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// checkIn opens the form of a check-in. Without a goal it asks for all that waits
// for one of the person's. What follows an id is filled in: a number as the value,
// other words as the note.
func (b *Bot) checkIn(ctx context.Context, t *turn, arg string) (reply, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(arg), " ")
	if first == "" {
		return b.waiting(ctx, t)
	}
	id, ok := okr.ParseGoalID(first)
	if !ok {
		return b.oneGoal(ctx, t, arg, cards.VerbCheckIn, b.checkInForm)
	}
	f := cards.CheckInForm{Note: rest}
	value, note, _ := strings.Cut(rest, " ")
	if _, isNumber := okr.ParseNumber(value); isNumber {
		f.Value, f.Note = value, note
	}
	return b.checkInWith(ctx, t, f, id)
}

func (b *Bot) checkInForm(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	return b.checkInWith(ctx, t, cards.CheckInForm{}, id)
}

// checkInWith opens the form of a new check-in with what was said already.
func (b *Bot) checkInWith(ctx context.Context, t *turn, f cards.CheckInForm, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.PreviewCheckIn(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	f.Goal, f.Override = v, cards.OverrideOnce
	if v.Goal.Paused() {
		f.Override = cards.OverrideLasting
	}
	f.Draft, err = b.newTicket(ctx, ticketCheckIn)
	return say(cards.CheckIn(t.place, f)), err
}

// saveCheckIn saves a form; a refused one comes back as it was, with what is wrong.
func (b *Bot) saveCheckIn(ctx context.Context, t *turn, p press) (reply, error) {
	id, ok := okr.ParseGoalID(p.data["goal"])
	if !ok {
		return reply{}, okr.Errorf(okr.Invalid, "This button does not say which goal it is about. Open the goal again with `okrs`.")
	}
	in, err := checkInInput(id, p, "")
	var v okr.GoalView
	var c okr.CheckIn
	switch {
	case err != nil:
	case in.Editing != "":
		v, c, err = b.Service.Plan.EditCheckIn(ctx, t.actor, in)
	default:
		err = b.once(ctx, ticketCheckIn, p.data["draft"], func() (err error) {
			v, c, err = b.Service.Plan.CheckIn(ctx, t.actor, in)
			return err
		})
	}
	if okr.FieldOf(err) != "" {
		return b.checkInAgain(ctx, t, p, in, err)
	}
	return sayAll(cards.CheckedIn(t.place, v, c)), err
}

// checkInAgain brings a refused form back.
func (b *Bot) checkInAgain(ctx context.Context, t *turn, p press, in okr.CheckInInput, refusal error) (reply, error) {
	v, err := b.Service.Plan.PreviewCheckIn(ctx, t.actor, in.Goal)
	if err != nil {
		return reply{}, err
	}
	f := cards.CheckInForm{
		Draft: p.data["draft"], Editing: in.Editing, Goal: v, Value: p.data["value"], Status: p.data["status"],
		Note: p.data["note"], Date: p.data["on"], Override: p.data["override"],
	}
	f.Error, _ = b.fieldError(ctx, refusal)
	return say(cards.CheckIn(t.place, f)), nil
}

// checkInInput reads the inputs of a check-in. A reminder asks for several goals on
// one card: there their ids end in that of the goal.
func checkInInput(id okr.GoalID, p press, suffix string) (okr.CheckInInput, error) {
	in := okr.CheckInInput{
		Goal: id, Editing: okr.CheckInID(p.data["checkin"]), Note: p.data["note"+suffix],
		On: okr.Date(strings.TrimSpace(p.data["on"])), Lasting: p.data["override"] == cards.OverrideLasting,
	}
	if s := p.data["status"+suffix]; s != cards.ChoiceNone {
		in.Status = okr.Status(s)
	}
	text := p.data["value"+suffix]
	if strings.TrimSpace(text) == "" {
		return in, nil
	}
	n, ok := okr.ParseNumber(text)
	if !ok {
		return in, okr.FieldErrorf("value", "The value must be a number, for example 80 or 12.5.")
	}
	in.Value = &n
	return in, nil
}

// checkInOf reads the check-in that a button is about, with its goal.
func (b *Bot) checkInOf(ctx context.Context, t *turn, p press) (okr.GoalView, okr.CheckIn, error) {
	c, err := b.Service.Plan.GetCheckIn(ctx, t.actor, okr.CheckInID(p.data["checkin"]))
	if err != nil {
		return okr.GoalView{}, c, err
	}
	v, err := b.Service.Plan.Goal(ctx, t.actor, c.Goal)
	switch {
	case err != nil:
	case !v.Goal.IsOpen():
		err = ended(v.Goal)
	case !v.MayEdit && (c.By.ID != t.actor.ID || t.actor.Guest):
		err = okr.Errorf(okr.Forbidden, "Only %s, who made it, and those who may edit %s can change this check-in.", c.By.Name, c.Goal)
	}
	return v, c, err
}

func (b *Bot) editCheckIn(ctx context.Context, t *turn, p press) (reply, error) {
	v, c, err := b.checkInOf(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	f := cards.CheckInForm{Editing: c.ID, Goal: v, Status: string(c.Status), Note: c.Note, Override: cards.OverrideOnce}
	if c.Value != nil {
		f.Value = okr.FormatNumber(*c.Value)
	}
	if c.Backdated {
		f.Date = string(okr.DateOf(c.At.In(t.settings.Location())))
	}
	if c.Lasting {
		f.Override = cards.OverrideLasting
	}
	return say(cards.CheckIn(t.place, f)), nil
}

func (b *Bot) askDeleteCheckIn(ctx context.Context, t *turn, p press) (reply, error) {
	v, c, err := b.checkInOf(ctx, t, p)
	return say(cards.ConfirmDeleteCheckIn(t.place, v.Goal, c)), err
}

func (b *Bot) deleteCheckIn(ctx context.Context, t *turn, p press) (reply, error) {
	v, err := b.Service.Plan.DeleteCheckIn(ctx, t.actor, okr.CheckInID(p.data["checkin"]))
	return sayAll(cards.Goal(t.place, v)), err
}

func (b *Bot) resumeGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbResume, b.resumeAutomatic)
}

// resumeAutomatic gives an overridden goal back to what measures it.
func (b *Bot) resumeAutomatic(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Resume(ctx, t.actor, id)
	return sayAll(cards.Goal(t.place, v)), err
}

// The kinds of forms that are saved once: a button pressed twice would make two.
const (
	ticketCheckIn = "checkin"
	ticketClone   = "clone"
)

func (b *Bot) newTicket(ctx context.Context, kind string) (string, error) {
	id := newDraftID()
	return id, b.Memory.PutTicket(ctx, kind+":"+id, []byte("{}"), draftLife)
}

// once saves a form unless it was saved already. What was refused may be saved
// again.
func (b *Bot) once(ctx context.Context, kind, ticket string, save func() error) error {
	_, err := b.Memory.TakeTicket(ctx, kind+":"+ticket)
	if okr.KindOf(err) == okr.NotFound {
		return okr.Errorf(okr.NotFound, "This form was saved already or is older than a day. Nothing was saved a second time; the command opens a new form.")
	}
	if err != nil {
		return err
	}
	if err = save(); err != nil {
		err = errors.Join(err, b.Memory.PutTicket(ctx, kind+":"+ticket, []byte("{}"), draftLife))
	}
	return err
}
