package cards_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// collecting is an import that did not begin.
func collecting() okr.Import {
	return okr.Import{
		ID: "IM3", By: megan, At: now.Add(-20 * time.Minute), Phase: okr.ImportCollecting,
		Files: []okr.ImportFile{
			{Name: "viva-goals-contoso.zip", Bytes: 2_411_724, Format: "organization export (ZIP)", Holds: "132 items, 1,204 check-ins, 86 comments, 9 teams"},
			{Name: "Explorer " + nasty + ".csv", Bytes: 310_200, Format: "Explorer export (CSV)", Holds: "132 rows with weights and scores"},
		},
	}
}

func inPhase(phase okr.ImportPhase, done, total int) okr.Import {
	imp := collecting()
	imp.Phase, imp.Done, imp.Total, imp.BegunAt, imp.EndedAt = phase, done, total, now.Add(-3*time.Minute), now
	imp.Counts = okr.ImportTally{Made: 129, CheckIns: 1204, Notes: 86, Left: 3}
	return imp
}

func importPreview() okr.ImportPreview {
	row := okr.ImportRow{File: "viva-goals-contoso.zip", Row: 17, ID: "5100017", Title: "Open the warehouse " + nasty, Why: "It was under the key result “Ship 40 stores”. Key results can't have OKRs below them here, so it moves to that key result's objective."}
	return okr.ImportPreview{
		Import: collecting(), Tally: okr.ImportTally{Made: 129, CheckIns: 1204, Notes: 86, Left: 3},
		Groups: []okr.ImportGroup{
			{Kind: okr.Objective, Period: "Annual 2025", Status: okr.OnTrack, Count: 9},
			{Kind: okr.Objective, Period: "Annual 2025", Status: okr.StatusClosed, Count: 3},
			{Kind: okr.KeyResult, Period: "Q2 2025", Status: okr.Behind, Count: 71},
			{Kind: okr.KeyResult, Period: "Q2 2025", Status: okr.AtRisk, Count: 25},
			{Kind: okr.Project, Period: "Q2 2025", Count: 21},
		},
		Findings: []okr.ImportFinding{
			{Kind: okr.FindingLeft, Title: "Can't be imported", Rows: []okr.ImportRow{{File: "Explorer.csv", Row: 9, Title: "", Why: "The row has no title."}, row, row}},
			{Kind: okr.FindingMoved, Title: "Moved to another objective", Rows: []okr.ImportRow{row, row}},
			{Kind: okr.FindingGuessed, Title: "Rounded values in the CSV", Rows: []okr.ImportRow{row}},
			{Kind: okr.FindingKnown, Title: "Columns that I don't know", Rows: []okr.ImportRow{{File: "Explorer.csv", Why: "The column “Region” isn't used."}}},
		},
		People: importPeople(),
		Words:  []okr.ImportWord{{Word: "Big rock", Kind: okr.Objective, Guessed: true, Count: 12}, {Word: "Deliverable", Count: 21}, {Word: "Kpi", Kind: okr.KeyResult, Count: 4}},
		Differences: []okr.ImportDifference{
			{ID: "5100002", Title: "Ship 40 stores " + nasty, Shown: new(30.0), Computed: new(30.25), Why: "The files round."},
			{ID: "5100001", Title: "Delight the north", Shown: new(64.0), Computed: new(48.5), Why: "Viva Goals counted the project “Open the warehouse” too. Here projects count only if there are no key results."},
			{ID: "5100003", Title: "Cut the cost", Shown: new(225.0), Why: "Nobody has checked in."},
		},
	}
}

func importPeople() []okr.ImportPerson {
	return []okr.ImportPerson{
		{Key: "megan@contoso.example", Name: "Megan Bowen", Email: "megan@contoso.example", Items: 41, Match: megan, How: okr.MatchEmail},
		{Key: "alex wilber", Name: "Alex Wilber " + nasty, Items: 12},
		{Key: "isaiah langer", Name: "Isaiah Langer", Items: 3, How: okr.MatchSeveral},
		{Key: "adele@contoso.example", Name: "Adele V", Email: "adele@contoso.example", Items: 7, Match: adele, How: okr.MatchChosen},
		{Key: "old@contoso.example", Name: "Gone Person", Email: "old@contoso.example", Items: 2, How: okr.MatchNobody},
		{Key: "commenter", Name: "Only Comments", How: okr.MatchNotAsked},
	}
}

