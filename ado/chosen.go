package ado

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The texts of okrbot's own queries. What people type gets into them as the value of a field, between quotes, and
// nowhere else. https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax

// MaxWiql is how many characters a query text may have (page "WIQL syntax").
const MaxWiql = 32_000

const (
	// maxWords is how many words of a title are looked for; each is one more condition.
	maxWords = 10
	// maxWord is how long a text may be that Contains Words looks for (page "Query by titles, IDs, and rich-text fields").
	maxWord = 100
	// maxValue is how long the name of a type or area may be that is looked for: area paths have up to 4,000 characters.
	maxValue = 4000
)

// ItemFilter says which work items of a project to find. The zero value finds all of them.
type ItemFilter struct {
	Words string // each must be in the title, or begin a word of it; the first ten count
	Type  string // name of a work item type; empty: any
	Area  string // an area path, which finds what is below it, too; empty: any
	Days  int    // changed within so many days; 0: whenever
}

// Text is the query that finds them, what changed last first. It takes the project from the address (@project).
func (f ItemFilter) Text() string {
	where := []string{"[" + FieldProject + "] = @project"}
	if f.Type != "" {
		where = append(where, "["+FieldType+"] = "+literal(f.Type))
	}
	if f.Area != "" {
		where = append(where, "["+FieldArea+"] UNDER "+literal(f.Area))
	}
	if f.Days > 0 {
		where = append(where, "["+FieldChangedDate+"] >= @Today - "+strconv.Itoa(f.Days))
	}
	for i, word := range strings.Fields(clean(f.Words)) {
		if i == maxWords {
			break
		}
		where = append(where, "["+FieldTitle+"] "+contains(word))
	}
	return "SELECT [" + FieldID + "] FROM WorkItems WHERE " + strings.Join(where, " AND ") +
		" ORDER BY [" + FieldChangedDate + "] DESC, [" + FieldID + "] DESC"
}

// contains looks for a word. The index of full texts, which the service advises, knows words by their beginnings; what
// is no word to it (signs, and scripts that write no spaces) is looked for by itself.
func contains(word string) string {
	word, _ = cut(word, maxWord-1)
	if strings.IndexFunc(word, isNoLetter) >= 0 {
		return "CONTAINS " + literal(word)
	}
	return "CONTAINS WORDS " + literal(word+"*")
}

func isNoLetter(r rune) bool {
	spaceless := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	return spaceless || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// literal is a value in a query text: a quote in it is doubled, and it stays on one line.
func literal(text string) string {
	text, _ = cut(clean(text), maxValue)
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// clean makes a text fit for a query: valid, and without signs that end a line or cannot be seen.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case isControl(r):
			return ' '
		}
		return r
	}, text)
}

// TreeText is the query that finds work items and all that is below them in the hierarchy, of whatever projects.
func TreeText(ids []int) string {
	return "SELECT [" + FieldID + "] FROM WorkItemLinks WHERE ([Source].[" + FieldID + "] IN (" + joinIDs(ids) + "))" +
		" AND ([System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward') MODE (Recursive)"
}

// ItemsText is the query that shows work items, for people who follow an address.
func ItemsText(ids []int) string {
	return "SELECT [System.Id], [System.WorkItemType], [System.Title], [System.State] FROM WorkItems WHERE [" + FieldID + "] IN (" + joinIDs(ids) + ")"
}

func joinIDs(ids []int) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.Itoa(id)
	}
	return strings.Join(list, ",")
}

// FindItems gives the ids of a project's work items that a filter finds, what changed last first, at most top of them.
// ErrTooManyResults: there are more than 20,000; narrow it. ErrInvalidQuery: the area does not exist.
// https://learn.microsoft.com/rest/api/azure/devops/wit/wiql/query-by-wiql
func (s *Session) FindItems(ctx context.Context, organization, project string, f ItemFilter, top int) ([]int, error) {
	r, err := s.result(ctx, post("find items", s.ownQuery(organization, project), queryText(f.Text()), "$top", strconv.Itoa(max(top, 1))))
	return r.IDs(), err
}

// ItemTree finds work items and all that is below them, as a tree query does: an item that is below another one of them
// stands there. What the identity may not see is missing, and so is what is below that.
// https://learn.microsoft.com/rest/api/azure/devops/wit/wiql/query-by-wiql
func (s *Session) ItemTree(ctx context.Context, organization, project string, ids []int) (QueryResult, error) {
	return s.result(ctx, post("item tree", s.ownQuery(organization, project), queryText(TreeText(unique(ids)))))
}

// AreaNode is an area of a project, with those below it. The root has the project's name.
type AreaNode struct {
	ID       int        `json:"id"`
	Name     string     `json:"name"`
	Children []AreaNode `json:"children"`
}

// areaDepth is how deep areas can be nested (page "Work tracking, process, and project limits").
const areaDepth = 14

// Areas reads the areas of a project.
// https://learn.microsoft.com/rest/api/azure/devops/wit/classification-nodes/get
func (s *Session) Areas(ctx context.Context, organization, project string) (AreaNode, error) {
	c := get("areas", s.org(organization, project, "_apis", "wit", "classificationnodes", "areas"), "$depth", strconv.Itoa(areaDepth))
	root, _, err := fetch[AreaNode](ctx, s, c.withoutURLs())
	return root, err
}

// Paths lists the area paths, each before those below it: names with backslashes between them, as in System.AreaPath.
func (n AreaNode) Paths() []string {
	var out []string
	var walk func(above string, n AreaNode)
	walk = func(above string, n AreaNode) {
		path := above + n.Name
		out = append(out, path)
		for _, child := range n.Children {
			walk(path+`\`, child)
		}
	}
	walk("", n)
	return out
}

// DeletedItem is a work item in the recycle bin of a project.
type DeletedItem struct {
	ID    int    `json:"id"`
	Type  string `json:"type"`
	Title string `json:"name"`
	Code  int    `json:"code"` // an HTTP status; 0 or 200: it is there
}

// DeletedItems reads those of some work items that are in the recycle bin of a project, 200 a request. Who may not look
// into it gets none or a refusal.
// https://learn.microsoft.com/rest/api/azure/devops/wit/recyclebin/get-deleted-work-items
func (s *Session) DeletedItems(ctx context.Context, organization, project string, ids []int) ([]DeletedItem, error) {
	var out []DeletedItem
	for chunk := range slices.Chunk(unique(ids), MaxWorkItemsBatch) {
		c := get("recycle bin", s.org(organization, project, "_apis", "wit", "recyclebin"), "ids", joinIDs(chunk))
		page, _, err := fetch[list[DeletedItem]](ctx, s, c.withoutURLs())
		if err != nil {
			return nil, err
		}
		for _, d := range page.Value {
			if d.ID > 0 && (d.Code == 0 || d.Code == http.StatusOK) {
				out = append(out, d)
			}
		}
	}
	return out, nil
}
