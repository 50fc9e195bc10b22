package ado

import (
	"context"
	"strconv"
	"strings"
)

// maxQueryDepth is how many levels one answer shows at most (VS403446 beyond that).
const maxQueryDepth = 2

// QueryFolder is a folder of queries with those in it, as far as the answer shows them.
type QueryFolder struct {
	Query
	HasChildren bool          `json:"hasChildren"` // whether they are shown or not
	Children    []QueryFolder `json:"children"`    // queries too; none: there are none, or they are too deep
}

// QueryRoots reads the root folders of a project's queries, that of the identity's own ones among them, and what is in
// them to a depth of 0 to 2. Deeper folders say HasChildren and show none: read them by [Session.QueryFolder].
// https://learn.microsoft.com/rest/api/azure/devops/wit/queries/list
func (s *Session) QueryRoots(ctx context.Context, organization, project string, depth int) ([]QueryFolder, error) {
	c := get("query roots", s.org(organization, project, "_apis", "wit", "queries"),
		"$depth", strconv.Itoa(min(depth, maxQueryDepth)), "$expand", "none")
	page, _, err := fetch[list[QueryFolder]](ctx, s, c)
	return page.Value, err
}

// QueryFolder reads one folder by id or path, and what is in it to a depth of 0 to 2. It finds a query as well: see
// IsFolder. https://learn.microsoft.com/rest/api/azure/devops/wit/queries/get
func (s *Session) QueryFolder(ctx context.Context, organization, project, idOrPath string, depth int) (QueryFolder, error) {
	segments := append([]string{project, "_apis", "wit", "queries"}, strings.Split(idOrPath, "/")...)
	c := get("query folder", s.org(organization, segments...),
		"$depth", strconv.Itoa(min(depth, maxQueryDepth)), "$expand", "none")
	f, _, err := fetch[QueryFolder](ctx, s, c)
	return f, err
}
