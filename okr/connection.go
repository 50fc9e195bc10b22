package okr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// RemoteProject is an Azure DevOps project. The id survives renames.
type RemoteProject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"` // its page, for people
}

// Connection is a named way to one Azure DevOps project, used with the access of
// its owner.
type Connection struct {
	ID           ConnectionID  `json:"id"`
	Name         string        `json:"name"`
	Organization string        `json:"organization"`
	Project      RemoteProject `json:"project"`
	Owner        Person        `json:"owner"`
	Credential   CredentialID  `json:"credential"`
	Account      string        `json:"account"` // the Azure DevOps account's sign-in name, to show whose access is used
	Shared       bool          `json:"shared"`  // everyone of the tenant may bind through it
	Health       Health        `json:"health"`
	CreatedAt    time.Time     `json:"createdAt"`
	Offer        *Offer        `json:"offer,omitempty"` // to take it over; nil: none
	// Application is what reads instead of a person; nil: its owner's sign-in does. Then the
	// connection belongs to [TheOrganization] and is shared, and admins see to it.
	Application *ConnectedApplication `json:"application,omitempty"`
	// Folders are those of shared queries that may be bound through an application; none:
	// all shared queries of the project.
	Folders []QueryFolder `json:"folders,omitempty"`
}

// Offer is a connection offered to somebody who may take it over with an own
// sign-in.
type Offer struct {
	To Person    `json:"to"`
	By Person    `json:"by"`
	At time.Time `json:"at"`
}

// OfferedTo says whether the connection is offered to the actor.
func (c Connection) OfferedTo(actor Actor) bool {
	return c.Offer != nil && actor.ID != "" && c.Offer.To.ID == actor.ID
}

// Key is the record's id.
func (c Connection) Key() string { return string(c.ID) }

// Unique is the name without regard to case: two connections of the same name
// are refused in a tenant.
func (c Connection) Unique() string { return strings.ToLower(c.Name) }

// Indexes names the lists that the connection stands in.
func (c Connection) Indexes() []string {
	indexes := []string{OwnerIndex(c.Owner.ID)}
	if c.Shared {
		indexes = append(indexes, SharedIndex)
	}
	return indexes
}

// SharedIndex lists the connections that everyone may use.
const SharedIndex = "shared"

// OwnerIndex lists what a person owns.
func OwnerIndex(owner UserID) string { return "owner:" + string(owner) }

// ProjectRef is where the connection leads.
func (c Connection) ProjectRef() ProjectRef {
	return ProjectRef{Organization: c.Organization, Project: c.Project}
}

// LeadsTo says whether the address is one of the connection's project, by what the
// project is called or its id.
func (c Connection) LeadsTo(link AzureLink) bool {
	isProject := strings.EqualFold(c.Project.Name, link.Project) || strings.EqualFold(c.Project.ID, link.Project)
	return isProject && strings.EqualFold(c.Organization, link.Organization)
}

// SameAccess says whether two connections see the same of Azure DevOps, so that
// one run of a query serves both.
func (c Connection) SameAccess(o Connection) bool {
	return c.Credential == o.Credential && c.Organization == o.Organization && c.Project.ID == o.Project.ID
}

// Serves says whether a binding may be measured through the connection: a private one
// measures only what its owner bound.
func (c Connection) Serves(b Binding) bool { return c.Shared || c.IsOf(b.BoundBy.ID) }

// Allows refuses a query that may not be bound through the connection: where an application
// reads, an admin says which folders may be. The paths must be as they are now. Forbidden:
// who can change that is said.
func (c Connection) Allows(q Query) error {
	if c.Application == nil || len(c.Folders) == 0 {
		return nil
	}
	if q.Chosen == nil && slices.ContainsFunc(c.Folders, func(f QueryFolder) bool { return f.Holds(q) }) {
		return nil
	}
	what := "queries in " + c.FolderPaths()
	if c.FolderPaths() == "" {
		what = "queries in folders that were deleted or that its application can't read"
	}
	if q.Chosen != nil {
		return Errorf(Forbidden, "The connection %s only allows %s, and no chosen work items. Choose a query there, or ask an admin to allow all shared queries.", c.Name, what)
	}
	return Errorf(Forbidden, "The connection %s only allows %s. Choose one of those, or ask an admin to allow the folder of this query.", c.Name, what)
}

// FolderPaths names the folders that the connection is limited to; empty: none, or none that
// can be read.
func (c Connection) FolderPaths() string {
	var paths []string
	for _, f := range c.Folders {
		if f.Path != "" {
			paths = append(paths, f.Path)
		}
	}
	if len(paths) > 3 {
		paths = append(paths[:3], fmt.Sprintf("%d more folders", len(paths)-3))
	}
	if n := len(paths); n > 1 {
		return strings.Join(paths[:n-1], ", ") + " and " + paths[n-1]
	}
	return strings.Join(paths, "")
}

