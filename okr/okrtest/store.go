package okrtest

import (
	"context"
	"testing"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
	"okrbot/okr/plan"
)

// AllStores is everything that must survive a restart, as one store keeps it.
type AllStores interface {
	okr.Store
	okr.Measurements
	okr.Credentials
	okr.Agenda
	plan.Reader
	access.Numbers
	connect.Counts
	// Due lists the work of slots, in no order.
	Due(ctx context.Context, slots []int) ([]okr.Due, error)
	// TickedUntil gives the time up to which all due work was queued; zero: never.
	TickedUntil(ctx context.Context) (time.Time, error)
	// SetTickedUntil moves that time forward, never back.
	SetTickedUntil(ctx context.Context, t time.Time) error
	// Marks gives how far the hour came; what never was is zero.
	Marks(ctx context.Context) (map[okr.Mark]time.Time, error)
	// SetMark moves a mark forward, never back.
	SetMark(ctx context.Context, mark okr.Mark, t time.Time) error
}

// TestStore runs the contract of okr's store interfaces against a store. open
// gives an empty one, which it closes with the test.
func TestStore(t *testing.T, open func(t *testing.T) AllStores) {
	t.Helper()
	s := open(t)
	for _, part := range []struct {
		name string
		test func(t *testing.T, s AllStores, tenant okr.TenantID)
	}{
		{"records are created, read, changed and deleted", testRecords},
		{"a change that fails writes nothing", testRefusedUpdate},
		{"records move between lists", testIndexes},
		{"lists come in pages", testPages},
		{"records are found in several lists", testFind},
		{"many records are read at once", testGetMany},
		{"many lists are read at once", testLists},
		{"pages of goals are found at once", testFindGoals},
		{"goals are found by their status", TestStatuses},
		{"pages of connections are found at once", testFindConnections},
		{"long lists come in pages", TestLongLists},
		{"what stands around goals is read at once", testGoalsAround},
		{"a goal is opened at once", testOpenGoal},
		{"a goal is opened with its history", testOpenHistory},
		{"check-ins are kept by goal", testCheckIns},
		{"a check-in is kept with what it changes", testKeepCheckIn},
		{"people's own choices are kept", testMembers},
		{"names are unique", testUnique},
		{"one of many takes a name", testUniqueRace},
		{"concurrent changes are all kept", testConcurrentUpdates},
		{"tenants are apart", testTenants},
		{"every type of record is kept whole", testTypes},
		{"numbers are given once", testNumbers},
		{"history is kept by time", testHistory},
		{"snapshots are kept", testSnapshots},
		{"goals and their measurements are kept in one step", testRecord},
		{"steps beside each other lose nothing", testConcurrentRecords},
		{"credentials are kept", testCredentials},
		{"the agenda is kept", testAgenda},
		{"the watermark moves forward", testWatermark},
		{"ids may hold anything", testOddIDs},
		{"a cancelled context is told", testCancelled},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, s, okr.TenantID(t.Name())) // a tenant of its own
		})
	}
}
