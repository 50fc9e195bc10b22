package cards

import (
	"fmt"

	"okrbot/okr"
)

// Result is a goal as it is put into a chat by search: short, and without
// anything that only its people may do.
func Result(p Place, v GoalView) Card {
	g := v.Goal
	body := append(goalHead(v), reasonLine(v)...)
	body = append(body, ended(p, v, maxChoiceBytes)...)
	if g.Metric != nil {
		body = append(body, facts(fact{mdf("%s", g.Metric.Name), metricText(g.Metric)}))
	}
	body = append(body, note(joinMD(" · ", periodName(g.Period), people(g.Owners()), resultAge(p, v))))
	id := string(g.ID)
	return newCard(fmt.Sprintf("%s %s", g.ID, okr.Shorten(g.Title, maxRow)), body, run("Show "+id, VerbGoal, "goal", id), run("Why", VerbWhy, "goal", id))
}

func resultAge(p Place, v GoalView) md {
	b := v.Goal.Binding
	switch {
	case v.Stale:
		return "▲ stale"
	case b != nil && b.Last != nil:
		return "measured " + p.when(b.Last.At)
	case v.Goal.LastCheckIn != nil:
		return "checked in " + p.when(v.Goal.LastCheckIn.At)
	}
	return ""
}

// ResultTitle is the title and the subtitle of a goal in a list of search
// results, as plain text.
func ResultTitle(v GoalView) (title, subtitle string) {
	g := v.Goal
	parts := fmt.Sprintf("%s · %s", g.ID, statusText(v.Standing.Status))
	if v.Standing.Progress != nil {
		parts += " · " + progressText(v.Standing.Progress)
	}
	if g.Owner.Name != "" {
		parts += " · " + g.Owner.Name
	}
	return Plain(g.Title, maxLong), Plain(parts, maxLong)
}