// ReadBy makes a credential the one that reads for the connection: that of a person, whose it
// then is, or of an application.
func (c *Connection) ReadBy(by Credential, person Person) {
	c.Credential, c.Account, c.Application = by.ID, by.Account.UserName, by.Connected()
	c.Owner = person
	if c.Application != nil {
		c.Owner, c.Shared, c.Offer = TheOrganization(), true, nil
		return
	}
	c.Folders = nil
}

// Limits says whether another connection allows other queries.
func (c Connection) Limits(o Connection) bool {
	return !slices.EqualFunc(c.Folders, o.Folders, func(a, b QueryFolder) bool { return a.ID == b.ID })
}

// IsOf says whether the connection belongs to a person: one that an application reads for
// belongs to nobody.
func (c Connection) IsOf(user UserID) bool {
	return c.Application == nil && user != "" && c.Owner.ID == user
}

// privateTo says why a binding of somebody else is not measured through a connection.
func (c Connection) privateTo() error {
	return Errorf(Forbidden, "The connection %s is private to %s again. Bind it through another connection. The last value stays until then.", c.ID, c.Owner.Name)
}

// Follow brings the binding of a goal in line with who may use its connection now, and
// says whether that ended its measuring.
func (c Connection) Follow(b *Binding, now time.Time) (stopped bool) {
	isStopped := b.Health.State == HealthUnbound
	switch {
	case c.Serves(*b) && isStopped:
		b.Health = Health{LastOK: b.Health.LastOK}
	case !c.Serves(*b) && !isStopped:
		b.Health = b.Health.Failed(c.privateTo(), now)
		b.Health.State = HealthUnbound
		return true
	}
	return false
}

// ProjectRef is a project of an organization in Azure DevOps.
type ProjectRef struct {
	Organization string
	Project      RemoteProject
}

// Access is whose sign-in a call to Azure DevOps uses.
type Access struct {
	Tenant     TenantID
	Credential CredentialID
}

// HealthState says how the last contact went.
type HealthState string

// The states of health.
const (
	HealthNew         HealthState = ""              // nothing tried yet
	HealthOK          HealthState = "ok"            // the last sync worked
	HealthThrottled   HealthState = "throttled"     // Azure DevOps asked to slow down
	HealthNeedsSignIn HealthState = "needs sign-in" // the owner must sign in again
	HealthNoAccess    HealthState = "no access"     // the account is refused
	HealthQueryGone   HealthState = "query gone"    // deleted or not visible any more
	HealthQueryBroken HealthState = "query broken"  // too large, too slow or invalid
	HealthUnavailable HealthState = "unavailable"   // Azure DevOps did not answer
	HealthUnbound     HealthState = "no connection" // its connection was deleted, or is private to somebody else again
	HealthProjectGone HealthState = "project gone"  // deleted or not visible any more
	HealthPolicy      HealthState = "policy"        // conditional access keeps okrbot out
)

// Health is the state of a connection or binding. A failure keeps the last value
// and says since when and why.
type Health struct {
	State    HealthState `json:"state,omitempty"`
	Since    time.Time   `json:"since,omitzero"`    // when this state began
	LastOK   time.Time   `json:"lastOK,omitzero"`   // the last sync that worked
	Problem  string      `json:"problem,omitempty"` // in words for people; empty when ok
	NoticeAt time.Time   `json:"noticeAt,omitzero"` // when somebody was last told
	// Told is when each person was last told. Records of an older okrbot have none: then
	// NoticeAt is that of everybody.
	Told map[UserID]time.Time `json:"told,omitempty"`
}

// Failing says whether somebody must do something or wait.
func (h Health) Failing() bool { return h.State != HealthOK && h.State != HealthNew }

const (
	// noticeInterval is how often an owner is told of a failure that goes on.
	noticeInterval = 7 * 24 * time.Hour
	// passingFor is how long what may pass by itself is waited for before somebody is
	// told.
	passingFor = 24 * time.Hour
)

// Worked gives the health after a success at now.
func (h Health) Worked(now time.Time) Health {
	if h.State != HealthOK {
		h.Since = now
	}
	return Health{State: HealthOK, Since: h.Since, LastOK: now}
}

