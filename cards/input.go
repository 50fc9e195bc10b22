package cards

import (
	"slices"
	"strings"

	"okrbot/okr"
)

// The datasets of the client's people picker.
const (
	DatasetPeople  = "graph.microsoft.com/users"                      // everyone in the organization
	DatasetMembers = "graph.microsoft.com/users?scope=currentContext" // the members of the conversation
)

// Values of choices that several cards have.
const (
	ChoiceAny  = "any"  // no filter, or what okrbot decides by itself
	ChoiceNone = "none" // no objective above, no status chosen by hand, no quiet hour
)

// Choice is one option of a drop-down.
type Choice struct{ Title, Value string }

// FieldError is what is wrong with a form: the message stands at the field where
// Field names one, else on top.
type FieldError struct{ Field, Message string }

// People is what a field for people holds: ids where the client has a people
// picker, else names as typed.
type People struct {
	Names  string   // with commas between
	Chosen []Choice // name and id
}

// input is any of the Input elements of the Adaptive Cards schema.
// An input is a pointer, as an action is.
type input = *inputBody

type inputBody struct {
	Type          string
	ID            string
	Label         string
	Title         string // of a toggle
	Value         string
	Placeholder   string
	IsRequired    bool
	ErrorMessage  string
	MaxLength     int
	IsMultiline   bool
	Style         string
	IsMultiSelect bool
	Choices       []choiceJSON
	ChoicesData   *dataQuery
	Wrap          bool
	IsVisible     *bool
}

func (i input) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", i.Type)
	o.text("id", i.ID)
	o.some("label", i.Label)
	o.some("title", i.Title)
	o.some("value", i.Value)
	o.some("placeholder", i.Placeholder)
	o.set("isRequired", i.IsRequired)
	o.some("errorMessage", i.ErrorMessage)
	if i.MaxLength != 0 {
		o.number("maxLength", float64(i.MaxLength))
	}
	o.set("isMultiline", i.IsMultiline)
	o.some("style", i.Style)
	o.set("isMultiSelect", i.IsMultiSelect)
	if i.Choices != nil {
		o.key("choices")
		o.b = appendList(o.b, i.Choices, appendChoice)
	}
	if q := i.ChoicesData; q != nil {
		o.key("choices.data")
		o.b = q.appendTo(o.b)
	}
	o.set("wrap", i.Wrap)
	if i.IsVisible != nil {
		o.flag("isVisible", *i.IsVisible)
	}
	return o.end()
}

func appendChoice(b []byte, c choiceJSON) []byte {
	o := begin(b)
	o.text("title", c.Title)
	o.text("value", c.Value)
	return o.end()
}

func (q dataQuery) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", q.Type)
	o.text("dataset", q.Dataset)
	o.some("associatedInputs", q.AssociatedInputs)
	return o.end()
}

type choiceJSON struct {
	Title string
	Value string
}

// dataQuery asks the bot for choices while somebody types (Teams documentation,
// "Typeahead search in Adaptive Cards").
type dataQuery struct {
	Type             string
	Dataset          string
	AssociatedInputs string
}

// textInput is a line of at most n characters.
func textInput(id, label, value string, n int) input {
	return &inputBody{Type: "Input.Text", ID: id, Label: Plain(label, maxChoice), Value: typed(value, n), MaxLength: n}
}

// typed is what a person typed, as it was: renderers expand nothing in the
// value of an input, and what would be put in here came back with the form.
func typed(value string, n int) string { return okr.Shorten(okr.CleanLine(value), n) }

// linesInput is a text of several lines and at most n characters.
func linesInput(id, label, value string, n int) input {
	in := textInput(id, label, "", n)
	in.Value, in.IsMultiline = typedLines(value, n), true
	return in
}

