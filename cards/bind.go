package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of binding, with the data and inputs that come along. Data of all but
// the first is draft.
const (
	VerbBind        = "bind.start"   // goal, text: words to begin the search with, typed: what was typed names the query
	VerbBindSearch  = "bind.search"  // inputs connection, query, text: on to what they name
	VerbBindChoose  = "bind.choose"  // query
	VerbBindPreview = "bind.preview" // input itemType; of a key result also method and field
	VerbBindSave    = "bind.save"
	VerbBindBack    = "bind.back"  // to how it is measured
	VerbBindAgain   = "bind.again" // to the search
)

// DatasetQueries is searched while somebody types. Inputs connection and draft come
// along.
const DatasetQueries = "queries"

// KeyQuery is the id of a query. KeyTyped says that a person typed the text that names it.
const (
	KeyQuery = "query"
	KeyTyped = "typed"
)

// The inputs of binding, beside [KeyConnection], [KeyText] and [KeyQuery].
const (
	InputMethod   = "method"   // an okr.Method
	InputField    = "field"    // reference name of the field that is added up
	InputItemType = "itemType" // a work item type
)

// Values of the choices of binding.
const (
	ChoiceNewConnection = "new"   // add a new connection
	ChoiceAllTypes      = "all"   // all work item types
	ChoiceNoField       = "count" // work items are counted
)

// BindForm is the state of the binding wizard.
type BindForm struct {
	Draft       string
	Goal        okr.Goal
	Connections []Choice // own first, then shared
	Connection  string
	Text        string // what was searched
	Results     []okr.Query
	More        bool // further queries match
	Searched    bool
	Only        string    // the folders that the connection is limited to; empty: none
	Query       okr.Query // chosen
	Count       int       // matching work items
	Lost        string    // which chosen work items do not count; empty: all do
	Methods     []Choice
	Method      string
	Fields      []okr.Field // numeric ones that can be added up
	Field       string      // reference name; empty: work items are counted
	Types       []string
	ItemType    string
	Why         string // the reason for a suggested measure; empty: a person chose it
	Error       FieldError
}

// BindPreview is what saving a binding would show.
type BindPreview struct {
	Draft       string
	Why         string   // the reason for a suggested measure; empty: a person chose it
	Goal        okr.Goal // with the binding and measurement applied
	Standing    okr.Standing
	Measurement okr.Measurement
	Warnings    []string
}

// BindSearch is the first step of binding: the connection and the query.
func BindSearch(f BindForm) Card {
	title := "Bind " + string(f.Goal.ID) + " to a query"
	head := []element{
		heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(f.Goal.Kind), f.Goal.Title)),
	}
	in := form{err: f.Error}
	in.add(connectionInput(f), queryInput(f), hiddenInput(KeyDraft, f.Draft))
	in.add(textInput(KeyText, "Or enter part of the name, or paste the query's address", f.Text, okr.MaxAddress).hint("for example bugs"))
	in.show(queryResults(f)...)
	return newCard(title, in.elements(head...), run("Next", VerbBindSearch, KeyDraft, f.Draft).positive(),
		run("Choose work items", VerbChosenOpen, KeyDraft, f.Draft), run("Cancel", VerbGoal, KeyGoal, string(f.Goal.ID)).bare())
}

func connectionInput(f BindForm) input { return connectionWithin(maxChoiceBytes, f) }

// connectionWithin is the choice of a connection in so many bytes.
func connectionWithin(bytes int, f BindForm) input {
	choices := append([]Choice{}, f.Connections...)
	if !hasChoice(choices, ChoiceNewConnection) {
		choices = append(choices, Choice{Title: "Add a new connection", Value: ChoiceNewConnection})
	}
	chosen := f.Connection
	if chosen == "" {
		chosen = choices[0].Value
	}
	in := choiceInput(KeyConnection, "Connection", chosen, choices).required("Choose a connection.")
	in.Choices = choicesWithin(bytes, choices, chosen)
	return in
}

