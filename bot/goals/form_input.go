package goals

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// goalValues is a goal as its form shows it.
func goalValues(t *chat.Turn, g okr.Goal) chat.Values {
	v := chat.Values{
		cards.InputTitle: g.Title, cards.KeyOwner: string(g.Owner.ID), cards.KeyParent: string(g.Parent), cards.InputDescription: g.Description,
		cards.InputTags: strings.Join(g.Tags, ", "), cards.KeyTeam: g.Team, cards.InputLevel: chat.OrElse(string(g.Level), string(okr.LevelTeam)),
		cards.InputPrivate: chat.Truth(g.Private), cards.InputOnlyEditors: chat.Truth(g.OnlyEditors),
		cards.InputCoOwners: chat.IDList(g.CoOwners), cards.InputViewers: chat.IDList(g.Viewers), cards.InputEditors: chat.IDList(g.Editors),
		cards.InputCheckInOwner: string(g.CheckInOwner.ID), cards.InputDelegate: string(g.Delegate.ID),
	}
	if g.Weight != nil {
		v[cards.InputWeight] = exactNumber(*g.Weight)
	}
	if g.Kind == okr.Objective {
		v[cards.KeyParent] = chat.OrElse(string(g.Parent), cards.ChoiceNone)
		v[cards.InputGoalType] = chat.OrElse(string(g.GoalType), string(okr.Aspirational))
		periodValues(t, g, v)
	}
	if m := g.Metric; m != nil {
		metricValues(*m, v)
	}
	return v
}

