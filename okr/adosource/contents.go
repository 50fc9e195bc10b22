package adosource

import (
	"context"
	"errors"
	"slices"
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
	gone     map[string]error
	feedRest time.Duration // for which the feed is left alone where it gave no position
	ids      []int         // of all results, each once
	listed   int           // of them in a result that says that they are there
	member   map[int]bool
	items    map[int]okr.WorkItem
	old      map[int]bool         // items that are as the last run left them
	expected map[int]okr.WorkItem // what items that are read in full should turn out to be
	cursor   okr.Cursor
}

func newContents(r *runner) *contents {
	c := &contents{
		runner: r, gone: map[string]error{}, feedRest: feedOff, member: map[int]bool{}, items: map[int]okr.WorkItem{}, old: map[int]bool{}, expected: map[int]okr.WorkItem{},
	}
	for _, a := range r.inOrder() {
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
		if !a.isUnasked() {
			c.listed = len(c.ids)
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
		if !c.followable(a) {
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

// followable says whether the last run of a query can be brought up to date by the
// feed. It does not tell that an item was deleted or hidden: the result has to.
func (c *contents) followable(a *asked) bool {
	s := a.ask.Before
	if a.err != nil || a.isUnasked() || s == nil || s.Cursor.Token == "" || c.at.Before(s.Cursor.Off) {
		return false
	}
	return !slices.ContainsFunc(a.ask.Fields, func(f string) bool { return !slices.Contains(s.Fields, f) })
}

// whole says whether all that every item has is known of it.
func whole(item okr.WorkItem) bool {
	return item.Type != "" && item.State != "" && item.Project != ""
}

// fetch reads items from the service, without the fields that are gone.
func (c *contents) fetch(ctx context.Context, ids []int) error {
	for {
		err := c.session.EachWorkItems(ctx, c.in.Project.Organization, ids, c.wireFields(), func(page []ado.WorkItem) {
			for _, w := range page {
				c.take(w)
			}
		})
		if err == nil {
			return nil
		}
		if !c.dropFields(err) {
			return translate(err, c.whose())
		}
	}
}

// dropFields does without the fields that the service says are gone, all of them
// where it does not say which, and gives whether that helps.
func (c *contents) dropFields(err error) bool {
	e, ok := errors.AsType[*ado.Error](err)
	if !ok || e.Kind != ado.ErrInvalidQuery || len(c.fields) == 0 {
		return false
	}
	gone := e.Missing(c.fields)
	if len(gone) == 0 {
		gone = slices.Clone(c.fields)
	}
	for _, f := range gone {
		c.gone[f] = missingField(err, f)
	}
	c.fields = slices.DeleteFunc(c.fields, func(f string) bool { return c.gone[f] != nil })
	return true
}

// readable are those of a query's fields that are not gone.
func (c *contents) readable(fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return c.gone[f] != nil })
}

// fieldErrs says why those of a query's fields cannot be read that are gone.
func (c *contents) fieldErrs(fields []string) map[string]error {
	var out map[string]error
	for _, f := range fields {
		if err := c.gone[f]; err != nil {
			if out == nil {
				out = map[string]error{}
			}
			out[f] = err
		}
	}
	return out
}

// wireFields are the fields that are asked for.
func (c *contents) wireFields() []string { return append(ado.BaseFields(), c.fields...) }

// whose are the work items that are read, in the middle of a sentence.
func (c *contents) whose() string {
	for _, a := range c.asked {
		switch {
		case a.err != nil:
		case a.ask.Chosen != nil:
			return a.query.Called()
		default:
			return "the work items of " + a.query.Called()
		}
	}
	return "the work items of the project " + c.in.Project.Project.Name
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
