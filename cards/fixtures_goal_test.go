package cards_test

import (
	"fmt"
	"strings"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

func periodChoices() []cards.Choice {
	return []cards.Choice{
		{Title: "Q4 2026 (current)", Value: "2026-10-01/2026-12-31"},
		{Title: "Q1 2027", Value: "2027-01-01/2027-03-31"},
		{Title: "2027", Value: "2027-01-01/2027-12-31"},
		{Title: "Custom dates", Value: cards.ChoiceCustomPeriod},
	}
}

func objectiveChoices() []cards.Choice {
	return []cards.Choice{{Title: "O1 Launch without surprises", Value: "O1"}, {Title: "O2 " + nasty, Value: "O2"}}
}

func personChoice(p okr.Person) cards.Choice { return cards.Choice{Title: p.Name, Value: string(p.ID)} }

// fullGoal has everything that a goal can have.
func fullGoal() okr.Goal {
	g := keyResult()
	g.Version, g.CreatedBy, g.CoOwners, g.CheckInOwner, g.Delegate = 7, adele, []okr.Person{adele}, adele, okr.Person{ID: "x", Name: nasty}
	g.Description = "What counts is what customers see: crashes, wrong prices, lost baskets.\nInternal tools are left out, see [the list](https://evil.example).\n" + strings.Repeat("More of it. ", 30)
	g.Tags, g.Team, g.Level = []string{"quality", nasty, "launch"}, "Delivery", okr.LevelOrganization
	g.Private, g.Viewers, g.OnlyEditors, g.Editors = true, []okr.Person{megan, adele}, true, []okr.Person{adele}
	g.Weight = new(float64(40))
	m := *g.Metric
	m.Phases = []okr.Phase{{Date: "2026-10-31", Value: 20}, {Date: "2026-11-30", Value: 60}}
	g.Metric = &m
	g.LastCheckIn = &okr.CheckInMark{ID: "CI9", At: now.Add(-75 * time.Hour), By: adele, Note: "Two testers are away. " + nasty, Status: okr.Behind}
	return g
}

func fullView() cards.GoalView {
	v := view(fullGoal(), 40, okr.Behind)
	v.MayCheckIn, v.Weight = true, 40
	return v
}

// overridden is a key result whose value a person set until it is resumed.
func overridden(lasting bool) cards.GoalView {
	v := view(keyResult(), 55, okr.Behind)
	v.MayCheckIn = true
	m := *v.Goal.Metric
	m.Current = new(float64(55))
	v.Goal.Metric = &m
	v.Goal.Manual = &okr.Override{Value: new(float64(55)), LastsUntilResumed: lasting, By: adele, At: now.Add(-30 * time.Hour)}
	v.Standing.Manual, v.Standing.Automatic, v.Standing.Auto = true, new(float64(40)), okr.Behind
	return v
}

// limit is a key result that is to stay below something.
func limit() cards.GoalView {
	v := view(keyResult(), 0, okr.Behind)
	v.Goal.ID, v.Goal.Title, v.Goal.Binding = "KR6", "Hold the error rate", nil
	v.Goal.Metric = &okr.Metric{Name: "Errors a thousand requests", Type: okr.StayBelow, Target: 5, Threshold: new(float64(8)), Current: new(6.2)}
	v.Standing.Expected, v.MayCheckIn = 100, true
	v.Goal.LastCheckIn = &okr.CheckInMark{At: now.Add(-26 * time.Hour), By: adele, Note: "A slow database on Monday."}
	return v
}

func ended(state okr.Status, score *float64) cards.GoalView {
	v := view(objective(), 73, state)
	v.ParentTitle, v.Children = "", objectiveView().Children
	v.Goal.Closed = &okr.Closing{State: state, Score: score, By: megan, At: now.Add(-2 * time.Hour), Note: "The launch held.\nNext time we start with the receipts. " + nasty}
	return v
}

// weighted is an objective with a tree of two levels and weights.
func weighted() cards.GoalView {
	v := objectiveView()
	v.Goal.Description, v.Goal.Tags, v.Goal.Team, v.Goal.GoalType = "A launch that nobody has to apologise for.", []string{"launch"}, "Delivery", okr.Committed
	v.ChildTotal = 6
	v.MayCheckIn = true
	v.Children = []cards.GoalView{fullView(), view(project(), 38.46, okr.AtRisk), unboundView(), limit()}
	for i, w := range []float64{40, 0, 30, 30} {
		v.Children[i].Weight, v.Children[i].Taken = w, w
	}
	v.Children[1].Goal.Title = "New checkout"
	sub := secondObjective()
	sub.Weight, sub.Taken = 10, 12.5
	v.Children = append(v.Children, sub)
	v.Standing.Counted, v.Standing.Children, v.Standing.Weights, v.Standing.Closed = 3, 4, 110, 1
	return v
}

func checkIn(id string, value float64, ago time.Duration) okr.CheckIn {
	return okr.CheckIn{
		ID: okr.CheckInID(id), Goal: "KR3", At: now.Add(-ago), MadeAt: now.Add(-ago), By: adele, Value: new(value), Shown: okr.Behind,
		Note: "Payments are done.\nReceipts are next; " + nasty,
	}
}

func points(first okr.Date, step int, values ...float64) []cards.Point {
	var out []cards.Point
	for i, v := range values {
		out = append(out, cards.Point{Day: first.Add(i * step), Value: v})
	}
	return out
}

func history() cards.HistoryView {
	odd := checkIn("CI7", 12, 400*time.Hour)
	odd.Note, odd.Status, odd.Auto, odd.Lasting, odd.Backdated, odd.MadeAt = "", okr.OnTrack, new(float64(9)), true, true, now.Add(-300*time.Hour)
	odd.EditedBy, odd.EditedAt = megan, now.Add(-100*time.Hour)
	v := fullView()
	return cards.HistoryView{
		Goal: v, Today: "2026-11-24", Points: points("2026-10-05", 7, 0, 4, 9, 12.345, 18, 26, 33, 40), Expected: points("2026-10-01", 91, 0, 100),
		Projection: &cards.Projection{Points: points("2026-11-24", 59, 40, 100), From: 8, AtEnd: 78, End: "2026-12-31", Meets: "2027-01-22"},
		Moved: []cards.MovedSpan{
			{Since: "the last update", Before: new(float64(40)), After: new(float64(40))},
			{Since: "a week ago", Before: new(float64(33)), After: new(float64(40)), Changes: changes()},
		},
		CheckIns: []cards.CheckInRow{{CheckIn: checkIn("CI9", 33, 75*time.Hour), MayEdit: true}, {CheckIn: odd}},
		Total:    9,
	}
}

// caused is a key result whose last measurement cannot be compared with the one before.
func caused(c okr.Changes) cards.GoalView {
	v := fullView()
	m := measurement()
	m.Changes = c
	b := *v.Goal.Binding
	b.Last = &m
	v.Goal.Binding = &b
	return v
}

// sorted has every sort of change that is no work.
func sorted() okr.Changes {
	return okr.Changes{
		Completed: items(item(4711, "Crash when the basket is empty")), Cleared: items(item(4713, "Basket forgets vouchers")), Unclear: items(item(4650, "Log-in loops")),
		Back: items(item(4804, "Prices without tax")), Removed: items(item(4720, "Old receipt")), Discarded: items(item(4721, "Fax of the receipt"), item(4722, nasty)),
		Retyped: items(item(4730, "A story now")), Hidden: items(okr.WorkItemRef{ID: 4740}, okr.WorkItemRef{ID: 4741}),
	}
}

// causedHistory is a history in which values are of several things.
func causedHistory() cards.HistoryView {
	h := history()
	h.Points, h.Projection, h.Why = h.Points[:6], nil, "A projection needs at least 4 comparable values; there are fewer since another query is measured."
	h.Breaks = []cards.Break{
		{Day: "2026-10-12", Causes: []okr.Cause{okr.CauseOverride}},
		{Day: "2026-10-19", Causes: []okr.Cause{okr.CauseResumed}},
		{Day: "2026-10-26"},
		{Day: "2026-11-02", Causes: []okr.Cause{okr.CauseQuery, okr.CauseConnection}},
	}
	h.Moved = []cards.MovedSpan{
		{Since: "the last update", Before: new(float64(18)), After: new(float64(18)), Changes: okr.Changes{Causes: []okr.Cause{okr.CauseAccount}}},
		{Since: "a week ago", Before: new(float64(33)), After: new(float64(18)), Changes: okr.Changes{Causes: []okr.Cause{okr.CauseQuery}, Discarded: sorted().Discarded}},
	}
	return h
}

// objectiveHistory names what moved an objective from below.
func objectiveHistory() cards.HistoryView {
	h := history()
	h.Goal, h.CheckIns, h.Total = weighted(), nil, 0
	kr := okr.Move{Goal: keyResult(), Before: okr.Reported{Progress: new(float64(30)), Status: okr.AtRisk}, After: okr.Reported{Progress: new(float64(40)), Status: okr.Behind}, Changes: changes()}
	ends := ended(okr.StatusPostponed, nil)
	ends.Goal.ID, ends.Goal.Title = "KR9", "Refunds within a day"
	end := okr.Move{Goal: ends.Goal, Before: okr.Reported{Progress: new(float64(12)), Status: okr.AtRisk}, After: okr.Reported{Progress: new(float64(12)), Status: okr.StatusPostponed}}
	h.Moved = []cards.MovedSpan{
		{Since: "yesterday", Before: new(float64(41)), After: new(float64(39))},
		{Since: "a week ago", Before: new(float64(33)), After: new(float64(39)), Below: []okr.Move{kr, end, kr, kr, kr}},
	}
	return h
}

// checklist is a project whose progress comes from so many tasks.
func checklist(n int) cards.GoalView {
	g := project()
	g.Binding = nil
	g.Tasks = []okr.Task{
		{ID: "1", Title: "Sign the lease", Done: true, Due: "2026-11-02", Owner: megan},
		{ID: "2", Title: "Move the till, the scales and all of " + nasty, Due: "2026-11-20", Owner: okr.Person{Name: "Nestor Wilke"}},
		{ID: "3", Title: "Hire ten people", Due: "2026-12-15"},
	}
	for i := len(g.Tasks); i < n; i++ {
		g.Tasks = append(g.Tasks, okr.Task{ID: fmt.Sprint(i + 1), Title: fmt.Sprintf("Open store %d", i-2), Done: i%3 == 0})
	}
	v := view(g, *okr.TaskProgress(g.Tasks), okr.Behind)
	v.MayCheckIn = true
	return v
}

// commented is a history with a comment of somebody who is not in Teams.
func commented() cards.HistoryView {
	h := history()
	note := okr.CheckIn{ID: "CI5", Comment: true, By: okr.Person{Name: "Nestor Wilke"}, At: now.Add(-80 * time.Hour), Note: "See the map: " + nasty + "\nIt is in the wiki."}
	h.CheckIns = append(h.CheckIns[:1], cards.CheckInRow{CheckIn: note, MayEdit: true}, h.CheckIns[1])
	return h
}

func walkEnd(left int) cards.WalkEnd {
	return cards.WalkEnd{
		Walk: cards.Walk{
			ID: "w-93", Todo: []okr.GoalID{"KR9"}[:left], Done: []okr.GoalID{"KR7", "KR5"},
			Skipped: []okr.GoalID{keyResult().ID, project().ID}, Undone: []okr.GoalID{unboundView().Goal.ID},
		},
		Left:    left,
		Done:    []cards.WalkDone{{Goal: limit(), CheckIn: checkIn("CI9", 6.2, time.Minute)}, {Goal: unboundView()}},
		Skipped: []cards.WalkSkipped{{Goal: keyResult(), Why: "Adele Vance updated it."}, {Goal: project(), Why: "still due."}},
	}
}

// endingsForm closes a quarter with two objectives on the page.
func endingsForm() cards.ClosePeriodForm {
	quarter := okr.TimePeriod{ID: "2026-07-01/2026-09-30", Period: okr.Period{Name: "Q3 2026", Start: "2026-07-01", End: "2026-09-30"}}
	return cards.ClosePeriodForm{
		Draft: "d-93", Period: quarter, Today: "2026-10-02", Total: 2, Next: periodChoices()[0].Value, Periods: periodChoices()[:3], Copied: okr.CloneUnfinished, Goon: true, Queries: true,
		Rows: []cards.Ending{{Goal: weighted(), Do: cards.EndClose, Score: "0.4", Below: 4}, {Goal: secondObjective(), Do: cards.EndContinue, Score: "0.7", Note: "Hiring took longer than planned."}},
	}
}

// endingPeriods are the quarter and the year that end on one day.
func endingPeriods(today okr.Date) okr.Asking {
	quarter := okr.PeriodEnd{ID: "2026-10-01/2026-12-31", Period: okr.Period{Name: "Q4 2026", Start: "2026-10-01", End: "2026-12-31"}, Own: []okr.GoalView{weighted(), secondObjective()}, Due: 2}
	year := okr.PeriodEnd{ID: "2026-01-01/2026-12-31", Period: okr.Period{Name: "2026", Start: "2026-01-01", End: "2026-12-31"}, Own: []okr.GoalView{objectiveView()}}
	return okr.Asking{Person: megan, Today: today, Ends: []okr.PeriodEnd{quarter, year}}
}

// closedPeriod is what came of closing a quarter.
func closedPeriod() cards.PeriodClosed {
	f := endingsForm()
	closed, scored, postponed := objective(), secondObjective().Goal, objective()
	closed.Closed = &okr.Closing{State: okr.StatusClosed, Score: new(0.4), By: megan, At: now}
	scored.Closed = &okr.Closing{State: okr.StatusClosed, Score: new(0.7), By: megan, At: now}
	postponed.ID, postponed.Closed = "O5", &okr.Closing{State: okr.StatusPostponed, By: megan, At: now}
	left, refused := objective(), objective()
	left.ID, refused.ID = "O6", "O7"
	return cards.PeriodClosed{Period: f.Period, Next: okr.TimePeriod{ID: "2026-10-01/2026-12-31", Period: okr.Period{Name: "Q4 2026", Start: "2026-10-01", End: "2026-12-31"}}, Rows: []cards.Ended{
		{Goal: closed}, {Goal: scored, Copy: "O12", Unbound: 1}, {Goal: postponed}, {Goal: left, Left: true}, {Goal: refused, Problem: "Adele Vance already marked it as closed."},
	}}
}
