package measure

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
	"okrbot/okr/connect"
)

// SyncJobs says what a sync asked for by the actor has to run: the query of one
// goal, or all connections that something is bound through. Invalid: the goal is
// not bound, or nothing is. Forbidden: the actor is a guest, who would read with the
// access of a member.
func (s *Service) SyncJobs(ctx context.Context, actor okr.Actor, id okr.GoalID) ([]okr.SyncJob, error) {
	if err := s.maySync(ctx, actor); err != nil {
		return nil, err
	}
	if id == "" {
		return s.allJobs(ctx, actor)
	}
	v, err := s.plan.Goal(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := v.Goal.RequireOpen(); err != nil {
		return nil, err
	}
	goals := []okr.Goal{v.Goal}
	for _, c := range v.Children {
		goals = append(goals, c.Goal)
	}
	var jobs []okr.SyncJob
	for _, g := range goals {
		if g.IsOpen() {
			jobs = addJob(jobs, g.Binding)
		}
	}
	if len(jobs) == 0 {
		return nil, okr.WithNext(okr.Errorf(okr.Invalid, "%s isn't connected to Azure DevOps, so there's nothing to refresh.", id), okr.Step{Kind: okr.StepBind, Goal: id})
	}
	return jobs, nil
}

// SyncThrough is [Service.SyncJobs] for all that is measured through a connection that the
// actor may see.
func (s *Service) SyncThrough(ctx context.Context, actor okr.Actor, id okr.ConnectionID) ([]okr.SyncJob, error) {
	if err := s.maySync(ctx, actor); err != nil {
		return nil, err
	}
	c, err := s.connect.Connection(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	_, n, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(id), okr.Page{Limit: 1})
	if err == nil && n == 0 {
		err = okr.WithNext(okr.Errorf(okr.Invalid, "No OKRs use the connection %s yet, so there's nothing to refresh.", c.Name), okr.Step{Kind: okr.StepBind})
	}
	return []okr.SyncJob{{Connection: id}}, err
}

func (s *Service) maySync(ctx context.Context, actor okr.Actor) error {
	if actor.Guest {
		return okr.Errorf(okr.Forbidden, "Guests can't start a sync, because it uses a member's access. Numbers refresh automatically.")
	}
	return s.access.RequireEnabled(ctx, actor)
}

func (s *Service) allJobs(ctx context.Context, actor okr.Actor) ([]okr.SyncJob, error) {
	connections, _, err := s.Store.Connections().List(ctx, actor.Tenant, "", okr.Page{})
	if err != nil {
		return nil, err
	}
	var jobs []okr.SyncJob
	var covered []okr.Connection
	for _, c := range connections {
		if slices.ContainsFunc(covered, c.SameAccess) {
			continue // one sync measures both
		}
		_, n, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(c.ID), okr.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			jobs, covered = append(jobs, okr.SyncJob{Connection: c.ID}), append(covered, c)
		}
	}
	if len(jobs) == 0 {
		return nil, okr.WithNext(okr.Errorf(okr.Invalid, "No OKRs are connected to Azure DevOps yet. Choose a key result or project to bind."), okr.Step{Kind: okr.StepBind})
	}
	return jobs, nil
}

func addJob(jobs []okr.SyncJob, b *okr.Binding) []okr.SyncJob {
	if b == nil || b.Health.State == okr.HealthUnbound {
		return jobs
	}
	for i, j := range jobs {
		if j.Connection == b.Connection {
			if !slices.Contains(j.Queries, b.Query.ID) {
				jobs[i].Queries = append(j.Queries, b.Query.ID)
			}
			return jobs
		}
	}
	return append(jobs, okr.SyncJob{Connection: b.Connection, Queries: []string{b.Query.ID}})
}

