package adosource

import (
	"context"
	"strings"
	"sync"
	"time"

	"okrbot/okr"
)

// maxKnown bounds how many queries of a project are remembered, and so how many
// one request asks for.
const maxKnown = 1000

// nameCache keeps what queries are called, by tenant and project, so that one
// request an hour serves all identities that measure something in the project.
// A name lets nobody measure anything: running the query needs one's own access.
type nameCache struct {
	now   func() time.Time
	slots slots
	mu    sync.Mutex
	all   map[projectKey]map[string]namedQuery
}

type namedQuery struct {
	query okr.Query
	read  time.Time
}

func newNameCache(now func() time.Time) *nameCache {
	return &nameCache{now: now, all: map[projectKey]map[string]namedQuery{}}
}

func nameKey(access okr.Access, ref okr.ProjectRef) projectKey {
	return projectKey{tenant: access.Tenant, organization: strings.ToLower(ref.Organization), project: strings.ToLower(project(ref))}
}

// fresh gives the name of a query that was read less than within ago.
func (c *nameCache) fresh(key projectKey, id string, within time.Duration) (okr.Query, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.all[key][id]
	return n.query, ok && c.now().Sub(n.read) < within
}

func (c *nameCache) keep(key projectKey, q okr.Query) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[key] == nil {
		c.all[key] = map[string]namedQuery{}
	}
	if _, known := c.all[key][q.ID]; known || len(c.all[key]) < maxKnown {
		c.all[key][q.ID] = namedQuery{q, c.now()}
	}
}

func (c *nameCache) forget(key projectKey, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all[key], id)
}

// toAsk gives the queries to ask for: ids, and those of the project that others
// will want to know soon.
func (c *nameCache) toAsk(key projectKey, ids []string, within time.Duration) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := map[string]bool{}
	for _, id := range ids {
		asked[id] = true
	}
	for id, n := range c.all[key] {
		if !asked[id] && within > 0 && c.now().Sub(n.read) >= within && len(ids) < maxKnown {
			ids = append(ids, id)
		}
	}
	return ids
}

// name fills in what a query is called now, where the many-at-once request did not
// tell: asked for by itself, it tells why.
func (r *runner) name(ctx context.Context, a *asked) {
	if a.query.ID != "" || a.err != nil {
		return
	}
	key := nameKey(r.in.Access, r.in.Project)
	if a.query, a.err = r.Query(ctx, r.in.Access, r.in.Project, a.ask.ID); a.err != nil {
		r.names.forget(key, a.ask.ID)
		return
	}
	r.names.keep(key, a.query)
}

// nameTogether takes the names that are known and asks for the others at once.
// Who comes while another asks waits for its answer.
func (r *runner) nameTogether(ctx context.Context, key projectKey) error {
	leave, err := r.names.slots.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	var stale []string
	for _, a := range r.asked {
		if a.ask.Chosen != nil {
			continue // its name is its own
		}
		if q, ok := r.names.fresh(key, a.ask.ID, r.in.Within); ok {
			a.query = q
		} else {
			stale = append(stale, a.ask.ID)
		}
	}
	if len(stale) < 2 {
		return nil
	}
	return r.nameMany(ctx, key, stale)
}

// nameMany asks for many queries at once. That it fails is no failure: each query
// can be asked for by itself.
func (r *runner) nameMany(ctx context.Context, key projectKey, stale []string) error {
	found, err := r.session.QueriesBatch(ctx, r.in.Project.Organization, project(r.in.Project), r.names.toAsk(key, stale, r.in.Within))
	if err != nil {
		err = translate(err, "the queries of the project "+r.in.Project.Project.Name)
		if ends(err) {
			return err
		}
		return nil //nolint:nilerr // each by itself, which tells what is wrong
	}
	for _, q := range found {
		if usable, err := r.usableQuery(r.in.Project, q); err == nil {
			r.names.keep(key, usable)
		}
	}
	for _, a := range r.asked {
		for _, q := range found {
			if q.ID == a.ask.ID {
				a.query, a.err = r.usableQuery(r.in.Project, q)
			}
		}
	}
	return nil
}
