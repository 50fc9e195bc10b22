package cards

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// The verbs of closing the objectives of a period, with the data and inputs that come along.
const (
	VerbClosePeriodAsk  = "period.close.ask"  // period, scope
	VerbClosePeriodPage = "period.close.page" // period, scope, draft, offset; the inputs of [ClosePeriod]
	VerbClosePeriod     = "period.close"      // period, scope, draft; the inputs of [ClosePeriod]
)

// The inputs of closing a period. Those with a dot at their end are one of each objective,
// and its id follows.
const (
	InputEnding = "ending." // EndClose, EndContinue, EndPostpone or EndLeave
	InputScores = "score."
	InputNotes  = "note."
	InputNext   = "next"   // the id of the period in which objectives continue
	InputCopied = "copied" // an okr.CloneWith
)

// The values of [InputEnding].
const (
	EndClose    = "close"
	EndContinue = "continue" // close, and continue with a copy in the next period
	EndPostpone = "postpone"
	EndLeave    = "leave" // stays open
)

// EndingsPage is how many objectives one card closes.
const EndingsPage = 4

// ClosePeriodForm is the state of the form that closes the objectives of a period. Values
// are as typed.
type ClosePeriodForm struct {
	Draft   string
	Period  okr.TimePeriod
	Today   okr.Date
	All     bool // others' too, else only the person's own
	Rows    []Ending
	Offset  int
	Total   int // objectives on all pages
	Cut     bool
	Closed  int // that were closed before it broke off
	Next    string
	Periods []Choice
	Copied  okr.CloneWith
	Goon    bool // key results begin where the old ones ended
	Queries bool // copies keep their data source
	Error   FieldError
}

// Ending is one objective of a period that is closed.
type Ending struct {
	Goal  GoalView
	Do    string
	Score string
	Note  string
	Below int // open key results and projects that end with it
}

// ClosePeriodButton opens the form that closes a period.
func ClosePeriodButton(p okr.Period, id string) Button {
	return Button{Title: "Close " + periodWord(p), Verb: VerbClosePeriodAsk, Data: map[string]string{KeyPeriod: id}}
}

func periodWord(p okr.Period) string {
	if p.Name != "" {
		return p.Name
	}
	return p.String()
}

// ClosePeriod is the form that closes the objectives of a period, each with a score and a
// note, and continues some of them in another period. The ids of its inputs are
// ending.<goal>, score.<goal> and note.<goal> of each, next, copied, continue and bindings.
func ClosePeriod(p Place, f ClosePeriodForm) Card {
	title := "Close " + periodWord(f.Period.Period)
	in := form{err: f.Error}
	if f.Closed > 0 {
		in.show(box("warning", text(md(fmt.Sprintf("%s already closed before this was interrupted. Close the rest to finish.", wereObjectives(f.Closed))))))
	}
	f.Rows = f.Rows[:endingInputs(p, &in, f)]
	next := choiceInput(InputNext, "Continue in", f.Next, f.Periods)
	next.Choices = choicesWithin(maxPeriodBytes, f.Periods, f.Next)
	rest := form{err: f.Error}
	rest.add(next, choiceInput(InputCopied, "What continues", string(f.Copied), []Choice{
		{Title: "Open key results and projects below 100%", Value: string(okr.CloneUnfinished)},
		{Title: "All open key results and projects", Value: string(okr.CloneOpen)},
		{Title: "Only the objective", Value: ChoiceNone},
	}), toggleInput(InputContinue, "Start values", "Start key results at their current values", f.Goon),
		toggleInput(InputBindings, "Data sources", "Keep the Azure DevOps queries", f.Queries))
	in.addFolded("continue-options", "Options for what continues", false, rest)
	in.show(footer("Closed goals can't be edited, checked in or measured. You can reopen them. What continues is closed too, and has a copy in the next period. Postponed goals have no score."))
	return newCard(title, in.elements(heading(mdf("%s", title)), note(closeScope(f))), closePeriodActions(f)...)
}

func wereObjectives(n int) string {
	if n == 1 {
		return "1 objective was"
	}
	return fmt.Sprintf("%d objectives were", n)
}

// closeScope says what the form closes, and when the period ends.
func closeScope(f ClosePeriodForm) md {
	whose := "of yours"
	if f.All {
		whose = "that you can close"
	}
	list := count(f.Total, "open objective") + " " + whose
	if f.Cut {
		list = fmt.Sprintf("The first %d open objectives %s", f.Total, whose)
	}
	page := md("")
	if f.Total > len(f.Rows) {
		page = md(fmt.Sprintf("showing %d to %d", f.Offset+1, f.Offset+len(f.Rows)))
	}
	return joinMD(" · ", md(list), page, endsWord(f.Period.End, f.Today))
}

