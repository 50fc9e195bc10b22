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
func ChooseGoal(words string, goals []okr.Goal, verb string) Card {
	body := []element{heading("Which one do you mean?")}
	if words != "" {
		body = append(body, text(mdn(maxMessage, "%s", words)))
	}
	shown := rows(len(goals), func(i int) element {
		g := goals[i]
		choose := run("Choose", verb, KeyGoal, string(g.ID))
		return columns(
			col(stretch, text(mdf("%s", g.Title)).near(), note(mdf("%s %s", kindWord(g.Kind), g.ID))).middle(),
			col(auto, actionsOf(choose)),
		).near()
	})
	body = append(body, shown...)
	if n := len(goals) - len(shown); n > 0 {
		body = append(body, note(md(fmt.Sprintf("%d more. Type more of the title to narrow it down.", n))))
	}
	return newCard("Which one do you mean?", body, run("All OKRs", VerbGoals))
}

// ConfirmDeleteGoal asks before a goal and its children are deleted.
func ConfirmDeleteGoal(g okr.Goal, children, objectives int) Card {
	title := "Delete " + string(g.ID) + " " + okr.Shorten(g.Title, maxRow) + "?"
	body := []element{heading(mdn(maxLong, "%s", title)), text("It can be restored for 30 days and is then gone for good, with its history of measurements. Nothing changes in Azure DevOps.")}
	if children > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("Deleted with it: %s below it.", below(children))))))
	}
	if objectives > 0 {
		body = append(body, text(md(fmt.Sprintf("Objectives below it: %d. They stay, and move up to where it is now.", objectives))))
	}
	id := string(g.ID)
	return newCard(title, body, run("Delete", VerbGoalDelete, KeyGoal, id).destructive(), run("Keep it", VerbGoal, KeyGoal, id))
}

// ConfirmUnbind asks before a goal is no longer measured.
func ConfirmUnbind(g okr.Goal) Card {
	title := "Unbind " + string(g.ID) + " " + okr.Shorten(g.Title, maxRow) + "?"
	query := md("its query")
	if g.Binding != nil {
		query = "the query " + link(g.Binding.Query.Name, g.Binding.Query.URL, okr.MaxName)
	}
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		text("It will no longer be measured by " + query + ". A key result keeps its last value; a project has no progress without a query. The query itself stays as it is."),
	}
	id := string(g.ID)
	return newCard(title, body, run("Unbind", VerbUnbind, KeyGoal, id).destructive(), run("Keep it", VerbGoal, KeyGoal, id))
}
