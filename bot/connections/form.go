package connections

import (
	"context"
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
	Organization string           `json:"organization"`
	Project      string           `json:"project"`
	Shared       bool             `json:"shared"`
	Resume       *chat.Resume     `json:"resume,omitempty"`
}

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
		Shared: d.Shared, Account: d.Account, Error: wrong,
	}
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return f, err
	}
	var err error
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
	d.Name = okr.CleanLine(p.Data[cards.InputName])
	switch typed, chosen := strings.TrimSpace(p.Data[cards.InputOrganizationText]), p.Data[cards.InputOrganization]; {
	case typed != "":
		d.Organization = typed
	case chosen == cards.ChoiceOtherOrganization:
		d.Organization = ""
	case chosen != "":
		d.Organization = chosen
	}
	if d.Organization == "" {
		return s.connectionStepOne(ctx, t, d, cards.FieldError{Field: cards.InputOrganization, Message: "Choose an organization, or type its name or paste any Azure DevOps address."})
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
	if at := okr.SignInOf(err); okr.KindOf(err) == okr.SignIn && at.Organization != "" {
		return s.signInThere(ctx, t, d, at)
	}
	if wrongOrg, ok := s.chat.FieldError(ctx, err); ok {
		return s.connectionStepOne(ctx, t, d, wrongOrg)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	d.Organization, d.Credential, d.Account = v.Name, v.With.ID, v.With.Account.UserName
	if d.Project == "" {
		d.Project = projectID(v.Projects, v.Project)
	}
	if d.Name == "" && wrong.Field != cards.InputName {
		d.Name = suggestedName(v.Name, v.Project)
	}
	form, err := s.connectionForm(ctx, t, d, wrong)
	form.Projects = v.Projects
	return chat.Say(cards.EditConnection(form)), err
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

func suggestedName(organization, project string) string {
	if project == "" {
		return ""
	}
	return okr.Shorten(organization+" / "+project, okr.MaxName)
}

func (s *Subject) connectionBack(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.connectionDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	d.Project = ""
	return s.connectionStepOne(ctx, t, d, cards.FieldError{})
}

// saveConnection checks that the project can really be read, and saves.
func (s *Subject) saveConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.connectionDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if name, ok := p.Data[cards.InputName]; ok {
		d.Name = okr.CleanLine(name)
	}
	d.Project, d.Shared = chat.OrElse(p.Data[cards.InputProject], d.Project), p.Data[cards.KeyShared] == "true"
	var before okr.Connection // none: it is new
	if d.Editing != "" {
		before, err = s.connect.Connection(ctx, t.Actor, d.Editing)
		if okr.IgnoreNotFound(err) != nil { // of what is gone the save tells, in the form
			return chat.Reply{}, err
		}
	}
	c, err := s.connect.SaveConnection(ctx, t.Actor, okr.ConnectionInput{
		Editing: d.Editing, Name: d.Name, Organization: d.Organization, Project: d.Project,
		Credential: d.Credential, Shared: d.Shared,
	})
	if at := okr.SignInOf(err); okr.KindOf(err) == okr.SignIn && at.Organization != "" {
		return s.signInThere(ctx, t, d, at)
	}
	if wrong, ok := s.chat.FieldError(ctx, err); ok {
		if d.Name == "" {
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
	return s.afterConnection(ctx, t, c, d.Resume)
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
func (s *Subject) afterConnection(ctx context.Context, t *chat.Turn, c okr.Connection, next *chat.Resume) (chat.Reply, error) {
	if next == nil {
		return s.connectionCard(ctx, t, c.ID)
	}
	data := chat.ConnectionData(c.ID)
	maps.Copy(data, next.Data)
	return s.chat.Act(ctx, t, chat.Press{Verb: next.Verb, Data: data})
}
