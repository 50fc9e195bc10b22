package cards

import (
	"okrbot/okr"
)

// goalLine is how every list shows a goal: id and title with the status, the progress
// with the mark of what is expected, and below it value, period and owner. Choosing it
// opens the goal's card. It is indented by as many levels.
func goalLine(p Place, v GoalView, level int) columnSet {
	return lineOf(p, v, level, lineDetail(p, v, level))
}

// lineOf is a [goalLine] with another line below its bar.
func lineOf(p Place, v GoalView, level int, detail md) columnSet {
	g := v.Goal
	title := text(escaped(string(g.ID)) + " · " + escaped(g.Title)).near()
	if g.Kind == okr.Objective {
		title.Weight = bolder
	}
	items := append(make([]element, 0, 3), columns(col(stretch, title), col(auto, statusBlock(v.Standing.Status).right().near())).near())
	items = append(items, goalBar(p, v)...)
	if detail != "" {
		items = append(items, note(detail))
	}
	cols := make([]column, 0, 2)
	if level > 0 {
		cols = append(cols, indent(level))
	}
	return columns(append(cols, col(stretch, items...))...).opens(run("Show "+string(g.ID), VerbGoal, KeyGoal, string(g.ID)))
}

func kindWord(kind okr.GoalKind) string { return capital(string(kind)) }

// lineDetail is what fits below a bar. What is below an objective has its period, so
// that only another one is named there.
func lineDetail(p Place, v GoalView, level int) md {
	g := v.Goal
	period := md("")
	if level == 0 || g.OwnPeriod {
		period = p.periodName(g.Period)
	}
	expected := md("")
	if v.Standing.Progress != nil && isExpected(v) {
		expected = md(p.percent(v.Standing.Expected) + " expected")
	}
	return joinMD(" · ", lineValue(p, g), expected, period, personText(g.Owner), lineTrouble(v))
}

// lineValue is what a goal counts; nothing where that is its progress.
func lineValue(p Place, g okr.Goal) md {
	m := g.MetricNow()
	switch {
	case okr.CountsTasks(g):
		return tasksDone(g)
	case m == nil || m.Current == nil || isProgress(m):
		return ""
	}
	return shortMetric(p, m)
}

// lineTrouble says what keeps a goal from being measured.
func lineTrouble(v GoalView) md {
	g := v.Goal
	switch {
	case !g.IsOpen() || g.Kind == okr.Objective || okr.CountsTasks(g):
		return ""
	case g.Binding == nil && (g.Kind == okr.Project || v.Standing.Progress == nil):
		return "no data source"
	case v.Stale && v.StaleFor > 0:
		return md("▲ stale: updated " + ago(v.StaleFor))
	case v.Stale:
		return "▲ can't be updated"
	}
	return ""
}
