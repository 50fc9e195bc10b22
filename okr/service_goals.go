package okr

import (
	"context"
	"slices"
	"strings"
	"time"
)

// GoalView is a goal with what is computed for showing it.
type GoalView struct {
	Goal        Goal
	Standing    Standing
	ParentTitle string
	Connection  string        // name of the binding's connection
	StaleFor    time.Duration // age of the value when Stale
	Stale       bool
	MayEdit     bool       // the viewer may bind, edit, close and delete
	MayCheckIn  bool       // the viewer may say how it stands
	Weight      float64    // percent that it has in its objective; 0 where not computed
	Children    []GoalView // of an objective: the page that was asked for
	ChildTotal  int        // how many children there are that the viewer may see
}

// GoalInput is what a person gives to make or edit a goal.
type GoalInput struct {
	Editing GoalID // empty: a new one
	Kind    GoalKind
	Title   string
	Owner   Person  // who it belongs to; empty: the actor, or as it was
	Parent  GoalID  // key results and projects
	Period  Period  // objectives; without dates those of PeriodID
	Metric  *Metric // key results; Current is left alone

	PeriodID string   // objectives: the period to file it under; empty: that of the dates
	Details  *Details // nil: as they were
	Version  int      // Goal.Version when the form was opened; 0: whatever it is now
}

// SaveGoal makes or edits a goal. Invalid names the field that is wrong.
func (s *Service) SaveGoal(ctx context.Context, actor Actor, in GoalInput) (GoalView, error) {
	in.Title = CleanLine(in.Title)
	if in.Metric != nil {
		in.Metric = &Metric{
			Name: CleanLine(in.Metric.Name), Unit: CleanLine(in.Metric.Unit),
			Start: in.Metric.Start, Target: in.Metric.Target,
		}
	}
	if actor.Guest {
		return GoalView{}, Errorf(Forbidden, "Guests can read the team's OKRs but not change them. Ask a member of the organization.")
	}
	if err := s.checkParent(ctx, actor, in); err != nil {
		return GoalView{}, err
	}
	g, err := s.storeGoal(ctx, actor, in)
	if err != nil {
		return GoalView{}, err
	}
	return s.Goal(ctx, actor, g.ID)
}

// checkParent makes sure that a key result or project goes below an objective.
func (s *Service) checkParent(ctx context.Context, actor Actor, in GoalInput) error {
	if in.Kind == Objective || in.Parent == "" {
		return nil // validate says what is missing
	}
	parent, err := s.Store.Goals().Get(ctx, actor.Tenant, in.Parent)
	if KindOf(err) == NotFound {
		return FieldErrorf("parent", "The objective %s does not exist any more. Choose another one.", in.Parent)
	}
	if err == nil && parent.Kind != Objective {
		return FieldErrorf("parent", "A %s belongs below an objective; %s is a %s.", in.Kind, parent.ID, parent.Kind)
	}
	return err
}

func (s *Service) storeGoal(ctx context.Context, actor Actor, in GoalInput) (Goal, error) {
	if in.Editing != "" {
		return s.Store.Goals().Update(ctx, actor.Tenant, in.Editing, func(g *Goal) error {
			if err := s.mayEdit(ctx, actor, *g); err != nil {
				return err
			}
			in.fill(g)
			return g.validate()
		})
	}
	if in.Kind != Objective && in.Kind != KeyResult && in.Kind != Project {
		return Goal{}, FieldErrorf("kind", "Choose whether it is an objective, a key result or a project.")
	}
	g := Goal{Kind: in.Kind, Owner: actor.Person, CreatedBy: actor.Person, CreatedAt: s.Now()}
	in.fill(&g)
	if err := g.validate(); err != nil {
		return g, err
	}
	id, err := s.newID(ctx, actor.Tenant, in.Kind.Prefix())
	if err != nil {
		return g, err
	}
	g.ID = GoalID(id)
	return g, s.Store.Goals().Create(ctx, actor.Tenant, g)
}

func (in GoalInput) fill(g *Goal) {
	g.Title = in.Title
	if in.Owner.ID != "" {
		g.Owner = in.Owner
	}
	switch g.Kind {
	case Objective:
		g.Period = in.Period
	case KeyResult:
		g.Parent = in.Parent
		metric := Metric{}
		if in.Metric != nil {
			metric = *in.Metric
		}
		if g.Metric != nil {
			metric.Current, metric.At = g.Metric.Current, g.Metric.At
		}
		g.Metric = &metric
	default:
		g.Parent = in.Parent
	}
}

// mayEdit fails with Forbidden unless the actor owns or made the goal or is an
// admin.
func (s *Service) mayEdit(ctx context.Context, actor Actor, g Goal) error {
	if !actor.Guest && (g.Owner.ID == actor.ID || g.CreatedBy.ID == actor.ID) {
		return nil
	}
	admin, err := s.IsAdmin(ctx, actor)
	if err == nil && !admin {
		err = Errorf(Forbidden, "Only its owner %s or an admin can change %s.", g.Owner.Name, g.ID)
	}
	return err
}