// queryInput searches while somebody types. The results of a search by button
// are its fixed choices, for clients that cannot ask.
func queryInput(f BindForm) input {
	choices := make([]Choice, 0, len(f.Results))
	for _, q := range f.Results[:min(len(f.Results), PageSize)] {
		choices = append(choices, Choice{Title: q.Path, Value: q.ID})
	}
	in := choiceInput(KeyQuery, "Shared query", f.Query.ID, choices).hint("Type part of its name")
	in.Style = "filtered"
	in.ChoicesData = &dataQuery{Type: "Data.Query", Dataset: DatasetQueries, AssociatedInputs: "auto"}
	return in
}

func queryResults(f BindForm) []element {
	if !f.Searched {
		return nil
	}
	if len(f.Results) == 0 {
		if f.Only != "" {
			return []element{box("warning", text(mdn(maxMessage, "No shared query in %s matches “%s”.", f.Only, f.Text)),
				note("An admin limited this connection to those folders. Choose another connection, or ask an admin to add the query's folder."))}
		}
		return []element{box("warning", text(mdf("No shared query matches “%s”.", f.Text)),
			note("Only shared queries can be bound. To share your own query, move it to Shared Queries in Azure DevOps."))}
	}
	shown := rowsWithin(len(f.Results), PageSize, maxListBytes/2, func(i int) element {
		q := f.Results[i]
		choose := run("Choose", VerbBindChoose, KeyDraft, f.Draft, KeyQuery, q.ID).bare()
		return columns(
			col(stretch, text(mdf("%s", q.Name)).near(), note(mdn(okr.MaxName, "%s · %s", q.Path, q.Kind.Words()))).middle(),
			col(auto, actionsOf(choose)),
		).near()
	})
	out := append([]element{section("Found")}, shown...)
	if n := len(f.Results) - len(shown); n > 0 || f.More {
		out = append(out, footer("More queries match. Enter more of the name."))
	}
	return out
}

// BindOptions changes what is counted and how.
func BindOptions(f BindForm) Card {
	q := f.Query
	title := "Measure " + string(f.Goal.ID)
	head := []element{
		heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(f.Goal.Kind), f.Goal.Title)),
		facts(optionFacts(q, f.Count)...),
	}
	head = append(head, kindHint(f)...)
	in := form{err: f.Error}
	if f.Goal.Kind == okr.KeyResult {
		method := f.Method
		if method == "" && len(f.Methods) > 0 {
			method = f.Methods[0].Value
		}
		in.add(fieldInput(f))
		in.add(choiceInput(InputMethod, "Value", method, f.Methods).required("Choose which value to use."))
		if f.Why != "" {
			in.show(note(mdn(maxLong, "Suggested because %s.", f.Why)))
		}
	}
	in.add(typeInput(f))
	return newCard(title, in.elements(head...), run("Preview", VerbBindPreview, KeyDraft, f.Draft).positive(),
		run("Back", VerbBindAgain, KeyDraft, f.Draft).bare(), run("Cancel", VerbGoal, KeyGoal, string(f.Goal.ID)).bare())
}

// kindHint warns where the kind of query does not suit the goal.
func kindHint(f BindForm) []element {
	switch {
	case f.Query.Chosen != nil:
		return chosenHint(f)
	case f.Goal.Kind == okr.KeyResult && f.Query.Kind != okr.FlatQuery && f.Query.Kind != "":
		return []element{box("warning", text(mdf("This query is a %s, and every work item at any level counts. A flat list is recommended for key results.", f.Query.Kind.Words())))}
	}
	return levelHint(f.Goal.Kind, &okr.Binding{Query: f.Query})
}

// levelHint says what shows a project's work in levels.
func levelHint(kind okr.GoalKind, b *okr.Binding) []element {
	if kind != okr.Project || b == nil || b.Query.Kind != okr.FlatQuery {
		return nil
	}
	return []element{note("A flat list shows one level of work. Use a tree query to show the project's levels.")}
}

// maxFields bounds how many numeric fields are offered; processes have some ten.
const maxFields = 60

