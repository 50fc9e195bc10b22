package okr

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	maxEdits     = 20       // that a goal remembers
	maxEditBytes = 16 << 10 // of all old values together
)

// Edit is a change of a goal by a person. Old has the value before of each field
// that changed, so that a form that was opened before can be merged.
type Edit struct {
	Version int       `json:"version"` // of the goal after it
	By      Person    `json:"by"`
	At      time.Time `json:"at"`
	Old     fieldMap  `json:"old"`
}

// fieldMap is the fields of a goal that people edit, in JSON, by the names of
// [fields]; what is empty is not there.
type fieldMap map[string]json.RawMessage

// fields is everything that people edit of a goal.
type fields struct {
	Title    string `json:"title,omitempty"`
	Owner    Person `json:"owner,omitzero"`
	Parent   GoalID `json:"parent,omitempty"`
	Period   string `json:"period,omitempty"` // the id
	Name     string `json:"periodName,omitempty"`
	Start    Date   `json:"start,omitempty"`
	End      Date   `json:"end,omitempty"`
	Metric   string `json:"metric,omitempty"`
	Unit     string `json:"unit,omitempty"`
	UnitKind string `json:"unitKind,omitempty"`
	Type     string `json:"type,omitempty"`
	From     string `json:"startValue,omitempty"` // numbers as text: 0 is not empty
	Target   string `json:"target,omitempty"`

	Threshold *float64 `json:"threshold,omitempty"`
	Phases    []Phase  `json:"phases,omitempty"`
	Details
}

// fieldsOf takes the fields out of a goal.
func fieldsOf(g Goal) fields {
	f := fields{Title: g.Title, Owner: g.Owner, Parent: g.Parent, Details: g.Details}
	if g.Kind == Objective {
		f.Period, f.Name, f.Start, f.End = g.PeriodID, g.Period.Name, g.Period.Start, g.Period.End
	}
	if m := g.Metric; m != nil {
		f.Metric, f.Unit, f.UnitKind, f.Type = m.Name, m.Unit, string(m.UnitKind), string(m.Type)
		f.From, f.Target = numberText(m.Start), numberText(m.Target)
		f.Threshold, f.Phases = m.Threshold, m.Phases
	}
	return f
}

// apply puts the fields into a goal.
func (f fields) apply(g *Goal) {
	g.Title, g.Owner, g.Parent, g.Details = f.Title, f.Owner, f.Parent, f.Details
	if g.Kind == Objective {
		g.PeriodID, g.Period = f.Period, Period{Name: f.Name, Start: f.Start, End: f.End}
	}
	if g.Kind != KeyResult {
		return
	}
	m := Metric{
		Name: f.Metric, Unit: f.Unit, UnitKind: UnitKind(f.UnitKind), Type: MetricType(f.Type),
		Start: textNumber(f.From), Target: textNumber(f.Target), Threshold: f.Threshold, Phases: f.Phases,
	}
	if g.Metric != nil {
		m.Current, m.At = g.Metric.Current, g.Metric.At
	}
	g.Metric = &m
}

func (f fields) toMap() (fieldMap, error) {
	raw, err := json.Marshal(f)
	m := fieldMap{}
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		return nil, fmt.Errorf("fields of a goal: %w", err)
	}
	return m, nil
}

func (m fieldMap) toFields() (f fields, err error) {
	raw, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		return f, fmt.Errorf("fields of a goal: %w", err)
	}
	return f, nil
}

// before gives the fields as they were at a version, from those of now and the
// edits since. It reports false when these are not remembered any more.
func (g Goal) before(version int, now fieldMap) (fieldMap, bool) {
	base := maps.Clone(now)
	at := g.Version
	for _, e := range slices.Backward(g.Edits) {
		if e.Version <= version {
			break
		}
		for name, old := range e.Old {
			if string(old) == "null" {
				delete(base, name)
			} else {
				base[name] = old
			}
		}
		at = e.Version - 1
	}
	return base, at <= version
}

// merge takes over what mine changes of base into now. Fields that both changed,
// to different values, are in conflict.
func merge(base, mine, now fieldMap) (merged fieldMap, conflicts []string) {
	merged = maps.Clone(now)
	names := maps.Clone(base)
	maps.Copy(names, mine)
	maps.Copy(names, now)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b, m, n := string(base[name]), string(mine[name]), string(now[name])
		switch {
		case m == b || m == n:
			continue
		case n != b:
			conflicts = append(conflicts, name)
			continue
		}
		if m == "" {
			delete(merged, name)
		} else {
			merged[name] = mine[name]
		}
	}
	return merged, conflicts
}

