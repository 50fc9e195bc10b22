package adotest

import (
	"fmt"
	"slices"
	"strings"
)

// UpdateType customizes a work item type of a project in place: rename, delete
// or add states, disable the type. Items keep the state and the type that they
// have, so after the loss of a state some are in one that the list does not
// name, as after a change of the process in reality.
func (c *Cloud) UpdateType(org, project, name string, change func(*Type)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, p, err := c.place(org, project)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Types, func(t Type) bool { return strings.EqualFold(t.Name, name) })
	if i < 0 {
		return fmt.Errorf("unknown work item type %q in project %q", name, project)
	}
	// Types of a process share their states and may share the list.
	p.Types = slices.Clone(p.Types)
	p.Types[i].States = slices.Clone(p.Types[i].States)
	change(&p.Types[i])
	return nil
}

// RenameState gives a state of a type another name; items keep the old one.
func (c *Cloud) RenameState(org, project, kind, from, to string) error {
	return c.UpdateType(org, project, kind, func(t *Type) {
		for i := range t.States {
			if strings.EqualFold(t.States[i].Name, from) {
				t.States[i].Name = to
			}
		}
	})
}

// RenameField gives a field another name in all organizations; its reference name stays.
func (c *Cloud) RenameField(ref, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.renamed == nil {
		c.renamed = map[string]string{}
	}
	c.renamed[ref] = name
}

// DeleteState takes a state away from a type; items stay in it.
func (c *Cloud) DeleteState(org, project, kind, state string) error {
	return c.UpdateType(org, project, kind, func(t *Type) {
		t.States = slices.DeleteFunc(t.States, func(s State) bool { return strings.EqualFold(s.Name, state) })
	})
}

// DisableType hides a type from new work; its items stay.
func (c *Cloud) DisableType(org, project, kind string) error {
	return c.UpdateType(org, project, kind, func(t *Type) { t.Disabled = true })
}

// DeleteType takes a type away from a project; its items stay.
func (c *Cloud) DeleteType(org, project, kind string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, p, err := c.place(org, project)
	if err != nil {
		return err
	}
	p.Types = slices.DeleteFunc(slices.Clone(p.Types), func(t Type) bool { return strings.EqualFold(t.Name, kind) })
	return nil
}