// SyncConnection measures what is bound through a connection and through the
// others with the same access to the same project: each query runs once, however
// many goals hang on it. Queries limits it to some; none means all. Where there
// are such others, queries whose goals were all measured less than within ago are
// left out: their syncs come in the same hour. A failure keeps the
// last values, marks them stale and is part of the report; the error is only for
// what may work if tried again soon (the store, Azure DevOps out of reach or
// throttling), and the report is whole even then.
func (s *Service) SyncConnection(ctx context.Context, tenant okr.TenantID, id okr.ConnectionID, queries []string, within time.Duration) (okr.SyncReport, error) {
	t, err := s.access.Settings(ctx, tenant)
	if err != nil || !t.Enabled {
		return okr.SyncReport{}, err
	}
	c, err := s.Store.Connections().Get(ctx, tenant, id)
	if okr.KindOf(err) == okr.NotFound {
		return okr.SyncReport{}, s.Agenda.Drop(ctx, okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: string(id)})
	}
	if err != nil {
		return okr.SyncReport{}, err
	}
	y, err := s.syncing(ctx, t, c)
	if err != nil {
		return okr.SyncReport{}, err
	}
	if err := y.noteEnd(ctx); err != nil {
		return y.report, err
	}
	y.asked = connect.DistinctQueries(y.Goals, queries)
	if err := y.freshen(ctx, within); err != nil {
		rows, err := y.failAll(ctx, err)
		y.report.Rows = append(y.report.Rows, rows...)
		return y.report, err
	}
	for _, asks := range y.groups(y.inTurn(y.asked), within) {
		if err := y.syncQueries(ctx, asks, within); err != nil || y.report.Failure != nil {
			return y.report, err
		}
	}
	if err := y.conclude(ctx); err != nil {
		return y.report, err
	}
	return y.report, y.followNames(ctx, within)
}

// syncing is a sync under way: what is measured with one access to one project,
// as it was when the sync began.
type syncing struct {
	*Service
	connect.Siblings
	tenant  okr.Settings
	began   time.Time
	lead    okr.Connection // whose access is used
	asked   []string       // the queries that the sync is about
	parents map[okr.GoalID]okr.Goal
	report  okr.SyncReport
}

// isPart says whether the sync is about some of the queries only.
func (y *syncing) isPart() bool {
	return len(y.asked) < len(connect.DistinctQueries(y.Goals, nil))
}

// inTurn puts the queries that failed last behind the others, and begins with
// another of them each hour: however many fail, they keep no other one waiting.
func (y *syncing) inTurn(queries []string) []string {
	var fine, failing []string
	for _, q := range queries {
		if slices.ContainsFunc(y.BoundTo(q), func(g okr.Goal) bool { return g.Binding.Health.Failing() }) {
			failing = append(failing, q)
		} else {
			fine = append(fine, q)
		}
	}
	if n := len(failing); n > 0 {
		first := int(y.Now().Unix() / 3600 % int64(n))
		failing = append(slices.Clone(failing[first:]), failing[:first]...)
	}
	return append(fine, failing...)
}

// syncing reads what is bound with the access of a connection.
func (s *Service) syncing(ctx context.Context, t okr.Settings, lead okr.Connection) (*syncing, error) {
	began := s.Now()
	same, err := s.connect.SiblingsOf(ctx, t.ID, lead)
	return &syncing{Service: s, Siblings: same, tenant: t, began: began, lead: lead, parents: map[okr.GoalID]okr.Goal{}}, err
}

// A group of queries is run together, so that what changed is asked for once;
// its size bounds what is in memory at a time.
const (
	groupQueries = 50
	groupItems   = 20_000
)

// groups splits the queries that are due into groups.
func (y *syncing) groups(queries []string, within time.Duration) [][]string {
	var out [][]string
	items := 0
	for _, q := range queries {
		goals := y.BoundTo(q)
		if len(y.Connections) > 1 && y.measuredWithin(goals, within) {
			continue
		}
		size := lastSize(goals)
		if n := len(out); n == 0 || len(out[n-1]) == groupQueries || items+size > groupItems {
			out, items = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], q)
		items += size
	}
	return out
}

