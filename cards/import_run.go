package cards

import (
	"okrbot/okr"
)

// ImportProgress shows how far an import is, from its beginning on.
func ImportProgress(p Place, imp okr.Import) Card {
	switch imp.Phase {
	case okr.ImportDone:
		return importDone(p, imp)
	case okr.ImportUndone:
		return importUndone(p, imp)
	}
	title, noun := "Importing", "import"
	if imp.Phase == okr.ImportUndoing {
		title, noun = "Undoing the import", "undo"
	}
	body := []element{heading(md(title)), note(joinMD(" · ", mdf("%s by %s", imp.ID, imp.By.Name), beganText(p, imp)))}
	if imp.Problem != "" {
		body = append(body, box("warning", text(mdn(maxMessage, "▲ %s", imp.Problem)).with("", warning)))
	}
	if imp.Total > 0 {
		percent := 100 * float64(min(imp.Done, imp.Total)) / float64(imp.Total)
		body = append(body, bar(p, &percent, ""), note(md(thousands(imp.Done)+" of "+tallied(imp.Total, "record"))))
	} else {
		body = append(body, text("Reading the files…"))
	}
	body = append(body, text(md("The "+noun+" continues in the background, and this card is updated. You can leave the chat.")))
	return newCard(title+" "+string(imp.ID), body, run("Refresh", VerbImportShow, KeyImport, string(imp.ID)), run("Imports", VerbImports))
}

func beganText(p Place, imp okr.Import) md {
	if imp.BegunAt.IsZero() {
		return ""
	}
	return "started " + p.at(imp.BegunAt)
}

// importDone says what an import has brought, and what is left to do.
func importDone(p Place, imp okr.Import) Card {
	title := "✓ Import " + string(imp.ID) + " is done"
	id := string(imp.ID)
	body := []element{heading(mdf("%s", title)), note(joinMD(" · ", mdf("by %s", imp.By.Name), p.at(imp.EndedAt))), facts(tallyFacts(imp.Counts)...)}
	if imp.Problem != "" {
		body = append(body, box("warning", text(mdn(maxMessage, "▲ %s", imp.Problem))))
	}
	var actions []action
	if n := len(imp.Unbound); n > 0 {
		body = append(body, box("emphasis", bold(md(fedText(n))), note("They keep their last value. Bind them to Azure DevOps queries to keep them up to date.")))
		actions = append(actions, run("Bind to Azure DevOps", VerbImportUnbound, KeyImport, id).positive())
	}
	if n := len(imp.Conflict); n > 0 {
		body = append(body, decideRow("Changed here and in the file", md(tallied(n, "OKR")+" kept as they are here"), false, run("Show conflicts", VerbImportConflicts, KeyImport, id)))
	}
	body = append(body, decideRow("Report", "What was moved, guessed or left out", false, run("Show report", VerbImportPreview, KeyImport, id)))
	actions = append(actions, run("Show OKRs", VerbGoals, KeyScope, "all"), run("Undo import", VerbImportUndoAsk, KeyImport, id))
	return newCard(title, body, append(actions, run("Imports", VerbImports).secondary())...)
}

// fedText says how many goals an integration measured before.
func fedText(n int) string {
	if n == 1 {
		return "1 OKR had an integration"
	}
	return tallied(n, "OKR") + " had an integration"
}

func importUndone(p Place, imp okr.Import) Card {
	title := "Import " + string(imp.ID) + " is undone"
	body := []element{
		heading(mdf("%s", title)), note(joinMD(" · ", mdf("by %s", imp.By.Name), p.at(imp.EndedAt))), facts(tallyFacts(okr.ImportTally{TakenBack: imp.Counts.TakenBack})...),
		text("Everything from it was deleted, with its history. You can import again."),
	}
	return newCard(title, body, run("New import", VerbImport), run("Imports", VerbImports))
}

// ImportGoals is a list of goals that an import is to be followed up with.
type ImportGoals struct {
	Import okr.Import
	Views  []GoalView
	Total  int
	Offset int
}

// ImportUnbound lists the goals that an integration fed before and that nothing measures
// now, each with the button to bind it.
func ImportUnbound(l ImportGoals) Card {
	title := "Bind to Azure DevOps"
	total := max(l.Total, l.Offset+len(l.Views))
	shown := rows(len(l.Views), func(i int) element {
		g := l.Views[i].Goal
		bind := run("Bind "+string(g.ID), VerbBind, KeyGoal, string(g.ID), KeyText, okr.Shorten(g.Title, maxSearch))
		return columns(col(stretch, text(mdn(maxLong, "%s", g.Title)).near(), note(mdf("%s %s", kindWord(g.Kind), g.ID))).middle(), col(auto, actionsOf(bind)).middle()).separated()
	})
	body := []element{heading(md(title)), note(joinMD(" ", "An integration updated these before. Choose a shared query for each.", rangeText(total, l.Offset, len(shown))))}
	if total == 0 {
		body = []element{heading(md(title)), text("✓ All done.")}
	}
	return newCard(title, append(body, shown...), importGoalActions(VerbImportUnbound, l, total, len(shown))...)
}

// maxSearch is how much of a title a search begins with, in characters.
const maxSearch = 100

func importGoalActions(verb string, l ImportGoals, total, shown int) []action {
	id := string(l.Import.ID)
	return append(pagesOf(verb, total, l.Offset, shown, PageSize, KeyImport, id), run("Back to import", VerbImportShow, KeyImport, id))
}

// ImportConflicts lists the goals that were changed here and in the files.
func ImportConflicts(p Place, l ImportGoals) Card {
	title := "Changed here and in the file"
	total := max(l.Total, l.Offset+len(l.Views))
	shown := rows(len(l.Views), func(i int) element { return goalLine(p, l.Views[i], 0).separated() })
	body := append([]element{heading(md(title)), note(joinMD(" ", "They're kept as they are here. Select a row for details.", rangeText(total, l.Offset, len(shown))))}, shown...)
	return newCard(title, body, importGoalActions(VerbImportConflicts, l, total, len(shown))...)
}

// ConfirmImportUndo asks before an import is taken back.
func ConfirmImportUndo(p Place, imp okr.Import) Card {
	title := "Undo import " + string(imp.ID) + "?"
	body := []element{
		heading(mdf("%s", title)),
		note(joinMD(" · ", mdf("by %s", imp.By.Name), p.at(imp.EndedAt))),
		text(md("This deletes its " + tallied(imp.Counts.Made, "OKR") + " with their check-ins and comments." + changedBack(imp.Counts.Changed))),
		note("You can't undo it once somebody checked in, bound or changed its OKRs."),
	}
	return newCard(title, body, run("Undo import", VerbImportUndo, KeyImport, string(imp.ID)).destructive(), run("Cancel", VerbImportShow, KeyImport, string(imp.ID)))
}

// changedBack says what becomes of goals that an import changed.
func changedBack(n int) string {
	if n == 0 {
		return ""
	}
	return " The " + tallied(n, "OKR") + " it updated are restored."
}
