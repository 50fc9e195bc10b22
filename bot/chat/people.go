package chat

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

const (
	// maxOwners is how many people a form offers as owners.
	maxOwners = 100
	// maxRoster is how many members of a place are looked through for a name.
	maxRoster = 1_000
)

// Owners offers who can own a goal: those who are known from it, the person of the
// turn and the members of the place. Where the roster cannot be read, a form still
// works with the others.
func (c *Chat) Owners(ctx context.Context, t *Turn, known []okr.Person) []cards.Choice {
	people := append(slices.Clone(known), t.Actor.Person)
	members := slices.Clone(c.rosterOf(ctx, t, maxOwners).members)
	slices.SortFunc(members, func(x, y teams.Member) int { return strings.Compare(x.Name, y.Name) })
	for _, m := range members {
		if p := personOf(m); p.ID != "" && !IsGuest(m, string(t.Actor.Tenant)) {
			people = append(people, p)
		}
	}
	return PersonChoices(people)
}

// roster is the members of a place, or the first ones of many.
type roster struct {
	members []teams.Member
	most    int // how many were asked for
}

// isCut says whether the place may have more members.
func (r roster) isCut() bool { return r.most > 0 && len(r.members) >= r.most }

// rosterOf reads the first members of a shared place, once a turn.
func (c *Chat) rosterOf(ctx context.Context, t *Turn, most int) roster {
	if t.roster != nil && (t.roster.most >= most || !t.roster.isCut()) {
		return *t.roster
	}
	if t.Activity.IsPersonal() {
		return roster{}
	}
	ctx, cancel := context.WithTimeout(ctx, c.LookupTime)
	defer cancel()
	members, err := c.Connector.FirstMembers(ctx, t.Activity.Ref().Root(), most)
	if err != nil {
		c.Logger.WarnContext(ctx, "roster not read", "ref", teams.RefFrom(ctx), "err", err)
		return roster{}
	}
	t.roster = &roster{members, most}
	return *t.roster
}

// PersonChoices offers each person once, at most maxOwners.
func PersonChoices(people []okr.Person) []cards.Choice {
	var out []cards.Choice
	seen := map[okr.UserID]bool{"": true}
	for _, p := range people {
		if !seen[p.Ref()] && len(out) < maxOwners {
			seen[p.Ref()] = true
			out = append(out, personChoice(p))
		}
	}
	return out
}

// personChoice offers a person; one without an account says so.
func personChoice(p okr.Person) cards.Choice {
	return cards.Choice{Title: cards.PersonName(p), Value: string(p.Ref())}
}

func personOf(m teams.Member) okr.Person {
	return okr.Person{ID: okr.UserID(strings.ToLower(m.AADObjectID)), Name: okr.CleanLine(m.Name)}
}

// Colleagues are the people who work on the first open objectives: those who are
// known where a place has no roster.
func (c *Chat) Colleagues(ctx context.Context, t *Turn) ([]okr.Person, error) {
	if !t.hasFirst {
		_, lists, err := c.Plan.Lists(ctx, t.Actor, FirstObjectives())
		if err != nil {
			return nil, err
		}
		t.KeepFirst(GoalsOf(lists[0]))
	}
	return WorkersOf(t.first), nil
}

// KeepFirst keeps the first open objectives for the rest of the turn.
func (t *Turn) KeepFirst(objectives []okr.Goal) { t.first, t.hasFirst = objectives, true }

// HasFirst says whether they are kept.
func (t *Turn) HasFirst() bool { return t.hasFirst }

// firstObjectives is how many objectives are looked at for the people of a tenant.
const firstObjectives = 50

// FirstObjectives asks for the first open objectives, for those who work on them.
func FirstObjectives() okr.ListAsk {
	return okr.ListAsk{Filter: okr.Filter{Kind: okr.Objective}, Page: okr.Page{Limit: firstObjectives}, Plain: true}
}

// GoalsOf are the goals of a list.
func GoalsOf(l okr.List) []okr.Goal {
	var out []okr.Goal
	for _, v := range l.Views {
		out = append(out, v.Goal)
	}
	return out
}

// WorkersOf are the people with an account who work on the first of some objectives.
func WorkersOf(objectives []okr.Goal) []okr.Person {
	var people []okr.Person
	for _, o := range objectives[:min(len(objectives), firstObjectives)] {
		people = append(people, o.Workers()...)
	}
	return slices.DeleteFunc(people, func(p okr.Person) bool { return p.ID == "" })
}

// PeopleField is a field of a form that names people.
type PeopleField struct {
	ID     string // of the input
	Known  []okr.Person
	Guests bool // may be among them
	Single bool
}

// People reads a field of people: ids as a people picker gives them, or names,
// addresses and mentions as typed. What a card says is not trusted: each must be
// known from the goal, a member of the place, or have a chat with okrbot. How many
// they are is looked at before anybody is asked for.
func (c *Chat) People(ctx context.Context, t *Turn, f PeopleField, text string) ([]okr.Person, error) {
	f.Known = append(slices.Clone(f.Known), t.Actor.Person)
	var out []okr.Person
	words := distinctWords(SplitPeople(text, f.Known))
	if len(words) > okr.MaxPeople {
		return nil, okr.FieldErrorf(f.ID, "You can add up to %d people.", okr.MaxPeople)
	}
	for _, word := range words {
		p, err := c.Person(ctx, t, f, word)
		if err != nil {
			return nil, err
		}
		t.Met = append(t.Met, p)
		if !slices.ContainsFunc(out, func(o okr.Person) bool { return o.Ref() == p.Ref() }) {
			out = append(out, p)
		}
	}
	if f.Single && len(out) > 1 {
		return nil, okr.FieldErrorf(f.ID, "You can only add one person here.")
	}
	return out, nil
}