func (y *syncing) measuredWithin(goals []okr.Goal, within time.Duration) bool {
	return !slices.ContainsFunc(goals, func(g okr.Goal) bool {
		b := g.Binding
		return b.Last == nil || b.Health.State != okr.HealthOK || y.Now().Sub(b.Last.At).Abs() >= within // a clock that was ahead is no reason to wait for it
	})
}

// lastSize is how many items a query had when it was last run.
func lastSize(goals []okr.Goal) int {
	const unknown = 500
	for _, g := range goals {
		if m := g.Binding.Last; m != nil {
			return m.Total + m.Removed + m.OtherTypes
		}
	}
	return unknown
}

func (y *syncing) syncQueries(ctx context.Context, queries []string, within time.Duration) error {
	asks, err := y.asks(ctx, queries)
	if err != nil {
		return err
	}
	outcomes := y.Queries.RunQueries(ctx, okr.RunInput{
		Access: okr.Access{Tenant: y.tenant.ID, Credential: y.lead.Credential}, Project: y.lead.ProjectRef(), Asks: asks,
		Within: within, Answered: slices.ContainsFunc(y.report.Rows, func(r okr.SyncRow) bool { return r.Problem == "" }),
	})
	var runs []compared
	for i, o := range outcomes {
		if o.Err == nil && y.isAllowed(o.Run) {
			runs = append(runs, compared{run: o.Run, before: asks[i].Before})
		}
	}
	measured, err := y.record(ctx, runs)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		rows, err := y.outcome(ctx, o, measured[o.Query])
		y.report.Rows = append(y.report.Rows, rows...)
		if err != nil || y.report.Failure != nil {
			return err
		}
	}
	return nil
}

// outcome tells what came of a query: the goals that it measured, and those that it
// did not.
func (y *syncing) outcome(ctx context.Context, o okr.RunOutcome, measured []okr.SyncRow) ([]okr.SyncRow, error) {
	switch {
	case o.Err == nil:
		y.noteEmptied(measured)
		y.noteMissed(measured)
		return y.failWithout(ctx, o.Run, measured)
	case ctx.Err() != nil:
		return nil, o.Err
	case o.Whole:
		return y.failAll(ctx, o.Err)
	default:
		return y.failQuery(ctx, o.Query, o.Err)
	}
}

// failWithout marks the goals of a query that needed a field which could not be read, or
// whose connections do not allow it, and gives their rows behind those of the others.
func (y *syncing) failWithout(ctx context.Context, run okr.Run, rows []okr.SyncRow) ([]okr.SyncRow, error) {
	var failed []okr.SyncRow
	for _, g := range y.BoundTo(run.Query.ID) {
		if cause := y.refuses(run, g); cause != nil {
			row, err := y.failGoals(ctx, []okr.Goal{g}, cause)
			if err != nil {
				return rows, err
			}
			failed = append(failed, row...)
		}
	}
	y.noteQueryFailure(ctx, failed)
	return append(rows, failed...), nil
}

// asks asks for queries with what is known of them.
func (y *syncing) asks(ctx context.Context, queries []string) ([]okr.QueryAsk, error) {
	known, err := y.Measurements.Snapshots(ctx, y.tenant.ID, y.lead.Credential, queries)
	if err != nil {
		return nil, err
	}
	asks := make([]okr.QueryAsk, len(queries))
	for i, q := range queries {
		goals := y.BoundTo(q)
		asks[i] = okr.QueryAsk{ID: q, Chosen: goals[0].Binding.Query.Chosen, Fields: fieldsOf(goals), Before: known[i]}
	}
	return asks, nil
}

// fieldsOf are the numeric fields that goals need.
func fieldsOf(goals []okr.Goal) []string {
	var fields []string
	for _, g := range goals {
		if f := g.Binding.Field; f != nil && !slices.Contains(fields, f.Ref) {
			fields = append(fields, f.Ref)
		}
	}
	slices.Sort(fields)
	return fields
}
