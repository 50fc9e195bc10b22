package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of the list of goals.
const (
	VerbGoals    = "goal.list" // offset, scope, and the keys of a [GoalFilter], which are also inputs; all may be missing
	VerbGoalMine = "goal.mine" // the viewer's own goals
)

// GoalList is a page of a list of goals.
type GoalList struct {
	Views   []GoalView
	Total   int // that match
	Offset  int
	Page    int  // how many rows a full page has
	Mine    bool // only what is the viewer's own
	Filter  GoalFilter
	Owners  []Choice // of the filters, without "any"
	Teams   []Choice
	Periods []Choice
}

// maxChildren is how many children of an objective stand in the list of all.
const maxChildren = 8

// Goals lists goals with what stands below them: a page of those that match,
// under filters that fold.
func Goals(p Place, l GoalList) Card {
	if len(l.Views) == 0 {
		return noGoals(l)
	}
	l.Total = max(l.Total, l.Offset+len(l.Views))
	return fit(func(bytes int) Card { return goalsCard(p, l, bytes) })
}

func goalsCard(p Place, l GoalList, bytes int) Card {
	filters := filterInputs(l, bytes)
	body, shown := goalTree(l.Views, min(bytes*2, maxListBytes-max(0, sizeOf(filters...)-3_000)))
	title := "OKRs"
	if l.Mine {
		title = "Your OKRs"
	}
	head := []element{heading(md(title)), note(joinMD(" ", "Choose a row to see all of it.", filterText(l), rangeText(l.Total, l.Offset, shown)))}
	body = append(append(head, body...), filters...)
	body = append(body, listLink(p, l)...)
	return newCard(fmt.Sprintf("%s: %d", title, l.Total), body, listActions(l, shown)...)
}

// listLink is the address of the whole list: of all OKRs, or those of the period that
// is chosen. What else a list is narrowed by, and whose it is, is in none.
func listLink(p Place, l GoalList) []element {
	if f := l.Filter; l.Mine || f != (GoalFilter{Period: f.Period}) {
		return nil
	}
	return copyLink(p.Links.ToGoals(l.Filter.Period))
}

func listActions(l GoalList, shown int) []action {
	out := goalPages(l, shown)
	out = append(out, run("New objective", VerbGoalNew, KeyKind, string(okr.Objective)).positive().bare())
	if l.Mine {
		out = append(out, run("All OKRs", VerbGoals, KeyScope, "all").bare())
	} else {
		out = append(out, run("My OKRs", VerbGoalMine).bare())
	}
	return append(out, run("Status", VerbAttention).bare(),
		run("New key result", VerbGoalNew, KeyKind, string(okr.KeyResult)).bare().secondary(),
		run("New project", VerbGoalNew, KeyKind, string(okr.Project)).bare().secondary(), run("Sync all", VerbSync).bare().secondary())
}

// goalPages turns the list with the same filter.
func goalPages(l GoalList, shown int) []action {
	data := append([]string{KeyScope, scopeOf(l)}, l.Filter.pairs()...)
	var out []action
	if l.Offset > 0 {
		out = append(out, run("Previous", VerbGoals, append(data, KeyOffset, fmt.Sprint(max(0, l.Offset-max(shown, len(l.Views), l.Page))))...).bare())
	}
	if l.Offset+shown < l.Total {
		out = append(out, run("Next", VerbGoals, append(data, KeyOffset, fmt.Sprint(l.Offset+shown))...).bare())
	}
	return out
}

func scopeOf(l GoalList) string {
	if l.Mine {
		return "mine"
	}
	return "all"
}

// noGoals says what to do where a list is empty.
func noGoals(l GoalList) Card {
	create := run("New objective", VerbGoalNew, KeyKind, string(okr.Objective)).bare()
	all := run("All OKRs", VerbGoals, KeyScope, "all").bare()
	switch {
	case !l.Filter.isEmpty():
		body := append([]element{heading("Nothing matches"), text("No OKR that you may see fits this. " + filterText(l))}, filterInputs(l, 3_000)...)
		return newCard("Nothing matches", body, run("Clear the filter", VerbGoals, KeyScope, scopeOf(l)).positive().bare(), all)
	case l.Offset > 0:
		return newCard("No more OKRs", []element{heading("No more OKRs"), text("The list has become shorter.")}, all.positive())
	case l.Mine:
		return newCard("You own no OKRs yet", []element{
			heading("You own no OKRs yet"),
			text("Nothing that is open belongs to you. Look at everybody's, or begin with an objective of your own."),
		}, create.positive(), all)
	}
	return newCard("No OKRs yet", []element{
		heading("No OKRs yet"),
		text("Begin with an objective: what is to be achieved in a period. Then give it key results, which are numbers, and projects, which are work."),
	}, create.positive(), run("Help", VerbHelp))
}

// goalTree makes the rows within so many bytes and says how many goals at the top
// they show. Children stand folded where the list would grow long.
func goalTree(tree []GoalView, bytes int) (out []element, shown int) {
	lines := len(tree)
	for _, v := range tree {
		lines += min(len(v.Children), maxChildren)
	}
	for i, v := range tree {
		group := goalGroup(v, lines <= PageSize, bytes)
		size := sizeOf(group...)
		if i > 0 && size > bytes || shown == PageSize {
			break
		}
		out = append(out, group...)
		bytes -= size
		shown++
	}
	return out, shown
}

// goalGroup is a goal and, folding below it, its children.
func goalGroup(v GoalView, isOpen bool, bytes int) []element {
	group := []element{goalRow(v, 0).separated()}
	total := max(v.ChildTotal, len(v.Children))
	if len(v.Children) == 0 {
		return group
	}
	children := rowsWithin(len(v.Children), maxChildren, bytes*3/4, func(i int) element { return goalRow(v.Children[i], 1).near() })
	if n := total - len(children); n > 0 {
		children = append(children, columns(indent(1), col(stretch, note(mdf("%d more in %s", n, v.Goal.ID)))).near())
	}
	id := "below-" + string(v.Goal.ID)
	fold := columns(indent(1), col(stretch, note(mdf("▾ %s", below(total))))).near().opens(toggle("Show or hide what is below "+string(v.Goal.ID), id))
	return append(group, fold, foldable(id, isOpen, children...))
}
