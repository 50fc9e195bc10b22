package bot

import (
	"context"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// goalValues is a goal as its form shows it.
func goalValues(t *turn, g okr.Goal) values {
	v := values{
		"title": g.Title, "owner": string(g.Owner.ID), "parent": string(g.Parent), "description": g.Description,
		"tags": strings.Join(g.Tags, ", "), "team": g.Team, "level": orElse(string(g.Level), string(okr.LevelTeam)),
		"private": truth(g.Private), "onlyEditors": truth(g.OnlyEditors),
		"coOwners": idList(g.CoOwners), "viewers": idList(g.Viewers), "editors": idList(g.Editors),
		"checkInOwner": string(g.CheckInOwner.ID), "delegate": string(g.Delegate.ID),
	}
	if g.Weight != nil {
		v["weight"] = exactNumber(*g.Weight)
	}
	if g.Kind == okr.Objective {
		v["parent"] = orElse(string(g.Parent), cards.ChoiceNone)
		v["goalType"] = orElse(string(g.GoalType), string(okr.Aspirational))
		periodValues(t, g, v)
	}
	if m := g.Metric; m != nil {
		metricValues(*m, v)
	}
	return v
}

func truth(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

func orElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func idList(people []okr.Person) string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = string(p.ID)
	}
	return strings.Join(ids, ",")
}

// periodValues names the period that an objective is filed under; dates of its
// own stand beside it.
func periodValues(t *turn, g okr.Goal, v values) {
	filed, ok := t.settings.PeriodByID(g.FiledUnder())
	isOffered := slices.ContainsFunc(t.settings.PeriodChoices(t.today()), func(p okr.TimePeriod) bool { return p.ID == filed.ID })
	if !ok || filed.Name == "" && !isOffered {
		v["period"], v["start"], v["end"] = cards.ChoiceCustomPeriod, string(g.Period.Start), string(g.Period.End)
		return
	}
	v["period"] = filed.ID
	if g.Period.Start != filed.Start || g.Period.End != filed.End {
		v["start"], v["end"] = string(g.Period.Start), string(g.Period.End)
	}
}

func metricValues(m okr.Metric, v values) {
	v["metric"], v["unit"] = m.Name, m.Unit
	v["type"], v["unitKind"] = orElse(string(m.Type), cards.ChoiceAny), orElse(string(m.UnitKind), cards.ChoiceAny)
	v["startValue"], v["target"] = exactNumber(m.Start), exactNumber(m.Target)
	if m.Threshold != nil {
		v["threshold"] = exactNumber(*m.Threshold)
	}
	var phases []string
	for _, p := range m.Phases {
		phases = append(phases, string(p.Date)+": "+exactNumber(p.Value))
	}
	v["phases"] = strings.Join(phases, "\n")
}

