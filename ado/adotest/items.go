package adotest

import (
	"fmt"
	"slices"
	"sort"
)

// AddItem adds a work item to a project and returns it with id, rev and dates
// filled. A state left empty is the type's first.
func (c *Cloud) AddItem(org, project string, it Item) (Item, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return it, err
	}
	return c.addItem(o, p, it).clone(), nil
}

func (c *Cloud) addItem(o *organization, p *Project, it Item) *Item {
	it = it.clone()
	it.Project, it.Rev = p.Name, max(it.Rev, 1)
	if it.ID == 0 {
		it.ID = o.nextID
	}
	o.nextID = max(o.nextID, it.ID+1)
	if t := p.kindOf(it.Type); it.State == "" && t != nil && len(t.States) > 0 {
		it.State = t.States[0].Name
	}
	if it.Changed.IsZero() {
		it.Changed = c.now().UTC()
	}
	if it.Created.IsZero() {
		it.Created = it.Changed
	}
	o.mark(&it)
	i := sort.Search(len(o.items), func(i int) bool { return o.items[i].ID >= it.ID })
	o.items = slices.Insert(o.items, i, &it)
	return &it
}

// UpdateItem changes an item, raises its rev and sets its changed date.
func (c *Cloud) UpdateItem(org string, id int, change func(*Item)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.org(org)
	if o == nil || o.item(id) == nil {
		return fmt.Errorf("unknown work item %d in organization %q", id, org)
	}
	c.touch(o, o.item(id), change)
	return nil
}

func (c *Cloud) touch(o *organization, it *Item, change func(*Item)) {
	change(it)
	o.mark(it)
	it.Rev++
	it.Changed = c.now().UTC()
}

// ShowTo changes who may see an item, everybody when no object id is given. It
// is a matter of permissions, so it makes no revision.
func (c *Cloud) ShowTo(org string, id int, oids ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.org(org)
	if o == nil || o.item(id) == nil {
		return fmt.Errorf("unknown work item %d in organization %q", id, org)
	}
	o.item(id).VisibleTo = oids
	return nil
}

// Withhold lets results list an item that nobody may read any more. Like [Cloud.ShowTo]
// it makes no revision.
func (c *Cloud) Withhold(org string, id int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.org(org)
	if o == nil || o.item(id) == nil {
		return fmt.Errorf("unknown work item %d in organization %q", id, org)
	}
	o.item(id).ListedOnly = true
	return nil
}

// SetState is UpdateItem of the state alone.
func (c *Cloud) SetState(org string, id int, state string) error {
	return c.UpdateItem(org, id, func(it *Item) { it.State = state })
}

// Item returns a work item by id, whoever may see it.
func (c *Cloud) Item(org string, id int) (Item, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.org(org)
	if o == nil || o.item(id) == nil {
		return Item{}, false
	}
	return o.item(id).clone(), true
}

// Items are the items of a project by ascending id, without deleted ones.
func (c *Cloud) Items(org, project string) []Item {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return nil
	}
	var out []Item
	for _, it := range o.items {
		if it.Project == p.Name && !it.Deleted {
			out = append(out, it.clone())
		}
	}
	return out
}

// countItems is how many items a project has.
func (c *Cloud) countItems(org, project string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return 0
	}
	n := 0
	for _, it := range o.items {
		if it.Project == p.Name && !it.Deleted {
			n++
		}
	}
	return n
}

// Category is the state category of an item by its project's process, empty if
// the process does not know the state.
func (c *Cloud) Category(org string, it Item) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, p, err := c.place(org, it.Project)
	if err != nil {
		return ""
	}
	return p.category(it.Type, it.State)
}

// Complete moves the first n items of a query that are neither completed nor
// removed to their type's completed state, and returns their ids.
func (c *Cloud) Complete(org, project, query string, n int) ([]int, error) {
	return c.move(org, project, query, n, "Completed", func(cat string) bool { return cat != "Completed" && cat != "Removed" })
}

// Reopen moves the first n completed items of a query back to their type's
// first state, and returns their ids.
func (c *Cloud) Reopen(org, project, query string, n int) ([]int, error) {
	return c.move(org, project, query, n, "", func(cat string) bool { return cat == "Completed" })
}

func (c *Cloud) move(org, project, query string, n int, to string, from func(string) bool) ([]int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return nil, err
	}
	q := o.query(p, query)
	if q == nil {
		return nil, fmt.Errorf("unknown query %q in project %q", query, project)
	}
	var moved []int
	for _, it := range o.matches(q, nil) {
		home := o.project(it.Project)
		state := home.stateOf(it.Type, to)
		if len(moved) < n && state != "" && from(home.category(it.Type, it.State)) {
			c.touch(o, it, func(it *Item) { it.State = state })
			moved = append(moved, it.ID)
		}
	}
	return moved, nil
}

// stateOf is the type's first state of a category, or its very first for "".
func (p *Project) stateOf(kind, category string) string {
	t := p.kindOf(kind)
	if t == nil {
		return ""
	}
	for _, s := range t.States {
		if category == "" || s.Category == category {
			return s.Name
		}
	}
	return ""
}

func (o *organization) item(id int) *Item {
	i := sort.Search(len(o.items), func(i int) bool { return o.items[i].ID >= id })
	if i < len(o.items) && o.items[i].ID == id {
		return o.items[i]
	}
	return o.archived(id)
}

// archiveBase begins the ids of the archived items of Query.Extra, which are
// made up when asked for, since twenty thousand of them are rarely looked at.
const archiveBase = 1_000_000

func (o *organization) archived(id int) *Item {
	for _, q := range o.queries {
		if id < archiveBase || id >= archiveBase+q.Extra {
			continue
		}
		p := o.project(q.Project)
		kind := p.Types[id%len(p.Types)]
		it := Item{ID: id, Rev: 2, Project: p.Name, Type: kind.Name, Title: fmt.Sprintf("Archived item %d", id)}
		it.State = p.stateOf(kind.Name, "Completed")
		it.Created, it.Changed = q.Modified, q.Modified
		return &it
	}
	return nil
}
