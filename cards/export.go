package cards

import "okrbot/okr"

// The verbs of an export.
const (
	VerbExport     = "export"      // the form
	VerbExportMake = "export.make" // inputs: format, scope
	VerbExportSave = "export.save" // the answer to the card that asks; format, scope, file, bytes
)

// The inputs of an export, which are what its buttons carry, too.
const (
	InputExportFormat = "format"
	InputExportScope  = "scope"
	KeyExportBytes    = "bytes" // how large the file is, about
)

// ExportForm asks what to export, and as what.
type ExportForm struct {
	MayAll        bool // everyone's, too
	Format, Scope string
	Error         FieldError
}

// AskExport asks what to export, and as what.
func AskExport(x ExportForm) Card {
	const title = "Export OKRs"
	f := form{err: x.Error}
	f.add(choiceInput(InputExportFormat, "File", x.Format, []Choice{
		{"Excel (XLSX): one row for each OKR", string(okr.ExportXLSX)},
		{"CSV: one row for each OKR", string(okr.ExportCSV)},
		{"ZIP: everything, with check-ins and comments", string(okr.ExportZIP)},
	}).required("Choose a file."))
	if x.MayAll {
		f.add(choiceInput(InputExportScope, "OKRs", x.Scope, []Choice{
			{"Those that I can see", string(okr.ExportVisible)}, {"Everyone's, private ones too", string(okr.ExportAll)},
		}).required("Choose the OKRs."))
	}
	f.show(note("I ask you first, then save the file in your OneDrive. Only a ZIP has everything, including comments."))
	return newCard(title, f.elements(heading(title)), run("Export", VerbExportMake).positive())
}

// Exported is a file that was exported.
type Exported struct {
	Name  string
	Bytes int64
	Goals int
}

// ExportWords says what is in a file, in a line of plain text.
func ExportWords(goals int, format okr.ExportFormat) string {
	words := tallied(goals, "OKR")
	if format == okr.ExportZIP {
		words += " with their check-ins and comments"
	}
	return words
}

// AskedInOwnChat tells somebody in a shared place where the question is whether a file may
// be saved.
func AskedInOwnChat() Card {
	const title = "Continue in our private chat"
	return newCard(title, []element{heading(title), text("I've sent you a message in our 1:1 chat, because Teams lets me save files only there.")})
}

// ExportUnderWay shows how far a file has come, in percent, that is being saved.
func ExportUnderWay(p Place, name string, percent int) Card {
	done := float64(percent)
	title := "Saving " + name
	return newCard(title, []element{
		heading(mdn(maxLong, "%s", title)), bar(p, &done, ""),
		note("If nothing changes here for a few minutes, export again."),
	}, run("Export again", VerbExport))
}

// ExportSaved says that a file is where it belongs.
func ExportSaved(x Exported) Card {
	title := "Saved in your OneDrive"
	return newCard(title+": "+x.Name, []element{
		box("good", text(mdn(maxLong, "✓ %s", title)).with(bolder, good), text(mdn(maxLong, "%s", x.Name))),
		facts(fact{"Holds", md(tallied(x.Goals, "OKR"))}, fact{"Size", md(fileSize(x.Bytes))}),
	}, run("Export again", VerbExport))
}

// ExportNotSaved says that nobody has the file: it was declined, or could not be saved.
func ExportNotSaved(name string, isDeclined bool) Card {
	title, words := "Export not saved", "See my message below for the reason."
	if isDeclined {
		words = "You declined it. Nothing was written to your OneDrive."
	}
	return newCard(title, []element{heading(md(title)), text(mdn(maxLong, "%s", name)), note(md(words))}, run("Export again", VerbExport))
}
