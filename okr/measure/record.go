package measure

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// compared is a run with what the one before it held.
type compared struct {
	run    okr.Run
	before *okr.Snapshot
	goals  []okr.Goal // that hang on its query and can be measured by it, as they were read
	latest bool       // before was read again, because another run was recorded meanwhile
	isPart bool       // more of its goals follow in another step, with what the run held
}

// record applies runs to the goals that hang on their queries, and keeps what the runs
// held. Goals, their histories and what the runs held are kept in one step, so that a
// change is told once, wherever a sync breaks off; very many goals take several steps,
// and then a change may be told again rather than never. It gives the rows by query.
func (y *syncing) record(ctx context.Context, runs []compared) (map[string][]okr.SyncRow, error) {
	rows := map[string][]okr.SyncRow{}
	for _, step := range steps(y.measurable(runs)) {
		stale, err := y.recordStep(ctx, step, rows)
		if err == nil && len(stale) > 0 {
			err = y.recordAgain(ctx, stale, rows)
		}
		if err != nil {
			return rows, err
		}
	}
	for _, list := range rows {
		if err := y.fillStatus(ctx, list); err != nil {
			return rows, err
		}
	}
	return rows, y.carryUp(ctx, rows)
}

// carryUp brings the objectives above what moved up to date; those, too, that were not
// when something moved before: a sync may have broken off in between.
func (y *syncing) carryUp(ctx context.Context, rows map[string][]okr.SyncRow) error {
	var above []okr.GoalID
	for _, list := range rows {
		for _, row := range list {
			o := y.parents[row.Goal.Parent]
			missed := o.IsOpen() && o.Rolled != nil && row.Goal.MovedAt.After(o.Rolled.At)
			if row.Moved() || missed {
				above = append(above, row.Goal.Parent)
			}
		}
	}
	if len(above) == 0 {
		return nil
	}
	return y.plan.RollUp(ctx, y.tenant.ID, above...)
}

// measurable fills in the goals of runs, without those that need what a run lacks or whose
// connections do not allow its query.
func (y *syncing) measurable(runs []compared) []compared {
	for i, c := range runs {
		runs[i].goals = slices.DeleteFunc(y.BoundTo(c.run.Query.ID), func(g okr.Goal) bool { return y.refuses(c.run, g) != nil })
	}
	return runs
}

// steps divides runs into steps of so many goals, and a run of very many goals between
// steps.
func steps(runs []compared) [][]compared {
	var out [][]compared
	size := okr.MaxRecord + 1 // the first run begins a step
	for _, c := range runs {
		for len(c.goals) > okr.MaxRecord {
			part := c
			part.goals, part.isPart = c.goals[:okr.MaxRecord], true
			out, c.goals = append(out, []compared{part}), c.goals[okr.MaxRecord:]
			size = okr.MaxRecord
		}
		if size += len(c.goals); size > okr.MaxRecord {
			out, size = append(out, nil), len(c.goals)
		}
		out[len(out)-1] = append(out[len(out)-1], c)
	}
	return out
}

// recordStep keeps some runs, adds their rows, and gives those that must be compared
// with a later snapshot: another run of their queries was recorded meanwhile.
func (y *syncing) recordStep(ctx context.Context, step []compared, rows map[string][]okr.SyncRow) (stale []compared, err error) {
	var ids []okr.GoalID
	for _, c := range step {
		for _, g := range c.goals {
			ids = append(ids, g.ID)
		}
	}
	var found map[string][]okr.SyncRow
	err = y.Measurements.Record(ctx, y.tenant.ID, ids, func(now []okr.Goal) (kept okr.Recorded, _ error) {
		stale, found = nil, map[string][]okr.SyncRow{}
		for _, c := range step {
			stored := slices.DeleteFunc(slices.Clone(now), func(g okr.Goal) bool { return !c.concerns(g.ID) })
			switch {
			case c.isStale(stored):
				stale = append(stale, c)
			case c.before != nil && c.before.At.After(c.run.At): // a later run was faster: this one tells nothing any more
			default:
				found[c.run.Query.ID] = y.apply(c, stored, &kept)
			}
		}
		return kept, nil
	})
	if err == nil {
		for query, list := range found {
			rows[query] = append(rows[query], list...)
		}
	}
	return stale, err
}

func (c compared) concerns(id okr.GoalID) bool {
	return slices.ContainsFunc(c.goals, func(g okr.Goal) bool { return g.ID == id })
}

// isStale says whether another run was recorded since before was read. The goals of a
// query are measured together, so the first one tells.
func (c compared) isStale(now []okr.Goal) bool {
	if c.latest || len(now) == 0 {
		return false
	}
	m := now[0].LastMeasurement()
	return m != nil && (c.before == nil || m.At.After(c.before.At))
}

