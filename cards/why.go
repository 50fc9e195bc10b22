package cards

import (
	"fmt"
	"math"

	"okrbot/okr"
)

// VerbWhy explains a number. Its data is goal.
const VerbWhy = "goal.why"

// maxWhyItems is how many work items stand under each sort of change.
const maxWhyItems = 3

// Why explains a number down to what it is made of: objective, weights, key
// results and projects, measurement, query and items. What is below each key
// result folds.
func Why(p Place, v GoalView) Card {
	return fit(func(bytes int) Card { return whyCard(p, v, bytes) })
}

func whyCard(p Place, v GoalView, bytes int) Card {
	g := v.Goal
	title := fmt.Sprintf("Why %s is at %s", g.ID, shownText(p, v))
	body := []element{heading(mdf("%s", title))}
	if g.Parent != "" && v.ParentTitle != "" {
		body = append(body, upward(p, v))
	}
	body = append(append(body, goalHead(p, v)[1:]...), reasonLine(p, v)...)
	body = append(body, manual(p, v)...)
	if g.Kind == okr.Objective {
		body = append(body, whyChildren(p, v, bytes)...)
	} else {
		body = append(body, whyLeaf(p, v, bytes)...)
	}
	body = append(body, copyLink(p.Links.ToGoal(g.ID))...)
	id := string(g.ID)
	return newCard(title, body, run("Show "+id, VerbGoal, KeyGoal, id), run("History", VerbHistory, KeyGoal, id), run("All OKRs", VerbGoals))
}

// shownText is the number that a goal shows: its progress, or what a baseline found.
func shownText(p Place, v GoalView) string {
	if hasNoProgress(v) {
		return amount(p, v.Goal, v.Goal.Value())
	}
	return p.progress(v.Standing.Progress)
}

// upward leads to the objective above, with the weight in it.
func upward(p Place, v GoalView) element {
	share := md("")
	if v.Weight > 0 {
		share = md(p.percent(v.Weight) + " of ")
	}
	return columns(col(stretch, note("▴ "+share+mdf("%s %s", v.Goal.Parent, v.ParentTitle)))).near().
		opens(run("Why "+string(v.Goal.Parent), VerbWhy, KeyGoal, string(v.Goal.Parent)))
}

// whyChildren shows what an objective is made of. Details are left out before
// rows, so that the sum can be followed even where little fits.
func whyChildren(p Place, v GoalView, bytes int) []element {
	if len(v.Children) == 0 && v.Standing.Children == 0 {
		return []element{text("No key result or project counts yet.")}
	}
	from := md("No key result or project counts.")
	if v.Standing.Children > 0 {
		from = capitalMD(takenFrom(p, v)) + "."
	}
	if len(v.Children) == 0 {
		return append([]element{text(from)}, rest(p, v)...)
	}
	out := []element{text(from), note("Select a row for details.")}
	n := min(len(v.Children), PageSize)
	each := bytes * 3 / 2 / n
	left, shown := 2*bytes, 0
	for _, c := range v.Children[:n] {
		row := whyRow(p, c, each)
		if left -= sizeOf(row...); left < 0 && shown > 0 {
			break
		}
		out = append(out, row...)
		shown++
	}
	out = append(out, more(max(v.ChildTotal, len(v.Children))-shown, "OKR")...)
	return append(out, rest(p, v)...)
}

// rest says where the points come from that the children do not add: from those that
// the viewer may not see, or from how they stood when the objective ended.
func rest(p Place, v GoalView) []element {
	r := v.Goal.Rolled
	if r == nil || r.Progress == nil || len(v.Children) < v.ChildTotal {
		return nil
	}
	left := *r.Progress
	for _, c := range v.Children {
		if own := c.Standing.Progress; own != nil {
			left -= c.Taken * *own / 100
		}
	}
	switch {
	case math.Abs(left) < 0.01:
		return nil
	case !v.Goal.IsOpen():
		return []element{note(mdf("Calculated when it was closed. Goals that you can't see, or that changed since, add %s points.", p.points(left)))}
	}
	return []element{note(mdf("Goals that you can't see add %s points.", p.points(left)))}
}

