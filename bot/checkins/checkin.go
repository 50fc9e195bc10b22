package checkins

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// checkIn opens the form of a check-in. Without a goal it asks for all that waits
// for one of the person's. What follows an id is filled in: a number as the value,
// other words as the note.
func (s *Subject) checkIn(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(arg), " ")
	if first == "" {
		return s.begin(ctx, t, "")
	}
	id, ok := okr.ParseGoalID(first)
	if !ok {
		return s.chat.OneGoal(ctx, t, arg, cards.VerbCheckIn, s.checkInForm)
	}
	f := cards.CheckInForm{Note: rest}
	value, note, _ := strings.Cut(rest, " ")
	if plain, err := t.Place.Locale.Plain(cards.InputValue, value); err != nil {
		f.Value, f.Note = value, note
		f.Error, _ = s.chat.FieldError(ctx, err)
	} else if _, isNumber := okr.ParseNumber(plain); isNumber {
		f.Value, f.Note = t.Place.Locale.Shown(value), note
	}
	return s.checkInWith(ctx, t, f, id)
}

func (s *Subject) checkInForm(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	return s.checkInWith(ctx, t, cards.CheckInForm{}, id)
}

// checkInWith opens the form of a new check-in with what was said already.
func (s *Subject) checkInWith(ctx context.Context, t *chat.Turn, f cards.CheckInForm, id okr.GoalID) (chat.Reply, error) {
	v, err := s.plan.PreviewCheckIn(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	f.Goal, f.Override = v, cards.OverrideOnce
	if v.Goal.Paused() {
		f.Override = cards.OverrideLasting
	}
	f.Draft, err = s.chat.OpenForm(ctx, t, formKind, struct{}{})
	return chat.Say(cards.CheckIn(t.Place, withoutPercent(f))), err
}

// saveCheckIn saves a form; a refused one comes back as it was, with what is wrong.
func (s *Subject) saveCheckIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	in, err := checkInInput(t, id, p)
	var v okr.GoalView
	var c okr.CheckIn
	switch {
	case err != nil:
	case in.Editing != "":
		v, c, err = s.saveEdit(ctx, t, p, in)
	default:
		in.Form = p.Data[cards.KeyDraft]
		err = s.chat.SaveForm(ctx, t, formKind, in.Form, func() (err error) {
			v, c, err = s.plan.CheckIn(ctx, t.Actor, in)
			return err
		})
		if err == nil {
			s.didCheckIn(ctx, t, v, c)
		}
	}
	if okr.FieldOf(err) != "" {
		return s.checkInAgain(ctx, t, p, in, err)
	}
	return chat.SayAll(cards.CheckedIn(t.Place, v, c)).ViewOf(v.Goal, cards.VerbGoal), err
}

// saveEdit saves an edit, without what its choices sent back empty.
func (s *Subject) saveEdit(ctx context.Context, t *chat.Turn, p chat.Press, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error) {
	was, err := s.plan.GetCheckIn(ctx, t.Actor, in.Editing)
	if err != nil {
		return okr.GoalView{}, was, err
	}
	if p.Data[cards.KeyStatus] == "" {
		in.Status = was.Status
	}
	if p.Data[cards.InputOverride] == "" {
		in.Lasting = was.Lasting
	}
	v, c, err := s.plan.EditCheckIn(ctx, t.Actor, in)
	if err == nil {
		s.didEdit(ctx, t, was, c)
	}
	return v, c, err
}

// checkInAgain brings a refused form back.
func (s *Subject) checkInAgain(ctx context.Context, t *chat.Turn, p chat.Press, in okr.CheckInInput, refusal error) (chat.Reply, error) {
	v, err := s.plan.PreviewCheckIn(ctx, t.Actor, in.Goal)
	if err != nil {
		return chat.Reply{}, err
	}
	f := cards.CheckInForm{
		Draft: p.Data[cards.KeyDraft], Editing: in.Editing, Goal: v, Value: p.Data[cards.InputValue], Status: p.Data[cards.KeyStatus],
		Note: p.Data[cards.InputNote], Date: p.Data[cards.InputOn], Override: p.Data[cards.InputOverride],
	}
	f.Error, _ = s.chat.FieldError(ctx, refusal)
	return chat.Say(cards.CheckIn(t.Place, f)), nil
}

