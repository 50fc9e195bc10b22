package okr

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Category is the state category of a work item: what its state means whatever
// it is called.
type Category string

// The state categories of Azure DevOps. UnknownCategory is a state that the
// type's list does not have.
const (
	Proposed        Category = "Proposed"
	InProgress      Category = "InProgress"
	Resolved        Category = "Resolved"
	Completed       Category = "Completed"
	Removed         Category = "Removed"
	UnknownCategory Category = ""
)

// WorkItem is a work item as a run saw it. Parent is the item above it in the
// query's tree, 0 at the top or in a flat list.
type WorkItem struct {
	ID       int                `json:"i"`
	Type     string             `json:"t"`
	Title    string             `json:"n"`
	State    string             `json:"s,omitempty"`
	Category Category           `json:"c"`
	Parent   int                `json:"p,omitempty"`
	Project  string             `json:"j,omitempty"` // the name of the project that holds it
	URL      string             `json:"u,omitempty"`
	Values   map[string]float64 `json:"v,omitempty"` // numeric fields by reference name; absent: no value
	// Elsewhere says that it is of another project than the one that is measured; told of choices only.
	Elsewhere bool `json:"e,omitempty"`
}

// Ref names the item to people.
func (i WorkItem) Ref() WorkItemRef {
	return WorkItemRef{ID: i.ID, Type: i.Type, Title: Shorten(i.Title, 120), URL: i.URL}
}

// Run is one execution of a shared query: each item once, parents before their
// children, in the query's order.
type Run struct {
	At         time.Time
	Query      Query // name, path and URL as they are now
	Items      []WorkItem
	Unreadable int        // items of the result that the account may not read
	Hidden     []int      // their ids
	Lost       []LostItem // of a choice: what was chosen and does not count, by id
	Fields     []string   // reference names of the numeric fields that were read
	FullAt     time.Time
	Cursor     Cursor
	// FieldErrs are the fields that were asked for and cannot be read, and why; what
	// does not need them can be measured.
	FieldErrs map[string]error
}

// Without says why the run has no values of a field; nil: it has them, or none are
// needed.
func (r Run) Without(f *Field) error {
	if f == nil {
		return nil
	}
	return r.FieldErrs[f.Ref]
}

// elsewhere is the title of a work item of another project that an application reads.
const elsewhere = "of another project"

// Through is the run as those may see it who measure through a connection. An application may
// read projects that they may not, so of what a choice has there only the numbers are told.
func (r Run) Through(c Connection) Run {
	if c.Application == nil || r.Query.Chosen == nil {
		return r
	}
	r.Items, r.Lost = slices.Clone(r.Items), slices.Clone(r.Lost)
	for i, item := range r.Items {
		if item.Elsewhere {
			r.Items[i].Title = elsewhere
		}
	}
	for i, l := range r.Lost {
		if l.Why == LostMoved {
			r.Lost[i].Title, r.Lost[i].Type = "", ""
		}
	}
	return r
}

// Cursor is how far the source has read the feed of changes, so that the next
// run need only read what changed since. It means nothing to the domain.
type Cursor struct {
	Token string    `json:"token,omitempty"` // opaque; empty: nothing is known
	At    time.Time `json:"at,omitzero"`     // when it was read
	Off   time.Time `json:"off,omitzero"`    // until then the feed is not to be used
}

// distinct leaves out items that come again: each counts once.
func (r Run) distinct() Run {
	items := make([]WorkItem, 0, len(r.Items))
	seen := make(map[int]bool, len(r.Items))
	for _, item := range r.Items {
		if !seen[item.ID] {
			seen[item.ID] = true
			items = append(items, item)
		}
	}
	r.Items = items
	return r
}

// Types lists the work item types of the run in order of appearance.
func (r Run) Types() []string {
	var types []string
	seen := map[string]bool{}
	for _, item := range r.Items {
		if key := fold(item.Type); !seen[key] {
			seen[key] = true
			types = append(types, item.Type)
		}
	}
	return types
}

// Items finds the work items that people choose. Methods fail as those of [Directory].
type Items interface {
	// SearchItems finds work items of a project, what changed last first. Invalid: too many
	// match, or the area does not exist.
	SearchItems(ctx context.Context, access Access, ref ProjectRef, search ItemSearch) (ItemPage, error)
	// ReadItems reads work items by id, in this order; those that are not there or may not
	// be seen are left out. They may be of another project of the organization, which is told
	// of each, whatever either project is called now.
	ReadItems(ctx context.Context, access Access, ref ProjectRef, ids []int) ([]WorkItem, error)
	// Areas lists the area paths of a project, each before those below it.
	Areas(ctx context.Context, access Access, ref ProjectRef) ([]string, error)
	// Choice says what a choice holds now. QueryTooLarge: with what is below, it is more
	// than 20,000 work items.
	Choice(ctx context.Context, access Access, ref ProjectRef, chosen Chosen) (Choice, error)
}

