package okr

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// CheckInInput is what a person says of a goal.
type CheckInInput struct {
	Goal    GoalID
	Editing CheckInID // empty: a new one
	On      Date      // the day that it tells of; empty: now, or as it was
	Value   *float64  // in the metric's unit, else percent; nil: the value stays
	Status  Status    // empty: from progress
	Note    string
	Lasting bool // of an automatic goal: keep this until it is resumed; else the next automatic value replaces it
}

// CheckIn says how a goal stands. On an automatic goal the value or status is an
// override. One that tells of an earlier day than what is known is kept in the
// history and changes nothing now. Forbidden: the actor may not. Invalid: the goal
// is closed, or names the field that is wrong.
func (s *Service) CheckIn(ctx context.Context, actor Actor, in CheckInInput) (GoalView, CheckIn, error) {
	g, err := s.goal(ctx, actor, in.Goal)
	if err != nil {
		return GoalView{}, CheckIn{}, err
	}
	if err := s.mayCheckIn(ctx, actor, g); err != nil {
		return GoalView{}, CheckIn{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return GoalView{}, CheckIn{}, err
	}
	if in.Note, err = in.check(g, t.Today(s.Now())); err != nil {
		return GoalView{}, CheckIn{}, err
	}
	id, err := NextID(ctx, s.Store, actor.Tenant, CheckInPrefix)
	if err != nil {
		return GoalView{}, CheckIn{}, err
	}
	c := CheckIn{ID: CheckInID(id), Goal: g.ID, By: actor.Person, MadeAt: s.Now()}
	in.fill(&c, t, s.Now())
	if c, err = s.storeCheckIn(ctx, t, actor, c); err != nil {
		return GoalView{}, c, err
	}
	v, err := s.Goal(ctx, actor, g.ID)
	return v, c, err
}

// PreviewCheckIn reads a goal for the form of a check-in, and fails as CheckIn would
// for who may not or for what is closed.
func (s *Service) PreviewCheckIn(ctx context.Context, actor Actor, id GoalID) (GoalView, error) {
	v, err := s.Goal(ctx, actor, id)
	if err != nil {
		return v, err
	}
	return v, s.mayCheckIn(ctx, actor, v.Goal)
}

// storeCheckIn applies a new check-in to its goal and those above, and keeps it.
func (s *Service) storeCheckIn(ctx context.Context, t Tenant, actor Actor, c CheckIn) (CheckIn, error) {
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, c.Goal, func(g *Goal) error {
		if err := s.mayCheckIn(ctx, actor, *g); err != nil {
			return err
		}
		if g.IsAutomatic() {
			c.Auto = g.Automatic()
		}
		g.takeCheckIn(c)
		return nil
	})
	if err != nil {
		return c, err
	}
	parent, err := s.parentOf(ctx, actor.Tenant, g)
	if err != nil {
		return c, err
	}
	c.Shown = s.viewOf(t, actor, g, parent).Standing.Status
	if err := s.Store.CheckIns().Create(ctx, actor.Tenant, c); err != nil {
		return c, err
	}
	return c, s.rollUp(ctx, actor.Tenant, g.Parent)
}

// check gives the note as it is kept, or what is wrong.
func (in CheckInInput) check(g Goal, today Date) (string, error) {
	note := cleanText(in.Note)
	switch {
	case runes(note) > MaxNote:
		return note, FieldErrorf("note", "The note has %d characters; at most %d fit.", runes(note), MaxNote)
	case in.Value == nil && in.Status == "" && note == "":
		return note, FieldErrorf("value", "Give a value, a status or a note.")
	case in.Value != nil && !finite(*in.Value):
		return note, FieldErrorf("value", "The value must be an ordinary number.")
	case in.Value != nil && g.Kind != KeyResult && !(*in.Value >= 0 && *in.Value <= 100):
		return note, FieldErrorf("value", "The progress of a %s is 0 to 100 percent.", g.Kind)
	case !slices.Contains(append(g.ManualStatuses(), ""), in.Status):
		return note, FieldErrorf("status", "Choose one of the statuses that are offered. To end it, send `close %s`.", g.ID)
	case in.On != "" && !in.On.Valid():
		return note, FieldErrorf("on", "Give the day as a date, for example %s.", today)
	case in.On.Days() > today.Days():
		return note, FieldErrorf("on", "A check-in tells of today (%s) or an earlier day.", today)
	}
	return note, nil
}

// ManualStatuses lists the statuses that a person may give the goal.
func (g Goal) ManualStatuses() []Status {
	if g.Metric != nil && g.Metric.Type == Baseline {
		return []Status{NotStarted, StatusInProgress}
	}
	return []Status{NotStarted, OnTrack, Behind, AtRisk}
}

// fill puts the input into a check-in. An earlier day is taken at its noon.
func (in CheckInInput) fill(c *CheckIn, t Tenant, now time.Time) {
	c.Value, c.Status, c.Note, c.Lasting = in.Value, in.Status, in.Note, in.Lasting
	switch {
	case in.On != "" && in.On != DateOf(now.In(t.Location())):
		day := in.On.time()
		c.At = time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, t.Location()).UTC()
		c.Backdated = true
	case c.At.IsZero() || in.On != "":
		c.At, c.Backdated = now, false
	}
}

