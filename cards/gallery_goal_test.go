package cards_test

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// fullForm has something in every field.
func fullForm() cards.GoalForm {
	adeles := cards.People{Names: "Adele Vance", Chosen: []cards.Choice{personChoice(adele)}}
	return cards.GoalForm{
		Phase: place.PhaseExample(), Kind: okr.KeyResult, Editing: "KR3", Version: 7, OwnerName: "Megan Bowen",
		Owners: []cards.Choice{personChoice(megan), personChoice(adele)}, Objectives: objectiveChoices(), Teams: []string{"Delivery", "Growth"},
		Values: map[string]string{
			"title": "Close the launch bugs", "owner": string(megan.ID), "parent": "O1",
			"metric": "Bugs closed", "type": string(okr.Increase), "unitKind": string(okr.UnitPercent), "unit": "%", "startValue": "10", "target": "95", "phases": place.Locale.ShownPhases("2026-10-31: 20\n2026-11-30: 60"),
			"description": "What counts is what customers see.\nInternal tools are left out.", "tags": "quality, launch", "team": "Delivery",
			"level": string(okr.LevelOrganization), "weight": "40", "private": "true",
		},
		People: map[string]cards.People{"coOwners": adeles, "checkInOwner": adeles},
	}
}

func formCards() []exhibit {
	ownDates := fullForm()
	ownDates.Values[cards.KeyPeriod], ownDates.Values[cards.InputStart], ownDates.Values[cards.InputEnd] = cards.ChoiceCustomPeriod, "2026-07-01", "2027-01-31"
	more := fullForm()
	more.Values["phases"] = "tomorrow: 20"
	more.Error = cards.FieldError{Field: "phases", Message: "Write each line as a day and a number, for example " + place.PhaseExample() + ". Can't read: tomorrow: 20"}
	picker := fullForm()
	picker.Picker = cards.DatasetPeople
	picker.Error = cards.FieldError{Field: "weight", Message: "A weight is a percentage from 0 to 100; leave it empty for an equal share."}
	conflict := fullForm()
	conflict.Values["title"] = "Close all launch bugs"
	conflict.Conflict = &cards.Conflict{By: "Adele Vance", At: now, Fields: []cards.ConflictField{
		{Name: "Title", Before: "Close the launch bugs", Theirs: "Close most launch bugs " + nasty, Yours: "Close all launch bugs"},
		{Name: "Target value", Before: "100", Theirs: "90", Yours: "95"},
		{Name: "Team", Theirs: "Growth", Yours: "Delivery"},
	}}
	control := fullForm()
	control.Editing, control.Draft = "", "d-93"
	maps.Copy(control.Values, map[string]string{
		"type": string(okr.StayBelow), "unit": "errors", "unitKind": string(okr.UnitWord), "threshold": "3", "target": "5", "phases": "",
	})
	control.Error = cards.FieldError{Field: "threshold", Message: "The risk threshold (3) must be above the limit (5): between the two it is behind, from there on at risk."}
	dates := cards.GoalForm{
		Draft: "d-93", Kind: okr.Objective, Objectives: objectiveChoices(), Periods: periodChoices(),
		Values: map[string]string{
			"title": "Calm operations", "parent": "O1", "period": cards.ChoiceCustomPeriod, "start": "2026-09-01", "end": "2026-08-01", "goalType": string(okr.Committed),
		},
		Error: cards.FieldError{Field: "end", Message: "The last day must be after the first day."},
	}
	objective := dates
	objective.Values, objective.Error = maps.Clone(dates.Values), cards.FieldError{}
	maps.Copy(objective.Values, map[string]string{"period": periodChoices()[0].Value, "start": "", "end": ""})
	kept := fullForm()
	kept.People["editors"] = cards.People{Names: strings.Repeat("Adele Vance, ", 200)}
	return []exhibit{
		{"goal-form-kept", cards.EditGoal(kept)},
		{"goal-form-objective-above", cards.EditGoal(objective)},
		{"goal-form-objective-dates", cards.EditGoal(dates)},
		{"goal-form-key-result", cards.EditGoal(fullForm())},
		{"goal-form-key-result-dates", cards.EditGoal(ownDates)},
		{"goal-form-key-result-more", cards.EditGoal(more)},
		{"goal-form-key-result-picker", cards.EditGoal(picker)},
		{"goal-form-conflict", cards.EditGoal(conflict)},
		{"goal-form-limit-wrong", cards.EditGoal(control)},
	}
}

