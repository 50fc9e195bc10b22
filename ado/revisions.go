package ado

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// maxRevisionsPage is what is asked for at once. The page's own default and limit are not published; the service may
// send fewer.
const maxRevisionsPage = 1000

// RevisionPage is a part of the feed of changes of an organization.
type RevisionPage struct {
	Items []WorkItem // the latest revision of each, with the fields that were asked for
	Next  string     // where the next page begins; good for asking again later, whether this was the last or not
	Last  bool       // no more for now
}

// Revisions reads a page of the feed of changed work items of all projects of an organization: those after token, or,
// where it is empty, those after since. It says nothing about rights or queries: it may hold items that the identity's
// queries do not find. Deleted items are left out. A feed of one project would miss items that are moved out of it.
// https://learn.microsoft.com/rest/api/azure/devops/wit/reporting-work-item-revisions/read-reporting-revisions-get
func (s *Session) Revisions(
	ctx context.Context, organization, token string, since time.Time, fields []string,
) (RevisionPage, error) {
	query := []string{
		"fields", strings.Join(fields, ","), "includeLatestOnly", "true",
		"$maxPageSize", strconv.Itoa(maxRevisionsPage),
	}
	if token != "" {
		query = append(query, "continuationToken", token)
	} else {
		query = append(query, "startDateTime", since.UTC().Format(time.RFC3339))
	}
	c := get("revisions", s.org(organization, "_apis", "wit", "reporting", "workitemrevisions"), query...)
	page, _, err := fetch[struct {
		Values      []WorkItem `json:"values"` // not "value", as everywhere else
		Token       string     `json:"continuationToken"`
		IsLastBatch bool       `json:"isLastBatch"`
	}](ctx, s, c.withoutURLs())
	// A page that leads nowhere is the last, whatever it says.
	last := page.IsLastBatch || page.Token == "" || page.Token == token
	return RevisionPage{Items: page.Values, Next: page.Token, Last: last}, err
}
