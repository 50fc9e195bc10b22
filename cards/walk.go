package cards

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// The verbs of checking in on all that is due, with the data and inputs that come along.
// Each but the first carries where the walk is, see [Walk].
const (
	VerbWalk         = "checkin.walk"  // begins anew with what is due now
	VerbCheckInQuick = "checkin.quick" // goal, seen; inputs value.<goal>, status.<goal> and note.<goal>
	VerbCheckInSame  = "checkin.same"  // goal, seen: nothing has changed
	VerbCheckInSkip  = "checkin.skip"  // goal: on to the next one
	VerbCheckInStop  = "checkin.stop"  // goal: the rest stays due
	VerbWalkUndo     = "checkin.undo"  // goal, and its checkin, which the walk made; on its last card
)

// The keys of a walk.
const (
	KeyWalk    = "walk"    // its id, by which nothing that it makes is made twice
	KeyTodo    = "todo"    // ids of goals that come after the one that is shown, with commas between
	KeyWalked  = "walked"  // those that were checked in
	KeySkipped = "skipped" // those that were not
	KeyUndone  = "undone"  // those of which the check-in was undone
	KeySeen    = "seen"    // when the goal was shown, in nanoseconds since 1970, a slash, and the id of its last check-in
)

// MaxWalk is how many goals one walk has at most. What is due beside them stays due, and its
// last card offers to continue.
const MaxWalk = 30

// Walk is where somebody is who checks in on all that is due, one goal after the other on
// one card. The card carries it, so that it outlives a restart.
type Walk struct {
	ID                          string
	Todo, Done, Skipped, Undone []okr.GoalID
}

// pairs are the walk as the data of a button.
func (w Walk) pairs() []string {
	return []string{KeyWalk, w.ID, KeyTodo, idList(w.Todo), KeyWalked, idList(w.Done), KeySkipped, idList(w.Skipped), KeyUndone, idList(w.Undone)}
}

// idList is ids with commas between.
func idList(ids []okr.GoalID) string { return strings.Join(idStrings(ids), ",") }

