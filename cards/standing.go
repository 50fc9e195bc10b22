package cards

import (
	"fmt"
	"math"
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
		return mdf("%s", p.Name) + notInTeams
	}
	return mdf("%s", p.Name)
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
func reason(v GoalView) md {
	g, s := v.Goal, v.Standing
	switch {
	case !g.IsOpen():
		return ""
	case g.Manual != nil && g.Manual.Status != "":
		return "The status was chosen by " + personText(g.Manual.By) + "."
	case s.Progress == nil && s.Status != okr.StatusInProgress:
		return noData(v)
	case g.IsAtStart():
		return "Nobody has given a value yet: it is at its start."
	case s.Status == okr.NotStarted && s.Expected > 0:
		return "Nobody has begun with what is below it."
	case s.Status == okr.NotStarted:
		return mdf("Its period begins on %s.", g.Period.Start)
	case g.Metric != nil && g.Metric.IsControl():
		return limitReason(*g.Metric)
	case g.Metric != nil && g.Metric.Kind() == okr.Baseline:
		return "A baseline: the number is being found out, so there is no target to reach."
	}
	return distance(*s.Progress, s.Expected)
}

func noData(v GoalView) md {
	switch {
	case v.Goal.Kind == okr.Objective && v.Standing.Children == 0:
		return "It has no progress of its own: nothing below it counts yet."
	case v.Goal.Kind == okr.Objective:
		return "Nothing below it has a value yet."
	case v.Goal.IsAutomatic():
		return "The query has not given a value yet."
	}
	return "Nobody has given a value yet."
}

// distance compares progress with what is expected by now.
func distance(progress, expected float64) md {
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
		return md(fmt.Sprintf("As much as is expected by now (%s).", percentText(expected)))
	case progress < expected:
		return md(fmt.Sprintf("%s %s less than the %s expected by now.", okr.FormatNumber(points), unit, percentText(expected)))
	}
	return md(fmt.Sprintf("%s %s more than the %s expected by now.", okr.FormatNumber(points), unit, percentText(expected)))
}

func limitReason(m okr.Metric) md {
	side := "below"
	beyond := m.Current != nil && *m.Current >= m.Target
	if m.Type == okr.StayAbove {
		side, beyond = "above", m.Current != nil && *m.Current <= m.Target
	}
	limit := mdf("%s", valueText(&m, &m.Target))
	switch {
	case !beyond:
		return "It stays " + md(side) + " the limit of " + limit + "."
	case m.Threshold == nil:
		return "It does not stay " + md(side) + " the limit of " + limit + "."
	}
	return "It does not stay " + md(side) + " the limit of " + limit + mdf("; from %s on it is at risk.", valueText(&m, m.Threshold))
}

// metricText is the value of a key result and where it is to go.
func metricText(m *okr.Metric) md {
	switch {
	case m.Kind() == okr.Baseline:
		return mdf("%s (baseline)", valueText(m, m.Current))
	case m.IsControl():
		return mdf("%s (to %s %s)", valueText(m, m.Current), string(m.Type), valueText(m, &m.Target))
	}
	return mdf("%s (from %s to %s)", valueText(m, m.Current), valueText(m, &m.Start), valueText(m, &m.Target))
}

// takenFrom explains the roll-up of an objective.
func takenFrom(v GoalView) md {
	s := v.Standing
	kind := "the average"
	for _, c := range v.Children {
		if c.Goal.Weight != nil {
			kind = "the average by weight"
		}
	}
	out := md(fmt.Sprintf("%s of %d of %s", kind, s.Counted, below(s.Children)))
	if s.Children == 1 {
		out = md(fmt.Sprintf("%d of %s", s.Counted, below(s.Children)))
	}
	for _, part := range []struct {
		n     int
		words string
	}{
		{s.Children - s.Counted - s.Postponed, "without data left out"}, {s.Postponed, "postponed left out"}, {s.Closed, "closed"}, {notShown(v), "not shown to you"},
	} {
		if part.n > 0 {
			out += md(fmt.Sprintf("; %d %s", part.n, part.words))
		}
	}
	if s.Weights != 0 && math.Abs(s.Weights-100) > 0.01 {
		out += md(fmt.Sprintf("; the weights sum to %s and are taken in proportion", percentText(s.Weights)))
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
func weightText(v GoalView) md {
	if v.Weight <= 0 {
		return ""
	}
	out := md(percentText(v.Weight)) + " of " + parentID(v)
	switch {
	case v.Goal.Closed != nil && v.Goal.Closed.State == okr.StatusPostponed:
		return out + ", postponed: left out"
	case v.Standing.Progress == nil:
		return out + ", no data: left out"
	}
	return out
}

// parentID names the objective that a weight is of.
func parentID(v GoalView) md {
	if v.Goal.Parent == "" {
		return "it"
	}
	return mdf("%s", v.Goal.Parent)
}