// Choice is what chosen work items hold.
type Choice struct {
	Query Query      // as what goals are bound to
	Items int        // that count, what is below them included
	Lost  []LostItem // chosen ones that do not count, by id
}

// Snapshot is what is kept of a run: to tell what changed by the next one, and
// to read only that.
type Snapshot struct {
	At     time.Time  `json:"at"`
	Items  []WorkItem `json:"items"`
	Fields []string   `json:"fields,omitempty"`
	Hidden []int      `json:"hidden,omitempty"` // ids of the result that the account may not read, and of lost items
	FullAt time.Time  `json:"fullAt,omitzero"`  // when each item was last read, changed or not
	Cursor Cursor     `json:"cursor,omitzero"`
}

// Snapshot gives what is kept of the run.
func (r Run) Snapshot() Snapshot {
	return Snapshot{At: r.At, Items: r.Items, Fields: r.Fields, Hidden: append(slices.Clone(r.Hidden), r.lostIDs()...), FullAt: r.FullAt, Cursor: r.Cursor}
}

// Changes compares the run with the snapshot before it, counting only what the
// binding counts. Without a snapshot it is a first run.
func (r Run) Changes(before *Snapshot, b Binding) Changes {
	if before == nil {
		return Changes{First: true}
	}
	var c Changes
	valued := b.Field != nil && slices.Contains(before.Fields, b.Field.Ref)
	p := pair{b: b, old: byID(before.Items), hidden: idSet(r.Hidden), wasHidden: idSet(before.Hidden), lost: r.Lost}
	for _, item := range r.Items {
		was, known := p.old[item.ID]
		delete(p.old, item.ID)
		p.note(&c, was, known, item)
		if known && valued && p.counts(was) && p.counts(item) && was.Values[b.Field.Ref] != item.Values[b.Field.Ref] {
			c.Revalued.add(item.Ref())
		}
	}
	for _, was := range before.Items { // in the order of the result, not of a map
		if _, gone := p.old[was.ID]; gone && p.counts(was) {
			p.noteGone(&c, was)
		}
	}
	if b.Field == nil || valued {
		c.Scope = b.scope(r.Items) - b.scope(before.Items)
	}
	return c
}

// pair is two runs of a query that are compared for a binding.
type pair struct {
	b                 Binding
	old               map[int]WorkItem // of the former run, as far as they did not come again
	hidden, wasHidden map[int]bool
	lost              []LostItem
}

func (p pair) counts(item WorkItem) bool { return counts(item, p.b.ItemType) }

// note sorts an item of the later run by what is another than it was.
func (p pair) note(c *Changes, was WorkItem, known bool, item WorkItem) {
	did, does := known && p.counts(was), p.counts(item)
	switch {
	case !did && !does:
	case !does && p.b.ItemType != "" && fold(item.Type) != fold(p.b.ItemType):
		c.Retyped.add(item.Ref())
	case !does:
		c.Discarded.add(item.Ref())
	case known && !did, p.wasHidden[item.ID]:
		c.Back.add(item.Ref())
	case !known:
		c.Added.add(item.Ref())
	default:
		c.noteState(was, item)
	}
}

// noteState tells work that was done or undone from states whose meaning is not
// known: an item is completed or reopened by nobody where only that is another.
func (c *Changes) noteState(was, item WorkItem) {
	isSame := fold(was.State) == fold(item.State) && fold(was.Type) == fold(item.Type)
	switch {
	case (was.Category == Completed) == (item.Category == Completed):
	case item.Category == UnknownCategory:
		c.Unclear.add(item.Ref())
	case item.Category == Completed && was.Category == UnknownCategory && isSame:
		c.Cleared.add(item.Ref())
	case item.Category == Completed:
		c.Completed.add(item.Ref())
	default:
		c.Reopened.add(item.Ref())
	}
}

// noteGone tells an item that left the result from one that may not be read or is lost.
// The title of what cannot be read is not kept: who sees the goal may be one of those who
// may not.
func (p pair) noteGone(c *Changes, was WorkItem) {
	if i := slices.IndexFunc(p.lost, func(l LostItem) bool { return l.ID == was.ID }); i >= 0 {
		c.Lost.add(p.lost[i].WorkItemRef)
		return
	}
	if p.hidden[was.ID] {
		c.Hidden.add(WorkItemRef{ID: was.ID, URL: was.URL})
		return
	}
	c.Removed.add(was.Ref())
}

