package okrtest

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"okrbot/okr"
)

// Memory keeps everything in memory by the contract of okr's stores, so that the
// use cases are tested without Redis.
type Memory struct {
	settings      *table[string, okr.Settings]
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
	marks       map[okr.Mark]time.Time
	refreshing  sync.Mutex
	Down        *atomic.Bool // the store cannot be reached
}

var _ AllStores = (*Memory)(nil)

// NewMemory is an empty store.
func NewMemory() *Memory {
	down := &atomic.Bool{}
	return &Memory{
		settings:      &table[string, okr.Settings]{down: down},
		goals:         &table[okr.GoalID, okr.Goal]{down: down},
		connections:   &table[okr.ConnectionID, okr.Connection]{down: down},
		subscriptions: &table[okr.SubscriptionID, okr.Subscription]{down: down},
		checkIns:      &table[okr.CheckInID, okr.CheckIn]{down: down},
		members:       &table[okr.UserID, okr.Member]{down: down},
		numbers:       map[string]int64{}, history: map[string][]okr.Measurement{}, snapshots: map[string]*okr.Snapshot{},
		credentials: map[string]okr.Credential{}, due: map[okr.Due]bool{}, marks: map[okr.Mark]time.Time{}, Down: down,
	}
}

// Settings implements [okr.Store].
func (m *Memory) Settings() okr.Records[string, okr.Settings] { return m.settings }

// Goals implements [okr.Store].
func (m *Memory) Goals() okr.Records[okr.GoalID, okr.Goal] { return m.goals }

// Connections implements [okr.Store].
func (m *Memory) Connections() okr.Records[okr.ConnectionID, okr.Connection] { return m.connections }

// Subscriptions implements [okr.Store].
func (m *Memory) Subscriptions() okr.Records[okr.SubscriptionID, okr.Subscription] {
	return m.subscriptions
}

// Members implements [okr.Store].
func (m *Memory) Members() okr.Records[okr.UserID, okr.Member] { return m.members }

// CheckIns implements [okr.Store].
func (m *Memory) CheckIns() okr.Records[okr.CheckInID, okr.CheckIn] { return m.checkIns }

func join(tenant okr.TenantID, parts ...string) string {
	raw, _ := json.Marshal(append([]string{string(tenant)}, parts...)) // a list of strings always marshals
	return string(raw)
}

// NextNumber implements [okr.Store].
func (m *Memory) NextNumber(_ context.Context, tenant okr.TenantID, prefix string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.numbers[join(tenant, prefix)]++
	return m.numbers[join(tenant, prefix)], nil
}

// AddHistory implements [okr.Measurements].
func (m *Memory) AddHistory(_ context.Context, tenant okr.TenantID, goal okr.GoalID, v okr.Measurement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := join(tenant, string(goal))
	list := slices.DeleteFunc(m.history[key], func(o okr.Measurement) bool { return o.At.Equal(v.At) })
	m.history[key] = append(list, v)
	slices.SortFunc(m.history[key], func(a, b okr.Measurement) int { return a.At.Compare(b.At) })
	return nil
}

// History implements [okr.Measurements].
func (m *Memory) History(_ context.Context, tenant okr.TenantID, goal okr.GoalID, after time.Time, limit int) ([]okr.Measurement, error) {
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

// DropHistory implements [okr.Measurements].
func (m *Memory) DropHistory(_ context.Context, tenant okr.TenantID, goal okr.GoalID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.history, join(tenant, string(goal)))
	return nil
}

// Snapshot implements [okr.Measurements].
func (m *Memory) Snapshot(_ context.Context, tenant okr.TenantID, access okr.CredentialID, query string) (*okr.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.snapshots[join(tenant, string(access), query)], nil
}

// SaveSnapshot implements [okr.Measurements].
func (m *Memory) SaveSnapshot(_ context.Context, tenant okr.TenantID, access okr.CredentialID, query string, s *okr.Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshots[join(tenant, string(access), query)] = s
	return nil
}

// Snapshots implements [okr.Measurements].
func (m *Memory) Snapshots(ctx context.Context, tenant okr.TenantID, access okr.CredentialID, queries []string) ([]*okr.Snapshot, error) {
	out := make([]*okr.Snapshot, len(queries))
	for i, q := range queries {
		out[i], _ = m.Snapshot(ctx, tenant, access, q)
	}
	return out, nil
}

// Record implements [okr.Measurements].
func (m *Memory) Record(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID, change func([]okr.Goal) (okr.Recorded, error)) error {
	var r okr.Recorded
	err := m.goals.step(ctx, tenant, ids, func(now []okr.Goal) (changed []okr.Goal, err error) {
		r, err = change(now)
		return r.Goals, err
	})
	if err != nil {
		return err
	}
	for _, e := range r.History {
		_ = m.AddHistory(ctx, tenant, e.Goal, e.Measurement)
	}
	for _, h := range r.Snapshots {
		_ = m.SaveSnapshot(ctx, tenant, h.Access, h.Query, h.Snapshot)
	}
	return nil
}

// SaveCredential implements [okr.Credentials].
func (m *Memory) SaveCredential(_ context.Context, tenant okr.TenantID, c okr.Credential) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.credentials[join(tenant, string(c.ID))] = c
	return nil
}

// Credential implements [okr.Credentials].
func (m *Memory) Credential(_ context.Context, tenant okr.TenantID, id okr.CredentialID) (okr.Credential, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.credentials[join(tenant, string(id))]
	if !ok {
		return c, okr.WithNext(okr.Errorf(okr.SignIn, "You aren't signed in to Azure DevOps."), okr.Step{Kind: okr.StepSignIn})
	}
	return c, nil
}

// CredentialsOf implements [okr.Credentials].
func (m *Memory) CredentialsOf(_ context.Context, tenant okr.TenantID, owner okr.UserID) ([]okr.Credential, error) {
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

// DeleteCredential implements [okr.Credentials].
func (m *Memory) DeleteCredential(_ context.Context, tenant okr.TenantID, id okr.CredentialID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.credentials, join(tenant, string(id)))
	return nil
}

// Refresh renews one sign-in at a time.
func (m *Memory) Refresh(ctx context.Context, tenant okr.TenantID, id okr.CredentialID,
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

// Plan implements [okr.Agenda].
func (m *Memory) Plan(_ context.Context, work okr.Due) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due[work] = true
	return nil
}

// Drop implements [okr.Agenda].
func (m *Memory) Drop(_ context.Context, work okr.Due) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.due, work)
	return nil
}

// Planned says whether work stands on the agenda.
func (m *Memory) Planned(work okr.Due) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.due[work]
}

// Due implements [AllStores].
func (m *Memory) Due(_ context.Context, slots []int) ([]okr.Due, error) {
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

// Marks implements [AllStores].
func (m *Memory) Marks(context.Context) (map[okr.Mark]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.marks), nil
}

// SetMark implements [AllStores].
func (m *Memory) SetMark(_ context.Context, mark okr.Mark, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.After(m.marks[mark]) {
		m.marks[mark] = at
	}
	return nil
}

// TickedUntil implements [AllStores].
func (m *Memory) TickedUntil(ctx context.Context) (time.Time, error) {
	marks, err := m.Marks(ctx)
	return marks[okr.MarkTicked], err
}

// SetTickedUntil implements [AllStores].
func (m *Memory) SetTickedUntil(ctx context.Context, at time.Time) error {
	return m.SetMark(ctx, okr.MarkTicked, at)
}