// periodValues names the period that an objective is filed under; dates of its
// own stand beside it.
func periodValues(t *chat.Turn, g okr.Goal, v chat.Values) {
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

func metricValues(m okr.Metric, v chat.Values) {
	v[cards.InputMetric], v[cards.InputUnit] = m.Name, m.Unit
	v[cards.InputType], v[cards.InputUnitKind] = chat.OrElse(string(m.Type), cards.ChoiceAny), chat.OrElse(string(m.UnitKind), cards.ChoiceAny)
	v[cards.InputStartValue], v[cards.InputTarget] = exactNumber(m.Start), exactNumber(m.Target)
	if m.Threshold != nil {
		v[cards.InputThreshold] = exactNumber(*m.Threshold)
	}
	var phases []string
	for _, p := range m.Phases {
		phases = append(phases, string(p.Date)+": "+exactNumber(p.Value))
	}
	v[cards.InputPhases] = strings.Join(phases, "\n")
}

// input reads a form. Invalid names the field that is wrong.
func (s *Subject) goalInput(ctx context.Context, t *chat.Turn, f goalForm) (okr.GoalInput, error) {
	v := f.values
	in := okr.GoalInput{Editing: f.current.ID, Kind: f.kind, Title: v[cards.InputTitle], Version: f.version}
	if v[cards.KeyParent] != cards.ChoiceNone {
		in.Parent = okr.GoalID(strings.ToUpper(strings.TrimSpace(v[cards.KeyParent])))
	}
	var err error
	switch f.kind {
	case okr.Objective:
		in.PeriodID, in.Period, err = f.period(t)
	case okr.KeyResult:
		in.Metric, err = metricInput(v)
	}
	if err != nil {
		return in, err
	}
	if in.Owner, err = s.chat.OnePerson(ctx, t, chat.PeopleField{ID: cards.KeyOwner, Known: f.current.Workers(), Single: true}, v[cards.KeyOwner]); err != nil {
		return in, err
	}
	in.Details, err = s.detailsInput(ctx, t, f)
	if err == nil {
		err = f.privacy(t, in)
	}
	return in, err
}

func (s *Subject) detailsInput(ctx context.Context, t *chat.Turn, f goalForm) (*okr.Details, error) {
	v := f.values
	d := okr.Details{
		Description: v[cards.InputDescription], Tags: strings.Split(v[cards.InputTags], ","), Team: v[cards.KeyTeam],
		Private: chat.IsOn(v[cards.InputPrivate]), OnlyEditors: chat.IsOn(v[cards.InputOnlyEditors]),
	}
	if v[cards.InputLevel] != string(okr.LevelTeam) || f.current.Level == okr.LevelTeam {
		d.Level = okr.Level(v[cards.InputLevel])
	}
	if f.kind == okr.Objective && (v[cards.InputGoalType] != string(okr.Aspirational) || f.current.GoalType == okr.Aspirational) {
		d.GoalType = okr.GoalType(v[cards.InputGoalType])
	}
	var err error
	if d.Weight, err = chat.OptionalNumber(cards.InputWeight, "weight", v[cards.InputWeight]); err != nil {
		return nil, err
	}
	lists := map[string]*[]okr.Person{cards.InputCoOwners: &d.CoOwners, cards.InputViewers: &d.Viewers, cards.InputEditors: &d.Editors}
	singles := map[string]*okr.Person{cards.InputCheckInOwner: &d.CheckInOwner, cards.InputDelegate: &d.Delegate}
	for _, field := range peopleFields() {
		if field.Known = f.current.Workers(); field.Guests {
			field.Known = f.people
		}
		people, err := s.chat.People(ctx, t, field, v[field.ID])
		if err != nil {
			return nil, err
		}
		if list := lists[field.ID]; list != nil {
			*list = people
		} else if len(people) > 0 {
			*singles[field.ID] = people[0]
		}
	}
	return &d, nil
}

// privacy refuses to make a goal private where others read along, or so that the
// person would not see it any more.
func (f goalForm) privacy(t *chat.Turn, in okr.GoalInput) error {
	d := in.Details
	if !d.Private || f.current.Private {
		return nil
	}
	if t.Actor.Shared {
		return okr.FieldErrorf(cards.InputPrivate, "Others read along here. Open your 1:1 chat with okrbot and make it private there.")
	}
	g := okr.Goal{Owner: in.Owner, Details: *d, CreatedBy: f.current.CreatedBy}
	if in.Owner.ID == "" {
		g.Owner = f.current.Owner
	}
	isMine := f.current.ID == "" || slices.ContainsFunc(g.People(), func(p okr.Person) bool { return p.ID == t.Actor.ID })
	if !isMine {
		return okr.FieldErrorf(cards.InputPrivate, "You would not see it any more. Name yourself among its people, for example as a viewer.")
	}
	return nil
}

// period reads the period of an objective. Dates beside a period count only where
// an objective that is filed under it is edited; another period than before brings
// its own dates.
func (f goalForm) period(t *chat.Turn) (string, okr.Period, error) {
	v := f.values
	own := okr.Period{Start: okr.Date(strings.TrimSpace(v[cards.InputStart])), End: okr.Date(strings.TrimSpace(v[cards.InputEnd]))}
	if v[cards.KeyPeriod] == cards.ChoiceCustomPeriod {
		return "", own, nil
	}
	p, ok := t.Settings.PeriodByID(v[cards.KeyPeriod])
	if !ok {
		return "", own, okr.FieldErrorf(cards.KeyPeriod, "This period does not exist (any more). Choose another one.")
	}
	isSame := f.current.ID != "" && v[cards.KeyPeriod] == f.base[cards.KeyPeriod]
	if !isSame || own.Start == "" && own.End == "" {
		return p.ID, p.Period, nil
	}
	own.Name = p.Name
	return p.ID, own, nil
}

func metricInput(v chat.Values) (*okr.Metric, error) {
	m := okr.Metric{Name: v[cards.InputMetric], Unit: v[cards.InputUnit]}
	if v[cards.InputType] != cards.ChoiceAny {
		m.Type = okr.MetricType(v[cards.InputType])
	}
	if v[cards.InputUnitKind] != cards.ChoiceAny {
		m.UnitKind = okr.UnitKind(v[cards.InputUnitKind])
	}
	fallback, name := "", "target"
	switch {
	case m.Type == okr.Baseline:
		fallback = "0"
	case m.IsControl():
		name = "limit"
	}
	var err error
	if m.Start, err = chat.Number(cards.InputStartValue, "start", v[cards.InputStartValue], "0"); err != nil {
		return nil, err
	}
	if m.Target, err = chat.Number(cards.InputTarget, name, v[cards.InputTarget], fallback); err != nil {
		return nil, err
	}
	if m.Threshold, err = chat.OptionalNumber(cards.InputThreshold, "risk threshold", v[cards.InputThreshold]); err != nil {
		return nil, err
	}
	m.Phases, err = phasesInput(v[cards.InputPhases])
	return &m, err
}

// phasesInput reads a phase a line: a day and the value that is expected by then.
func phasesInput(text string) ([]okr.Phase, error) {
	var out []okr.Phase
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
		line = okr.CleanLine(line)
		if line == "" {
			continue
		}
		day := line[:min(len(line), len("2006-01-02"))]
		value, ok := okr.ParseNumber(strings.TrimLeft(line[len(day):], ":= "))
		if !ok || !okr.Date(day).Valid() {
			return nil, okr.FieldErrorf(cards.InputPhases, "Each line has a day and a number, for example 2026-02-15: 40. This one has not: %s", okr.Shorten(line, 60))
		}
		out = append(out, okr.Phase{Date: okr.Date(day), Value: value})
	}
	return out, nil
}
