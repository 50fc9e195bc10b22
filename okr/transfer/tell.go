package transfer

import (
	"fmt"
	"math"
	"slices"

	"okrbot/okr"
)

// tell adds the findings that are about all items together.
func (d *draft) tell() {
	for _, n := range d.order {
		if n.item.Feed == FeedIntegration && !n.left && n.goal.IsOpen() {
			d.findings.add(okr.FindingKnown, titleFed, n.item.Row, "It keeps its last value until it's bound or checked in.")
		}
		if id, isOwn := GoalOfNumber(d.settings.ID, n.item.ID); isOwn && !n.left && d.source.Bundle().Tenant == d.settings.ID {
			d.findings.add(okr.FindingKnown, titleCopies, n.item.Row, "It was exported from here as %s. The import creates a copy.", id)
		}
		if n.kind == okr.Objective && n.item.Metric != nil {
			d.findings.add(okr.FindingKnown, titleMetric, n.item.Row, "Objectives show a percentage here, so its number (%s) is left out.", metricWords(*n.item.Metric))
		}
	}
	d.tellOrphans()
	d.tellPeriods()
	for _, team := range d.source.Bundle().Teams {
		if team.Parent != "" {
			d.findings.add(okr.FindingKnown, titleTeams, okr.ImportRow{ID: team.ID, Title: team.Name}, "It's below the team %q, which is left out, because teams are only names here.", team.Parent)
		}
	}
}

func metricWords(m okr.Metric) string {
	return fmt.Sprintf("%s, %s to %s %s", m.Name, okr.FormatNumber(m.Start), okr.FormatNumber(m.Target), m.Unit)
}

// tellOrphans names the items that check-ins and comments are about and that do not come.
func (d *draft) tellOrphans() {
	count := 0
	var ids []string
	for _, counts := range []map[string]int{d.said.checkIns, d.said.notes} {
		for id, n := range counts {
			if d.nodes[id] == nil {
				count += n
				ids = append(ids, id)
			}
		}
	}
	if count == 0 {
		return
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		d.findings.add(okr.FindingKnown, titleOrphaned, okr.ImportRow{ID: id}, "It has %d check-ins and %d comments.", d.said.checkIns[id], d.said.notes[id])
	}
}

// tellPeriods names the periods that are made, and those that overlap without one holding
// the other.
func (d *draft) tellPeriods() {
	for _, p := range d.newPeriods() {
		d.findings.add(okr.FindingKnown, titlePeriods, okr.ImportRow{Title: p.Name}, "%s isn't a quarter or year here, so it becomes a custom period.", p)
	}
	periods := d.source.Bundle().Periods
	for i, a := range periods {
		for _, b := range periods[:i] {
			if spans(a) && spans(b) && a.Contains(b.End) != a.Contains(b.Start) && b.Contains(a.End) != b.Contains(a.Start) {
				d.findings.add(okr.FindingKnown, titleOverlap, okr.ImportRow{Title: a.Name}, "%s and %s overlap.", a, b)
			}
		}
	}
}

// newPeriods are the named periods of items that neither the calendar nor the tenant has.
func (d *draft) newPeriods() []okr.Period {
	var out []okr.Period
	for _, n := range d.order {
		p, ok := d.periodOf(n.item.Period)
		if !ok || n.left || p.Name == "" {
			continue
		}
		if named := d.periods[fold(p.Name)]; spans(named) {
			p = named
		}
		p.Name = okr.Shorten(okr.CleanLine(p.Name), okr.MaxName)
		if d.isNewPeriod(p) && !slices.ContainsFunc(out, func(o okr.Period) bool { return o.SpanID() == p.SpanID() || fold(o.Name) == fold(p.Name) }) {
			out = append(out, p)
		}
	}
	return out
}

func (d *draft) isNewPeriod(p okr.Period) bool {
	if known, ok := d.settings.PeriodByID(p.SpanID()); ok && known.Name != "" {
		return false
	}
	_, isCustom := d.custom(p)
	return !isCustom && !slices.ContainsFunc(d.settings.Periods, func(o okr.TimePeriod) bool { return fold(o.Name) == fold(p.Name) })
}

