package adotest

import (
	"fmt"
	"strings"
)

// AddQuery adds a saved query to a project and returns it with its id.
func (c *Cloud) AddQuery(org, project string, q Query) (Query, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return q, err
	}
	q.Project = p.Name
	if q.ID == "" {
		q.ID = guidOf("query", o.Name, p.Name, q.Owner, q.Folder, q.Name)
	}
	if q.Modified.IsZero() {
		q.Modified = c.now().UTC()
	}
	o.queries = append(o.queries, &q)
	return q, nil
}

// UpdateQuery changes a query in place: rename it, move it to another folder,
// delete or restore it, break its syntax. ID stays.
func (c *Cloud) UpdateQuery(org, id string, change func(*Query)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.org(org)
	if o == nil {
		return fmt.Errorf("unknown organization %q", org)
	}
	for _, q := range o.queries {
		if strings.EqualFold(q.ID, id) {
			change(q)
			q.Modified = c.now().UTC()
			return nil
		}
	}
	return fmt.Errorf("unknown query %q in organization %q", id, org)
}

// Query finds a query of a project by id, name, or folder and name
// ("Launch/Q3/Q3 launch work"). Of several with the name the first is taken.
func (c *Cloud) Query(org, project, name string) (Query, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return Query{}, false
	}
	q := o.query(p, name)
	if q == nil {
		return Query{}, false
	}
	return *q, true
}

// Queries are all queries of a project in the order they were added.
func (c *Cloud) Queries(org, project string) []Query {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return nil
	}
	var out []Query
	for _, q := range o.queries {
		if q.Project == p.Name {
			out = append(out, *q)
		}
	}
	return out
}

// Result is what running a query gives a user: the matching items by ascending
// id, without those that the user may not see. An empty oid sees everything.
func (c *Cloud) Result(org, project, query, oid string) []Item {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return nil
	}
	q := o.query(p, query)
	if q == nil {
		return nil
	}
	var out []Item
	for _, it := range o.matches(q, c.user(oid)) {
		out = append(out, it.clone())
	}
	return out
}

func (o *organization) query(p *Project, name string) *Query {
	for _, q := range o.queries {
		if q.Project != p.Name {
			continue
		}
		if strings.EqualFold(q.ID, name) || strings.EqualFold(q.Name, name) || strings.EqualFold(q.Folder+"/"+q.Name, name) {
			return q
		}
	}
	return nil
}

// matches evaluates the query's rule for a viewer; nil sees everything.
func (o *organization) matches(q *Query, viewer *User) []*Item {
	var out []*Item
	for _, it := range o.items {
		if it.Deleted || !q.CrossProject && it.Project != q.Project {
			continue
		}
		if viewer != nil && !it.visibleTo(viewer, o.Name) {
			continue
		}
		if q.accepts(viewer, it) {
			out = append(out, it)
		}
	}
	return out
}

func (q *Query) accepts(viewer *User, it *Item) bool {
	switch {
	case q.FilterFor != nil && viewer == nil:
		return false // nobody is @Me
	case q.FilterFor != nil:
		return q.FilterFor(*viewer, *it)
	case q.Filter != nil:
		return q.Filter(*it)
	}
	return false
}

func (p *Project) root(private bool) string {
	switch {
	case private && p.PrivateRoot != "":
		return p.PrivateRoot
	case private:
		return "My Queries"
	case p.SharedRoot != "":
		return p.SharedRoot
	}
	return "Shared Queries"
}

// path of the query as the wire writes it.
func (q *Query) path(p *Project) string {
	root := p.root(q.Private())
	if q.Folder != "" {
		root += "/" + q.Folder
	}
	return root + "/" + q.Name
}
