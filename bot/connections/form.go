package connections

import (
	"context"
	"errors"
	"maps"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// formKind is the kind of the form of a connection.
const formKind = "connection"

// connectionDraft is a connection form under way.
type connectionDraft struct {
	ID           string           `json:"-"`
	Owner        okr.UserID       `json:"owner"`
	Credential   okr.CredentialID `json:"credential"`
	Account      string           `json:"account"`
	Editing      okr.ConnectionID `json:"editing,omitempty"`
	Name         string           `json:"name"`
	Suggested    string           `json:"suggested,omitempty"` // the name that the form came with, which follows the project
	Query        string           `json:"query,omitempty"`     // that is bound next, by a part of its name or its address
	Organization string           `json:"organization"`
	Project      string           `json:"project"`
	Shared       bool             `json:"shared"`
	Resume       *chat.Resume     `json:"resume,omitempty"`
	Was          *okr.Connection  `json:"was,omitempty"` // what is edited, as the form began with it

	// Of a connection that an application reads for:
	Application  string            `json:"application,omitempty"` // its name
	ProjectTitle string            `json:"projectTitle,omitempty"`
	Folders      []okr.QueryFolder `json:"folders,omitempty"`    // that may be bound; none: all shared queries
	FolderPage   []okr.QueryFolder `json:"folderPage,omitempty"` // that the card offers
	FolderOffset int               `json:"folderOffset,omitempty"`
	FolderText   string            `json:"folderText,omitempty"`
	OnlyFolders  bool              `json:"onlyFolders,omitempty"` // the form began with them
}

// ProjectName is what people call the project, as far as it is known.
func (d connectionDraft) ProjectName() string { return chat.OrElse(d.ProjectTitle, d.Project) }

// connectionDraft reads the form that was pressed. Forbidden: it is somebody else's. NotFound:
// it is saved, or its time is over.
func (s *Subject) connectionDraft(ctx context.Context, t *chat.Turn, p chat.Press) (connectionDraft, error) {
	d := connectionDraft{ID: p.Data[cards.KeyDraft]}
	if err := s.chat.ReadForm(ctx, t, formKind, d.ID, &d); err != nil {
		return d, err
	}
	return d, t.FillsIn(d.Owner)
}

// connectionForm is the form of a draft. Its first step asks for the
// organization, the second, once that is known, for the project.
func (s *Subject) connectionForm(ctx context.Context, t *chat.Turn, d connectionDraft, wrong cards.FieldError) (cards.ConnectionForm, error) {
	f := cards.ConnectionForm{
		Draft: d.ID, Editing: d.Editing, Name: d.Name, Organization: d.Organization, Project: d.Project,
		Shared: d.Shared, Account: d.Account, Application: d.Application, Error: wrong,
	}
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return f, err
	}
	var err error
	if f.IsAdmin, err = s.access.IsAdmin(ctx, t.Actor); err != nil {
		return f, err
	}
	if d.Application != "" {
		return f, nil // an application has no list of organizations
	}
	f.Organizations, err = s.connect.Organizations(ctx, t.Actor, d.Credential)
	if err != nil && okr.KindOf(err) != okr.SignIn {
		// The list is best effort: a name can be typed as well.
		f.Error = chat.FirstError(f.Error, cards.FieldError{Field: cards.InputOrganization, Message: s.chat.Words(ctx, err)})
		err = nil
	}
	return f, err
}

// connectionOrganization takes the first step and asks for the project.
func (s *Subject) connectionOrganization(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.connectionDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	d.rename(p.Data[cards.InputName])
	switch typed, chosen := strings.TrimSpace(p.Data[cards.InputOrganizationText]), p.Data[cards.InputOrganization]; {
	case typed != "":
		d.Organization = typed
	case chosen == cards.ChoiceOtherOrganization:
		d.Organization = ""
	case chosen != "":
		d.Organization = chosen
	}
	if d.Organization == "" {
		return s.connectionStepOne(ctx, t, d, cards.FieldError{Field: cards.InputOrganization, Message: "Choose an organization, or enter its name or any of its addresses."})
	}
	return s.connectionProjects(ctx, t, d, cards.FieldError{})
}

