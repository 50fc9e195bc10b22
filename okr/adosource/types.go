package adosource

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	typesLifetime = 24 * time.Hour
	// typesRecheck is the shortest time between two reads because of the same state
	// that the list does not have. One that nobody has asked for is asked for at once:
	// it may be new in the process, and mean completed.
	typesRecheck = time.Hour
	// maxMissing bounds how many states of a project are remembered to be missing;
	// those beyond it are asked for no more often than the others.
	maxMissing = 1_000
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
	missing    map[stateKey]bool // that were asked for, and were not in the list when it was read
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
	for _, p := range statesOf(items) {
		if len(out.projects) == maxProjects {
			break
		}
		types, err := c.types(ctx, session, access, ref, p)
		if err != nil {
			return out, err
		}
		out.projects[strings.ToLower(p.name)] = types
	}
	return out, nil
}

// usedStates are the states that the items of a project are in, each once.
type usedStates struct {
	name string
	keys []stateKey
}

// statesOf lists the states of items by project, in order of appearance.
func statesOf(items []okr.WorkItem) []usedStates {
	type place struct {
		project string
		stateKey
	}
	var out []usedStates
	at, seen := map[string]int{}, map[place]bool{}
	for _, w := range items {
		name := strings.ToLower(w.Project)
		i, known := at[name]
		if !known {
			i = len(out)
			at[name], out = i, append(out, usedStates{name: w.Project})
		}
		if p := (place{name, keyOf(w)}); !seen[p] {
			seen[p] = true
			out[i].keys = append(out[i].keys, p.stateKey)
		}
	}
	return out
}

// without lists those of some states that the list does not have.
func (t projectTypes) without(keys []stateKey) []stateKey {
	var out []stateKey
	for _, k := range keys {
		if _, ok := t.categories[k]; !ok {
			out = append(out, k)
		}
	}
	return out
}

// answers says whether the list can be taken for some states: it has them, or was
// read for the sake of the others.
func (t projectTypes) answers(keys []stateKey, now time.Time) bool {
	age := now.Sub(t.read)
	if age >= typesLifetime {
		return false
	}
	missing := t.without(keys)
	if len(missing) == 0 {
		return true
	}
	isNew := func(k stateKey) bool { return !t.missing[k] }
	return age < typesRecheck && (len(t.missing) >= maxMissing || !slices.ContainsFunc(missing, isNew))
}

func (c *typeCache) types(ctx context.Context, session *ado.Session, access okr.Access, ref okr.ProjectRef, p usedStates) (projectTypes, error) {
	key := projectKey{tenant: access.Tenant, organization: strings.ToLower(ref.Organization), project: strings.ToLower(p.name)}
	leave, err := c.slots.enter(ctx, key)
	if err != nil {
		return projectTypes{}, err
	}
	defer leave()
	c.mu.Lock()
	cached, ok := c.all[key]
	c.mu.Unlock()
	if ok && cached.answers(p.keys, c.now()) {
		return cached, nil
	}
	fresh, err := readTypes(ctx, session, ref.Organization, p.name)
	fresh.read = c.now()
	if errors.Is(err, ado.ErrForbidden) || errors.Is(err, ado.ErrNotFound) {
		return fresh, nil // not kept: another person's access may do
	}
	if err != nil {
		return fresh, translate(err, "the work item types of the project "+p.name)
	}
	fresh.missing = missingFrom(fresh, cached.missing, p.keys)
	c.mu.Lock()
	c.all[key] = fresh
	c.mu.Unlock()
	return fresh, nil
}

// missingFrom remembers which states a list does not have: those that it was read
// for, and those that were missing before.
func missingFrom(t projectTypes, before map[stateKey]bool, keys []stateKey) map[stateKey]bool {
	out := map[stateKey]bool{}
	for _, k := range t.without(append(slices.Clone(keys), slices.Collect(maps.Keys(before))...)) {
		if len(out) < maxMissing {
			out[k] = true
		}
	}
	return out
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
