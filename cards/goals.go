package cards

import (
	"fmt"
	"strings"

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

// maxChildren is how many children of an objective the list of all shows.
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
	filters := filterFold(l, bytes)
	rest := max(0, sizeOf(filters.items...)-3_000)
	body, shown := goalTree(p, l.Views, min(bytes*2, maxListBytes-rest), min(bytes*5/2, maxBriefBytes-rest))
	title := "OKRs"
	if l.Mine {
		title = "Your OKRs"
	}
	head := []element{heading(md(title)), note(joinMD(" ", "Select a row for details.", filterText(l), rangeText(l.Total, l.Offset, shown)))}
	body = append(append(head, body...), foldsOf(filters, listLink(p, l))...)
	return newCard(fmt.Sprintf("%s: %d", title, l.Total), body, listActions(l, shown)...)
}

// listLink is the address of the whole list: of all OKRs, or those of the period that
// is chosen. What else a list is narrowed by, and whose it is, is in none.
func listLink(p Place, l GoalList) fold {
	if f := l.Filter; l.Mine || f != (GoalFilter{Period: f.Period}) {
		return fold{}
	}
	return fold{id: foldLink, show: "Copy link", items: linkItems(p.Links.ToGoals(l.Filter.Period))}
}

func listActions(l GoalList, shown int) []action {
	out := []action{run("New objective", VerbGoalNew, KeyKind, string(okr.Objective)).positive().bare()}
	out = append(out, goalPages(l, shown)...)
	if l.Mine {
		out = append(out, run("All OKRs", VerbGoals, KeyScope, "all").bare())
	} else {
		out = append(out, run("My OKRs", VerbGoalMine).bare())
	}
	return firstShown(append(out, run("Needs attention", VerbAttention).bare(),
		run("New key result", VerbGoalNew, KeyKind, string(okr.KeyResult)).bare(),
		run("New project", VerbGoalNew, KeyKind, string(okr.Project)).bare(), run("Sync all", VerbSync).bare())...)
}

// maxShown is how many buttons a card shows at once; the others are in its overflow menu.
const maxShown = 3

// firstShown leaves the first buttons on the card.
func firstShown(actions ...action) []action {
	for i := range actions {
		if i >= maxShown {
			actions[i] = actions[i].secondary()
		}
	}
	return actions
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
		body := append([]element{heading("No matching OKRs"), text("No OKR that you can see matches. " + filterText(l))}, foldsOf(filterFold(l, 3_000))...)
		return newCard("No matching OKRs", body, run("Clear filters", VerbGoals, KeyScope, scopeOf(l)).positive().bare(), all)
	case l.Offset > 0:
		return newCard("No more OKRs", []element{heading("No more OKRs"), text("The list is shorter now.")}, all.positive())
	case l.Mine:
		return newCard("You have no open OKRs", []element{
			heading("You have no open OKRs"),
			text("Create an objective, or look at everyone's."),
		}, create.positive(), all)
	}
	return newCard("No OKRs yet", []element{
		heading("No OKRs yet"),
		text("Start with an objective: what you want to achieve in a period. Then add key results to measure it, and projects to get there."),
	}, create.positive(), run("Help", VerbHelp))
}

// goalTree makes the rows within so many bytes and says how many goals at the top they show.
// Children are folded where the list would grow long, and where it would not fit by that they
// are the first few, in one line each, within as many bytes as brief says.
func goalTree(p Place, tree []GoalView, bytes, brief int) (out []element, shown int) {
	var r room
	lines := len(tree)
	for _, v := range tree {
		lines += min(len(v.Children), maxChildren)
	}
	page := min(len(tree), PageSize)
	heads := make([]element, page) // of both forms, each made once
	head := func(i int) element {
		if heads[i] == nil {
			heads[i], _ = r.encode(goalLine(p, tree[i], 0).separated())
		}
		return heads[i]
	}
	briefly := func(children int) ([]element, int) {
		return r.groupsWithin(page, brief, func(i, _ int) []element { return briefGroup(p, tree[i], head(i), children) })
	}
	least, most := min(page, leastShown), maxBriefly
	if leastBytes(tree[:least], head) > bytes { // then it need not be tried in full
		if out, shown = briefly(most); shown >= least {
			return out, shown
		}
	}
	out, shown = r.groupsWithin(page, bytes, func(i, left int) []element { return r.goalGroup(p, tree[i], head(i), lines <= PageSize, left) })
	for children := most; children >= 0 && shown < least; children-- {
		if some, n := briefly(children); n > shown {
			out, shown = some, n
		}
	}
	return out, shown
}

