package okr

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"
)

// DueKind is the kind of hourly work.
type DueKind string

// The kinds of hourly work.
const (
	DueSync   DueKind = "sync"   // a connection's queries
	DueDigest DueKind = "digest" // a subscription's post
	// DueReminder is whether a person is to be asked for check-ins in this hour.
	DueReminder DueKind = "reminder"
)

// Due names one piece of hourly work.
type Due struct {
	Kind   DueKind
	Tenant TenantID
	ID     string // a ConnectionID, SubscriptionID or UserID
}

// Mark is how far the hour came, over all processes: it outlives them.
type Mark string

// The marks.
const (
	MarkTicked Mark = "ticked" // the last minute of which all work was queued
	MarkWanted Mark = "wanted" // the last minute in which a sync was due
	MarkSynced Mark = "synced" // when a sync was answered last, be it that its owner has to do something
)

// MinutesPerDay is the number of slots of the agenda.
const MinutesPerDay = 24 * 60

// Slot is the minute of the day, 0 to 1439, that this work belongs to: stable,
// and spread evenly by a hash. With an interval of n minutes the work is due in
// each minute m with m ≡ Slot (mod n), so that changing the interval moves
// nothing that is stored. Reminders are due in the first ten minutes of an hour,
// for people are told a full hour.
func (d Due) Slot() int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(string(d.Kind) + "/" + string(d.Tenant) + "/" + d.ID))
	slot := int(h.Sum32() % MinutesPerDay)
	if d.Kind == DueReminder {
		return slot - slot%60 + slot%60/6
	}
	return slot
}

// SlotsDue lists the slots that are due in the minute of t when work repeats
// every interval. The interval is taken in whole minutes, at least one and at
// most a day.
func SlotsDue(t time.Time, interval time.Duration) []int {
	n := int(interval / time.Minute)
	n = max(1, min(n, MinutesPerDay))
	minute := int(t.Unix()/60) % n
	var slots []int
	for s := minute; s < MinutesPerDay; s += n {
		slots = append(slots, s)
	}
	return slots
}

// PeriodNumber is the number of the interval that t falls in, which makes the id of
// a task unique: every replica gives the same.
func PeriodNumber(t time.Time, interval time.Duration) int64 {
	return t.Unix() / max(60, int64(interval/time.Second))
}

// QueryPage is a page of found queries; More says that the text matches others
// too.
type QueryPage struct {
	Queries []Query
	More    bool
}

// Directory finds one's way in Azure DevOps. All methods fail with SignIn,
// NoAccess, NotFound, Throttled or Unavailable.
type Directory interface {
	// Organizations lists the names of the organizations of the account.
	Organizations(ctx context.Context, access Access) ([]string, error)
	// Projects lists the projects of an organization that the account can see,
	// by name.
	Projects(ctx context.Context, access Access, organization string) ([]RemoteProject, error)
	// Project finds a project by id or name and checks that its queries can be
	// read. NotFound: the organization or project does not exist or may not be
	// seen.
	Project(ctx context.Context, access Access, organization, project string) (RemoteProject, error)
	// OrganizationTenant names the Microsoft Entra tenant that an organization belongs
	// to, where its members and guests sign in; empty: it does not say.
	OrganizationTenant(ctx context.Context, organization string) (TenantID, error)
	// ParseOrganization reads an organization as a person typed or pasted it: a plain
	// name or any Azure DevOps URL, which may name a project too. Invalid: it is
	// neither.
	ParseOrganization(text string) (organization, project string, err error)
}