func byID(items []WorkItem) map[int]WorkItem {
	m := make(map[int]WorkItem, len(items))
	for _, i := range items {
		m[i.ID] = i
	}
	return m
}

func idSet(ids []int) map[int]bool {
	m := make(map[int]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// Counts says whether an item is part of what the binding measures.
func (b Binding) Counts(item WorkItem) bool { return counts(item, b.ItemType) }

// counts says whether an item is part of numerator and denominator.
func counts(item WorkItem, itemType string) bool {
	return item.Category != Removed && (itemType == "" || fold(item.Type) == fold(itemType))
}

// AzureLink is an address of Azure DevOps as people copy it: of a query or a work item.
type AzureLink struct {
	Organization string
	Project      string // name or id; empty: the address has none
	Query        string // id in lower case; empty: it names none
	Item         int    // id of a work item; 0: it names none
}

var (
	webAddress = regexp.MustCompile(`(?i)https?://[^\s<>"')\]]+`)
	remoteID   = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// FindAzureLink finds the first address of a query or work item in a text. The forms,
// below https://dev.azure.com/{organization} and the older
// https://{organization}.visualstudio.com[/DefaultCollection]:
//
//	/{project}/_queries/query/{id}/        also query-edit, and ?id= (copied from a query)
//	/[{project}/]_workitems/edit/{item}    also ?id= (copied from a work item)
//	/{project}/_boards/…?workitem={item}   and the like of backlogs and sprints
//	/web/qr.aspx?pguid={project}&qid={id}  as Azure DevOps itself names a query, and
//	/web/wi.aspx?pcguid=…&id={item}        a work item
//
// Source: "Work with URLs"; the address bar for the others.
func FindAzureLink(text string) (AzureLink, bool) {
	for _, raw := range webAddress.FindAllString(text, -1) {
		u, err := url.Parse(strings.TrimRight(raw, ".,;:!?"))
		if err != nil {
			continue
		}
		if l := readAzureLink(u); l.Organization != "" && (l.Query != "" || l.Item > 0) {
			return l, true
		}
	}
	return AzureLink{}, false
}

// Addresses are the addresses in a text, as they stand in it.
func Addresses(text string) []string { return webAddress.FindAllString(text, -1) }

// WithoutAddresses is a text without the addresses in it.
func WithoutAddresses(text string) string { return webAddress.ReplaceAllString(text, " ") }

func readAzureLink(u *url.URL) AzureLink {
	place, hub, _ := strings.Cut(u.Path, "/_")
	asked := u.Query()
	before, page, isServed := strings.Cut(u.Path, "/web/")
	if isServed = isServed && (page == "qr.aspx" || page == "wi.aspx"); isServed {
		place = before
	}
	l := AzureLink{}
	l.Organization, l.Project = azurePlace(u.Hostname(), place)
	if isServed {
		l.Project, l.Query, l.Item = asked.Get("pguid"), remoteQuery(asked.Get("qid")), itemNumber(asked.Get("id"))
		return l
	}
	parts := append(strings.Split(strings.Trim(hub, "/"), "/"), "", "")
	switch isQueries := parts[0] == "queries"; {
	case isQueries && strings.HasPrefix(parts[1], "query") && parts[2] != "":
		l.Query = remoteQuery(parts[2])
	case isQueries && parts[1] != "edit":
		l.Query = remoteQuery(asked.Get("id"))
	case parts[0] == "workitems" && parts[1] == "edit", isQueries:
		l.Item = itemNumber(parts[2])
	case parts[0] == "workitems":
		l.Item = itemNumber(asked.Get("id"))
	}
	if l.Query == "" && l.Item == 0 {
		l.Item = itemNumber(asked.Get("workitem"))
	}
	return l
}

// azurePlace reads organization and project of a host and what of a path stands before
// the page.
func azurePlace(host, path string) (organization, project string) {
	names := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if name, isOld := strings.CutSuffix(strings.ToLower(host), ".visualstudio.com"); isOld {
		names = append([]string{name}, slices.DeleteFunc(names, func(n string) bool { return strings.EqualFold(n, "DefaultCollection") })...)
	}
	switch n := len(names); n {
	case 0:
		return "", ""
	case 1:
		return names[0], ""
	default:
		return names[n-2], names[n-1]
	}
}

func remoteQuery(id string) string {
	if !remoteID.MatchString(id) {
		return ""
	}
	return strings.ToLower(id)
}

func itemNumber(text string) int {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}
