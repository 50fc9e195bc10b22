package adosource

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

// fullEvery is how often each item is read whether it changed or not: what moves
// without a revision (the name of a project, say) is right again by then.
const fullEvery = 24*time.Hour - 30*time.Minute // a sync an hour finds it due once a day

// contents is what the work items of a run hold.
type contents struct {
	*runner
	fields   []string // reference names of numeric fields
	ids      []int    // of all results, each once
	member   map[int]bool
	items    map[int]okr.WorkItem
	old      map[int]bool         // items that are as the last run left them
	expected map[int]okr.WorkItem // what items that are read in full should turn out to be
	cursor   okr.Cursor
}

func newContents(r *runner) *contents {
	c := &contents{
		runner: r, member: map[int]bool{}, items: map[int]okr.WorkItem{}, old: map[int]bool{}, expected: map[int]okr.WorkItem{},
	}
	for _, a := range r.asked {
		if a.err != nil {
			continue
		}
		for _, f := range a.ask.Fields {
			if !slices.Contains(c.fields, f) {
				c.fields = append(c.fields, f)
			}
		}
		for _, id := range a.ids {
			if !c.member[id] {
				c.member[id] = true
				c.ids = append(c.ids, id)
			}
		}
	}
	return c
}

// read fills in the items: those of the last run, as far as the feed of changes
// can bring them up to date for less than reading them all, and the others from
// the service.
func (c *contents) read(ctx context.Context) error {
	c.recall()
	if err := c.follow(ctx); err != nil {
		return err
	}
	var missing []int
	for _, id := range c.ids {
		if _, known := c.items[id]; !known {
			missing = append(missing, id)
		}
	}
	if err := c.fetch(ctx, missing); err != nil {
		return err
	}
	c.verify(ctx)
	return nil
}

// recall takes up the items of the last runs that can be brought up to date.
// Those that are to be read in full all the same tell whether the feed can be
// trusted.
func (c *contents) recall() {
	known, due := map[int]okr.WorkItem{}, map[int]okr.WorkItem{}
	for _, a := range c.asked {
		a.fullAt = c.at
		s := a.ask.Before
		if a.err != nil || !c.followable(s, a.ask.Fields) {
			continue
		}
		into := due
		if c.at.Sub(s.FullAt) < fullEvery {
			a.fullAt, into = s.FullAt, known
		}
		for _, item := range s.Items {
			if whole(item) {
				into[item.ID] = item
			}
		}
	}
	for _, id := range c.ids {
		if item, ok := known[id]; ok {
			c.items[id], c.old[id] = item, true
		} else if item, ok := due[id]; ok {
			c.expected[id] = item
		}
	}
}

// followable says whether a snapshot can be brought up to date by the feed.
func (c *contents) followable(s *okr.Snapshot, fields []string) bool {
	if s == nil || s.Cursor.Token == "" || c.at.Before(s.Cursor.Off) {
		return false
	}
	return !slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(s.Fields, f) })
}

// whole says whether all that every item has is known of it.
func whole(item okr.WorkItem) bool {
	return item.Type != "" && item.State != "" && item.Project != ""
}

// fetch reads items from the service.
func (c *contents) fetch(ctx context.Context, ids []int) error {
	err := c.session.EachWorkItems(ctx, c.in.Project.Organization, ids, c.wireFields(), func(page []ado.WorkItem) {
		for _, w := range page {
			c.take(w)
		}
	})
	if errors.Is(err, ado.ErrInvalidQuery) && len(c.fields) > 0 {
		return okr.WrapError(okr.QueryBroken, err, "One of the fields that are added up for the query %s is gone from Azure DevOps: %s. Bind again with another field; the last value stays until then.", c.firstName(), strings.Join(c.fields, ", "))
	}
	if err != nil {
		return translate(err, "the work items of the query "+c.firstName())
	}
	return nil
}

// wireFields are the fields that are asked for.
func (c *contents) wireFields() []string { return append(ado.BaseFields(), c.fields...) }

func (c *contents) firstName() string {
	for _, a := range c.asked {
		if a.err == nil {
			return a.query.Name
		}
	}
	return ""
}

func (c *contents) take(w ado.WorkItem) {
	item := okr.WorkItem{
		ID: w.ID, Type: w.Type(), Title: w.Title(), State: w.State(), Project: w.Project(),
		URL: ado.WorkItemURL(c.Client.BaseURL(), c.in.Project.Organization, w.Project(), w.ID),
	}
	for _, f := range c.fields {
		if v, ok := w.Fields.Number(f); ok {
			if item.Values == nil {
				item.Values = make(map[string]float64, len(c.fields))
			}
			item.Values[f] = v
		}
	}
	c.items[w.ID] = item
	delete(c.old, w.ID)
}

// categories finds the category of each state. An item whose state means nothing
// and that was not read just now may be of a project or type that got another
// name, so it is read again.
func (c *contents) categories(ctx context.Context) (states, error) {
	found, err := c.types.statesFor(ctx, c.session, c.in.Access, c.in.Project, c.ordered())
	if err != nil {
		return found, err
	}
	var doubtful []int
	for _, id := range c.ids {
		if c.old[id] && found.category(c.items[id]) == okr.UnknownCategory {
			doubtful = append(doubtful, id)
		}
	}
	if len(doubtful) == 0 {
		return found, nil
	}
	if err := c.fetch(ctx, doubtful); err != nil {
		return found, err
	}
	return c.types.statesFor(ctx, c.session, c.in.Access, c.in.Project, c.ordered())
}

// ordered gives the items in the order of the results.
func (c *contents) ordered() []okr.WorkItem {
	out := make([]okr.WorkItem, 0, len(c.ids))
	for _, id := range c.ids {
		if item, ok := c.items[id]; ok {
			out = append(out, item)
		}
	}
	return out
}
