package adotest

import (
	"fmt"
	"slices"
	"strings"
)

// AddUser adds or replaces a user, found by object id.
func (c *Cloud) AddUser(u User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users = slices.DeleteFunc(c.users, func(o *User) bool { return strings.EqualFold(o.OID, u.OID) })
	c.users = append(c.users, &u)
}

// UpdateUser changes a user in place: rights, name, Disabled. It reports
// whether the object id is known.
func (c *Cloud) UpdateUser(oid string, change func(*User)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.user(oid)
	if u != nil {
		change(u)
	}
	return u != nil
}

// Users are all people in the order they were added.
func (c *Cloud) Users() []User {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]User, 0, len(c.users))
	for _, u := range c.users {
		if u.Client == "" {
			out = append(out, *u)
		}
	}
	return out
}

// Grant gives a user an organization, whole when no project is named.
func (c *Cloud) Grant(oid, org string, projects ...string) bool {
	return c.UpdateUser(oid, func(u *User) {
		u.Access = slices.DeleteFunc(u.Access, func(a Access) bool { return strings.EqualFold(a.Organization, org) })
		u.Access = append(u.Access, Access{Organization: org, Projects: projects})
	})
}

// Revoke takes an organization away from a user: from now on TF400813.
func (c *Cloud) Revoke(oid, org string) bool {
	return c.UpdateUser(oid, func(u *User) {
		u.Access = slices.DeleteFunc(u.Access, func(a Access) bool { return strings.EqualFold(a.Organization, org) })
	})
}

// user finds by object id or user principal name.
func (c *Cloud) user(id string) *User {
	for _, u := range c.users {
		if strings.EqualFold(u.OID, id) || strings.EqualFold(u.UPN, id) {
			return u
		}
	}
	return nil
}

// AddOrganization adds an empty organization.
func (c *Cloud) AddOrganization(o Organization) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orgs = append(c.orgs, &organization{Organization: o, nextID: 1})
}

// AddProject adds a project to an organization and returns it with its id.
func (c *Cloud) AddProject(org string, p Project) (Project, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.org(org)
	if o == nil {
		return p, fmt.Errorf("unknown organization %q", org)
	}
	if p.ID == "" {
		p.ID = guidOf("project", o.Name, p.Name)
	}
	o.projects = append(o.projects, &p)
	return p, nil
}

// UpdateProject changes a project in place, found by name or id. A rename also
// renames it on its items and queries and keeps the former name findable.
func (c *Cloud) UpdateProject(org, project string, change func(*Project)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return err
	}
	old := p.Name
	change(p)
	if p.Name == old {
		return nil
	}
	p.FormerNames = append(p.FormerNames, old)
	for _, it := range o.items {
		if it.Project == old {
			it.Project = p.Name
		}
	}
	for _, q := range o.queries {
		if q.Project == old {
			q.Project = p.Name
		}
	}
	return nil
}

// Project returns a project by name or id.
func (c *Cloud) Project(org, project string) (Project, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, p, err := c.place(org, project)
	if err != nil {
		return Project{}, err
	}
	return *p, nil
}

func (c *Cloud) org(name string) *organization {
	for _, o := range c.orgs {
		if strings.EqualFold(o.Name, name) {
			return o
		}
	}
	return nil
}

func (o *organization) project(nameOrID string) *Project {
	for _, p := range o.projects {
		if strings.EqualFold(p.Name, nameOrID) || strings.EqualFold(p.ID, nameOrID) {
			return p
		}
	}
	return nil
}

func (c *Cloud) place(org, project string) (*organization, *Project, error) {
	o := c.org(org)
	if o == nil {
		return nil, nil, fmt.Errorf("unknown organization %q", org)
	}
	p := o.project(project)
	if p == nil {
		return o, nil, fmt.Errorf("unknown project %q in organization %q", project, org)
	}
	return o, p, nil
}

func (p *Project) kindOf(name string) *Type {
	for i := range p.Types {
		if strings.EqualFold(p.Types[i].Name, name) {
			return &p.Types[i]
		}
	}
	return nil
}

// category of a state, empty when the type or the state is not there (any more).
func (p *Project) category(kind, state string) string {
	t := p.kindOf(kind)
	if t == nil {
		return ""
	}
	for _, s := range t.States {
		if strings.EqualFold(s.Name, state) {
			return s.Category
		}
	}
	return ""
}
