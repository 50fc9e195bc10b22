package okr

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fieldAt is a field whose value stands at a place in a goal.
func fieldAt[T any](kind FieldKind, id, label string, at func(*Goal) *T) GoalField {
	return GoalField{
		ID: id, Label: label, Kind: kind,
		get: func(g Goal) any { return *at(&g) },
		set: func(g *Goal, raw json.RawMessage) error {
			var v T
			if raw != nil {
				if err := json.Unmarshal(raw, &v); err != nil {
					return fmt.Errorf("field %s of a goal: %w", id, err)
				}
			}
			*at(g) = v
			return nil
		},
	}
}

// textField is a text that stands as it was typed until it is cleaned.
func textField[T ~string](kind FieldKind, id, label string, clean func(string) string, at func(*Goal) *T) GoalField {
	f := fieldAt(kind, id, label, at)
	f.text = func(g Goal) string { return string(*at(&g)) }
	f.read = func(g *Goal, text string) error {
		*at(g) = T(text)
		return nil
	}
	if clean != nil {
		f.clean = func(g *Goal) {
			text := at(g)
			*text = T(clean(string(*text)))
		}
	}
	return f
}

func lineField(id, label string, at func(*Goal) *string) GoalField {
	return textField(FieldText, id, label, CleanLine, at)
}

func parentField() GoalField {
	at := func(g *Goal) *GoalID { return &g.Parent }
	f := textField(FieldParent, "parent", "objective", nil, at)
	f.read = func(g *Goal, text string) error {
		*at(g) = GoalID(strings.ToUpper(strings.TrimSpace(text)))
		return nil
	}
	return f
}

// choiceField is one of a few values. What an empty one means shows as chosen, and
// choosing it leaves an empty one empty.
func choiceField[T ~string](id, label string, empty T, at func(*Goal) *T) GoalField {
	f := fieldAt(FieldChoice, id, label, at)
	f.Empty = string(empty)
	f.text = func(g Goal) string {
		if v := *at(&g); v != "" {
			return string(v)
		}
		return string(empty)
	}
	f.read = func(g *Goal, text string) error {
		v := at(g)
		if T(text) == empty && *v != empty {
			text = ""
		}
		*v = T(text)
		return nil
	}
	return f
}

func toggleField(id, label string, at func(*Goal) *bool) GoalField {
	f := fieldAt(FieldToggle, id, label, at)
	f.text = func(g Goal) string { return strconv.FormatBool(*at(&g)) }
	f.read = func(g *Goal, text string) error {
		*at(g) = strings.EqualFold(text, "true")
		return nil
	}
	return f
}

// exactNumber is a number that edits remember as text, for 0 is not empty.
type exactNumber float64

// MarshalText implements [encoding.TextMarshaler].
func (n exactNumber) MarshalText() ([]byte, error) { return []byte(numberText(float64(n))), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *exactNumber) UnmarshalText(text []byte) error {
	*n = exactNumber(textNumber(string(text)))
	return nil
}

// numberField is a number of a metric; typed says what it is called and what it is
// where nothing was typed.
func numberField(id, label string, typed func(Metric) (name, empty string), at func(*Goal) *float64) GoalField {
	f := fieldAt(FieldNumber, id, label, func(g *Goal) *exactNumber { return (*exactNumber)(at(g)) })
	f.text = func(g Goal) string { return writeNumber(*at(&g)) }
	f.read = func(g *Goal, text string) error {
		place := at(g)
		name, empty := typed(*g.Metric)
		n, err := ReadNumber(id, name, text, empty)
		*place = n
		return err
	}
	return f
}

// optionalField is a number that may be empty.
func optionalField(id, label string, read func(field, name, text, empty string) (float64, error), at func(*Goal) **float64) GoalField {
	f := fieldAt(FieldNumber, id, label, at)
	f.text = func(g Goal) string {
		if n := *at(&g); n != nil {
			return writeNumber(*n)
		}
		return ""
	}
	f.read = func(g *Goal, text string) error {
		place := at(g)
		*place = nil
		if strings.TrimSpace(text) == "" {
			return nil
		}
		n, err := read(id, label, text, "")
		*place = &n
		return err
	}
	return f
}

