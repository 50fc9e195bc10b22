package transfer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"okrbot/okr"
)

// people are the people of files, and who they are here.
type people struct {
	imported okr.Import
	mails    map[string]string // the e-mail address or account of a name; empty: several have the name
	list     []okr.ImportPerson
	at       map[string]int // in list, by key
}

func newPeople(b *Bundle, i okr.Import, said said) people {
	p := people{imported: i, mails: map[string]string{}, at: map[string]int{}}
	for _, who := range b.People {
		p.noteMail(who)
	}
	for _, item := range b.Items {
		for _, who := range item.people() {
			p.noteMail(who)
		}
	}
	for _, item := range b.Items {
		p.count(item)
	}
	for _, who := range said.people {
		p.note(who)
	}
	return p
}

// people are all whom an item names but its maker.
func (i Item) people() []Person {
	all := slices.Concat(i.Owners, i.CheckInOwners, i.Editors, i.Viewers, []Person{i.Delegate})
	for _, t := range i.Tasks {
		all = append(all, t.Owner)
	}
	return all
}

// noteMail remembers which address a name has, unless two people have the name.
func (p *people) noteMail(who Person) {
	name, mail := fold(who.Name), sureKey(who)
	if name == "" || mail == "" {
		return
	}
	if before, known := p.mails[name]; known && before != mail {
		mail = ""
	}
	p.mails[name] = mail
}

// sureKey is the e-mail address in lower case, else the account; empty: neither is known.
func sureKey(who Person) string {
	return strings.ToLower(cmp.Or(strings.TrimSpace(who.Email), string(who.Account)))
}

// key is what a person of the files is known by: the e-mail address in lower case, else
// the account of an export of okrbot, else the name.
func (p *people) key(who Person) string {
	if key := sureKey(who); key != "" {
		return key
	}
	return cmp.Or(p.mails[fold(who.Name)], okr.CleanLine(who.Name))
}

// count counts an item for each of those whom it names.
func (p *people) count(item Item) {
	var counted []string
	for _, who := range item.people() {
		key := p.key(who)
		if key == "" || slices.Contains(counted, key) {
			continue
		}
		counted = append(counted, key)
		p.list[p.note(who)].Items++
	}
	p.note(item.CreatedBy)
}

// note puts somebody on the list; -1: it is nobody.
func (p *people) note(who Person) int {
	key := p.key(who)
	if key == "" {
		return -1
	}
	n, known := p.at[key]
	if !known {
		n = len(p.list)
		p.at[key] = n
		p.list = append(p.list, okr.ImportPerson{Key: key, Name: okr.CleanLine(who.Name), Account: who.Account})
		p.list[n].Match, p.list[n].How = p.imported.WhoIs(key)
	}
	if entry := &p.list[n]; entry.Email == "" && strings.Contains(key, "@") {
		entry.Email = cmp.Or(strings.TrimSpace(who.Email), key)
	}
	return n
}

// is gives who somebody of the files is here, the name of the files where nobody was found.
func (p *people) is(who Person) okr.Person {
	key := p.key(who)
	if key == "" {
		return okr.Person{}
	}
	if found, _ := p.imported.WhoIs(key); found.ID != "" {
		return found
	}
	return okr.Person{Name: okr.Shorten(okr.CleanLine(cmp.Or(who.Name, who.Email)), okr.MaxName)}
}

// known are those of some people who were found, each once and at most as many as fit.
func (p *people) known(list []Person) []okr.Person {
	var out []okr.Person
	for _, who := range list {
		found := p.is(who)
		if found.ID != "" && len(out) < okr.MaxPeople && !slices.ContainsFunc(out, func(o okr.Person) bool { return o.ID == found.ID }) {
			out = append(out, found)
		}
	}
	return out
}

// sorted lists the people of the files: those first whom most goals name, and those whom
// none names last.
func (p *people) sorted() []okr.ImportPerson {
	list := slices.Clone(p.list)
	for i := range list {
		if list[i].Items == 0 && list[i].How == okr.MatchNone {
			list[i].How = okr.MatchNotAsked
		}
	}
	slices.SortStableFunc(list, func(a, b okr.ImportPerson) int {
		return cmp.Or(cmp.Compare(b.Items, a.Items), cmp.Compare(fold(a.Name), fold(b.Name)))
	})
	return list
}

// MatchPeople finds who the people of the files are among colleagues: as in imports
// before, by e-mail address or account, else by name where one colleague alone has it. An
// export of this very tenant names accounts of it. What was
// chosen stays.
func (s *Service) MatchPeople(ctx context.Context, actor okr.Actor, id okr.ImportID, known []okr.Colleague) (okr.Import, error) {
	i, err := s.collecting(ctx, actor, id)
	if err != nil {
		return i, err
	}
	d, err := s.draft(ctx, actor.Tenant, i)
	if err != nil {
		return i, err
	}
	earlier, err := s.Shelf.RememberedPeople(ctx, actor.Tenant, d.people.keys())
	if err != nil {
		return i, err
	}
	colleagues := newColleagues(known)
	found := map[string]okr.ImportMatched{}
	for _, p := range d.people.list {
		m := colleagues.match(p, earlier)
		if isOwn := d.source.Bundle().Tenant == actor.Tenant; m.ID == "" && isOwn && p.Account != "" {
			m = okr.ImportMatched{Person: okr.Person{ID: p.Account, Name: p.Name}, How: okr.MatchAccount}
		}
		if m.How != okr.MatchNone {
			found[p.Key] = m
		}
	}
	return s.change(ctx, actor.Tenant, id, func(i *okr.Import) { i.Found = found })
}

func (p *people) keys() []string {
	keys := make([]string, len(p.list))
	for i, entry := range p.list {
		keys[i] = entry.Key
	}
	return keys
}

// colleagues are whom people are matched with. Where several have a name or an address,
// nobody is meant by it.
type colleagues struct {
	mails, names map[string][]okr.Person
}

func newColleagues(list []okr.Colleague) colleagues {
	c := colleagues{mails: map[string][]okr.Person{}, names: map[string][]okr.Person{}}
	for _, who := range list {
		add(c.mails, strings.ToLower(strings.TrimSpace(who.Email)), who.Person)
		add(c.mails, strings.ToLower(string(who.ID)), who.Person)
		add(c.names, fold(who.Name), who.Person)
	}
	return c
}

func add(to map[string][]okr.Person, key string, who okr.Person) {
	if key != "" && who.ID != "" && !slices.ContainsFunc(to[key], func(o okr.Person) bool { return o.ID == who.ID }) {
		to[key] = append(to[key], who)
	}
}

func (c colleagues) match(p okr.ImportPerson, earlier map[string]okr.Person) okr.ImportMatched {
	if who, known := earlier[p.Key]; known {
		return okr.ImportMatched{Person: who, How: okr.MatchEarlier}
	}
	if of := c.mails[strings.ToLower(cmp.Or(p.Email, p.Key))]; len(of) == 1 {
		how := okr.MatchEmail
		if p.Email == "" {
			how = okr.MatchAccount
		}
		return okr.ImportMatched{Person: of[0], How: how}
	}
	switch of := c.names[fold(p.Name)]; len(of) {
	case 0:
		return okr.ImportMatched{}
	case 1:
		return okr.ImportMatched{Person: of[0], How: okr.MatchName}
	}
	return okr.ImportMatched{How: okr.MatchSeveral}
}