// checkInInput reads the form of a check-in.
func checkInInput(t *chat.Turn, id okr.GoalID, p chat.Press) (okr.CheckInInput, error) {
	in, err := answerInput(t, id, p, "")
	in.Editing = okr.CheckInID(p.Data[cards.KeyCheckIn])
	in.Lasting = p.Data[cards.InputOverride] == cards.OverrideLasting
	if err == nil {
		in.On, err = t.Place.Locale.Day(cards.InputOn, p.Data[cards.InputOn], t.Today())
	}
	return in, err
}

// answerInput reads the inputs that all check-ins have. A reminder asks for several
// goals on one card: there their ids end in that of the goal.
func answerInput(t *chat.Turn, id okr.GoalID, p chat.Press, suffix string) (okr.CheckInInput, error) {
	in := okr.CheckInInput{Goal: id, Note: p.Data[cards.InputNote+suffix]}
	if s := p.Data[cards.KeyStatus+suffix]; s != cards.ChoiceNone {
		in.Status = okr.Status(s)
	}
	text := p.Data[cards.InputValue+suffix]
	if strings.TrimSpace(text) == "" {
		return in, nil
	}
	text, err := t.Place.Locale.Plain(cards.InputValue, text)
	if err != nil {
		return in, err
	}
	n, err := okr.ReadNumber(cards.InputValue, "value", text, "")
	if err != nil {
		return in, err
	}
	in.Value = &n
	return in, nil
}

// checkInOf reads the check-in that a button is about, with its goal.
func (s *Subject) checkInOf(ctx context.Context, t *chat.Turn, p chat.Press) (okr.GoalView, okr.CheckIn, error) {
	c, err := s.plan.GetCheckIn(ctx, t.Actor, okr.CheckInID(p.Data[cards.KeyCheckIn]))
	if err != nil {
		return okr.GoalView{}, c, err
	}
	v, err := s.plan.Goal(ctx, t.Actor, c.Goal)
	switch {
	case err != nil:
	case !v.Goal.IsOpen():
		err = v.Goal.RequireOpen()
	case !v.MayEdit && (!t.Actor.Is(c.By) || !v.MayCheckIn):
		err = okr.Errorf(okr.Forbidden, "Only %s, who made it, and people who can edit %s can change this check-in.", c.By.Name, c.Goal)
	}
	return v, c, err
}

func (s *Subject) editCheckIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, c, err := s.checkInOf(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	f := cards.CheckInForm{Editing: c.ID, Goal: v, Status: string(c.Status), Note: c.Note, Override: cards.OverrideOnce}
	if c.Value != nil {
		f.Value = t.Place.Locale.Typed(*c.Value)
	}
	if c.Backdated {
		f.Date = string(okr.DateOf(c.At.In(t.Settings.Location())))
	}
	if c.Lasting {
		f.Override = cards.OverrideLasting
	}
	return chat.Say(cards.CheckIn(t.Place, f)), nil
}

func (s *Subject) askDeleteCheckIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, c, err := s.checkInOf(ctx, t, p)
	return chat.Say(cards.ConfirmDeleteCheckIn(t.Place, v.Goal, c)), err
}

func (s *Subject) deleteCheckIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id := okr.CheckInID(p.Data[cards.KeyCheckIn])
	was, err := s.plan.GetCheckIn(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := s.plan.DeleteCheckIn(ctx, t.Actor, id)
	if err == nil {
		s.chat.Audit(ctx, t, chat.Deed{Did: "check-in deleted", Of: string(id)})
		s.didDelete(ctx, t, was)
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), err
}

func (s *Subject) resumeGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbResume, s.resumeAutomatic)
}

// resumeAutomatic gives an overridden goal back to what measures it.
func (s *Subject) resumeAutomatic(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.plan.Resume(ctx, t.Actor, id)
	if err == nil {
		chat.DidLast(ctx, s.chat, t, chat.Done{What: "resumed automatic updates of " + string(id), Goal: id, Instead: "check-in " + string(id)}, nil)
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), err
}

// formKind is the kind of the form of a check-in.
const formKind = "checkin"
