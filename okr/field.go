package okr

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// GoalField is something that people edit of a goal. What is compared and
// remembered of edits, what conflicts and notes call it, and what a form shows and
// reads all follow from [GoalFields].
type GoalField struct {
	ID     string // of the input, and in what edits remember
	Label  string // in a sentence
	Kind   FieldKind
	Of     GoalKind // the one kind of goals that has it; empty: all have
	Empty  string   // of a choice: what it means to have chosen nothing
	Guests bool     // of people: guests may be among them

	get       func(Goal) any // in JSON
	set       func(*Goal, json.RawMessage) error
	text      func(Goal) string
	read      func(*Goal, string) error
	clean     func(*Goal)
	people    func(Goal) []Person
	setPeople func(*Goal, []Person)
}

// FieldKind is how a field is typed.
type FieldKind string

// The kinds of fields.
const (
	FieldText   FieldKind = "text"   // one line
	FieldLines  FieldKind = "lines"  // several
	FieldList   FieldKind = "list"   // words with commas between
	FieldNumber FieldKind = "number" // as people write it; some may be empty
	FieldToggle FieldKind = "toggle" // true or false
	FieldChoice FieldKind = "choice" // one of a few
	FieldPerson FieldKind = "person" // an id
	FieldPeople FieldKind = "people" // ids with commas between
	FieldParent FieldKind = "parent" // the id of an objective
	FieldPhases FieldKind = "phases" // a day and a number a line
	FieldPeriod FieldKind = "period" // what a goal is filed under: its id, its name and whether it is its own; one input for all
	FieldDate   FieldKind = "date"   // of the period
	FieldTasks  FieldKind = "tasks"  // a task a line; it has a form of its own
)

// GoalFields lists the fields in the order in which forms are read.
func GoalFields() []GoalField {
	return slices.Concat([]GoalField{
		lineField("title", "title", func(g *Goal) *string { return &g.Title }),
		parentField(),
	}, periodFields(), metricFields(), []GoalField{
		personField("owner", "owner", func(g *Goal) *Person { return &g.Owner }),
		textField(FieldLines, "description", "description", CleanText, func(g *Goal) *string { return &g.Description }),
		listField("tags", "tags", func(g *Goal) *[]string { return &g.Tags }),
		lineField("team", "team", func(g *Goal) *string { return &g.Team }),
		choiceField("level", "level", LevelTeam, func(g *Goal) *Level { return &g.Level }),
		choiceField("goalType", "objective type", Aspirational, func(g *Goal) *GoalType { return &g.GoalType }).of(Objective),
		optionalField("weight", "weight", ReadBounded, func(g *Goal) **float64 { return &g.Weight }),
		peopleField("coOwners", "co-owners", func(g *Goal) *[]Person { return &g.CoOwners }),
		personField("checkInOwner", "check-in owner", func(g *Goal) *Person { return &g.CheckInOwner }),
		personField("delegate", "delegate", func(g *Goal) *Person { return &g.Delegate }),
		toggleField("private", "private", func(g *Goal) *bool { return &g.Private }),
		peopleField("viewers", "viewers", func(g *Goal) *[]Person { return &g.Viewers }).withGuests(),
		toggleField("onlyEditors", "editing rights", func(g *Goal) *bool { return &g.OnlyEditors }),
		peopleField("editors", "editors", func(g *Goal) *[]Person { return &g.Editors }),
		tasksField("tasks", "tasks").of(Project),
	})
}

// periodFields are the period of a goal that has its own. They are typed together, for what
// dates mean depends on the chosen period.
func periodFields() []GoalField {
	own := toggleField(ownPeriodField, "period", func(g *Goal) *bool { return &g.OwnPeriod })
	own.Kind = FieldPeriod
	fields := []GoalField{
		own,
		textField(FieldPeriod, periodField, "period", nil, func(g *Goal) *string { return &g.PeriodID }),
		textField(FieldPeriod, "periodName", "period", nil, func(g *Goal) *string { return &g.Period.Name }),
		textField(FieldDate, "start", "first day", nil, func(g *Goal) *Date { return &g.Period.Start }),
		textField(FieldDate, "end", "last day", nil, func(g *Goal) *Date { return &g.Period.End }),
	}
	for i := range fields[1:] {
		fields[i+1] = fields[i+1].ofOwnPeriod()
	}
	return fields
}

// ofOwnPeriod is the field as empty in a goal that has the period of its objective.
func (f GoalField) ofOwnPeriod() GoalField {
	get, text := f.get, f.text
	f.get = func(g Goal) any {
		if !HasPeriod(g) {
			return nil
		}
		return get(g)
	}
	f.text = func(g Goal) string {
		if !HasPeriod(g) {
			return ""
		}
		return text(g)
	}
	return f
}

