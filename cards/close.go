package cards

import (
	"fmt"
	"slices"

	"okrbot/okr"
)

// The verbs of closing, reopening and cloning, with the data and inputs that come
// along.
const (
	VerbCloseAsk  = "goal.close.ask"  // goal
	VerbClose     = "goal.close"      // goal; inputs state, score, note
	VerbReopenAsk = "goal.reopen.ask" // goal
	VerbReopen    = "goal.reopen"     // goal
	VerbCloneAsk  = "goal.clone.ask"  // goal
	VerbClone     = "goal.clone"      // goal, draft; inputs period, start, end, scope, continue, bindings
)

// The inputs of closing, beside [InputNote].
const (
	InputState = "state" // an okr.Status
	InputScore = "score"
)

// The inputs of cloning, beside [KeyPeriod], [InputStart] and [InputEnd].
const (
	InputScope    = "scope"
	InputContinue = "continue"
	InputBindings = "bindings"
)

// The values of [InputScope].
const (
	CloneOne      = "one"      // only the goal
	CloneChildren = "children" // with what stands directly below it
	CloneAll      = "all"      // with everything below it
)

// CloseForm is the state of the form that closes or postpones a goal.
type CloseForm struct {
	Goal     GoalView
	State    string // okr.StatusClosed or okr.StatusPostponed
	Score    string // 0 to 1
	Note     string
	Children int        // open goals below it that end with it
	Kept     []okr.Goal // open goals below it that stay open: the viewer may not close them
	// Suggested is the score that an empty input saves.
	Suggested float64
	Error     FieldError
}

// CloneForm is the state of the form that copies an objective into another period.
type CloneForm struct {
	Draft    string
	Goal     okr.Goal
	Periods  []Choice
	Period   string
	Start    string // dates, for "custom"
	End      string
	Scope    string // CloneOne, CloneChildren or CloneAll
	Bindings bool   // bind the copies to the same queries
	Continue bool   // key results begin where the old ones stand
	Error    FieldError
}

// Close is the form that closes or postpones a goal. The ids of its inputs are
// state, score and note.
func Close(p Place, f CloseForm) Card {
	g := f.Goal.Goal
	title := "Close " + string(g.ID)
	head := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title)), bar(p, f.Goal.Standing.Progress, f.Goal.Standing.Status)}
	if f.Children > 0 {
		head = append(head, box("warning", text(md(fmt.Sprintf("This also closes %s, with the same note.", openBelow(f.Children))))))
	}
	head = append(head, staysOpen("These stay open, because you can't close them:", f.Kept)...)
	in := form{err: f.Error}
	state := f.State
	if state == "" {
		state = string(okr.StatusClosed)
	}
	in.add(choiceInput(InputState, "How it ends", state, []Choice{
		{Title: "Closed: done, or its period is over", Value: string(okr.StatusClosed)},
		{Title: "Postponed: not now", Value: string(okr.StatusPostponed)},
	}), textInput(InputScore, "Score from 0 to 1"+suggested(f), f.Score, 10).hint("for example 0.7"),
		linesInput(InputNote, "What we learned (optional)", f.Note, okr.MaxNote))
	in.show(footer("Closed goals can't be edited, checked in or measured. You can reopen them."))
	return newCard(title, in.elements(head...),
		run("Close it", VerbClose, KeyGoal, string(g.ID)).positive(), run("Cancel", VerbGoal, KeyGoal, string(g.ID)).bare())
}

func suggested(f CloseForm) string {
	if f.Goal.Standing.Progress == nil {
		return ""
	}
	return fmt.Sprintf(" (suggested: %.1f)", f.Suggested)
}

// maxKept is how many goals that stay open a card names.
const maxKept = 5

// staysOpen names goals that do not end with the one above them, each with who can
// close it; nothing where there are none.
func staysOpen(title md, kept []okr.Goal) []element {
	if len(kept) == 0 {
		return nil
	}
	items := []element{text(title)}
	rows := rowsWithin(len(kept), maxKept, maxListBytes, func(i int) element {
		g := kept[i]
		return bullet(mdf("%s %s (owner: ", g.ID, g.Title) + personText(g.Owner) + ")")
	})
	return []element{box("warning", slices.Concat(items, rows, more(len(kept)-len(rows), "OKR"))...)}
}

