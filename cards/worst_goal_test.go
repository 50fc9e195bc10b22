package cards_test

import (
	"fmt"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// worstGoals is each card of a goal and its life with the longest of texts.
func worstGoals(title string) []exhibit {
	long := strings.Repeat(okr.Shorten(title, 250)+"\n", 8)
	person := okr.Person{ID: okr.UserID(strings.Repeat("a", 36)), Name: title}
	people := hundred(person)[:50]
	q := okr.Query{ID: strings.Repeat("9", 36), Name: title, Path: title, Kind: okr.TreeQuery, URL: "https://dev.azure.com/" + strings.Repeat("a", 370)}
	ref := okr.WorkItemRef{ID: 1 << 30, Type: title, Title: okr.Shorten(title, 120), URL: q.URL}
	list := okr.ItemList{Count: 100, First: hundred(ref)[:10]}
	m := measurement()
	causes := []okr.Cause{okr.CauseQuery, okr.CauseMeasure, okr.CauseAccount, okr.CauseConnection, okr.CauseResumed}
	m.Changes, m.Account, m.Connection = okr.Changes{
		Causes: causes, Completed: list, Added: list, Removed: list, Reopened: list, Revalued: list,
		Back: list, Discarded: list, Retyped: list, Hidden: list, Lost: list, Unclear: list, Cleared: list,
	}, title, title
	m.Lost = okr.LostList{Count: 500, First: hundred(okr.LostItem{WorkItemRef: ref, Why: okr.LostMoved, Project: title})[:10]}
	g := fullGoal()
	g.Title, g.Description, g.Team, g.Owner, g.CoOwners, g.Viewers, g.Editors = title, long, title, person, people, people, people
	g.Tags = hundred(okr.Shorten(title, okr.MaxTag))[:10]
	g.Metric = &okr.Metric{Name: title, Unit: title, Target: 100, Current: new(float64(40)), Phases: hundred(okr.Phase{Date: "2026-10-10", Value: 12.34})[:30]}
	g.Binding = &okr.Binding{Connection: "C99999", Query: q, Method: okr.PercentCompleted, ItemType: title, Last: &m, Health: okr.Health{State: okr.HealthQueryGone, Problem: title + title + title, Since: now}}
	g.Manual = &okr.Override{Value: new(float64(55)), LastsUntilResumed: true, By: person, At: now}
	g.LastCheckIn = &okr.CheckInMark{By: person, At: now, Note: long}
	v := cards.GoalView{Goal: g, Standing: standing(40, 59, okr.Behind), ParentTitle: title, Connection: title, Stale: true, StaleFor: 1e15, MayEdit: true, MayCheckIn: true, Weight: 1}
	closed := v
	closed.Goal.Closed = &okr.Closing{State: okr.StatusClosed, Score: new(0.7), Note: long, By: person, At: now}
	o := v
	o.Goal.Kind, o.Goal.ID, o.Goal.Metric, o.Goal.Binding = okr.Objective, "O999999", nil, nil
	o.Children = many(v, 100)
	c := okr.CheckIn{ID: "CI999999", Goal: g.ID, By: person, At: now, MadeAt: now, Value: new(float64(4)), Status: okr.AtRisk, Note: long, Auto: new(float64(3)), Lasting: true, Backdated: true, EditedBy: person, EditedAt: now}
	ids := make([]okr.GoalID, cards.MaxWalk)
	for i := range ids {
		ids[i] = okr.GoalID(fmt.Sprintf("KR%d", 900000+i))
	}
	walk := cards.Walk{ID: strings.Repeat("W", 40), Todo: ids}
	choices := hundred(cards.Choice{Title: title})
	names := hundred(title)
	for i := range choices {
		choices[i].Value = fmt.Sprintf("%036d", i)
	}
	wrong := cards.FieldError{Field: "title", Message: title + title + title}
	typed := cards.People{Names: strings.Join(names[:50], ", "), Chosen: choices[:50]}
	fields := hundred(cards.ConflictField{Name: title, Before: long, Theirs: long, Yours: long})
	form := cards.GoalForm{
		Phase: place.PhaseExample(),
		Draft: strings.Repeat("d", 43), Kind: okr.KeyResult, Version: 999999, OwnerName: title, Owners: choices, Objectives: choices, Periods: choices[:20], Teams: names,
		Values: map[string]string{
			"title": title, "parent": choices[9].Value, "metric": title, "unit": title, "startValue": title, "target": title, "threshold": title,
			"phases": strings.Repeat(place.PhaseExample()+"\n", 30), "description": long, "tags": long, "team": title, "weight": title,
		},
		People:   map[string]cards.People{"coOwners": typed, "checkInOwner": typed, "delegate": typed, "viewers": typed, "editors": typed},
		Conflict: &cards.Conflict{By: title, Fields: fields}, Error: wrong,
	}
	picker := form
	picker.Picker, picker.Kind = cards.DatasetPeople, okr.Objective
	h := cards.HistoryView{
		Goal: v, Points: points("2020-01-01", 1, hundred(1234.56)...), Expected: points("2020-01-01", 1, hundred(1.234)...), CheckIns: hundred(cards.CheckInRow{CheckIn: c, MayEdit: true}), Total: 1000, Offset: 500,
		Projection: &cards.Projection{Points: points("2020-01-01", 1, hundred(9.99)...), From: 100, AtEnd: 1, End: "2026-12-31", Meets: "2030-01-01"},
	}
	h.Breaks = hundred(cards.Break{Day: "2026-10-10", Causes: causes})
	below := hundred(okr.Move{Goal: g, Before: okr.Reported{Progress: new(float64(1))}, After: okr.Reported{Progress: new(float64(2))}, Changes: m.Changes})
	up := h
	up.Goal, up.Moved = o, hundred(cards.MovedSpan{Since: title, Before: new(float64(1)), After: new(float64(2)), Changes: m.Changes, Below: below})
	h.Moved = hundred(cards.MovedSpan{Since: title, Before: new(float64(1)), After: new(float64(2)), Changes: m.Changes})
	settings := cards.SettingsOf(okr.Settings{Periods: hundred(okr.TimePeriod{ID: "TP99999", Period: okr.Period{Name: title, Start: "2026-01-01", End: "2026-12-31"}})})
	settings.IsAdmin, settings.CreatePeople, settings.TimeZone, settings.PeriodName, settings.Error = true, typed, title, title, wrong
	reader := settings
	reader.IsAdmin, reader.Admins = false, names
	filter := cards.GoalFilter{Owner: choices[7].Value, Team: title, Period: choices[8].Value, Status: title, Kind: title, Text: title}
	rows := hundred(cards.AttentionRow{Goal: g, Status: okr.AtRisk, Reason: title + title, Step: cards.Button{Title: title, Verb: cards.VerbCheckIn, Data: map[string]string{"goal": "KR999999"}}})
	work := v
	work.Goal.Kind, work.Goal.Metric, work.Goal.Binding = okr.Project, nil, nil
	work.Goal.Tasks = hundred(okr.Task{ID: strings.Repeat("d", 26) + ".200", Title: okr.Shorten(title, okr.MaxTitle), Due: "2026-10-10", Owner: person})
	return []exhibit{
		{"goal-form-full", cards.EditGoal(form)},
		{"goal-form-picker", cards.EditGoal(picker)},
		{"goal-full", cards.Goal(place, v)},
		{"goal-objective-full", cards.Goal(place, o)},
		{"goal-tasks", cards.Goal(place, work)},
		{"why-tasks", cards.Why(place, work)},
		{"tasks", cards.Tasks(place, work, 15)},
		{"tasks-edit", cards.EditTasks(place, cards.TasksForm{Goal: work.Goal, Draft: form.Draft, Text: okr.TaskLines(work.Goal.Tasks, place.DayStyle()), From: 1, To: 15, Error: wrong})},
		{"goal-closed", cards.Goal(place, closed)},
		{"why-objective", cards.Why(place, o)},
		{"why-key-result", cards.Why(place, v)},
		{"history", cards.History(place, h)},
		{"history-objective", cards.History(place, up)},
		{"checkin", cards.CheckIn(place, cards.CheckInForm{Draft: form.Draft, Goal: v, Value: title, Note: long, Date: title, Error: wrong})},
		{"checked-in", cards.CheckedIn(place, v, c)},
		{"checkin-delete", cards.ConfirmDeleteCheckIn(place, g, c)},
		{"close", cards.Close(place, cards.CloseForm{Goal: v, Score: title, Note: long, Children: 100, Kept: hundred(v.Goal), Error: wrong})},
		{"closed", cards.Closed(place, closed, 100, hundred(v.Goal))},
		{"reopen", cards.ConfirmReopen(place, closed)},
		{"clone", cards.Clone(cards.CloneForm{Draft: form.Draft, Goal: o.Goal, Periods: choices, Error: wrong})},
		{"cloned", cards.Cloned(place, g, v, 100, 50)},
		{"goals-filtered", cards.Goals(place, cards.GoalList{Views: manyObjectives(o), Total: 1000, Offset: 15, Filter: filter, Owners: choices, Teams: choices, Periods: choices})},
		{"goals-none", cards.Goals(place, cards.GoalList{Filter: filter, Owners: choices, Teams: choices, Periods: choices})},
		{"attention", cards.NeedsAttention(place, cards.Attention{Groups: hundred(cards.AttentionGroup{Title: title, Rows: rows, Total: 1000})})},
		{"walk", cards.CheckInStep(place, cards.WalkStep{Walk: walk, Goal: v, Value: title, Note: long, News: hundred(title), Error: wrong})},
		{"walk-summary", cards.WalkSummary(place, cards.WalkEnd{Walk: walk, Done: hundred(cards.WalkDone{Goal: v, CheckIn: c}), Skipped: hundred(cards.WalkSkipped{Goal: g, Why: long}), Left: 1000})},
		{"close-period", cards.ClosePeriod(place, cards.ClosePeriodForm{
			Draft: form.Draft, Period: okr.TimePeriod{ID: "2026-01-01/2026-12-31", Period: okr.Period{Name: title, Start: "2026-01-01", End: "2026-12-31"}}, Total: 1000, Cut: true, Closed: 10, Periods: choices, Error: wrong,
			Rows: endings(o, cards.Ending{Score: title, Note: long, Below: 100}),
		})},
		{"close-period-done", cards.PeriodDone(cards.PeriodClosed{Period: okr.TimePeriod{Period: g.Period}, Rows: hundred(cards.Ended{Goal: g, Copy: "O900000", Unbound: 100, Problem: long})})},
		{"period-ends", cards.PeriodEnds(place, okr.Asking{Today: "2026-12-31", Ends: hundred(okr.PeriodEnd{Period: okr.Period{Name: title, Start: "2026-01-01", End: "2026-12-31"}, Own: hundred(o), Others: 1000, Due: 1000})})},
		{"nudge", cards.Nudge(place, cards.NudgeView{Goal: v, From: title, Reason: title, Since: now})},
		{"settings", cards.EditSettings(place, settings)},
		{"settings-reader", cards.EditSettings(place, reader)},
	}
}

// endings are a page of a form that closes a period.
func endings(o cards.GoalView, e cards.Ending) []cards.Ending {
	var out []cards.Ending
	for _, v := range many(o, cards.EndingsPage) {
		e.Goal = v
		out = append(out, e)
	}
	return out
}

// many copies a view with ids of their own, as no list holds a goal twice.
func many(v cards.GoalView, n int) []cards.GoalView {
	out := make([]cards.GoalView, n)
	for i := range out {
		out[i] = v
		out[i].Goal.ID = okr.GoalID(fmt.Sprintf("KR%d", 900000+i))
	}
	return out
}

func manyObjectives(o cards.GoalView) []cards.GoalView {
	out := make([]cards.GoalView, 100)
	for i := range out {
		out[i] = o
		out[i].Goal.ID = okr.GoalID(fmt.Sprintf("O%d", 900000+i))
	}
	return out
}
