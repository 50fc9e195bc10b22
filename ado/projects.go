package ado

import (
	"context"
	"net/http"
)

// Project is a project of an organization.
type Project struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Description    string `json:"description"`
	State          string `json:"state"`      // "wellFormed" when it can be used
	Visibility     string `json:"visibility"` // "private" or "public"
	LastUpdateTime Time   `json:"lastUpdateTime"`
	DefaultTeam    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"defaultTeam"` // only from Project
}

const (
	projectPage     = "100"
	maxProjectPages = 1000 // a bound against a service that never ends, not a limit anyone reaches
)

// Projects lists all usable projects that the identity can see. It needs the scope vso.project or vso.profile.
// https://learn.microsoft.com/rest/api/azure/devops/core/projects/list
func (s *Session) Projects(ctx context.Context, organization string) ([]Project, error) {
	all := []Project{}
	next := ""
	for range maxProjectPages {
		query := []string{"stateFilter", "wellFormed", "$top", projectPage}
		if next != "" {
			query = append(query, "continuationToken", next)
		}
		c := get("projects", s.org(organization, "_apis", "projects"), query...)
		page, header, err := fetch[list[Project]](ctx, s, c)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		if next = continuation(header, next); next == "" {
			break
		}
	}
	return all, nil
}

// continuation gives the token of the next page. The same one again would be a circle.
func continuation(h http.Header, previous string) string {
	if next := h.Get("x-ms-continuationtoken"); next != previous {
		return next
	}
	return ""
}

// Project reads one project by id or name; a former name works, too. ErrNotFound: missing, or not visible.
// https://learn.microsoft.com/rest/api/azure/devops/core/projects/get
func (s *Session) Project(ctx context.Context, organization, idOrName string) (Project, error) {
	c := get("project", s.org(organization, "_apis", "projects", idOrName), "includeHistory", "true")
	p, _, err := fetch[Project](ctx, s, c)
	return p, err
}
