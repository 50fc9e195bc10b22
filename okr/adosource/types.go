package adosource

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	typesLifetime = 24 * time.Hour
	// typesRecheck is the shortest time between two reads because of a state that
	// the list does not have.
	typesRecheck = time.Hour
	// maxProjects bounds how many projects' types one run may ask for: a query
	// over a whole collection must not become hundreds of calls.
	maxProjects = 50
)

// typeCache keeps, by tenant, organization and project, which category each
// state of each work item type has.
type typeCache struct {
	now   func() time.Time
	slots slots
	mu    sync.Mutex
	all   map[projectKey]projectTypes
}

type projectKey struct {
	tenant                okr.TenantID
	organization, project string           // lower case
	credential            okr.CredentialID // of whom it is; empty: of everybody in the tenant
	what                  string           // of several things of a project
}

type projectTypes struct {
	read       time.Time
	categories map[stateKey]okr.Category
}

type stateKey struct{ typ, state string } // lower case

func newTypeCache(now func() time.Time) *typeCache {
	return &typeCache{now: now, all: map[projectKey]projectTypes{}}
}

// states answers for the items of one run.
type states struct {
	projects map[string]projectTypes // by lower-case project name
}

func (s states) category(w okr.WorkItem) okr.Category {
	return s.projects[strings.ToLower(w.Project)].categories[keyOf(w)]
}

func keyOf(w okr.WorkItem) stateKey {
	return stateKey{strings.ToLower(w.Type), strings.ToLower(w.State)}
}

// statesFor makes sure that the states of the items' projects are known. A
// project whose types may not be read leaves its items' states unknown, which
// the measurement reports; it does not fail the run.
func (c *typeCache) statesFor(ctx context.Context, session *ado.Session, access okr.Access, ref okr.ProjectRef, items []okr.WorkItem) (states, error) {
	out := states{projects: map[string]projectTypes{}}
	for _, w := range items {
		name := strings.ToLower(w.Project)
		types, known := out.projects[name]
		if known && (types.has(w) || c.now().Sub(types.read) < typesRecheck) {
			continue
		}
		if !known && len(out.projects) == maxProjects {
			continue
		}
		types, err := c.types(ctx, session, access, ref, w)
		if err != nil {
			return out, err
		}
		out.projects[name] = types
	}
	return out, nil
}

func (t projectTypes) has(w okr.WorkItem) bool {
	_, ok := t.categories[keyOf(w)]
	return ok
}

func (c *typeCache) types(ctx context.Context, session *ado.Session, access okr.Access, ref okr.ProjectRef, w okr.WorkItem) (projectTypes, error) {
	key := projectKey{tenant: access.Tenant, organization: strings.ToLower(ref.Organization), project: strings.ToLower(w.Project)}
	leave, err := c.slots.enter(ctx, key)
	if err != nil {
		return projectTypes{}, err
	}
	defer leave()
	c.mu.Lock()
	cached, ok := c.all[key]
	c.mu.Unlock()
	age := c.now().Sub(cached.read)
	if ok && age < typesLifetime && (cached.has(w) || age < typesRecheck) {
		return cached, nil
	}
	fresh, err := readTypes(ctx, session, ref.Organization, w.Project)
	fresh.read = c.now()
	if errors.Is(err, ado.ErrForbidden) || errors.Is(err, ado.ErrNotFound) {
		return fresh, nil // not kept: another person's access may do
	}
	if err != nil {
		return fresh, translate(err, "the work item types of the project "+w.Project)
	}
	c.mu.Lock()
	c.all[key] = fresh
	c.mu.Unlock()
	return fresh, nil
}

func readTypes(ctx context.Context, session *ado.Session, organization, project string) (projectTypes, error) {
	t := projectTypes{categories: map[stateKey]okr.Category{}}
	list, err := session.WorkItemTypes(ctx, organization, project)
	for _, typ := range list {
		if len(typ.States) == 0 {
			if typ.States, err = session.WorkItemTypeStates(ctx, organization, project, typ.Name); err != nil {
				return t, err
			}
		}
		for _, st := range typ.States {
			t.categories[stateKey{strings.ToLower(typ.Name), strings.ToLower(st.Name)}] = okr.Category(st.Category)
		}
	}
	return t, err
}