// recordAgain keeps runs compared with the latest snapshots.
func (y *syncing) recordAgain(ctx context.Context, stale []compared, rows map[string][]okr.SyncRow) error {
	queries := make([]string, len(stale))
	for i, c := range stale {
		queries[i] = c.run.Query.ID
	}
	latest, err := y.Measurements.Snapshots(ctx, y.tenant.ID, y.lead.Credential, queries)
	if err != nil {
		return err
	}
	for i := range stale {
		stale[i].before, stale[i].latest = latest[i], true
	}
	_, err = y.recordStep(ctx, stale, rows)
	return err
}

// apply measures goals by a run, as far as their bindings are what they were when it
// began, and adds to what is kept.
func (y *syncing) apply(c compared, now []okr.Goal, kept *okr.Recorded) []okr.SyncRow {
	var rows []okr.SyncRow
	for _, g := range now {
		row, ok := y.applyTo(g, c)
		if !ok {
			continue
		}
		rows = append(rows, row)
		kept.Goals = append(kept.Goals, row.Goal)
		if m, isNew := newHistory(row); isNew {
			kept.History = append(kept.History, okr.HistoryEntry{Goal: g.ID, Measurement: m})
		}
	}
	if !c.isPart {
		held := c.run.Snapshot()
		kept.Snapshots = append(kept.Snapshots, okr.HeldByQuery{Access: y.lead.Credential, Query: c.run.Query.ID, Snapshot: &held})
	}
	return rows
}

// applyTo measures a goal; false: its binding changed while the query ran.
func (y *syncing) applyTo(g okr.Goal, c compared) (row okr.SyncRow, ok bool) {
	b := g.Binding
	if b == nil || !g.IsOpen() || b.Health.State == okr.HealthUnbound || b.Query.ID != c.run.Query.ID || b.Last != nil && b.Last.At.After(c.run.At) {
		return row, false
	}
	through, ok := y.Connections[b.Connection]
	if i := slices.IndexFunc(c.goals, func(was okr.Goal) bool { return was.ID == g.ID }); !ok || c.goals[i].Binding.Connection != through.ID {
		return row, false
	}
	row.Before = g.Value()
	if b.Last != nil {
		row.Found = b.Last.Found()
	}
	row.Changes = c.run.Apply(&g, c.before, through).Changes
	markEmptied(&g, c.run, row, through)
	markMissed(&g, c.run.Through(through), c.before)
	g.Binding.Health = g.Binding.Health.Worked(c.run.At)
	row.Goal, row.After = g, g.Value()
	return row, true
}

// newHistory gives a measurement that says something new; the value between two
// entries is that of the earlier one. A project's tree is not kept, and nothing while
// a person's value is shown until it is resumed: it moves nothing.
func newHistory(row okr.SyncRow) (okr.Measurement, bool) {
	if row.Goal.Paused() || row.Changes.Empty() && !row.Changes.First && !row.Moved() {
		return okr.Measurement{}, false
	}
	m := *row.Goal.Binding.Last
	m.Tree, m.Size, m.Lost.First = nil, okr.TreeSize{}, nil // the change names what is lost
	return m, true
}

// fillStatus says in rows how their goals stand.
func (y *syncing) fillStatus(ctx context.Context, rows []okr.SyncRow) error {
	if err := y.readParents(ctx, rows); err != nil {
		return err
	}
	for i, row := range rows {
		_, period := okr.PeriodUnder(row.Goal, y.parents[row.Goal.Parent])
		rows[i].Status = row.Goal.Standing(period, y.tenant.Bands, y.tenant.Today(y.Now())).Status
	}
	return nil
}

// readParents reads the objectives of rows, each once a sync.
func (y *syncing) readParents(ctx context.Context, rows []okr.SyncRow) error {
	var unknown []okr.GoalID
	for _, row := range rows {
		if _, known := y.parents[row.Goal.Parent]; !known && !slices.Contains(unknown, row.Goal.Parent) {
			unknown = append(unknown, row.Goal.Parent)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	parents, err := y.Store.Goals().GetMany(ctx, y.tenant.ID, unknown)
	for _, p := range parents {
		y.parents[p.ID] = p
	}
	return err
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
			c.Health = workedSince(y.Connections[id].Health, c.Health, y.Now())
			return nil
		})
		if err := okr.IgnoreNotFound(err); err != nil { // deleted while its queries ran
			return err
		}
	}
	return nil
}

// workedSince gives the health now of a connection through which something worked that began
// when it was as before. What was found since that somebody must see to stays: the sign-in or
// application that worked then may be gone.
func workedSince(before, now okr.Health, at time.Time) okr.Health {
	isAsBefore := now.State == before.State && now.Since.Equal(before.Since) && now.Problem == before.Problem
	if now.NeedsPerson() && !isAsBefore {
		return now
	}
	return now.Worked(at)
}