func standingCards() []exhibit {
	baseline := limit()
	baseline.Goal.Metric = &okr.Metric{Name: "Minutes to set up", Unit: "min", Type: okr.Baseline, Current: new(float64(34))}
	baseline.Standing = okr.Standing{Status: okr.StatusInProgress, Expected: 59}
	bare := objectiveView()
	bare.Children, bare.Standing = nil, okr.Standing{Expected: 59.3, Status: okr.NoData}
	reader := fullView()
	reader.MayEdit, reader.MayCheckIn = false, false
	status := view(project(), 38.46, okr.OnTrack)
	status.Goal.Manual, status.Standing.Auto, status.Standing.Automatic = &okr.Override{Status: okr.OnTrack, By: megan, At: now}, okr.AtRisk, new(38.46)
	lonely := cards.HistoryView{Goal: limit()}
	met := history()
	met.Projection.Meets, met.Goal, met.Offset, met.Total, met.CheckIns = "2026-12-20", view(keyResult(), 40, okr.OnTrack), 6, 9, nil
	never := history()
	never.Projection.Meets, never.Projection.Points = "", points("2026-11-23", 38, 40, 38)
	few := history()
	few.Points, few.Projection, few.Why = few.Points[:3], nil, "A projection needs at least 4 values; there are fewer."
	over := history()
	over.Goal, over.Projection, over.Why = ended(okr.StatusClosed, new(0.4)), nil, "It has ended, so there is nothing to project."
	none := checklist(3)
	none.Goal.Tasks = nil
	return []exhibit{
		{"goal-full", cards.Goal(place, fullView())},
		{"goal-full-reader", cards.Goal(place, reader)},
		{"goal-weighted", cards.Goal(place, weighted())},
		{"goal-limit", cards.Goal(place, limit())},
		{"goal-baseline", cards.Goal(place, baseline)},
		{"goal-objective-bare", cards.Goal(place, bare)},
		{"goal-overridden-once", cards.Goal(place, overridden(false))},
		{"goal-overridden-lasting", cards.Goal(place, overridden(true))},
		{"goal-status-by-hand", cards.Goal(place, status)},
		{"goal-closed", cards.Goal(place, ended(okr.StatusClosed, new(0.7)))},
		{"goal-closed-full", cards.Goal(place, ended(okr.StatusClosed, new(float64(1))))},
		{"goal-postponed", cards.Goal(place, ended(okr.StatusPostponed, nil))},
		{"why-objective", cards.Why(place, weighted())},
		{"why-key-result", cards.Why(place, fullView())},
		{"why-project", cards.Why(place, view(project(), 38.46, okr.AtRisk))},
		{"why-unbound", cards.Why(place, limit())},
		{"why-nothing", cards.Why(place, bare)},
		{"goal-another-query", cards.Goal(place, caused(okr.Changes{Causes: []okr.Cause{okr.CauseQuery, okr.CauseMeasure}}))},
		{"why-another-account", cards.Why(place, caused(okr.Changes{Causes: []okr.Cause{okr.CauseConnection, okr.CauseAccount}, Completed: sorted().Completed}))},
		{"why-override-ended", cards.Why(place, caused(okr.Changes{Causes: []okr.Cause{okr.CauseResumed}}))},
		{"goal-sorted-changes", cards.Goal(place, caused(sorted()))},
		{"history-caused", cards.History(place, causedHistory())},
		{"history-objective", cards.History(place, objectiveHistory())},
		{"history", cards.History(place, history())},
		{"goal-tasks", cards.Goal(place, checklist(3))},
		{"goal-tasks-many", cards.Goal(place, checklist(40))},
		{"tasks", cards.Tasks(place, checklist(40), 10)},
		{"tasks-none", cards.Tasks(place, none, 0)},
		{"tasks-edit", cards.EditTasks(place, cards.TasksForm{Goal: checklist(40).Goal, Draft: "d-93", Text: okr.TaskLines(checklist(40).Goal.Tasks[:10], place.DayStyle()), From: 1, To: 10})},
		{"tasks-add", cards.EditTasks(place, cards.TasksForm{Goal: checklist(3).Goal, Draft: "d-93", Text: "Paint, @Somebody", Error: cards.FieldError{Field: cards.InputTasks, Message: "Nobody here is called “Somebody”."}})},
		{"why-tasks", cards.Why(place, checklist(3))},
		{"history-comment", cards.History(place, commented())},
		{"comment-delete", cards.ConfirmDeleteCheckIn(place, keyResult(), commented().CheckIns[1].CheckIn)},
		{"history-met", cards.History(place, met)},
		{"history-not-met", cards.History(place, never)},
		{"history-empty", cards.History(place, lonely)},
		{"history-few", cards.History(place, few)},
		{"history-closed", cards.History(place, over)},
	}
}

