package adotest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// User is a person of an Entra tenant.
type User struct {
	OID      string // Entra object id, a GUID
	Tenant   string // Entra tenant id, a GUID
	Name     string // display name
	UPN      string // user principal name, shaped like a mail address
	Disabled bool   // cannot sign in, refresh or call
	Access   []Access
	Guest    []Guest
	Client   string // client id of a service principal, see [Principal]; empty: a person
	Blocked  bool   // a service principal that conditional access refuses
}

// Guest is a person's account in a tenant that is not the own one: another object
// with another id.
type Guest struct{ Tenant, OID string }

// Access is a user's membership of one organization.
type Access struct {
	Organization string
	Projects     []string // names; empty means every project
	Licence      Licence
}

// ID is the user's Azure DevOps identity id, which is not the object id.
func (u User) ID() string { return guidOf("identity", u.OID) }

// in is the user's object id in a tenant, where there is one.
func (u *User) in(tenant string) (oid string, ok bool) {
	if strings.EqualFold(tenant, u.Tenant) {
		return u.OID, true
	}
	for _, g := range u.Guest {
		if strings.EqualFold(tenant, g.Tenant) {
			return g.OID, true
		}
	}
	return "", false
}

func (u *User) membership(org string) *Access {
	for i := range u.Access {
		if strings.EqualFold(u.Access[i].Organization, org) {
			return &u.Access[i]
		}
	}
	return nil
}

// sees reports whether the user may read a project.
func (u *User) sees(org, project string) bool {
	m := u.membership(org)
	return m != nil && (len(m.Projects) == 0 || slices.ContainsFunc(m.Projects, func(p string) bool { return strings.EqualFold(p, project) }))
}

// Organization is an Azure DevOps organization, connected to one tenant.
type Organization struct {
	Name     string
	Tenant   string
	Disabled bool // listed with accountStatus disabled and not usable
}

type organization struct {
	Organization
	projects []*Project
	items    []*Item // ascending ids
	queries  []*Query
	nextID   int
	// watermark counts the changes of items; each item has that of its last.
	watermark int
}

// Project is a team project. Types is its process: see [Agile] and [Scrum].
type Project struct {
	ID          string // a GUID; empty derives one from the names
	Name        string
	Description string
	FormerNames []string
	Types       []Type
	SharedRoot  string   // name of the shared folder; empty means "Shared Queries"
	PrivateRoot string   // name of the private folder; empty means "My Queries"
	Areas       []string // below the root, with backslashes: those above one, and those of items, are there anyway

	folderIDs map[string]string // by path in lower case, where a folder was renamed
}

// Type is a work item type with its workflow in order.
type Type struct {
	Name          string
	ReferenceName string
	Color         string // six hex digits
	Icon          string
	Disabled      bool
	OmitStates    bool // the type list leaves the states out, as old samples do
	States        []State
}

// State is one workflow state. Category is one of Proposed, InProgress,
// Resolved, Completed, Removed.
type State struct{ Name, Color, Category string }

// Reference names of the numeric fields that the seed fills.
const (
	FieldStoryPoints      = "Microsoft.VSTS.Scheduling.StoryPoints"
	FieldEffort           = "Microsoft.VSTS.Scheduling.Effort"
	FieldOriginalEstimate = "Microsoft.VSTS.Scheduling.OriginalEstimate"
	FieldCompletedWork    = "Microsoft.VSTS.Scheduling.CompletedWork"
	FieldRemainingWork    = "Microsoft.VSTS.Scheduling.RemainingWork"
	FieldPriority         = "Microsoft.VSTS.Common.Priority"
)

// Item is one revision of a work item.
type Item struct {
	ID         int // unique in the organization; 0 lets AddItem choose
	Rev        int // 1 on creation, one more for each change
	Project    string
	Type       string
	State      string
	Title      string
	Parent     int    // 0 for none
	Area       string // below the project's root, with backslashes; empty for the root
	AssignedTo string // object id of a user, empty for nobody
	Tags       []string
	Created    time.Time
	Changed    time.Time
	Fields     map[string]any // further fields by reference name
	Links      []Link         // for one-hop queries
	VisibleTo  []string       // object ids; empty means everybody in the project
	Deleted    bool           // in the recycle bin: in no answer
	ListedOnly bool           // results have its id, and nobody may read it: a slot with null
	watermark  int            // its place in the feed of changes
}

// Link is a non-hierarchical link, such as System.LinkTypes.Dependency-Forward.
type Link struct {
	Rel    string
	Target int
}

// HasTag reports whether the item carries the tag, without regard to case.
func (i Item) HasTag(tag string) bool {
	return slices.ContainsFunc(i.Tags, func(t string) bool { return strings.EqualFold(t, tag) })
}

func (i Item) clone() Item {
	i.Tags, i.Links, i.VisibleTo = slices.Clone(i.Tags), slices.Clone(i.Links), slices.Clone(i.VisibleTo)
	i.Fields = maps.Clone(i.Fields)
	return i
}

// Kind is the shape of a query's result.
type Kind string

// The three query types of the wire.
const (
	Flat   Kind = "flat"
	Tree   Kind = "tree"
	OneHop Kind = "oneHop"
)

// Query is a saved query. Its result is computed from Filter each time, so
// membership follows the items.
type Query struct {
	ID     string // a GUID; empty derives one from project, folder and name
	Name   string
	Folder string // "Launch/Q3"; empty is directly under the root
	Owner  string // object id for a private query, empty for a shared one
	Kind   Kind   // empty means Flat
	WIQL   string // the text shown by $expand=wiql; empty writes a plausible one
	// Filter chooses the items; nil chooses none. For OneHop it chooses the
	// sources, whose links follow.
	Filter func(Item) bool
	// FilterFor is Filter for queries with @Me; it wins over Filter.
	FilterFor     func(viewer User, it Item) bool
	CrossProject  bool     // looks at every project of the organization that the viewer sees
	Extra         int      // adds this many archived items, to reach the size limit
	Deleted       bool     // in the recycle bin
	InvalidSyntax bool     // can be read, cannot be run
	VisibleTo     []string // object ids; empty means everybody in the project
	Modified      time.Time
	LastRun       time.Time // set by each run
	LastRunBy     string    // object id
	Project       string    // set by AddQuery
}

// Private reports whether the query lies in somebody's My Queries.
func (q Query) Private() bool { return q.Owner != "" }

func (q *Query) kind() Kind {
	if q.Kind == "" {
		return Flat
	}
	return q.Kind
}

func (q *Query) visibleTo(u *User) bool {
	if q.Owner != "" {
		return strings.EqualFold(q.Owner, u.OID)
	}
	return len(q.VisibleTo) == 0 || slices.Contains(q.VisibleTo, u.OID)
}

func (i *Item) visibleTo(u *User, org string) bool {
	return !i.Deleted && u.sees(org, i.Project) && (len(i.VisibleTo) == 0 || slices.Contains(i.VisibleTo, u.OID))
}