// Queries reads shared queries. Methods fail as those of [Directory], and with
// QueryGone, QueryTooLarge and QueryBroken.
type Queries interface {
	// SearchQueries finds shared queries of a project by a part of their name.
	SearchQueries(ctx context.Context, access Access, ref ProjectRef, text string) (QueryPage, error)
	// Query reads one query by id.
	Query(ctx context.Context, access Access, ref ProjectRef, id string) (Query, error)
	// CountQuery gives the number of matching work items.
	CountQuery(ctx context.Context, access Access, ref ProjectRef, q Query) (int, error)
	// RunQueries executes queries and reads their work items, in the order in
	// which they are asked for. A failure that is not one query's own ends it: the
	// queries after that one have no outcome.
	RunQueries(ctx context.Context, in RunInput) []RunOutcome
	// Fields lists the numeric fields of a project's work items that make sense to
	// add up, the usual ones first.
	Fields(ctx context.Context, access Access, ref ProjectRef) ([]Field, error)
	// Names gives what a project and, where they are asked for, its fields are called
	// now. Within lets those stand that were read no longer ago; 0 reads them anew.
	Names(ctx context.Context, access Access, ref ProjectRef, fields bool, within time.Duration) (Names, error)
	// ItemTypes lists the work item types of a project.
	ItemTypes(ctx context.Context, access Access, ref ProjectRef) ([]string, error)
}

// Names are what things with ids are called now.
type Names struct {
	Project RemoteProject
	Fields  map[string]string // by reference name
}

// RunInput asks for runs of queries of one project with one access.
type RunInput struct {
	Access  Access
	Project ProjectRef
	Asks    []QueryAsk
	// Within lets the names of queries stand that were read no longer ago; 0 reads
	// them anew.
	Within time.Duration
	// Answered says that Azure DevOps answered for other queries of the place a
	// moment ago, so that a refusal is a query's own.
	Answered bool
}

// QueryAsk asks for one query.
type QueryAsk struct {
	ID     string
	Chosen *Chosen   // the work items instead of a query; nil: it is one
	Fields []string  // reference names of the numeric fields that are needed
	Before *Snapshot // of the last run; nil: none is known
}

// RunOutcome is what came of one query.
type RunOutcome struct {
	Query string // id
	Run   Run
	Err   error
	Whole bool // nothing else was answered either: the failure is not this query's own
}

// Counter counts tries, as [okrbot/okr/redisstore.Store] does.
type Counter interface {
	// CountTry counts one more try under a key and gives how many there were
	// within ttl of the first, this one included.
	CountTry(ctx context.Context, tenant TenantID, key string, ttl time.Duration) (int, error)
}

// Record is what a [Records] keeps: it knows its id, a name that must be unique
// in its tenant (empty: none), and the lists that it stands in.
type Record interface {
	Key() string
	Unique() string
	Indexes() []string
}

// Page is a part of a list. The zero Limit means all.
type Page struct {
	Offset, Limit int
}

// Records keeps the records of one type, by tenant. Implementations change a
// record, its unique name and its lists in one step. All methods fail with
// Unavailable when the store cannot be reached.
type Records[K ~string, T Record] interface {
	// Create stores a new record. Conflict: the id or the unique name exists.
	Create(ctx context.Context, tenant TenantID, record T) error
	// Get reads a record. NotFound: there is none.
	Get(ctx context.Context, tenant TenantID, id K) (T, error)
	// Update reads, changes and writes a record, again from the start when
	// somebody else wrote in between, and gives what was written. An error of
	// change is returned as it is and nothing is written. NotFound: there is
	// none. Conflict: the new unique name is in use, or too many others write.
	Update(ctx context.Context, tenant TenantID, id K, change func(*T) error) (T, error)
	// Delete removes a record and gives what it was. NotFound: there is none.
	Delete(ctx context.Context, tenant TenantID, id K) (T, error)
	// GetMany reads records by id, in this order; those that are not there (any
	// more) are left out.
	GetMany(ctx context.Context, tenant TenantID, ids []K) ([]T, error)
	// Find reads a page of the records that stand in all of the indexes, in the
	// order of creation, and how many there are. No index means all records.
	Find(ctx context.Context, tenant TenantID, indexes []string, page Page) ([]T, int, error)
	// List reads a page of an index in the order of creation, and how many the
	// index has. The empty index is that of all records.
	List(ctx context.Context, tenant TenantID, index string, page Page) ([]T, int, error)
	// Lists reads several indexes whole, each as List does, all at once.
	Lists(ctx context.Context, tenant TenantID, indexes []string) ([][]T, error)
}

