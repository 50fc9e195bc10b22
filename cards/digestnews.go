package cards

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"okrbot/okr"
)

// newsBox is the three lines that matter: what moved most, what changed its status, and
// what needs somebody.
func newsBox(p Place, d okr.Digest) []element {
	n := d.News()
	names := named{}
	var lines []element
	if n.Most != nil {
		lines = append(lines, text("**Moved most:** "+names.of(p, n.Most.Goal)+" "+changeOf(p, *n.Most).words))
	}
	if len(n.Status) > 0 {
		m := n.Status[0]
		line := "**New status:** " + names.of(p, m.Goal) + mdf(" is %s, was %s", statusPhrase(m.After.Status), statusPhrase(m.Before.Status))
		if rest := len(n.Status) - 1; rest > 0 {
			line += md(fmt.Sprintf(" · %d more", rest))
		}
		lines = append(lines, text(line).near())
	}
	if line := needsLine(p, d, n, names); line != "" {
		lines = append(lines, text(line).near())
	}
	if len(lines) == 0 {
		return nil
	}
	return []element{box("emphasis", lines...)}
}

// needsLine says what needs somebody, and whom: what stays stale until a person acts, else
// the goal that is newly in danger.
func needsLine(p Place, d okr.Digest, n okr.News, names named) md {
	var g okr.Goal
	var why md
	switch {
	case n.Failing != nil:
		g, why = n.Failing.Goal, " isn't updated: "+healthPhrase(n.Failing.Goal.Binding.Health)
	case len(n.Status) > 0 && (n.Status[0].After.Status == okr.AtRisk || n.Status[0].After.Status == okr.Behind):
		g, why = n.Status[0].Goal, mdf(" is %s", statusPhrase(n.Status[0].After.Status))
	default:
		return ""
	}
	own := d.Subscription.Conversation
	if own.Kind == okr.Personal && slices.ContainsFunc(append(g.Owners(), g.Asked()), func(who okr.Person) bool { return who.ID == own.User }) {
		return "**Needs you:** " + names.of(p, g) + why
	}
	line := "**Needs attention:** " + names.of(p, g) + why
	if owner := personText(g.Owner); owner != "" {
		line += " · Owner: " + owner
	}
	return line
}

// healthPhrase is what fails, within a sentence.
func healthPhrase(h okr.Health) md {
	_, words, _ := strings.Cut(healthText(h), " ")
	return md(Escape(strings.ToLower(words[:1])+words[1:], maxRow))
}

// named are the goals that some lines have named: again they are only their ids.
type named map[okr.GoalID]bool

func (n named) of(p Place, g okr.Goal) md {
	if n[g.ID] {
		return p.idOf(g.ID)
	}
	n[g.ID] = true
	return goalText(p, g)
}

// goalText names a goal within a line.
func goalText(p Place, g okr.Goal) md { return p.idOf(g.ID) + mdn(maxRow, " %s", g.Title) }

// statusPhrase is a status within a sentence.
func statusPhrase(s okr.Status) string {
	if s == "" || s == okr.NoData {
		return "without data"
	}
	return string(s)
}

// change is how progress changed, in words that show a fall as one, and in a colour; by is
// its first part, without where it is now.
type change struct {
	by, words md
	color     string
}

// fall is how far it rose or fell; nothing where there was no progress before or is none now.
func (c change) fall() md {
	if c.color == "" {
		return ""
	}
	return c.by
}

// changeOf says by how many points a goal moved, and to what.
func changeOf(p Place, m okr.Move) change {
	by, ok := m.Points()
	switch now := md(p.progress(m.After.Progress)); {
	case !ok && m.After.Progress != nil:
		return change{by: "new", words: "new at " + now}
	case !ok && m.Before.Progress != nil:
		return change{by: "no data now", words: "no data now"}
	case !ok || by == 0:
		return change{}
	case by < 0:
		down := "↓ down " + pointsText(p, -by)
		return change{down, down + " to " + now, attention}
	default:
		up := "↑ up " + pointsText(p, by)
		return change{up, up + " to " + now, good}
	}
}

// pointsText counts points of progress, whole ones where there is one at least.
func pointsText(p Place, by float64) md {
	if by >= 1 {
		by = math.Round(by)
	} else {
		by = max(0.1, math.Round(by*10)/10)
	}
	if by == 1 {
		return "1 point"
	}
	return md(p.number(by) + " points")
}

// digestTitle is what the feed of activities shows: the news itself.
func digestTitle(p Place, d okr.Digest) string {
	n := d.News()
	moves := d.Moved
	if len(moves) == 0 {
		moves = d.Objectives
	}
	if len(moves) == 0 {
		return "OKRs: nothing changed"
	}
	m := moves[0]
	switch {
	case len(n.Status) > 0:
		m = n.Status[0]
	case n.Most != nil:
		m = *n.Most
	}
	out := fmt.Sprintf("%s %s · %s", m.Goal.ID, headline(p, m), okr.Shorten(m.Goal.Title, 60))
	if rest := len(moves) - 1; rest > 0 {
		out += fmt.Sprintf(" · %d more %s", rest, plural(rest, "change"))
	}
	return out
}

// headline is the news of one goal: "back on track: 72%".
func headline(p Place, m okr.Move) string {
	now := p.progress(m.After.Progress)
	switch {
	case m.StatusChanged() && m.Before.Status != "":
		word := statusPhrase(m.After.Status)
		if m.After.Status == okr.OnTrack && (m.Before.Status == okr.Behind || m.Before.Status == okr.AtRisk) {
			word = "back on track"
		}
		return word + ": " + now
	case changeOf(p, m).words != "":
		return Plain(string(changeOf(p, m).words), maxRow)
	}
	return movedValue(p, m.Goal, m.Before.Value, m.After.Value)
}

// maxBars is how many objectives the chart of a digest compares: more do not fit a phone.
const maxBars = 6

// plannedChart shows of each objective where it is planned to be by now and where it is.
// One alone says the same by its own bar.
func plannedChart(p Place, views []GoalView) []element {
	planned := chartSeries{Legend: "Planned by now", Color: chartNeutral}
	reached := chartSeries{Legend: "Reached", Color: chartMain}
	var words []string
	for _, v := range views {
		if v.Standing.Progress == nil || !isExpected(v) || len(words) == maxBars {
			continue
		}
		id := string(v.Goal.ID)
		planned.Values = append(planned.Values, chartPoint{id, round2(v.Standing.Expected)})
		reached.Values = append(reached.Values, chartPoint{id, round2(*v.Standing.Progress)})
		words = append(words, fmt.Sprintf("%s: %s planned, %s reached", id, p.percent(v.Standing.Expected), p.percent(*v.Standing.Progress)))
	}
	if len(words) < 2 {
		return nil
	}
	return []element{barsChart{Type: "Chart.VerticalBar.Grouped", Title: "Planned and reached. " + strings.Join(words, "; "), Data: []chartSeries{planned, reached}}}
}
