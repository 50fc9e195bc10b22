package adotest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// revisionsPage is the most items of one page of the feed; the real limit is not
// published.
const revisionsPage = 1000

// mark moves an item to the end of the feed of changes.
func (o *organization) mark(it *Item) {
	o.watermark++
	it.watermark = o.watermark
}

// serveRevisions is "Reporting Work Item Revisions - Read Reporting Revisions
// Get" with includeLatestOnly: each changed item once, in the order of the
// changes. Other revisions are not kept here, so without it the answer is the
// same.
func (c *Cloud) serveRevisions(x *exchange) answer {
	after, since, bad := x.feedStart()
	if bad != "" {
		return badRequest("ArgumentException", bad)
	}
	for _, f := range x.fieldList() {
		if !c.knownField(x, f) {
			return badRequest("WorkItemTrackingQueryException", "TF51535: Cannot find field "+f+".")
		}
	}
	var found []*Item
	for _, it := range x.inOrg.items {
		if it.watermark > after && it.Changed.After(since) && x.inFeed(it) {
			found = append(found, it)
		}
	}
	slices.SortFunc(found, func(a, b *Item) int { return a.watermark - b.watermark })
	page := capped(found, min(max(x.intParam("$maxpagesize", revisionsPage), 1), revisionsPage))
	next := x.inOrg.watermark
	if len(page) < len(found) {
		next = page[len(page)-1].watermark
	}
	return c.feedPage(x, page, next, len(page) == len(found))
}

// inFeed: a feed of a project holds only what is in it now. Rights are those of
// a read.
func (x *exchange) inFeed(it *Item) bool {
	if x.inProj != nil && it.Project != x.inProj.Name {
		return false
	}
	deleted := *it
	deleted.Deleted = false
	return (!it.Deleted || x.param("includedeleted") == "true") && !it.ListedOnly && deleted.visibleTo(x.viewer, x.inOrg.Name)
}

func (x *exchange) fieldList() []string {
	return strings.FieldsFunc(x.param("fields"), func(r rune) bool { return r == ',' })
}

// feedStart reads where to begin: a token of ours, or a time.
func (x *exchange) feedStart() (after int, since time.Time, bad string) {
	token, start := x.param("continuationtoken"), x.param("startdatetime")
	if token != "" && start != "" {
		return 0, since, "VS403288: The parameters continuationToken and startDateTime cannot be used together."
	}
	if token != "" {
		first, _, _ := strings.Cut(token, ";")
		n, err := strconv.Atoi(first)
		if err != nil {
			return 0, since, "VS403289: The continuation token " + token + " is not valid."
		}
		return n, since, ""
	}
	if start != "" {
		at, err := time.Parse(time.RFC3339, start)
		if err != nil {
			return 0, since, "VS403290: The date " + start + " is not valid."
		}
		since = at
	}
	return 0, since, ""
}

func (c *Cloud) feedPage(x *exchange, items []*Item, next int, last bool) answer {
	rows := make([]object, 0, len(items))
	for _, it := range items {
		fields := c.fields(x, it, x.fieldList())
		if u := c.user(it.AssignedTo); u != nil && fields["System.AssignedTo"] != nil {
			fields["System.AssignedTo"] = u.Name + " <" + u.UPN + ">" // a text here, an object elsewhere
		}
		if it.Deleted {
			fields["System.IsDeleted"] = true
		}
		rows = append(rows, object{"id": it.ID, "rev": it.Rev, "fields": fields})
	}
	token := fmt.Sprintf("%d;%d;1", next, len(items))
	link := x.orgURL() + "/_apis/wit/reporting/workItemRevisions?continuationToken=" + url.QueryEscape(token)
	return jsonAnswer(http.StatusOK, object{
		"values": rows, "continuationToken": token, "nextLink": link, "isLastBatch": last,
	})
}