// Goal reads a goal with its children and everything computed. NotFound: there
// is none of that id.
func (s *Service) Goal(ctx context.Context, actor Actor, id GoalID) (GoalView, error) {
	g, err := s.goal(ctx, actor, id)
	if err != nil {
		return GoalView{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return GoalView{}, err
	}
	if g.Kind == Objective {
		return s.objectiveView(ctx, actor, t, g)
	}
	parent, err := s.Store.Goals().Get(ctx, actor.Tenant, g.Parent)
	if err != nil && KindOf(err) != NotFound {
		return GoalView{}, err
	}
	v := s.leafView(actor, t, g, parent)
	if g.Binding != nil {
		c, err := s.Store.Connections().Get(ctx, actor.Tenant, g.Binding.Connection)
		if err != nil && KindOf(err) != NotFound {
			return v, err
		}
		v.Connection = c.Name
	}
	return v, nil
}

func (s *Service) goal(ctx context.Context, actor Actor, id GoalID) (Goal, error) {
	g, err := s.Store.Goals().Get(ctx, actor.Tenant, id)
	if KindOf(err) == NotFound {
		return g, Errorf(NotFound, "There is no %s %s (any more). `okrs` lists what there is.", id.Kind(), id)
	}
	return g, err
}

// leafView computes a key result or project against its objective's period.
func (s *Service) leafView(actor Actor, t Tenant, g, parent Goal) GoalView {
	g.Period = parent.Period
	v := GoalView{Goal: g, ParentTitle: parent.Title, MayEdit: s.canEdit(t, actor, g)}
	v.Standing = standing(g.leafProgress(), parent.Period, t.Bands, s.today(t))
	v.StaleFor, v.Stale = g.Stale(s.Now())
	return v
}

func (s *Service) canEdit(t Tenant, actor Actor, g Goal) bool {
	own := g.Owner.ID == actor.ID || g.CreatedBy.ID == actor.ID
	return !actor.Guest && (own || s.isAdmin(t, actor))
}

// objectiveView reads the children of an objective and rolls them up. Key
// results contribute; projects only where there is no key result, since they are
// work and not outcome.
func (s *Service) objectiveView(ctx context.Context, actor Actor, t Tenant, o Goal) (GoalView, error) {
	children, _, err := s.Store.Goals().List(ctx, actor.Tenant, ChildIndex(o.ID), Page{})
	if err != nil {
		return GoalView{}, err
	}
	v := GoalView{Goal: o, MayEdit: s.canEdit(t, actor, o)}
	slices.SortStableFunc(children, func(a, b Goal) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	for _, g := range children {
		v.Children = append(v.Children, s.leafView(actor, t, g, o))
	}
	contributing := contributors(v.Children)
	var parts []Contribution
	for _, c := range contributing {
		parts = append(parts, Contribution{Weight: c.Goal.Weight, Progress: c.Standing.Progress})
	}
	rolled := RollUp(parts)
	v.Standing = standing(rolled.Progress, o.Period, t.Bands, s.today(t))
	v.Standing.Counted, v.Standing.Children = rolled.Counted, rolled.Children
	return v, nil
}

func contributors(children []GoalView) []GoalView {
	krs := slices.DeleteFunc(slices.Clone(children), func(v GoalView) bool { return v.Goal.Kind != KeyResult })
	if len(krs) > 0 {
		return krs
	}
	return children
}

// Goals reads a page of the objectives with their children, and how many
// objectives there are.
func (s *Service) Goals(ctx context.Context, actor Actor, page Page) ([]GoalView, int, error) {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return nil, 0, err
	}
	objectives, total, err := s.Store.Goals().List(ctx, actor.Tenant, KindIndex(Objective), page)
	views := make([]GoalView, 0, len(objectives))
	for _, o := range objectives {
		v, err := s.objectiveView(ctx, actor, t, o)
		if err != nil {
			return nil, 0, err
		}
		views = append(views, v)
	}
	return views, total, err
}

// Objectives lists the objectives, for drop-downs.
func (s *Service) Objectives(ctx context.Context, actor Actor) ([]Goal, error) {
	list, _, err := s.Store.Goals().List(ctx, actor.Tenant, KindIndex(Objective), Page{})
	return list, err
}

// FindGoals finds goals by id or by a part of the title, without regard to case.
// Where the text is a whole title, only goals of that title come. No kind means all kinds.
func (s *Service) FindGoals(ctx context.Context, actor Actor, text string, kinds ...GoalKind) ([]Goal, error) {
	if id, ok := ParseGoalID(text); ok {
		g, err := s.goal(ctx, actor, id)
		return []Goal{g}, err
	}
	all, _, err := s.Store.Goals().List(ctx, actor.Tenant, "", Page{})
	if err != nil {
		return nil, err
	}
	wanted := strings.ToLower(CleanLine(text))
	var exact, found []Goal
	for _, g := range all {
		title := strings.ToLower(g.Title)
		if len(kinds) > 0 && !slices.Contains(kinds, g.Kind) {
			continue
		}
		if title == wanted && wanted != "" {
			exact = append(exact, g)
		}
		if strings.Contains(title, wanted) {
			found = append(found, g)
		}
	}
	if len(exact) > 0 {
		return exact, nil
	}
	return found, nil
}

// DeleteGoal removes a goal with its history; an objective with all below it.
// Forbidden: the actor may not edit it.
func (s *Service) DeleteGoal(ctx context.Context, actor Actor, id GoalID) (Goal, error) {
	g, err := s.goal(ctx, actor, id)
	if err != nil {
		return g, err
	}
	if err := s.mayEdit(ctx, actor, g); err != nil {
		return g, err
	}
	children, _, err := s.Store.Goals().List(ctx, actor.Tenant, ChildIndex(id), Page{})
	if err != nil {
		return g, err
	}
	for _, child := range append(children, g) {
		if _, err := s.Store.Goals().Delete(ctx, actor.Tenant, child.ID); err != nil && KindOf(err) != NotFound {
			return g, err
		}
		if err := s.Measurements.DropHistory(ctx, actor.Tenant, child.ID); err != nil {
			return g, err
		}
	}
	return g, nil
}
