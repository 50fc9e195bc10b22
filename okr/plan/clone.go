package plan

import (
	"context"

	"okrbot/okr"
)

// Clone makes an objective anew in another period. Titles, people, weights and
// targets are copied; progress, check-ins, history and phases are not, since they
// belong to the old period. It stays below the same objective where that one is
// open and lasts as long, else below that one's copy in the period. Where it broke off,
// the same form goes on with it: of each goal it makes one copy.
func (s *Service) Clone(ctx context.Context, actor okr.Actor, in okr.CloneInput) (okr.Cloned, error) {
	o, err := s.access.Goal(ctx, actor, in.Goal)
	if err != nil {
		return okr.Cloned{}, err
	}
	if o.Kind != okr.Objective {
		return okr.Cloned{}, okr.Errorf(okr.Invalid, "%s is a %s. Clone its objective %s, with what is below it.", o.ID, o.Kind, o.Parent)
	}
	t, err := s.Upgraded(ctx, actor.Tenant)
	if err != nil {
		return okr.Cloned{}, err
	}
	p, ok := t.PeriodByID(in.PeriodID)
	if !ok {
		return okr.Cloned{}, okr.FieldErrorf("period", "This period doesn't exist or was deleted. Choose another one.")
	}
	if err := s.access.MayCreate(ctx, t, actor, o.Level); err != nil {
		return okr.Cloned{}, err
	}
	parent, err := s.cloneBelow(ctx, actor, o, p)
	if err != nil {
		return okr.Cloned{}, err
	}
	c := cloner{s: s, t: t, actor: actor, in: in, from: o.Period, period: p}
	clone, err := c.copy(ctx, o, parent, okr.MaxDepth)
	if err != nil {
		return okr.Cloned{}, err
	}
	if err := s.rollUp(ctx, t, clone.ID); err != nil {
		return okr.Cloned{}, err
	}
	if err := s.rollUp(ctx, t, parent.ID); err != nil {
		return okr.Cloned{}, err
	}
	c.out.View, err = s.Goal(ctx, actor, clone.ID)
	return c.out, err
}

// cloneBelow is the objective that the clone stands below; empty: none.
func (s *tree) cloneBelow(ctx context.Context, actor okr.Actor, o okr.Goal, p okr.TimePeriod) (okr.Goal, error) {
	parent, err := s.access.ParentOf(ctx, actor.Tenant, o)
	switch {
	case err != nil || parent.ID == "":
		return okr.Goal{}, err
	case parent.IsOpen() && parent.Period.Contains(p.Start) && parent.Period.Contains(p.End):
		return parent, nil
	}
	return s.copyIn(ctx, actor, parent.ID, p)
}

// copyIn is the open copy of an objective in a period, the latest one that the actor may
// see; empty: there is none.
func (s *tree) copyIn(ctx context.Context, actor okr.Actor, id okr.GoalID, p okr.TimePeriod) (found okr.Goal, err error) {
	all, _, err := s.Store.Goals().Find(ctx, actor.Tenant, okr.Filter{Kind: okr.Objective, Period: p.ID}.Indexes(), okr.Page{})
	for _, g := range all {
		if g.CopyOf == id && actor.Sees(g) {
			found = g
		}
	}
	return found, err
}

// cloner makes the clones of one objective.
type cloner struct {
	s      *Service
	t      okr.Settings
	actor  okr.Actor
	in     okr.CloneInput
	from   okr.Period // of the objective that is cloned
	period okr.TimePeriod
	out    okr.Cloned
}

// copy makes one clone below parent and, as wanted, what stands below it. Only
// what the actor may see is cloned.
func (c *cloner) copy(ctx context.Context, g, parent okr.Goal, depth int) (okr.Goal, error) {
	clone, err := c.make(ctx, g, parent)
	if okr.IsMade(err) {
		clone, err = c.madeBefore(ctx, clone, err)
	}
	if err != nil || g.Kind != okr.Objective || depth == 1 || c.in.With == okr.CloneAlone {
		return clone, err
	}
	children, err := c.s.find(ctx, c.actor, okr.Filter{Parent: g.ID, State: okr.AnyState}.Indexes())
	if err != nil {
		return clone, err
	}
	below := depth - 1
	if c.in.With == okr.CloneChildren {
		below = 1
	}
	for _, child := range children {
		if !c.in.With.Takes(child) {
			continue
		}
		if _, err := c.copy(ctx, child, clone, below); err != nil {
			return clone, err
		}
	}
	_, err = c.s.rollEach(ctx, c.actor.Tenant, c.t.WeightsRule, []okr.GoalID{clone.ID})
	return clone, err
}

