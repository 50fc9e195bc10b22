package bindings

import (
	"context"
	"fmt"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// take adds the work items that are typed. What cannot be added stays typed, and is said.
func (s picker) take(ctx context.Context, t *chat.Turn, c *choosing) error {
	m := c.d.Choice
	if strings.TrimSpace(m.Text) == "" {
		return nil
	}
	typed := readItems(m.Text, c.organization())
	fresh, known := m.fresh(typed.ids)
	if len(fresh) > 0 {
		if _, err := okr.NewChosen(append(m.ids(), fresh...), m.Below); err != nil {
			return err
		}
	}
	problems, left, n, err := s.takeFresh(ctx, t, c, fresh)
	if err != nil {
		return err
	}
	c.notice = strings.TrimSpace(c.notice + " " + added(n, known))
	problems = append(problems, c.misread(typed)...)
	left = append(left, typed.wrong...)
	left = append(append(left, typed.elsew...), typed.query...)
	m.Text = strings.Join(left, " ")
	if len(problems) > 0 {
		c.wrong = cards.FieldError{Field: cards.KeyItems, Message: strings.Join(problems, " ")}
	}
	return nil
}

// fresh are the ids that are not chosen yet, and how many are.
func (c *choice) fresh(ids []int) (fresh []int, known int) {
	for _, id := range ids {
		if c.has(id) {
			known++
		} else {
			fresh = append(fresh, id)
		}
	}
	return fresh, known
}

// takeFresh reads work items and adds those that can be chosen; the others are left, with
// what is wrong with them.
func (s picker) takeFresh(ctx context.Context, t *chat.Turn, c *choosing, ids []int) (problems, left []string, n int, err error) {
	if len(ids) == 0 {
		return nil, nil, 0, nil
	}
	found, missing, moved, err := s.measure.ReadItems(ctx, t.Actor, c.d.Connection, ids)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, i := range found {
		if c.d.Choice.put(c.d.Choice.keep(i)) {
			n++
		}
	}
	if len(missing) > 0 {
		left = append(left, numbers(missing)...)
		problems = append(problems, fmt.Sprintf("I can't find %s. They may be deleted, or this connection's account can't see them.", some(numbers(missing))))
	}
	for _, i := range moved {
		left = append(left, numbers([]int{i.ID})...)
	}
	if len(moved) > 0 {
		problems = append(problems, inOthers(moved, c.project()))
	}
	return problems, left, n, nil
}

// inOthers says of which projects work items are.
func inOthers(moved []okr.WorkItem, project string) string {
	var parts []string
	for _, i := range moved {
		parts = append(parts, fmt.Sprintf("%d (in %s)", i.ID, i.Project))
	}
	return fmt.Sprintf("In another Azure DevOps project than %s: %s. Choose a connection to that project.", project, some(parts))
}

// misread says what of a text names no work item of this organization.
func (c *choosing) misread(typed itemText) []string {
	var out []string
	if len(typed.wrong) > 0 {
		out = append(out, fmt.Sprintf("Not a number or address of a work item: %s.", some(typed.wrong)))
	}
	if len(typed.elsew) > 0 {
		out = append(out, fmt.Sprintf("In another organization than %s, which this connection reads: %s. Choose a connection to that organization.", c.organization(), some(typed.elsew)))
	}
	if len(typed.query) > 0 {
		out = append(out, fmt.Sprintf("The address of a query: %s. To bind a query, select Use a shared query.", some(typed.query)))
	}
	return out
}

func (c *choosing) connection() okr.Connection {
	for _, connection := range c.list {
		if connection.ID == c.d.Connection {
			return connection
		}
	}
	return okr.Connection{}
}

func (c *choosing) organization() string { return c.connection().Organization }
func (c *choosing) project() string      { return c.connection().Project.Name }

// refresh reads the chosen work items as they are now, and says of each that cannot be
// counted why.
func (s picker) refresh(ctx context.Context, t *chat.Turn, c *choosing) error {
	m := c.d.Choice
	if len(m.Items) == 0 {
		return nil
	}
	found, missing, moved, err := s.measure.ReadItems(ctx, t.Actor, c.d.Connection, m.ids())
	if err != nil {
		return err
	}
	for _, i := range found {
		m.put(m.keep(i))
	}
	for _, i := range moved {
		item := kept(m.Items, i.ID) // what is in another project is nobody's business here
		item.Why = "Moved to the Azure DevOps project " + i.Project + "."
		m.put(item)
	}
	for _, id := range missing {
		item := kept(m.Items, id)
		item.Why = "Deleted, or this connection's account can't see it."
		m.put(item)
	}
	return nil
}

// changedMeanwhile shows the choice again with what somebody else made of it since the form
// was opened, and what was changed here.
func (s picker) changedMeanwhile(ctx context.Context, t *chat.Turn, d bindDraft, cause error) (chat.Reply, error) {
	g, err := s.measure.Bindable(ctx, t.Actor, d.Goal)
	if err != nil {
		return chat.Reply{}, err
	}
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	c := &choosing{d: d, g: g, list: list}
	words := s.chat.Words(ctx, cause)
	if g.Binding != nil && g.Binding.Query.Chosen != nil {
		ids := d.Choice.edited(*g.Binding.Query.Chosen)
		items := d.Choice.Items
		d.Choice.Items = nil
		for _, id := range ids {
			d.Choice.put(kept(items, id))
		}
		words = fmt.Sprintf("%s changed the work items of %s while you were choosing. The list now has both changes. Check it, then select Next.", g.Binding.BoundBy.Name, g.ID)
	}
	d.Choice.begin(g)
	err = s.refresh(ctx, t, c)
	if err == nil {
		c.wrong = cards.FieldError{Message: words}
	}
	return s.choiceCard(ctx, t, c, err)
}

func kept(items []chosenItem, id int) chosenItem {
	for _, i := range items {
		if i.ID == id {
			return i
		}
	}
	return chosenItem{ID: id}
}