// leastBytes are fewer than goals with all below them take in full, where their own lines are the heads.
func leastBytes(tree []GoalView, head func(i int) element) (bytes int) {
	for i, v := range tree {
		if bytes += sizeOf(head(i)); len(v.Children) > 0 {
			bytes += leastFold + leastLine*min(len(v.Children), maxChildren)
		}
	}
	return bytes
}

const (
	// leastShown is how many goals at the top a list shows before it shows more of each.
	leastShown = 5
	// maxBriefly is how many children of each a list shows that would not fit otherwise.
	maxBriefly = 3
	// leastLine and leastFold are fewer bytes than the line of any goal below another one takes in full, and what folds
	// them, as JSON.
	leastLine, leastFold = 700, 900
	// maxBriefBytes bounds the rows of such a list, as JSON.
	maxBriefBytes = 19_000
)

// groupsWithin makes the groups that fit, at least one, and says how many those are.
func (r *room) groupsWithin(n, bytes int, group func(i, left int) []element) (out []element, shown int) {
	for i := range n {
		g := group(i, bytes)
		size := r.sizeOf(g...)
		if i > 0 && size > bytes {
			break
		}
		out, bytes, shown = append(out, g...), bytes-size, shown+1
	}
	return out, shown
}

// briefGroup is a goal, whose own line is the head, with the first few below it, in one line each, and a line that opens
// the goal for the rest.
func briefGroup(p Place, v GoalView, head element, children int) []element {
	group := []element{head}
	total := max(v.ChildTotal, len(v.Children))
	children = min(children, len(v.Children))
	for _, c := range v.Children[:children] {
		group = append(group, briefLine(p, c))
	}
	rest := belowOf(v, total-children)
	switch {
	case total == children:
		return group
	case children > 0:
		rest = strings.Replace(rest, " ", " more ", 1)
	}
	id := string(v.Goal.ID)
	return append(group, columns(indent(1), col(stretch, note(md("▸ Show "+rest)))).near().opens(run("Show "+id, VerbGoal, KeyGoal, id)))
}

// briefLine is a goal in one line: its title, progress and status.
func briefLine(p Place, v GoalView) element {
	id := string(v.Goal.ID)
	title, status := text(mdf("%s · %s", id, v.Goal.Title)).near(), statusBlock(v.Standing.Status).right().near()
	title.Size, status.Size = small, small
	if v.Standing.Progress != nil {
		status.Text = md(p.percent(*v.Standing.Progress)) + " " + status.Text
	}
	return columns(indent(1), col(stretch, title), col(auto, status)).near().opens(run("Show "+id, VerbGoal, KeyGoal, id))
}

// goalGroup is a goal, whose own line is the head, and, folding below it, its children.
func (r *room) goalGroup(p Place, v GoalView, head element, isOpen bool, bytes int) []element {
	group := append(make([]element, 0, 4), head)
	total := max(v.ChildTotal, len(v.Children))
	if len(v.Children) == 0 {
		return group
	}
	children := r.rowsWithin(len(v.Children), maxChildren, bytes*3/4, func(i int) element { return goalLine(p, v.Children[i], 1).near() })
	if n := total - len(children); n > 0 {
		children = append(children, columns(indent(1), col(stretch, note(mdf("%s more in %s", belowOf(v, n), v.Goal.ID)))).near())
	}
	id := "below-" + string(v.Goal.ID)
	group = append(group, foldRow(id, 1, md(belowOf(v, total)), isOpen)...)
	return append(group, foldable(id, isOpen, children...))
}