// sameProgress is up to how many percentage points two progresses count as the same: files
// round.
const sameProgress = 1.0

// differences lists the goals whose progress is another here than the source shows.
func (d *draft) differences() []okr.ImportDifference {
	var out []okr.ImportDifference
	differs := map[*node]bool{}
	for _, n := range slices.Backward(d.order) {

		computed := n.goal.LeafProgress()
		if n.left || n.item.Shown == nil || !isOther(*n.item.Shown, computed) {
			continue
		}
		differs[n] = true
		out = append(out, okr.ImportDifference{
			ID: n.id, Title: n.goal.Title, Shown: n.item.Shown, Computed: computed, Why: d.why(n, differs),
		})
	}
	slices.Reverse(out)
	return out
}

func isOther(shown float64, computed *float64) bool {
	return computed == nil && shown != 0 || computed != nil && math.Abs(within(shown)-within(*computed)) > sameProgress
}

func within(percent float64) float64 { return math.Max(0, math.Min(100, percent)) }

// why explains a difference.
func (d *draft) why(n *node, differs map[*node]bool) string {
	m := n.goal.Metric
	switch {
	case n.kind == okr.Objective:
		return d.whyObjective(n, differs)
	case n.kind == okr.Project && len(n.goal.Tasks) > 0 && n.goal.Manual == nil:
		return "Here, its progress is the share of completed tasks."
	case n.kind == okr.Project:
		return "No progress yet. Bind it or check in."
	case m.Type == okr.Baseline:
		return "A baseline has no progress."
	case m.IsControl():
		return fmt.Sprintf("Here, a limit is either met (100%%) or not (0%%). The limit is %s.", okr.FormatNumber(m.Target))
	case m.Current == nil:
		return "The files have no value, so it's at its start value."
	case n.item.Rounded:
		return fmt.Sprintf("Its numbers are rounded in the file. Here, progress is %s between %s and %s.", okr.FormatNumber(*m.Current), okr.FormatNumber(m.Start), okr.FormatNumber(m.Target))
	}
	return fmt.Sprintf("Here, progress is %s on the way from %s to %s.", okr.FormatNumber(*m.Current), okr.FormatNumber(m.Start), okr.FormatNumber(m.Target))
}

func (d *draft) whyObjective(n *node, differs map[*node]bool) string {
	free, beyond, second, work := 0, 0, 0, 0
	var other []string
	for _, c := range n.children {
		p := c.goal.LeafProgress()
		switch {
		case differs[c]:
			other = append(other, c.goal.Title)
		case c.kind == okr.Project && d.settings.WeightsRule.Projects != okr.ProjectsAlways:
			work++
		case p != nil && (*p > 100 || *p < 0):
			beyond++
		}
		if c.goal.Weight == nil && len(c.item.Parents) > 0 && c.item.Parents[0].Weight == nil {
			free++
		}
		if len(c.item.Parents) > 1 {
			second++
		}
	}
	r := n.goal.Rolled
	switch {
	case r.Progress == nil && n.goal.Manual == nil:
		return "Nothing below it has progress."
	case r.Progress == nil:
		return "It keeps the checked-in value, because nothing below it has progress."
	case n.item.Feed == FeedManual:
		return fmt.Sprintf("It was updated manually there. Here, it's calculated from the %d below it.", r.Children)
	case len(other) > 0:
		return fmt.Sprintf("Items below it differ: %s.", quoted(other[:min(len(other), 3)]))
	case free > 0 && len(n.children) > 1:
		return "The files have no weights for the items below it, so all count the same. Send the Explorer's CSV too, which has them."
	case beyond > 0:
		return "Here, each item below counts from 0 to 100%, even past its target."
	case work > 0 && r.Counted > 0:
		return "Here, projects don't count next to key results, unless you change the settings."
	case second > 0:
		return "An item below it was below several objectives. Here, it counts once."
	case r.Counted < r.Children:
		return fmt.Sprintf("%d of the %d below it have a value. The others don't count.", r.Counted, r.Children)
	}
	return fmt.Sprintf("Here, it's the weighted average of the %d below it.", r.Children)
}