// Walk goes over the records of a list in the order in which they were made, a page of n
// at a time, and gives each once, until visit fails. Records that leave the list meanwhile
// make none be missed; one that is made or comes back meanwhile may be missed.
func Walk[K ~string, T Record](ctx context.Context, r Records[K, T], tenant TenantID, index string, n int, visit func(T) error) error {
	seen := map[string]bool{}
	for offset, before := 0, 0; ; {
		page, total, err := r.List(ctx, tenant, index, Page{Offset: offset, Limit: n})
		if err != nil {
			return err
		}
		for _, record := range page {
			if seen[record.Key()] {
				continue
			}
			seen[record.Key()] = true
			if err := visit(record); err != nil {
				return err
			}
		}
		gone := max(0, before-total) // those behind them stand further in front now
		if before = total; gone > 0 {
			offset = max(0, offset-gone)
			continue
		}
		if offset += n; offset >= total {
			return nil
		}
	}
}

// Store keeps everything that must survive a restart.
type Store interface {
	Settings() Records[string, Settings]
	Goals() Records[GoalID, Goal]
	Connections() Records[ConnectionID, Connection]
	Subscriptions() Records[SubscriptionID, Subscription]
	CheckIns() Records[CheckInID, CheckIn]
	Members() Records[UserID, Member]
	// NextNumber gives 1, 2, 3 … for each tenant and prefix, never the same twice.
	NextNumber(ctx context.Context, tenant TenantID, prefix string) (int64, error)
}

// Measurements keeps what was measured.
type Measurements interface {
	// AddHistory appends a measurement of a goal. The same measurement time is
	// kept once. Of those older than a week it may keep what [Thin] does, for years.
	AddHistory(ctx context.Context, tenant TenantID, goal GoalID, m Measurement) error
	// History reads the measurements of a goal after a time, oldest first, at most
	// the newest limit of them.
	History(ctx context.Context, tenant TenantID, goal GoalID, after time.Time, limit int) ([]Measurement, error)
	// DropHistory forgets the measurements of a goal.
	DropHistory(ctx context.Context, tenant TenantID, goal GoalID) error
	// Snapshot reads what the last run of a query with a sign-in held; nil when
	// there is none.
	Snapshot(ctx context.Context, tenant TenantID, access CredentialID, query string) (*Snapshot, error)
	// Snapshots reads those of several queries at once, in their order; nil where there
	// is none.
	Snapshots(ctx context.Context, tenant TenantID, access CredentialID, queries []string) ([]*Snapshot, error)
	// SaveSnapshot keeps what a run of a query held; nil forgets it.
	SaveSnapshot(ctx context.Context, tenant TenantID, access CredentialID, query string, s *Snapshot) error
	// Record reads goals by id, those that are there in this order, and keeps what change
	// makes of them, in one step: all of it or nothing. Where somebody else wrote one of
	// the goals meanwhile, it begins again. An error of change is returned as it is and
	// nothing is kept. A goal keeps its id and its unique name. Conflict: too many others
	// write.
	Record(ctx context.Context, tenant TenantID, ids []GoalID, change func(now []Goal) (Recorded, error)) error
}

// MaxRecord is how many goals a use case gives to one [Measurements.Record]: few enough
// that it comes through beside others who write one of them.
const MaxRecord = 100

// Recorded is what one step of [Measurements.Record] keeps. What is not in it stays as
// it is.
type Recorded struct {
	Goals     []Goal         // of those that were read
	History   []HistoryEntry // each as by AddHistory, and not older than what is thinned
	Snapshots []HeldByQuery  // each as by SaveSnapshot
}

// HistoryEntry is a measurement of a goal.
type HistoryEntry struct {
	Goal        GoalID
	Measurement Measurement
}

// HeldByQuery is what the last run of a query with a sign-in held.
type HeldByQuery struct {
	Access   CredentialID
	Query    string
	Snapshot *Snapshot // never nil
}

