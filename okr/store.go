package okr

import (
	"context"
	"fmt"
	"time"
)

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
}

// Store keeps everything that must survive a restart.
type Store interface {
	Tenants() Records[string, Tenant]
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
	// kept once.
	AddHistory(ctx context.Context, tenant TenantID, goal GoalID, m Measurement) error
	// History reads the measurements of a goal after a time, oldest first, at most
	// the newest limit of them.
	History(ctx context.Context, tenant TenantID, goal GoalID, after time.Time, limit int) ([]Measurement, error)
	// DropHistory forgets the measurements of a goal.
	DropHistory(ctx context.Context, tenant TenantID, goal GoalID) error
	// Snapshot reads what the last run of a query with a sign-in held; nil when
	// there is none.
	Snapshot(ctx context.Context, tenant TenantID, access CredentialID, query string) (*Snapshot, error)
	// SaveSnapshot keeps what a run of a query held; nil forgets it.
	SaveSnapshot(ctx context.Context, tenant TenantID, access CredentialID, query string, s *Snapshot) error
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

// NextID gives a new short id of a prefix, such as KR7.
func NextID(ctx context.Context, store Store, tenant TenantID, prefix string) (string, error) {
	n, err := store.NextNumber(ctx, tenant, prefix)
	return fmt.Sprintf("%s%d", prefix, n), err
}
