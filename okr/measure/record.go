package measure

import (
	"context"
	"errors"
	"slices"

	"okrbot/okr"
)

// record applies a run to every goal that hangs on its query and keeps what it
// held. The goals come first: after a crash in between, the next run compares
// with the older snapshot and tells a change again rather than never.
func (y *syncing) record(ctx context.Context, run okr.Run, before *okr.Snapshot) ([]okr.SyncRow, error) {
	goals := y.BoundTo(run.Query.ID)
	before, err := y.latest(ctx, run.Query.ID, goals, before)
	if err != nil {
		return nil, err
	}
	if before != nil && before.At.After(run.At) {
		return nil, nil // a later run was faster: this one tells nothing any more
	}
	var rows []okr.SyncRow
	var failed []okr.SyncRow
	for _, g := range goals {
		if cause := run.Without(g.Binding.Field); cause != nil {
			row, err := y.failGoals(ctx, []okr.Goal{g}, cause)
			if err != nil {
				return rows, err
			}
			failed = append(failed, row...)
			continue
		}
		row, err := y.recordGoal(ctx, g, run, before)
		if errors.Is(err, errOvertaken) || okr.KindOf(err) == okr.NotFound {
			continue
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	y.noteEmptied(rows)
	if err := y.carryRowsUp(ctx, rows); err != nil {
		return rows, err
	}
	y.noteQueryFailure(ctx, failed)
	rows = append(rows, failed...)
	snapshot := run.Snapshot()
	return rows, y.Measurements.SaveSnapshot(ctx, y.tenant.ID, y.lead.Credential, run.Query.ID, &snapshot)
}

// carryRowsUp brings the objectives above what moved up to date, each once.
func (y *syncing) carryRowsUp(ctx context.Context, rows []okr.SyncRow) error {
	var above []okr.GoalID
	for _, row := range rows {
		if row.Moved() && !slices.Contains(above, row.Goal.Parent) {
			above = append(above, row.Goal.Parent)
		}
	}
	for _, id := range above {
		if err := y.plan.RollUp(ctx, y.tenant.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// latest reads the snapshot again where another run was recorded meanwhile.
func (y *syncing) latest(ctx context.Context, query string, goals []okr.Goal, before *okr.Snapshot) (*okr.Snapshot, error) {
	for _, g := range goals {
		now, err := y.Store.Goals().Get(ctx, y.tenant.ID, g.ID)
		if okr.KindOf(err) == okr.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if m := now.LastMeasurement(); m != nil && (before == nil || m.At.After(before.At)) {
			return y.Measurements.Snapshot(ctx, y.tenant.ID, y.lead.Credential, query)
		}
		break // the goals of a query are measured together
	}
	return before, nil
}

// errOvertaken is a binding that changed while its query ran.
var errOvertaken = errors.New("the binding changed while its query ran")

func (y *syncing) recordGoal(ctx context.Context, was okr.Goal, run okr.Run, before *okr.Snapshot) (okr.SyncRow, error) {
	var row okr.SyncRow
	c := y.Connections[was.Binding.Connection]
	g, err := y.Store.Goals().Update(ctx, y.tenant.ID, was.ID, func(g *okr.Goal) error {
		b := g.Binding
		if b == nil || !g.IsOpen() || b.Health.State == okr.HealthUnbound || b.Connection != c.ID || b.Query.ID != run.Query.ID || (b.Last != nil && b.Last.At.After(run.At)) {
			return errOvertaken
		}
		row.Before = g.Value()
		if b.Last != nil {
			row.Found = b.Last.Found()
		}
		row.Changes = run.Apply(g, before, c).Changes
		markEmptied(g, run, row, c)
		g.Binding.Health = g.Binding.Health.Worked(run.At)
		return nil
	})
	if err != nil {
		return row, err
	}
	row.Goal, row.After = g, g.Value()
	if err := y.addHistory(ctx, y.tenant.ID, row); err != nil {
		return row, err
	}
	row.Status, err = y.statusOf(ctx, g)
	return row, err
}

// addHistory keeps a measurement that says something new; the value between two
// entries is that of the earlier one. A project's tree is not kept, and nothing while
// a person's value is shown until it is resumed: it moves nothing.
func (s *Service) addHistory(ctx context.Context, tenant okr.TenantID, row okr.SyncRow) error {
	if row.Goal.Paused() || row.Changes.Empty() && !row.Changes.First && !row.Moved() {
		return nil
	}
	m := *row.Goal.Binding.Last
	m.Tree, m.Size = nil, okr.TreeSize{}
	return s.Measurements.AddHistory(ctx, tenant, row.Goal.ID, m)
}

func (y *syncing) statusOf(ctx context.Context, g okr.Goal) (okr.Status, error) {
	parent, known := y.parents[g.Parent]
	if !known {
		var err error
		parent, err = y.Store.Goals().Get(ctx, y.tenant.ID, g.Parent)
		if err != nil && okr.KindOf(err) != okr.NotFound {
			return okr.NoData, err
		}
		y.parents[g.Parent] = parent
	}
	_, period := okr.PeriodUnder(g, parent)
	return g.Standing(period, y.tenant.Bands, y.tenant.Today(y.Now())).Status, nil
}

// conclude records that the connections through which something was measured
// work.
func (y *syncing) conclude(ctx context.Context) error {
	worked := map[okr.ConnectionID]bool{}
	for _, r := range y.report.Rows {
		if b := r.Goal.Binding; b != nil && r.Problem == "" {
			worked[b.Connection] = true
		}
	}
	if len(y.report.Rows) > 0 {
		worked[y.lead.ID] = true // something was asked, if only to learn that a query is gone
	}
	for id := range worked {
		_, err := y.Store.Connections().Update(ctx, y.tenant.ID, id, func(c *okr.Connection) error {
			c.Health = c.Health.Worked(y.Now())
			return nil
		})
		if err := okr.IgnoreNotFound(err); err != nil { // deleted while its queries ran
			return err
		}
	}
	return nil
}