func endsWord(end, today okr.Date) md {
	switch days := end.Days() - today.Days(); {
	case days == 0:
		return "ends today"
	case days == 1:
		return "ends tomorrow"
	case days == -1:
		return "ended yesterday"
	case days < 0:
		return md("ended " + count(-days, "day") + " ago")
	default:
		return md("ends in " + count(days, "day"))
	}
}

// Of the bytes of the form, so many are for its objectives and for the choice of a period.
const (
	maxEndingBytes = 12_000
	maxPeriodBytes = 3_000
)

// endingInputs adds the inputs of the objectives that fit, at least one, and says how many
// those are. The others come on the next page.
func endingInputs(p Place, in *form, f ClosePeriodForm) int {
	left := maxEndingBytes
	for i, e := range f.Rows {
		part := form{err: in.err}
		endingInput(p, &part, f, e)
		if left -= sizeOf(part.body...); left < 0 && i > 0 {
			return i
		}
		in.body, in.placed = append(in.body, part.body...), in.placed || part.placed
	}
	return len(f.Rows)
}

func endingInput(p Place, in *form, f ClosePeriodForm, e Ending) {
	id := string(e.Goal.Goal.ID)
	group := []element{goalLine(p, e.Goal, 0).separated()}
	if e.Below > 0 {
		group = append(group, note(md("Also closes "+openBelow(e.Below)+".")))
	}
	in.show(group...)
	score := textInput(InputScores+id, "Score (0 to 1)", e.Score, 10).hint("0.7")
	if in.err.Message != "" && in.err.Field == score.ID {
		in.show(in.complaint())
		in.placed = true
	}
	in.show(columns(col(stretch, choiceInput(InputEnding+id, "What happens to "+id, e.Do, []Choice{
		{Title: "Close", Value: EndClose},
		{Title: "Continue in " + nextName(f), Value: EndContinue},
		{Title: "Postpone", Value: EndPostpone},
		{Title: "Leave open", Value: EndLeave},
	})), col("110px", score)))
	in.add(linesInput(InputNotes+id, "What we learned (optional)", e.Note, okr.MaxNote))
}

func openBelow(n int) string {
	if n == 1 {
		return "1 open key result or project"
	}
	return fmt.Sprintf("%d open key results and projects", n)
}

func nextName(f ClosePeriodForm) string {
	i := slices.IndexFunc(f.Periods, func(c Choice) bool { return c.Value == f.Next })
	if i < 0 {
		return "the next period"
	}
	name, _, _ := strings.Cut(f.Periods[i].Title, " (")
	return okr.Shorten(name, maxRow)
}

func closePeriodActions(f ClosePeriodForm) []action {
	scope := "mine"
	if f.All {
		scope = "all"
	}
	data := []string{KeyPeriod, f.Period.ID, KeyScope, scope, KeyDraft, f.Draft}
	end := run("Close "+count(f.Total, "objective"), VerbClosePeriod, data...)
	if f.Total == 1 {
		end = run("Close it", VerbClosePeriod, data...)
	}
	page := func(title string, offset int) action {
		return run(title, VerbClosePeriodPage, append(slices.Clip(data), KeyOffset, fmt.Sprint(offset))...)
	}
	var out []action
	next := f.Offset + len(f.Rows)
	if next < f.Total {
		out = append(out, page(fmt.Sprintf("Next %d", min(EndingsPage, f.Total-next)), next).positive())
	} else {
		out = append(out, end.positive())
	}
	if f.Offset > 0 {
		out = append(out, page("Previous", max(0, f.Offset-EndingsPage)))
	}
	out = append(out, run("Cancel", VerbGoalMine).bare())
	if next < f.Total {
		out = append(out, end.secondary())
	}
	if !f.All {
		out = append(out, run("Include other owners", VerbClosePeriodPage, KeyPeriod, f.Period.ID, KeyScope, "all", KeyDraft, f.Draft).secondary())
	}
	return out
}

// PeriodClosed is what came of closing a period.
type PeriodClosed struct {
	Period okr.TimePeriod
	Next   okr.TimePeriod
	Rows   []Ended
}

// Ended is what came of one objective.
type Ended struct {
	Goal    okr.Goal
	Copy    okr.GoalID // in the next period; empty: none
	Unbound int        // of the copies: not measured
	Problem string     // why it stays open, in a sentence; empty: it is closed
	Left    bool       // it was to stay open
}

