package cards

import (
	"fmt"

	"okrbot/okr"
)

// VerbSync measures now. Its data is goal, or none for all.
const VerbSync = "sync"

// SyncRow is the outcome of a sync for one goal.
type SyncRow = okr.SyncRow

// SyncStarted says that a sync is under way. It may be on a card that cannot be updated,
// so a button shows what came of it.
func SyncStarted(what string, show Button) Card {
	return newCard("Sync started: "+what, []element{
		heading("Sync started"),
		text(mdn(maxLong, "Measuring %s in Azure DevOps. The result appears here in a moment; if it doesn't, press %s.", what, show.Title)),
	}, buttonActions([]Button{show})...)
}

// SyncDone tells the outcome of a sync.
func SyncDone(p Place, list []SyncRow) Card {
	failed := 0
	for _, r := range list {
		if r.Problem != "" {
			failed++
		}
	}
	title := fmt.Sprintf("Sync done: %d measured", len(list)-failed)
	if failed > 0 {
		title += fmt.Sprintf(", %d failed", failed)
	}
	body := []element{heading(md(title)), note(p.at(p.Now))}
	if p.Now.IsZero() {
		body = body[:1]
	}
	if len(list) == 0 {
		body = append(body, text("Nothing is bound yet, so there was nothing to measure."))
	}
	shown := rows(len(list), func(i int) element { return syncRow(list[i]) })
	body = append(body, shown...)
	body = append(body, more(len(list)-len(shown), "OKR")...)
	if len(list) == 1 && list[0].Goal.ID != "" {
		return newCard(title, body, run("Show "+string(list[0].Goal.ID), VerbGoal, KeyGoal, string(list[0].Goal.ID)), run("All OKRs", VerbGoals))
	}
	return newCard(title, body, run("All OKRs", VerbGoals))
}

func syncRow(r SyncRow) element {
	if r.Goal.ID == "" { // a connection that could not be measured at all
		return columns(col(stretch, bold("A connection was not measured"), text(mdn(2*maxLong, "▲ %s", r.Problem)).with("", attention).near())).separated()
	}
	left := col(stretch, bold(mdf("%s %s", r.Goal.ID, r.Goal.Title)))
	if r.Problem != "" {
		left.Items = append(left.Items, text(mdn(2*maxLong, "▲ %s", r.Problem)).with("", attention).near())
	} else {
		why := changeText(r.Changes)
		if why == "" && r.Changes.First {
			why = "first measurement"
		} else if why == "" && !r.Moved() {
			why = "nothing changed"
		}
		left.Items = append(left.Items, note(joinMD(" · ", mdf("%s", movedValue(r.Goal, r.Before, r.After)), why)))
	}
	return columns(left, col(auto, statusBlock(r.Status).right())).separated().
		opens(run("Show "+string(r.Goal.ID), VerbGoal, KeyGoal, string(r.Goal.ID)))
}

// movedValue is a value before and after: of a key result its number, of a
// project its percentage.
func movedValue(g okr.Goal, before, after *float64) string {
	if isProgress(g.Metric) {
		return shiftText(before, after)
	}
	show := func(f *float64) string {
		switch {
		case f == nil:
			return "no data"
		case g.Kind == okr.KeyResult:
			return valueText(g.Metric, f)
		default:
			return percentText(*f)
		}
	}
	was, is := show(before), show(after)
	if was == is {
		return is
	}
	return was + " → " + is
}
