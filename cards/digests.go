package cards

import (
	"fmt"

	"okrbot/okr"
)

// DigestRow is one of several digests of a place.
type DigestRow struct {
	Subscription okr.Subscription
	Zone         string // of its hours
}

// Digests lists the digests of a place. Verb is that of a button for each, with its title.
func Digests(place string, rows []DigestRow, title, verb string) Card {
	head := fmt.Sprintf("%s for %s", count(len(rows), "digest"), orThisPlace(place))
	body := []element{heading(mdf("%s", head))}
	for i, r := range rows {
		plan, about := r.Subscription.DigestPlan, mdf("%s", whenOfPlan(r.Subscription.DigestPlan, r.Zone))
		if plan.CheckIns {
			about += ", and each check-in at once"
		}
		if r.Subscription.Paused != "" {
			about += ". Paused"
		}
		row := box("", bold(mdf("Digest %d: ", i+1)+mdn(maxShort, "%s", scopeOfPlan(plan))), note(about+"."),
			actionsOf(run(fmt.Sprintf("%s %d", title, i+1), verb, KeyDigest, orNone(r.Subscription.Slot))))
		row.Separator = true
		body = append(body, row)
	}
	return newCard(head, body, run("Add another digest", VerbDigestNew).bare(), run("Help", VerbHelp))
}

// CheckInTold tells a place of a check-in at once.
func CheckInTold(p Place, v okr.GoalView, c okr.CheckIn, slot string) Card {
	g := v.Goal
	id := string(g.ID)
	title := fmt.Sprintf("%s checked in %s", c.By.Name, id)
	body := []element{
		heading(mdf("%s", title)), bold(mdf("%s %s", id, g.Title)), bar(v.Standing.Progress, v.Standing.Status), checkInBlock(p, g, c),
	}
	return newCard(fmt.Sprintf("%s: %s, %s", title, progressText(v.Standing.Progress), v.Standing.Status), body,
		run("Show "+id, VerbGoal, KeyGoal, id), run("History", VerbHistory, KeyGoal, id), run("Change this digest", VerbDigest, KeyDigest, slot))
}
