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
		return c, okr.WithNext(okr.Errorf(okr.SignIn, "You are not signed in to Azure DevOps (any more)."), okr.Step{Kind: okr.StepSignIn})
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

// viewed finds a page of the goals in lists that somebody may see.
func (m *Memory) viewed(ctx context.Context, tenant okr.TenantID, q okr.GoalQuery) (okr.GoalPage, error) {
	list, total, err := m.goals.Find(ctx, tenant, append(slices.Clone(q.Indexes), okr.PublicIndex), okr.Page{})
	if err != nil {
		return okr.GoalPage{}, err
	}
	if q.Viewer != "" {
		private, n, err := m.goals.Find(ctx, tenant, append(slices.Clone(q.Indexes), okr.SeenByIndex(q.Viewer)), okr.Page{})
		if err != nil {
			return okr.GoalPage{}, err
		}
		list, total = append(list, private...), total+n
	}
	list = list[min(max(0, q.Page.Offset), len(list)):]
	if q.Page.Limit > 0 {
		list = list[:min(q.Page.Limit, len(list))]
	}
	return okr.GoalPage{Goals: list, Total: total}, nil
}

// below reads what stands below a goal.
func (m *Memory) below(ctx context.Context, tenant okr.TenantID, id okr.GoalID, viewer okr.UserID, limit int) (okr.GoalPage, error) {
	all, n, err := m.goals.List(ctx, tenant, okr.ChildIndex(id), okr.Page{})
	if err != nil || limit <= 0 || n <= limit {
		return okr.GoalPage{Goals: all, Total: n, Whole: true}, err
	}
	return m.viewed(ctx, tenant, okr.GoalQuery{Indexes: []string{okr.ChildIndex(id)}, Viewer: viewer, Page: okr.Page{Limit: limit}})
}

// FindGoals implements [okrbot/okr/plan.Reader].
func (m *Memory) FindGoals(ctx context.Context, tenant okr.TenantID, member okr.UserID, queries ...okr.GoalQuery) (out okr.Found, err error) {
	if out.Settings, err = m.settings.Get(ctx, tenant, okr.Settings{}.Key()); okr.IgnoreNotFound(err) != nil {
		return out, err
	}
	if out.Member, err = m.members.Get(ctx, tenant, member); okr.IgnoreNotFound(err) != nil {
		return out, err
	}
	for _, q := range queries {
		p, err := m.viewed(ctx, tenant, q)
		if err != nil {
			return out, err
		}
		out.Pages = append(out.Pages, p)
	}
	return out, nil
}

// CountGoals implements [okrbot/okr/connect.Counts].
func (m *Memory) CountGoals(ctx context.Context, tenant okr.TenantID, indexes []string) ([]int, error) {
	var out []int
	for _, index := range indexes {
		_, n, err := m.goals.List(ctx, tenant, index, okr.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// GoalsAround implements [okrbot/okr/plan.Reader].
func (m *Memory) GoalsAround(ctx context.Context, tenant okr.TenantID, q okr.Surroundings) (okr.Around, error) {
	out := okr.Around{Parents: map[okr.GoalID]okr.Goal{}, Below: map[okr.GoalID]okr.GoalPage{}}
	parents, err := m.goals.GetMany(ctx, tenant, q.Parents)
	for _, g := range parents {
		out.Parents[g.ID] = g
	}
	for _, id := range q.Below {
		if err == nil {
			limit := q.Limit
			if q.Small {
				limit = 0
			}
			out.Below[id], err = m.below(ctx, tenant, id, q.Viewer, limit)
		}
	}
	return out, err
}

// OpenGoal implements [okrbot/okr/plan.Reader].
func (m *Memory) OpenGoal(ctx context.Context, tenant okr.TenantID, q okr.OpenQuery) (out okr.Opened, err error) {
	found, err := m.FindGoals(ctx, tenant, "", q.Also...)
	if err != nil {
		return out, err
	}
	out.Settings, out.Also = found.Settings, found.Pages
	if out.Goal, err = m.goals.Get(ctx, tenant, q.Goal); err != nil {
		return out, err
	}
	g := out.Goal
	out.Parent, _ = m.goals.Get(ctx, tenant, g.Parent)
	if g.Binding != nil && !q.Bare {
		out.Connection, _ = m.connections.Get(ctx, tenant, g.Binding.Connection)
	}
	switch {
	case g.Kind != okr.Objective || q.Bare:
	case q.Page.Offset > 0:
		out.Below, err = m.viewed(ctx, tenant, okr.GoalQuery{Indexes: []string{okr.ChildIndex(g.ID)}, Viewer: q.Viewer, Page: q.Page})
	default:
		out.Below, err = m.below(ctx, tenant, g.ID, q.Viewer, q.Page.Limit)
	}
	if q.Beside > 0 && out.Parent.ID != "" && err == nil {
		out.Beside, err = m.below(ctx, tenant, g.Parent, q.Viewer, q.Beside)
	}
	if q.History > 0 && err == nil {
		err = m.addHistory(ctx, tenant, q, &out)
	}
	return out, err
}

// addHistory adds what was measured and said of an opened goal and what is below it.
func (m *Memory) addHistory(ctx context.Context, tenant okr.TenantID, q okr.OpenQuery, out *okr.Opened) error {
	for _, g := range append([]okr.Goal{out.Goal}, out.Below.Goals...) {
		measured, err := m.History(ctx, tenant, g.ID, time.Time{}, q.History)
		if err != nil {
			return err
		}
		out.History = append(out.History, okr.GoalMeasurements{Goal: g.ID, Measured: measured})
		said, _, err := m.checkIns.List(ctx, tenant, okr.CheckInIndex(g.ID), okr.Page{})
		if err != nil {
			return err
		}
		out.CheckIns = append(out.CheckIns, said...)
	}
	return nil
}