func idStrings(ids []okr.GoalID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// WalkStep is one goal of a walk. Values are as typed.
type WalkStep struct {
	Walk
	Goal   GoalView
	Value  string
	Status string // an okr.Status, or ChoiceNone
	Note   string
	News   []string // what happened to goals that the walk left out, in sentences
	Error  FieldError
}

// CheckInStep is the card of a walk at one goal: how it is, a short check-in, and on to the
// next. The ids of its inputs are value.<goal>, status.<goal> and note.<goal>.
func CheckInStep(p Place, s WalkStep) Card {
	const title = "Time to check in"
	before := len(s.Done) + len(s.Skipped)
	total := before + 1 + len(s.Todo)
	head := []element{heading(title)}
	if total > 1 {
		head = append(head, note(md(fmt.Sprintf("%d of %d OKRs that need an update", before+1, total))))
	}
	for _, news := range s.News[:min(len(s.News), maxNews)] {
		head = append(head, box("emphasis", note(mdn(maxLong, "%s", news))))
	}
	id := string(s.Goal.Goal.ID)
	head = append(head, goalLine(p, s.Goal, 0).separated())
	in := form{err: s.Error}
	quickInputs(p, &in, s)
	summary := fmt.Sprintf("%s: %s", title, count(total, "OKR"))
	if before > 0 {
		summary = fmt.Sprintf("%s: %d of %d", title, before+1, total)
	}
	return newCard(summary, in.elements(head...), walkActions(p, s, id)...)
}

// maxNews is how many sentences about left out goals a step shows.
const maxNews = 3

func walkActions(p Place, s WalkStep, id string) []action {
	data := append(s.pairs(), KeyGoal, id)
	last := okr.CheckInID("")
	if c := s.Goal.Goal.LastCheckIn; c != nil {
		last = c.ID
	}
	seen := append(slices.Clip(data), KeySeen, fmt.Sprintf("%d/%s", p.Now.UnixNano(), last))
	save := "Save"
	if len(s.Todo) > 0 {
		save = "Save and next"
	}
	out := []action{run(save, VerbCheckInQuick, seen...).positive(), run("No change", VerbCheckInSame, seen...)}
	if len(s.Todo) > 0 {
		out = append(out, run("Skip", VerbCheckInSkip, data...).bare())
	}
	if len(s.Todo)+len(s.Done) > 0 {
		out = append(out, run("Finish later", VerbCheckInStop, data...).bare().secondary())
	}
	return append(out, run("Show "+id, VerbGoal, KeyGoal, id).bare().secondary(), run("Reminder settings", VerbRemindLess).bare().secondary())
}

// quickInputs are a check-in in three inputs.
func quickInputs(p Place, in *form, s WalkStep) {
	g, id := s.Goal.Goal, "."+string(s.Goal.Goal.ID)
	in.show(lastCheckIn(p, s.Goal, maxChoiceBytes)...)
	if g.IsAutomatic() {
		in.show(automaticText(p, s.Goal))
	}
	in.addPair(valueInput(InputValue+id, g, s.Value), statusInput(KeyStatus+id, s.Status))
	in.add(linesInput(InputNote+id, "What happened, and what's next", s.Note, okr.MaxNote))
}

// WalkEnd is what came of a walk.
type WalkEnd struct {
	Walk
	Done    []WalkDone
	Skipped []WalkSkipped
	Left    int // goals that are still due
}

// WalkDone is a goal that a walk checked in.
type WalkDone struct {
	Goal    GoalView
	CheckIn okr.CheckIn // without an id: it was undone, or another one came after it
}

// WalkSkipped is a goal that a walk did not check in, and why in a sentence.
type WalkSkipped struct {
	Goal okr.Goal
	Why  string
}

// WalkSummary says what a walk updated and what it skipped.
func WalkSummary(p Place, e WalkEnd) Card {
	title := "You're all caught up"
	if e.Left > 0 {
		title = fmt.Sprintf("%s left to update", count(e.Left, "OKR"))
	}
	return fit(func(bytes int) Card {
		head := []element{heading(md(title)), note(md(fmt.Sprintf("Updated: %d. Skipped: %d.", len(e.Done)-len(e.Undone), len(e.Skipped))))}
		done := rowsWithin(len(e.Done), PageSize, bytes*3/2, func(i int) element { return walkedRow(p, e.Walk, e.Done[i]) })
		if len(done) > 0 {
			head = append(append(head, section("Updated")), done...)
			head = append(head, more(len(e.Done)-len(done), "OKR")...)
		}
		skipped := rowsWithin(len(e.Skipped), PageSize, bytes/2, func(i int) element {
			s := e.Skipped[i]
			return bullet(mdn(2*maxLong, "%s %s: %s", s.Goal.ID, okr.Shorten(s.Goal.Title, maxRow), s.Why))
		})
		if len(skipped) > 0 {
			head = append(append(head, section("Skipped")), skipped...)
			head = append(head, more(len(e.Skipped)-len(skipped), "OKR")...)
		}
		return newCard(title, head, summaryActions(e)...)
	})
}

func summaryActions(e WalkEnd) []action {
	mine := run("My OKRs", VerbGoalMine)
	if e.Left == 0 {
		return []action{mine, run("Reminder settings", VerbRemindLess).secondary()}
	}
	return []action{run("Continue", VerbWalk).positive(), mine, run("Reminder settings", VerbRemindLess).secondary()}
}

// walkedRow is a goal that was checked in, with what it shows now, and Undo.
func walkedRow(p Place, w Walk, d WalkDone) element {
	g, c := d.Goal.Goal, d.CheckIn
	said := []element{lineOf(p, d.Goal, 0, walkedValue(p, g, c))}
	if c.Note != "" {
		said = append(said, note(lines(c.Note, maxLong)))
	}
	cols := []column{col(stretch, said...).middle()}
	switch {
	case slices.Contains(w.Undone, g.ID):
		cols = append(cols, col(auto, note("Undone")).middle())
	case c.ID != "":
		undo := run("Undo", VerbWalkUndo, append(w.pairs(), KeyGoal, string(g.ID), KeyCheckIn, string(c.ID))...)
		cols = append(cols, col(auto, actionsOf(undo)).middle())
	}
	return columns(cols...).separated()
}

func walkedValue(p Place, g okr.Goal, c okr.CheckIn) md {
	if c.Value == nil {
		return ""
	}
	return mdf("%s", amount(p, g, c.Value))
}
