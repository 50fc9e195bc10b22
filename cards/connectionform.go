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
	head := []element{heading(mdf("%s", title))}
	if f.Account != "" {
		head = append(head, note(mdf("Signed in as %s", f.Account)))
	}
	if f.Projects != nil {
		return projectStep(f, title, head)
	}
	in := form{err: f.Error}
	in.add(nameInput(f))
	if len(f.Organizations) > 0 {
		in.add(organizationInput(f).required("Choose the organization."))
	}
	other := textInput(InputOrganizationText, "Another organization", typedOrganization(f), maxOrganization).
		hint("Name or address, for example https://dev.azure.com/contoso")
	if len(f.Organizations) == 0 {
		other.Label = "Azure DevOps organization"
		other = other.required("Type the organization's name or paste its address.")
	}
	in.add(other)
	next := run("Next", VerbConnectionOrg, KeyDraft, f.Draft).positive()
	account := run("Use another account", VerbConnectionAccount, KeyDraft, f.Draft).bare()
	return newCard(title, in.elements(head...), next, account, run("Cancel", VerbConnections).bare())
}

// maxOrganization is how long an organization or its address may be, in
// characters.
const maxOrganization = 400

func nameInput(f ConnectionForm) input {
	return textInput(InputName, "Name of the connection", f.Name, okr.MaxName).
		hint("for example Contoso launch").required("Give the connection a name.")
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
	choices = append(choices, Choice{Title: "Another one, typed below", Value: ChoiceOtherOrganization})
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
		in.show(box("warning", text("Your account sees no project in this organization. Go back and choose another organization or account.")))
	} else {
		project := projectInput(f)
		in.add(project)
		if n := len(f.Projects) - len(project.Choices); n > 0 {
			in.show(note(md(fmt.Sprintf("%d more projects do not fit here. For one of them go back and paste its address as the organization.", n))))
		}
	}
	in.add(toggleInput(KeyShared, "Sharing", "Everyone in my organization may bind through this connection", f.Shared))
	in.show(note("Whoever uses it sees work items with your access."))
	actions := []action{}
	if len(f.Projects) > 0 {
		actions = append(actions, run("Save", VerbConnectionSave, KeyDraft, f.Draft).positive())
	}
	actions = append(actions, run("Back", VerbConnectionBack, KeyDraft, f.Draft).bare(), run("Cancel", VerbConnections).bare())
	return newCard(title, in.elements(head...), actions...)
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
	in := choiceInput(InputProject, "Project", chosen, choices).searchable()
	return in.hint("Choose or type to search").required("Choose the project.")
}
