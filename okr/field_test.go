package okr_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

var today = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)

var ada, grace = okr.Person{ID: "u1", Name: "Ada"}, okr.Person{ID: "u2", Name: "Grace"}

// samples is something typed for each kind of field.
func samples() map[okr.FieldKind]string {
	return map[okr.FieldKind]string{
		okr.FieldText: "Some words", okr.FieldLines: "Two\nlines", okr.FieldList: "web, shop", okr.FieldNumber: "12.5", okr.FieldToggle: "true",
		okr.FieldChoice: "other", okr.FieldPerson: "u2", okr.FieldPeople: "u1,u2", okr.FieldParent: "O7", okr.FieldPhases: "2026-02-15: 40\n2026-03-01: 60",
		okr.FieldPeriod: "T1", okr.FieldDate: "2026-02-01", okr.FieldTasks: "Sign the lease, 2026-05-21\nPaint, @Grace",
	}
}

// sample is something typed for a field.
func sample(f okr.GoalField) string {
	if f.ID == "ownPeriod" { // follows from the choice of a period
		return "true"
	}
	return samples()[f.Kind]
}

func fill(t *testing.T, f okr.GoalField, g *okr.Goal) {
	t.Helper()
	require.NoError(t, f.Read(g, sample(f)))
	switch f.Kind {
	case okr.FieldPerson:
		f.SetPeople(g, []okr.Person{grace})
	case okr.FieldPeople:
		f.SetPeople(g, []okr.Person{ada, grace})
	}
}

// TestGoalFields makes sure that each field has a name, and is read, shown and set
// as the same.
func TestGoalFields(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range okr.GoalFields() {
		require.NotEmpty(t, f.Label, f.ID)
		require.False(t, seen[f.ID], f.ID)
		seen[f.ID] = true
		g := okr.Goal{Kind: okr.Objective}
		before := f.Text(g)
		fill(t, f, &g)
		require.Equal(t, sample(f), f.Text(g), f.ID)
		require.NotEqual(t, before, f.Text(g), f.ID)
		require.NotEmpty(t, f.Words(g, okr.Period.String), f.ID)
		again := g
		fill(t, f, &again)
		require.Equal(t, g, again, f.ID)
	}
}

// TestEditsRememberEveryField makes sure that no field is left out of what edits
// compare, remember and merge.
func TestEditsRememberEveryField(t *testing.T) {
	t.Parallel()
	for _, f := range okr.GoalFields() {
		opened := editable(f)
		theirs, mine := opened, opened
		fill(t, f, &theirs)
		mine.Title = "Mine"
		g := opened
		require.NoError(t, edit(t, &g, theirs))
		require.Equal(t, f.Text(theirs), f.Text(g), f.ID)
		if f.ID == "title" {
			continue
		}
		require.NoError(t, edit(t, &g, mine))
		require.Equal(t, f.Text(theirs), f.Text(g), "what others changed of %s stays", f.ID)
		require.Equal(t, "Mine", g.Title)
		_, _, labels := g.ChangedSince(1, "")
		require.Contains(t, labels, f.Label)
	}
}

// editable is a goal of a kind that has the field.
func editable(f okr.GoalField) okr.Goal {
	g := okr.Goal{
		ID: "O1", Kind: okr.Objective, Title: "Launch", Owner: ada, CreatedBy: ada, Version: 1,
		PeriodID: "T0", Period: okr.Period{Name: "Season", Start: "2026-01-01", End: "2026-06-30"},
	}
	if f.In(okr.Objective) && f.ID != "ownPeriod" {
		return g
	}
	if f.In(okr.Project) && !f.In(okr.KeyResult) {
		g.ID, g.Kind, g.Parent, g.PeriodID = "P1", okr.Project, "O1", ""
		return g
	}
	g.ID, g.Kind, g.Parent, g.PeriodID = "KR1", okr.KeyResult, "O1", ""
	g.Metric = &okr.Metric{Name: "Bugs", Target: 100}
	return g
}

// edit saves what a form says that was opened at the first version. What its values
// mean is no matter here.
func edit(t *testing.T, g *okr.Goal, form okr.Goal) error {
	t.Helper()
	err := g.Edit(okr.InputOf(form), okr.Goal{}, okr.Actor{Person: ada}, true, today)
	if okr.KindOf(err) == okr.Invalid {
		return nil
	}
	return err
}

