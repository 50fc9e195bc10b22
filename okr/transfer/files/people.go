package files

import (
	"cmp"
	"slices"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// people are those whom the files name. The CSV knows names only, and the ZIP addresses,
// too: who has the name of one person alone is that person.
type people struct {
	byKey  map[string]transfer.Person   // by address in lower case, else by name
	byName map[string][]transfer.Person // those with an address, by folded name
	commas []string                     // names that hold a comma, folded, the longest first
	order  []string
}

func newPeople() *people {
	return &people{byKey: map[string]transfer.Person{}, byName: map[string][]transfer.Person{}}
}

// add takes somebody in and gives them as they are kept.
func (p *people) add(who transfer.Person) transfer.Person {
	who = shortPerson(who)
	if who.Name == "" && who.Email == "" {
		return transfer.Person{}
	}
	if who.Name == "" {
		who.Name = who.Email
	}
	key := keyOf(who)
	if known, ok := p.byKey[key]; ok {
		return known
	}
	p.byKey[key] = who
	p.order = append(p.order, key)
	name := folded(who.Name)
	if isKnown(who) {
		p.byName[name] = append(p.byName[name], who)
	}
	if strings.Contains(name, ",") {
		p.comma(name)
	}
	return who
}

// comma remembers a folded name that holds one.
func (p *people) comma(name string) {
	if len(p.commas) < 1000 && !slices.Contains(p.commas, name) {
		p.commas = append(p.commas, name)
		slices.SortStableFunc(p.commas, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}
}

func keyOf(who transfer.Person) string {
	return cmp.Or(strings.ToLower(who.Email), string(who.Account), folded(who.Name))
}

// isKnown says whether a person is told from others of the same name.
func isKnown(who transfer.Person) bool { return who.Email != "" || who.Account != "" }

func folded(name string) string { return strings.ToLower(okr.CleanLine(name)) }

// is gives somebody known by name only the address of the one person with that name.
func (p *people) is(who transfer.Person) transfer.Person {
	if isKnown(who) || who.Name == "" {
		return who
	}
	if same := p.byName[folded(who.Name)]; len(same) == 1 {
		return same[0]
	}
	return who
}

// named reads the people of a cell: names with commas between, or semicolons; addresses,
// too. A name that holds a comma itself is found where another cell has it alone.
func (p *people) named(cell string) []transfer.Person {
	var all []transfer.Person
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\n' }) {
		for part = okr.CleanLine(part); part != ""; {
			var name string
			name, part = p.cutName(part)
			if who := personOf(name); who.Name != "" {
				all = append(all, who)
			}
		}
	}
	return all
}

func (p *people) cutName(s string) (name, rest string) {
	low := strings.ToLower(s)
	for _, known := range p.commas {
		if after, ok := strings.CutPrefix(low, known); ok && len(low) == len(s) && (after == "" || after[0] == ',') {
			return s[:len(known)], strings.TrimLeft(s[len(known):], ", ")
		}
	}
	name, rest, _ = strings.Cut(s, ",")
	return strings.TrimSpace(name), strings.TrimSpace(rest)
}

// personOf reads a name, an address, or a name with its address: "Alex <alex@…>".
func personOf(s string) transfer.Person {
	s = okr.CleanLine(s)
	name, address, ok := strings.Cut(s, "<")
	if ok && strings.Contains(address, "@") {
		return transfer.Person{Name: strings.TrimSpace(name), Email: strings.TrimSuffix(strings.TrimSpace(address), ">")}
	}
	if strings.Contains(s, "@") && !strings.Contains(s, " ") {
		return transfer.Person{Name: s, Email: s}
	}
	return transfer.Person{Name: s}
}

// list gives the people in the order in which they were met, without those who are known
// by their address as well.
func (p *people) list() []transfer.Person {
	var all []transfer.Person
	for _, key := range p.order {
		if who := p.byKey[key]; p.is(who) == who {
			all = append(all, who)
		}
	}
	return all
}

// learn remembers a cell that names one person, where that has a comma.
func (p *people) learn(cell string) {
	if strings.Contains(cell, ",") {
		p.comma(folded(cell))
	}
}

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
