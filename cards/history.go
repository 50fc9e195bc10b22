package cards

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"okrbot/okr"
)

// VerbHistory shows a goal over time. Its data is goal and, of a further page,
// offset.
const VerbHistory = "goal.history"

// HistoryView is what is known of a goal over time.
type HistoryView struct {
	Goal       GoalView
	Points     []Point  // oldest first, one a day; in the metric's unit, else percent
	Today      okr.Date // to which the last value holds; empty: the goal has ended
	Expected   []Point  // the line that is expected, oldest first
	Projection *Projection
	Why        string       // why there is no projection
	Breaks     []Break      // where values begin that are of something else, oldest first
	Moved      []MovedSpan  // what moved it, the shortest span first
	CheckIns   []CheckInRow // a page, newest first
	Total      int          // check-ins
	Offset     int
}

// Point is a value on a day.
type Point struct {
	Day   okr.Date
	Value float64
}

// MovedSpan is what moved a goal in a span of time up to now.
type MovedSpan struct {
	Since         string   // for example "the last update", "yesterday", "a week ago"
	Before, After *float64 // in the metric's unit, else percent; nil: no data
	Changes       okr.Changes
	Below         []okr.Move // what moved below an objective
}

// Break is a day on which values began that are not to be compared with those before.
type Break struct {
	Day    okr.Date
	Causes []okr.Cause
}

// Projection is where the last values lead if they go on like that.
type Projection struct {
	Points []Point  // from the last value on
	From   int      // how many values it rests on
	AtEnd  float64  // the value on the last day of the period
	End    okr.Date // that day
	Meets  okr.Date // when the target is met; empty: not within reach
}

// CheckInRow is a check-in with what the viewer may do with it.
type CheckInRow struct {
	CheckIn okr.CheckIn
	MayEdit bool
}

// maxHistoryRows is how many check-ins a card of the history shows.
const maxHistoryRows = 6

// lastValues is how many values stand in place of a chart.
const lastValues = 8

// History shows a goal over time: its values with the expected line and the
// projection, and a page of its check-ins.
func History(p Place, h HistoryView) Card {
	return fit(func(bytes int) Card { return historyCard(p, h, bytes) })
}

func historyCard(p Place, h HistoryView, bytes int) Card {
	g := h.Goal.Goal
	title := "History of " + string(g.ID)
	body := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title))}
	body = append(append(append(body, goalBar(p, h.Goal)...), chart(p, h)...), breaks(p, h)...)
	body = append(body, projection(p, h)...)
	body = append(body, moved(p, h, bytes)...)
	total := max(h.Total, h.Offset+len(h.CheckIns))
	said := md("Check-ins")
	if slices.ContainsFunc(h.CheckIns, func(r CheckInRow) bool { return r.CheckIn.Comment }) {
		said = "Check-ins and comments"
	}
	shown := rowsWithin(len(h.CheckIns), maxHistoryRows, bytes, func(i int) element { return checkInRow(p, g, h.CheckIns[i]) })
	part := md("")
	if len(shown) > 0 {
		part = rangeText(total, h.Offset, len(shown))
	}
	body = append(body, section(joinMD(" · ", said, part)))
	if len(h.CheckIns) == 0 {
		body = append(body, text("No check-ins yet. A check-in says what happened and what's next."))
	}
	body = append(body, shown...)
	body = append(body, copyLink(p.Links.ToHistory(g.ID))...)
	return newCard(title, body, historyActions(h, total, len(shown))...)
}

func historyActions(h HistoryView, total, shown int) []action {
	id := string(h.Goal.Goal.ID)
	var out []action
	if h.Goal.MayCheckIn && h.Goal.Goal.IsOpen() {
		out = append(out, run("Check in", VerbCheckIn, KeyGoal, id).positive())
	}
	if h.Offset > 0 {
		out = append(out, run("Newer", VerbHistory, KeyGoal, id, KeyOffset, fmt.Sprint(max(0, h.Offset-maxHistoryRows))))
	}
	if h.Offset+shown < total {
		out = append(out, run("Older", VerbHistory, KeyGoal, id, KeyOffset, fmt.Sprint(h.Offset+shown)))
	}
	return append(out, run("Show "+id, VerbGoal, KeyGoal, id), run("Why", VerbWhy, KeyGoal, id))
}

