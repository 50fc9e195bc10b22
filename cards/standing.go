package cards

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"okrbot/okr"
)

// maxShort is how much of a description or note a card shows at once, in
// characters.
const maxShort = 300

// shortFor is maxShort on a card that is as full as a budget of so many bytes
// says.
func shortFor(bytes int) int { return max(60, min(maxShort, bytes/10)) }

// lines is what a person wrote in several lines, escaped, of at most n
// characters.
func lines(s string, n int) md {
	var out []md
	for line := range strings.SplitSeq(okr.Shorten(strings.TrimSpace(s), n), "\n") {
		if line = okr.CleanLine(line); line != "" {
			out = append(out, md(Escape(line, n)))
		}
	}
	return joinMD("\n", out...)
}

// personText is PersonName on a card.
func personText(p okr.Person) md {
	if p.ID == "" && p.Name != "" {
		return escaped(p.Name) + notInTeams
	}
	return escaped(p.Name)
}

// PersonName names a person. Somebody without an account came along from another tool.
func PersonName(p okr.Person) string {
	if p.ID == "" && p.Name != "" {
		return p.Name + notInTeams
	}
	return p.Name
}

const notInTeams = " (not in Teams)"

// people names persons, the first ones only where there are many.
func people(all []okr.Person) md {
	var names []md
	for _, p := range all[:min(len(all), 5)] {
		names = append(names, personText(p))
	}
	out := joinMD(", ", names...)
	if n := len(all) - 5; n > 0 {
		out += md(fmt.Sprintf(" and %d more", n))
	}
	return out
}

// reason says in a sentence why a goal has its status.
func reason(p Place, v GoalView) md {
	g, s := v.Goal, v.Standing
	switch {
	case !g.IsOpen():
		return ""
	case g.Manual != nil && g.Manual.Status != "":
		return "Status set by " + personText(g.Manual.By) + "."
	case s.Progress == nil && s.Status != okr.StatusInProgress:
		return noData(v)
	case g.IsAtStart():
		return "No update yet: still at the starting value."
	case s.Status == okr.NotStarted && s.Expected > 0:
		return mdf("Nothing has started yet: %s expected by today.", p.percent(s.Expected))
	case s.Status == okr.NotStarted:
		return mdf("Starts on %s.", p.date(g.Period.Start))
	case g.Metric != nil && g.Metric.IsControl():
		return limitReason(p, *g.Metric)
	case g.Metric != nil && g.Metric.Kind() == okr.Baseline:
		return "Finding a baseline: there is no target yet."
	}
	return distance(p, *s.Progress, s.Expected)
}

// namesExpected says whether the reason names what is expected.
func namesExpected(p Place, v GoalView) bool {
	return strings.Contains(string(reason(p, v)), "expected by today")
}

// capitalMD begins a sentence.
func capitalMD(s md) md { return md(capital(string(s))) }

func noData(v GoalView) md {
	switch {
	case v.Goal.Kind == okr.Objective && v.Standing.Children == 0:
		return noChildren(v)
	case v.Goal.Kind == okr.Objective:
		return "No progress yet: none of its key results and projects has a value."
	case v.Goal.IsAutomatic():
		return "No value yet. It comes with the next update."
	case v.Goal.IsOpen() && v.MayCheckIn:
		return "No value yet. Check in, or connect a data source."
	}
	return "No value yet."
}

// noChildren is said where nothing below an objective counts.
func noChildren(v GoalView) md {
	if v.MayEdit && v.ChildTotal == 0 && len(v.Children) == 0 {
		return "No progress yet. Add a key result to get started."
	}
	return "No progress yet: no key result or project counts."
}

// distance compares progress with what is expected by now.
func distance(p Place, progress, expected float64) md {
	points := math.Round(math.Abs(expected-progress)*10) / 10
	if points >= 1 {
		points = math.Round(points)
	}
	unit := "points"
	if points == 1 {
		unit = "point"
	}
	switch {
	case points == 0:
		return md(fmt.Sprintf("Right on pace: %s expected by today.", p.percent(expected)))
	case progress < expected:
		return md(fmt.Sprintf("%s %s behind the %s expected by today.", p.number(points), unit, p.percent(expected)))
	}
	return md(fmt.Sprintf("%s %s ahead of the %s expected by today.", p.number(points), unit, p.percent(expected)))
}

