package goals

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// goalValues is a goal as its form shows it.
func goalValues(t *chat.Turn, g okr.Goal) chat.Values {
	v := chat.Values{}
	for _, field := range okr.GoalFields() {
		if !field.In(g.Kind) {
			continue
		}
		switch field.Kind {
		case okr.FieldPeriod, okr.FieldDate: // below
		case okr.FieldTasks: // they have a form of their own
		case okr.FieldChoice:
			v[field.ID] = chat.OrElse(field.Text(g), cards.ChoiceAny)
		default:
			v[field.ID] = field.Text(g)
		}
	}
	if g.Kind == okr.Objective {
		v[cards.KeyParent] = chat.OrElse(v[cards.KeyParent], cards.ChoiceNone)
	}
	periodValues(t, g, v)
	return v
}

// periodValues names the period that a goal is filed under; dates of its own stand
// beside it.
func periodValues(t *chat.Turn, g okr.Goal, v chat.Values) {
	if !okr.HasPeriod(g) {
		v[cards.KeyPeriod] = cards.ChoiceNone
		return
	}
	filed, ok := t.Settings.PeriodByID(g.FiledUnder())
	isOffered := slices.ContainsFunc(t.Settings.PeriodChoices(t.Today()), func(p okr.TimePeriod) bool { return p.ID == filed.ID })
	if !ok || filed.Name == "" && !isOffered {
		v[cards.KeyPeriod], v[cards.InputStart], v[cards.InputEnd] = cards.ChoiceCustomPeriod, string(g.Period.Start), string(g.Period.End)
		return
	}
	v[cards.KeyPeriod] = filed.ID
	if g.Period.Start != filed.Start || g.Period.End != filed.End {
		v[cards.InputStart], v[cards.InputEnd] = string(g.Period.Start), string(g.Period.End)
	}
}

// goalInput reads a form. Invalid names the field that is wrong.
func (s *Subject) goalInput(ctx context.Context, t *chat.Turn, f goalForm) (okr.GoalInput, error) {
	g, err := s.typedGoal(ctx, t, f)
	if err == nil {
		err = f.privacy(t, g)
	}
	in := okr.InputOf(g)
	in.Version = f.version
	return in, err
}

// typedGoal is the goal as the form says it. Invalid names the field that is wrong.
func (s *Subject) typedGoal(ctx context.Context, t *chat.Turn, f goalForm) (okr.Goal, error) {
	g := f.current
	g.Kind = f.kind
	if g.OwnPeriod = f.hasOwnPeriod(); okr.HasPeriod(g) {
		var err error
		if g.PeriodID, g.Period, err = f.period(t); err != nil {
			return g, err
		}
	}
	for _, field := range okr.GoalFields() {
		if !field.In(f.kind) {
			continue
		}
		if err := s.readField(ctx, t, f, field, &g); err != nil {
			return g, err
		}
	}
	return g, nil
}

// readField reads one field into a goal; the period is read before.
func (s *Subject) readField(ctx context.Context, t *chat.Turn, f goalForm, field okr.GoalField, g *okr.Goal) error {
	text := f.values[field.ID]
	switch field.Kind {
	case okr.FieldPeriod, okr.FieldDate, okr.FieldTasks:
		return nil
	case okr.FieldPerson, okr.FieldPeople:
		people, err := s.chat.People(ctx, t, f.peopleField(field), text)
		if len(people) == 0 && field.ID == cards.KeyOwner {
			return err // every goal has one
		}
		field.SetPeople(g, people)
		return err
	}
	if text == cards.ChoiceAny && field.Kind == okr.FieldChoice || text == cards.ChoiceNone && field.Kind == okr.FieldParent {
		text = ""
	}
	text, err := plainField(t, field, text, f.near)
	if err != nil {
		return err
	}
	return field.Read(g, text)
}

// plainField writes the numbers and days of a field, as a person typed them, as the domain
// reads them; a day without a year is next to near. Invalid, with the field: one can't be
// read, or in two ways.
func plainField(t *chat.Turn, field okr.GoalField, text string, near okr.Date) (string, error) {
	switch {
	case field.Kind == okr.FieldNumber:
		return t.Place.Locale.Plain(field.ID, text)
	case field.Kind == okr.FieldPhases:
		return t.Place.Locale.Phases(field.ID, text, near)
	case field.Kind == okr.FieldDate:
		day, err := t.Place.Locale.Day(field.ID, text, near)
		if err != nil {
			return text, err
		}
		return string(day), nil
	}
	return text, nil
}

