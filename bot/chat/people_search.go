package chat

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// search looks for the people of a field, for a turn.
type search struct {
	*Chat
	t *Turn
	f PeopleField
}

// byID looks a person up by object id or address, which Teams takes for one:
// in the place, or where others do not read along in the person's own chat with
// okrbot. A roster may have thousands; one member is one request.
func (c search) byID(ctx context.Context, id string) (okr.Person, error) {
	t, f := c.t, c.f
	ref := t.Activity.Ref().Root()
	unknown := "That person is not a member here, or no longer. Choose somebody else."
	if !IsObjectID(id) {
		unknown = nobodyCalled(id)
	}
	if t.Activity.IsPersonal() {
		colleagues, err := c.Colleagues(ctx, t)
		if err != nil {
			return okr.Person{}, err
		}
		for _, p := range colleagues {
			if strings.EqualFold(string(p.ID), id) {
				return p, nil
			}
		}
		unknown = "okrbot does not know that person yet. Ask them to add okrbot in Teams first, or choose them in a channel or group chat that they are in."
		own, err := c.PersonalOf(ctx, t.Conversation(), okr.UserID(strings.ToLower(id)), "")
		if err != nil {
			return okr.Person{}, okr.FieldErrorf(f.ID, "%s", unknown)
		}
		ref = RefOf(own)
	}
	m, err := c.Connector.Member(ctx, ref, id)
	if errors.Is(err, teams.ErrGone) {
		m, err = c.byMail(ctx, id, err)
	}
	switch {
	case errors.Is(err, teams.ErrGone), err == nil && !f.Guests && IsGuest(m, string(t.Actor.Tenant)):
		return okr.Person{}, okr.FieldErrorf(f.ID, "%s", unknown)
	case err != nil:
		return okr.Person{}, okr.WrapError(okr.Unavailable, err, "Teams did not say whether the chosen person is a member here. Try again in a minute.")
	}
	return personOf(m), nil
}

// byMail looks for an address that is not the one that somebody signs in with:
// Teams finds people by that only.
func (c search) byMail(ctx context.Context, address string, otherwise error) (teams.Member, error) {
	members := c.rosterOf(ctx, c.t, maxRoster).members
	i := slices.IndexFunc(members, func(m teams.Member) bool { return m.Email != "" && strings.EqualFold(m.Email, address) })
	if i < 0 {
		return teams.Member{}, otherwise
	}
	return members[i], nil
}

// byName looks for the one person whose name or parts of it were typed.
func (c search) byName(ctx context.Context, word string) (okr.Person, error) {
	t, f := c.t, c.f
	people := slices.Clone(f.Known)
	place := c.rosterOf(ctx, t, maxRoster)
	for _, m := range place.members {
		if f.Guests || !IsGuest(m, string(t.Actor.Tenant)) {
			people = append(people, personOf(m))
		}
	}
	if t.Activity.IsPersonal() {
		more, err := c.Colleagues(ctx, t)
		if err != nil {
			return okr.Person{}, err
		}
		people = append(people, more...)
	}
	found := Named(people, word)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if place.isCut() {
			return okr.Person{}, okr.FieldErrorf(f.ID, "None of the first %d members here is called “%s”. Write the address, for example megan@contoso.com.", len(place.members), okr.Shorten(word, 60))
		}
		return okr.Person{}, okr.FieldErrorf(f.ID, "%s", nobodyCalled(word))
	}
	var names []string
	for _, p := range found[:min(len(found), 5)] {
		names = append(names, p.Name)
	}
	return okr.Person{}, okr.FieldErrorf(f.ID, "“%s” could be %s. Write the whole name or the address.", okr.Shorten(word, 60), strings.Join(names, " or "))
}

func nobodyCalled(word string) string {
	return "Nobody here is called “" + okr.Shorten(word, 60) + "”. Write the name as Teams shows it, in a place where the person is a member."
}

// Named lists the people of a name; where there are none, those whose names have
// all the typed words or their beginnings.
func Named(people []okr.Person, text string) []okr.Person {
	var whole, parts []okr.Person
	seen := map[okr.UserID]bool{"": true}
	for _, p := range people {
		if seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		if strings.EqualFold(p.Name, text) {
			whole = append(whole, p)
		}
		if hasWords(p.Name, text) {
			parts = append(parts, p)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return parts
}

func hasWords(name, text string) bool {
	words := strings.Fields(strings.ToLower(name))
	for typed := range strings.FieldsSeq(strings.ToLower(text)) {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, typed) }) {
			return false
		}
	}
	return strings.TrimSpace(text) != ""
}
