package cards

import (
	"fmt"

	"okrbot/okr"
)

// VerbAttention lists what needs attention. Its data is scope, or none.
const VerbAttention = "attention"

// Attention is what a person should look at.
type Attention struct {
	Groups []AttentionGroup
	Mine   bool     // only what is the viewer's own
	Total  int      // of all groups
	Looked int      // how many open goals were looked at
	Ended  []Button // that close periods which are over
}

// AttentionGroup is what needs the same sort of attention.
type AttentionGroup struct {
	Title string
	Rows  []AttentionRow
	Total int // may be more than the rows
}

// AttentionRow says what is wrong with a goal, or with a connection that several are measured
// through, and the one thing to do next.
type AttentionRow struct {
	Goal   okr.Goal
	Status okr.Status
	Reason string
	Step   Button

	Through string     // name of the connection; empty: the row is about the goal only
	More    []okr.Goal // further goals that are measured through it
}

// NeedsAttention lists what should be looked at, in groups, each with the one
// thing to do next.
func NeedsAttention(p Place, a Attention) Card {
	rows := 0
	for _, g := range a.Groups {
		rows += len(g.Rows)
	}
	if rows == 0 {
		return allGood(p, a)
	}
	return fit(func(bytes int) Card { return attentionCard(a, max(a.Total, rows), bytes) })
}

func attentionCard(a Attention, total, bytes int) Card {
	title := "What needs attention"
	if a.Mine {
		title = "What needs your attention"
	}
	body := []element{heading(md(title))}
	left, shown := bytes*2, 0
	for _, g := range a.Groups {
		if len(g.Rows) == 0 || shown > 0 && left <= 0 {
			continue
		}
		list := rowsWithin(len(g.Rows), max(1, PageSize-shown), max(1, left), func(i int) element { return attentionRow(g.Rows[i]) })
		shown += len(list)
		left -= sizeOf(list...)
		body = append(body, section(mdf("%s (%d)", g.Title, max(g.Total, len(g.Rows)))))
		body = append(body, list...)
		body = append(body, more(max(g.Total, len(g.Rows))-len(list), "OKR")...)
	}
	return newCard(fmt.Sprintf("%s: %d", title, total), body, attentionActions(a)...)
}

func attentionActions(a Attention) []action {
	out := buttonActions(a.Ended)
	if a.Mine {
		return append(out, run("Everyone's status", VerbAttention, KeyScope, "all"), run("My OKRs", VerbGoalMine))
	}
	return append(out, run("Only mine", VerbAttention, KeyScope, "mine"), run("All OKRs", VerbGoals, KeyScope, "all"))
}

// throughRow is one broken connection, and what is not updated because of it.
func throughRow(r AttentionRow) element {
	goals := mdf("%s", r.Goal.ID)
	for _, g := range r.More[:min(len(r.More), maxThrough)] {
		goals += mdf(", %s", g.ID)
	}
	if n := len(r.More) - maxThrough; n > 0 {
		goals += md(fmt.Sprintf(" and %d more", n))
	}
	left := col(stretch, text(mdf("%s", r.Through)).near(), note(mdf("Connection · %d OKRs aren't updated: ", 1+len(r.More))+goals), note(mdn(maxMessage, "%s", r.Reason)))
	cols := []column{left.middle()}
	if step := buttonActions([]Button{r.Step}); len(step) == 1 && r.Step.Title != "" {
		cols = append(cols, col(auto, actionsOf(step...)).middle())
	}
	return columns(cols...).separated()
}

// maxThrough is how many further goals of a broken connection are named.
const maxThrough = 9

func attentionRow(r AttentionRow) element {
	if len(r.More) > 0 {
		return throughRow(r)
	}
	g := r.Goal
	left := col(stretch, text(mdf("%s", g.Title)).near(),
		note(joinMD(" · ", mdf("%s %s", kindWord(g.Kind), g.ID), mdf("%s", statusText(r.Status)))), note(mdn(maxMessage, "%s", r.Reason)))
	cols := []column{left.middle()}
	if step := buttonActions([]Button{r.Step}); len(step) == 1 && r.Step.Title != "" {
		cols = append(cols, col(auto, actionsOf(step...)).middle())
	}
	return columns(cols...).separated().opens(run("Show "+string(g.ID), VerbGoal, KeyGoal, string(g.ID)))
}

// allGood says that nothing needs attention, and what was looked at.
func allGood(p Place, a Attention) Card {
	const title = "Nothing needs attention"
	looked := md("Nothing is failing, out of date, at risk, or missing an owner or a check-in.")
	switch {
	case a.Looked == 0 && a.Mine:
		looked = "You have no open OKRs."
	case a.Looked == 0:
		looked = "There are no open OKRs yet. Start with an objective."
	}
	items := []element{text(md("✓ "+title)).with(bolder, good), text(looked)}
	if a.Looked > 0 {
		items = append(items, note(md("Checked "+count(a.Looked, "open OKR")+", ")+p.at(p.Now)))
	}
	actions := attentionActions(a)
	if a.Looked == 0 {
		actions = append([]action{run("New objective", VerbGoalNew, KeyKind, string(okr.Objective)).positive()}, actions...)
	}
	return newCard(title, []element{box("good", items...)}, actions...)
}
