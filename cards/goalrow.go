package cards

import (
	"strings"

	"okrbot/okr"
)

// goalRow shows a goal on two lines; choosing it opens its card.
func goalRow(v GoalView, level int) columnSet {
	g := v.Goal
	title := text(mdf("%s", g.Title)).near()
	if g.Kind == okr.Objective {
		title.Weight = bolder
	}
	left := col(stretch, title, note(joinMD(" · ", mdf("%s %s", kindWord(g.Kind), g.ID), weightText(v), rowDetail(v))))
	right := col(auto, bold(md(progressText(v.Standing.Progress))).right(), statusBlock(v.Standing.Status).right().near())
	if v.Standing.Progress == nil {
		right.Items = right.Items[1:]
	}
	cols := []column{left, right}
	if level > 0 {
		cols = append([]column{indent(level)}, cols...)
	}
	return columns(cols...).opens(run("Show "+string(g.ID), VerbGoal, KeyGoal, string(g.ID)))
}

func kindWord(kind okr.GoalKind) string { return capital(string(kind)) }

// rowDetail is what fits a row: value and target, and whether it is measured.
func rowDetail(v GoalView) md {
	g := v.Goal
	var value md
	if m := g.MetricNow(); m != nil && m.Current != nil && isProgress(m) {
		value = md(strings.TrimSuffix(percentText(*m.Current), " %") + " of 100 %")
	} else if m != nil && m.Current != nil && m.IsScaled() {
		value = mdf("%s of %s", okr.FormatNumber(*m.Current), valueText(m, &m.Target))
	} else if m != nil && m.Current != nil {
		value = metricText(m)
	}
	if g.OwnPeriod {
		value = joinMD(" · ", value, periodName(g.Period))
	}
	switch {
	case g.Kind == okr.Objective:
		return periodName(g.Period)
	case !g.IsOpen():
		return value
	case okr.CountsTasks(g):
		return joinMD(" · ", value, tasksDone(g))
	case g.Binding == nil:
		return joinMD(" · ", value, "not bound")
	case v.Stale && v.StaleFor > 0:
		return joinMD(" · ", value, md("▲ stale: "+span(v.StaleFor)+" old"))
	case v.Stale:
		return joinMD(" · ", value, "▲ cannot be measured")
	}
	return value
}

// periodName is the name of a period, or its dates where it has none.
func periodName(p okr.Period) md {
	if p.Name != "" {
		return mdf("%s", p.Name)
	}
	return mdf("%s", p)
}