// typedLines is typed for a text of several lines.
func typedLines(value string, n int) string {
	lines := strings.Split(strings.ReplaceAll(value, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = okr.CleanLine(line)
	}
	return okr.Shorten(strings.TrimSpace(strings.Join(lines, "\n")), n)
}

func dateInput(id, label, value string) input {
	return &inputBody{Type: "Input.Date", ID: id, Label: label, Value: typed(value, 10)}
}

func toggleInput(id, label, title string, on bool) input {
	value := "false"
	if on {
		value = "true"
	}
	return &inputBody{Type: "Input.Toggle", ID: id, Label: label, Title: title, Value: value, Wrap: true}
}

// hiddenInput carries a value to where only inputs are sent.
func hiddenInput(id, value string) input {
	visible := false
	return &inputBody{Type: "Input.Text", ID: id, Value: value, IsVisible: &visible}
}

// choiceTitle is the title of a choice. Some clients read Markdown in choices and
// others show it as it is, so that nothing can be escaped: a link is broken by a
// zero-width space.
func choiceTitle(title string) string {
	title = Plain(title, maxChoice)
	if !strings.ContainsAny(title, "]<") {
		return title
	}
	return choiceMarks.Replace(title)
}

var choiceMarks = strings.NewReplacer("](", "]\u200b(", "][", "]\u200b[", "<", "<\u200b")

// choiceInput is a drop-down. The chosen value is kept whatever its place in the
// list; a value that is no choice is not preselected.
func choiceInput(id, label, value string, choices []Choice) input {
	return choicesInput(id, label, value, choicesJSON(choices, value))
}

func choicesInput(id, label, value string, choices []choiceJSON) input {
	in := &inputBody{Type: "Input.ChoiceSet", ID: id, Label: Plain(label, maxChoice), Style: "compact", Choices: choices}
	if slices.ContainsFunc(in.Choices, func(c choiceJSON) bool { return c.Value == value }) {
		in.Value = value
	}
	return in
}

func (i input) required(message string) input {
	i.IsRequired, i.ErrorMessage = true, message
	return i
}

func (i input) hint(placeholder string) input {
	i.Placeholder = placeholder
	return i
}

// searchable lets people type to find a choice where there are many. Short lists
// stay drop-downs, which every client preselects by title.
func (i input) searchable() input {
	if len(i.Choices) > PageSize {
		i.Style = "filtered"
	}
	return i
}

// maxChoiceBytes bounds the choices of one drop-down, as JSON.
const maxChoiceBytes = 8_000

// isSpecial says whether a choice is one of the verbs' own values, which must
// never be cut.
func isSpecial(value string) bool {
	return value == ChoiceNewConnection || value == ChoiceCustomPeriod || value == ChoiceOtherOrganization || value == ChoiceAny || value == ChoiceNone
}

// choicesJSON cuts the list to what fits; the chosen and the special ones always
// stay, and a value stands once.
func choicesJSON(choices []Choice, chosen ...string) []choiceJSON {
	return choicesWithin(maxChoiceBytes, choices, chosen...)
}

func choicesWithin(bytes int, choices []Choice, chosen ...string) []choiceJSON {
	out := make([]choiceJSON, 0, len(choices))
	size := 0
	isDouble := doubles(choices)
	written := make([]byte, 0, 256)
	for i, c := range choices {
		if isDouble(i) {
			continue
		}
		title := choiceTitle(c.Title)
		written = appendChoice(written[:0], choiceJSON{Title: title, Value: c.Value})
		n := jsonSize(written)
		if size+n > bytes && !isSpecial(c.Value) && !slices.Contains(chosen, c.Value) {
			continue
		}
		size += n
		out = append(out, choiceJSON{Title: title, Value: c.Value})
	}
	return out
}

// doubles says of each choice, in their order, whether its value stands before it. Of the few
// that most lists have none is noted.
func doubles(choices []Choice) func(i int) bool {
	if len(choices) <= 2*PageSize {
		return func(i int) bool {
			return slices.ContainsFunc(choices[:i], func(c Choice) bool { return c.Value == choices[i].Value })
		}
	}
	seen := make(map[string]bool, len(choices))
	return func(i int) bool {
		was := seen[choices[i].Value]
		seen[choices[i].Value] = true
		return was
	}
}

// form collects the elements of a form and puts the error at its field, or on
// top where no field of the form has its name.
type form struct {
	err    FieldError
	placed bool
	body   []element
}

func (f *form) add(inputs ...input) {
	for _, in := range inputs {
		if f.err.Message != "" && f.err.Field == in.ID {
			f.body = append(f.body, f.complaint())
			f.placed = true
		}
		f.body = append(f.body, in)
	}
}

// addPair puts two short inputs side by side.
func (f *form) addPair(left, right input) {
	for _, in := range []input{left, right} {
		if f.err.Message != "" && f.err.Field == in.ID {
			f.body = append(f.body, f.complaint())
			f.placed = true
		}
	}
	f.body = append(f.body, columns(col(stretch, left), col(stretch, right)))
}

// addFolded puts a part of the form behind a button. It stands open where
// something in it is wrong.
func (f *form) addFolded(id, title string, isOpen bool, part form) {
	f.placed = f.placed || part.placed
	f.body = append(f.body, folded(id, title, isOpen || part.placed, part.body...)...)
}

func (f *form) show(elements ...element) { f.body = append(f.body, elements...) }

func (f *form) complaint() element {
	return text(mdn(maxMessage, "▲ %s", f.err.Message)).with(bolder, attention)
}

// elements gives the body below its title.
func (f *form) elements(title ...element) []element {
	if f.err.Message != "" && !f.placed {
		title = append(title, box("attention", f.complaint()))
	}
	return append(title, f.body...)
}
