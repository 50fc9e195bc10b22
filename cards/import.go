package cards

import (
	"fmt"
	"strconv"
	"strings"

	"okrbot/okr"
)

// The verbs of an import, with the data that comes along. Data of all but the first two
// is import.
const (
	VerbImport            = "import"
	VerbImports           = "import.list"        // offset
	VerbImportShow        = "import.show"        // however far it is
	VerbImportFiles       = "import.files"       // what is to be imported
	VerbImportDrop        = "import.drop"        // file
	VerbImportCancel      = "import.cancel"      // before it began
	VerbImportPreview     = "import.preview"     // what it would do
	VerbImportRows        = "import.rows"        // finding, offset
	VerbImportDifferences = "import.differences" // offset
	VerbImportWords       = "import.words"       // offset
	VerbImportWordsSave   = "import.words.save"  // offset, to; inputs: see [ImportWordInput]
	VerbImportPeople      = "import.people"      // offset
	VerbImportPeopleSave  = "import.people.save" // offset, to, picker; inputs: see [ImportPersonInput]
	VerbImportMatch       = "import.match"       // to: look for the people, and preview or ask
	VerbImportBegin       = "import.begin"
	VerbImportUnbound     = "import.unbound" // offset: what an integration fed
	VerbImportConflicts   = "import.conflicts"
	VerbImportUndoAsk     = "import.undo.ask"
	VerbImportUndo        = "import.undo"
)

// Keys of what the buttons of an import carry.
const (
	KeyImport  = "import"  // id of an import
	KeyFile    = "file"    // name of a file
	KeyFinding = "finding" // place of a finding in the preview, from 0
	KeyTo      = "to"      // where the page begins that follows a saved one; none: the preview follows
)

// ImportPageSize is how many people or words one card asks for.
const ImportPageSize = 8

// ImportStart says what can be brought along, and asks for the files. Earlier says that
// there are imports to look at.
func ImportStart(earlier bool) Card {
	const title = "Import your OKRs"
	body := []element{
		heading(title),
		text("Send me the files here in our chat: use + below the message box, then Attach file, or drag them in. Several in one message are fine."),
		section("What I can read"),
	}
	body = append(body, bullets(
		"**Organization export of Viva Goals (ZIP)**: OKRs with their tree, check-ins, comments, teams and owners",
		"**Explorer export (CSV or Excel)**: adds weights and scores. Send both files and I merge them",
		"**Bulk-import template (Excel)**: OKRs without history",
		"**A file that I exported**: ZIP, CSV or Excel",
	)...)
	body = append(body, folded("import-where", "Where are my files?", false,
		text("Viva Goals ended with the year 2025, so look for files saved before then."),
		bullet(mdf("The organization export was downloaded from the admin dashboard. The files in it have names like %s.", "objectives_export_file_2025.json")),
		bullet("Explorer exports were sent by e-mail. Search your mailbox for CSV files from Viva Goals."),
	)...)
	body = append(body,
		apart(md(fmt.Sprintf("Up to %d MB, %s and %s in all.", okr.MaxImportBytes>>20, tallied(okr.MaxImportItems, "OKR"), tallied(okr.MaxImportCheckIns, "check-in")))),
		note("You see a preview first. Nothing is saved and nobody is notified until you select Import, and you can undo it."),
	)
	var actions []action
	if earlier {
		actions = append(actions, run("Earlier imports", VerbImports))
	}
	return newCard(title+": send me the files", body, append(actions, run("Help", VerbHelp))...)
}

// ImportFiles lists what is to be imported. Problems are sentences about files that were
// not taken.
func ImportFiles(imp okr.Import, problems []string) Card {
	title := "Files to import"
	head := []element{heading(md(title)), note(mdf("Import %s", imp.ID))}
	shown := rowsWithin(len(problems), 5, maxListBytes/3, func(i int) element {
		return box("attention", text(mdn(maxMessage, "▲ %s", problems[i])).with("", attention))
	})
	body := append(head, shown...)
	body = append(body, more(len(problems)-len(shown), "file that I can't use")...)
	if len(imp.Files) == 0 {
		body = append(body, text("No files yet. Send one here in our chat."))
		return newCard(title, body, run("Show file types", VerbImport), cancelImport(imp))
	}
	files := rows(len(imp.Files), func(i int) element { return fileRow(imp, imp.Files[i]) })
	body = append(body, files...)
	body = append(body, more(len(imp.Files)-len(files), "file")...)
	body = append(body, apart("To add more, send them here in our chat. I merge what has the same id."))
	return newCard(fmt.Sprintf("%s: %d", title, len(imp.Files)), body,
		run("Preview", VerbImportMatch, KeyImport, string(imp.ID)).positive(),
		unfold("Add files", []element{text("Send the other files here in our chat.")}), cancelImport(imp))
}

