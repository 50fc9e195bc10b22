package okr

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rolled is what the children of an objective make of it.
type Rolled struct {
	Progress  *float64  `json:"progress,omitempty"`  // percent; nil: no child has data
	Counted   int       `json:"counted"`             // children that have data and weight
	Children  int       `json:"children"`            // children that contribute
	Below     int       `json:"below,omitempty"`     // all children, also those that do not contribute
	Unstarted int       `json:"unstarted,omitempty"` // of those that are counted: open, and nobody has begun
	Closed    int       `json:"closed,omitempty"`    // of the children
	Postponed int       `json:"postponed,omitempty"`
	Weights   float64   `json:"weights,omitempty"` // what the weights sum to; 100 unless all are fixed or too large
	At        time.Time `json:"at"`                // when it last changed
}

// Contribution is a child of an objective as the roll-up takes it.
type Contribution struct {
	Weight   *float64 // fixed percent of 0 to 100; nil: free
	Progress *float64 // percent; nil: no data
}

// Weights gives each child its weight in percent (formula F4): fixed ones are
// kept, the free ones share what is left of 100 equally. The sum is 100 unless
// all are fixed, or the fixed ones exceed it; then the roll-up takes them in
// proportion.
func Weights(fixed []*float64) (weights []float64, sum float64) {
	free := 0
	for _, w := range fixed {
		if w == nil {
			free++
		} else {
			sum += *w
		}
	}
	share := 0.0
	if free > 0 && sum < 100 {
		share = (100 - sum) / float64(free)
	}
	weights = make([]float64, len(fixed))
	sum = 0
	for i, w := range fixed {
		weights[i] = share
		if w != nil {
			weights[i] = *w
		}
		sum += weights[i]
	}
	return weights, sum
}

// RollUp is the weighted average of the children that have data (formulas F3 and
// F4). The weight of a child without data is shared by the others in proportion.
func RollUp(children []Contribution) Rolled {
	weights, sum := Weights(fixedOf(children))
	out := Rolled{Weights: sum}
	total, used := 0.0, 0.0
	for i, c := range children {
		if weights[i] == 0 {
			continue // it does not contribute
		}
		out.Children++
		if c.Progress == nil {
			continue
		}
		out.Counted++
		total += weights[i] * *c.Progress
		used += weights[i]
	}
	if used > 0 {
		p := total / used
		out.Progress = &p
	}
	return out
}

// Roll adds up the children of an objective. One that is postponed has no say in
// the progress any more; one that is closed keeps what it reached.
func (r WeightsRule) Roll(children []Goal) Rolled {
	contributing := r.contributors(children)
	parts := make([]Contribution, 0, len(contributing))
	for _, g := range contributing {
		parts = append(parts, r.contribution(*g))
	}
	out := RollUp(parts)
	out.Below = len(children)
	weights, _ := Weights(fixedOf(parts))
	for i, g := range contributing {
		switch {
		case weights[i] == 0: // others take all of the weight
		case g.IsOpen():
			if parts[i].Progress != nil && g.isUnstarted() {
				out.Unstarted++
			}
		case g.Closed.State == StatusClosed:
			out.Closed++
		default:
			out.Postponed++
		}
	}
	return out
}

func fixedOf(parts []Contribution) []*float64 {
	fixed := make([]*float64, len(parts))
	for i, c := range parts {
		fixed[i] = c.Weight
	}
	return fixed
}

func (r WeightsRule) contribution(g Goal) Contribution {
	c := Contribution{Weight: g.Weight}
	if r.Equal {
		c.Weight = nil
	}
	if raw := g.LeafProgress(); raw != nil && (g.IsOpen() || g.Closed.State == StatusClosed) {
		shown := clamp(*raw)
		c.Progress = &shown
	}
	return c
}

// contributors leaves out what has no say: baselines always, projects by the
// rule.
func (r WeightsRule) contributors(children []Goal) []*Goal {
	var outcome, work []*Goal
	for i := range children {
		switch g := &children[i]; {
		case g.Kind == Project:
			work = append(work, g)
		case g.Metric == nil || g.Metric.Type != Baseline:
			outcome = append(outcome, g)
		}
	}
	switch {
	case r.Projects == ProjectsAlways:
		return append(outcome, work...)
	case len(outcome) == 0 && r.Projects == ProjectsAlone:
		return work
	}
	return outcome
}

// Share is what a child has in its objective, in percent.
type Share struct {
	Weight float64 // of all that contribute
	Taken  float64 // of those that have a say now; 0: it has none, for want of data or as it was postponed
}

// Shares gives each child that contributes its share, scaled so that they sum to 100.
func (r WeightsRule) Shares(children []Goal) map[GoalID]Share {
	contributing := r.contributors(children)
	fixed, says := make([]*float64, len(contributing)), make([]bool, len(contributing))
	for i, g := range contributing {
		c := r.contribution(*g)
		fixed[i], says[i] = c.Weight, c.Progress != nil
	}
	weights, sum := Weights(fixed)
	used := 0.0
	for i, w := range weights {
		if says[i] {
			used += w
		}
	}
	out := map[GoalID]Share{}
	for i, g := range contributing {
		if sum > 0 {
			out[g.ID] = Share{Weight: weights[i] * 100 / sum}
		}
		if says[i] && used > 0 {
			out[g.ID] = Share{Weight: weights[i] * 100 / sum, Taken: weights[i] * 100 / used}
		}
	}
	return out
}

// Same says whether both say the same, whenever they were computed.
func (r Rolled) Same(other Rolled) bool {
	a, b := r, other
	a.Progress, b.Progress, a.At, b.At = nil, nil, time.Time{}, time.Time{}
	return a == b && same(r.Progress, other.Progress)
}