// ReadNumber reads a field with a number; empty stands for one where nothing was
// typed. Invalid: it is none; name is what the words call it.
func ReadNumber(field, name, text, empty string) (float64, error) {
	if strings.TrimSpace(text) == "" {
		text = empty
	}
	n, how := NumberStyle{".", ","}.Parse(text)
	switch how {
	case OneWay:
	case TooLarge:
		return 0, FieldErrorf(field, "The %s is too large. %s", name, TooLargeWords)
	default:
		return 0, FieldErrorf(field, "The %s must be a number, for example 80 or 12.5.", name)
	}
	return n, nil
}

// writeNumber writes a number so that it is read back the same, wherever a comma begins
// the decimals too: there a point before exactly three digits parts the thousands.
func writeNumber(f float64) string {
	if text := strconv.FormatFloat(f, 'f', -1, 64); len(text) <= 20 {
		if point := strings.IndexByte(text, '.'); point >= 0 && len(text)-point == 4 {
			text += "0"
		}
		return text
	}
	return numberText(f)
}

// listField is words with commas between; signs of tags before them and words that
// come again are left out.
func listField(id, label string, at func(*Goal) *[]string) GoalField {
	f := fieldAt(FieldList, id, label, at)
	f.text = func(g Goal) string { return strings.Join(*at(&g), ", ") }
	f.read = func(g *Goal, text string) error {
		*at(g) = SplitTags(text)
		return nil
	}
	f.clean = func(g *Goal) {
		list := at(g)
		*list = cleanTags(*list)
	}
	return f
}

// SplitTags reads tags with commas between. Signs of tags and quotes around them are left
// out, and so is what comes again.
func SplitTags(text string) []string {
	typed := strings.Split(text, ",")
	for i, tag := range typed {
		typed[i] = strings.Trim(strings.TrimSpace(tag), `"'“”„`)
	}
	return cleanTags(typed)
}

func cleanTags(typed []string) []string {
	var tags []string
	for _, tag := range typed {
		tag = strings.TrimLeft(CleanLine(tag), "#")
		known := slices.ContainsFunc(tags, func(o string) bool { return foldText(o) == foldText(tag) })
		if tag != "" && !known {
			tags = append(tags, tag)
		}
	}
	return tags
}

func peopleField(id, label string, at func(*Goal) *[]Person) GoalField {
	f := fieldAt(FieldPeople, id, label, at)
	f.people = func(g Goal) []Person { return *at(&g) }
	f.setPeople = func(g *Goal, people []Person) { *at(g) = people }
	f.text = func(g Goal) string { return peopleIDs(*at(&g)) }
	f.clean = func(g *Goal) {
		people := at(g)
		*people = distinct(*people)
	}
	return f
}

func personField(id, label string, at func(*Goal) *Person) GoalField {
	f := fieldAt(FieldPerson, id, label, at)
	f.people = func(g Goal) []Person { return distinct([]Person{*at(&g)}) }
	f.setPeople = func(g *Goal, people []Person) {
		*at(g) = Person{}
		if len(people) > 0 {
			*at(g) = people[0]
		}
	}
	f.text = func(g Goal) string { return string(at(&g).Ref()) }
	return f
}

func peopleIDs(people []Person) string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = string(p.Ref())
	}
	return strings.Join(ids, ",")
}

// distinct leaves out who comes again, and who is nobody.
func distinct(people []Person) []Person {
	var out []Person
	for _, p := range people {
		if p.Ref() != "" && !slices.ContainsFunc(out, func(o Person) bool { return o.Ref() == p.Ref() }) {
			out = append(out, p)
		}
	}
	return out
}

// tasksField is the checklist of a project. That a task is done is no edit of it, so it
// stays as it is where a task stands in both values.
func tasksField(id, label string) GoalField {
	at := func(g *Goal) *[]Task { return &g.Tasks }
	f := fieldAt(FieldTasks, id, label, at)
	set := f.set
	f.set = func(g *Goal, raw json.RawMessage) error {
		now := *g
		if err := set(g, raw); err != nil {
			return err
		}
		g.Tasks = tasksOver(g.Tasks, now)
		return nil
	}
	f.text = func(g Goal) string { return TaskLines(g.Tasks, DayStyle{}) }
	f.read = func(g *Goal, text string) error {
		g.Tasks = ReadTasks(text, g.Tasks, nil, DayStyle{})
		return nil
	}
	return f
}

// DayStyle is how days are typed and shown. The zero value writes year-month-day, and reads
// besides this what can mean one day only.
type DayStyle struct {
	Read  func(text string) (Date, bool)
	Write func(d Date) string
}

