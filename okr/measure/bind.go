package measure

import (
	"context"
	"fmt"

	"okrbot/okr"
)

// Bindable reads a goal that the actor may bind. Invalid: it is an objective.
// Forbidden: the actor may not edit it.
func (s *Service) Bindable(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.Goal, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return okr.Goal{}, err
	}
	g, err := s.access.Goal(ctx, actor, id)
	if err != nil {
		return g, err
	}
	if g.Kind == okr.Objective {
		return g, okr.Errorf(okr.Invalid, "%s is an objective. Its progress comes from its key results, so only key results and projects can be bound. Bind one below it.", id)
	}
	return g, s.access.MayEdit(ctx, actor, g)
}

// SearchQueries finds shared queries through a connection.
func (s *Service) SearchQueries(ctx context.Context, actor okr.Actor, id okr.ConnectionID, text string) (okr.QueryPage, error) {
	c, err := s.usable(ctx, actor, id)
	if err != nil {
		return okr.QueryPage{}, err
	}
	page, err := s.Queries.SearchQueries(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.Credential}, c.ProjectRef(), text)
	if err != nil {
		return page, err
	}
	return allowed(c, page, text)
}

// ChooseQuery reads a query, and the project's work item types and numeric fields. How many
// work items it has says its preview.
func (s *Service) ChooseQuery(ctx context.Context, actor okr.Actor, id okr.ConnectionID, query string) (okr.ChosenQuery, error) {
	c, err := s.usable(ctx, actor, id)
	if err != nil {
		return okr.ChosenQuery{}, err
	}
	access := okr.Access{Tenant: actor.Tenant, Credential: c.Credential}
	out := okr.ChosenQuery{}
	if out.Query, err = s.Queries.Query(ctx, access, c.ProjectRef(), query); err != nil {
		return out, err
	}
	if err := c.Allows(out.Query); err != nil {
		return okr.ChosenQuery{}, err
	}
	if out.Types, err = s.Queries.ItemTypes(ctx, access, c.ProjectRef()); err != nil {
		return out, err
	}
	out.Fields, err = s.Queries.Fields(ctx, access, c.ProjectRef())
	return out, err
}

// PreviewBinding measures a binding without saving anything.
func (s *Service) PreviewBinding(ctx context.Context, actor okr.Actor, in okr.BindInput) (okr.Preview, error) {
	p, _, err := s.tryBinding(ctx, actor, in)
	return p, err
}

// tried is a run of a query that a goal may be bound to.
type tried struct {
	in         okr.BindInput // as it was checked
	connection okr.Connection
	run        okr.Run
	before     *okr.Snapshot
}

func (s *Service) tryBinding(ctx context.Context, actor okr.Actor, in okr.BindInput) (okr.Preview, tried, error) {
	g, err := s.Bindable(ctx, actor, in.Goal)
	if err != nil {
		return okr.Preview{}, tried{}, err
	}
	if in, err = in.Checked(g); err != nil {
		return okr.Preview{}, tried{}, err
	}
	c, err := s.usableFor(ctx, actor, in)
	if err != nil {
		return okr.Preview{}, tried{}, err
	}
	if in.Chosen != nil {
		in.Query = in.Chosen.Query(c.ProjectRef()).ID
	}
	if err := s.mayBind(ctx, actor.Tenant, c, in); err != nil {
		return okr.Preview{}, tried{}, err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.Preview{}, tried{}, err
	}
	run, before, err := s.runToBind(ctx, t, c, in)
	if err != nil {
		return okr.Preview{}, tried{}, err
	}
	s.bindTo(&g, actor, in, run)
	m := run.Apply(&g, nil, c)
	parent, err := s.access.ParentOf(ctx, actor.Tenant, g)
	if err != nil {
		return okr.Preview{}, tried{}, err
	}
	v := s.plan.ViewOf(t, actor, g, parent)
	v.Connection = c.Name
	return okr.Preview{View: v, Measurement: m, Warnings: warnings(g, run.Through(c)), Types: run.Types()}, tried{in, c, run, before}, nil
}

