package cards

import (
	"fmt"

	"okrbot/okr"
)

// maxTreeBytes bounds the rows of a tree, as JSON.
const maxTreeBytes = 10_000

// tree shows the work items of a project, indented by level, with the progress
// of each level, within so many bytes.
func tree(m okr.Measurement, bytes int) []element {
	if len(m.Tree) == 0 {
		return nil
	}
	shown := rowsWithin(len(m.Tree), PageSize, bytes, func(i int) element { return nodeRow(m.Tree[i]) })
	out := append([]element{section("Work items")}, shown...)
	return append(out, more(len(m.Tree)-len(shown)+m.HiddenNodes, "work item")...)
}

func nodeRow(n okr.Node) element {
	sign := md("○ ")
	if n.Completed {
		sign = "✓ "
	}
	title := text(sign + link(n.Title, n.URL, maxRow)).near()
	if n.Level == 1 {
		title.Weight = bolder
	}
	detail := joinMD(" · ", mdf("%s %d", n.Type, n.ID), mdf("%s", n.State), deeper(n))
	cols := []column{col(stretch, title, note(detail)), col(auto, text(nodeProgress(n)).right())}
	if n.Level > 1 {
		cols = append([]column{indent(n.Level - 1)}, cols...)
	}
	return columns(cols...).near()
}

func deeper(n okr.Node) md {
	if n.Deeper == 0 {
		return ""
	}
	return md(fmt.Sprintf("%s counted", count(n.Deeper, "deeper item")))
}

func nodeProgress(n okr.Node) md {
	p, ok := n.Progress()
	if !ok || n.Total == 1 && n.Done <= 1 && n.Deeper == 0 {
		return " "
	}
	return md(fmt.Sprintf("%s (%d of %d)", percentText(p), n.Done, n.Total))
}

// indent is an empty column of levels times 20 pixels.
func indent(levels int) column {
	return col(fmt.Sprintf("%dpx", 20*levels), text(" "))
}