// distinctWords leaves out what was said before: nobody is looked up twice.
func distinctWords(words []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range words {
		if key := strings.ToLower(w); !seen[key] {
			seen[key] = true
			out = append(out, w)
		}
	}
	return out
}

// SplitPeople parts a list at its commas, except for those in the names of known
// people ("Bowen, Megan").
func SplitPeople(text string, known []okr.Person) []string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	var out []string
	for i := 0; i < len(parts); i++ {
		word := okr.CleanLine(parts[i])
		if i+1 < len(parts) {
			both := word + ", " + okr.CleanLine(parts[i+1])
			if slices.ContainsFunc(known, func(p okr.Person) bool { return strings.EqualFold(p.Name, both) }) {
				word = both
				i++
			}
		}
		if word != "" {
			out = append(out, word)
		}
	}
	return out
}

// Person finds whom a word means. Somebody without an account is found only where known
// from the goal.
func (c *Chat) Person(ctx context.Context, t *Turn, f PeopleField, word string) (okr.Person, error) {
	word = strings.TrimSpace(strings.TrimPrefix(word, "@"))
	for _, p := range f.Known {
		if p.ID != "" && (strings.EqualFold(string(p.ID), word) || strings.EqualFold(p.Name, word)) {
			return p, nil
		}
	}
	for _, p := range f.Known {
		if p.ID == "" && (string(p.Ref()) == word || strings.EqualFold(p.Name, word)) {
			return p, nil
		}
	}
	search := search{c, t, f}
	if IsObjectID(word) {
		return search.byID(ctx, word)
	}
	if strings.EqualFold(word, "me") {
		return t.Actor.Person, nil
	}
	if strings.Contains(word, "@") && !t.Activity.IsPersonal() {
		return search.byID(ctx, word)
	}
	return search.byName(ctx, word)
}

// IsObjectID says whether a text looks like a Microsoft Entra object id.
func IsObjectID(text string) bool {
	return len(text) == 36 && strings.Count(text, "-") == 4 && strings.Trim(strings.ToLower(text), "0123456789abcdef-") == ""
}

// Mentioned finds the one person that a command is about: by a mention, an id, an
// address, or a name or a part of it among those whom the place and okrbot know.
// Guests are refused.
func (c *Chat) Mentioned(ctx context.Context, t *Turn, text string) (okr.Person, error) {
	id := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "@"))
	isName := !IsObjectID(id) && !strings.HasPrefix(id, "29:") && !strings.Contains(id, "@")
	for _, e := range t.Activity.Entities {
		if e.Type == "mention" && e.Mentioned.ID != "" && e.Mentioned.ID != t.Activity.Recipient.ID {
			id, isName = e.Mentioned.ID, false
		}
	}
	if id == "" {
		return okr.Person{}, okr.Errorf(okr.Invalid, "Add a person, for example @Megan Bowen or megan@contoso.com, in a group chat or channel that they're in.")
	}
	ref := t.Activity.Ref().Root()
	if isName {
		named, err := search{c, t, PeopleField{Known: []okr.Person{t.Actor.Person}, Guests: true}}.byName(ctx, id)
		if err != nil {
			return named, err
		}
		id = string(named.ID)
		if own, err := c.PersonalOf(ctx, t.Conversation(), named.ID, ""); err == nil && t.Activity.IsPersonal() {
			ref = RefOf(own) // the roster of this chat has one person
		}
	}
	m, err := c.Connector.Member(ctx, ref, id)
	switch {
	case errors.Is(err, teams.ErrGone), err == nil && m.AADObjectID == "":
		return okr.Person{}, okr.Errorf(okr.Invalid, "That person isn't a member here. Mention them in a group chat or channel that they're in.")
	case err != nil:
		return okr.Person{}, okr.WrapError(okr.Unavailable, err, "Teams didn't say who that is. Try again in a minute.")
	case IsGuest(m, string(t.Actor.Tenant)):
		return okr.Person{}, okr.Errorf(okr.Forbidden, "Guests can't be admins. Choose a member of the organization.")
	}
	return personOf(m), nil
}

// ShownPeople is a field of people as a card shows it: of those that are known
// the names, of others what was typed.
func ShownPeople(known []okr.Person, text string) cards.People {
	var out cards.People
	var names []string
	for _, word := range SplitPeople(text, known) {
		i := slices.IndexFunc(known, func(p okr.Person) bool {
			return p.Ref() != "" && (string(p.Ref()) == word || strings.EqualFold(p.Name, word))
		})
		switch {
		case i >= 0:
			names = append(names, known[i].Name)
			out.Chosen = append(out.Chosen, personChoice(known[i]))
		case IsObjectID(word):
			names = append(names, word)
			out.Chosen = append(out.Chosen, cards.Choice{Title: "Someone", Value: word})
		default:
			names = append(names, word)
		}
	}
	out.Names = strings.Join(names, ", ")
	return out
}

// IDList is the value of a field of people.
func IDList(people []okr.Person) string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = string(p.Ref())
	}
	return strings.Join(ids, ",")
}