// TestOldEditsAreRead makes sure that an edit that stands in a record from before
// the table is undone as it was written.
func TestOldEditsAreRead(t *testing.T) {
	t.Parallel()
	var edits []okr.Edit
	require.NoError(t, json.Unmarshal([]byte(`[{"version":2,"by":{"id":"u2","name":"Grace"},"at":"2026-01-05T00:00:00Z","old":{
		"title":"Old","owner":{"id":"u2","name":"Grace"},"startValue":"5","target":"50","threshold":60,"phases":[{"date":"2026-02-01","value":7}],
		"tags":["a","b"],"weight":0,"private":true,"coOwners":[{"id":"u2","name":"Grace"}],"level":null}}]`), &edits))
	g := editable(okr.GoalField{Of: okr.KeyResult})
	g.Version, g.Edits, g.Level, g.Title = 2, edits, okr.LevelIndividual, "New"
	opened := g
	opened.Version, opened.Title, opened.Owner, opened.Level = 1, "Old", grace, ""
	weight := 0.0
	opened.Details = okr.Details{Tags: []string{"a", "b"}, Weight: &weight, Private: true, CoOwners: []okr.Person{grace}}
	opened.Metric = &okr.Metric{Name: "Bugs", Start: 5, Target: 50, Threshold: new(60.0), Phases: []okr.Phase{{Date: "2026-02-01", Value: 7}}}
	was := g
	require.NoError(t, edit(t, &g, opened), "the form changes nothing of what it began with")
	require.Equal(t, was.Version, g.Version)
	require.Equal(t, was.Title, g.Title)
	require.Equal(t, was.Owner, g.Owner)
}

func TestConflict(t *testing.T) {
	t.Parallel()
	opened := editable(okr.GoalField{})
	theirs, mine := opened, opened
	theirs.Title, theirs.CoOwners, theirs.Private, theirs.Team = "Theirs", []okr.Person{grace}, true, "Web"
	theirs.PeriodID, theirs.Period = "", okr.Period{Start: "2026-02-01", End: "2026-05-31"}
	mine.Title, mine.CoOwners, mine.Private = "Mine", []okr.Person{ada, grace}, true
	mine.PeriodID, mine.Period = "T2", okr.Period{Name: "Spring", Start: "2026-03-01", End: "2026-06-30"}
	g := opened
	require.NoError(t, g.Edit(okr.InputOf(theirs), okr.Goal{}, okr.Actor{Person: grace}, true, today))
	stands := g
	var c *okr.EditConflict
	err := edit(t, &g, mine)
	require.ErrorAs(t, err, &c)
	require.Equal(t, okr.Conflict, okr.KindOf(err))
	require.Equal(t, stands, g, "nothing is saved")
	require.Equal(t, []okr.Person{grace}, c.By)
	require.Equal(t, today, c.At)
	rows := map[string][3]string{}
	for _, f := range c.Fields {
		rows[f.ID] = [3]string{f.Words(*c.Base, okr.Period.String), f.Words(c.Now, okr.Period.String), f.Words(c.Mine, okr.Period.String)}
	}
	require.Equal(t, map[string][3]string{
		"title":    {"Launch", "Theirs", "Mine"},
		"period":   {"Season (1 Jan 2026 to 30 Jun 2026)", "custom dates, 1 Feb 2026 to 31 May 2026", "Spring (1 Mar 2026 to 30 Jun 2026)"},
		"coOwners": {"", "Grace", "Ada, Grace"},
	}, rows)
	require.Equal(t, "both changed title, period, coOwners", c.Error(), "the log names no value")
	require.Equal(t, stands, c.Now)
	require.Equal(t, []string{"Mine", "Web", "Spring"}, []string{c.Merged.Title, c.Merged.Team, c.Merged.Period.Name})
}

func TestReadPhases(t *testing.T) {
	t.Parallel()
	f := field("phases")
	var g okr.Goal
	require.NoError(t, f.Read(&g, "2026-02-15: 40\r\n\n 2026-03-01 = 1,5 ;2026-03-15 -80 %"))
	require.Equal(t, []okr.Phase{{Date: "2026-02-15", Value: 40}, {Date: "2026-03-01", Value: 1.5}, {Date: "2026-03-15", Value: -80}}, g.Metric.Phases)
	for _, text := range []string{"x", "2026-02-30: 4", "2026-02-15", "2026-02-15:", "15.2.2026: 40", "ääääääääää: 1", "2026-02-15: NaN"} {
		require.Equal(t, "phases", okr.FieldOf(f.Read(&g, text)), text)
	}
}

func field(id string) okr.GoalField {
	for _, f := range okr.GoalFields() {
		if f.ID == id {
			return f
		}
	}
	return okr.GoalField{}
}