// madeBefore is the clone that the form made before it broke off. The refusal stays where
// somebody moved it since.
func (c *cloner) madeBefore(ctx context.Context, clone okr.Goal, refusal error) (okr.Goal, error) {
	indexes := []string{okr.KindIndex(clone.Kind), okr.PeriodIndex(clone.FiledUnder())}
	if clone.Parent != "" {
		indexes = append(indexes, okr.ChildIndex(clone.Parent))
	}
	found, _, err := c.s.Store.Goals().Find(ctx, c.actor.Tenant, indexes, okr.Page{})
	if err != nil {
		return clone, err
	}
	for _, g := range found {
		if g.Form == clone.Form {
			return g, nil
		}
	}
	return clone, refusal
}

// formOf is the form of the clone of a goal: its own one of each, so that none is made
// twice.
func (c *cloner) formOf(g okr.Goal) string {
	if c.in.Form == "" || g.ID == c.in.Goal {
		return c.in.Form
	}
	return c.in.Form + "/" + string(g.ID)
}

func (c *cloner) make(ctx context.Context, g, parent okr.Goal) (okr.Goal, error) {
	id, err := okr.NextID(ctx, c.s.Store, c.actor.Tenant, g.Kind.Prefix())
	if err != nil {
		return okr.Goal{}, err
	}
	clone := okr.Goal{
		ID: okr.GoalID(id), Kind: g.Kind, Title: g.Title, Owner: g.Owner, Parent: parent.ID, Details: g.Details,
		Metric: g.Metric.Anew(c.in.Continue), Tasks: okr.OpenTasks(g.Tasks), CopyOf: g.ID, Form: c.formOf(g), CreatedBy: c.actor.Person, CreatedAt: c.s.Now(), Version: 1,
	}
	c.date(g, &clone)
	if g.ID == c.in.Goal { // what is below it stands below its copy
		private, err := c.s.keptPrivate(ctx, c.actor.Tenant, g, parent)
		if err != nil {
			return clone, err
		}
		clone.KeepPrivate(private)
	}
	clone.Below(parent)
	if err := c.bind(ctx, g, &clone); err != nil {
		return clone, err
	}
	if err := c.s.PlanReminder(ctx, c.actor.Tenant, clone); err != nil {
		return clone, err
	}
	c.out.Count++
	return clone, okr.MadeOnce(c.s.Store.Goals().Create(ctx, c.actor.Tenant, clone))
}

// date gives a clone its period. A key result's or project's own one moves along with
// the objective's; where it would leave that, the clone has the objective's.
func (c *cloner) date(g okr.Goal, clone *okr.Goal) {
	period := c.period
	if g.Kind != okr.Objective {
		moved, fits := g.Period.Moved(c.from, c.period.Period)
		if !g.OwnPeriod || !fits {
			return
		}
		clone.OwnPeriod = true
		period, _ = c.t.PeriodByID(moved.SpanID())
	}
	clone.Period = period.Period
	if period.ID != period.SpanID() {
		clone.PeriodID = period.ID
	}
}

// bind binds the clone as the original is, if that was wanted and the actor may.
func (c *cloner) bind(ctx context.Context, g okr.Goal, clone *okr.Goal) error {
	if !c.in.KeepBindings || g.Binding == nil {
		return nil
	}
	connection, err := c.s.connect.Usable(ctx, c.actor, g.Binding.Connection)
	if err != nil {
		if okr.KindOf(err) == okr.Unavailable || okr.KindOf(err) == okr.Internal {
			return err
		}
		c.out.Unbound = append(c.out.Unbound, clone.ID)
		return nil
	}
	b := *g.Binding
	b.BoundBy, b.BoundAt, b.Last, b.Causes, b.Health, b.Emptied, b.Missed = c.actor.Person, c.s.Now(), nil, nil, okr.Health{}, "", ""
	clone.Binding = &b
	return c.s.connect.PlanSync(ctx, c.actor.Tenant, connection.ID)
}
