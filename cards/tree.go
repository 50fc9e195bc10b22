package cards

import (
	"fmt"
	"slices"
	"strconv"

	"okrbot/okr"
)

// VerbTree shows what is below one work item of a project, or the top of its tree. Its
// data is goal, and for other than the first page of the top item and offset.
const VerbTree = "goal.tree"

// KeyItem is the id of a work item.
const KeyItem = "item"

// maxTreeBytes bounds the rows of a tree, as JSON.
const maxTreeBytes = 10_000

// Tree shows a page of a project's tree: what is below one of its work items. A row
// that has more below it opens its own page.
func Tree(p Place, v GoalView, b okr.Branch) Card {
	return fit(func(bytes int) Card { return treeCard(p, v, b, bytes) })
}

func treeCard(p Place, v GoalView, b okr.Branch, bytes int) Card {
	id := string(v.Goal.ID)
	title := "Work items of " + id
	body := []element{note(mdf("Project · %s %s", id, v.Goal.Title))}
	if n := len(b.Path); n > 0 {
		at := b.Path[n-1]
		title = okr.Shorten(okr.CleanLine(at.Title), okr.MaxTitle)
		body = append(body, treeUp(v.Goal.ID, b), treeHead(title, nodeProgress(p, at)), nodeDetail(at))
	} else {
		body = append(body, treeHead(title, md(p.progress(v.Standing.Progress))))
	}
	rows := treeRows(p, v.Goal.ID, b, bytes*5/2)
	body = append(body, note(joinMD(" · ", treeRange(b, len(rows)), "Updated "+p.when(b.At), valueOf(p, v.Goal, b))))
	if b.Gone {
		body = append(body, box("warning", text("That work item isn't in the first three levels now. Here is the top level.")))
	}
	if len(rows) == 0 {
		body = append(body, text("No work items here."))
	}
	return newCard(id+": "+title, append(body, rows...), append(treePages(v.Goal.ID, b, len(rows)), run("Show "+id, VerbGoal, KeyGoal, id))...)
}

// valueOf says when the value of the project was measured, where that is not when the
// work items were read: it has ended, and another goal reads them on.
func valueOf(p Place, g okr.Goal, b okr.Branch) md {
	m := g.LastMeasurement()
	if m == nil || m.At.Equal(b.At) {
		return ""
	}
	return mdf("%s was last updated on ", string(g.ID)) + p.at(m.At)
}

// treeHead is a title with the progress of what it names.
func treeHead(title string, progress md) element {
	return columns(col(stretch, heading(mdn(okr.MaxTitle, "%s", title))), col(auto, bold(progress).right()).middle()).near()
}

// treeUp leads one level up, to the page on which the item is.
func treeUp(goal okr.GoalID, b okr.Branch) element {
	above, item := "All work items of "+string(goal), 0
	if n := len(b.Path); n > 1 {
		above, item = b.Path[n-2].Title, b.Path[n-2].ID
	}
	up := openTree("Up to "+above, goal, item, b.Back)
	return columns(col(stretch, note(mdn(maxRow, "▴ %s", above)))).near().opens(up)
}

// openTree is a button to a page of a tree; its first one where offset is 0.
func openTree(title string, goal okr.GoalID, item, offset int) action {
	pairs := []string{KeyGoal, string(goal)}
	if item != 0 {
		pairs = append(pairs, KeyItem, fmt.Sprint(item))
	}
	if offset != 0 {
		pairs = append(pairs, KeyOffset, fmt.Sprint(offset))
	}
	return run(title, VerbTree, pairs...)
}

// treeRows are the rows of a page, indented where it shows several levels.
func treeRows(p Place, goal okr.GoalID, b okr.Branch, bytes int) []element {
	base := len(b.Path) + 1
	if b.Whole {
		whole := make([]element, len(b.Rows))
		for i, n := range b.Rows {
			whole[i] = nodeRow(p, n, base)
		}
		if sizeOf(whole...) <= bytes {
			return whole
		}
	}
	direct := slices.DeleteFunc(slices.Clone(b.Rows), func(n okr.Node) bool { return n.Level != base })
	return rowsWithin(len(direct), okr.TreePage, bytes, func(i int) element { return branchRow(p, goal, direct[i]) })
}

func treeRange(b okr.Branch, shown int) md {
	if b.Whole && shown == len(b.Rows) {
		return ""
	}
	return rangeText(b.Total, b.Offset, shown)
}