const (
	periodField    = "period"
	ownPeriodField = "ownPeriod" // whether there is one
)

// metricFields are the number of a key result; its type says how start and target
// are read, and so comes before them.
func metricFields() []GoalField {
	fields := []GoalField{
		lineField("metric", "metric", inMetric(func(m *Metric) *string { return &m.Name })),
		choiceField("type", "target type", "", inMetric(func(m *Metric) *MetricType { return &m.Type })),
		choiceField("unitKind", "number format", "", inMetric(func(m *Metric) *UnitKind { return &m.UnitKind })),
		lineField("unit", "unit", inMetric(func(m *Metric) *string { return &m.Unit })),
		numberField("startValue", "start value", Metric.typedStart, inMetric(func(m *Metric) *float64 { return &m.Start })),
		numberField("target", "target", Metric.typedTarget, inMetric(func(m *Metric) *float64 { return &m.Target })),
		optionalField("threshold", "risk threshold", ReadNumber, inMetric(func(m *Metric) **float64 { return &m.Threshold })),
		phasesField("phases", "phased targets", inMetric(func(m *Metric) *[]Phase { return &m.Phases })),
	}
	for i := range fields {
		fields[i] = fields[i].of(KeyResult)
	}
	return fields
}

// inMetric is a place in the metric of a goal. Copies of a goal share its metric,
// so each gets one of its own before anything is changed.
func inMetric[T any](at func(*Metric) *T) func(*Goal) *T {
	return func(g *Goal) *T {
		var m Metric
		if g.Metric != nil {
			m = *g.Metric
		}
		g.Metric = &m
		return at(&m)
	}
}

// typedStart is what the start is called where it is no number, and what it is
// where nothing was typed.
func (m Metric) typedStart() (name, empty string) { return "start", "0" }

// typedTarget is typedStart of the target.
func (m Metric) typedTarget() (name, empty string) {
	switch {
	case m.Type == Baseline:
		return "target", "0"
	case m.IsControl():
		return "limit", ""
	default:
		return "target", ""
	}
}

// fieldLabel names a field that an edit remembers.
func fieldLabel(id string) string {
	for _, f := range GoalFields() {
		if f.ID == id {
			return f.Label
		}
	}
	return id
}

func (f GoalField) of(kind GoalKind) GoalField {
	f.Of = kind
	return f
}

func (f GoalField) withGuests() GoalField {
	f.Guests = true
	return f
}

// In says whether goals of a kind have the field.
func (f GoalField) In(kind GoalKind) bool { return f.Of == "" || f.Of == kind }

// IsInput says whether a form has an input for it.
func (f GoalField) IsInput() bool {
	return f.Kind != FieldTasks && (f.Kind != FieldPeriod || f.ID == periodField)
}

// Text is what stands in the input of the field.
func (f GoalField) Text(g Goal) string { return f.text(g) }

// Read takes over what was typed; people are left as they are, for they have to be
// found first. Invalid names the field.
func (f GoalField) Read(g *Goal, text string) error {
	if f.read == nil {
		return nil
	}
	return f.read(g, text)
}

// IsPeople says whether the field names people.
func (f GoalField) IsPeople() bool { return f.setPeople != nil }

// SetPeople takes over the people of a field; of a person the first one.
func (f GoalField) SetPeople(g *Goal, people []Person) { f.setPeople(g, people) }

// Words are the value as a sentence names it, with periods as the reader writes them;
// empty: nothing.
func (f GoalField) Words(g Goal, period func(Period) string) string {
	text := f.text(g)
	switch f.Kind {
	case FieldToggle:
		return map[string]string{"true": "yes", "false": "no"}[text]
	case FieldPerson, FieldPeople:
		return strings.Join(names(f.people(g)), ", ")
	case FieldPeriod:
		if !HasPeriod(g) {
			return "same as its objective"
		}
		if g.Period.Name == "" {
			return "custom dates, " + period(g.Period)
		}
		return period(g.Period)
	case FieldChoice:
		if text == "" {
			return "automatic"
		}
	case FieldLines, FieldTasks:
		return Shorten(CleanLine(text), 120)
	}
	return text
}

// value is what edits compare and remember; nil: empty.
func (f GoalField) value(g Goal) (json.RawMessage, error) {
	raw, err := json.Marshal(f.get(g))
	if err != nil {
		return nil, fmt.Errorf("field %s of a goal: %w", f.ID, err)
	}
	switch string(raw) {
	case `""`, `null`, `false`, `[]`, `{"id":"","name":""}`:
		return nil, nil
	}
	return raw, nil
}

