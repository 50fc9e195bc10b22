package script

import (
	"errors"
	"fmt"
	"strconv"

	"okrbot/ado/adotest"
)

// cmdADO is what happens in Azure DevOps.
func (w *World) cmdADO(_ bool, args []string) error {
	if len(args) == 0 {
		return errors.New("what?")
	}
	verb, args := args[0], append(args[1:], "", "", "", "", "")
	switch verb {
	case "project":
		w.org, w.project = args[0], args[1]
		return nil
	case "complete", "reopen", "remove":
		return w.moveItems(verb, args[0], args[1])
	case "add":
		_, err := w.Azure.AddItem(w.org, w.project, adotest.Item{Type: args[0], Title: args[1], Tags: []string{args[2]}})
		return err
	case "grow":
		return w.growItems(args)
	case "grow-folders":
		return w.growFolders(args[0], args[1])
	case "drop", "move-item", "hide-item":
		return w.loseItem(verb, args[0], args[1])
	case "points":
		return w.setPoints(args[0], args[1], args[2])
	case "state", "type", "hide-items", "withhold":
		return w.changeItems(verb, args[0], args[1], args[2])
	case "new-state":
		return w.Azure.UpdateType(w.org, w.project, args[0], func(t *adotest.Type) {
			t.States = append(t.States, adotest.State{Name: args[1], Category: args[2]})
		})
	case "grant", "revoke", "expire", "sign-out":
		return w.changeAccess(verb, args[0])
	case "rename-project":
		name := w.project
		w.project = args[0]
		return w.Azure.UpdateProject(w.org, name, func(p *adotest.Project) { p.Name = args[0] })
	case "rename-field":
		w.Azure.RenameField(args[0], args[1])
		return nil
	case "invite":
		return w.invite(args[0])
	case "calls", "quiet":
		return w.countCalls(verb, args[0], args[1])
	default:
		return w.changeQuery(verb, args[0], args[1])
	}
}

// growItems adds many items, below one if its title is given.
func (w *World) growItems(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	parent := 0
	if args[4] != "" {
		if parent, err = w.itemOf(args[4]); err != nil {
			return err
		}
	}
	for i := range n {
		it := adotest.Item{Type: args[1], Title: fmt.Sprintf("%s %d", args[2], i+1), Tags: []string{args[3]}, Parent: parent}
		if _, err := w.Azure.AddItem(w.org, w.project, it); err != nil {
			return err
		}
	}
	return nil
}

// growFolders adds folders of shared queries with one query each.
func (w *World) growFolders(count, path string) error {
	n, err := strconv.Atoi(count)
	for i := range n {
		_, addErr := w.Azure.AddQuery(w.org, w.project, adotest.Query{Name: fmt.Sprintf("Work of %d", i+1), Folder: fmt.Sprintf("%s %d", path, i+1)})
		err = errors.Join(err, addErr)
	}
	return err
}

// loseItem takes an item away from the project, or from everybody but one person.
func (w *World) loseItem(verb, title, to string) error {
	id, err := w.itemOf(title)
	if err != nil {
		return err
	}
	if verb == "hide-item" {
		return w.Azure.ShowTo(w.org, id, w.Teams.User(to).ObjectID)
	}
	return w.Azure.UpdateItem(w.org, id, func(i *adotest.Item) {
		if verb == "drop" {
			i.Deleted = true
		} else {
			i.Project = to
		}
	})
}

// itemOf is the id of the item with a title.
func (w *World) itemOf(title string) (int, error) {
	for _, it := range w.Azure.Items(w.org, w.project) {
		if it.Title == title {
			return it.ID, nil
		}
	}
	return 0, fmt.Errorf("no work item %q", title)
}

func (w *World) moveItems(verb, query, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	var moved []int
	switch verb {
	case "complete":
		moved, err = w.Azure.Complete(w.org, w.project, query, n)
	case "reopen":
		moved, err = w.Azure.Reopen(w.org, w.project, query, n)
	default:
		for _, it := range w.Azure.Result(w.org, w.project, query, "")[:n] {
			moved = append(moved, it.ID)
			err = errors.Join(err, w.Azure.UpdateItem(w.org, it.ID, func(i *adotest.Item) { i.Deleted = true }))
		}
	}
	if err == nil && len(moved) != n {
		err = fmt.Errorf("%d of %d items of %q", len(moved), n, query)
	}
	return err
}

