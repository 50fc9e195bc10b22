package cards

import (
	"fmt"

	"okrbot/okr"
)

// maxChildren is how many children of an objective stand in the list of all.
const maxChildren = 8

// Goals lists objectives with what stands below them: a page of total objectives
// from offset on.
func Goals(_ Place, tree []GoalView, total, offset int) Card {
	if len(tree) == 0 {
		return newCard("No OKRs yet", []element{
			heading("No OKRs yet"),
			text("Begin with an objective: what is to be achieved in a period. Then give it key results, which are numbers, and projects, which are work."),
		}, run("New objective", VerbGoalNew, "kind", string(okr.Objective)).positive(), run("Help", VerbHelp))
	}
	total = max(total, offset+len(tree))
	body, shown := goalTree(tree)
	head := []element{heading("OKRs"), note("Choose a row to see all of it. " + rangeText(total, offset, shown))}
	actions := append([]action{
		run("New objective", VerbGoalNew, "kind", string(okr.Objective)).positive(),
		run("New key result", VerbGoalNew, "kind", string(okr.KeyResult)),
		run("New project", VerbGoalNew, "kind", string(okr.Project)),
	}, pages(VerbGoals, total, offset, shown)...)
	return newCard("OKRs: "+count(total, "objective"), append(head, body...), append(actions, run("Sync all", VerbSync))...)
}

// goalTree makes the rows and says how many objectives they show.
func goalTree(tree []GoalView) (out []element, shown int) {
	left := maxListBytes
	for i, v := range tree {
		group := goalGroup(v)
		size := sizeOf(group...)
		if i > 0 && (size > left || len(out)+len(group) > 2*PageSize) || shown == PageSize {
			break
		}
		out = append(out, group...)
		left -= size
		shown++
	}
	return out, shown
}

func goalGroup(v GoalView) []element {
	group := []element{goalRow(v, 0).separated()}
	children := rowsWithin(len(v.Children), maxChildren, maxListBytes*3/4, func(i int) element { return goalRow(v.Children[i], 1).near() })
	group = append(group, children...)
	if n := len(v.Children) - len(children); n > 0 {
		group = append(group, note(mdf("%d more in %s", n, v.Goal.ID)))
	}
	return group
}

// goalRow shows a goal on two lines; choosing it opens its card.
func goalRow(v GoalView, level int) columnSet {
	g := v.Goal
	title := text(mdf("%s", g.Title)).near()
	if g.Kind == okr.Objective {
		title.Weight = bolder
	}
	left := col(stretch, title, note(joinMD(" · ", mdf("%s %s", kindWord(g.Kind), g.ID), rowDetail(v))))
	right := col(auto, bold(md(progressText(v.Standing.Progress))).right(), statusBlock(v.Standing.Status).right().near())
	if v.Standing.Progress == nil {
		right.Items = right.Items[1:]
	}
	cols := []column{left, right}
	if level > 0 {
		cols = append([]column{indent(level)}, cols...)
	}
	return columns(cols...).opens(run("Show "+string(g.ID), VerbGoal, "goal", string(g.ID)))
}

func kindWord(kind okr.GoalKind) string { return capital(string(kind)) }

// rowDetail is what fits a row: value and target, and whether it is measured.
func rowDetail(v GoalView) md {
	g := v.Goal
	var value md
	if m := g.Metric; m != nil && m.Current != nil {
		value = mdf("%s of %s", okr.FormatNumber(*m.Current), valueText(m, &m.Target))
	}
	switch {
	case g.Kind == okr.Objective:
		return mdf("%s", g.Period)
	case g.Binding == nil:
		return joinMD(" · ", value, "not bound")
	case v.Stale && v.StaleFor > 0:
		return joinMD(" · ", value, md("▲ stale: "+span(v.StaleFor)+" old"))
	case v.Stale:
		return joinMD(" · ", value, "▲ cannot be measured")
	}
	return value
}

// ChooseGoal asks which of several goals was meant; verb is what happens to the
// chosen one.
func ChooseGoal(words string, goals []okr.Goal, verb string) Card {
	body := []element{heading("Which one do you mean?")}
	if words != "" {
		body = append(body, text(mdn(maxMessage, "%s", words)))
	}
	shown := rows(len(goals), func(i int) element {
		g := goals[i]
		choose := run("Choose", verb, "goal", string(g.ID))
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
func ConfirmDeleteGoal(g okr.Goal, children int) Card {
	title := "Delete " + string(g.ID) + " " + okr.Shorten(g.Title, maxRow) + "?"
	body := []element{heading(mdn(maxLong, "%s", title)), text("Its history of measurements is deleted too. This cannot be undone. Nothing changes in Azure DevOps.")}
	if children > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("Deleted with it: %s below it.", below(children))))))
	}
	id := string(g.ID)
	return newCard(title, body, run("Delete", VerbGoalDelete, "goal", id).destructive(), run("Keep it", VerbGoal, "goal", id))
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
	return newCard(title, body, run("Unbind", VerbUnbind, "goal", id).destructive(), run("Keep it", VerbGoal, "goal", id))
}