// input reads a form. Invalid names the field that is wrong.
func (b *Bot) goalInput(ctx context.Context, t *turn, f goalForm) (okr.GoalInput, error) {
	v := f.values
	in := okr.GoalInput{Editing: f.current.ID, Kind: f.kind, Title: v["title"], Version: f.version}
	if v["parent"] != cards.ChoiceNone {
		in.Parent = okr.GoalID(strings.ToUpper(strings.TrimSpace(v["parent"])))
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
	if in.Owner, err = b.onePerson(ctx, t, peopleField{id: "owner", known: goalWorkers(f.current), single: true}, v["owner"]); err != nil {
		return in, err
	}
	in.Details, err = b.detailsInput(ctx, t, f)
	if err == nil {
		err = f.privacy(t, in)
	}
	return in, err
}

func (b *Bot) onePerson(ctx context.Context, t *turn, field peopleField, text string) (okr.Person, error) {
	people, err := b.people(ctx, t, field, text)
	if err != nil || len(people) == 0 {
		return okr.Person{}, err
	}
	return people[0], nil
}

func (b *Bot) detailsInput(ctx context.Context, t *turn, f goalForm) (*okr.Details, error) {
	v := f.values
	d := okr.Details{
		Description: v["description"], Tags: strings.Split(v["tags"], ","), Team: v["team"],
		Private: isOn(v["private"]), OnlyEditors: isOn(v["onlyEditors"]),
	}
	if v["level"] != string(okr.LevelTeam) || f.current.Level == okr.LevelTeam {
		d.Level = okr.Level(v["level"])
	}
	if f.kind == okr.Objective && (v["goalType"] != string(okr.Aspirational) || f.current.GoalType == okr.Aspirational) {
		d.GoalType = okr.GoalType(v["goalType"])
	}
	var err error
	if d.Weight, err = optionalNumber("weight", "weight", v["weight"]); err != nil {
		return nil, err
	}
	lists := map[string]*[]okr.Person{"coOwners": &d.CoOwners, "viewers": &d.Viewers, "editors": &d.Editors}
	singles := map[string]*okr.Person{"checkInOwner": &d.CheckInOwner, "delegate": &d.Delegate}
	for _, field := range peopleFields() {
		if field.known = goalWorkers(f.current); field.guests {
			field.known = f.people
		}
		people, err := b.people(ctx, t, field, v[field.id])
		if err != nil {
			return nil, err
		}
		if list := lists[field.id]; list != nil {
			*list = people
		} else if len(people) > 0 {
			*singles[field.id] = people[0]
		}
	}
	return &d, nil
}

// privacy refuses to make a goal private where others read along, or so that the
// person would not see it any more.
func (f goalForm) privacy(t *turn, in okr.GoalInput) error {
	d := in.Details
	if !d.Private || f.current.Private {
		return nil
	}
	if t.actor.Shared {
		return okr.FieldErrorf("private", "Others read along here. Open your 1:1 chat with okrbot and make it private there.")
	}
	g := okr.Goal{Owner: in.Owner, Details: *d, CreatedBy: f.current.CreatedBy}
	if in.Owner.ID == "" {
		g.Owner = f.current.Owner
	}
	isMine := f.current.ID == "" || slices.ContainsFunc(goalPeople(g), func(p okr.Person) bool { return p.ID == t.actor.ID })
	if !isMine {
		return okr.FieldErrorf("private", "You would not see it any more. Name yourself among its people, for example as a viewer.")
	}
	return nil
}

// period reads the period of an objective. Dates beside a period count only where
// an objective that is filed under it is edited; another period than before brings
// its own dates.
func (f goalForm) period(t *turn) (string, okr.Period, error) {
	v := f.values
	own := okr.Period{Start: okr.Date(strings.TrimSpace(v["start"])), End: okr.Date(strings.TrimSpace(v["end"]))}
	if v["period"] == cards.ChoiceCustomPeriod {
		return "", own, nil
	}
	p, ok := t.settings.PeriodByID(v["period"])
	if !ok {
		return "", own, okr.FieldErrorf("period", "This period does not exist (any more). Choose another one.")
	}
	isSame := f.current.ID != "" && v["period"] == f.base["period"]
	if !isSame || own.Start == "" && own.End == "" {
		return p.ID, p.Period, nil
	}
	own.Name = p.Name
	return p.ID, own, nil
}

func metricInput(v values) (*okr.Metric, error) {
	m := okr.Metric{Name: v["metric"], Unit: v["unit"]}
	if v["type"] != cards.ChoiceAny {
		m.Type = okr.MetricType(v["type"])
	}
	if v["unitKind"] != cards.ChoiceAny {
		m.UnitKind = okr.UnitKind(v["unitKind"])
	}
	fallback, name := "", "target"
	switch {
	case m.Type == okr.Baseline:
		fallback = "0"
	case m.IsControl():
		name = "limit"
	}
	var err error
	if m.Start, err = number("startValue", "start", v["startValue"], "0"); err != nil {
		return nil, err
	}
	if m.Target, err = number("target", name, v["target"], fallback); err != nil {
		return nil, err
	}
	if m.Threshold, err = optionalNumber("threshold", "risk threshold", v["threshold"]); err != nil {
		return nil, err
	}
	m.Phases, err = phasesInput(v["phases"])
	return &m, err
}

func number(field, name, text, fallback string) (float64, error) {
	if strings.TrimSpace(text) == "" {
		text = fallback
	}
	n, ok := okr.ParseNumber(text)
	if !ok {
		return 0, okr.FieldErrorf(field, "The %s must be a number, for example 80 or 12.5.", name)
	}
	return n, nil
}

func optionalNumber(field, name, text string) (*float64, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	n, err := number(field, name, text, "")
	return &n, err
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
			return nil, okr.FieldErrorf("phases", "Each line has a day and a number, for example 2026-02-15: 40. This one has not: %s", okr.Shorten(line, 60))
		}
		out = append(out, okr.Phase{Date: okr.Date(day), Value: value})
	}
	return out, nil
}