func checkInCards() []exhibit {
	form := cards.CheckInForm{Draft: "d-93", Goal: limit()}
	auto := cards.CheckInForm{Draft: "d-93", Goal: overridden(true), Value: "55", Override: cards.OverrideLasting}
	wrong := cards.CheckInForm{
		Editing: "CI9", Goal: fullView(), Value: "a lot", Status: string(okr.AtRisk), Note: "Payments are done.\nReceipts are next.", Date: "2026-11-20",
		Error: cards.FieldError{Field: "value", Message: "The value must be a number, for example 80 or 12.5."},
	}
	by := cards.CheckInForm{Draft: "d-93", Goal: weighted()}
	said := checkIn("CI9", 55, time.Minute)
	said.Auto, said.Lasting = new(float64(40)), true
	soon, over, update := endingPeriods("2026-12-28"), endingPeriods("2027-01-05"), endingPeriods("2026-12-30")
	soon.Ends = soon.Ends[:1]
	over.Ends[0].Due, over.Ends[1] = 0, okr.PeriodEnd{ID: "sprint", Period: okr.Period{Name: "Christmas sprint", Start: "2026-12-01", End: "2027-01-02"}, Others: 4}
	update.Ends = []okr.PeriodEnd{{ID: "2026-10-01/2026-12-31", Period: update.Ends[0].Period, Due: 3}}
	return []exhibit{
		{"checkin", cards.CheckIn(place, form)},
		{"checkin-automatic", cards.CheckIn(place, auto)},
		{"checkin-objective", cards.CheckIn(place, by)},
		{"checkin-wrong", cards.CheckIn(place, wrong)},
		{"checked-in", cards.CheckedIn(place, limit(), checkIn("CI9", 6.2, time.Minute))},
		{"undone", cards.Undone(place, "You checked in KR7", limit())},
		{"checked-in-override", cards.CheckedIn(place, overridden(true), said)},
		{"checkin-delete", cards.ConfirmDeleteCheckIn(place, fullGoal(), checkIn("CI9", 33, 75*time.Hour))},
		{"walk", cards.CheckInStep(place, cards.WalkStep{Walk: cards.Walk{ID: "w-93", Todo: []okr.GoalID{"KR8", "KR9"}}, Goal: limit()})},
		{"walk-skipped", cards.CheckInStep(place, cards.WalkStep{
			Walk: cards.Walk{ID: "w-93", Todo: []okr.GoalID{"KR9"}, Done: []okr.GoalID{"KR7"}, Skipped: []okr.GoalID{"KR8"}}, Goal: unboundView(), News: []string{"Skipped KR8: Adele Vance updated it."},
		})},
		{"walk-wrong", cards.CheckInStep(place, cards.WalkStep{
			Walk: cards.Walk{ID: "w-93", Done: []okr.GoalID{"KR7"}}, Goal: limit(), Value: "lots", Status: string(okr.Behind), Note: "Two teams joined.",
			Error: cards.FieldError{Field: "value." + string(limit().Goal.ID), Message: "The value must be a number, for example 80 or 12.5."},
		})},
		{"walk-summary", cards.WalkSummary(place, walkEnd(1))},
		{"walk-caught-up", cards.WalkSummary(place, walkEnd(0))},
		{"deleted", cards.Done("Deleted", "KR1 Close the bugs is deleted. It can be restored for 30 days.", []cards.Button{
			{Title: "Undo", Verb: cards.VerbGoalRestore, Data: map[string]string{cards.KeyGoal: "KR1"}}, {Title: "OKRs", Verb: cards.VerbGoals},
		})},
		{"reminder-form", cards.EditReminders(cards.ReminderForm{Reminders: true, Weekday: "1", Hour: "9", Every: "1", Skip: "3", Zone: "Europe/Paris"})},
		{"period-ends", cards.PeriodEnds(place, soon)},
		{"period-ends-both", cards.PeriodEnds(place, endingPeriods("2026-12-31"))},
		{"period-ends-admin", cards.PeriodEnds(place, over)},
		{"period-ends-update", cards.PeriodEnds(place, update)},
		{"nudge", cards.Nudge(place, cards.NudgeView{Goal: limit(), Reason: "It has been on track without moving for 4 weeks."})},
		{"nudge-from", cards.Nudge(place, cards.NudgeView{Goal: unboundView(), From: "Megan Bowen", Reason: "Nobody has checked in.", Since: now.Add(-700 * time.Hour)})},
	}
}

