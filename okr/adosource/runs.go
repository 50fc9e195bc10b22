package adosource

import (
	"context"
	"errors"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

// runner runs some queries of a project with one access.
type runner struct {
	*Source
	session *ado.Session
	in      okr.RunInput
	at      time.Time
	asked   []*asked
	called  string // what the project is called today, as far as it was asked
	unsure  bool   // it could not be told
	reached bool   // the project was asked for, and can be read
}

// asked is a query on its way to becoming a run.
type asked struct {
	ask    okr.QueryAsk
	query  okr.Query
	ids    []int // of the result, each once
	lost   []okr.LostItem
	above  map[int]int
	asOf   time.Time // the service's clock
	fullAt time.Time
	err    error
}

// RunQueries implements okr.Queries. The results come first, then what changed
// since, then the items that are not known: an item is never older than the
// result that it stands in.
func (s *Source) RunQueries(ctx context.Context, in okr.RunInput) []okr.RunOutcome {
	return judge(in, s.runAll(ctx, in))
}

// runAll runs queries together, or one by one where what they share cannot be read:
// that may be for the sake of one of them.
func (s *Source) runAll(ctx context.Context, in okr.RunInput) []outcome {
	r := &runner{Source: s, session: s.session(in.Access), in: in, at: s.Now()}
	for _, ask := range in.Asks {
		a := &asked{ask: ask}
		if ask.Chosen != nil {
			a.query = s.chosenQuery(in.Project, *ask.Chosen, ask.ID)
		}
		r.asked = append(r.asked, a)
	}
	runs, err := r.run(ctx)
	if err != nil && len(in.Asks) > 1 && !ends(err) {
		return s.runEach(ctx, in)
	}
	return r.outcomes(runs, err)
}

func (s *Source) runEach(ctx context.Context, in okr.RunInput) []outcome {
	var out []outcome
	var had trouble
	asks := in.Asks
	for _, ask := range asks {
		in.Asks = []okr.QueryAsk{ask}
		out = append(out, s.runAll(ctx, in)...)
		if had.enough(out[len(out)-1].Err) {
			break
		}
	}
	return out
}

// run fails where nothing came of it; a query's own failure is kept with it.
func (r *runner) run(ctx context.Context) (map[string]okr.Run, error) {
	if err := r.nameTogether(ctx, nameKey(r.in.Access, r.in.Project)); err != nil {
		return nil, err
	}
	r.executeAll(ctx)
	c := newContents(r)
	if len(c.ids) > 0 {
		if err := c.read(ctx); err != nil {
			return nil, err
		}
	}
	return r.build(ctx, c)
}

// executeAll runs the queries, as long as there is hope.
func (r *runner) executeAll(ctx context.Context) {
	var had trouble
	for i, a := range r.asked {
		r.name(ctx, a)
		if a.err == nil {
			a.err = r.execute(ctx, a)
		}
		if had.enough(a.err) {
			r.asked = r.asked[:i+1] // those before it may still be read
			return
		}
	}
}

// execute runs the query for the ids of its items.
func (r *runner) execute(ctx context.Context, a *asked) error {
	if a.ask.Chosen != nil {
		return r.executeChosen(ctx, a)
	}
	result, err := r.session.RunQuery(ctx, r.in.Project.Organization, project(r.in.Project), a.ask.ID)
	if errors.Is(err, ado.ErrNotFound) {
		r.names.forget(nameKey(r.in.Access, r.in.Project), a.ask.ID)
		if _, why := r.Query(ctx, r.in.Access, r.in.Project, a.ask.ID); why != nil {
			return why // it tells a deleted query from one that is gone
		}
	}
	if err != nil {
		return queryError(err, r.in.Project, a.query.Called())
	}
	a.ids, a.above, a.asOf = result.IDs(), parents(result), result.AsOf.Time
	return nil
}

// parents gives for each item the one that it first appeared below, 0 where it
// first stood by itself: in a query of direct links the ends of a link may each
// stand below the other.
func parents(result ado.QueryResult) map[int]int {
	above := map[int]int{}
	for _, link := range result.Relations {
		if _, known := above[link.Target.ID]; !known {
			above[link.Target.ID] = link.Source.ID
		}
	}
	return above
}

// build puts the items in the order of each result, with the categories of their
// states.
func (r *runner) build(ctx context.Context, c *contents) (map[string]okr.Run, error) {
	for _, a := range r.asked {
		if a.err != nil || a.ask.Chosen == nil {
			continue
		}
		var err error
		if a.lost, err = r.lost(ctx, a, c); err != nil {
			return nil, err
		}
	}
	categories, err := c.categories(ctx)
	if err != nil {
		return nil, err
	}
	runs := map[string]okr.Run{}
	for _, a := range r.asked {
		if a.err == nil {
			runs[a.ask.ID] = r.buildOne(ctx, a, c, categories)
		}
	}
	return runs, nil
}

func (r *runner) buildOne(ctx context.Context, a *asked, c *contents, categories states) okr.Run {
	run := okr.Run{
		At: r.at, Query: a.query, Items: make([]okr.WorkItem, 0, len(a.ids)),
		Fields: c.readable(a.ask.Fields), FullAt: a.fullAt, Cursor: c.cursor, FieldErrs: c.fieldErrs(a.ask.Fields), Lost: a.lost,
	}
	lost := a.lostIDs()
	for _, id := range a.ids {
		item, ok := c.items[id]
		if lost[id] {
			continue
		}
		if !ok {
			run.Unreadable++
			run.Hidden = append(run.Hidden, id)
			continue
		}
		item.Category, item.Parent, item.Values = categories.category(item), a.above[id], only(item.Values, run.Fields)
		item.Elsewhere = a.ask.Chosen != nil && !r.isHere(ctx, item.Project)
		if lost[item.Parent] {
			item.Parent = 0 // what is below a lost one counts by itself
		}
		run.Items = append(run.Items, item)
	}
	return run
}

// only keeps the values that a query's goals need.
func only(values map[string]float64, fields []string) map[string]float64 {
	var out map[string]float64
	for _, f := range fields {
		if v, ok := values[f]; ok {
			if out == nil {
				out = make(map[string]float64, len(fields))
			}
			out[f] = v
		}
	}
	return out
}

// outcomes tells what came of each query that was asked for.
func (r *runner) outcomes(runs map[string]okr.Run, err error) []outcome {
	var out []outcome
	for _, a := range r.asked {
		o := outcome{okr.RunOutcome{Query: a.ask.ID, Run: runs[a.ask.ID], Err: a.err}, a.query}
		if o.Err == nil && err != nil {
			o.Err = err
		}
		out = append(out, o)
		if o.Err != nil && ends(o.Err) {
			break
		}
	}
	return out
}
