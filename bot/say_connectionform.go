package bot

import (
	"context"
	"maps"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// connectionForm is the form of a draft. Its first step asks for the
// organization, the second, once that is known, for the project.
func (b *Bot) connectionForm(ctx context.Context, t *turn, d connectionDraft, wrong cards.FieldError) (cards.ConnectionForm, error) {
	f := cards.ConnectionForm{
		Draft: d.ID, Editing: d.Editing, Name: d.Name, Organization: d.Organization, Project: d.Project,
		Shared: d.Shared, Account: d.Account, Error: wrong,
	}
	if err := b.saveDraft(ctx, t, d.ID, d); err != nil {
		return f, err
	}
	var err error
	f.Organizations, err = b.Service.Connect.Organizations(ctx, t.actor, d.Credential)
	if err != nil && okr.KindOf(err) != okr.SignIn {
		// The list is a help only: a name can be typed as well.
		f.Error = firstError(f.Error, cards.FieldError{Field: "organization", Message: b.words(ctx, err)})
		err = nil
	}
	return f, err
}

func firstError(a, b cards.FieldError) cards.FieldError {
	if a.Message != "" {
		return a
	}
	return b
}

// connectionOrganization takes the first step and asks for the project.
func (b *Bot) connectionOrganization(ctx context.Context, t *turn, p press) (reply, error) {
	d, err := b.connectionDraft(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	d.Name, d.Shared = okr.CleanLine(p.data["name"]), p.data["shared"] == "true"
	d.Organization = strings.TrimSpace(p.data["organizationText"])
	if chosen := p.data["organization"]; d.Organization == "" && chosen != cards.ChoiceOtherOrganization {
		d.Organization = chosen
	}
	if d.Organization == "" {
		return b.connectionStepOne(ctx, t, d, cards.FieldError{Field: "organization", Message: "Choose an organization, or type its name or paste any Azure DevOps address."})
	}
	return b.connectionProjects(ctx, t, d, cards.FieldError{})
}

func (b *Bot) connectionStepOne(ctx context.Context, t *turn, d connectionDraft, wrong cards.FieldError) (reply, error) {
	form, err := b.connectionForm(ctx, t, d, wrong)
	return say(cards.EditConnection(form)), err
}

// connectionProjects shows the second step: the projects that the account sees.
func (b *Bot) connectionProjects(ctx context.Context, t *turn, d connectionDraft, wrong cards.FieldError) (reply, error) {
	organization, project, projects, err := b.Service.Connect.RemoteProjects(ctx, t.actor, d.Credential, d.Organization)
	if wrongOrg, ok := b.fieldError(ctx, err); ok {
		return b.connectionStepOne(ctx, t, d, wrongOrg)
	}
	if err != nil {
		return reply{}, err
	}
	d.Organization = organization
	if d.Project == "" {
		d.Project = projectID(projects, project)
	}
	if d.Name == "" && wrong.Field != "name" {
		d.Name = suggestedName(organization, project)
	}
	form, err := b.connectionForm(ctx, t, d, wrong)
	form.Projects = projects
	return say(cards.EditConnection(form)), err
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

// fieldError gives what is wrong with a form, for errors that the form itself
// can show.
func (b *Bot) fieldError(ctx context.Context, err error) (cards.FieldError, bool) {
	switch okr.KindOf(err) {
	case okr.Invalid, okr.NotFound, okr.NoAccess, okr.Conflict, okr.Throttled, okr.Unavailable:
		return cards.FieldError{Field: okr.FieldOf(err), Message: b.words(ctx, err)}, true
	default:
		return cards.FieldError{}, false
	}
}

func (b *Bot) connectionBack(ctx context.Context, t *turn, p press) (reply, error) {
	d, err := b.connectionDraft(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	d.Project = ""
	return b.connectionStepOne(ctx, t, d, cards.FieldError{})
}

// saveConnection checks that the project can really be read, and saves.
func (b *Bot) saveConnection(ctx context.Context, t *turn, p press) (reply, error) {
	d, err := b.connectionDraft(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	if name, ok := p.data["name"]; ok {
		d.Name = okr.CleanLine(name)
	}
	d.Project, d.Shared = p.data["project"], p.data["shared"] == "true"
	c, err := b.Service.Connect.SaveConnection(ctx, t.actor, okr.ConnectionInput{
		Editing: d.Editing, Name: d.Name, Organization: d.Organization, Project: d.Project,
		Credential: d.Credential, Shared: d.Shared,
	})
	if wrong, ok := b.fieldError(ctx, err); ok {
		if d.Name == "" {
			wrong.Field = "name"
		}
		return b.connectionProjects(ctx, t, d, wrong)
	}
	if err != nil {
		return reply{}, err
	}
	if err := b.Memory.DropDraft(ctx, t.actor.Tenant, d.ID); err != nil {
		return reply{}, err
	}
	return b.afterConnection(ctx, t, c, d.Resume)
}

// afterConnection shows the new connection, or goes on with what needed it.
func (b *Bot) afterConnection(ctx context.Context, t *turn, c okr.Connection, next *resume) (reply, error) {
	if next == nil {
		return b.connectionCard(ctx, t, c.ID)
	}
	data := map[string]string{"connection": string(c.ID)}
	maps.Copy(data, next.Data)
	return b.act(ctx, t, press{verb: next.Verb, data: data})
}