func endCards() []exhibit {
	many := endingsForm()
	many.All, many.Offset, many.Total, many.Closed = true, 4, 9, 3
	badEnding := endingsForm()
	badEnding.Rows[0].Score, badEnding.Error = "7", cards.FieldError{Field: "score." + string(badEnding.Rows[0].Goal.Goal.ID), Message: "A score is a number from 0 to 1, for example 0.7."}
	clone := cards.CloneForm{Draft: "d-93", Goal: objective(), Periods: periodChoices(), Period: periodChoices()[1].Value, Bindings: true}
	wrong := clone
	wrong.Period, wrong.Error = cards.ChoiceCustomPeriod, cards.FieldError{Field: "start", Message: "Enter a date, for example " + place.Date("2026-09-30") + ". Can't read: soon"}
	copied := view(objective(), 0, okr.NotStarted)
	copied.Goal.ID = "O9"
	closing := cards.CloseForm{Goal: weighted(), Children: 4, Suggested: 0.4}
	kept := closing
	kept.Kept = []okr.Goal{keyResult(), project()}
	left := make([]okr.Goal, 7)
	for i := range left {
		left[i] = keyResult()
		left[i].ID = okr.GoalID(fmt.Sprintf("KR%d", i+1))
	}
	badScore := cards.CloseForm{Goal: fullView(), State: string(okr.StatusPostponed), Score: "7", Suggested: 0.4, Note: "Later.", Error: cards.FieldError{Field: "score", Message: "A score is a number from 0 to 1."}}
	return []exhibit{
		{"close", cards.Close(place, closing)},
		{"close-wrong", cards.Close(place, badScore)},
		{"close-kept", cards.Close(place, kept)},
		{"closed", cards.Closed(place, ended(okr.StatusClosed, new(0.4)), 4, nil)},
		{"closed-kept", cards.Closed(place, ended(okr.StatusClosed, new(0.4)), 1, left)},
		{"closed-postponed", cards.Closed(place, ended(okr.StatusPostponed, nil), 0, nil)},
		{"close-period", cards.ClosePeriod(place, endingsForm())},
		{"close-period-page", cards.ClosePeriod(place, many)},
		{"close-period-wrong", cards.ClosePeriod(place, badEnding)},
		{"close-period-done", cards.PeriodDone(closedPeriod())},
		{"close-period-undone", cards.PeriodReopened(3, 2, []okr.GoalID{"O12"})},
		{"close-period-nothing", cards.NothingToClose(endingsForm().Period, okr.TimePeriod{ID: "2026-10-01/2026-12-31", Period: okr.Period{Name: "Q4 2026"}}, false)},
		{"reopen", cards.ConfirmReopen(place, ended(okr.StatusClosed, new(0.7)))},
		{"clone", cards.Clone(clone)},
		{"clone-wrong", cards.Clone(wrong)},
		{"cloned", cards.Cloned(place, objective(), copied, 5, 1)},
	}
}

