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
}

// asked is a query on its way to becoming a run.
type asked struct {
	ask    okr.QueryAsk
	query  okr.Query
	ids    []int // of the result, each once
	above  map[int]int
	asOf   time.Time // the service's clock
	fullAt time.Time
	err    error
}

// RunQueries implements okr.Queries. The results come first, then what changed
// since, then the items that are not known: an item is never older than the
// result that it stands in.
func (s *Source) RunQueries(ctx context.Context, in okr.RunInput) []okr.RunOutcome {
	r := &runner{Source: s, session: s.session(in.Access), in: in, at: s.Now()}
	for _, ask := range in.Asks {
		r.asked = append(r.asked, &asked{ask: ask})
	}
	runs, err := r.run(ctx)
	if len(in.Asks) > 1 && errors.Is(err, ado.ErrInvalidQuery) {
		return s.runEach(ctx, in) // a field that one of them needs is gone
	}
	return r.outcomes(runs, err)
}

func (s *Source) runEach(ctx context.Context, in okr.RunInput) []okr.RunOutcome {
	var out []okr.RunOutcome
	asks := in.Asks
	for _, ask := range asks {
		in.Asks = []okr.QueryAsk{ask}
		out = append(out, s.RunQueries(ctx, in)...)
		if err := out[len(out)-1].Err; err != nil && ends(err) {
			break
		}
	}
	return out
}

// run fails where nothing came of it; a query's own failure is kept with it.
func (r *runner) run(ctx context.Context) (map[string]okr.Run, error) {
	if err := r.name(ctx); err != nil {
		return nil, err
	}
	for i, a := range r.asked {
		if a.err == nil {
			a.err = r.execute(ctx, a)
		}
		if a.err != nil && ends(a.err) {
			r.asked = r.asked[:i+1] // those before it may still be read
			break
		}
	}
	c := newContents(r)
	if len(c.ids) > 0 {
		if err := c.read(ctx); err != nil {
			return nil, err
		}
	}
	return r.build(ctx, c)
}

// execute runs the query for the ids of its items.
func (r *runner) execute(ctx context.Context, a *asked) error {
	result, err := r.session.RunQuery(ctx, r.in.Project.Organization, project(r.in.Project), a.ask.ID)
	if errors.Is(err, ado.ErrNotFound) {
		r.names.forget(nameKey(r.in.Access, r.in.Project), a.ask.ID)
		if _, why := r.Query(ctx, r.in.Access, r.in.Project, a.ask.ID); why != nil {
			return why // it tells a deleted query from one that is gone
		}
	}
	if err != nil {
		return queryError(err, "the query "+a.query.Name)
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
	categories, err := c.categories(ctx)
	if err != nil {
		return nil, err
	}
	runs := map[string]okr.Run{}
	for _, a := range r.asked {
		if a.err == nil {
			runs[a.ask.ID] = r.buildOne(a, c, categories)
		}
	}
	return runs, nil
}

func (r *runner) buildOne(a *asked, c *contents, categories states) okr.Run {
	run := okr.Run{
		At: r.at, Query: a.query, Items: make([]okr.WorkItem, 0, len(a.ids)),
		Fields: a.ask.Fields, FullAt: a.fullAt, Cursor: c.cursor,
	}
	for _, id := range a.ids {
		item, ok := c.items[id]
		if !ok {
			run.Unreadable++
			continue
		}
		item.Category, item.Parent, item.Values = categories.category(item), a.above[id], only(item.Values, a.ask.Fields)
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

// outcomes tells what came of each query, up to the failure that ended it all.
func (r *runner) outcomes(runs map[string]okr.Run, err error) []okr.RunOutcome {
	var out []okr.RunOutcome
	for _, a := range r.asked {
		o := okr.RunOutcome{Query: a.ask.ID, Run: runs[a.ask.ID], Err: a.err}
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