// changeItems gives the first bugs of a query another state or type, or hides them from
// everybody but one person.
func (w *World) changeItems(verb, query, count, to string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	for _, it := range w.Azure.Result(w.org, w.project, query, "") {
		if n == 0 || it.Type != "Bug" {
			continue
		}
		n--
		switch verb {
		case "hide-items":
			err = errors.Join(err, w.Azure.ShowTo(w.org, it.ID, w.Teams.User(to).ObjectID))
		case "withhold":
			err = errors.Join(err, w.Azure.Withhold(w.org, it.ID))
		case "state":
			err = errors.Join(err, w.Azure.SetState(w.org, it.ID, to))
		default:
			err = errors.Join(err, w.Azure.UpdateItem(w.org, it.ID, func(i *adotest.Item) { i.Type = to }))
		}
	}
	if err == nil && n > 0 {
		err = fmt.Errorf("%d bugs too few in %q", n, query)
	}
	return err
}

// setPoints gives the first items of a query some story points.
func (w *World) setPoints(query, count, points string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	value, err := strconv.ParseFloat(points, 64)
	if err != nil {
		return err
	}
	for _, it := range w.Azure.Result(w.org, w.project, query, "")[:n] {
		err = errors.Join(err, w.Azure.UpdateItem(w.org, it.ID, func(i *adotest.Item) {
			i.Fields = map[string]any{adotest.FieldStoryPoints: value}
		}))
	}
	return err
}

func (w *World) changeAccess(verb, name string) error {
	u := w.Teams.User(name)
	if u.ID == "" {
		return fmt.Errorf("nobody is called %q", name)
	}
	switch verb {
	case "grant":
		w.Azure.Grant(u.ObjectID, w.org)
	case "revoke":
		w.Azure.Revoke(u.ObjectID, w.org)
	case "expire":
		w.Azure.ExpireAccessTokens(u.ObjectID)
	default:
		w.Azure.ExpireAccessTokens(u.ObjectID)
		w.Azure.RevokeSessions(u.ObjectID)
	}
	return nil
}

// invite makes somebody a guest of northwind, whose tenant knows that person by another id.
func (w *World) invite(name string) error {
	u := w.Teams.User(name)
	if u.ID == "" {
		return fmt.Errorf("nobody is called %q", name)
	}
	w.Azure.Grant(u.ObjectID, adotest.OrgForeign)
	w.Azure.UpdateUser(u.ObjectID, func(a *adotest.User) {
		a.Guest = []adotest.Guest{{Tenant: adotest.ForeignTenantID, OID: "9" + u.ObjectID[1:]}}
	})
	return nil
}

func (w *World) changeQuery(verb, name, to string) error {
	change, ok := map[string]func(*adotest.Query){
		"delete-query":  func(q *adotest.Query) { q.Deleted = true },
		"restore-query": func(q *adotest.Query) { q.Deleted = false },
		"break-query":   func(q *adotest.Query) { q.InvalidSyntax = true },
		"rename-query":  func(q *adotest.Query) { q.Name = to },
		"move-query":    func(q *adotest.Query) { q.Folder = to },
		"hide-query":    func(q *adotest.Query) { q.VisibleTo = []string{w.Teams.User(to).ObjectID} },
	}[verb]
	if !ok {
		return fmt.Errorf("unknown: %s", verb)
	}
	for _, q := range w.Azure.Queries(w.org, w.project) {
		if q.Name == name {
			return w.Azure.UpdateQuery(w.org, q.ID, change)
		}
	}
	return fmt.Errorf("no query %q", name)
}

func (w *World) countCalls(verb, op, count string) error {
	n := 0
	for _, call := range w.Azure.Calls()[w.calls:] {
		if verb == "quiet" || call.Op == op {
			n++
		}
	}
	if want, _ := strconv.Atoi(count); n != want {
		return fmt.Errorf("%d requests, not %d", n, want)
	}
	return nil
}
