package cards

import (
	"fmt"
	"time"

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
			about += ", and each check-in right away"
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

// DigestMuted says until when a place gets no digest.
func DigestMuted(p Place, until time.Time, buttons []Button) Card {
	const title = "Digest muted"
	words := "Muted until " + p.at(until) + ". You'll get one catch-up post."
	return newCard(title, []element{heading(title), text(words)}, buttonActions(buttons)...)
}

// CheckInTold posts a check-in in a place right away.
func CheckInTold(p Place, v okr.GoalView, c okr.CheckIn, slot string) Card {
	g := v.Goal
	id := string(g.ID)
	title := fmt.Sprintf("%s checked in %s", c.By.Name, id)
	body := []element{
		heading(mdf("%s", title)), goalLine(p, v, 0), checkInBlock(p, g, c),
	}
	return newCard(fmt.Sprintf("%s: %s, %s", title, p.progress(v.Standing.Progress), v.Standing.Status), body,
		run("Show "+id, VerbGoal, KeyGoal, id), run("History", VerbHistory, KeyGoal, id), run("Change digest", VerbDigest, KeyDigest, slot))
}

// DigestPaused says that a digest posts nothing now, and why. Absent names who made it,
// where that person cannot be reached and somebody else is.
func DigestPaused(sub okr.Subscription, absent string) Card {
	words := sub.Paused
	if absent != "" {
		words += " " + absent + ", who started this digest, can't be reached in Teams."
	}
	place := sub.Conversation.Name
	if place == "" {
		place = "one of your channels or chats"
	}
	title := "The digest for " + okr.Shorten(place, maxRow) + " is paused"
	return newCard(title, []element{
		box("warning", text(mdn(maxLong, "▲ %s", title)).with(bolder, ""), text(mdn(maxMessage, "%s", words))),
		text("To resume it, write to me there or add me again. The next digest then covers everything that changed in the meantime."),
	}, run("Help", VerbHelp))
}

// DigestResumed says in a place that its digest is back.
func DigestResumed() Card {
	const title = "Digest resumed"
	return newCard(title, []element{heading(title), text("It was paused because I couldn't post here. The next one covers everything that changed in the meantime.")},
		run("Change digest", VerbDigest), run("Stop digest", VerbDigestStop).destructive())
}