// takeCheckIn applies a check-in, unless something newer is known.
func (g *Goal) takeCheckIn(c CheckIn) {
	if g.LastCheckIn == nil || !c.At.Before(g.LastCheckIn.At) {
		g.LastCheckIn = c.mark()
	}
	if c.At.Before(g.knownAt()) {
		return
	}
	if c.Value != nil && g.Kind == KeyResult && g.Metric != nil {
		g.setCurrent(c.Value, c.At)
	} else if c.Value != nil && !same(c.Value, g.leafProgress()) {
		g.MovedAt = c.At
	}
	g.Manual = g.overriddenBy(c)
}

// knownAt is when the newest value or check-in that stands was taken.
func (g Goal) knownAt() time.Time {
	var at time.Time
	if g.LastCheckIn != nil {
		at = g.LastCheckIn.At
	}
	if g.Metric != nil && g.Metric.At != nil && g.Metric.At.After(at) {
		at = *g.Metric.At
	}
	if g.Binding != nil && g.Binding.Last != nil && g.Binding.Last.At.After(at) {
		at = g.Binding.Last.At
	}
	return at
}

// setCurrent gives a key result a value.
func (g *Goal) setCurrent(v *float64, at time.Time) {
	metric := *g.Metric // the goal may share it with what was read before
	if !same(metric.Current, v) {
		g.MovedAt = at
	}
	metric.Current, metric.At = v, &at
	g.Metric = &metric
}

// overriddenBy is what stands over the automatic value and status after a
// check-in. A note alone changes nothing; a status alone keeps a lasting value.
func (g Goal) overriddenBy(c CheckIn) *Override {
	if c.Value == nil && c.Status == "" {
		return g.Manual
	}
	o := &Override{Value: c.Value, Status: c.Status, By: c.By, At: c.At, LastsUntilResumed: c.Lasting && g.IsAutomatic()}
	if o.Value == nil && g.Manual != nil && (g.Paused() || !g.IsAutomatic()) {
		o.Value, o.LastsUntilResumed = g.Manual.Value, o.LastsUntilResumed || g.Paused()
	}
	if !g.IsAutomatic() && g.Kind == KeyResult {
		o.Value = nil // the metric has it, and nothing is overridden
		if o.Status == "" {
			return nil
		}
	}
	return o
}

func (c CheckIn) mark() *CheckInMark {
	return &CheckInMark{ID: c.ID, At: c.At, MadeAt: c.MadeAt, By: c.By, Note: Shorten(CleanLine(c.Note), 200), Status: c.Status}
}

// CheckIns reads a page of what was said of a goal, the latest day first, and how
// many there are.
func (s *Service) CheckIns(ctx context.Context, actor Actor, id GoalID, page Page) ([]CheckIn, int, error) {
	if _, err := s.goal(ctx, actor, id); err != nil {
		return nil, 0, err
	}
	list, err := s.checkInsOf(ctx, actor.Tenant, id)
	total := len(list)
	list = list[min(max(0, page.Offset), total):]
	if page.Limit > 0 {
		list = list[:min(page.Limit, len(list))]
	}
	return list, total, err
}

// checkInsOf reads all check-ins of a goal, the latest day first. There are some
// tens of them: one a week or so.
func (s *Service) checkInsOf(ctx context.Context, tenant TenantID, id GoalID) ([]CheckIn, error) {
	list, _, err := s.Store.CheckIns().List(ctx, tenant, CheckInIndex(id), Page{})
	slices.Reverse(list) // of two of the same moment the one made later
	slices.SortStableFunc(list, func(a, b CheckIn) int {
		return cmp.Or(b.At.Compare(a.At), b.MadeAt.Compare(a.MadeAt))
	})
	return list, err
}

// Resume gives an overridden goal back to its query or children. Invalid: nothing
// is overridden.
func (s *Service) Resume(ctx context.Context, actor Actor, id GoalID) (GoalView, error) {
	if _, err := s.goal(ctx, actor, id); err != nil {
		return GoalView{}, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *Goal) error {
		if err := s.mayCheckIn(ctx, actor, *g); err != nil {
			return err
		}
		if g.Manual == nil || !g.IsAutomatic() {
			return Errorf(Invalid, "%s is not overridden, so there is nothing to resume. `okr %s` shows where its value comes from.", id, id)
		}
		g.resume()
		return nil
	})
	if err != nil {
		return GoalView{}, err
	}
	return s.carried(ctx, actor, g)
}

// resume takes the automatic value again.
func (g *Goal) resume() {
	g.Manual = nil
	if g.Kind == KeyResult && g.Metric != nil && g.Binding != nil && g.Binding.Last != nil {
		g.setCurrent(g.Binding.Last.Value, g.Binding.Last.At)
	}
}

// planReminder puts whoever is asked for a goal's check-ins on the agenda.
func (s *Service) planReminder(ctx context.Context, tenant TenantID, g Goal) error {
	who := g.Asked().ID
	if who == "" {
		return nil
	}
	return s.Agenda.Plan(ctx, Due{DueReminder, tenant, string(who)})
}
