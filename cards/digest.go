package cards

import (
	"fmt"
	"slices"
	"time"

	"okrbot/okr"
)

// DigestPreviewView is the next digest of a place.
type DigestPreviewView struct {
	Place  string
	Digest okr.Digest
	Next   time.Time // when it may come; zero: it is paused
}

// Digest says in a place what changed since its last digest and why: what matters most on
// top, then each change below its objective.
func Digest(p Place, d okr.Digest) Card {
	body := []element{heading("What changed")}
	if line := joinMD(" · ", since(p, d.Subscription), ofPlan(d.Subscription.DigestPlan)); line != "" {
		body = append(body, note(line))
	}
	return newCard(digestTitle(p, d), append(body, digestBody(p, d)...), run("All OKRs", VerbGoals), run("Change digest", VerbDigest, KeyDigest, d.Subscription.Slot))
}

// DigestPreview shows the next digest of a place to one person.
func DigestPreview(p Place, v DigestPreviewView) Card {
	title := "Preview of the digest for " + orThisPlace(v.Place)
	when := md("The digest is paused.")
	if !v.Next.IsZero() {
		when = "Next digest: " + p.at(v.Next) + " at the earliest."
	}
	if v.Digest.Empty() && !v.Digest.Subscription.Always {
		when += " Nothing has changed yet, so no digest will be posted."
	}
	body := []element{heading(mdn(maxLong, "%s", title)), text(when), note("Only you can see this preview. It doesn't affect the next digest.")}
	return newCard(title, append(body, digestBody(p, v.Digest)...), run("Change digest", VerbDigest, KeyDigest, v.Digest.Subscription.Slot).bare())
}

// ofPlan names the people and tags that a digest follows.
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
	return "Since " + p.at(from)
}

// digestBody is at most PageSize rows: what matters, what changed, then what did not where
// the place wants that too, and what cannot be measured.
func digestBody(p Place, d okr.Digest) []element {
	body := append(newsBox(p, d), plannedChart(p, d.Above)...)
	stale := staleRows(p, d.Failing)
	bytes := maxListBytes - sizeOf(stale...) - sizeOf(body...)
	most := PageSize - min(len(d.Failing), maxStaleRows)
	list := digestRows(p, d)
	if len(list) == 0 && len(d.Still) == 0 { // else the heading of these says so
		body = append(body, text("Nothing changed."))
	}
	shown := rowsWithin(len(list), most, bytes, func(i int) element { return list[i].element() })
	hidden := 0
	for _, r := range list[len(shown):] {
		hidden += r.changes
	}
	body = append(append(body, shown...), more(hidden, "change")...)
	body = append(body, stillRows(p, d.Still, most-len(shown), bytes-sizeOf(shown...))...)
	return append(body, stale...)
}

// digestRow is a row of the table of changes.
type digestRow struct {
	element func() element
	changes int // that it shows
}

// digestRows are the changes, each below its objective.
func digestRows(p Place, d okr.Digest) []digestRow {
	own := map[okr.GoalID]okr.Move{}
	for _, m := range d.Objectives {
		own[m.Goal.ID] = m
	}
	var out []digestRow
	done := map[okr.GoalID]bool{}
	for _, v := range d.Above {
		id := v.Goal.ID
		below := movesBelow(p, d.Moved, id)
		m, moved := own[id]
		done[id] = true
		if !moved && len(below) == 0 {
			continue
		}
		out = append(append(out, objectiveRow(p, v, m, moved)), below...)
	}
	for _, m := range d.Objectives {
		if !done[m.Goal.ID] {
			done[m.Goal.ID] = true
			out = append(append(out, objectiveRow(p, moveView(m), m, true)), movesBelow(p, d.Moved, m.Goal.ID)...)
		}
	}
	for _, m := range d.Moved { // of objectives that the place follows only in part
		if id := m.Goal.Parent; !done[id] {
			done[id] = true
			below := movesBelow(p, d.Moved, id)
			first := below[0].element
			below[0].element = func() element { return box("", section(mdf("%s", m.Parent)), first()) }
			out = append(out, below...)
		}
	}
	return out
}

// objectiveRow shows an objective above its changes, and how it changed itself.
func objectiveRow(p Place, v GoalView, m okr.Move, moved bool) digestRow {
	var how md
	changes := 0
	if moved {
		how, changes = joinMD(" · ", changeOf(p, m).by, statusBefore(m), closedText(m)), 1
	}
	return digestRow{func() element { return lineOf(p, v, 0, joinMD(" · ", lineDetail(p, v, 0), how)).separated() }, changes}
}

func movesBelow(p Place, moves []okr.Move, parent okr.GoalID) []digestRow {
	var out []digestRow
	for _, m := range moves {
		if m.Goal.Parent == parent {
			out = append(out, digestRow{func() element { return moveRow(p, m) }, 1})
		}
	}
	return out
}

// moveView is a goal as it is after a move.
func moveView(m okr.Move) GoalView {
	return GoalView{Goal: m.Goal, Standing: okr.Standing{Progress: m.After.Progress, Status: m.After.Status, Expected: m.Expected}}
}

