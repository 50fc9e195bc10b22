package adosource

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/ado"
	"okrbot/okr"
)

// Organizations implements okr.Directory. An application has no profile, and nothing lists
// the organizations that it was added to.
func (s *Source) Organizations(ctx context.Context, access okr.Access) ([]string, error) {
	if access.Credential.IsApplication() {
		return nil, nil
	}
	session := s.session(access)
	me, err := session.MyProfile(ctx)
	if err != nil {
		return nil, translate(err, "your profile")
	}
	accounts, err := session.Accounts(ctx, me.ID)
	if err != nil {
		return nil, translate(err, "your organizations")
	}
	names := make([]string, 0, len(accounts))
	for _, a := range accounts {
		names = append(names, a.Name)
	}
	slices.SortFunc(names, byFold)
	return names, nil
}

// Projects implements okr.Directory.
func (s *Source) Projects(ctx context.Context, access okr.Access, organization string) ([]okr.RemoteProject, error) {
	list, err := s.session(access).Projects(ctx, organization)
	if err != nil {
		return nil, fieldError(translate(err, "the organization "+organization), "organization")
	}
	projects := make([]okr.RemoteProject, 0, len(list))
	for _, p := range list {
		projects = append(projects, okr.RemoteProject{ID: p.ID, Name: p.Name})
	}
	slices.SortFunc(projects, func(a, b okr.RemoteProject) int { return byFold(a.Name, b.Name) })
	return projects, nil
}

func byFold(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// Project implements okr.Directory. Reading the root of the queries shows that
// the account can really use what okrbot needs, which reading the project alone
// does not.
func (s *Source) Project(ctx context.Context, access okr.Access, organization, name string) (okr.RemoteProject, error) {
	session := s.session(access)
	what := "the project " + name + " of the organization " + organization
	p, err := session.Project(ctx, organization, name)
	if err != nil {
		return okr.RemoteProject{}, fieldError(translate(err, what), "project")
	}
	if _, err := session.WorkItemTypes(ctx, organization, p.ID); err != nil {
		return okr.RemoteProject{}, fieldError(translate(err, "the work items of "+what), "project")
	}
	if _, _, err := session.SearchQueries(ctx, organization, p.ID, "a", 1); err != nil {
		return okr.RemoteProject{}, fieldError(translate(err, "the queries of "+what), "project")
	}
	found := s.remote(organization, p)
	s.choices.keep(projectName(access, okr.ProjectRef{Organization: organization, Project: found}), []okr.RemoteProject{found})
	return found, nil
}

// OrganizationTenant implements okr.Directory. It needs nobody's access.
func (s *Source) OrganizationTenant(ctx context.Context, organization string) (okr.TenantID, error) {
	tenant, err := s.Client.As("organizations", nil).OrganizationTenant(ctx, organization)
	if _, refused := errors.AsType[*ado.Error](err); refused && !okr.KindOf(translate(err, "")).Passes() {
		return "", nil // refused without a word about the tenant
	}
	return okr.TenantID(tenant), translate(err, "the tenant of the organization "+organization)
}

// ParseOrganization implements okr.Directory.
func (s *Source) ParseOrganization(text string) (organization, project string, err error) {
	named, err := s.Client.ParseOrganization(text)
	if input, ok := errors.AsType[*ado.InputError](err); ok {
		return "", "", okr.FieldErrorf("organization", "%s", input.Message)
	}
	return named.Organization, named.Project, err
}

// fieldError says at which field of the connection form an error belongs.
func fieldError(err error, field string) error {
	var e *okr.Error
	if errors.As(err, &e) && (e.Kind == okr.NotFound || e.Kind == okr.NoAccess || e.Kind == okr.PolicyRefused) {
		e.Field = field
	}
	return err
}