func listCards() []exhibit {
	people := []cards.Choice{personChoice(megan), personChoice(adele)}
	list := cards.GoalList{
		Views: []cards.GoalView{weighted(), secondObjective()}, Total: 17, Offset: 5, Mine: true, Owners: people, Teams: []cards.Choice{{Title: "Delivery", Value: "Delivery"}}, Periods: periodChoices()[:3],
		Filter: cards.GoalFilter{Status: string(okr.Behind), Team: "Delivery", Text: nasty, Owner: string(megan.ID)},
	}
	closed := []cards.GoalView{ended(okr.StatusClosed, new(0.7)), fullView(), view(project(), 38.46, okr.AtRisk)}
	closed[0].Goal.ID, closed[0].Children = "O7", nil
	groups := []cards.AttentionGroup{
		{Title: "Cannot be measured", Total: 3, Rows: []cards.AttentionRow{{Goal: keyResult(), Status: okr.Behind, Reason: "The sign-in of megan@contoso.example is no longer accepted, for 2 days.", Step: cards.Button{Title: "Sign in", Verb: cards.VerbConnectionSignIn, Data: map[string]string{"connection": "C8"}, Style: "positive"}}}},
		{Title: "At risk", Total: 1, Rows: []cards.AttentionRow{{Goal: project(), Status: okr.AtRisk, Reason: "At 38%, expected 59%.", Step: cards.Button{Title: "Check in", Verb: cards.VerbCheckIn, Data: map[string]string{"goal": "P4"}}}}},
		{Title: "Without a check-in", Total: 1, Rows: []cards.AttentionRow{{Goal: unboundView().Goal, Status: okr.NoData, Reason: "No check-in for 28 days.", Step: cards.Button{Title: "Nudge", Verb: cards.VerbNudge, Data: map[string]string{"goal": "KR5"}}}}},
	}
	return []exhibit{
		{"goals-mine-filtered", cards.Goals(place, list)},
		{"goals-wide", cards.Goals(place, cards.GoalList{Views: wide(5, 12, "Customers recommend us to their friends"), Total: 17, Page: 5})},
		{"goals-flat", cards.Goals(place, cards.GoalList{Views: closed, Total: 3})},
		{"goals-mine-empty", cards.Goals(place, cards.GoalList{Mine: true})},
		{"goals-none-match", cards.Goals(place, cards.GoalList{Filter: list.Filter, Owners: people, Periods: periodChoices()})},
		{"goals-page-gone", cards.Goals(place, cards.GoalList{Offset: 15})},
		{"attention", cards.NeedsAttention(place, cards.Attention{Groups: groups, Total: 5, Looked: 21})},
		{"attention-connection", cards.NeedsAttention(place, cards.Attention{Groups: []cards.AttentionGroup{{Title: "Cannot be measured", Total: 1, Rows: []cards.AttentionRow{{
			Goal: groups[0].Rows[0].Goal, Through: "Contoso launch", Reason: "The sign-in of Megan Bowen has expired.",
			More: []okr.Goal{{ID: "KR7"}, {ID: "KR8"}, {ID: "P2"}}, Step: cards.Button{Title: "Sign in again", Verb: cards.VerbConnectionSignIn, Data: map[string]string{cards.KeyConnection: "C1"}},
		}}}}, Mine: true, Total: 1, Looked: 9})},
		{"attention-mine", cards.NeedsAttention(place, cards.Attention{Groups: groups[1:2], Mine: true, Total: 1, Looked: 3})},
		{"attention-none", cards.NeedsAttention(place, cards.Attention{Looked: 21})},
		{"attention-nothing-there", cards.NeedsAttention(place, cards.Attention{})},
		{"attention-mine-nothing-there", cards.NeedsAttention(place, cards.Attention{Mine: true})},
	}
}

func settingsCards() []exhibit {
	tenant := okr.Settings{
		TimeZone: "Europe/Paris", PlanningStart: time.July, Bands: okr.DefaultBands(), Current: "TP2", CreateRule: okr.CreateRule{Organization: okr.CreateByChosen, People: []okr.Person{megan, adele}},
		Periods: []okr.TimePeriod{
			{ID: "TP1", Period: okr.Period{Name: "Spring 2027", Start: "2027-03-01", End: "2027-05-31"}, Custom: true},
			{ID: "TP2", Period: okr.Period{Name: nasty, Start: "2026-11-01", End: "2026-12-31"}, Custom: true},
		},
		DigestDefault: okr.DigestRule{Cadence: okr.Weekly, Weekday: time.Friday, Hour: 16},
	}
	form := cards.SettingsOf(tenant)
	form.IsAdmin = true
	wrong := form
	wrong.PeriodName, wrong.PeriodStart, wrong.PeriodEnd = "Winter", "2027-02-01", "2027-01-01"
	wrong.Error = cards.FieldError{Field: "periodEnd", Message: "The last day must be after the first day."}
	saved := wrong
	saved.Saved = true
	zone := form
	zone.TimeZone, zone.Error = "Paris", cards.FieldError{Field: "timeZone", Message: "There is no time zone Paris. Write it as Europe/Paris."}
	kept := form
	kept.Version, kept.CreatePeople.Names = "f-93", strings.Repeat("Adele Vance, ", 200)
	picker := form
	picker.Picker, picker.CreatePeople = cards.DatasetMembers, cards.People{Chosen: []cards.Choice{{Title: "Megan Bowen", Value: "00000000-0000-4000-8000-00000000000b"}}}
	closed := form
	closed.Closed = true
	reader := cards.SettingsOf(tenant)
	reader.Admins = []string{"Megan Bowen"}
	return []exhibit{
		{"settings", cards.EditSettings(place, form)},
		{"settings-picker", cards.EditSettings(place, picker)},
		{"settings-kept", cards.EditSettings(place, kept)},
		{"settings-period-wrong", cards.EditSettings(place, wrong)},
		{"settings-saved-period-wrong", cards.EditSettings(place, saved)},
		{"settings-zone-wrong", cards.EditSettings(place, zone)},
		{"settings-closed", cards.EditSettings(place, closed)},
		{"settings-reader", cards.EditSettings(place, reader)},
	}
}
