package okr

import (
	"encoding/json"
	"fmt"
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

// fieldMap is values of [GoalFields], in JSON, by their ids. One that was empty is
// null.
type fieldMap map[string]json.RawMessage

// asOf is the goal with its fields as they were at a version; 0: as they are. It
// reports false when not all edits since are remembered any more.
func (g Goal) asOf(version int) (was Goal, known bool, err error) {
	was = g
	if version <= 0 {
		return was, true, nil
	}
	was = withoutInherited(g)
	at := g.Version
	for _, e := range slices.Backward(g.Edits) {
		if e.Version <= version {
			break
		}
		for _, f := range GoalFields() {
			old, changed := e.Old[f.ID]
			if !changed || !f.In(g.Kind) {
				continue
			}
			if err := f.set(&was, old); err != nil {
				return was, false, err
			}
		}
		at = e.Version - 1
	}
	return inheriting(was, g), at <= version, nil
}

// noteEdit counts an edit and remembers what it changed. One that changes nothing
// is none.
func (g *Goal) noteEdit(by Person, at time.Time, before Goal) error {
	old := fieldMap{}
	for _, f := range GoalFields() {
		if !f.In(g.Kind) {
			continue
		}
		v, err := f.values(before, *g)
		if err != nil {
			return err
		}
		switch was, is := v[0], v[1]; {
		case string(was) == string(is):
		case was == nil:
			old[f.ID] = json.RawMessage("null")
		default:
			old[f.ID] = was
		}
	}
	if len(old) == 0 {
		return nil
	}
	g.Version++
	g.Edits = append(slices.Clone(g.Edits), Edit{Version: g.Version, By: by, At: at, Old: old})
	for len(g.Edits) > 1 && (len(g.Edits) > maxEdits || editBytes(g.Edits) > maxEditBytes) {
		g.Edits = g.Edits[1:]
	}
	return nil
}

func editBytes(edits []Edit) (n int) {
	for _, e := range edits {
		for name, raw := range e.Old {
			n += len(name) + len(raw)
		}
	}
	return n
}

// NewGoal is a new goal of the input, without an id and a place.
func (in GoalInput) NewGoal(by Person, now time.Time) (Goal, error) {
	if in.Kind != Objective && in.Kind != KeyResult && in.Kind != Project {
		return Goal{}, FieldErrorf("kind", "Choose an objective, a key result or a project.")
	}
	g := Goal{Kind: in.Kind, Form: in.Form, Owner: by, CreatedBy: by, CreatedAt: now, Version: 1}
	return in.over(g), nil
}

// over is the goal with the input over what it has.
func (in GoalInput) over(g Goal) Goal {
	g.Title, g.Parent = in.Title, in.Parent
	if in.Owner != (Person{}) {
		g.Owner = in.Owner
	}
	if in.Details != nil {
		g.Details = *in.Details
	}
	if g.OwnPeriod = in.OwnPeriod && in.Kind != Objective; g.OwnPeriod || in.Kind == Objective {
		g.PeriodID, g.Period = in.PeriodID, in.Period
	}
	if in.Kind == KeyResult {
		g.Metric = in.metricOver(g.Metric)
	}
	if in.Kind == Project && in.Tasks != nil {
		g.Tasks = tasksOver(*in.Tasks, g)
	}
	return g
}

// metricOver leaves the current value as it is. A key result without a metric has
// none that has a name.
func (in GoalInput) metricOver(was *Metric) *Metric {
	var m Metric
	if was != nil {
		m = *was
	}
	if in.Metric == nil {
		m.Name = ""
		return &m
	}
	fresh := *in.Metric
	fresh.Current, fresh.At = m.Current, m.At
	return &fresh
}

// Edit merges the input into the goal as it stands now.
func (g *Goal) Edit(in GoalInput, parent Goal, actor Actor, isAdmin bool, now time.Time) error {
	in.Kind = g.Kind
	before := *g
	merged, err := before.merged(in)
	if err != nil {
		return err
	}
	if changesOwners(merged, before) && !actor.MayHandOver(before, isAdmin) {
		return &Error{Kind: Forbidden, Field: "owner", Msg: "Delegates can't change owners. Ask " + g.Owner.Name + "."}
	}
	*g, g.Tasks = merged, before.Tasks
	TakeTasks(g, merged.Tasks, now)
	if !HasPeriod(*g) {
		g.PeriodID, g.Period = before.PeriodID, before.Period // until it takes that of its objective
	}
	if g.Parent == in.Parent { // else the parent is another one than was read
		g.Below(parent)
	}
	if err := g.noteEdit(actor.Person, now, before); err != nil {
		return err
	}
	return g.Validate()
}

// changesOwners says whether the goal has other owners than before.
func changesOwners(g, before Goal) bool {
	return g.Owner.ID != before.Owner.ID || !slices.Equal(g.CoOwners, before.CoOwners) || g.Delegate.ID != before.Delegate.ID
}

// Below makes the goal take from its objective what it does not choose itself.
func (g *Goal) Below(parent Goal) {
	if parent.ID != "" {
		g.PeriodID, g.Period = PeriodUnder(*g, parent)
	}
	g.Audience = audience(*g, parent)
}

// GoalInput is what a person gives to make or edit a goal.
type GoalInput struct {
	Editing GoalID // empty: a new one
	Kind    GoalKind
	Title   string
	Owner   Person  // who it belongs to; empty: the actor, or as it was
	Parent  GoalID  // the objective above; empty for an objective at the top
	Period  Period  // of what has its own; without dates those of PeriodID
	Metric  *Metric // key results; Current is left alone
	Tasks   *[]Task // projects; nil: as they were. New ones have no ID; Done is left alone where there is a task of the ID

	PeriodID  string   // the period to file it under; empty: that of the dates
	OwnPeriod bool     // key results and projects: false: the period of the objective
	Details   *Details // nil: as they were
	Form      string   // of a new goal: the id of the form that makes it, once; empty: none
	Version   int      // Goal.Version when the form was opened; 0: whatever it is now
}

// InputOf is the input of a form that says what the goal has.
func InputOf(g Goal) GoalInput {
	in := GoalInput{
		Editing: g.ID, Kind: g.Kind, Title: g.Title, Owner: g.Owner, Parent: g.Parent,
		Metric: g.Metric, Tasks: &g.Tasks, Details: &g.Details, Version: g.Version,
	}
	if in.OwnPeriod = g.OwnPeriod; HasPeriod(g) {
		in.Period, in.PeriodID = g.Period, g.PeriodID
	}
	return in
}

// Cleaned is the input without what no text should hold, and with the dates of
// its period.
func (in GoalInput) Cleaned(t Settings) (GoalInput, error) {
	in = in.cleaned()
	if in.PeriodID == "" {
		return in, nil
	}
	p, ok := t.PeriodByID(in.PeriodID)
	if !ok {
		return in, FieldErrorf("period", "This period doesn't exist or was deleted. Choose another one.")
	}
	if in.Period.Start == "" && in.Period.End == "" {
		in.Period = p.Period
	}
	if in.PeriodID == in.Period.SpanID() {
		in.PeriodID = ""
	}
	return in, nil
}

func (in GoalInput) cleaned() GoalInput {
	g := Goal{Title: in.Title}
	if in.Details != nil {
		g.Details = *in.Details
	}
	if in.Metric != nil {
		m := *in.Metric
		m.Current, m.At = nil, nil
		g.Metric = &m
	}
	for _, f := range GoalFields() {
		if f.clean != nil {
			f.clean(&g)
		}
	}
	in.Title = g.Title
	if in.Tasks != nil {
		tasks := cleanTasks(*in.Tasks)
		in.Tasks = &tasks
	}
	if in.Details != nil {
		in.Details = &g.Details
	}
	if in.Metric != nil {
		in.Metric = g.Metric.namedAfter(in.Title)
	}
	return in
}

// EditConflict is the cause of the [Conflict] of an edit that came second: since
// its form was opened others changed the same fields.
type EditConflict struct {
	By     []Person    // who edited the goal since; empty: nobody knows any more
	At     time.Time   // of the last of these edits
	Fields []GoalField // that both sides changed, to different values
	Base   *Goal       // as the form was opened with it; nil: nobody knows that now
	Mine   Goal        // as the edit has it
	Now    Goal        // as it stands
	Merged Goal        // with what only one side changed, and of what both changed what the edit says
}

// Error implements error. It is for the log, and so names no value.
func (c *EditConflict) Error() string {
	ids := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		ids[i] = f.ID
	}
	return "both changed " + strings.Join(ids, ", ")
}