// Closed confirms that a goal was closed or postponed, with so many below it; kept
// are those below it that stay open.
func Closed(p Place, v GoalView, children int, kept []okr.Goal) Card {
	g := v.Goal
	word := "Closed "
	if g.Closed != nil && g.Closed.State == okr.StatusPostponed {
		word = "Postponed "
	}
	body := []element{box("good", text(mdf("✓ %s", word+string(g.ID))).with(bolder, good), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title)))}
	body = append(body, ended(p, v, maxChoiceBytes)...)
	if children > 0 {
		body = append(body, text(md(fmt.Sprintf("Also closed: %s.", below(children)))))
	}
	body = append(body, staysOpen("Still open:", kept)...)
	id := string(g.ID)
	actions := []action{run("Show "+id, VerbGoal, KeyGoal, id), run("Reopen", VerbReopenAsk, KeyGoal, id)}
	if g.Kind == okr.Objective {
		actions = append([]action{run("Continue in another period", VerbCloneAsk, KeyGoal, id).positive()}, actions...)
	}
	return newCard(word+id, body, actions...)
}

// ConfirmReopen asks before a goal is reopened.
func ConfirmReopen(p Place, v GoalView) Card {
	g := v.Goal
	title := "Reopen " + string(g.ID) + "?"
	body := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title))}
	body = append(body, ended(p, v, maxChoiceBytes)...)
	body = append(body, text("Its score and note will be removed. Check-ins stay in the history."))
	if g.Kind == okr.Objective {
		body = append(body, note("Key results and projects that were closed with it stay closed. Reopen them one at a time."))
	}
	id := string(g.ID)
	return newCard(title, body, run("Reopen", VerbReopen, KeyGoal, id).positive(), run("Cancel", VerbGoal, KeyGoal, id))
}

// Clone is the form that copies an objective into another period. The ids of its
// inputs are period, start, end, scope, continue and bindings.
func Clone(f CloneForm) Card {
	g := f.Goal
	title := "Clone " + string(g.ID)
	in := form{err: f.Error}
	head := []element{
		heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title)),
		text("The copy starts without values, check-ins, phases and score."),
	}
	if len(f.Periods) > 0 {
		periodInputs(&in, f.Period, f.Periods, f.Start, f.End, maxChoiceBytes)
	}
	scope := f.Scope
	if scope == "" {
		scope = CloneChildren
	}
	in.add(choiceInput(InputScope, "What to copy", scope, []Choice{
		{Title: "Only the objective", Value: CloneOne},
		{Title: "With its key results, projects and objectives", Value: CloneChildren},
		{Title: "With everything below it", Value: CloneAll},
	}), toggleInput(InputContinue, "Start values", "Start key results at their current values", f.Continue))
	in.add(toggleInput(InputBindings, "Data sources", "Keep the Azure DevOps queries", f.Bindings))
	return newCard(title, in.elements(head...),
		run("Clone", VerbClone, KeyGoal, string(g.ID), KeyDraft, f.Draft).positive(), run("Cancel", VerbGoal, KeyGoal, string(g.ID)).bare())
}

// Cloned confirms a copy of a goal, with so many goals in all; unbound says how
// many of the copies could not be bound.
func Cloned(p Place, source okr.Goal, v GoalView, goals, unbound int) Card {
	g := v.Goal
	title := fmt.Sprintf("%s is a copy of %s", g.ID, source.ID)
	body := []element{
		box("good", text(mdf("✓ %s", title)).with(bolder, good), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title))),
		facts(fact{"Period", mdf("%s", p.period(g.Period))}, fact{"Copied", md(count(goals, "OKR"))}),
	}
	if unbound > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("Copies without a data source: %d. You can't use the connection, so bind them yourself.", unbound)))))
	}
	id := string(g.ID)
	return newCard(title, body, run("Show "+id, VerbGoal, KeyGoal, id).positive(), run("Edit", VerbGoalEdit, KeyGoal, id), run("Show "+string(source.ID), VerbGoal, KeyGoal, string(source.ID)))
}
