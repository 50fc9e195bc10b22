package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of what is asked before. The data of each is goal.
const (
	VerbGoalAskDelete = "goal.delete.ask"
	VerbGoalDelete    = "goal.delete"
	VerbGoalDeleted   = "goal.deleted" // what can be restored
	VerbGoalRestore   = "goal.restore" // goal
	VerbUnbindAsk     = "unbind.ask"
	VerbUnbind        = "unbind"
)

// ChooseGoal asks which of several goals was meant; verb is what happens to the
// chosen one.
func ChooseGoal(p Place, words string, goals []okr.Goal, verb string) Card {
	body := []element{heading("Which one do you mean?")}
	if words != "" {
		body = append(body, text(mdn(maxMessage, "%s", words)))
	}
	shown := rows(len(goals), func(i int) element {
		g := goals[i]
		choose := run("Choose", verb, KeyGoal, string(g.ID))
		return columns(
			col(stretch, text(mdf("%s · %s", g.ID, g.Title)).near(), note(choiceDetail(p, g))).middle(),
			col(auto, actionsOf(choose)),
		).separated()
	})
	body = append(body, shown...)
	if n := len(goals) - len(shown); n > 0 {
		body = append(body, note(md(fmt.Sprintf("%d more. To narrow it down, type more of the title.", n))))
	}
	return newCard("Which one do you mean?", body, run("All OKRs", VerbGoals))
}

// choiceDetail is what tells goals of equal titles apart.
func choiceDetail(p Place, g okr.Goal) md {
	parent := md("")
	if g.Parent != "" {
		parent = mdf("in %s", g.Parent)
	}
	state := md("")
	if !g.IsOpen() {
		state = mdf("%s", g.Closed.State)
	}
	return joinMD(" · ", mdf("%s", kindWord(g.Kind)), p.periodName(g.Period), state, parent, personText(g.Owner))
}

// ConfirmDeleteGoal asks before a goal and its children are deleted.
func ConfirmDeleteGoal(g okr.Goal, children, objectives int) Card {
	title := "Delete " + string(g.ID) + " " + okr.Shorten(g.Title, maxRow) + "?"
	body := []element{heading(mdn(maxLong, "%s", title)), text("You can restore it for 30 days. After that, it's deleted permanently, with its history. Nothing changes in Azure DevOps.")}
	if children > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("This also deletes %s.", below(children))))))
	}
	if objectives > 0 {
		body = append(body, text(md(count(objectives, "objective")+" below it won't be deleted. "+moves(objectives)+" up a level.")))
	}
	id := string(g.ID)
	return newCard(title, body, run("Delete", VerbGoalDelete, KeyGoal, id).destructive(), run("Cancel", VerbGoal, KeyGoal, id))
}

// ConfirmUnbind asks before a goal is no longer measured.
func ConfirmUnbind(g okr.Goal) Card {
	title := "Unbind " + string(g.ID) + " " + okr.Shorten(g.Title, maxRow) + "?"
	query, kept := md("its query"), md("The query itself doesn't change.")
	if g.Binding != nil {
		query = "the query " + link(g.Binding.Query.Name, g.Binding.Query.URL, okr.MaxName)
		if g.Binding.Query.Chosen != nil {
			query, kept = link(g.Binding.Query.Name, g.Binding.Query.URL, okr.MaxName), "The work items themselves don't change."
		}
	}
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		text("It won't be updated from " + query + " after that. " + unboundText(g) + " " + kept),
	}
	id := string(g.ID)
	return newCard(title, body, run("Unbind", VerbUnbind, KeyGoal, id).destructive(), run("Cancel", VerbGoal, KeyGoal, id))
}

func moves(n int) string {
	if n == 1 {
		return "It moves"
	}
	return "They move"
}

// unboundText says what a goal has without a data source.
func unboundText(g okr.Goal) md {
	if g.Kind == okr.Project {
		return "A project without a data source or tasks has no progress."
	}
	return "It keeps its last value."
}