// shownValues are the values of a form with numbers and days as the person types them. Those
// of date pickers stay as they are.
func shownValues(t *chat.Turn, v chat.Values) chat.Values {
	out := maps.Clone(v)
	for _, field := range okr.GoalFields() {
		switch text, ok := v[field.ID]; {
		case !ok:
		case field.Kind == okr.FieldNumber:
			out[field.ID] = t.Place.Locale.Shown(text)
		case field.Kind == okr.FieldPhases:
			out[field.ID] = t.Place.Locale.ShownPhases(text)
		}
	}
	return out
}

// nearOf is the day next to which the days of a form are meant: the middle of the goal's
// period, today where it has none.
func (s *Subject) nearOf(ctx context.Context, t *chat.Turn, f goalForm) okr.Date {
	p := f.current.Period
	switch parent, ok := okr.ParseGoalID(f.values[cards.KeyParent]); {
	case f.hasOwnPeriod():
		_, p, _ = f.period(t)
	case p.Start == "" && ok && f.values[cards.InputPhases] != "":
		if v, err := s.plan.OpenGoal(ctx, t.Actor, parent, okr.Page{Limit: 1}); err == nil { // else saving says what is wrong
			p = v.Goal.Period
		}
	}
	if !p.Start.Valid() || !p.End.Valid() {
		return t.Today()
	}
	return p.Start.Add((p.End.Days() - p.Start.Days()) / 2)
}

// peopleField says whom a field finds by itself. Guests work on nothing.
func (f goalForm) peopleField(field okr.GoalField) chat.PeopleField {
	p := chat.PeopleField{ID: field.ID, Known: f.current.Workers(), Single: field.Kind == okr.FieldPerson, Guests: field.Guests}
	if p.Guests {
		p.Known = f.people
	}
	return p
}

// privacy refuses to make a goal private where others read along, or so that the
// person would not see it any more.
func (f goalForm) privacy(t *chat.Turn, g okr.Goal) error {
	if !g.Private || f.current.Private {
		return nil
	}
	if t.Actor.Shared {
		return okr.FieldErrorf(cards.InputPrivate, "Others can read this chat. Send the command, or use your 1:1 chat with me: only you see that form.")
	}
	isMine := f.current.ID == "" || slices.ContainsFunc(g.People(), t.Actor.Is)
	if !isMine {
		return okr.FieldErrorf(cards.InputPrivate, "You wouldn't see it afterwards. Add yourself, for example as a viewer.")
	}
	return nil
}

// hasOwnPeriod says whether a key result or project was given another period than its
// objective's. The form of an older okrbot has no such choice.
func (f goalForm) hasOwnPeriod() bool {
	chosen := f.values[cards.KeyPeriod]
	return f.kind != okr.Objective && chosen != "" && chosen != cards.ChoiceNone
}

// period reads the period of a goal. Dates beside a period count only where a goal
// that is filed under it is edited; another period than before brings its own dates.
func (f goalForm) period(t *chat.Turn) (string, okr.Period, error) {
	v := f.values
	own, err := typedPeriod(t, v[cards.InputStart], v[cards.InputEnd])
	if err != nil {
		return "", own, err
	}
	if v[cards.KeyPeriod] == cards.ChoiceCustomPeriod {
		return "", own, nil
	}
	p, ok := t.Settings.PeriodByID(v[cards.KeyPeriod])
	if !ok {
		return "", own, okr.FieldErrorf(cards.KeyPeriod, "This period doesn't exist. Choose another one.")
	}
	isSame := f.current.ID != "" && v[cards.KeyPeriod] == f.base[cards.KeyPeriod]
	if !isSame || own.Start == "" && own.End == "" {
		return p.ID, p.Period, nil
	}
	own.Name = p.Name
	return p.ID, own, nil
}

// typedPeriod reads the two days of a period: the second one is next to the first.
func typedPeriod(t *chat.Turn, first, last string) (p okr.Period, err error) {
	if p.Start, err = t.Place.Locale.Day(cards.InputStart, first, t.Today()); err != nil {
		return p, err
	}
	p.End, err = t.Place.Locale.Day(cards.InputEnd, last, cmp.Or(p.Start, t.Today()))
	return p, err
}
