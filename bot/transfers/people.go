package transfers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

const (
	// mostPlaces is how many teams and group chats are looked through for people.
	mostPlaces = 50
	// mostMembers is how many members of each are.
	mostMembers = 5_000
	// rosterTime is how long people are looked for in all: a turn answers within 10
	// seconds, and an import goes without those who were not found.
	rosterTime = 6 * time.Second
)

// match looks for the people of the files among those whom okrbot can see, and shows the
// preview or, where that was asked for, who was found.
func (s *Subject) match(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	if _, err := s.Import.MatchPeople(ctx, t.Actor, p.ID, s.colleagues(ctx, t)); err != nil {
		return chat.Reply{}, err
	}
	if p.Data[cards.KeyTo] == cards.ToPeople {
		return s.people(ctx, t, p)
	}
	return s.preview(ctx, t, p)
}

// colleagues are the people of the places that okrbot is in, and of the person's own chat.
// Microsoft Graph would know everybody; okrbot has no access to it. Best effort: whom it
// does not give can be chosen by hand.
func (s *Subject) colleagues(ctx context.Context, t *chat.Turn) []okr.Colleague {
	ctx, cancel := context.WithTimeout(ctx, rosterTime)
	defer cancel()
	places, err := s.Places.SharedPlaces(ctx, t.Actor.Tenant, mostPlaces)
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "places not listed", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
	var out []okr.Colleague
	for _, place := range append([]okr.Conversation{t.Conversation()}, places...) {
		members, err := s.chat.Connector.FirstMembers(ctx, chat.RefOf(place).Root(), mostMembers)
		if err != nil {
			s.chat.Logger.InfoContext(ctx, "roster not read", "ref", teams.RefFrom(ctx), "err", err)
			continue
		}
		for _, m := range members {
			if !chat.IsGuest(m, string(t.Actor.Tenant)) {
				out = append(out, colleaguesOf(m)...)
			}
		}
	}
	return out
}

// colleaguesOf is a member by the e-mail address and, where that is another one, by the
// name to sign in with. Who is in several places comes several times.
func colleaguesOf(m teams.Member) []okr.Colleague {
	who := okr.Person{ID: okr.UserID(strings.ToLower(m.AADObjectID)), Name: okr.CleanLine(m.Name)}
	out := []okr.Colleague{{Person: who, Email: cmp.Or(m.Email, m.UserPrincipalName)}}
	if m.UserPrincipalName != "" && !strings.EqualFold(m.UserPrincipalName, out[0].Email) {
		out = append(out, okr.Colleague{Person: who, Email: m.UserPrincipalName})
	}
	return out
}

// people asks who the people of the files are.
func (s *Subject) people(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.Import.PreviewImport(ctx, t.Actor, p.ID)
	return chat.Say(cards.ImportPeople(s.peopleForm(t, v, p.Offset()))), err
}

func (s *Subject) peopleForm(t *chat.Turn, v okr.ImportPreview, offset int) cards.ImportForm {
	return cards.ImportForm{Preview: v, Offset: offset, Picker: t.Picker(), Me: t.Actor.Person}
}

// savePeople takes the answers of a page. Where one names nobody, the page comes back with
// all that was typed, and none is kept.
func (s *Subject) savePeople(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.Import.PreviewImport(ctx, t.Actor, p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	chosen, err := s.chosenPeople(ctx, t, p, v.People)
	if wrong, ok := s.chat.FieldError(ctx, err); ok {
		form := s.peopleForm(t, v, p.Offset())
		form.Error, form.Values = wrong, p.Data
		return chat.Say(cards.ImportPeople(form)), nil
	}
	if err == nil && len(chosen) > 0 {
		v, err = s.Import.AnswerImport(ctx, t.Actor, p.ID, okr.ImportAnswers{People: chosen})
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if to, ok := p.next(); ok {
		return chat.Say(cards.ImportPeople(s.peopleForm(t, v, to))), nil
	}
	return chat.Say(cards.ImportPreview(v)), nil
}

// chosenPeople are the answers of a page that differ from what is known.
func (s *Subject) chosenPeople(ctx context.Context, t *chat.Turn, p importPress, all []okr.ImportPerson) (map[string]okr.Person, error) {
	chosen := map[string]okr.Person{}
	known := &finder{Subject: s, t: t}
	for _, person := range all {
		id := cards.ImportPersonInput(person.Key)
		typed, isSent := p.Data[id]
		typed = strings.TrimSpace(typed)
		if !isSent || isSaid(person, typed, p.Data[cards.KeyPicker] != "") {
			continue
		}
		is, err := known.person(ctx, id, typed)
		if err != nil {
			return nil, err
		}
		chosen[person.Key] = is
	}
	return chosen, nil
}

// isSaid says whether an answer is what is known of a person already. Of a picker that
// nobody touched some clients send nothing.
func isSaid(p okr.ImportPerson, typed string, picker bool) bool {
	switch {
	case !picker:
		return typed == cards.PersonValue(p)
	case typed == cards.ChoiceNone:
		return p.How == okr.MatchNobody
	}
	return typed == "" || strings.EqualFold(typed, string(p.Match.ID))
}

// finder finds the people of one form; whom okrbot can see it reads once.
type finder struct {
	*Subject
	t    *chat.Turn
	list []okr.Colleague
}

// person is whom an answer means: nobody, who answers, or somebody of those whom okrbot can
// see, by id, address or name. The error names the field.
func (f *finder) person(ctx context.Context, field, typed string) (okr.Person, error) {
	switch strings.ToLower(typed) {
	case "", cards.ChoiceNone, cards.Nobody:
		return okr.Person{}, nil
	case cards.ChoiceMe:
		return f.t.Actor.Person, nil
	}
	if f.list == nil {
		f.list = f.colleagues(ctx, f.t)
	}
	isIt := func(c okr.Colleague) bool {
		return strings.EqualFold(string(c.ID), typed) || strings.EqualFold(c.Email, typed)
	}
	if i := slices.IndexFunc(f.list, isIt); i >= 0 {
		return f.list[i].Person, nil
	}
	people := make([]okr.Person, len(f.list))
	for i, c := range f.list {
		people[i] = c.Person
	}
	if named := chat.Named(people, typed); len(named) == 1 {
		return named[0], nil
	} else if len(named) > 1 {
		return okr.Person{}, okr.FieldErrorf(field, "“%s” could be %s or %s. Type the e-mail address.", okr.Shorten(typed, 60), named[0].Name, named[1].Name)
	}
	return f.chat.Person(ctx, f.t, chat.PeopleField{ID: field}, typed)
}
