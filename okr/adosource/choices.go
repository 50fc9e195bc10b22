package adosource

import (
	"context"
	"slices"
	"sync"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	// choicesLifetime is how long the types and fields of a project are offered as they
	// were read: a binding takes minutes, and a new field is wanted soon.
	choicesLifetime = 10 * time.Minute
	// maxChoices bounds how many lists are remembered.
	maxChoices = 1000
)

// choiceCache keeps what people choose from when they bind, and what that is called now,
// by sign-in and project: what one person's access sees is offered to nobody else. Only
// the name of a project, which says nothing to who cannot measure there, is by tenant.
type choiceCache struct {
	now   func() time.Time
	slots slots
	mu    sync.Mutex
	all   map[projectKey]choice
}

type choice struct {
	list any // a slice, which nobody changes
	read time.Time
}

func newChoiceCache(now func() time.Time) *choiceCache {
	return &choiceCache{now: now, all: map[projectKey]choice{}}
}

// choiceKey names a list of a project as a sign-in sees it.
func choiceKey(access okr.Access, ref okr.ProjectRef, what string) projectKey {
	key := nameKey(access, ref)
	key.credential, key.what = access.Credential, what
	return key
}

// choose gives a list that was read no longer ago than within, else reads it. Who comes while
// another one reads waits for that. A failure is not kept.
func choose[E any](ctx context.Context, c *choiceCache, key projectKey, within time.Duration, read func() ([]E, error)) ([]E, error) {
	leave, err := c.slots.enter(ctx, key)
	if err != nil {
		return nil, err
	}
	defer leave()
	if known, ok := c.fresh(key, within).([]E); ok {
		return slices.Clone(known), nil
	}
	list, err := read()
	if err != nil {
		return nil, err
	}
	c.keep(key, slices.Clone(list))
	return list, nil
}

func (c *choiceCache) fresh(key projectKey, within time.Duration) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.all[key]
	if !ok || c.now().Sub(known.read) >= within {
		return nil
	}
	return known.list
}

func (c *choiceCache) keep(key projectKey, list any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= maxChoices {
		c.makeRoom()
	}
	c.all[key] = choice{list, c.now()}
}

// makeRoom forgets what is too old, else the oldest.
func (c *choiceCache) makeRoom() {
	var oldest projectKey
	at := c.now()
	for key, known := range c.all {
		if c.now().Sub(known.read) >= fullEvery {
			delete(c.all, key)
		} else if !known.read.After(at) {
			oldest, at = key, known.read
		}
	}
	if len(c.all) >= maxChoices {
		delete(c.all, oldest)
	}
}

// Names implements okr.Queries. What a project is called is asked for once for all of a
// tenant who measure something in it, as the names of its queries are.
func (s *Source) Names(ctx context.Context, access okr.Access, ref okr.ProjectRef, fields bool, within time.Duration) (okr.Names, error) {
	projects, err := choose(ctx, s.choices, projectName(access, ref), within, func() ([]okr.RemoteProject, error) {
		p, err := s.session(access).Project(ctx, ref.Organization, project(ref))
		return []okr.RemoteProject{s.remote(ref.Organization, p)}, queryError(err, ref, "the project "+ref.Project.Name)
	})
	if err != nil || !fields {
		return okr.Names{Project: first(projects)}, err
	}
	list, err := choose(ctx, s.choices, choiceKey(access, ref, "fields"), within, func() ([]okr.Field, error) {
		return s.readFields(ctx, access, ref)
	})
	names := okr.Names{Project: first(projects), Fields: make(map[string]string, len(list))}
	for _, f := range list {
		names.Fields[f.Ref] = f.Name
	}
	return names, err
}

// projectName names what a project is called.
func projectName(access okr.Access, ref okr.ProjectRef) projectKey {
	key := nameKey(access, ref)
	key.what = "project"
	return key
}

func first[E any](list []E) (e E) {
	if len(list) > 0 {
		e = list[0]
	}
	return e
}

func (s *Source) remote(organization string, p ado.Project) okr.RemoteProject {
	return okr.RemoteProject{ID: p.ID, Name: p.Name, URL: ado.ProjectURL(s.Client.BaseURL(), organization, p.Name)}
}
