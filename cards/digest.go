package cards

import (
	"fmt"
	"strings"

	"okrbot/okr"
)

// Digest tells a place what moved since its last digest and why.
func Digest(p Place, d okr.Digest) Card {
	title := digestTitle(d)
	body := []element{heading("What moved"), note(p.at(d.At))}
	list := append(append([]okr.Move{}, d.Objectives...), d.Moved...)
	group := ""
	shown := rows(len(list), func(i int) element {
		isFirst := i >= len(d.Objectives) && (i == len(d.Objectives) || list[i].Parent != group)
		group = list[i].Parent
		return moveRow(list[i], isFirst)
	})
	if len(list) == 0 {
		body = append(body, text("Nothing moved."))
	}
	body = append(body, shown...)
	body = append(body, more(len(list)-len(shown), "change")...)
	if len(d.Failing) > 0 {
		body = append(body, failing(d.Failing))
	}
	return newCard(title, body, run("All OKRs", VerbGoals), run("Change this digest", VerbDigest))
}

func digestTitle(d okr.Digest) string {
	var parts []string
	for _, m := range d.Moved[:min(len(d.Moved), 3)] {
		parts = append(parts, fmt.Sprintf("%s %s", m.Goal.ID, shiftText(m.Before.Progress, m.After.Progress)))
	}
	if n := len(d.Moved) - len(parts); n > 0 {
		parts = append(parts, fmt.Sprintf("%d more", n))
	}
	if len(parts) == 0 {
		return "OKR digest"
	}
	return "OKR digest: " + strings.Join(parts, ", ")
}

// moveRow shows one change: the goal, before and after, and why.
func moveRow(m okr.Move, isFirst bool) element {
	g := m.Goal
	items := []element{}
	if isFirst && m.Parent != "" {
		items = append(items, section(mdf("%s", m.Parent)))
	}
	title := bold(mdf("%s", g.Title))
	change := note(joinMD(" · ", mdf("%s %s", kindWord(g.Kind), g.ID), mdf("%s", digestValue(m))))
	items = append(items, columns(col(stretch, title, change), col(auto, statusBlock(m.After.Status).right(), statusShift(m))).
		opens(run("Show "+string(g.ID), VerbGoal, "goal", string(g.ID))))
	if g.Kind != okr.Objective {
		items = append(items, bar(m.After.Progress, m.After.Status))
	}
	if why := joinMD(" · ", changeText(m.Changes), scopeText(m.Changes, m.Goal.Binding)); why != "" {
		items = append(items, note(why))
	}
	items = append(items, completedItems(m)...)
	return divided(items...)
}

// completedItems names what was completed: the news that people read a digest
// for.
func completedItems(m okr.Move) []element {
	return changeItems(okr.Changes{Completed: m.Changes.Completed}, 2)
}

func digestValue(m okr.Move) string {
	progress := shiftText(m.Before.Progress, m.After.Progress)
	if m.Goal.Kind != okr.KeyResult || m.After.Value == nil {
		return progress
	}
	if m.After.Progress != nil && *m.After.Progress == *m.After.Value {
		return movedValue(m.Goal, m.Before.Value, m.After.Value) // from 0 to 100: the same twice
	}
	return progress + ", " + movedValue(m.Goal, m.Before.Value, m.After.Value)
}

// statusShift names the status before where it was another one.
func statusShift(m okr.Move) element {
	if !m.StatusChanged() || m.Before.Status == "" {
		return note(" ")
	}
	return note(mdf("was %s", m.Before.Status)).right()
}

func failing(ids []okr.GoalID) element {
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	return box("warning",
		text(md(fmt.Sprintf("▲ %s cannot be measured at the moment; the last values stand.", count(len(ids), "OKR")))),
		note(nameList("", names)+". Their owners have been told."))
}