func treePages(goal okr.GoalID, b okr.Branch, shown int) []action {
	if b.Whole && shown == len(b.Rows) {
		return nil
	}
	item := 0
	if n := len(b.Path); n > 0 {
		item = b.Path[n-1].ID
	}
	var out []action
	if b.Offset > 0 {
		out = append(out, openTree("Previous", goal, item, max(0, b.Offset-okr.TreePage)))
	}
	next, last := b.Offset+shown, (b.Total-1)/okr.TreePage*okr.TreePage
	if next < b.Total {
		out = append(out, openTree("Next", goal, item, next))
	}
	if next < last {
		out = append(out, openTree("Last page", goal, item, last))
	}
	return out
}

// tree shows the work items of a project on its card, within so many bytes: all of them
// where that fits, else the top level, whose rows open. Without a goal there is nothing
// to open yet.
func tree(p Place, goal okr.GoalID, m okr.Measurement, bytes int) []element {
	if len(m.Tree) == 0 {
		return nil
	}
	b := okr.Branch{Rows: m.Tree, Whole: len(m.Tree) == m.Size.Rows, Total: m.Size.Top}
	rows := treeRows(p, goal, b, bytes)
	isWhole := b.Whole && len(rows) == len(b.Rows)
	out := append([]element{section("Work items")}, treeSummary(m.Size, len(rows), isWhole)...)
	out = append(out, rows...)
	hidden := max(m.Size.Top, len(m.Tree)) - len(rows)
	switch {
	case isWhole:
		return out
	case goal == "":
		return append(out, note("Save to open all work items."))
	case hidden <= 0: // each row opens
		return out
	}
	return append(out, actionsOf(openTree(fmt.Sprintf("Show %d more %s", hidden, plural(hidden, "work item")), goal, 0, len(rows))))
}

// treeSummary says how much there is of a tree, and what of it no row shows.
func treeSummary(s okr.TreeSize, shown int, isWhole bool) []element {
	all := s.Rows + s.Deeper
	if isWhole && all == s.Top {
		return nil
	}
	out := md(count(all, "work item"))
	if top := max(s.Top, shown); !isWhole && all > top {
		out = md(fmt.Sprintf("%d of %d at the top level, %d in all", shown, top, all))
	} else if !isWhole {
		out = md(fmt.Sprintf("%d of %s", shown, count(top, "work item")))
	}
	if s.Deeper > 0 {
		out += md(fmt.Sprintf(", %d of them below the third level", s.Deeper))
	}
	return []element{note(out)}
}

// nodeRow is a row among those of several levels, of which the first is base.
func nodeRow(p Place, n okr.Node, base int) element {
	sign := md("○ ")
	if n.Completed {
		sign = "✓ "
	}
	title := text(sign + mdn(maxRow, "%s", n.Title)).near()
	if n.Level == 1 {
		title.Weight = bolder
	}
	title.IsSubtle = n.Completed
	detail := joinMD(" · ", itemAddress(n), mdf("%s", n.State), deeper(n))
	cols := []column{col(stretch, title, note(detail)), col(auto, text(nodeProgress(p, n)).right())}
	if n.Level > base {
		cols = append([]column{indent(n.Level - base)}, cols...)
	}
	return columns(cols...).near()
}

// branchRow is a row that opens what is below it, where there is anything.
func branchRow(p Place, goal okr.GoalID, n okr.Node) element {
	if n.Below == 0 {
		return nodeRow(p, n, n.Level)
	}
	title := text("▸ "+mdn(maxRow, "%s", n.Title)).near().with(bolder, "")
	row := columns(col(stretch, title, nodeDetail(n)), col(auto, text(nodeProgress(p, n)).right())).near()
	if goal == "" {
		return row
	}
	return row.opens(openTree("Open "+okr.Shorten(okr.CleanLine(n.Title), maxButton), goal, n.ID, 0))
}

// nodeDetail is what is known of an item that has others below it; its id leads to it.
func nodeDetail(n okr.Node) textBlock {
	return note(joinMD(" · ", itemAddress(n), mdf("%s", n.State), md(count(n.Below, "item")+" below")))
}

// itemAddress names a work item by its number, which leads to it.
func itemAddress(n okr.Node) md { return link(fmt.Sprintf("%s %d", n.Type, n.ID), n.URL, maxRow) }

func deeper(n okr.Node) md {
	if n.Deeper == 0 {
		return ""
	}
	return md(fmt.Sprintf("%s deeper", count(n.Deeper, "item")))
}

func nodeProgress(p Place, n okr.Node) md {
	progress, ok := n.Progress()
	if !ok || n.Total == 1 && n.Done <= 1 && n.Deeper == 0 && n.Below == 0 {
		return " "
	}
	return md(fmt.Sprintf("%s (%d of %d)", p.percent(progress), n.Done, n.Total))
}

// indent is an empty column of levels times 20 pixels.
func indent(levels int) column {
	return col(strconv.Itoa(20*levels)+"px", text(" "))
}