func importCards() []exhibit {
	v := importPreview()
	waits := v
	waits.Waits = "Say first what the word “Deliverable” means."
	after := v
	after.Import, after.People, after.Words = inPhase(okr.ImportDone, 1419, 1419), nil, nil
	done := after.Import
	done.Unbound, done.Conflict = []okr.GoalID{"KR1", "KR2", "KR3"}, []okr.GoalID{"O1"}
	done.Counts.Kept = 1
	stopped := inPhase(okr.ImportRunning, 400, 1419)
	stopped.Problem = "I can't save changes at the moment. I'll continue automatically in a minute."
	undone := inPhase(okr.ImportUndone, 0, 0)
	undone.Counts = okr.ImportTally{TakenBack: 129}
	empty := collecting()
	empty.Files = nil
	form := cards.ImportForm{Preview: v, Me: megan}
	picker := form
	picker.Picker = cards.DatasetPeople
	wrong := form
	wrong.Values = map[string]string{cards.ImportPersonInput("alex wilber"): "Alx"}
	wrong.Error = cards.FieldError{Field: cards.ImportPersonInput("alex wilber"), Message: "Nobody here is called “Alx”."}
	page := form
	page.Preview.People = manyPeople(40)
	page.Offset = 8
	return []exhibit{
		{"import-start", cards.ImportStart(false)},
		{"import-start-again", cards.ImportStart(true)},
		{"import-files", cards.ImportFiles(collecting(), nil)},
		{"import-files-bad", cards.ImportFiles(collecting(), []string{"holiday.png: it's none of the files that I can read: a ZIP, CSV or Excel file of Viva Goals."})},
		{"import-files-none", cards.ImportFiles(empty, []string{"holiday.png: it's none of the files that I can read."})},
		{"import-preview", cards.ImportPreview(v)},
		{"import-preview-waits", cards.ImportPreview(waits)},
		{"import-preview-after", cards.ImportPreview(after)},
		{"import-preview-nothing", cards.ImportPreview(okr.ImportPreview{Import: collecting(), Waits: "The files hold no OKRs."})},
		{"import-rows", cards.ImportReasons(cards.ImportRows{Import: v.Import, Finding: v.Findings[0]})},
		{"import-differences", cards.ImportDifferences(place, v, 0)},
		{"import-differences-none", cards.ImportDifferences(place, okr.ImportPreview{Import: v.Import}, 0)},
		{"import-people", cards.ImportPeople(form)},
		{"import-people-picker", cards.ImportPeople(picker)},
		{"import-people-wrong", cards.ImportPeople(wrong)},
		{"import-people-page", cards.ImportPeople(page)},
		{"import-people-none", cards.ImportPeople(cards.ImportForm{Preview: okr.ImportPreview{Import: v.Import}})},
		{"import-words", cards.ImportWords(form)},
		{"import-running-begins", cards.ImportProgress(place, inPhase(okr.ImportRunning, 0, 0))},
		{"import-running", cards.ImportProgress(place, inPhase(okr.ImportRunning, 612, 1419))},
		{"import-stopped", cards.ImportProgress(place, stopped)},
		{"import-done", cards.ImportProgress(place, done)},
		{"import-done-all", cards.ImportProgress(place, inPhase(okr.ImportDone, 1419, 1419))},
		{"import-undoing", cards.ImportProgress(place, inPhase(okr.ImportUndoing, 100, 129))},
		{"import-undone", cards.ImportProgress(place, undone)},
		{"import-unbound", cards.ImportUnbound(cards.ImportGoals{Import: done, Views: []cards.GoalView{unboundView(), unboundView()}, Total: 2})},
		{"import-unbound-none", cards.ImportUnbound(cards.ImportGoals{Import: done})},
		{"import-conflicts", cards.ImportConflicts(place, cards.ImportGoals{Import: done, Views: []cards.GoalView{objectiveView()}, Total: 1})},
		{"import-undo", cards.ConfirmImportUndo(place, done)},
		{"imports", cards.Imports(place, cards.ImportHistory{Imports: []okr.Import{collecting(), stopped, done, undone}})},
		{"imports-page", cards.Imports(place, cards.ImportHistory{Imports: slices.Repeat([]okr.Import{done, undone}, 20), Offset: 15})},
		{"imports-none", cards.Imports(place, cards.ImportHistory{})},
	}
}

