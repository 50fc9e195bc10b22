package files

import (
	"context"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// namePeople gives the items of tables their people.
func (o *opening) namePeople() {
	items := o.set.bundle.Items
	for i := range items {
		it, who := &items[i], o.raw[i]
		for _, f := range []struct {
			into *[]transfer.Person
			cell string
		}{{&it.Owners, who.owners}, {&it.CheckInOwners, who.checkInOwners}, {&it.Editors, who.editors}, {&it.Viewers, who.viewers}} {
			if len(*f.into) == 0 {
				*f.into = o.named(f.cell, who.accounts)
			}
		}
		if it.Delegate.Name == "" {
			it.Delegate = first(o.named(who.delegate, who.accounts))
		}
		if it.CreatedBy.Name == "" {
			it.CreatedBy = first(o.named(who.creator, who.accounts))
		}
		for n := range it.Tasks {
			if task := &it.Tasks[n]; task.Owner.Account == "" && task.Owner.Email == "" {
				task.Owner = first(o.named(task.Owner.Name, who.accounts))
			}
		}
	}
	o.raw = nil
}

// named are the people of a cell, with the accounts that its row gives them and the
// addresses that other files have.
func (o *opening) named(cell, accounts string) []transfer.Person {
	var all []transfer.Person
	for _, who := range o.people.named(cell) {
		who.Account = accountOf(who.Name, accounts)
		if len(all) < maxPeopleRead {
			all = append(all, o.people.add(o.people.is(who)))
		}
	}
	return all
}

// accountOf finds a name in the accounts of a row of okrbot's own exports: a line each,
// Megan Bowen = object id. Of a name that two people have there it finds none.
func accountOf(name, accounts string) okr.UserID {
	found := ""
	for account := range strings.Lines(accounts) {
		who, id, ok := strings.Cut(account, " = ")
		if ok && who == name && found != "" {
			return ""
		} else if ok && who == name {
			found = line(id, okr.MaxName)
		}
	}
	return okr.UserID(found)
}

func first(list []transfer.Person) transfer.Person {
	if len(list) == 0 {
		return transfer.Person{}
	}
	return list[0]
}

// linkByTitle finds the parents of which a table gives a reference or the title only. A
// title that several items have finds none of them.
func (o *opening) linkByTitle() {
	items := o.set.bundle.Items
	titled := map[string][]int{}
	for i, it := range items {
		key := strings.ToLower(it.Title)
		titled[key] = append(titled[key], i)
	}
	for i := range items {
		for n := range items[i].Parents {
			if p := &items[i].Parents[n]; p.ID == "" {
				o.linkParent(&items[i], p, titled)
			}
		}
	}
}

func (o *opening) linkParent(it *transfer.Item, p *transfer.Parent, titled map[string][]int) {
	items := o.set.bundle.Items
	if n, ok := o.at[idOf(p.Title)]; ok && items[n].ID != it.ID {
		p.ID, p.Title = items[n].ID, items[n].Title
		return
	}
	switch found := titled[strings.ToLower(p.Title)]; len(found) {
	case 0: // as a parent that is missing in the files
	case 1:
		p.ID = items[found[0]].ID
		o.add(okr.FindingGuessed, findParents, it.Row, "Its parent is taken to be the one item with the title “"+p.Title+"”.")
	default:
		o.add(okr.FindingGuessed, findParents, it.Row, counted(len(found), "item has", "items have")+" the title of its parent, “"+p.Title+"”, so none is taken. Send the export with the column Id.")
	}
}

// tableCheckIns reads the check-ins in the cells of a table, those of an item from the
// oldest to the newest.
func (o *opening) tableCheckIns(p *part) source[transfer.CheckIn] {
	return source[transfer.CheckIn]{each: func(ctx context.Context, do func(transfer.CheckIn) error) error {
		ids := p.newIDs()
		return p.rows(ctx, func(r row) error {
			id := ids.of(r)
			for _, t := range checkInsOf(r) {
				c := t.checkIn(p, r, id, r.get(colUnit))
				c.By = o.people.is(c.By)
				if err := do(c); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}
