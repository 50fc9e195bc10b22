package cards

import (
	"fmt"

	"okrbot/okr"
)

// VerbSync measures now. Its data is goal, or connection, or none for all.
const VerbSync = "sync"

// SyncRow is the outcome of a sync for one goal.
type SyncRow = okr.SyncRow

// SyncStarted says that a sync is under way. It may be on a card that cannot be updated,
// so a button shows what came of it.
func SyncStarted(what string, show Button) Card {
	return newCard("Sync started: "+what, []element{
		heading("Sync started"),
		text(mdn(maxLong, "Updating %s from Azure DevOps. The result appears here in a moment. If it doesn't, select %s.", what, show.Title)),
	}, buttonActions([]Button{show})...)
}

// SyncDone shows the outcome of a sync.
func SyncDone(p Place, list []SyncRow) Card {
	failed := 0
	for _, r := range list {
		if r.Problem != "" {
			failed++
		}
	}
	title := fmt.Sprintf("Sync done: %d updated", len(list)-failed)
	if failed > 0 {
		title += fmt.Sprintf(", %d failed", failed)
	}
	body := []element{heading(md(title)), note(p.at(p.Now))}
	if p.Now.IsZero() {
		body = body[:1]
	}
	if len(list) == 0 {
		body = append(body, text("No OKR has a data source yet, so there was nothing to update."))
	}
	shown := rows(len(list), func(i int) element { return syncRow(p, list[i]) })
	body = append(body, shown...)
	body = append(body, more(len(list)-len(shown), "OKR")...)
	if len(list) == 1 && list[0].Goal.ID != "" {
		return newCard(title, body, run("Show "+string(list[0].Goal.ID), VerbGoal, KeyGoal, string(list[0].Goal.ID)), run("All OKRs", VerbGoals))
	}
	return newCard(title, body, run("All OKRs", VerbGoals))
}

func syncRow(p Place, r SyncRow) element {
	if r.Goal.ID == "" { // a connection that could not be measured at all
		return columns(col(stretch, bold("A connection couldn't be updated"), text(mdn(maxMessage, "▲ %s", r.Problem)).with("", attention).near())).separated()
	}
	left := col(stretch, bold(mdf("%s %s", r.Goal.ID, r.Goal.Title)))
	if r.Problem != "" {
		left.Items = append(left.Items, text(mdn(maxMessage, "▲ %s", r.Problem)).with("", attention).near())
	} else {
		why := changeText(r.Changes)
		if why == "" && r.Changes.First {
			why = "First measurement"
		} else if why == "" && !r.Moved() {
			why = "No change"
		}
		left.Items = append(left.Items, note(joinMD(" · ", syncShift(p, r), mdf("%s", movedValue(p, r.Goal, r.Before, r.After)), why)))
	}
	return columns(left, col(auto, statusBlock(r.Status).right())).separated().
		opens(run("Show "+string(r.Goal.ID), VerbGoal, KeyGoal, string(r.Goal.ID)))
}

// syncShift says by how many points progress rose or fell; nothing of another number.
func syncShift(p Place, r SyncRow) md {
	if r.Goal.Kind != okr.Project && !isProgress(r.Goal.Metric) {
		return ""
	}
	return changeOf(p, okr.Move{Before: okr.Reported{Progress: r.Before}, After: okr.Reported{Progress: r.After}}).fall()
}

// movedValue is a value before and after: of a key result its number, of a
// project its percentage.
func movedValue(p Place, g okr.Goal, before, after *float64) string {
	if isProgress(g.Metric) {
		return p.shift(before, after)
	}
	show := func(f *float64) string {
		switch {
		case f == nil:
			return "no data"
		case g.Kind == okr.KeyResult:
			return p.value(g.Metric, f)
		default:
			return p.percent(*f)
		}
	}
	was, is := show(before), show(after)
	if was == is {
		return is
	}
	return was + " → " + is
}