// whyRow is a child with its weight and what that gives; its details fold below.
func whyRow(p Place, v GoalView, bytes int) []element {
	g := v.Goal
	id := "why-" + string(g.ID)
	open := actionsOf(run("Why "+string(g.ID), VerbWhy, KeyGoal, string(g.ID)))
	below := within(bytes, append(whyLeaf(p, v, bytes), open), []element{open})
	return []element{
		lineOf(p, v, 0, share(p, v)).separated().opens(toggle("Show or hide details of "+string(g.ID), id)),
		foldable(id, false, columns(indent(1), col(stretch, below...))),
	}
}

// share is what a child adds to its objective.
func share(p Place, v GoalView) md {
	switch {
	case v.Weight <= 0:
		return "not counted"
	case v.Taken <= 0 || v.Standing.Progress == nil:
		return weightText(p, v)
	}
	taken := md("")
	if !okr.SameNumber(v.Weight, v.Taken) {
		taken = md(", counted as " + p.percent(v.Taken))
	}
	points := v.Taken * *v.Standing.Progress / 100
	return weightText(p, v) + taken + md(fmt.Sprintf(", adds %s points", p.points(points)))
}

// whyLeaf says what a key result or project rests on.
func whyLeaf(p Place, v GoalView, bytes int) []element {
	g := v.Goal
	var out []element
	if m := g.MetricNow(); m != nil {
		out = append(out, facts(fact{metricTitle(g), metricText(p, m)}, fact{"Progress", wayText(p, m)}))
	}
	switch {
	case g.Kind == okr.Objective:
		if v.Standing.Children > 0 {
			out = append(out, text(capitalMD(takenFrom(p, v))+"."))
		}
		return append(out, note("It has its own key results and projects."))
	case okr.CountsTasks(g):
		return append(append(out, whyTasks(p, v, bytes)...), apart("No data source."))
	case g.Binding == nil:
		return append(append(out, byHand(p, v, bytes)...), note("No data source: updated by check-ins."))
	case g.Binding.Last == nil:
		return append(out, text("Bound to "+link(g.Binding.Query.Name, g.Binding.Query.URL, okr.MaxName)+". No value yet."))
	}
	return append(out, whyMeasured(p, v, bytes)...)
}

// wayText is the way gone from start to target.
func wayText(p Place, m *okr.Metric) md {
	progress, ok := m.ScaledProgress()
	if !ok || !m.IsScaled() {
		return ""
	}
	return mdf("(%s − %s) ÷ (%s − %s) = %s", p.exactNumber(*m.Current), p.exactNumber(m.Start),
		p.exactNumber(m.Target), p.exactNumber(m.Start), p.percent(progress))
}

func byHand(p Place, v GoalView, bytes int) []element {
	if v.Goal.LastCheckIn == nil {
		return []element{text("No check-ins yet.")}
	}
	return lastCheckIn(p, v, bytes)
}

// whyMeasured leads from the value to query and work items.
func whyMeasured(p Place, v GoalView, bytes int) []element {
	b := v.Goal.Binding
	m := *b.Last
	method := md("completed work items ÷ all")
	if b.Method != "" {
		method = mdf("%s", b.Method.Words(b.Field))
	}
	out := append(misfit(v.Goal), facts(
		fact{"Matches", matches(m)}, fact{"Counted", measured(p, m)}, fact{"Measure", method}, fact{"Excluded", leftOut(m, b.ItemType)}, fact{"Missing", missing(m)}, fact{"Unknown state", unclear(m)},
		sourceFact(b.Query, maxRow), fact{"Updated", p.when(m.At)},
	))
	if v.Stale {
		out = append(out, healthBlock(b.Health))
	}
	out = append(out, lostItems(m.Lost, okr.MaxNamed)...)
	items := changeItems(m.Changes, maxWhyItems)
	if s := scopeText(p, m.Changes, b); s != "" {
		items = append([]element{note(s)}, items...)
	}
	if items = append(causeNotes(v), items...); len(items) > 0 {
		items = append([]element{section("Since the last update")}, items...)
	}
	return append(out, within(bytes-sizeOf(out...), items, nil)...)
}