// noteEdit counts an edit and remembers what it changed. One that changes nothing
// is none.
func (g *Goal) noteEdit(by Person, at time.Time, before, after fieldMap) {
	old := fieldMap{}
	for name := range after {
		if string(before[name]) != string(after[name]) {
			old[name] = before[name]
		}
	}
	for name := range before {
		if _, kept := after[name]; !kept {
			old[name] = before[name]
		}
	}
	for name, raw := range old {
		if raw == nil {
			old[name] = json.RawMessage("null")
		}
	}
	if len(old) == 0 {
		return
	}
	g.Version++
	g.Edits = append(slices.Clone(g.Edits), Edit{Version: g.Version, By: by, At: at, Old: old})
	for len(g.Edits) > 1 && (len(g.Edits) > maxEdits || editBytes(g.Edits) > maxEditBytes) {
		g.Edits = g.Edits[1:]
	}
}

func editBytes(edits []Edit) (n int) {
	for _, e := range edits {
		for name, raw := range e.Old {
			n += len(name) + len(raw)
		}
	}
	return n
}

// overtaken says who changed what since a form was opened.
func (g Goal) overtaken(version int, conflicts []string) error {
	var who []string
	for _, e := range g.Edits {
		if e.Version <= version || !slices.ContainsFunc(conflicts, func(name string) bool { _, ok := e.Old[name]; return ok }) {
			continue
		}
		if !slices.Contains(who, e.By.Name) {
			who = append(who, e.By.Name)
		}
	}
	if len(who) == 0 {
		who = []string{"Somebody else"}
	}
	words := make([]string, len(conflicts))
	for i, name := range conflicts {
		words[i] = fieldWords(name)
	}
	return &Error{Kind: Conflict, Field: conflicts[0], Msg: fmt.Sprintf(
		"%s changed the %s of %s after you opened this form. Nothing of yours was saved. Look at it again, then edit it.",
		strings.Join(who, " and "), strings.Join(words, " and the "), g.ID), Next: []Step{{Kind: StepShow, Goal: g.ID}}}
}

// fieldWords names a field as forms do.
func fieldWords(name string) string {
	words := map[string]string{
		"parent": "objective above", "period": "period", "periodName": "period", "start": "first day", "end": "last day",
		"metric": "metric's name", "unitKind": "sort of unit", "startValue": "start value", "threshold": "risk threshold",
		"coOwners": "co-owners", "checkInOwner": "check-in owner", "private": "privacy", "onlyEditors": "rights to edit", "goalType": "type",
	}
	if w, ok := words[name]; ok {
		return w
	}
	return name
}

// NewGoal is a new goal of the input, without an id and a place.
func (in GoalInput) NewGoal(by Person, now time.Time) (Goal, error) {
	if in.Kind != Objective && in.Kind != KeyResult && in.Kind != Project {
		return Goal{}, FieldErrorf("kind", "Choose whether it is an objective, a key result or a project.")
	}
	g := Goal{Kind: in.Kind, Form: in.Form, Owner: by, CreatedBy: by, CreatedAt: now, Version: 1}
	in.over(fieldsOf(g)).apply(&g)
	return g, nil
}

// over puts the input over fields as they were.
func (in GoalInput) over(f fields) fields {
	f.Title, f.Parent = in.Title, in.Parent
	if in.Owner.ID != "" {
		f.Owner = in.Owner
	}
	if in.Details != nil {
		f.Details = *in.Details
	}
	if in.Kind == Objective {
		f.Period, f.Name, f.Start, f.End = in.PeriodID, in.Period.Name, in.Period.Start, in.Period.End
	}
	if m := in.Metric; m != nil {
		f.Metric, f.Unit, f.UnitKind, f.Type = m.Name, m.Unit, string(m.UnitKind), string(m.Type)
		f.From, f.Target, f.Threshold, f.Phases = numberText(m.Start), numberText(m.Target), m.Threshold, m.Phases
	} else if in.Kind == KeyResult {
		f.Metric = ""
	}
	return f
}

