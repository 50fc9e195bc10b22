package okr

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// BindInput is how a person wants to bind a goal.
type BindInput struct {
	Goal       GoalID
	Connection ConnectionID
	Query      string // id
	Method     Method // key results only
	Field      *Field // whose sum is taken, key results only; nil: items are counted
	ItemType   string // empty: all
}

// Preview is what a binding would show if it were saved.
type Preview struct {
	View        GoalView // with the binding and its measurement applied
	Measurement Measurement
	Warnings    []string
	Types       []string // of the work items that the query holds
}

// Bindable reads a goal that the actor may bind. Invalid: it is an objective.
// Forbidden: the actor may not edit it.
func (s *Service) Bindable(ctx context.Context, actor Actor, id GoalID) (Goal, error) {
	if err := s.RequireEnabled(ctx, actor); err != nil {
		return Goal{}, err
	}
	g, err := s.goal(ctx, actor, id)
	if err != nil {
		return g, err
	}
	if g.Kind == Objective {
		return g, Errorf(Invalid, "%s is an objective. An objective says what is to be achieved and takes its progress from its key results, so only key results and projects can be bound to a query. Bind one of those below it.", id)
	}
	return g, s.mayEdit(ctx, actor, g)
}

// SearchQueries finds shared queries through a connection.
func (s *Service) SearchQueries(ctx context.Context, actor Actor, id ConnectionID, text string) (QueryPage, error) {
	c, err := s.usable(ctx, actor, id)
	if err != nil {
		return QueryPage{}, err
	}
	return s.Queries.SearchQueries(ctx, Access{actor.Tenant, c.Credential}, c.Place(), text)
}

// ChosenQuery is a query with what is needed to decide how to measure it.
type ChosenQuery struct {
	Query  Query
	Count  int // matching work items
	Types  []string
	Fields []Field // numeric ones, that can be added up
}

// ChooseQuery reads a query, the number of its work items, and the project's
// work item types and numeric fields.
func (s *Service) ChooseQuery(ctx context.Context, actor Actor, id ConnectionID, query string) (ChosenQuery, error) {
	c, err := s.usable(ctx, actor, id)
	if err != nil {
		return ChosenQuery{}, err
	}
	access := Access{actor.Tenant, c.Credential}
	out := ChosenQuery{}
	if out.Query, err = s.Queries.Query(ctx, access, c.Place(), query); err != nil {
		return out, err
	}
	if out.Count, err = s.Queries.CountQuery(ctx, access, c.Place(), out.Query); err != nil {
		return out, err
	}
	if out.Types, err = s.Queries.ItemTypes(ctx, access, c.Place()); err != nil {
		return out, err
	}
	out.Fields, err = s.Queries.Fields(ctx, access, c.Place())
	return out, err
}

// PreviewBinding measures a binding without saving anything.
func (s *Service) PreviewBinding(ctx context.Context, actor Actor, in BindInput) (Preview, error) {
	p, _, err := s.tryBinding(ctx, actor, in)
	return p, err
}

// tried is a run of a query that a goal may be bound to.
type tried struct {
	connection Connection
	run        Run
	before     *Snapshot
}

