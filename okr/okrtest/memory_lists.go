package okrtest

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

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
	if at := q.Status; at != nil {
		day := okr.Date("1970-01-01").Add(at.Day)
		list = slices.DeleteFunc(list, func(g okr.Goal) bool { return g.Standing(g.Period, at.Bands, day).Status != at.Status })
		total = len(list)
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
	out.Parents = map[okr.GoalID]okr.Goal{}
	for _, q := range queries {
		p, err := m.pageOrTree(ctx, tenant, q)
		if err != nil {
			return out, err
		}
		out.Pages = append(out.Pages, p)
		if !q.Parents || q.Tree > 0 {
			continue
		}
		for _, g := range p.Goals {
			if above, err := m.goals.Get(ctx, tenant, g.Parent); err == nil {
				out.Parents[above.ID] = above
			}
		}
	}
	return out, nil
}

// pageOrTree is a page of goals or, of no more than fit a tree, of its roots.
func (m *Memory) pageOrTree(ctx context.Context, tenant okr.TenantID, q okr.GoalQuery) (okr.GoalPage, error) {
	p, err := m.viewed(ctx, tenant, q)
	if err != nil || q.Tree == 0 || p.Total > q.Tree {
		return p, err
	}
	whole := q
	whole.Page = okr.Page{}
	all, err := m.viewed(ctx, tenant, whole)
	if err != nil {
		return p, err
	}
	roots := rootsOf(all.Goals)
	from := min(q.Page.Offset, len(roots))
	return okr.GoalPage{Goals: roots[from:min(from+q.Roots, len(roots))], Total: len(roots)}, nil
}

// rootsOf are the goals that stand below none of the others, or have some of them below.
func rootsOf(goals []okr.Goal) (roots []okr.Goal) {
	own, above := map[okr.GoalID]bool{}, map[okr.GoalID]bool{}
	for _, g := range goals {
		own[g.ID], above[g.Parent] = g.Kind == okr.Objective, true
	}
	for _, g := range goals {
		if !own[g.Parent] || above[g.ID] {
			roots = append(roots, g)
		}
	}
	return roots
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

// CountIntegration implements [okrbot/okr/access.Numbers].
func (m *Memory) CountIntegration(ctx context.Context, tenant okr.TenantID) (in okr.Integration, err error) {
	if _, in.Subscriptions, err = m.subscriptions.List(ctx, tenant, "", okr.Page{Limit: 1}); err != nil {
		return in, err
	}
	all, n, err := m.FindConnections(ctx, tenant, okr.ConnectionQuery{All: true})
	in.Connections = n
	for _, c := range all {
		in.Bindings += c.Bound
		if c.Connection.Health.Failing() {
			in.Failing++
		}
	}
	return in, err
}

// FindConnections implements [okrbot/okr/connect.Counts].
func (m *Memory) FindConnections(ctx context.Context, tenant okr.TenantID, q okr.ConnectionQuery) ([]okr.BoundConnection, int, error) {
	list, _, err := m.connections.List(ctx, tenant, "", okr.Page{})
	if err != nil {
		return nil, 0, err
	}
	list = slices.DeleteFunc(list, func(c okr.Connection) bool { return !c.Shared && (q.Shared || !q.All && c.Owner.ID != q.Viewer) })
	rank := func(c okr.Connection) int {
		switch {
		case c.Owner.ID == q.Viewer:
			return 0
		case c.Shared:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b okr.Connection) int { return rank(a) - rank(b) })
	if q.Failing {
		order := map[bool]int{true: -1}
		slices.SortStableFunc(list, func(a, b okr.Connection) int { return order[a.Health.Failing()] - order[b.Health.Failing()] })
	}
	total := len(list)
	list = list[min(q.Page.Offset, max(0, total-1)):]
	if q.Page.Limit > 0 {
		list = list[:min(q.Page.Limit, len(list))]
	}
	var out []okr.BoundConnection
	for _, c := range list {
		_, n, err := m.goals.List(ctx, tenant, okr.BoundIndex(c.ID), okr.Page{Limit: 1})
		if err != nil {
			return nil, 0, err
		}
		out = append(out, okr.BoundConnection{Connection: c, Bound: n})
	}
	return out, total, nil
}

// KeepCheckIn implements [okrbot/okr/plan.Reader].
func (m *Memory) KeepCheckIn(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, id okr.CheckInID, change func(okr.Lineage) (okr.Said, error)) error {
	l, err := m.lineage(ctx, tenant, goal, id)
	if err != nil {
		return err
	}
	ids := []okr.GoalID{goal}
	for _, f := range l.Above {
		ids = append(ids, f.Objective.ID)
	}
	return m.Record(ctx, tenant, ids, func([]okr.Goal) (okr.Recorded, error) {
		if l, err = m.lineage(ctx, tenant, goal, id); err != nil {
			return okr.Recorded{}, err
		}
		said, err := change(l)
		if err == nil && said.CheckIn != nil {
			err = m.checkIns.Create(ctx, tenant, *said.CheckIn)
		}
		return okr.Recorded{Goals: said.Goals, History: said.History}, err
	})
}

func (m *Memory) lineage(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, id okr.CheckInID) (l okr.Lineage, err error) {
	if l.Settings, err = m.settings.Get(ctx, tenant, okr.Settings{}.Key()); okr.IgnoreNotFound(err) != nil {
		return l, err
	}
	if l.Said, err = m.checkIns.Get(ctx, tenant, id); okr.IgnoreNotFound(err) != nil {
		return l, err
	}
	if l.Goal, err = m.goals.Get(ctx, tenant, goal); err != nil {
		return l, err
	}
	if b := l.Goal.Binding; b != nil {
		l.Connection, _ = m.connections.Get(ctx, tenant, b.Connection)
	}
	for at := l.Goal; at.Parent != "" && len(l.Above) < okr.MaxDepth; {
		var f okr.Family
		if f.Objective, err = m.goals.Get(ctx, tenant, at.Parent); okr.KindOf(err) == okr.NotFound {
			return l, nil // it was deleted, and nothing is above it
		} else if err != nil {
			return l, err
		}
		f.Below, _, _ = m.goals.List(ctx, tenant, okr.ChildIndex(at.Parent), okr.Page{})
		l.Above, at = append(l.Above, f), f.Objective
	}
	return l, nil
}
