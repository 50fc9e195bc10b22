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
	unknown := "That person isn't a member here. Choose someone else."
	if !IsObjectID(id) {
		unknown = nobodyCalled(t, id)
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
		unknown = "I don't know that person yet. Ask them to add okrbot in Teams first, or choose them in a channel or group chat that they're in."
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
		return okr.Person{}, okr.WrapError(okr.Unavailable, err, "Teams didn't say whether that person is a member here. Try again in a minute.")
	}
	return personOf(m), nil
}

// mostMet is how many admins are asked for by name in one turn.
const mostMet = 5

// MeetAdmins asks Teams for the names of the admins whom only the configuration names, by
// their ids, so that people know whom to ask. Best effort, once an hour: without a name an
// admin is counted.
func MeetAdmins(ctx context.Context, c *Chat, t *Turn) {
	unmet := c.Access.UnmetAdmins(ctx, t.Settings)
	if len(unmet) == 0 {
		return
	}
	asked := "admins/" + t.Activity.BaseConversationID()
	if _, isFresh := c.roles.get(asked, c.Now()); isFresh {
		return
	}
	c.roles.put(asked, roleUnknown, c.Now().Add(roleFresh))
	ctx, cancel := context.WithTimeout(ctx, c.LookupTime)
	defer cancel()
	for _, id := range unmet[:min(len(unmet), mostMet)] {
		p, err := search{c, t, PeopleField{}}.nameInTeams(ctx, id)
		if err == nil && p.ID == id && p.Name != "" {
			err = c.Access.Meet(ctx, t.Actor.Tenant, p)
		}
		if err != nil {
			c.Logger.InfoContext(ctx, "admin not named", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
		}
	}
}

// nameInTeams reads who somebody is from the place of a turn, or from their own chat with
// okrbot. That one is not remembered: when they come there, they are greeted.
func (c search) nameInTeams(ctx context.Context, id okr.UserID) (okr.Person, error) {
	t := c.t
	ref := t.Activity.Ref().Root()
	if t.Activity.IsPersonal() {
		own, err := c.Memory.PersonalConversation(ctx, t.Actor.Tenant, id)
		if err == nil {
			ref = RefOf(own)
		} else if ref.ConversationID, err = c.Connector.CreatePersonal(ctx, ref.ServiceURL, ref.TenantID, string(id)); err != nil {
			return okr.Person{}, err
		}
	}
	m, err := c.Connector.Member(ctx, ref, string(id))
	return personOf(m), err
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
			return okr.Person{}, okr.FieldErrorf(f.ID, "None of the first %d members here is called “%s”. Enter the email address, for example megan@contoso.com.", len(place.members), okr.Shorten(word, 60))
		}
		return okr.Person{}, okr.FieldErrorf(f.ID, "%s", nobodyCalled(t, word))
	}
	var names []string
	for _, p := range found[:min(len(found), 5)] {
		names = append(names, p.Name)
	}
	return okr.Person{}, okr.FieldErrorf(f.ID, "“%s” could be %s. Write the whole name or the address.", okr.Shorten(word, 60), strings.Join(names, " or "))
}

// nobodyCalled says that a name is unknown, and where it is known. A 1:1 chat has no members
// to look among.
func nobodyCalled(t *Turn, word string) string {
	nobody := "Nobody here is called “" + okr.Shorten(word, 60) + "”. "
	if t.Activity.IsPersonal() {
		return nobody + "In our 1:1 chat I know the people of your OKRs by name. For others, try again in a channel or group chat that they're in."
	}
	return nobody + "Enter the name as Teams shows it, in a channel or chat that the person is in."
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