// apart is a note with a gap above it.
func apart(s md) textBlock {
	t := note(s)
	t.Spacing = "Medium"
	return t
}

func fileRow(imp okr.Import, f okr.ImportFile) element {
	drop := run("Remove", VerbImportDrop, KeyImport, string(imp.ID), KeyFile, okr.Shorten(f.Name, maxFileName))
	about := joinMD(" · ", mdn(maxLong, "%s", capital(f.Format)), md(fileSize(f.Bytes)))
	left := col(stretch, bold(mdn(maxLong, "%s", f.Name)), note(about))
	if f.Holds != "" {
		left.Items = append(left.Items, note(mdn(maxLong, "%s", f.Holds)))
	}
	return columns(left, col(auto, actionsOf(drop)).middle()).separated()
}

// maxFileName is how much of a file's name a button carries, in characters.
const maxFileName = 255

// cancelImport forgets an import that did not begin.
func cancelImport(imp okr.Import) action {
	return run("Cancel import", VerbImportCancel, KeyImport, string(imp.ID)).bare()
}

// fileSize is a size in the unit that people use for it.
func fileSize(n int64) string {
	switch {
	case n < 1<<10:
		return count(int(n), "byte")
	case n < 1<<20:
		return fmt.Sprintf("%d KB", (n+1<<9)>>10)
	}
	return oneTenth(float64(n)/(1<<20)) + " MB"
}

func oneTenth(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// tallied writes a number with its noun, the thousands parted.
func tallied(n int, noun string) string { return thousands(n) + " " + plural(n, noun) }

// thousands writes a number with its thousands parted.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	var parts []string
	for len(digits) > 3 && digits[len(digits)-4] != '-' {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), ",")
}

// ImportHistory are the imports of a tenant, newest first.
type ImportHistory struct {
	Imports []okr.Import
	Offset  int
}

// Imports lists imports, however far they are.
func Imports(p Place, l ImportHistory) Card {
	title := "Imports"
	offset := min(l.Offset, max(0, len(l.Imports)-1))
	list := l.Imports[offset:]
	shown := rows(len(list), func(i int) element { return importRow(p, list[i]) })
	body := append([]element{heading(md(title)), note(joinMD(" ", "Select a row for details.", rangeText(len(l.Imports), offset, len(shown))))}, shown...)
	if len(list) == 0 {
		body = []element{heading(md(title)), text("No imports yet.")}
	}
	actions := append([]action{run("New import", VerbImport)}, pages(VerbImports, len(l.Imports), offset, len(shown))...)
	return newCard(fmt.Sprintf("%s: %d", title, len(l.Imports)), body, actions...)
}

func importRow(p Place, imp okr.Import) element {
	names := make([]md, 0, len(imp.Files))
	for _, f := range imp.Files[:min(len(imp.Files), 3)] {
		names = append(names, mdf("%s", f.Name))
	}
	left := col(stretch, bold(mdf("%s", imp.ID)+" · "+md(phaseOf(imp))), note(joinMD(" · ", mdf("%s", imp.By.Name), p.at(imp.At))))
	if n := len(imp.Files); n > 0 {
		left.Items = append(left.Items, note(joinMD(", ", names...)+moreFiles(n-len(names))))
	}
	right := col(auto, note(md(tallied(imp.Counts.Made+imp.Counts.Changed, "OKR"))).right())
	if imp.Phase == okr.ImportCollecting || imp.Phase == okr.ImportUndone {
		right.Items = nil
	}
	return columns(left, right).separated().opens(run("Show "+string(imp.ID), VerbImportShow, KeyImport, string(imp.ID)))
}

func moreFiles(n int) md {
	if n <= 0 {
		return ""
	}
	return md(fmt.Sprintf(" and %d more", n))
}

// phaseOf says how far an import is.
func phaseOf(imp okr.Import) string {
	switch {
	case imp.Phase == okr.ImportDone:
		return "✓ Imported"
	case imp.Phase == okr.ImportUndone:
		return "Undone"
	case imp.Problem != "":
		return "▲ Stopped"
	case imp.Phase == okr.ImportRunning:
		return "Importing"
	case imp.Phase == okr.ImportUndoing:
		return "Undoing"
	}
	return "Not imported yet"
}

// NoImport says where imports are done, in a place where others read along.
func NoImport() string {
	return "Send import in our 1:1 chat. I can only receive files there, and the preview shows people and private OKRs."
}