func limitReason(p Place, m okr.Metric) md {
	side := "below"
	beyond := m.Current != nil && *m.Current >= m.Target
	if m.Type == okr.StayAbove {
		side, beyond = "above", m.Current != nil && *m.Current <= m.Target
	}
	limit := mdf("%s", p.value(&m, &m.Target))
	switch {
	case !beyond:
		return "Within the limit: it stays " + md(side) + " " + limit + "."
	case m.Threshold == nil:
		return "Outside the limit: it should stay " + md(side) + " " + limit + "."
	}
	return "Outside the limit: it should stay " + md(side) + " " + limit + mdf(", and is at risk from %s.", p.value(&m, m.Threshold))
}

// metricText is the value of a key result and where it is to go.
func metricText(p Place, m *okr.Metric) md {
	switch {
	case m.Kind() == okr.Baseline:
		return mdf("%s (baseline)", p.value(m, m.Current))
	case m.IsControl():
		return mdf("%s (to %s %s)", p.value(m, m.Current), string(m.Type), p.value(m, &m.Target))
	}
	return mdf("%s (from %s to %s)", p.value(m, m.Current), p.value(m, &m.Start), p.value(m, &m.Target))
}

// shortMetric is the value of a key result and where it is to go, in a few words.
func shortMetric(p Place, m *okr.Metric) md {
	switch {
	case m.Kind() == okr.Baseline:
		return mdf("%s (baseline)", p.value(m, m.Current))
	case m.IsControl():
		return mdf("%s, to %s %s", p.value(m, m.Current), string(m.Type), p.value(m, &m.Target))
	case m.Start == 0 && m.Target > 0:
		return mdf("%s of %s", p.plain(m, *m.Current), p.value(m, &m.Target))
	}
	return mdf("%s, target %s", p.value(m, m.Current), p.value(m, &m.Target))
}

// takenFrom explains the roll-up of an objective.
func takenFrom(p Place, v GoalView) md {
	s := v.Standing
	kind := "average"
	for _, c := range v.Children {
		if c.Goal.Weight != nil {
			kind = "weighted average"
		}
	}
	out := md(fmt.Sprintf("%s of %s", kind, belowOf(v, s.Children)))
	switch {
	case s.Children == 1:
		out = md("its " + belowOf(v, 1)[len("1 "):])
	case s.Counted < s.Children:
		out = md(fmt.Sprintf("%s of %d of %s", kind, s.Counted, belowOf(v, s.Children)))
	}
	for _, part := range []struct {
		n     int
		words string
	}{
		{s.Children - s.Counted - s.Postponed, "not counted: no value yet"}, {s.Postponed, "not counted: postponed"}, {s.Closed, "closed"}, {notShown(v), "hidden from you"},
	} {
		if part.n > 0 {
			out += md(fmt.Sprintf("; %d %s", part.n, part.words))
		}
	}
	if s.Weights != 0 && math.Abs(s.Weights-100) > 0.01 {
		out += md(fmt.Sprintf("; weights add up to %s and are scaled to 100%%", p.percent(s.Weights)))
	}
	return out
}

// notShown is how many of the children that count the viewer may not see; of a closed
// objective also those that are gone since.
func notShown(v GoalView) int {
	if len(v.Children) < v.ChildTotal {
		return 0
	}
	n := v.Standing.Children
	for _, c := range v.Children {
		if c.Weight > 0 {
			n--
		}
	}
	return n
}

// weightText is a child's weight in its objective, and whether it counts now.
func weightText(p Place, v GoalView) md {
	if v.Weight <= 0 {
		return ""
	}
	out := md("weight " + p.percent(v.Weight))
	switch {
	case v.Goal.Closed != nil && v.Goal.Closed.State == okr.StatusPostponed:
		return out + ", not counted: postponed"
	case v.Standing.Progress == nil:
		return out + ", not counted: no value yet"
	}
	return out
}

// belowOf counts what is below an objective, by its name where all of it is of one kind.
func belowOf(v GoalView, n int) string {
	isOther := func(c GoalView) bool { return c.Goal.Kind != v.Children[0].Goal.Kind }
	if len(v.Children) < v.ChildTotal || len(v.Children) == 0 || slices.ContainsFunc(v.Children, isOther) {
		return below(n)
	}
	return count(n, string(v.Children[0].Goal.Kind))
}