// Edit merges the input into the goal as it stands now.
func (g *Goal) Edit(in GoalInput, parent Goal, actor Actor, isAdmin bool, now time.Time) error {
	in.Kind = g.Kind
	stands, err := fieldsOf(*g).toMap()
	if err != nil {
		return err
	}
	merged, err := g.merged(in, stands)
	if err != nil {
		return err
	}
	f, err := merged.toFields()
	if err != nil {
		return err
	}
	if f.changesOwners(*g) && !actor.MayHandOver(*g, isAdmin) {
		return &Error{Kind: Forbidden, Field: "owner", Msg: "A delegate may change everything but who owns it. Ask " + g.Owner.Name + "."}
	}
	f.apply(g)
	if g.Parent == in.Parent { // else the parent is another one than was read
		g.Below(parent)
	}
	g.noteEdit(actor.Person, now, stands, merged)
	return g.Validate()
}

// merged is what the goal's fields are after the input. Conflict: somebody else
// changed one of them since the form was opened.
func (g *Goal) merged(in GoalInput, stands fieldMap) (fieldMap, error) {
	base, known := stands, true
	if in.Version > 0 && in.Version < g.Version {
		base, known = g.before(in.Version, stands)
	}
	was, err := base.toFields()
	if err != nil {
		return nil, err
	}
	mine, err := in.over(was).toMap()
	if err != nil {
		return nil, err
	}
	if !known {
		base = fieldMap{} // nobody knows any more what the form began with
	}
	out, conflicts := merge(base, mine, stands)
	if len(conflicts) > 0 {
		return nil, g.overtaken(in.Version, conflicts)
	}
	return out, nil
}

// changesOwners says whether the fields name other owners than the goal has.
func (f fields) changesOwners(g Goal) bool {
	return f.Owner.ID != g.Owner.ID || !slices.Equal(f.CoOwners, g.CoOwners) || f.Delegate.ID != g.Delegate.ID
}

// Below makes the goal take from its objective what it does not choose itself.
func (g *Goal) Below(parent Goal) {
	if g.Kind != Objective && parent.ID != "" {
		g.Period, g.PeriodID = parent.Period, parent.PeriodID
	}
	g.Audience = g.audience(parent)
}

// GoalInput is what a person gives to make or edit a goal.
type GoalInput struct {
	Editing GoalID // empty: a new one
	Kind    GoalKind
	Title   string
	Owner   Person  // who it belongs to; empty: the actor, or as it was
	Parent  GoalID  // the objective above; empty for an objective at the top
	Period  Period  // objectives; without dates those of PeriodID
	Metric  *Metric // key results; Current is left alone

	PeriodID string   // objectives: the period to file it under; empty: that of the dates
	Details  *Details // nil: as they were
	Form     string   // of a new goal: the id of the form that makes it, once; empty: none
	Version  int      // Goal.Version when the form was opened; 0: whatever it is now
}

// Cleaned is the input without what no text should hold, and with the dates of
// its period.
func (in GoalInput) Cleaned(t Tenant) (GoalInput, error) {
	in.Title = CleanLine(in.Title)
	if in.Metric != nil {
		m := *in.Metric
		m.Name, m.Unit = CleanLine(m.Name), CleanLine(m.Unit)
		m.Phases = m.sortedPhases()
		m.Current, m.At = nil, nil
		in.Metric = &m
	}
	if in.Details != nil {
		d := in.Details.cleaned()
		in.Details = &d
	}
	if in.PeriodID == "" {
		return in, nil
	}
	p, ok := t.PeriodByID(in.PeriodID)
	if !ok {
		return in, FieldErrorf("period", "This period does not exist any more. Choose another one.")
	}
	if in.Period.Start == "" && in.Period.End == "" {
		in.Period = p.Period
	}
	if in.PeriodID == in.Period.SpanID() {
		in.PeriodID = ""
	}
	return in, nil
}

func (d Details) cleaned() Details {
	d.Description, d.Team = CleanText(d.Description), CleanLine(d.Team)
	var tags []string
	for _, tag := range d.Tags {
		tag = strings.TrimLeft(CleanLine(tag), "#")
		known := slices.ContainsFunc(tags, func(o string) bool { return foldText(o) == foldText(tag) })
		if tag != "" && !known {
			tags = append(tags, tag)
		}
	}
	d.Tags = tags
	d.CoOwners, d.Viewers, d.Editors = distinct(d.CoOwners), distinct(d.Viewers), distinct(d.Editors)
	return d
}

// distinct leaves out who comes again, and who is nobody.
func distinct(people []Person) []Person {
	var out []Person
	for _, p := range people {
		if p.ID != "" && !slices.ContainsFunc(out, func(o Person) bool { return o.ID == p.ID }) {
			out = append(out, p)
		}
	}
	return out
}
