package cards

import "okrbot/okr"

// KeyQuick says that a connection is saved from the card of [QuickConnection], whose project
// has the form of [RemotePlace].
const KeyQuick = "quick"

// RemotePlace is a project as the quick form's choice has it.
func RemotePlace(organization, project string) string { return organization + "/" + project }

// QuickForm is a new connection on one card, for something that waits for it.
type QuickForm struct {
	Draft    string
	Account  string   // whose sign-in is used
	Places   []Choice // all projects that the account sees, by [RemotePlace]
	Place    string   // chosen
	AsksText bool     // a query follows
	Text     string   // its name or address, as typed
	Error    FieldError
}

// QuickConnection asks at once for all that a first binding needs: the project, and the query.
func QuickConnection(f QuickForm) Card {
	const title = "New connection"
	head := []element{heading(title), note(mdf("Signed in as %s", f.Account))}
	in := form{err: f.Error}
	in.add(choiceInput(InputProject, "Azure DevOps project", f.Place, f.Places).searchable())
	if f.AsksText {
		in.add(textInput(KeyText, "Shared query", f.Text, okr.MaxAddress).hint("Part of its name, or its address"))
	}
	in.show(footer("Only you can use the connection until you share it."))
	return newCard(title, in.elements(head...),
		run("Next", VerbConnectionSave, KeyDraft, f.Draft, KeyQuick, "yes").positive(),
		run("Another organization", VerbConnectionBack, KeyDraft, f.Draft),
		run("Use another account", VerbConnectionAccount, KeyDraft, f.Draft, KeyAnother, "yes").bare(),
		run("Cancel", VerbConnections).bare())
}