// PeriodDone says what was closed with which score, what continues, and what stays open.
func PeriodDone(f PeriodClosed) Card {
	ended := slices.DeleteFunc(slices.Clone(f.Rows), func(e Ended) bool { return e.Left || e.Problem != "" })
	title := fmt.Sprintf("%s: %s closed", periodWord(f.Period.Period), count(len(ended), "objective"))
	return fit(func(bytes int) Card {
		body := []element{box("good", text(mdf("✓ %s", title)).with(bolder, good))}
		for _, group := range []struct {
			title string
			is    func(Ended) bool
		}{
			{"Closed", func(e Ended) bool { return e.Problem == "" && !e.Left && e.Copy == "" }},
			{"Continues in " + periodWord(f.Next.Period), func(e Ended) bool { return e.Problem == "" && !e.Left && e.Copy != "" }},
			{"Not closed", func(e Ended) bool { return e.Problem != "" }},
			{"Left open", func(e Ended) bool { return e.Left }},
		} {
			body = append(body, endedRows(group.title, slices.DeleteFunc(slices.Clone(f.Rows), func(e Ended) bool { return !group.is(e) }), bytes)...)
		}
		if len(ended) > 0 {
			body = append(body, divided(note("You can undo this for 10 minutes: send undo. Later, reopen one at a time, for example: reopen "+mdf("%s", ended[0].Goal.ID)+".")))
		}
		next := run("Show "+periodWord(f.Next.Period), VerbGoals, KeyScope, "all", KeyPeriod, f.Next.ID).positive()
		return newCard(title, body, next, run("My OKRs", VerbGoalMine))
	})
}

func endedRows(title string, list []Ended, bytes int) []element {
	if len(list) == 0 {
		return nil
	}
	shown := rowsWithin(len(list), PageSize, bytes, func(i int) element { return endedRow(list[i]) })
	return append(append([]element{section(mdf("%s", title))}, shown...), more(len(list)-len(shown), "objective")...)
}

func endedRow(e Ended) element {
	g := e.Goal
	detail := md("")
	switch {
	case e.Problem != "":
		detail = mdn(maxMessage, "%s", e.Problem)
	case e.Copy != "" && e.Unbound > 0:
		detail = mdf("as %s · no data source: %s", e.Copy, count(e.Unbound, "OKR"))
	case e.Copy != "":
		detail = mdf("as %s", e.Copy)
	}
	left := col(stretch, text(mdf("%s · %s", g.ID, g.Title)).near())
	if detail != "" {
		left.Items = append(left.Items, note(detail))
	}
	cols := []column{left.middle()}
	switch {
	case g.Closed == nil:
	case g.Closed.Score != nil:
		cols = append(cols, col(auto, bold(md(scoreText(*g.Closed.Score))).right()).middle())
	default:
		cols = append(cols, col(auto, note(md(statusText(g.Closed.State)))).middle())
	}
	return columns(cols...).separated().opens(run("Show "+string(g.ID), VerbGoal, KeyGoal, string(g.ID)))
}

// NothingToClose says that there is nothing to close in a period, and offers the current one
// where that is another.
func NothingToClose(p, current okr.TimePeriod, isAll bool) Card {
	title := "Nothing to close in " + periodWord(p.Period)
	why := md("You have no open objectives in this period.")
	actions := []action{run("My OKRs", VerbGoalMine), run("Include other owners", VerbClosePeriodAsk, KeyPeriod, p.ID, KeyScope, "all")}
	if isAll {
		why, actions = "This period has no open objective that you can close.", actions[:1]
	}
	if p.ID != current.ID {
		actions = append(buttonActions([]Button{ClosePeriodButton(current.Period, current.ID)}), actions...)
	}
	return newCard(title, []element{heading(mdf("%s", title)), text(why)}, actions...)
}

// PeriodReopened says that closing a period was taken back: how many objectives are open
// again, how many copies were deleted, and which were kept because somebody changed them.
func PeriodReopened(n, deleted int, kept []okr.GoalID) Card {
	body := []element{heading("Undone"), text(md("Open again: " + count(n, "objective") + "."))}
	if deleted > 0 {
		body = append(body, text(md("Deleted again: "+count(deleted, "new objective")+". To restore one, send: deleted.")))
	}
	if len(kept) > 0 {
		body = append(body, text(mdf("Kept, because somebody changed them: %s.", okr.JoinSome(idStrings(kept)))))
	}
	return newCard("Undone", body, run("My OKRs", VerbGoalMine))
}