// Who names the people who edited the goal meanwhile.
func (c *EditConflict) Who() string {
	if len(c.By) == 0 {
		return "Someone else"
	}
	return JoinNames(c.By)
}

// merged is the goal after the input: what only the input or only others changed
// since its form was opened. Conflict, because of an [EditConflict]: both changed
// the same.
func (g Goal) merged(in GoalInput) (Goal, error) {
	base, known, err := g.asOf(in.Version)
	if err != nil {
		return g, err
	}
	mine := in.over(base)
	c := EditConflict{Mine: mine, Now: g, Merged: withoutInherited(g)}
	if known {
		c.Base = &base
	}
	for _, f := range GoalFields() {
		if !f.In(g.Kind) {
			continue
		}
		v, err := f.values(base, mine, g)
		if err != nil {
			return g, err
		}
		was, typed, stands := string(v[0]), string(v[1]), string(v[2])
		if !known {
			was = ""
		}
		if typed == was || typed == stands {
			continue
		}
		if stands != was {
			c.Fields = append(c.Fields, f)
		}
		if err := f.set(&c.Merged, v[1]); err != nil {
			return g, err
		}
	}
	c.Merged = inheriting(c.Merged, g)
	if len(c.Fields) > 0 {
		return g, c.refusal(in.Version)
	}
	return renamed(c.Merged, g), nil
}