// Failed gives the health after err at now.
func (h Health) Failed(err error, now time.Time) Health {
	state := healthStateOf(KindOf(err))
	if next := (Health{State: state}); h.State != state {
		told := h.NeedsPerson() || h.passing() && !h.NoticeAt.Before(h.Since)
		if told && next.NeedsPerson() {
			h.NoticeAt, h.Told = time.Time{}, nil // another cause is news
		}
		if !h.passing() || !next.passing() {
			h.Since = now
		}
	}
	msg, ok := MessageOf(err)
	if !ok {
		msg = "okrbot could not measure it because of an internal fault. It tries again at the next sync."
	}
	h.State, h.Problem = state, msg
	return h
}

// NoticeDue says whether a person should be told at now: once when a failure begins
// that only a person can end, or after a day of one that may pass by itself, then
// weekly. Each person counts alone: that one was told says nothing of another.
func (h Health) NoticeDue(to UserID, now time.Time) bool {
	due := h.NeedsPerson() || h.passing() && now.Sub(h.Since) >= passingFor
	last := h.NoticeAt
	if h.Told != nil {
		last = h.Told[to]
	}
	return due && (last.IsZero() || now.Sub(last) >= noticeInterval)
}

// Noticed notes that a person was told at now.
func (h *Health) Noticed(to UserID, now time.Time) {
	told := maps.Clone(h.Told)
	if told == nil {
		told = map[UserID]time.Time{}
	}
	told[to] = now
	h.NoticeAt, h.Told = now, told
}

// passing says whether the failure may end by itself.
func (h Health) passing() bool {
	return h.State == HealthThrottled || h.State == HealthUnavailable
}

// NeedsPerson says whether the failure lasts until a person does something.
func (h Health) NeedsPerson() bool {
	switch h.State {
	case HealthNeedsSignIn, HealthNoAccess, HealthQueryGone, HealthQueryBroken, HealthProjectGone, HealthPolicy:
		return true
	default:
		return false
	}
}

func healthStateOf(kind Kind) HealthState {
	switch kind {
	case SignIn:
		return HealthNeedsSignIn
	case NoAccess, Forbidden, NotFound:
		return HealthNoAccess
	case QueryGone:
		return HealthQueryGone
	case QueryTooLarge, QueryBroken:
		return HealthQueryBroken
	case ProjectGone:
		return HealthProjectGone
	case PolicyRefused:
		return HealthPolicy
	case Throttled:
		return HealthThrottled
	default:
		return HealthUnavailable
	}
}

// ConnectionInput is what a person gives to make or edit a connection.
type ConnectionInput struct {
	Editing      ConnectionID // empty: a new one
	Name         string       // empty, of a new one: by its organization and project
	Organization string       // as typed or pasted
	Project      string       // id or name
	Credential   CredentialID
	Shared       bool
	Folders      []QueryFolder // of an application's connection only
	Was          *Connection   // what was edited; nil: whatever it is now
}

// Clean takes out of the name what no text should hold, and refuses what is missing.
func (in *ConnectionInput) Clean() error {
	in.Name = CleanLine(in.Name)
	switch {
	case in.Name == "" && in.Editing != "":
		return FieldErrorf("name", "Give the connection a name, for example organization and project.")
	case runes(in.Name) > MaxName:
		return tooLong("name", "name", in.Name, MaxName)
	case strings.TrimSpace(in.Project) == "":
		return FieldErrorf("project", "Choose a project.")
	}
	return nil
}

// TakeOver is what a person would get with somebody else's connection.
type TakeOver struct {
	Connection Connection   // as it is
	Account    string       // of the person who takes it over
	Reach      []QueryReach // what that account can read of what is measured through it
}

// Measured counts the goals that will be measured, and those that cannot be.
func (t TakeOver) Measured() (can, cannot int) { return reachable(t.Reach) }

// QueryReach is whether an access can read one query, and what hangs on that.
type QueryReach struct {
	Query   Query
	Items   int    // matching work items; 0 where it cannot be read
	Goals   []Goal // that are bound to it, of those that the actor may see here
	Hidden  int    // how many others
	Problem string // why it cannot be read, in words; empty: it can
}

// Count is how many goals hang on the query.
func (r QueryReach) Count() int { return len(r.Goals) + r.Hidden }

// reachable counts the goals of the queries that can be read, and of the others.
func reachable(list []QueryReach) (can, cannot int) {
	for _, r := range list {
		if r.Problem == "" {
			can += r.Count()
		} else {
			cannot += r.Count()
		}
	}
	return can, cannot
}

// MovePreview is what moving all bindings of a connection to another one would do.
type MovePreview struct {
	From, To Connection
	Reach    []QueryReach
}

// Movable counts the goals that would move, and those that would stay.
func (p MovePreview) Movable() (moves, stays int) { return reachable(p.Reach) }

// OrganizationView is an organization as a person's sign-in sees it.
type OrganizationView struct {
	Name     string
	Project  string // that was named beside it
	Projects []RemoteProject
	With     Credential // the sign-in that sees it
}