// Task is an item of a project's checklist. Where neither a query nor what a person set
// gives the project's progress, its tasks do: done ÷ all.
type Task struct {
	ID    string `json:"id"` // unique in its project, and of no task twice
	Title string `json:"title"`
	Done  bool   `json:"done,omitempty"`
	Due   Date   `json:"due,omitempty"`  // empty: none
	Owner Person `json:"owner,omitzero"` // empty: nobody in particular
}

// CountsTasks says whether the checklist gives the goal's progress: it has one, and no
// query measures it.
func CountsTasks(g Goal) bool { return g.Kind == Project && g.Binding == nil && len(g.Tasks) > 0 }

// TasksDone counts the tasks that are done.
func TasksDone(tasks []Task) (done int) {
	for _, t := range tasks {
		if t.Done {
			done++
		}
	}
	return done
}

// TaskProgress is what is done of a checklist in percent; nil: it is empty.
func TaskProgress(tasks []Task) *float64 {
	return percent(float64(TasksDone(tasks)), float64(len(tasks)))
}

// String is a task as a line of a form: its title, due day and owner.
func (t Task) String() string { return t.line(DayStyle{}) }

func (t Task) line(style DayStyle) string {
	parts := []string{t.Title}
	switch {
	case t.Due == "":
	case style.Write == nil:
		parts = append(parts, string(t.Due))
	default:
		parts = append(parts, style.Write(t.Due))
	}
	if t.Owner.Name != "" {
		parts = append(parts, "@"+t.Owner.Name)
	}
	return strings.Join(parts, ", ")
}

// checkTasks says what is wrong with a checklist.
func checkTasks(tasks []Task) error {
	if len(tasks) > MaxTasks {
		return FieldErrorf("tasks", "There are too many tasks (%d of %d).", len(tasks), MaxTasks)
	}
	for _, t := range tasks {
		if t.Due != "" && !t.Due.Valid() {
			return FieldErrorf("tasks", "The due date of “%s” is not a date, for example 2026-05-21.", Shorten(t.Title, 60))
		}
	}
	return nil
}

// cleanTasks leaves out tasks without a title, and cuts long titles.
func cleanTasks(tasks []Task) []Task {
	var out []Task
	for _, t := range tasks {
		t.Title, t.Owner.Name = Shorten(CleanLine(t.Title), MaxTitle), CleanLine(t.Owner.Name)
		if t.Title != "" {
			out = append(out, t)
		}
	}
	return out
}

// tasksOver are the tasks of an input over those of a goal: each is done where that one
// of its ID is, and those that come new get an ID of the version that begins with them.
func tasksOver(in []Task, g Goal) []Task {
	out := slices.Clone(in)
	for i, t := range out {
		if t.ID == "" {
			out[i].ID = fmt.Sprintf("%d.%d", g.Version+1, i+1)
		} else if was, ok := taskOf(g.Tasks, t.ID); ok {
			out[i].Done = was.Done
		}
	}
	return out
}

func taskOf(tasks []Task, id string) (Task, bool) {
	i := slices.IndexFunc(tasks, func(t Task) bool { return t.ID == id })
	if i < 0 {
		return Task{}, false
	}
	return tasks[i], true
}

// TakeTasks gives a project another checklist, and what that adds to the history: a new
// progress, unless something else gives it. What a person set for once it replaces, but
// not where the checklist comes new.
func TakeTasks(g *Goal, tasks []Task, at time.Time) (m Measurement, moved bool) {
	before, shown := *g, *g
	g.Tasks = tasks
	is := TaskProgress(tasks)
	isNew := len(before.Tasks) == 0 && g.Manual != nil && g.Manual.Value != nil
	if !CountsTasks(before) && !CountsTasks(*g) || same(TaskProgress(before.Tasks), is) || isNew {
		return m, false
	}
	shown.TakeAutomatic(is, at)
	g.Manual, g.MovedAt = shown.Manual, shown.MovedAt
	return TasksMoved(before, *g, at)
}

// TasksMoved is what another checklist adds to the history of a project; false: nothing,
// as its progress is the same or something else gives it.
func TasksMoved(before, g Goal, at time.Time) (m Measurement, moved bool) {
	is := TaskProgress(g.Tasks)
	if !CountsTasks(g) || overridden(g) || same(TaskProgress(before.Tasks), is) {
		return m, false
	}
	m = Measurement{At: at, Value: is, Completed: TasksDone(g.Tasks), Total: len(g.Tasks), Changes: ticked(before.Tasks, g.Tasks)}
	if overridden(before) {
		m.Changes.name(CauseResumed)
	}
	return m, true
}

// ticked names the tasks that became done or open.
func ticked(before, after []Task) (c Changes) {
	for _, t := range after {
		switch was, ok := taskOf(before, t.ID); {
		case !ok || was.Done == t.Done:
		case t.Done:
			c.Completed.add(WorkItemRef{Title: t.Title})
		default:
			c.Reopened.add(WorkItemRef{Title: t.Title})
		}
	}
	return c
}

// Ticked are tasks with one of them done or open; false: there is none of the ID.
func Ticked(tasks []Task, id string, done bool) ([]Task, bool) {
	i := slices.IndexFunc(tasks, func(t Task) bool { return t.ID == id })
	if i < 0 {
		return tasks, false
	}
	tasks = slices.Clone(tasks)
	tasks[i].Done = done
	return tasks, true
}

// OpenTasks are the tasks of a copy: all open, and due on no day, since those were of the
// old period.
func OpenTasks(tasks []Task) []Task {
	out := slices.Clone(tasks)
	for i := range out {
		out[i].Done, out[i].Due = false, ""
	}
	return out
}