// Empty says whether there is nothing to keep.
func (r Recorded) Empty() bool {
	return len(r.Goals)+len(r.History)+len(r.Snapshots) == 0
}

// Credentials keeps sign-ins. Tokens are sealed at rest.
type Credentials interface {
	// SaveCredential stores a sign-in, replacing one of the same id.
	SaveCredential(ctx context.Context, tenant TenantID, c Credential) error
	// Credential reads a sign-in. SignIn: there is none (any more).
	Credential(ctx context.Context, tenant TenantID, id CredentialID) (Credential, error)
	// CredentialsOf lists the sign-ins of a person.
	CredentialsOf(ctx context.Context, tenant TenantID, owner UserID) ([]Credential, error)
	// DeleteCredential forgets a sign-in; none there is no error.
	DeleteCredential(ctx context.Context, tenant TenantID, id CredentialID) error
}

// Agenda keeps what is to be done every hour.
type Agenda interface {
	// Plan puts work on the agenda; twice is once.
	Plan(ctx context.Context, work Due) error
	// Drop takes work off the agenda.
	Drop(ctx context.Context, work Due) error
}

// Beginning asks for all that a turn begins with, at once.
type Beginning struct {
	Place    Conversation // as the turn would note it; of its tenant everything is
	Person   UserID
	Delivery Delivery // what to take in hand; without a token: nothing
	Draft    string   // id of what else was put aside for the turn; empty: nothing
	// Ahead reads what the work of the turn begins with, whatever comes of it: what the
	// first question of each reading is, is asked with all else. Nil: nothing is known.
	Ahead func(context.Context)
}

// OpenForm is a form that somebody has open, as it is to be kept.
type OpenForm struct {
	ID   string // of its draft
	Data []byte // nil: it stays as it is
	Life time.Duration
	List string // of notes of open forms
	Note []byte // of this one
	Most int    // how many notes are kept, the latest ones
}

// Delivery is an activity that came to a process. It is in hand while its turn runs, and
// handled afterwards: what a process that died had in hand is free again.
type Delivery struct {
	Tenant                 TenantID
	Conversation, Activity string
	Token                  string        // of this arrival
	Hold                   time.Duration // how long it stays in hand by itself
}

// Begun is what came of a [Beginning]. What cannot be done or read leaves the rest as it
// is.
type Begun struct {
	Mine     bool  // nobody else has the delivery in hand
	Done     bool  // it was handled within the last hour
	NotTaken error // it could not be found out; Unavailable
	Unread   error // what follows could not be read; Unavailable or, of a value that is none, Internal
	Settings Settings
	Member   Member // what is known of the person
	Chat     string // id of the person's own chat with okrbot; empty: none is known
	Noted    bool   // the place is known as it is now, and was noted within a day
	Halted   bool   // a digest of the place may be halted, see [Subscription.Halted]
	Draft    []byte // nil: none
	// Ahead gives the context of the turn the answers to what was read ahead, each for one
	// time; nil: there are none.
	Ahead func(context.Context) context.Context
}

// Ending asks to note what is to be noted at the end of a turn.
type Ending struct {
	Delivery Delivery      // that was handled; without a token: none
	Place    *Conversation // where the turn was; nil: that is known
	Forms    []OpenForm    // that the turn opened, all of one list and without data
	Drafts   []Draft       // what else the turn leaves for later ones
}

// Draft is what is put aside under an id for a time, replacing what was there.
type Draft struct {
	ID   string
	Data []byte
	Life time.Duration
}

// Tries is how often something may be tried, by the key under which that is counted.
type Tries struct {
	Key  string
	Most int
}

// Ended is what came of an [Ending]. The errors are Unavailable.
type Ended struct {
	NotFinished error // nobody knows that the delivery was handled
	NotNoted    error // the place, or what the turn leaves, is as it was noted before
}

// NextID gives a new short id of a prefix, such as KR7.
func NextID(ctx context.Context, store Store, tenant TenantID, prefix string) (string, error) {
	n, err := store.NextNumber(ctx, tenant, prefix)
	return fmt.Sprintf("%s%d", prefix, n), err
}
