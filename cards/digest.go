package cards

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// DigestPreviewView is what the next digest of a place would say.
type DigestPreviewView struct {
	Place  string
	Digest okr.Digest
	Next   time.Time // when it may come; zero: it is paused
}

// Digest tells a place what moved since its last digest and why.
func Digest(p Place, d okr.Digest) Card {
	body := []element{heading("What moved"), note(joinMD(" · ", p.at(d.At), since(p, d.Subscription), ofPlan(d.Subscription.DigestPlan)))}
	return newCard(digestTitle(d), append(body, digestBody(p, d)...), run("All OKRs", VerbGoals), run("Change this digest", VerbDigest, KeyDigest, d.Subscription.Slot))
}

// DigestPreview shows to one person what the next digest of a place would say.
func DigestPreview(p Place, v DigestPreviewView) Card {
	title := "Preview of the digest for " + orThisPlace(v.Place)
	when := md("It is paused, so none comes.")
	if !v.Next.IsZero() {
		when = "The next one may come from " + p.at(v.Next) + " on."
	}
	if v.Digest.Empty() && !v.Digest.Subscription.Always {
		when += " Nothing has moved so far; while that is so, none is posted."
	}
	body := []element{heading(mdn(maxLong, "%s", title)), text(when), note("Only you see this, and nothing counts as told by it.")}
	return newCard(title, append(body, digestBody(p, v.Digest)...), run("Change the digest", VerbDigest, KeyDigest, v.Digest.Subscription.Slot).bare())
}

// ofPlan says of what a digest tells that is of people or tags.
func ofPlan(plan okr.DigestPlan) md {
	if len(plan.People)+len(plan.Tags) == 0 {
		return ""
	}
	return mdn(maxShort, "%s", scopeOfPlan(plan))
}

func since(p Place, sub okr.Subscription) md {
	from := sub.PostedAt
	if from.IsZero() {
		from = sub.CreatedAt
	}
	if from.IsZero() {
		return ""
	}
	return "since " + p.at(from)
}

// digestBody is at most PageSize rows: what moved, then what did not where the
// place wants that too, and what cannot be measured.
func digestBody(p Place, d okr.Digest) []element {
	list := append(append([]okr.Move{}, d.Objectives...), d.Moved...)
	stale := staleRows(p, d.Failing)
	most := PageSize - min(len(d.Failing), maxStaleRows)
	group := ""
	shown := rowsWithin(len(list), most, maxListBytes-sizeOf(stale...), func(i int) element {
		isFirst := i >= len(d.Objectives) && (i == len(d.Objectives) || list[i].Parent != group)
		if i > 0 && list[i-1].Goal.Kind == okr.Objective && list[i-1].Goal.Title == list[i].Parent {
			isFirst = false // the row above is what it is below
		}
		group = list[i].Parent
		return moveRow(p, list[i], isFirst)
	})
	var body []element
	if len(list) == 0 {
		body = append(body, text("Nothing moved."))
	}
	body = append(body, shown...)
	body = append(body, more(len(list)-len(shown), "change")...)
	body = append(body, stillRows(d.Still, most-len(shown), maxListBytes-sizeOf(shown...)-sizeOf(stale...))...)
	return append(body, stale...)
}

// digestTitle is what the feed of activities shows: enough to know whether to
// look.
func digestTitle(d okr.Digest) string {
	moves := d.Moved
	if len(moves) == 0 {
		moves = d.Objectives
	}
	var parts []string
	for _, m := range moves[:min(len(moves), 2)] {
		part := fmt.Sprintf("%s %s %s", m.Goal.ID, okr.Shorten(m.Goal.Title, 40), shiftText(m.Before.Progress, m.After.Progress))
		if m.StatusChanged() {
			part += ", now " + string(m.After.Status)
		}
		parts = append(parts, part)
	}
	if n := len(moves) - len(parts); n > 0 {
		parts = append(parts, fmt.Sprintf("%d more", n))
	}
	if len(parts) == 0 {
		return "OKR digest: nothing moved"
	}
	return fmt.Sprintf("%s moved: %s", count(len(moves), "OKR"), strings.Join(parts, "; "))
}

// moveRow shows one change: the goal, before and after, and why.
func moveRow(p Place, m okr.Move, isFirst bool) element {
	g := m.Goal
	items := []element{}
	if isFirst && m.Parent != "" {
		items = append(items, section(mdf("%s", m.Parent)))
	}
	title := bold(mdf("%s", g.Title))
	change := note(joinMD(" · ", mdf("%s %s", kindWord(g.Kind), p.idOf(g.ID)), mdf("%s", digestValue(m))))
	items = append(items, columns(col(stretch, title, change), col(auto, statusBlock(m.After.Status).right(), statusShift(m))).
		opens(run("Show "+string(g.ID), VerbGoal, KeyGoal, string(g.ID))))
	if g.Kind != okr.Objective {
		items = append(items, bar(m.After.Progress, m.After.Status))
	}
	if why := digestWhy(m); why != "" {
		items = append(items, note(why))
	}
	items = append(items, completedItems(m)...)
	return divided(items...)
}

