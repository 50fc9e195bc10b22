package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of binding, with the data and inputs that come along. Data of all but
// the first is draft.
const (
	VerbBind           = "bind.start"      // goal, text: words to begin the search with
	VerbBindConnection = "bind.connection" // input connection: another one chosen
	VerbBindSearch     = "bind.search"     // inputs connection, text, query
	VerbBindChoose     = "bind.choose"     // query, or inputs connection and query
	VerbBindPreview    = "bind.preview"    // input itemType; of a key result also method and field
	VerbBindSave       = "bind.save"
	VerbBindBack       = "bind.back"  // to the options
	VerbBindAgain      = "bind.again" // to the search
)

// DatasetQueries is searched while somebody types. Inputs connection and draft come
// along.
const DatasetQueries = "queries"

// KeyQuery is the id of a query.
const KeyQuery = "query"

// The inputs of binding, beside [KeyConnection], [KeyText] and [KeyQuery].
const (
	InputMethod   = "method"   // an okr.Method
	InputField    = "field"    // reference name of what is added up
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
	Query       okr.Query // chosen
	Count       int       // matching work items
	Methods     []Choice
	Method      string
	Fields      []okr.Field // numeric ones that can be added up
	Field       string      // reference name; empty: work items are counted
	Types       []string
	ItemType    string
	Error       FieldError
}

// BindPreview is what saving a binding would show.
type BindPreview struct {
	Draft       string
	Goal        okr.Goal // with the binding and measurement applied
	Standing    okr.Standing
	Measurement okr.Measurement
	Warnings    []string
}

// BindSearch is the first step of binding: the connection and the query.
func BindSearch(f BindForm) Card {
	title := "Bind " + string(f.Goal.ID) + " to a query"
	head := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(f.Goal.Kind), f.Goal.Title))}
	in := form{err: f.Error}
	in.add(connectionInput(f))
	in.show(actionsOf(run("Use this connection", VerbBindConnection, KeyDraft, f.Draft)))
	in.add(queryInput(f), hiddenInput(KeyDraft, f.Draft))
	in.show(actionsOf(run("Choose query", VerbBindChoose, KeyDraft, f.Draft)))
	in.add(textInput(KeyText, "Or search by a part of the name, or paste the query's address", f.Text, okr.MaxAddress).hint("for example bugs"))
	in.show(actionsOf(run("Search", VerbBindSearch, KeyDraft, f.Draft).positive()))
	in.show(queryResults(f)...)
	return newCard(title, in.elements(head...), run("Cancel", VerbGoal, KeyGoal, string(f.Goal.ID)).bare())
}

func connectionInput(f BindForm) input {
	choices := append([]Choice{}, f.Connections...)
	if !hasChoice(choices, ChoiceNewConnection) {
		choices = append(choices, Choice{Title: "Add a new connection", Value: ChoiceNewConnection})
	}
	chosen := f.Connection
	if chosen == "" {
		chosen = choices[0].Value
	}
	return choiceInput(KeyConnection, "Connection", chosen, choices).required("Choose a connection.")
}

// queryInput searches while somebody types. The results of a search by button
// are its fixed choices, for clients that cannot ask.
func queryInput(f BindForm) input {
	choices := make([]Choice, 0, len(f.Results))
	for _, q := range f.Results[:min(len(f.Results), PageSize)] {
		choices = append(choices, Choice{Title: q.Path, Value: q.ID})
	}
	in := choiceInput(KeyQuery, "Shared query", f.Query.ID, choices).hint("Type a part of its name")
	in.Style = "filtered"
	in.ChoicesData = &dataQuery{Type: "Data.Query", Dataset: DatasetQueries, AssociatedInputs: "auto"}
	return in
}

func queryResults(f BindForm) []element {
	if !f.Searched {
		return nil
	}
	if len(f.Results) == 0 {
		return []element{box("warning", text(mdf("No shared query matches “%s”.", f.Text)),
			note("Only shared queries can be bound. In Azure DevOps a query of your own becomes shared when it is moved to Shared Queries."))}
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
		out = append(out, note("More queries match. Type more of the name."))
	}
	return out
}

