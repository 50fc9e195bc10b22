package adosource_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// memory keeps everything in memory by the contract of okr's stores, so that the
// use cases are tested without Redis. down makes it unavailable.
type memory struct {
	tenants       *table[string, okr.Tenant]
	goals         *table[okr.GoalID, okr.Goal]
	connections   *table[okr.ConnectionID, okr.Connection]
	subscriptions *table[okr.SubscriptionID, okr.Subscription]
	checkIns      *table[okr.CheckInID, okr.CheckIn]
	members       *table[okr.UserID, okr.Member]

	mu          sync.Mutex
	numbers     map[string]int64
	history     map[string][]okr.Measurement
	snapshots   map[string]*okr.Snapshot
	credentials map[string]okr.Credential
	due         map[okr.Due]bool
	ticked      time.Time
	refreshing  sync.Mutex
	down        *atomic.Bool
}

var _ okrtest.AllStores = (*memory)(nil)

func newMemory() *memory {
	down := &atomic.Bool{}
	return &memory{
		tenants:       &table[string, okr.Tenant]{down: down},
		goals:         &table[okr.GoalID, okr.Goal]{down: down},
		connections:   &table[okr.ConnectionID, okr.Connection]{down: down},
		subscriptions: &table[okr.SubscriptionID, okr.Subscription]{down: down},
		checkIns:      &table[okr.CheckInID, okr.CheckIn]{down: down},
		members:       &table[okr.UserID, okr.Member]{down: down},
		numbers:       map[string]int64{}, history: map[string][]okr.Measurement{}, snapshots: map[string]*okr.Snapshot{},
		credentials: map[string]okr.Credential{}, due: map[okr.Due]bool{}, down: down,
	}
}

func TestMemoryKeepsTheContract(t *testing.T) {
	t.Parallel()
	okrtest.TestStore(t, func(*testing.T) okrtest.AllStores { return newMemory() })
}

func (m *memory) Tenants() okr.Records[string, okr.Tenant]                   { return m.tenants }
func (m *memory) Goals() okr.Records[okr.GoalID, okr.Goal]                   { return m.goals }
func (m *memory) Connections() okr.Records[okr.ConnectionID, okr.Connection] { return m.connections }

func (m *memory) Subscriptions() okr.Records[okr.SubscriptionID, okr.Subscription] {
	return m.subscriptions
}

func (m *memory) Members() okr.Records[okr.UserID, okr.Member] { return m.members }

func (m *memory) CheckIns() okr.Records[okr.CheckInID, okr.CheckIn] { return m.checkIns }

func join(tenant okr.TenantID, parts ...string) string {
	raw, _ := json.Marshal(append([]string{string(tenant)}, parts...)) // a list of strings always marshals
	return string(raw)
}

func (m *memory) NextNumber(_ context.Context, tenant okr.TenantID, prefix string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.numbers[join(tenant, prefix)]++
	return m.numbers[join(tenant, prefix)], nil
}

func (m *memory) AddHistory(_ context.Context, tenant okr.TenantID, goal okr.GoalID, v okr.Measurement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := join(tenant, string(goal))
	list := slices.DeleteFunc(m.history[key], func(o okr.Measurement) bool { return o.At.Equal(v.At) })
	m.history[key] = append(list, v)
	slices.SortFunc(m.history[key], func(a, b okr.Measurement) int { return a.At.Compare(b.At) })
	return nil
}

func (m *memory) History(_ context.Context, tenant okr.TenantID, goal okr.GoalID, after time.Time, limit int) ([]okr.Measurement, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []okr.Measurement{}
	for _, v := range m.history[join(tenant, string(goal))] {
		if v.At.After(after) {
			out = append(out, v)
		}
	}
	if limit > 0 && len(out) > limit {
		out = out[len(out)-limit:]
	}
	return out, nil
}

func (m *memory) DropHistory(_ context.Context, tenant okr.TenantID, goal okr.GoalID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.history, join(tenant, string(goal)))
	return nil
}

func (m *memory) Snapshot(_ context.Context, tenant okr.TenantID, access okr.CredentialID, query string) (*okr.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.snapshots[join(tenant, string(access), query)], nil
}

func (m *memory) SaveSnapshot(_ context.Context, tenant okr.TenantID, access okr.CredentialID, query string, s *okr.Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshots[join(tenant, string(access), query)] = s
	return nil
}

func (m *memory) SaveCredential(_ context.Context, tenant okr.TenantID, c okr.Credential) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.credentials[join(tenant, string(c.ID))] = c
	return nil
}

func (m *memory) Credential(_ context.Context, tenant okr.TenantID, id okr.CredentialID) (okr.Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.credentials[join(tenant, string(id))]
	if !ok {
		return c, okr.WithNext(okr.Errorf(okr.SignIn, "You are not signed in to Azure DevOps (any more)."), okr.Step{Kind: okr.StepSignIn})
	}
	return c, nil
}

func (m *memory) CredentialsOf(_ context.Context, tenant okr.TenantID, owner okr.UserID) ([]okr.Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []okr.Credential
	for key, c := range m.credentials {
		if c.Owner == owner && key == join(tenant, string(c.ID)) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b okr.Credential) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

func (m *memory) DeleteCredential(_ context.Context, tenant okr.TenantID, id okr.CredentialID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.credentials, join(tenant, string(id)))
	return nil
}

// Refresh renews one sign-in at a time.
func (m *memory) Refresh(ctx context.Context, tenant okr.TenantID, id okr.CredentialID,
	isFresh func(okr.Credential) bool, renew func(context.Context, okr.Credential) (okr.Credential, error),
) (okr.Credential, error) {
	m.refreshing.Lock()
	defer m.refreshing.Unlock()
	c, err := m.Credential(ctx, tenant, id)
	if err != nil || isFresh(c) {
		return c, err
	}
	if c, err = renew(ctx, c); err != nil {
		return okr.Credential{}, err
	}
	return c, m.SaveCredential(ctx, tenant, c)
}

func (m *memory) Plan(_ context.Context, work okr.Due) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due[work] = true
	return nil
}

func (m *memory) Drop(_ context.Context, work okr.Due) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.due, work)
	return nil
}

func (m *memory) planned(work okr.Due) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.due[work]
}

func (m *memory) Due(_ context.Context, slots []int) ([]okr.Due, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []okr.Due
	for work := range m.due {
		if slices.Contains(slots, work.Slot()) {
			out = append(out, work)
		}
	}
	return out, nil
}

func (m *memory) TickedUntil(context.Context) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ticked, nil
}

func (m *memory) SetTickedUntil(_ context.Context, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.After(m.ticked) {
		m.ticked = at
	}
	return nil
}