// digestWhy says what moved a goal: work items, a check-in or an end, and where
// to look.
func digestWhy(m okr.Move) md {
	why := joinMD(" · ", changeText(m.Changes), scopeText(m.Changes, m.Goal.Binding), closedText(m), checkInText(m))
	if b := m.Goal.Binding; b != nil && why != "" {
		why = joinMD(" · ", why, link(okr.Shorten(b.Query.Name, 30), b.Query.URL, maxRow))
	}
	return why
}

func closedText(m okr.Move) md {
	if m.Goal.Closed == nil || !m.StatusChanged() {
		return ""
	}
	return mdf("%s by ", m.Goal.Closed.State) + personText(m.Goal.Closed.By)
}

// checkInText quotes the check-in that came since the place was last told.
func checkInText(m okr.Move) md {
	c := m.Goal.LastCheckIn
	if c == nil || m.Since.IsZero() || c.MadeAt.Before(m.Since) {
		return ""
	}
	if c.Note == "" {
		return "checked in by " + personText(c.By)
	}
	return mdn(maxLong, "%s: “%s”", c.By.Name, c.Note)
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
	if m.After.Progress != nil && okr.SameNumber(*m.After.Progress, *m.After.Value) {
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

// stillRows shows objectives that did not move.
func stillRows(views []GoalView, most, bytes int) []element {
	if len(views) == 0 {
		return nil
	}
	out := rowsWithin(len(views), max(most, 1), max(bytes, 0), func(i int) element { return goalRow(views[i], 0).separated() })
	shown := len(out)
	return append(append([]element{section("As before")}, out...), more(len(views)-shown, "objective")...)
}

// maxStaleRows is how many stale goals a digest names one by one.
const maxStaleRows = 4

// staleRows says what cannot be measured, why in a word, and how old its value is.
func staleRows(p Place, views []GoalView) []element {
	if len(views) == 0 {
		return nil
	}
	items := []element{text(md(fmt.Sprintf("▲ %s cannot be measured at the moment; the last values stand.", count(len(views), "OKR"))))}
	for _, v := range views[:min(len(views), maxStaleRows)] {
		items = append(items, bullet(joinMD(" · ", mdf("%s %s", p.idOf(v.Goal.ID), v.Goal.Title), staleWhy(p, v))))
	}
	items = append(items, more(len(views)-maxStaleRows, "OKR")...)
	return []element{box("warning", append(items, note(staleNext(views)))...)}
}

// staleNext says who does something about it.
func staleNext(views []GoalView) md {
	waits := func(v GoalView) bool { return v.Goal.Binding != nil && healthColor(v.Goal.Binding.Health) == attention }
	if slices.ContainsFunc(views, waits) {
		return "Their owners have been told."
	}
	return "Nobody has to do anything: okrbot tries again by itself."
}

func staleWhy(p Place, v GoalView) md {
	b := v.Goal.Binding
	if b == nil {
		return ""
	}
	why := md(Escape(healthText(b.Health), maxRow))
	if b.Last != nil {
		why += " · value of " + p.at(b.Last.At)
	}
	return why
}

// DigestPaused says that nothing is posted by a digest any more, and why. Absent names who
// made it, where that person cannot be told and somebody else is.
func DigestPaused(sub okr.Subscription, absent string) Card {
	words := sub.Paused
	if absent != "" {
		words += " " + absent + ", who started this digest, can't be reached in Teams."
	}
	place := sub.Conversation.Name
	if place == "" {
		place = "a place that you chose"
	}
	title := "The digest for " + okr.Shorten(place, maxRow) + " is paused"
	return newCard(title, []element{
		box("warning", text(mdf("▲ %s", title)).with(bolder, ""), text(mdn(maxMessage, "%s", words))),
		text("It resumes as soon as someone there writes to me or adds me again, and then covers everything that changed in the meantime."),
	}, run("Help", VerbHelp))
}

// DigestResumed tells a place that its digest goes on.
func DigestResumed() Card {
	const title = "The digest goes on"
	return newCard(title, []element{heading(title), text("It was paused because nothing could be posted here. The next one covers everything that changed in the meantime.")},
		run("Change the digest", VerbDigest), run("Stop the digest", VerbDigestStop).destructive())
}