// moveRow shows one change: the goal as every list does, how it changed, and why.
func moveRow(p Place, m okr.Move) element {
	v := moveView(m)
	title := text(p.idOf(m.Goal.ID) + mdf(" · %s", m.Goal.Title)).near()
	items := append([]element{columns(col(stretch, title), col(auto, statusBlock(m.After.Status).right().near())).near()}, goalBar(p, v)...)
	if how := changeOf(p, m); how.by != "" {
		line := text(md(capitalArrow(string(how.by)))+mdf(": %s", shiftOf(p, m))).with(bolder, how.color).near()
		line.Size = small
		items = append(items, line)
	}
	if detail := joinMD(" · ", digestValue(p, m), statusBefore(m), digestWhy(p, m)); detail != "" {
		items = append(items, note(sentence(detail)))
	}
	items = append(items, completedItems(m)...)
	row := columns(indent(1), col(stretch, items...))
	return row.near().opens(run("Show "+string(m.Goal.ID), VerbGoal, KeyGoal, string(m.Goal.ID)))
}

// shiftOf is progress before and after; of what had none before, only what it has now.
func shiftOf(p Place, m okr.Move) string {
	if m.Before.Progress == nil {
		return p.progress(m.After.Progress)
	}
	return p.shift(m.Before.Progress, m.After.Progress)
}

// capitalArrow begins a line with a capital letter, also after an arrow.
func capitalArrow(s string) string {
	for _, arrow := range []string{"↑ ", "↓ "} {
		if len(s) > len(arrow) && s[:len(arrow)] == arrow {
			return arrow + capital(s[len(arrow):])
		}
	}
	return capital(s)
}

// digestWhy says what moved a goal: work items, a check-in or an end, and where to look.
func digestWhy(p Place, m okr.Move) md {
	why := joinMD(" · ", changesLine(p, m.Changes, m.Goal.Binding), closedText(m), checkInText(m))
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

// checkInText quotes the check-in that came since the last digest.
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

// completedItems names what was completed, the news that people read a digest for, and
// chosen work items that no longer count.
func completedItems(m okr.Move) []element {
	return changeItems(okr.Changes{Completed: m.Changes.Completed, Lost: m.Changes.Lost}, 2)
}

// digestValue is the number of a key result before and after; nothing where that is its
// progress.
func digestValue(p Place, m okr.Move) md {
	if m.Goal.Kind != okr.KeyResult || m.After.Value == nil || isProgress(m.Goal.Metric) {
		return ""
	}
	if m.After.Progress != nil && okr.SameNumber(*m.After.Progress, *m.After.Value) {
		return "" // from 0 to 100
	}
	before := m.Before.Value
	if before == nil {
		before = m.After.Value
	}
	return mdf("%s", movedValue(p, m.Goal, before, m.After.Value))
}

// statusBefore names the status before where it was another one.
func statusBefore(m okr.Move) md {
	if !m.StatusChanged() || m.Before.Status == "" || m.Before.Status == okr.NoData {
		return ""
	}
	return mdf("was %s", statusPhrase(m.Before.Status))
}

// stillRows shows objectives that did not change.
func stillRows(p Place, views []GoalView, most, bytes int) []element {
	if len(views) == 0 {
		return nil
	}
	out := rowsWithin(len(views), max(most, 1), max(bytes, 0), func(i int) element { return goalLine(p, views[i], 0).separated() })
	shown := len(out)
	return append(append([]element{section("No change")}, out...), more(len(views)-shown, "objective")...)
}

// maxStaleRows is how many stale goals a digest names one by one.
const maxStaleRows = 4

// staleRows says what cannot be measured, why in a word, and how old its value is.
func staleRows(p Place, views []GoalView) []element {
	if len(views) == 0 {
		return nil
	}
	items := []element{text(md(fmt.Sprintf("▲ %s can't be updated right now", count(len(views), "OKR")))).with(bolder, warning)}
	for _, v := range views[:min(len(views), maxStaleRows)] {
		items = append(items, bullet(joinMD(" · ", goalText(p, v.Goal), staleWhy(p, v))))
	}
	items = append(items, more(len(views)-maxStaleRows, "OKR")...)
	return []element{box("warning", append(items, note(staleNext(views)))...)}
}

// staleNext says who does something about it.
func staleNext(views []GoalView) md {
	waits := func(v GoalView) bool { return v.Goal.Binding != nil && healthColor(v.Goal.Binding.Health) == attention }
	if slices.ContainsFunc(views, waits) {
		return "They show their last values. I've notified their owners."
	}
	return "They show their last values. No action needed: I'll try again."
}

func staleWhy(p Place, v GoalView) md {
	b := v.Goal.Binding
	if b == nil {
		return ""
	}
	why := md(Escape(healthText(b.Health), maxRow))
	if b.Last != nil {
		why += " · last update " + p.at(b.Last.At)
	}
	return why
}
