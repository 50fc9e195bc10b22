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
			d.findings.add(okr.FindingKnown, titleFed, n.item.Row, "It keeps its last value, until it is bound or somebody checks in.")
		}
		if id, isOwn := GoalOfNumber(d.settings.ID, n.item.ID); isOwn && !n.left && d.source.Bundle().Tenant == d.settings.ID {
			d.findings.add(okr.FindingKnown, titleCopies, n.item.Row, "It was exported from here as %s. The import makes a copy.", id)
		}
		if n.kind == okr.Objective && n.item.Metric != nil {
			d.findings.add(okr.FindingKnown, titleMetric, n.item.Row, "An objective shows a percentage here, so its number (%s) is left out.", metricWords(*n.item.Metric))
		}
	}
	d.tellOrphans()
	d.tellPeriods()
	for _, team := range d.source.Bundle().Teams {
		if team.Parent != "" {
			d.findings.add(okr.FindingKnown, titleTeams, okr.ImportRow{ID: team.ID, Title: team.Name}, "It stands below %q, which is left out: teams are names here.", team.Parent)
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
		d.findings.add(okr.FindingKnown, titleOrphaned, okr.ImportRow{ID: id}, "%d check-ins and %d comments are about it.", d.said.checkIns[id], d.said.notes[id])
	}
}

// tellPeriods names the periods that are made, and those that overlap without one holding
// the other.
func (d *draft) tellPeriods() {
	for _, p := range d.newPeriods() {
		d.findings.add(okr.FindingKnown, titlePeriods, okr.ImportRow{Title: p.Name}, "%s is no quarter or year of the calendar here, so it becomes a custom period.", p)
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
		return "Its checklist gives its progress here: what is done of all tasks."
	case n.kind == okr.Project:
		return "Nothing gives it a progress yet: bind it, or check in."
	case m.Type == okr.Baseline:
		return "A baseline has no progress."
	case m.IsControl():
		return fmt.Sprintf("A limit is kept or not, so it is at 100 %% or 0 %% here; the limit is %s.", okr.FormatNumber(m.Target))
	case m.Current == nil:
		return "The files have no value for it, so it is at its start value."
	case n.item.Rounded:
		return fmt.Sprintf("Its numbers are rounded in the file, so progress is taken from %s between %s and %s.", okr.FormatNumber(*m.Current), okr.FormatNumber(m.Start), okr.FormatNumber(m.Target))
	}
	return fmt.Sprintf("Here it is how far %s is on the way from %s to %s.", okr.FormatNumber(*m.Current), okr.FormatNumber(m.Start), okr.FormatNumber(m.Target))
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
		return "Nothing below it gives it a progress."
	case r.Progress == nil:
		return "It has the value that was checked in, since nothing below it gives it a progress."
	case n.item.Feed == FeedManual:
		return fmt.Sprintf("It was kept by hand there; here it is what the %d below it make.", r.Children)
	case len(other) > 0:
		return fmt.Sprintf("What is below it differs: %s.", quoted(other[:min(len(other), 3)]))
	case free > 0 && len(n.children) > 1:
		return "The files do not say the weights of what is below it, so all count the same. The Explorer's CSV has them: send it, too."
	case beyond > 0:
		return "Each child counts from 0 to 100 % here, also where it is beyond its target."
	case work > 0 && r.Counted > 0:
		return "Projects do not count beside key results here, unless the settings say so."
	case second > 0:
		return "Something below it stood below several objectives, and counts once here."
	case r.Counted < r.Children:
		return fmt.Sprintf("%d of the %d below it have a value; the others are left out.", r.Counted, r.Children)
	}
	return fmt.Sprintf("Here it is the weighted average of the %d below it.", r.Children)
}
