package okr

import "context"

// CloneWith says how much below an objective is cloned with it.
type CloneWith string

// How much is cloned.
const (
	CloneAlone    CloneWith = ""         // the objective only
	CloneChildren CloneWith = "children" // and what stands right below it
	CloneAll      CloneWith = "all"      // and everything below that
)

// CloneInput is how a person wants an objective in another period.
type CloneInput struct {
	Goal         GoalID
	PeriodID     string
	With         CloneWith
	KeepBindings bool // bind the clones to the same queries
	Continue     bool // key results begin where the old ones stand, instead of at their start
}

// Cloned is the outcome of cloning.
type Cloned struct {
	View    GoalView
	Count   int      // goals made
	Unbound []GoalID // clones that could not be bound: the actor may not use the connection
}

// Clone makes an objective anew in another period. Titles, people, weights and
// targets are copied; progress, check-ins, history and phases are not, since they
// belong to the old period. It stays below the same objective where that one is
// open and lasts as long.
func (s *Service) Clone(ctx context.Context, actor Actor, in CloneInput) (Cloned, error) {
	o, err := s.goal(ctx, actor, in.Goal)
	if err != nil {
		return Cloned{}, err
	}
	if o.Kind != Objective {
		return Cloned{}, Errorf(Invalid, "%s is a %s. Clone its objective %s, with what stands below it.", o.ID, o.Kind, o.Parent)
	}
	t, err := s.upgraded(ctx, actor.Tenant)
	if err != nil {
		return Cloned{}, err
	}
	p, ok := t.PeriodByID(in.PeriodID)
	if !ok {
		return Cloned{}, FieldErrorf("period", "This period does not exist any more. Choose another one.")
	}
	if err := s.mayCreate(t, actor, o.Level); err != nil {
		return Cloned{}, err
	}
	parent, err := s.cloneBelow(ctx, actor.Tenant, o, p)
	if err != nil {
		return Cloned{}, err
	}
	c := cloner{s: s, actor: actor, in: in, period: p, rule: t.WeightsRule}
	clone, err := c.copy(ctx, o, parent, MaxDepth)
	if err != nil {
		return Cloned{}, err
	}
	if err := s.rollUp(ctx, actor.Tenant, clone.ID); err != nil {
		return Cloned{}, err
	}
	if err := s.rollUp(ctx, actor.Tenant, parent.ID); err != nil {
		return Cloned{}, err
	}
	c.out.View, err = s.Goal(ctx, actor, clone.ID)
	return c.out, err
}

// cloneBelow is the objective that the clone stands below; empty: none.
func (s *Service) cloneBelow(ctx context.Context, tenant TenantID, o Goal, p TimePeriod) (Goal, error) {
	parent, err := s.parentOf(ctx, tenant, o)
	if err != nil || parent.ID == "" || !parent.IsOpen() || !parent.Period.Contains(p.Start) || !parent.Period.Contains(p.End) {
		return Goal{}, err
	}
	return parent, nil
}

// cloner makes the clones of one objective.
type cloner struct {
	s      *Service
	actor  Actor
	in     CloneInput
	period TimePeriod
	rule   WeightsRule
	out    Cloned
}

// copy makes one clone below parent and, as wanted, what stands below it. Only
// what the actor may see is cloned.
func (c *cloner) copy(ctx context.Context, g, parent Goal, depth int) (Goal, error) {
	clone, err := c.make(ctx, g, parent)
	if err != nil || g.Kind != Objective || depth == 1 || c.in.With == CloneAlone {
		return clone, err
	}
	children, _, err := c.s.find(ctx, c.actor, Filter{Parent: g.ID, State: AnyState}.indexes(), Page{})
	if err != nil {
		return clone, err
	}
	below := depth - 1
	if c.in.With == CloneChildren {
		below = 1
	}
	for _, child := range children {
		if _, err := c.copy(ctx, child, clone, below); err != nil {
			return clone, err
		}
	}
	if _, _, err := c.s.rollOne(ctx, c.actor.Tenant, c.rule, clone.ID); err != nil {
		return clone, err
	}
	return clone, nil
}

func (c *cloner) make(ctx context.Context, g, parent Goal) (Goal, error) {
	id, err := NextID(ctx, c.s.Store, c.actor.Tenant, g.Kind.Prefix())
	if err != nil {
		return Goal{}, err
	}
	clone := Goal{
		ID: GoalID(id), Kind: g.Kind, Title: g.Title, Owner: g.Owner, Parent: parent.ID, Details: g.Details,
		Metric: g.Metric.anew(c.in.Continue), CreatedBy: c.actor.Person, CreatedAt: c.s.Now(), Version: 1,
	}
	if g.Kind == Objective {
		clone.Period = c.period.Period
		if c.period.ID != c.period.SpanID() {
			clone.PeriodID = c.period.ID
		}
	}
	clone.below(parent)
	if err := c.bind(ctx, g, &clone); err != nil {
		return clone, err
	}
	if err := c.s.planReminder(ctx, c.actor.Tenant, clone); err != nil {
		return clone, err
	}
	c.out.Count++
	return clone, c.s.Store.Goals().Create(ctx, c.actor.Tenant, clone)
}

// bind binds the clone as the original is, if that was wanted and the actor may.
func (c *cloner) bind(ctx context.Context, g Goal, clone *Goal) error {
	if !c.in.KeepBindings || g.Binding == nil {
		return nil
	}
	connection, err := c.s.usable(ctx, c.actor, g.Binding.Connection)
	if err != nil {
		if KindOf(err) == Unavailable || KindOf(err) == Internal {
			return err
		}
		c.out.Unbound = append(c.out.Unbound, clone.ID)
		return nil
	}
	b := *g.Binding
	b.BoundBy, b.BoundAt, b.Last, b.Health = c.actor.Person, c.s.Now(), nil, Health{}
	clone.Binding = &b
	return c.s.planSync(ctx, c.actor.Tenant, connection.ID)
}