// fieldInput chooses between counting work items and adding up one of their
// fields.
func fieldInput(f BindForm) input {
	choices := []Choice{{Title: "Number of work items", Value: ChoiceNoField}}
	for _, field := range f.Fields[:min(len(f.Fields), maxFields)] {
		choices = append(choices, Choice{Title: field.Name, Value: field.Ref})
	}
	chosen := f.Field
	if chosen == "" {
		chosen = ChoiceNoField
	}
	return choiceInput(InputField, "Measure", chosen, choices).required("Choose what to measure.")
}

func typeInput(f BindForm) input {
	choices := []Choice{{Title: "All types", Value: ChoiceAllTypes}}
	for _, t := range f.Types {
		choices = append(choices, Choice{Title: t, Value: t})
	}
	chosen := f.ItemType
	if chosen == "" {
		chosen = ChoiceAllTypes
	}
	return choiceInput(InputItemType, "Work item type", chosen, choices).required("Choose a work item type.")
}

// Preview shows what saving the binding would give.
func Preview(p Place, v BindPreview) Card {
	g := v.Goal
	title := "Preview of " + string(g.ID)
	body := []element{
		columns(col(stretch, heading(mdf("%s", title))), col(auto, statusBadge(v.Standing.Status)).middle()),
		note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title)),
		bar(p, v.Standing.Progress, v.Standing.Status),
	}
	for _, w := range v.Warnings[:min(len(v.Warnings), 3)] {
		body = append(body, box("warning", text(mdn(2*maxLong, "%s", w))))
	}
	body = append(append(body, facts(previewFacts(p, v)...)), levelHint(g.Kind, g.Binding)...)
	body = append(body, tree(p, "", v.Measurement, maxTreeBytes-max(0, sizeOf(body...)-maxTreeBytes/2))...)
	return newCard(fmt.Sprintf("%s: %s", title, p.progress(v.Standing.Progress)), body,
		run("Save", VerbBindSave, KeyDraft, v.Draft).positive(), run(changeMeasure(g), VerbBindBack, KeyDraft, v.Draft),
		run("Back", VerbBindAgain, KeyDraft, v.Draft), run("Cancel", VerbGoal, KeyGoal, string(g.ID)))
}

// changeMeasure is the button to how a goal is measured. Of a project only the type can be chosen.
func changeMeasure(g okr.Goal) string {
	if g.Kind == okr.Project {
		return "Change work item type"
	}
	return "Change measure"
}

// wouldRead is what a key result says with a value: the number, where it is to go, and
// how far that is.
func wouldRead(p Place, m okr.Metric, value *float64) md {
	m.Current = value
	is := p.value(&m, value)
	progress, ok := m.Progress()
	percent := p.percent(min(100, max(0, progress)))
	switch {
	case !ok || m.IsControl():
		return metricText(p, &m)
	case isProgress(&m):
		return mdf("%s", is)
	case m.Start == 0 && m.Target > 0:
		return mdf("%s of %s, %s", p.plain(&m, *value), p.value(&m, &m.Target), percent)
	}
	return mdf("%s on the way from %s to %s, %s", is, p.plain(&m, m.Start), p.value(&m, &m.Target), percent)
}

func previewFacts(p Place, v BindPreview) []fact {
	var out []fact
	if m := v.Goal.Metric; m != nil {
		out = append(out, fact{"New value", wouldRead(p, *m, v.Measurement.Value)})
	}
	itemType := ""
	out = append(out, fact{"Expected today", md(p.percent(v.Standing.Expected))})
	if b := v.Goal.Binding; b != nil {
		itemType = b.ItemType
		out = append(out, sourceFact(b.Query, okr.MaxName))
		if b.Method != "" {
			out = append(out, fact{"Measure", mdf("%s", b.Method.Words(b.Field))})
		}
		if v.Why != "" {
			out = append(out, fact{"Suggested because", mdf("%s", v.Why)})
		}
	}
	return append(out, measurementFacts(p, v.Measurement, itemType)...)
}
