package ado

import (
	"net/url"
	"strconv"
	"strings"
)

// WorkItemURL is where people see a work item. The base is Client.BaseURL; the project is a name or an id, and an id
// survives a rename. With an empty project Azure DevOps finds it by itself.
func WorkItemURL(base, organization, project string, id int) string {
	return page(base, organization, project, "_workitems/edit/"+strconv.Itoa(id))
}

// QueryURL is where people see a query's results. Prefer Query.Links.HTML where it is at hand: the service gave it.
func QueryURL(base, organization, project, queryID string) string {
	return page(base, organization, project, "_queries/query/"+url.PathEscape(queryID)+"/")
}

// ProjectURL is where people see a project.
func ProjectURL(base, organization, project string) string {
	return strings.TrimSuffix(page(base, organization, project, ""), "/")
}

func page(base, organization, project, rest string) string {
	parts := []string{strings.TrimRight(base, "/"), url.PathEscape(organization)}
	if project != "" {
		parts = append(parts, url.PathEscape(project))
	}
	return strings.Join(append(parts, rest), "/")
}