// The fields of [FieldHashes] that no form has.
const (
	importedValue  = "value"
	importedStatus = "status"
)

// FieldHashes gives a short hash of each field that an import writes, by the ids of
// [GoalFields] and a few more; those that are empty are left out.
func FieldHashes(g Goal) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range importFields() {
		if !f.In(g.Kind) {
			continue
		}
		raw, err := f.value(g)
		if err != nil {
			return nil, err
		}
		if raw != nil {
			sum := sha256.Sum256(raw)
			out[f.ID] = base64.RawStdEncoding.EncodeToString(sum[:6])
		}
	}
	return out, nil
}

// TakeFields puts fields of another goal into one, by their ids: an edit by a person.
func TakeFields(g *Goal, from Goal, ids []string, by Person, at time.Time) error {
	before := *g
	for _, f := range importFields() {
		if !slices.Contains(ids, f.ID) {
			continue
		}
		raw, err := f.value(from)
		if err != nil {
			return err
		}
		if f.ID == importedValue || f.ID == importedStatus {
			takeManual(g, from, f.ID == importedValue)
		} else if err := f.set(g, raw); err != nil {
			return err
		}
	}
	return g.noteEdit(by, at, before)
}

// FieldNames names fields by their ids, for a sentence.
func FieldNames(ids []string) string {
	var out []string
	for _, f := range importFields() {
		if slices.Contains(ids, f.ID) && !slices.Contains(out, f.Label) {
			out = append(out, f.Label)
		}
	}
	return joinSome(out, " and ")
}

// importFields are those of forms, and what people else say in check-ins and by closing.
func importFields() []GoalField {
	return append(GoalFields(),
		GoalField{ID: importedValue, Label: "value", get: func(g Goal) any { return saidValue(g) }},
		GoalField{ID: importedStatus, Label: "status", get: func(g Goal) any { return saidStatus(g) }},
	)
}

// MergeTasks are tasks with what a form changed of some of them: base are those that it
// showed, mine what it says now. What others changed of the rest stays. A task that comes
// new with an ID comes once, also where its form is saved again. Invalid: they
// changed one that the form changed, too.
func MergeTasks(now, base, mine []Task) ([]Task, error) {
	out := slices.Clone(now)
	for _, was := range base {
		is, isMine := taskOf(mine, was.ID)
		if isMine && is.String() == was.String() {
			continue // nothing of it is mine
		}
		i := slices.IndexFunc(out, func(t Task) bool { return t.ID == was.ID })
		switch {
		case i < 0 && !isMine:
		case i < 0 || out[i].String() != was.String() && (!isMine || out[i].String() != is.String()):
			return now, FieldErrorf("tasks", "Someone else changed the task “%s” at the same time. Your changes weren't saved. Check it, then edit it again.", Shorten(was.Title, 60))
		case !isMine:
			out = slices.Delete(out, i, i+1)
		default:
			is.Done = out[i].Done
			out[i] = is
		}
	}
	return placed(out, base, mine), nil
}

// placed puts tasks into the order of a form, where that changed it, and those that come
// new behind the one that stands before each there.
func placed(tasks, base, mine []Task) []Task {
	if !slices.Equal(common(base, mine), common(mine, base)) {
		tasks = inOrder(tasks, common(mine, tasks))
	}
	at := len(tasks)
	if first := common(mine, tasks); len(first) > 0 {
		at = slices.Index(taskIDs(tasks), first[0])
	}
	for _, t := range mine {
		i := slices.Index(taskIDs(tasks), t.ID)
		_, wasThere := taskOf(base, t.ID)
		switch {
		case t.ID == "" || i < 0 && !wasThere:
			tasks = slices.Insert(tasks, at, t)
			at++
		case i >= 0:
			at = i + 1
		}
	}
	return tasks
}

// inOrder puts those of some tasks that are named into another order, in their places.
func inOrder(tasks []Task, ids []string) []Task {
	out, n := slices.Clone(tasks), 0
	for i, t := range tasks {
		if slices.Contains(ids, t.ID) {
			out[i], _ = taskOf(tasks, ids[n])
			n++
		}
	}
	return out
}

// common are the IDs of tasks that are among others, too.
func common(tasks, others []Task) []string {
	known := taskIDs(others)
	return slices.DeleteFunc(taskIDs(tasks), func(id string) bool { return id == "" || !slices.Contains(known, id) })
}

func taskIDs(tasks []Task) []string {
	ids := make([]string, len(tasks))
	for i, t := range tasks {
		ids[i] = t.ID
	}
	return ids
}
