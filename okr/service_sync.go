package okr

import (
	"context"
	"errors"
	"slices"
)

// SyncJobs says what a sync asked for by the actor has to run: the query of one
// goal, or all connections that something is bound through. Invalid: the goal is
// not bound, or nothing is.
func (s *Service) SyncJobs(ctx context.Context, actor Actor, id GoalID) ([]SyncJob, error) {
	if err := s.RequireEnabled(ctx, actor); err != nil {
		return nil, err
	}
	if id == "" {
		return s.allJobs(ctx, actor)
	}
	v, err := s.Goal(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	goals := []Goal{v.Goal}
	for _, c := range v.Children {
		goals = append(goals, c.Goal)
	}
	var jobs []SyncJob
	for _, g := range goals {
		jobs = addJob(jobs, g.Binding)
	}
	if len(jobs) == 0 {
		return nil, Errorf(Invalid, "%s is not bound to a query, so there is nothing to measure. `bind %s` binds it.", id, id)
	}
	return jobs, nil
}

func (s *Service) allJobs(ctx context.Context, actor Actor) ([]SyncJob, error) {
	connections, _, err := s.Store.Connections().List(ctx, actor.Tenant, "", Page{})
	if err != nil {
		return nil, err
	}
	var jobs []SyncJob
	for _, c := range connections {
		_, n, err := s.Store.Goals().List(ctx, actor.Tenant, BoundIndex(c.ID), Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			jobs = append(jobs, SyncJob{Connection: c.ID})
		}
	}
	if len(jobs) == 0 {
		return nil, Errorf(Invalid, "Nothing is bound to a query yet, so there is nothing to measure. `bind <id>` binds a key result or project.")
	}
	return jobs, nil
}

func addJob(jobs []SyncJob, b *Binding) []SyncJob {
	if b == nil || b.Health.State == HealthUnbound {
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
	return append(jobs, SyncJob{Connection: b.Connection, Queries: []string{b.Query.ID}})
}

// SyncConnection measures what is bound through a connection: each query runs
// once, however many goals hang on it. Queries limits it to some; none means all.
// A failure keeps the last values, marks them stale and is part of the report;
// the error is only for what may work if tried again soon (the store, Azure
// DevOps out of reach or throttling), and the report is whole even then.
func (s *Service) SyncConnection(ctx context.Context, tenant TenantID, id ConnectionID, queries []string) (SyncReport, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil || !t.Enabled {
		return SyncReport{}, err
	}
	c, err := s.Store.Connections().Get(ctx, tenant, id)
	if KindOf(err) == NotFound {
		return SyncReport{}, s.Agenda.Drop(ctx, Due{DueSync, tenant, string(id)})
	}
	if err != nil {
		return SyncReport{}, err
	}
	goals, _, err := s.Store.Goals().List(ctx, tenant, BoundIndex(id), Page{})
	if err != nil {
		return SyncReport{}, err
	}
	return s.syncQueries(ctx, tenant, c, distinctQueries(goals, queries))
}

// distinctQueries lists the queries that goals are bound to, each once.
func distinctQueries(goals []Goal, only []string) []string {
	var out []string
	for _, g := range goals {
		id := g.Binding.Query.ID
		if !slices.Contains(out, id) && (len(only) == 0 || slices.Contains(only, id)) {
			out = append(out, id)
		}
	}
	return out
}

func (s *Service) syncQueries(ctx context.Context, tenant TenantID, c Connection, queries []string) (SyncReport, error) {
	var report SyncReport
	for _, q := range queries {
		run, err := s.Queries.RunQuery(ctx, Access{tenant, c.Credential}, c.Place(), q)
		var rows []SyncRow
		switch {
		case err == nil:
			rows, err = s.record(ctx, tenant, c, run)
		case ctx.Err() != nil:
			return report, err
		default:
			rows, err = s.recordFailure(ctx, tenant, c, q, err, &report)
		}
		report.Rows = append(report.Rows, rows...)
		if err != nil || report.Failure != nil {
			return report, err
		}
	}
	return s.concludeSync(ctx, tenant, c, report)
}

// record applies a run to every goal bound to its query through the connection
// and keeps what it held. The goals come first: after a crash in between, the
// next run compares with the older snapshot and tells a change again rather than
// never.
func (s *Service) record(ctx context.Context, tenant TenantID, c Connection, run Run) ([]SyncRow, error) {
	before, err := s.Measurements.Snapshot(ctx, tenant, c.ID, run.Query.ID)
	if err != nil {
		return nil, err
	}
	if before != nil && before.At.After(run.At) {
		return nil, nil // a later run was faster: this one tells nothing any more
	}
	t, err := s.Settings(ctx, tenant)
	if err != nil {
		return nil, err
	}
	goals, _, err := s.Store.Goals().List(ctx, tenant, BoundIndex(c.ID), Page{})
	if err != nil {
		return nil, err
	}
	var rows []SyncRow
	for _, g := range goals {
		if g.Binding.Query.ID != run.Query.ID {
			continue
		}
		row, err := s.recordGoal(ctx, tenant, t, c, g.ID, run, before)
		if errors.Is(err, errOvertaken) || KindOf(err) == NotFound {
			continue
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	snapshot := run.Snapshot()
	return rows, s.Measurements.SaveSnapshot(ctx, tenant, c.ID, run.Query.ID, &snapshot)
}

// errOvertaken is a binding that changed while its query ran.
var errOvertaken = errors.New("the binding changed while its query ran")

func (s *Service) recordGoal(ctx context.Context, tenant TenantID, t Tenant, c Connection, id GoalID, run Run, before *Snapshot) (SyncRow, error) {
	var row SyncRow
	g, err := s.Store.Goals().Update(ctx, tenant, id, func(g *Goal) error {
		b := g.Binding
		if b == nil || b.Connection != c.ID || b.Query.ID != run.Query.ID || (b.Last != nil && b.Last.At.After(run.At)) {
			return errOvertaken
		}
		row.Before = value(*g)
		compare := before
		if b.Last == nil {
			compare = nil // its first measurement: earlier runs were not its own
		}
		row.Changes = measured(g, run, compare, c).Changes
		b.Health = b.Health.worked(run.At)
		return nil
	})
	if err != nil {
		return row, err
	}
	row.Goal, row.After = g, value(g)
	if err := s.addHistory(ctx, tenant, row); err != nil {
		return row, err
	}
	row.Status, err = s.statusOf(ctx, tenant, t, g)
	return row, err
}

// addHistory keeps a measurement that says something new; the value between two
// entries is that of the earlier one. A project's tree is not kept.
func (s *Service) addHistory(ctx context.Context, tenant TenantID, row SyncRow) error {
	if row.Changes.Empty() && !row.Changes.First && same(row.Before, row.After) {
		return nil
	}
	m := *row.Goal.Binding.Last
	m.Tree, m.HiddenNodes = nil, 0
	return s.Measurements.AddHistory(ctx, tenant, row.Goal.ID, m)
}

func (s *Service) statusOf(ctx context.Context, tenant TenantID, t Tenant, g Goal) (Status, error) {
	parent, err := s.Store.Goals().Get(ctx, tenant, g.Parent)
	if err != nil && KindOf(err) != NotFound {
		return NoData, err
	}
	return standing(g.leafProgress(), parent.Period, t.Bands, s.today(t)).Status, nil
}

// value is what a goal shows: a key result's metric, a project's percentage.
func value(g Goal) *float64 {
	if g.Kind == KeyResult && g.Metric != nil {
		return g.Metric.Current
	}
	return g.leafProgress()
}

// concludeSync records that the connection works.
func (s *Service) concludeSync(ctx context.Context, tenant TenantID, c Connection, report SyncReport) (SyncReport, error) {
	if len(report.Rows) == 0 {
		return report, nil // nothing is bound, nothing was asked
	}
	_, err := s.Store.Connections().Update(ctx, tenant, c.ID, func(c *Connection) error {
		c.Health = c.Health.worked(s.Now())
		return nil
	})
	if KindOf(err) == NotFound {
		err = nil // deleted while its queries ran
	}
	return report, err
}