func (s *Subject) connectionStepOne(ctx context.Context, t *chat.Turn, d connectionDraft, wrong cards.FieldError) (chat.Reply, error) {
	form, err := s.connectionForm(ctx, t, d, wrong)
	return chat.Say(cards.EditConnection(form)), err
}

// connectionProjects shows the second step: the projects that the account sees.
func (s *Subject) connectionProjects(ctx context.Context, t *chat.Turn, d connectionDraft, wrong cards.FieldError) (chat.Reply, error) {
	v, err := s.connect.RemoteProjects(ctx, t.Actor, d.Credential, d.Organization)
	if at := okr.SignInOf(err); okr.KindOf(err) == okr.SignIn && at.Organization != "" && d.Application == "" {
		return s.signInThere(ctx, t, d, at)
	}
	if wrongOrg, ok := s.formError(ctx, d, err); ok {
		return s.connectionStepOne(ctx, t, d, wrongOrg)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	d.Organization, d.Credential, d.Account = v.Name, v.With.ID, v.With.Account.UserName
	d.Project = chat.OrElse(projectID(v.Projects, chat.OrElse(d.Project, v.Project)), d.Project)
	if err := s.suggestProject(ctx, t, &d, v.Projects); err != nil {
		return chat.Reply{}, err
	}
	d.ProjectTitle = projectName(v.Projects, d.Project)
	if wrong.Field != cards.InputName {
		if err := s.suggestName(ctx, t, &d); err != nil {
			return chat.Reply{}, err
		}
	}
	form, err := s.connectionForm(ctx, t, d, wrong)
	form.Projects = v.Projects
	return chat.Say(cards.EditConnection(form)), err
}

// formError is what a form can show of an error. That an application is refused is no reason
// for a person to sign in, and what somebody else changed the form does not show.
func (s *Subject) formError(ctx context.Context, d connectionDraft, err error) (cards.FieldError, bool) {
	if errors.Is(err, okr.ErrMeanwhile) {
		return cards.FieldError{}, false
	}
	if d.Application != "" && okr.KindOf(err) == okr.SignIn {
		return cards.FieldError{Field: okr.FieldOf(err), Message: s.chat.Words(ctx, err)}, true
	}
	return s.chat.FieldError(ctx, err)
}

// projectName is what a project is called that is named by its id.
func projectName(projects []okr.RemoteProject, id string) string {
	for _, p := range projects {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// signInThere signs in at the tenant of the organization, and then goes on with the
// form where it was.
func (s *Subject) signInThere(ctx context.Context, t *chat.Turn, d connectionDraft, at okr.SignInAt) (chat.Reply, error) {
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return chat.Reply{}, err
	}
	return s.signIn.Ask(ctx, t, at, &chat.Resume{Verb: cards.VerbConnectionOrg, Data: map[string]string{
		cards.KeyDraft: d.ID, cards.InputName: d.Name, cards.InputOrganizationText: d.Organization,
	}})
}

// projectID finds a project that was named in a pasted address.
func projectID(projects []okr.RemoteProject, name string) string {
	for _, p := range projects {
		if name != "" && (strings.EqualFold(p.Name, name) || strings.EqualFold(p.ID, name)) {
			return p.ID
		}
	}
	return ""
}

// suggestProject chooses the only project, or the one that most connections of the tenant
// lead to, where none is chosen.
func (s *Subject) suggestProject(ctx context.Context, t *chat.Turn, d *connectionDraft, projects []okr.RemoteProject) error {
	if d.Project != "" || len(projects) == 0 {
		return nil
	}
	if len(projects) == 1 {
		d.Project = projects[0].ID
		return nil
	}
	known, err := s.connect.Known(ctx, t.Actor)
	most := 0
	for _, p := range projects {
		if n := known.Used(d.Organization, p.ID); n > most {
			d.Project, most = p.ID, n
		}
	}
	return err
}

// suggestName names a new connection by its project, where nobody has named it.
func (s *Subject) suggestName(ctx context.Context, t *chat.Turn, d *connectionDraft) error {
	if d.Name != "" || d.Editing != "" || d.ProjectTitle == "" {
		return nil
	}
	known, err := s.connect.Known(ctx, t.Actor)
	d.Name = known.NameFor(t.Actor, d.Organization, d.ProjectTitle)
	d.Suggested = d.Name
	return err
}

// rename takes the name of the form. One that nobody changed goes with the project.
func (d *connectionDraft) rename(typed string) {
	d.Name = okr.CleanLine(typed)
	if d.Name == d.Suggested {
		d.Name = ""
	}
}

func (s *Subject) connectionBack(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.connectionDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	d.Project, d.Name = "", strings.TrimSuffix(d.Name, d.Suggested)
	return s.connectionStepOne(ctx, t, d, cards.FieldError{})
}

// saveConnection checks that the project can really be read, and saves.
func (s *Subject) saveConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.connectionDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if name, ok := p.Data[cards.InputName]; ok {
		d.rename(name)
	}
	if d.Application != "" {
		return s.connectionProjects(ctx, t, d, cards.FieldError{}) // its last step is another one
	}
	if p.Data[cards.KeyQuick] != "" {
		return quick{s}.saveQuick(ctx, t, d, p)
	}
	d.Project, d.Shared = chat.OrElse(p.Data[cards.InputProject], d.Project), p.Data[cards.KeyShared] == "true"
	return s.keepConnection(ctx, t, d)
}

// keepConnection saves what a form has, and goes on.
func (s *Subject) keepConnection(ctx context.Context, t *chat.Turn, d connectionDraft) (chat.Reply, error) {
	var err error
	var before okr.Connection // none: it is new
	if d.Editing != "" {
		before, err = s.connect.Connection(ctx, t.Actor, d.Editing)
		if okr.IgnoreNotFound(err) != nil { // of what is gone the save tells, in the form
			return chat.Reply{}, err
		}
	}
	c, err := s.connect.SaveConnection(ctx, t.Actor, okr.ConnectionInput{
		Editing: d.Editing, Name: d.Name, Organization: d.Organization, Project: d.Project,
		Credential: d.Credential, Shared: d.Shared, Was: d.Was,
	})
	if at := okr.SignInOf(err); okr.KindOf(err) == okr.SignIn && at.Organization != "" {
		return s.signInThere(ctx, t, d, at)
	}
	if wrong, ok := s.formError(ctx, d, err); ok {
		if d.Name == "" && d.Editing != "" {
			wrong.Field = cards.InputName
		}
		return s.connectionProjects(ctx, t, d, wrong)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if d.Editing != "" && !d.Shared {
		if c, err = s.makePrivate(ctx, t, c.ID); err != nil {
			return chat.Reply{}, err
		}
	}
	s.auditSharing(ctx, t, before, c)
	if err := s.chat.DropForm(ctx, t, formKind, d.ID); err != nil {
		return chat.Reply{}, err
	}
	return s.afterConnection(ctx, t, c, d)
}

// makePrivate stops what others measure through a connection, and tells them.
func (s *Subject) makePrivate(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (okr.Connection, error) {
	c, stopped, err := s.connect.ShareConnection(ctx, t.Actor, id, false)
	if err == nil {
		s.tellStopped(ctx, t, c, stopped)
	}
	return c, err
}

// afterConnection shows the new connection, or goes on with what needed it.
func (s *Subject) afterConnection(ctx context.Context, t *chat.Turn, c okr.Connection, d connectionDraft) (chat.Reply, error) {
	if d.Resume == nil {
		return s.connectionCard(ctx, t, c.ID)
	}
	data := chat.ConnectionData(c.ID)
	maps.Copy(data, d.Resume.Data)
	if d.Query != "" {
		data[cards.KeyText], data[cards.KeyTyped] = d.Query, "yes"
	}
	return s.chat.Act(ctx, t, chat.Press{Verb: d.Resume.Verb, Data: data})
}
