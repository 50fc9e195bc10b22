package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of a list of key results that are created in one go.
const (
	VerbKeyResults      = "krs"       // opens its form; goal, the objective, where it is known
	VerbKeyResultsCheck = "krs.check" // shows how the list was understood; draft; inputs: keyResults, and parent where it is chosen
	VerbKeyResultsSave  = "krs.save"  // creates what was shown; the same
)

// InputKeyResults are key results, one a line.
const InputKeyResults = "keyResults"

// MaxKeyResults bounds the text of a list of key results, in characters.
const MaxKeyResults = 3_000

// exampleLine shows how a key result is typed.
const exampleLine = "Close 30 bugs: 0 -> 30 bugs"

// KeyResultList is the state of the form of a list of key results.
type KeyResultList struct {
	Draft      string   // id of what the server keeps of the form
	Objective  okr.Goal // that they belong to; without an id it is chosen
	Objectives []Choice // to choose from
	Parent     string   // the chosen one
	IsNew      bool     // the objective was created a moment ago
	Text       string   // as typed
	Lines      []okr.TypedKeyResult
	Note       string // what changed since the list was shown; empty: nothing
	Error      FieldError
}

// isGood says whether every line makes a key result.
func (l KeyResultList) isGood() bool { return len(l.Lines) > 0 && l.wrong() == 0 }

// wrong counts the lines that make none.
func (l KeyResultList) wrong() (n int) {
	for _, line := range l.Lines {
		if line.Problem != "" {
			n++
		}
	}
	return n
}

// EditKeyResults is the form of a list of key results: as it is typed, and how each line was
// understood. They can be created once every line makes one.
func EditKeyResults(p Place, l KeyResultList) Card {
	return fit(func(bytes int) Card { return keyResultsForm(p, l, bytes) })
}

func keyResultsForm(p Place, l KeyResultList, bytes int) Card {
	id := string(l.Objective.ID)
	title := "Add key results"
	if id != "" {
		title += " to " + id
	}
	head := []element{heading(mdf("%s", title))}
	if id != "" {
		head = append(head, note(mdn(maxLong, "%s", l.Objective.Title)))
	}
	if l.IsNew {
		head = append(head, text(mdf("✓ %s is saved. Check its key results, then create them.", id)).with(bolder, good))
	}
	if l.Note != "" {
		head = append(head, text(mdn(maxMessage, "%s", l.Note)).with(bolder, ""))
	}
	head = append(head, understood(p, l, 3*bytes)...)
	in := form{err: l.Error}
	if id == "" {
		in.add(limitedChoice(KeyParent, "Objective", l.Parent, l.Objectives, bytes).searchable().hint("Choose or type to search").required("Choose an objective."))
	}
	list := form{err: l.Error}
	list.add(linesInput(InputKeyResults, "Key results, one per line", l.Text, MaxKeyResults).hint(exampleLine))
	list.show(note("Write a title, a colon, and from where to where its number goes. The unit is optional. For a limit: Response time: < 200 ms"))
	if l.isGood() {
		in.addFolded("list", "Edit the list", false, list)
	} else {
		in.show(list.body...)
		in.placed = in.placed || list.placed
	}
	return newCard(title, in.elements(head...), keyResultsActions(l)...)
}

func keyResultsActions(l KeyResultList) []action {
	id := string(l.Objective.ID)
	pairs := []string{KeyGoal, id, KeyDraft, l.Draft}
	next := run("Preview", VerbKeyResultsCheck, pairs...).positive()
	if l.isGood() {
		next = run("Create "+count(len(l.Lines), "key result"), VerbKeyResultsSave, pairs...).positive()
	}
	if id == "" {
		return []action{next, run("Cancel", VerbGoals).bare()}
	}
	return []action{next, run("Cancel", VerbGoal, KeyGoal, id).bare()}
}

// understood shows each line as it was understood: what is wrong first, so that nobody has
// to look for it.
func understood(p Place, l KeyResultList, bytes int) []element {
	if len(l.Lines) == 0 {
		return nil
	}
	var bad, fine []okr.TypedKeyResult
	for _, line := range l.Lines {
		if line.Problem != "" {
			bad = append(bad, line)
		} else {
			fine = append(fine, line)
		}
	}
	var out []element
	if len(bad) > 0 {
		rows := rowsWithin(len(bad), okr.MaxTyped, bytes/2, func(i int) element { return wrongLine(bad[i]) })
		what := "lines need"
		if len(bad) == 1 {
			what = "line needs"
		}
		out = append(out, box("warning", append(append([]element{
			text(md(fmt.Sprintf("▲ %d %s a change. Nothing is created yet.", len(bad), what))).with(bolder, attention),
		}, rows...), more(len(bad)-len(rows), "line")...)...))
	}
	if len(fine) > 0 {
		rows := rowsWithin(len(fine), okr.MaxTyped, bytes, func(i int) element { return goodLine(p, fine[i]) })
		out = append(append(append(out, section(md(count(len(fine), "key result")))), rows...), more(len(fine)-len(rows), "key result")...)
	}
	return out
}

func wrongLine(line okr.TypedKeyResult) container {
	return &containerBody{Type: "Container", Items: []element{
		text(mdn(maxRow, "Line %d: “%s”", line.Line, line.Text)).near(), note(mdn(maxLong, "%s", line.Problem)),
	}}
}

func goodLine(p Place, line okr.TypedKeyResult) columnSet {
	return columns(col(auto, text("✓").with("", good).near()),
		col(stretch, text(mdf("%s", line.Title)).near(), note(aim(p, line.Metric)))).near()
}

// aim is from where to where the number of a key result is to go.
func aim(p Place, m okr.Metric) md {
	switch {
	case m.Type == okr.Baseline:
		return "Establish a baseline"
	case m.IsControl():
		return mdf("%s %s", capital(string(m.Type)), p.exact(&m, &m.Target))
	}
	return mdf("From %s to %s", p.exact(&m, &m.Start), p.exact(&m, &m.Target))
}

// KeyResultsCreated lists what a list created, with the objective as it is now.
func KeyResultsCreated(p Place, o GoalView, ids []okr.GoalID) Card {
	title := count(len(ids), "key result") + " created"
	return fit(func(bytes int) Card {
		made := createdBelow(o, ids)
		rows := rowsWithin(len(made), okr.MaxTyped, 3*bytes, func(i int) element { return createdRow(p, made[i].Goal) })
		body := []element{text(mdf("✓ %s", title)).with(bolder, good), note(mdn(maxLong, "%s %s", string(o.Goal.ID), o.Goal.Title))}
		body = append(append(body, rows...), more(len(ids)-len(rows), "key result")...)
		id := string(o.Goal.ID)
		return newCard(title+" in "+id, body, run("Show "+id, VerbGoal, KeyGoal, id).positive(),
			run("Add more", VerbKeyResults, KeyGoal, id))
	})
}

func createdBelow(o GoalView, ids []okr.GoalID) []GoalView {
	var out []GoalView
	for _, id := range ids {
		for _, c := range o.Children {
			if c.Goal.ID == id {
				out = append(out, c)
			}
		}
	}
	return out
}

// createdRow is a key result that was just created; choosing it opens its card.
func createdRow(p Place, g okr.Goal) columnSet {
	id := string(g.ID)
	what := []element{text(mdf("%s", g.Title)).near()}
	if g.Metric != nil {
		what = append(what, note(aim(p, *g.Metric)))
	}
	return columns(col(auto, text(mdf("**%s**", id)).near()), col(stretch, what...)).near().
		opens(run("Show "+id, VerbGoal, KeyGoal, id))
}