// TaskLines are tasks as a form shows them, one a line.
func TaskLines(tasks []Task, style DayStyle) string {
	lines := make([]string, len(tasks))
	for i, t := range tasks {
		lines[i] = t.line(style)
	}
	return strings.Join(lines, "\n")
}

// ReadTasks reads a task a line: a title and, in any order and with commas between, a due
// day and an owner (@ and a name, or the whole name of somebody known). What stands before
// it in lists is left out, and a ticked box is done. Lines are taken for the tasks that
// stood there: those that say the same, else those of the same title and, where as many
// are left on both sides, the others in their order. Tasks that come new have no ID.
func ReadTasks(text string, was []Task, known []Person, style DayStyle) []Task {
	if style.Read == nil {
		style.Read = readDay
	}
	var out []Task
	for line := range strings.Lines(text) {
		if line = CleanLine(line); line != "" {
			out = append(out, Task{Title: line})
		}
	}
	left, isFound := slices.Clone(was), make([]bool, len(out))
	pair := func(is func(line, was Task) bool, take func(line *Task, was Task)) {
		for i := range out {
			at := slices.IndexFunc(left, func(t Task) bool { return !isFound[i] && is(out[i], t) })
			if at >= 0 {
				take(&out[i], left[at])
				left, isFound[i] = slices.Delete(left, at, at+1), true
			}
		}
	}
	pair(func(line, was Task) bool { return line.Title == CleanLine(was.line(style)) }, func(line *Task, was Task) { *line = was })
	for i, is := range isFound {
		if !is {
			out[i] = readTask(out[i].Title, append(ownersOf(was), known...), style)
		}
	}
	same := func(line *Task, was Task) { line.ID, line.Done = was.ID, was.Done }
	pair(func(line, was Task) bool { return foldText(line.Title) == foldText(CleanLine(was.Title)) }, same)
	if added := slices.DeleteFunc(slices.Clone(isFound), func(is bool) bool { return is }); len(added) == len(left) {
		pair(func(Task, Task) bool { return true }, same)
	}
	return out
}

// readTask reads a line that is no task that stood there.
func readTask(line string, known []Person, style DayStyle) (t Task) {
	for _, mark := range []string{"-", "*", "•", "☐", "[ ]", "☑", "☒", "✓", "[x]", "[X]"} {
		if rest, ok := strings.CutPrefix(line, mark+" "); ok {
			line, t.Done = strings.TrimSpace(rest), strings.ContainsAny(mark, "☑☒✓xX")
		}
	}
	for at := t.readEnd(line, known, style); at > 0; at = t.readEnd(line, known, style) {
		line = strings.TrimSpace(line[:at])
	}
	t.Title = line
	return t
}

// readEnd reads what stands behind the last comma of a line, or the one before: names may
// have one. It gives where that comma is; 0: what is there is of the title.
func (t *Task) readEnd(line string, known []Person, style DayStyle) int {
	for at, n := len(line), 0; n < 2; n++ {
		if at = strings.LastIndex(line[:at], ","); at <= 0 {
			break
		}
		if t.readPart(strings.TrimSpace(line[at+1:]), known, style) {
			return at
		}
	}
	return 0
}

// readPart reads what stands behind a comma of a task's line; false: it is of the title.
func (t *Task) readPart(part string, known []Person, style DayStyle) bool {
	name, isMarked := strings.CutPrefix(part, "@")
	at := slices.IndexFunc(known, func(p Person) bool { return p.Name != "" && foldText(p.Name) == foldText(name) })
	day, isDay := style.Read(part)
	switch {
	case isDay && t.Due == "":
		t.Due = day
	case at >= 0 && t.Owner.Name == "":
		t.Owner = known[at]
	case isMarked && name != "" && t.Owner.Name == "" && !strings.Contains(name, ","):
		t.Owner = Person{Name: strings.TrimSpace(name)}
	default:
		return false
	}
	return true
}

// readDay reads a day as people write it where it can mean one day only.
func readDay(text string) (Date, bool) {
	for _, layout := range []string{dateLayout, "2 Jan 2006", "2 January 2006", "2.1.2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return DateOf(day), DateOf(day).Valid()
		}
	}
	return "", false
}

// ownersOf are the owners of tasks.
func ownersOf(tasks []Task) []Person {
	var out []Person
	for _, t := range tasks {
		if t.Owner.Name != "" {
			out = append(out, t.Owner)
		}
	}
	return out
}