// chart draws the values; where a client has no charts it lists the last ones.
func chart(p Place, h HistoryView) []element {
	g := h.Goal.Goal
	if len(h.Points) == 0 {
		return []element{text("No values yet.")}
	}
	c := lineChart{
		Type: "Chart.Line", Title: Plain(chartTitle(g), maxRow), YTitle: Plain(unitTitle(g), maxRow),
		Data:     []chartSeries{chartOf(Plain(chartTitle(g), maxRow), chartMain, untilToday(h))},
		Fallback: valueTable(p, h),
	}
	if len(h.Expected) > 1 {
		c.Data = append(c.Data, chartOf("Expected", chartNeutral, h.Expected))
	}
	if pr := h.Projection; pr != nil && len(pr.Points) > 1 {
		c.Data = append(c.Data, chartOf("Projection", chartGuess, pr.Points))
	}
	return []element{c, note(chartWords(p, h))}
}

// untilToday are the values with that of today, which is the last one.
func untilToday(h HistoryView) []Point {
	last := h.Points[len(h.Points)-1]
	if h.Today == "" || h.Today.Days() <= last.Day.Days() {
		return h.Points
	}
	return append(slices.Clone(h.Points), Point{Day: h.Today, Value: last.Value})
}

// chartWords says what a chart shows, for those who can't see it.
func chartWords(p Place, h HistoryView) md {
	g, first, last := h.Goal.Goal, h.Points[0], h.Points[len(h.Points)-1]
	until := "today"
	if h.Today == "" {
		until = "on " + p.date(last.Day)
	}
	out := mdf("%s %s", amount(p, g, &last.Value), until)
	if first.Day != last.Day {
		out = mdf("%s on %s, ", amount(p, g, &first.Value), p.date(first.Day)) + out
	}
	if e, ok := valueOn(h.Expected, cmp.Or(h.Today, last.Day)); ok {
		out += mdf(". Expected: %s", amount(p, g, &e))
	}
	return out + "."
}

func chartTitle(g okr.Goal) string {
	if g.Metric != nil {
		return g.Metric.Name
	}
	return "Progress"
}

func unitTitle(g okr.Goal) string {
	if g.Metric == nil {
		return "%"
	}
	if g.Metric.Unit == "" {
		return "Value"
	}
	return g.Metric.Unit
}

// valueTable lists the last values, newest first, each with what is expected on
// its day.
func valueTable(p Place, h HistoryView) container {
	g := h.Goal.Goal
	points := h.Points[max(0, len(h.Points)-lastValues):]
	set := facts()
	for _, was := range slices.Backward(points) {
		value := mdf("%s", amount(p, g, &was.Value))
		if e, ok := valueOn(h.Expected, was.Day); ok {
			e = math.Round(e*10) / 10
			value += mdf(" (expected %s)", amount(p, g, &e))
		}
		set.Facts = append(set.Facts, fact{mdf("%s", p.date(was.Day)), value})
	}
	items := []element{section(mdf("%s", chartTitle(g))), set}
	return box("", append(items, more(len(h.Points)-len(points), "earlier value")...)...)
}

// valueOn reads a line on a day; false outside of it.
func valueOn(line []Point, day okr.Date) (float64, bool) {
	at := day.Days()
	for i := 1; i < len(line); i++ {
		before, after := line[i-1], line[i]
		first, last := before.Day.Days(), after.Day.Days()
		if at < first || at > last || last == first {
			continue
		}
		return before.Value + (after.Value-before.Value)*float64(at-first)/float64(last-first), true
	}
	return 0, false
}

// projection says where the values lead, and that this is no promise; or why they
// lead nowhere.
func projection(p Place, h HistoryView) []element {
	pr, g := h.Projection, h.Goal.Goal
	if pr == nil {
		if len(h.Points) > 0 && h.Why != "" {
			return []element{note(mdn(maxLong, "%s", h.Why))}
		}
		return nil
	}
	meets := md("At this pace, it won't reach the target.")
	color := warning
	if pr.Meets != "" {
		meets = mdf("At this pace, it reaches the target on %s", p.date(pr.Meets))
		late := pr.End != "" && pr.Meets.Days() > pr.End.Days()
		if late {
			meets += md(fmt.Sprintf(", %s after the period ends.", count(pr.Meets.Days()-pr.End.Days(), "day")))
		} else {
			meets, color = meets+".", good
		}
	}
	end := mdf("Projection from the last %d values", pr.From)
	if pr.End != "" {
		end += mdf(": %[2]s on %[1]s", p.date(pr.End), amount(p, g, &pr.AtEnd))
	}
	return []element{text(meets).with(bolder, color), note(end + ".")}
}