// BindOptions is the second step of binding: what is counted and how.
func BindOptions(f BindForm) Card {
	q := f.Query
	title := "How to measure " + string(f.Goal.ID)
	head := []element{
		heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(f.Goal.Kind), f.Goal.Title)),
		facts(
			fact{"Query", link(q.Name, q.URL, okr.MaxName)}, fact{"Folder", mdn(okr.MaxName, "%s", q.Path)},
			fact{"Kind", mdf("%s", capital(q.Kind.Words()))}, fact{"Matches now", md(count(f.Count, "work item"))},
		),
	}
	head = append(head, kindHint(f)...)
	in := form{err: f.Error}
	if f.Goal.Kind == okr.KeyResult {
		method := f.Method
		if method == "" && len(f.Methods) > 0 {
			method = f.Methods[0].Value
		}
		in.add(fieldInput(f))
		in.add(choiceInput(InputMethod, "Method", method, f.Methods).required("Choose how it is measured."))
	}
	in.add(typeInput(f))
	return newCard(title, in.elements(head...), run("Preview", VerbBindPreview, KeyDraft, f.Draft).positive(),
		run("Back", VerbBindAgain, KeyDraft, f.Draft).bare(), run("Cancel", VerbGoal, KeyGoal, string(f.Goal.ID)).bare())
}

// kindHint warns where the kind of query does not suit the goal.
func kindHint(f BindForm) []element {
	switch {
	case f.Goal.Kind == okr.KeyResult && f.Query.Kind != okr.FlatQuery && f.Query.Kind != "":
		return []element{box("warning", text(mdf("This query is a %s. Every work item in it counts, wherever it stands. A flat query is recommended for key results.", f.Query.Kind.Words())))}
	case f.Goal.Kind == okr.Project && f.Query.Kind == okr.FlatQuery:
		return []element{note("A tree query would show the project's work in levels; a flat one shows one level.")}
	}
	return nil
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
	return choiceInput(InputField, "What is added up", chosen, choices).required("Choose what is added up.")
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
	return choiceInput(InputItemType, "Work item type", chosen, choices).required("Choose what is counted.")
}

// Preview shows what saving the binding would give.
func Preview(p Place, v BindPreview) Card {
	g := v.Goal
	title := "Preview of " + string(g.ID)
	body := []element{
		columns(col(stretch, heading(mdf("%s", title))), col(auto, statusBadge(v.Standing.Status)).middle()),
		note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title)),
		bar(v.Standing.Progress, v.Standing.Status),
	}
	for _, w := range v.Warnings[:min(len(v.Warnings), 3)] {
		body = append(body, box("warning", text(mdn(2*maxLong, "%s", w))))
	}
	body = append(body, facts(previewFacts(p, v)...))
	body = append(body, tree("", v.Measurement, maxTreeBytes-max(0, sizeOf(body...)-maxTreeBytes/2))...)
	return newCard(fmt.Sprintf("%s: %s", title, progressText(v.Standing.Progress)), body,
		run("Save", VerbBindSave, KeyDraft, v.Draft).positive(), run("Back", VerbBindBack, KeyDraft, v.Draft),
		run("Cancel", VerbGoal, KeyGoal, string(g.ID)))
}

// wouldRead is what a key result says with a value: the number, where it is to go, and
// how far that is.
func wouldRead(m okr.Metric, value *float64) md {
	m.Current = value
	is := valueText(&m, value)
	progress, ok := m.Progress()
	percent := percentText(min(100, max(0, progress)))
	switch {
	case !ok || m.IsControl():
		return metricText(&m)
	case isProgress(&m):
		return mdf("%s", is)
	case m.Start == 0 && m.Target > 0:
		return mdf("%s of %s, %s", okr.FormatNumber(*value), valueText(&m, &m.Target), percent)
	}
	return mdf("%s on the way from %s to %s, %s", is, okr.FormatNumber(m.Start), valueText(&m, &m.Target), percent)
}

func previewFacts(p Place, v BindPreview) []fact {
	var out []fact
	if m := v.Goal.Metric; m != nil {
		out = append(out, fact{"It would read", wouldRead(*m, v.Measurement.Value)})
	}
	itemType := ""
	out = append(out, fact{"Expected by now", md(percentText(v.Standing.Expected))})
	if b := v.Goal.Binding; b != nil {
		itemType = b.ItemType
		out = append(out, fact{"Query", link(b.Query.Name, b.Query.URL, okr.MaxName)})
		if b.Method != "" {
			out = append(out, fact{"Method", mdf("%s", b.Method.Words(b.Field))})
		}
	}
	return append(out, measurementFacts(p, v.Measurement, itemType)...)
}