// manyPeople are people of whom nobody was found.
func manyPeople(n int) []okr.ImportPerson {
	var out []okr.ImportPerson
	for i := range n {
		out = append(out, okr.ImportPerson{Key: fmt.Sprintf("person%02d", i), Name: fmt.Sprintf("Person %02d", i), Items: n - i})
	}
	return out
}

// worstImports are the cards of an import with the longest texts.
func worstImports(title string) []exhibit {
	long := strings.Repeat(title, 3)
	imp := inPhase(okr.ImportDone, 1<<30, 1<<31)
	imp.ID, imp.By.Name, imp.Problem = "IM99999", title, long
	imp.Files = hundred(okr.ImportFile{Name: title, Bytes: 1 << 26, Format: title, Holds: long})
	imp.Unbound, imp.Conflict = hundred(okr.GoalID("KR999999")), hundred(okr.GoalID("KR999999"))
	open := imp
	open.Phase = okr.ImportCollecting
	running := imp
	running.Phase = okr.ImportRunning
	row := okr.ImportRow{File: title, Row: 1 << 30, ID: title, Title: title, Why: long}
	v := okr.ImportPreview{
		Import: open, Tally: okr.ImportTally{Made: 1 << 30, Changed: 1 << 30, Same: 1 << 30, Kept: 1 << 30, Left: 1 << 30, CheckIns: 1 << 30, Notes: 1 << 30},
		Findings: hundred(okr.ImportFinding{Kind: okr.FindingLeft, Title: title, Rows: hundred(row)}), Waits: long,
		Differences: hundred(okr.ImportDifference{ID: title, Title: title, Shown: new(1e12), Computed: new(-1e12), Why: long}),
	}
	for i := range 100 {
		key := fmt.Sprint(i, title)
		v.People = append(v.People, okr.ImportPerson{Key: key, Name: title, Email: title, Items: 1 << 30, Match: okr.Person{ID: okr.UserID(fmt.Sprintf("%036d", i)), Name: title}, How: okr.MatchChosen})
		v.Words = append(v.Words, okr.ImportWord{Word: key, Count: 1 << 30})
		for _, s := range []okr.Status{okr.OnTrack, okr.Behind, okr.AtRisk, okr.NotStarted, okr.StatusClosed, okr.StatusPostponed} {
			v.Groups = append(v.Groups, okr.ImportGroup{Kind: okr.KeyResult, Period: key, Status: s, Count: 1 << 30})
		}
	}
	free := v
	free.Waits = ""
	form := cards.ImportForm{Preview: v, Offset: 16, Me: okr.Person{ID: "me", Name: title}, Error: cards.FieldError{Message: long}}
	picker := form
	picker.Picker = cards.DatasetPeople
	views := hundred(unboundView())
	for i := range views {
		views[i].Goal.Title, views[i].Goal.ID = title, okr.GoalID(fmt.Sprintf("KR9999%02d", i))
	}
	return []exhibit{
		{"import-files", cards.ImportFiles(open, hundred(long))},
		{"import-preview", cards.ImportPreview(v)},
		{"import-preview-free", cards.ImportPreview(free)},
		{"import-rows", cards.ImportReasons(cards.ImportRows{Import: open, Finding: v.Findings[0], At: 99, Offset: 15})},
		{"import-differences", cards.ImportDifferences(place, v, 15)},
		{"import-people", cards.ImportPeople(form)},
		{"import-people-picker", cards.ImportPeople(picker)},
		{"import-words", cards.ImportWords(form)},
		{"import-running", cards.ImportProgress(place, running)},
		{"import-done", cards.ImportProgress(place, imp)},
		{"import-unbound", cards.ImportUnbound(cards.ImportGoals{Import: imp, Views: views, Total: 1000, Offset: 15})},
		{"import-conflicts", cards.ImportConflicts(place, cards.ImportGoals{Import: imp, Views: views, Total: 1000, Offset: 15})},
		{"import-undo", cards.ConfirmImportUndo(place, imp)},
		{"imports", cards.Imports(place, cards.ImportHistory{Imports: hundred(imp), Offset: 15})},
	}
}