// values are the field of some goals, for comparing them.
func (f GoalField) values(goals ...Goal) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, len(goals))
	for i, g := range goals {
		raw, err := f.value(g)
		if err != nil {
			return nil, err
		}
		out[i] = raw
	}
	return out, nil
}

// refusal says who changed what since a version.
func (c *EditConflict) refusal(version int) error {
	c.Fields = onePeriod(c.Fields)
	c.By, c.At, _ = c.Now.ChangedSince(version, "")
	who, what := c.Who(), make([]string, len(c.Fields))
	for i, f := range c.Fields {
		what[i] = f.Label
	}
	id := c.Now.ID
	return &Error{Kind: Conflict, Field: c.Fields[0].ID, Err: c, Msg: fmt.Sprintf(
		"%s changed %s after you opened this form: %s. Your changes weren't saved. Check it, then edit it again.",
		who, id, JoinSome(what)), Next: []Step{{Kind: StepShow, Goal: id}}}
}

// onePeriod names another period once, and not its name and dates besides.
func onePeriod(fields []GoalField) []GoalField {
	i := slices.IndexFunc(fields, func(f GoalField) bool { return f.Kind == FieldPeriod })
	if i < 0 {
		return fields
	}
	var out []GoalField
	for j, f := range fields {
		if j == i || f.Kind != FieldPeriod && f.Kind != FieldDate {
			out = append(out, f)
		}
	}
	return out
}

// ChangedSince says who edited the goal after a version, besides one person, when
// the last of them did, and the labels of what they changed.
func (g Goal) ChangedSince(version int, besides UserID) (by []Person, at time.Time, labels []string) {
	for _, e := range g.Edits {
		if e.Version <= version || e.By.ID == besides {
			continue
		}
		by, at = append(by, e.By), e.At
		for id := range e.Old {
			labels = append(labels, fieldLabel(id))
		}
	}
	if slices.Contains(labels, fieldLabel(periodField)) { // with its dates
		labels = slices.DeleteFunc(labels, func(l string) bool { return l == fieldLabel("start") || l == fieldLabel("end") })
	}
	slices.Sort(labels)
	return distinct(by), at, slices.Compact(labels)
}