// runToBind runs the query of a new binding, reading what the goals that hang on
// it already need as well.
func (s *Service) runToBind(ctx context.Context, t okr.Settings, c okr.Connection, in okr.BindInput) (okr.Run, *okr.Snapshot, error) {
	y, err := s.syncing(ctx, t, c)
	if err != nil {
		return okr.Run{}, nil, err
	}
	goals := append(y.BoundTo(in.Query), okr.Goal{Binding: &okr.Binding{Field: in.Field}})
	before, err := s.Measurements.Snapshot(ctx, t.ID, c.Credential, in.Query)
	if err != nil {
		return okr.Run{}, nil, err
	}
	ask := okr.QueryAsk{ID: in.Query, Chosen: in.Chosen, Fields: fieldsOf(goals), Before: before}
	outcomes := s.Queries.RunQueries(ctx, okr.RunInput{
		Access: okr.Access{Tenant: t.ID, Credential: c.Credential}, Project: c.ProjectRef(), Asks: []okr.QueryAsk{ask},
	})
	if len(outcomes) != 1 {
		return okr.Run{}, nil, fmt.Errorf("run of one query: %d outcomes", len(outcomes))
	}
	run, err := outcomes[0].Run, outcomes[0].Err
	if err == nil {
		err = run.Without(in.Field)
	}
	return run, before, err
}

// bindTo ties a goal to a query; what it was bound to before says what becomes another.
func (s *Service) bindTo(g *okr.Goal, actor okr.Actor, in okr.BindInput, run okr.Run) {
	b := &okr.Binding{
		Connection: in.Connection, Query: run.Query, Method: in.Method, Field: in.Field, ItemType: in.ItemType,
		BoundBy: actor.Person, BoundAt: s.Now(),
	}
	b.Follow(g.Binding)
	g.Binding = b
}

// warnings says what a person should know before saving.
func warnings(g okr.Goal, run okr.Run) []string {
	var w []string
	b := g.Binding
	if g.Kind == okr.KeyResult && run.Query.Chosen == nil && run.Query.Kind != okr.FlatQuery {
		w = append(w, "This query is not a flat list, and every work item at any level counts. A flat list is recommended for key results.")
	}
	if g.Kind == okr.Project && run.Query.Kind == okr.OneHopQuery {
		w = append(w, "This query shows direct links. For a project, a tree or a flat list is recommended.")
	}
	if len(run.Lost) > 0 {
		w = append(w, okr.LostWords(run.Lost))
	}
	if misfit := g.Misfit(); misfit != "" {
		w = append(w, misfit)
	}
	if b.Last != nil && b.Last.Sum != nil && b.Last.Sum.Without == b.Last.Total && b.Last.Total > 0 {
		w = append(w, fmt.Sprintf("None of the work items have %s. Check that your team uses this field.", b.Field.Name))
	}
	if b.Last != nil && b.Last.Value == nil {
		w = append(w, nothingToMeasure(run.Query))
	}
	return w
}

// Bind saves a binding after measuring it once more, and brings the other goals
// of the same query up to date with the same run.
func (s *Service) Bind(ctx context.Context, actor okr.Actor, in okr.BindInput) (okr.GoalView, error) {
	_, try, err := s.tryBinding(ctx, actor, in)
	if err != nil {
		return okr.GoalView{}, err
	}
	_, err = s.Store.Goals().Update(ctx, actor.Tenant, in.Goal, func(g *okr.Goal) error {
		if err := s.access.MayEdit(ctx, actor, *g); err != nil {
			return err
		}
		if err := isAsItWas(*g, in); err != nil {
			return err
		}
		s.bindTo(g, actor, try.in, try.run)
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	if err := s.connect.PlanSync(ctx, actor.Tenant, try.connection.ID); err != nil {
		return okr.GoalView{}, err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.GoalView{}, err
	}
	y, err := s.syncing(ctx, t, try.connection)
	if err != nil {
		return okr.GoalView{}, err
	}
	if err := y.freshen(ctx, foldersFor); err != nil {
		return okr.GoalView{}, err
	}
	rows, err := y.record(ctx, []compared{{run: try.run, before: try.before}})
	if err == nil {
		_, err = y.failWithout(ctx, try.run, rows[try.run.Query.ID])
	}
	if err != nil {
		return okr.GoalView{}, err
	}
	return s.plan.Goal(ctx, actor, in.Goal)
}

// Unbind takes a goal off its query. A key result keeps its last value. Invalid:
// it is not bound.
func (s *Service) Unbind(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	if _, err := s.access.Goal(ctx, actor, id); err != nil {
		return okr.GoalView{}, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *okr.Goal) error {
		if g.Binding == nil {
			return okr.WithNext(okr.Errorf(okr.Invalid, "%s isn't connected to Azure DevOps.", g.ID), okr.Step{Kind: okr.StepBind, Goal: g.ID})
		}
		if err := s.access.MayEdit(ctx, actor, *g); err != nil {
			return err
		}
		g.Unbind()
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	return s.plan.Carried(ctx, actor, g)
}