// moved says what moved the goal, span by span.
func moved(p Place, h HistoryView, bytes int) []element {
	g := h.Goal.Goal
	shown := rowsWithin(len(h.Moved), 3, bytes, func(i int) element {
		m := h.Moved[i]
		why := joinMD(" · ", changesLine(p, m.Changes, g.Binding), movedBelow(p, g, m))
		if why == "" && movedValue(p, g, m.Before, m.Before) == movedValue(p, g, m.Before, m.After) {
			why = "nothing changed"
		}
		items := []element{text(mdf("**Since %s**: %s", m.Since, movedAmount(p, g, m))).near(), note(sentence(why))}
		return box("", append(items, within(bytes/2, changeItems(m.Changes, 2), nil)...)...)
	})
	if len(shown) == 0 {
		return nil
	}
	return append([]element{section("What changed")}, shown...)
}

// maxMovedBelow is how much below an objective is named in a line.
const maxMovedBelow = 3

// movedBelow names what moved an objective from below, or that what counts is another.
func movedBelow(p Place, g okr.Goal, m MovedSpan) md {
	if g.Kind != okr.Objective {
		return ""
	}
	if len(m.Below) == 0 {
		if len(m.Changes.Causes) > 0 || movedAmount(p, g, m) == amount(p, g, m.After) {
			return ""
		}
		return "What counts toward it changed, or you can't see what did."
	}
	var out []md
	for _, b := range m.Below[:min(len(m.Below), maxMovedBelow)] {
		line := mdf("%s %s %s", b.Goal.ID, okr.Shorten(b.Goal.Title, 40), p.shift(b.Before.Progress, b.After.Progress))
		if b.Goal.Closed != nil && b.StatusChanged() {
			line += mdf(", %s", b.After.Status)
		}
		if why := changeText(b.Changes); why != "" {
			line += " (" + why + ")"
		}
		out = append(out, line)
	}
	if n := len(m.Below) - len(out); n > 0 {
		out = append(out, md(fmt.Sprintf("%d more", n)))
	}
	return joinMD("; ", out...)
}

// maxBreaks is how many breaks in its values stand under a chart.
const maxBreaks = 3

// breaks say under the chart where its values begin to be of something else.
func breaks(p Place, h HistoryView) []element {
	var days []md
	for _, b := range h.Breaks[max(0, len(h.Breaks)-maxBreaks):] {
		words := causeText(b.Causes)
		if words == "" {
			words = "data source connected"
		}
		days = append(days, mdf("%s: ", p.date(b.Day))+words)
	}
	if len(days) == 0 {
		return nil
	}
	return []element{note(joinMD("; ", days...) + ". Earlier values can't be compared with later ones.")}
}

func movedAmount(p Place, g okr.Goal, m MovedSpan) string {
	if isProgress(g.Metric) {
		return p.shift(m.Before, m.After)
	}
	was, is := amount(p, g, m.Before), amount(p, g, m.After)
	if was == is {
		return is
	}
	return was + " → " + is
}

// checkInRow is a check-in with the buttons of those who may change it.
func checkInRow(p Place, g okr.Goal, r CheckInRow) element {
	block := checkInBlock(p, g, r.CheckIn)
	if !r.MayEdit || !g.IsOpen() || r.CheckIn.IsUndone() {
		block.Separator = true
		return block
	}
	change := run("Edit", VerbCheckInEdit, KeyGoal, string(g.ID), KeyCheckIn, string(r.CheckIn.ID))
	remove := run("Delete", VerbCheckInAskDel, KeyGoal, string(g.ID), KeyCheckIn, string(r.CheckIn.ID))
	buttons := []action{change, remove}
	if r.CheckIn.Comment {
		buttons = buttons[1:]
	}
	block.Items = append(block.Items, actionsOf(buttons...))
	block.Separator = true
	return block
}
