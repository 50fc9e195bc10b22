package cards

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// The verbs of the folders that may be bound through an application, with the data and
// inputs that come along.
const (
	VerbFolders     = "connection.folders"      // draft, offset; inputs folders, or name and project of the step before
	VerbFoldersEdit = "connection.folders.edit" // connection
	VerbFoldersFind = "connection.folders.find" // draft; inputs folders, folderText
	VerbFoldersBack = "connection.folders.back" // draft; inputs folders
	VerbFoldersSave = "connection.folders.save" // draft, [KeyAll], [KeyConfirmed]; inputs folders
)

// What comes along with them.
const (
	KeyAll          = "all"       // "true": every shared query of the project
	KeyConfirmed    = "confirmed" // "true": it was said what stops
	InputFolders    = "folders"
	InputFolderText = "folderText"
)

// FolderForm is the state of the choice of folders.
type FolderForm struct {
	Draft       string
	Editing     okr.ConnectionID
	Name        string // of the connection
	Application string // that reads
	Project     string
	Folders     []okr.QueryFolder // those that the text finds, all
	Offset      int
	Text        string
	Chosen      []okr.QueryFolder
	Error       FieldError
}

// FolderPage is how many folders one card offers.
const FolderPage = 15

// maxFolderPath is how much of the path of a folder a choice shows: its end says most.
const maxFolderPath = 100

// ChooseFolders asks which folders of shared queries members may bind from.
func ChooseFolders(f FolderForm) Card {
	title := "Folders for " + okr.Shorten(f.Name, okr.MaxName)
	in := form{err: f.Error}
	in.show(
		facts(fact{"Application", mdf("%s", f.Application)}, fact{"Azure DevOps project", mdn(okr.MaxName, "%s", f.Project)}),
		text("Members can bind shared queries in these folders and their subfolders, and see their work items even without their own access. Private queries can't be bound."),
	)
	in.show(selectedFolders(f.Chosen)...)
	if f.Text != "" || len(f.Folders) > FolderPage || f.Offset > 0 {
		in.add(textInput(InputFolderText, "Search folders", f.Text, okr.MaxName).hint("Enter part of the path"))
		in.show(actionsOf(run("Search", VerbFoldersFind, KeyDraft, f.Draft)))
	}
	page := f.page()
	if len(page) == 0 {
		in.show(note("No folder matches."))
	} else {
		in.add(folderInput(page, f.Chosen))
		if part := rangeText(len(f.Folders), f.Offset, len(page)); part != "" {
			in.show(note(part))
		}
	}
	save := run("Allow these folders only", VerbFoldersSave, KeyDraft, f.Draft)
	all := run("Allow all shared queries", VerbFoldersSave, KeyDraft, f.Draft, KeyAll, "true")
	if len(f.Chosen) > 0 {
		save = save.positive()
	} else {
		all = all.positive()
	}
	actions := append([]action{save, all}, f.turn(len(page))...)
	actions = append(actions, run("Back", VerbFoldersBack, KeyDraft, f.Draft))
	return newCard(title, in.elements(heading(mdn(maxLong, "%s", title))), actions...)
}

// page is what the card offers.
func (f FolderForm) page() []okr.QueryFolder {
	from := min(max(f.Offset, 0), len(f.Folders))
	return f.Folders[from:min(from+FolderPage, len(f.Folders))]
}

// turn makes the buttons to the pages before and after.
func (f FolderForm) turn(shown int) []action {
	var out []action
	if f.Offset > 0 {
		out = append(out, run("Previous", VerbFolders, KeyDraft, f.Draft, KeyOffset, fmt.Sprint(max(0, f.Offset-FolderPage))))
	}
	if f.Offset+shown < len(f.Folders) {
		out = append(out, run("Next", VerbFolders, KeyDraft, f.Draft, KeyOffset, fmt.Sprint(f.Offset+shown)))
	}
	return out
}

func folderInput(page, chosen []okr.QueryFolder) input {
	in := &inputBody{Type: "Input.ChoiceSet", ID: InputFolders, Label: "Folders", Style: "expanded", IsMultiSelect: true, Wrap: true}
	var on []string
	for _, folder := range page {
		in.Choices = append(in.Choices, choiceJSON{Title: choiceTitle(pathEnd(folder.Path)), Value: folder.ID})
		if slices.ContainsFunc(chosen, func(c okr.QueryFolder) bool { return c.ID == folder.ID }) {
			on = append(on, folder.ID)
		}
	}
	in.Value = strings.Join(on, ",")
	return in
}

// pathEnd is the end of a long path.
func pathEnd(path string) string {
	r := []rune(path)
	if len(r) <= maxFolderPath {
		return path
	}
	return "…" + string(r[len(r)-maxFolderPath:])
}

// selectedFolders says what is chosen, on whatever page it is.
func selectedFolders(chosen []okr.QueryFolder) []element {
	if len(chosen) == 0 {
		return []element{note("No folders selected.")}
	}
	shown := rowsWithin(len(chosen), 8, 3_000, func(i int) element { return bullet(mdf("%s", pathEnd(chosen[i].Path))) })
	out := append([]element{section(md("Selected: " + count(len(chosen), "folder")))}, shown...)
	return append(out, more(len(chosen)-len(shown), "folder")...)
}

// FolderStop is what narrower folders stop.
type FolderStop struct {
	Form    FolderForm
	Outside []okr.Goal // that the reader may see
	Hidden  int        // others
}

// ConfirmFolders names what is not measured any more with the folders that were chosen.
func ConfirmFolders(s FolderStop) Card {
	n := len(s.Outside) + s.Hidden
	title := fmt.Sprintf("Stop updating %s?", count(n, "OKR"))
	body := []element{
		heading(md(title)),
		text(mdf("%s bound through %s to queries outside these folders. Their last values stay, and the people who bound them are notified.", isAre(n), s.Form.Name)),
	}
	shown := rowsWithin(len(s.Outside), PageSize, maxListBytes/2, func(i int) element {
		g := s.Outside[i]
		items := []element{text(mdf("%s %s", g.ID, g.Title))}
		if g.Binding != nil {
			items = append(items, note(mdn(okr.MaxName, "%s", g.Binding.Query.Path)))
		}
		return divided(items...)
	})
	body = append(append(body, shown...), more(n-len(shown), "OKR")...)
	body = append(body, selectedFolders(s.Form.Chosen)...)
	return newCard(title, body,
		run("Save and stop updating", VerbFoldersSave, KeyDraft, s.Form.Draft, KeyConfirmed, "true").destructive(), run("Back", VerbFolders, KeyDraft, s.Form.Draft))
}

func isAre(n int) string {
	if n == 1 {
		return "1 OKR is"
	}
	return fmt.Sprintf("%d OKRs are", n)
}

// folderWords are the folders of a connection in one line.
func folderWords(c okr.Connection) md {
	if len(c.Folders) == 0 {
		return "all shared queries of the project"
	}
	var names []md
	for _, f := range c.Folders[:min(len(c.Folders), 5)] {
		names = append(names, mdf("%s", pathEnd(f.Path)))
	}
	out := joinMD(", ", names...)
	if n := len(c.Folders) - len(names); n > 0 {
		out += md(fmt.Sprintf(" and %d more", n))
	}
	return out
}
