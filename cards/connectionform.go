package cards

import (
	"fmt"
	"slices"

	"okrbot/okr"
)

// The verbs of a connection's form, with the data and inputs that come along.
const (
	VerbConnect           = "connection.new"          // starts a sign-in, or the form when signed in
	VerbConnectionAccount = "connection.account"      // signs in anew; the form's draft comes along and is not needed
	VerbConnectionOrg     = "connection.organization" // draft; inputs name, organization, organizationText
	VerbConnectionSave    = "connection.save"         // draft; inputs name, project, shared
	VerbConnectionBack    = "connection.back"         // draft
)

// The inputs of a connection's form, beside [KeyShared].
const (
	InputName             = "name"
	InputOrganization     = "organization"
	InputOrganizationText = "organizationText" // typed, where it is none of the list
	InputProject          = "project"
)

// ChoiceOtherOrganization is the value of an organization that is typed.
const ChoiceOtherOrganization = "other"

// ConnectionForm is the state of the form that makes or edits a connection.
type ConnectionForm struct {
	Draft         string // id of the server-side draft
	Editing       okr.ConnectionID
	Name          string
	Organization  string
	Project       string // id or name
	Shared        bool
	Account       string // whose sign-in is used
	Application   string // what reads instead of a person; empty: the sign-in does
	IsAdmin       bool   // may let an application read
	Organizations []string
	Projects      []okr.RemoteProject // step 2, once the organization is known
	Error         FieldError
}

// EditConnection is the form of a connection: first name and organization, then,
// once f.Projects is set, the project and sharing.
func EditConnection(f ConnectionForm) Card {
	title := "New connection"
	if f.Editing != "" {
		title = "Edit connection " + string(f.Editing)
	}
	head := append([]element{heading(mdf("%s", title))}, accountNote(f)...)
	if f.Projects != nil {
		return projectStep(f, title, head)
	}
	in := form{err: f.Error}
	in.add(nameInput(f))
	if len(f.Organizations) > 0 {
		in.add(organizationInput(f)) // not required: another one can be typed below
	}
	other := textInput(InputOrganizationText, "Another organization", typedOrganization(f), maxOrganization).
		hint("Name, or https://dev.azure.com/contoso")
	if len(f.Organizations) == 0 {
		other.Label = "Azure DevOps organization"
		other = other.required("Enter the organization's name or address.")
	}
	in.add(other)
	actions := append([]action{run("Next", VerbConnectionOrg, KeyDraft, f.Draft).positive()}, otherAccounts(f)...)
	return newCard(title, in.elements(head...), append(actions, run("Cancel", VerbConnections).bare())...)
}

// accountNote says whose access the connection is going to use, and what an administrator
// of Azure DevOps does first where it is an application's.
func accountNote(f ConnectionForm) []element {
	switch {
	case f.Application != "":
		return []element{
			note(mdf("Uses the application %s", f.Application)),
			note("In Azure DevOps, first add the application under Organization settings > Users with access level Basic, and to the Readers of the project. I check this before I save."),
		}
	case f.Account != "":
		return []element{note(mdf("Signed in as %s", f.Account))}
	}
	return nil
}

// otherAccounts are the ways to another access than the form's.
func otherAccounts(f ConnectionForm) []action {
	if f.Application != "" {
		return []action{run("Use another application", VerbApplications).bare()}
	}
	out := []action{run("Use another account", VerbConnectionAccount, KeyDraft, f.Draft, KeyAnother, "yes").bare()}
	if f.IsAdmin && f.Editing == "" {
		out = append(out, run("Use an application", VerbApplications).bare())
	}
	return out
}

// maxOrganization is how long an organization or its address may be, in
// characters.
const maxOrganization = 400

func nameInput(f ConnectionForm) input {
	in := textInput(InputName, "Connection name", f.Name, okr.MaxName)
	if f.Editing != "" {
		return in.required("Enter a name.")
	}
	return in.hint("Leave empty to use the organization and project")
}

func organizationInput(f ConnectionForm) input {
	choices := make([]Choice, 0, len(f.Organizations)+1)
	for _, name := range f.Organizations {
		choices = append(choices, Choice{Title: name, Value: name})
	}
	chosen := f.Organization
	if typedOrganization(f) != "" {
		chosen = ChoiceOtherOrganization
	} else if chosen == "" && len(f.Organizations) == 1 {
		chosen = f.Organizations[0]
	}
	choices = append(choices, Choice{Title: "Another one (enter below)", Value: ChoiceOtherOrganization})
	return choiceInput(InputOrganization, "Azure DevOps organization", chosen, choices)
}

// typedOrganization is the organization where it is none of the list.
func typedOrganization(f ConnectionForm) string {
	if slices.Contains(f.Organizations, f.Organization) {
		return ""
	}
	if f.Organization == ChoiceOtherOrganization {
		return ""
	}
	return f.Organization
}

func projectStep(f ConnectionForm, title string, head []element) Card {
	in := form{err: f.Error}
	in.show(facts(fact{"Organization", mdn(okr.MaxName, "%s", f.Organization)}))
	in.add(nameInput(f))
	if len(f.Projects) == 0 {
		in.show(box("warning", text(md(noProject(f)))))
	} else {
		project := projectInput(f)
		in.add(project)
		if n := len(f.Projects) - len(project.Choices); n > 0 {
			in.show(note(md(fmt.Sprintf("%d more projects don't fit here. To choose one, go back and enter its address as the organization.", n))))
		}
	}
	actions := []action{}
	if f.Application != "" {
		actions = append(actions, run("Next", VerbFolders, KeyDraft, f.Draft).positive())
	} else {
		in.add(toggleInput(KeyShared, "Sharing", "Everyone in my organization can use this connection", f.Shared))
		in.show(note("People who use it see work items with your access."))
		actions = append(actions, run("Save", VerbConnectionSave, KeyDraft, f.Draft).positive())
	}
	if len(f.Projects) == 0 {
		actions = nil
	}
	actions = append(actions, run("Back", VerbConnectionBack, KeyDraft, f.Draft).bare(), run("Cancel", VerbConnections).bare())
	return newCard(title, in.elements(head...), actions...)
}

func noProject(f ConnectionForm) string {
	if f.Application != "" {
		return "The application can't see any projects in this organization. Ask a project administrator to add it to the Readers of the project, then go back and try again."
	}
	return "Your account can't see any projects in this organization. Go back and choose another organization or account."
}

func projectInput(f ConnectionForm) input {
	choices := make([]Choice, 0, len(f.Projects))
	chosen := f.Project
	for _, p := range f.Projects {
		choices = append(choices, Choice{Title: p.Name, Value: p.ID})
		if p.Name == f.Project {
			chosen = p.ID
		}
	}
	if chosen == "" && len(f.Projects) == 1 {
		chosen = f.Projects[0].ID
	}
	in := choiceInput(InputProject, "Azure DevOps project", chosen, choices).searchable()
	return in.hint("Choose or type to search").required("Choose a project.")
}