func (s *Service) tryBinding(ctx context.Context, actor Actor, in BindInput) (Preview, tried, error) {
	g, err := s.Bindable(ctx, actor, in.Goal)
	if err != nil {
		return Preview{}, tried{}, err
	}
	if err := in.check(g.Kind); err != nil {
		return Preview{}, tried{}, err
	}
	c, err := s.usable(ctx, actor, in.Connection)
	if err != nil {
		return Preview{}, tried{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return Preview{}, tried{}, err
	}
	run, before, err := s.runToBind(ctx, t, c, in)
	if err != nil {
		return Preview{}, tried{}, err
	}
	g.Binding = s.newBinding(actor, in, g.Kind, run)
	m := measured(&g, run, nil, c)
	parent, err := s.parentOf(ctx, actor.Tenant, g)
	if err != nil {
		return Preview{}, tried{}, err
	}
	v := s.viewOf(t, actor, g, parent)
	v.Connection = c.Name
	return Preview{View: v, Measurement: m, Warnings: warnings(g, run), Types: run.Types()}, tried{c, run, before}, nil
}

// runToBind runs the query of a new binding, reading what the goals that hang on
// it already need as well.
func (s *Service) runToBind(ctx context.Context, t Tenant, c Connection, in BindInput) (Run, *Snapshot, error) {
	y, err := s.syncing(ctx, t, c)
	if err != nil {
		return Run{}, nil, err
	}
	goals := append(y.boundTo(in.Query), Goal{Binding: &Binding{Field: in.Field}})
	ask, err := y.ask(ctx, in.Query, goals)
	if err != nil {
		return Run{}, nil, err
	}
	outcomes := s.Queries.RunQueries(ctx, RunInput{
		Access: Access{t.ID, c.Credential}, Place: c.Place(), Asks: []QueryAsk{ask},
	})
	if len(outcomes) != 1 {
		return Run{}, nil, fmt.Errorf("run of one query: %d outcomes", len(outcomes))
	}
	return outcomes[0].Run, ask.Before, outcomes[0].Err
}

// check refuses a method that does not exist; none means percent completed.
func (in BindInput) check(kind GoalKind) error {
	if kind == KeyResult && in.Method != "" && !slices.Contains(Methods(), in.Method) {
		return FieldErrorf("method", "Choose how to measure: a percentage, or a total.")
	}
	if in.Field != nil && in.Method == PercentCompleted && !in.Field.HasPercentage() {
		return FieldErrorf("method", "%s is burnt down to 0 by completing work, so it has no completed percentage. Choose the total of all work items.", in.Field.Name)
	}
	return nil
}

func (s *Service) newBinding(actor Actor, in BindInput, kind GoalKind, run Run) *Binding {
	b := &Binding{
		Connection: in.Connection, Query: run.Query, ItemType: in.ItemType,
		BoundBy: actor.Person, BoundAt: s.Now(),
	}
	if kind == KeyResult {
		b.Method, b.Field = cmp.Or(in.Method, PercentCompleted), in.Field
	}
	return b
}

// measured applies a run to a bound goal and gives the measurement.
func measured(g *Goal, run Run, before *Snapshot, c Connection) Measurement {
	m := g.Binding.Measure(run, g.Kind, before)
	m.Account, m.Connection = c.Account, c.Name
	g.Binding.Last, g.Binding.Query = &m, run.Query
	g.TakeAutomatic(m.Value, m.At)
	return m
}

// warnings says what a person should know before saving.
func warnings(g Goal, run Run) []string {
	var w []string
	b := g.Binding
	if g.Kind == KeyResult && run.Query.Kind != FlatQuery {
		w = append(w, "This query is not a flat list. Every work item counts, wherever it stands in the tree; a flat query is recommended for key results.")
	}
	if g.Kind == Project && run.Query.Kind == OneHopQuery {
		w = append(w, "This is a query of direct links; a project is best shown by a tree or a flat list.")
	}
	if m := g.Metric; g.Kind == KeyResult && b.Method == PercentCompleted && m != nil && (m.Target > 100 || m.Start > 100) {
		w = append(w, fmt.Sprintf("A percentage runs from 0 to 100, but the key result runs from %s to %s. Count work items instead, or edit the key result.", FormatNumber(m.Start), FormatNumber(m.Target)))
	}
	if b.Last != nil && b.Last.Sum != nil && b.Last.Sum.Without == b.Last.Total && b.Last.Total > 0 {
		w = append(w, fmt.Sprintf("None of the work items has a value for %s. Check that this is the field your team fills in.", b.Field.Name))
	}
	if b.Last != nil && b.Last.Value == nil {
		w = append(w, "The query holds nothing to measure at the moment, so there is no data until it does.")
	}
	return w
}

// Bind saves a binding after measuring it once more, and brings the other goals
// of the same query up to date with the same run.
func (s *Service) Bind(ctx context.Context, actor Actor, in BindInput) (GoalView, error) {
	_, try, err := s.tryBinding(ctx, actor, in)
	if err != nil {
		return GoalView{}, err
	}
	_, err = s.Store.Goals().Update(ctx, actor.Tenant, in.Goal, func(g *Goal) error {
		if err := s.mayEdit(ctx, actor, *g); err != nil {
			return err
		}
		g.Binding = s.newBinding(actor, in, g.Kind, try.run)
		return nil
	})
	if err != nil {
		return GoalView{}, err
	}
	if err := s.planSync(ctx, actor.Tenant, try.connection.ID); err != nil {
		return GoalView{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return GoalView{}, err
	}
	y, err := s.syncing(ctx, t, try.connection)
	if err != nil {
		return GoalView{}, err
	}
	if _, err := y.record(ctx, try.run, try.before); err != nil {
		return GoalView{}, err
	}
	return s.Goal(ctx, actor, in.Goal)
}

func (s *Service) planSync(ctx context.Context, tenant TenantID, id ConnectionID) error {
	return s.Agenda.Plan(ctx, Due{DueSync, tenant, string(id)})
}

// Unbind takes a goal off its query. A key result keeps its last value. Invalid:
// it is not bound.
func (s *Service) Unbind(ctx context.Context, actor Actor, id GoalID) (GoalView, error) {
	if _, err := s.goal(ctx, actor, id); err != nil {
		return GoalView{}, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *Goal) error {
		if g.Binding == nil {
			return Errorf(Invalid, "%s is not bound to a query, so there is nothing to undo. `bind %s` binds it.", g.ID, g.ID)
		}
		if err := s.mayEdit(ctx, actor, *g); err != nil {
			return err
		}
		g.unbind()
		return nil
	})
	if err != nil {
		return GoalView{}, err
	}
	return s.carried(ctx, actor, g)
}
