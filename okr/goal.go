package okr

import (
	"fmt"
	"time"
)

// GoalKind is the kind of a goal.
type GoalKind string

// The kinds of goals.
const (
	Objective GoalKind = "objective"
	KeyResult GoalKind = "key result"
	Project   GoalKind = "project"
)

// Prefix is what the ids of this kind begin with.
func (k GoalKind) Prefix() string {
	switch k {
	case KeyResult:
		return KeyResultPrefix
	case Project:
		return ProjectPrefix
	default:
		return ObjectivePrefix
	}
}

// Limits of what people may write, in characters (runes).
const (
	MaxTitle = 255
	MaxName  = 80
	MaxUnit  = 20
)

// Person is somebody as the chat knows them.
type Person struct {
	ID   UserID `json:"id"`
	Name string `json:"name"`
}

// Goal is an objective, a key result or a project.
type Goal struct {
	ID     GoalID   `json:"id"`
	Kind   GoalKind `json:"kind"`
	Title  string   `json:"title"`
	Owner  Person   `json:"owner"`
	Parent GoalID   `json:"parent,omitempty"` // the objective above; empty at the top
	Period Period   `json:"period"`           // key results and projects take their objective's

	Metric  *Metric  `json:"metric,omitempty"`  // key results only
	Binding *Binding `json:"binding,omitempty"` // never on an objective

	CreatedBy Person    `json:"createdBy"`
	CreatedAt time.Time `json:"createdAt"`
}

// Metric is the number of a key result.
type Metric struct {
	Name    string     `json:"name"`
	Unit    string     `json:"unit,omitempty"`
	Start   float64    `json:"start"`
	Target  float64    `json:"target"`
	Current *float64   `json:"current,omitempty"` // nil: no data yet
	At      *time.Time `json:"at,omitempty"`      // when Current was measured
}

// Period is a span of days, both ends included.
type Period struct {
	Name  string `json:"name,omitempty"`
	Start Date   `json:"start"`
	End   Date   `json:"end"`
}

// Key is the record's id.
func (g Goal) Key() string { return string(g.ID) }

// Unique is empty: two goals may have the same title.
func (g Goal) Unique() string { return "" }

// Indexes names the lists that the goal stands in besides that of all goals.
func (g Goal) Indexes() []string {
	indexes := []string{KindIndex(g.Kind)}
	if g.Parent != "" {
		indexes = append(indexes, ChildIndex(g.Parent))
	}
	if g.Binding != nil {
		indexes = append(indexes, BoundIndex(g.Binding.Connection))
	}
	return indexes
}

// KindIndex lists the goals of one kind.
func KindIndex(kind GoalKind) string { return "kind:" + kind.Prefix() }

// ChildIndex lists the goals below an objective.
func ChildIndex(parent GoalID) string { return "child:" + string(parent) }

// BoundIndex lists the goals that are measured through a connection.
func BoundIndex(connection ConnectionID) string { return "bound:" + string(connection) }

// validate checks what a person may choose freely.
func (g Goal) validate() error {
	if err := checkTitle(g.Title); err != nil {
		return err
	}
	if g.Kind == Objective {
		return g.Period.validate()
	}
	if g.Parent == "" {
		return FieldErrorf("parent", "Choose the objective that this %s belongs to.", g.Kind)
	}
	if g.Kind == KeyResult {
		return g.Metric.validate()
	}
	return nil
}

func (m *Metric) validate() error {
	switch {
	case m == nil || m.Name == "":
		return FieldErrorf("metric", "Say what is measured, for example \"Bugs closed\".")
	case runes(m.Name) > MaxName:
		return FieldErrorf("metric", "The metric's name has %d characters; at most %d fit.", runes(m.Name), MaxName)
	case runes(m.Unit) > MaxUnit:
		return FieldErrorf("unit", "The unit has %d characters; at most %d fit.", runes(m.Unit), MaxUnit)
	case !finite(m.Start) || !finite(m.Target):
		return FieldErrorf("target", "Start and target must be ordinary numbers.")
	case m.Start == m.Target:
		return FieldErrorf("target", "Start and target are both %s, so no progress could be measured. Give a target that differs from the start.", FormatNumber(m.Target))
	}
	return nil
}

func (p Period) validate() error {
	if !p.Start.Valid() {
		return FieldErrorf("start", "Give the first day as a date, for example 2026-01-01.")
	}
	if !p.End.Valid() {
		return FieldErrorf("end", "Give the last day as a date, for example 2026-03-31.")
	}
	if p.End.Days() <= p.Start.Days() {
		return FieldErrorf("end", "The last day (%s) must come after the first day (%s).", p.End, p.Start)
	}
	return nil
}

// String is the period as people read it.
func (p Period) String() string {
	span := fmt.Sprintf("%s to %s", p.Start, p.End)
	if p.Name == "" {
		return span
	}
	return p.Name + " (" + span + ")"
}
