package bot

import (
	"context"
	"errors"
	"net/url"
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

// picker is the dataset of the people picker of the client, empty where it has
// none. Teams has one on the desktop and in the web ("People Picker in Adaptive
// Cards"). The Agents Playground calls itself Web and has none; it is reached on
// this machine.
func (t *turn) picker() string {
	platform := ""
	for _, e := range t.activity.Entities {
		if e.Type == "clientInfo" {
			platform = strings.ToLower(e.Platform)
		}
	}
	switch {
	case platform != "windows" && platform != "mac" && (platform != "web" || onThisMachine(t.activity.ServiceURL)):
		return ""
	case t.activity.IsPersonal():
		return cards.DatasetPeople
	default:
		return cards.DatasetMembers
	}
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && teams.IsLoopback(u.Hostname())
}

// owners offers who can own a goal: those who are known from it, the person of the
// turn and the members of the place. Where the roster cannot be read, a form still
// works with the others.
func (b *Bot) owners(ctx context.Context, t *turn, known []okr.Person) []cards.Choice {
	people := append(slices.Clone(known), t.actor.Person)
	members := slices.Clone(b.rosterOf(ctx, t, maxOwners))
	slices.SortFunc(members, func(x, y teams.Member) int { return strings.Compare(x.Name, y.Name) })
	for _, m := range members {
		if p := personOf(m); p.ID != "" && !isGuestRole(m.UserRole) {
			people = append(people, p)
		}
	}
	return personChoices(people)
}

// rosterOf reads the members of a shared place, once a turn.
func (b *Bot) rosterOf(ctx context.Context, t *turn, most int) []teams.Member {
	if t.roster != nil {
		return *t.roster
	}
	if t.activity.IsPersonal() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	members, err := b.Connector.FirstMembers(ctx, t.activity.Ref().Root(), most)
	if err != nil {
		b.Logger.WarnContext(ctx, "roster not read", "ref", teams.RefFrom(ctx), "err", err)
		return nil
	}
	t.roster = &members
	return members
}

// personChoices offers each person once, at most maxOwners.
func personChoices(people []okr.Person) []cards.Choice {
	var out []cards.Choice
	seen := map[okr.UserID]bool{"": true}
	for _, p := range people {
		if !seen[p.ID] && len(out) < maxOwners {
			seen[p.ID] = true
			out = append(out, cards.Choice{Title: p.Name, Value: string(p.ID)})
		}
	}
	return out
}

func personOf(m teams.Member) okr.Person {
	return okr.Person{ID: okr.UserID(strings.ToLower(m.AADObjectID)), Name: okr.CleanLine(m.Name)}
}

// colleagues are the people who work on the first open objectives: those who are
// known where a place has no roster.
func (b *Bot) colleagues(ctx context.Context, t *turn) ([]okr.Person, error) {
	views, err := b.firstObjectives(ctx, t)
	var people []okr.Person
	for _, v := range views {
		people = append(people, goalWorkers(v.Goal)...)
	}
	return people, err
}

func (b *Bot) firstObjectives(ctx context.Context, t *turn) ([]okr.GoalView, error) {
	views, _, err := b.Service.Plan.ListGoals(ctx, t.actor, okr.Filter{Kind: okr.Objective}, okr.Page{Limit: 50})
	return views, err
}

// peopleField is a field of a form that names people.
type peopleField struct {
	id     string // of the input
	known  []okr.Person
	guests bool // may be among them
	single bool
}

// people reads a field of people: ids as a people picker gives them, or names,
// addresses and mentions as typed. What a card says is not trusted: each must be
// known from the goal, a member of the place, or have a chat with okrbot.
func (b *Bot) people(ctx context.Context, t *turn, f peopleField, text string) ([]okr.Person, error) {
	f.known = append(slices.Clone(f.known), t.actor.Person)
	var out []okr.Person
	for _, word := range splitPeople(text, f.known) {
		p, err := b.person(ctx, t, f, word)
		if err != nil {
			return nil, err
		}
		t.met = append(t.met, p)
		if !slices.ContainsFunc(out, func(o okr.Person) bool { return o.ID == p.ID }) {
			out = append(out, p)
		}
		if len(out) > okr.MaxPeople {
			return nil, okr.FieldErrorf(f.id, "At most %d people fit.", okr.MaxPeople)
		}
	}
	if f.single && len(out) > 1 {
		return nil, okr.FieldErrorf(f.id, "Only one person fits here. Leave out all but one.")
	}
	return out, nil
}

// splitPeople parts a list at its commas, except for those in the names of known
// people ("Bowen, Megan").
func splitPeople(text string, known []okr.Person) []string {
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

// person finds whom a word means.
func (b *Bot) person(ctx context.Context, t *turn, f peopleField, word string) (okr.Person, error) {
	word = strings.TrimSpace(strings.TrimPrefix(word, "@"))
	for _, p := range f.known {
		if p.ID != "" && (strings.EqualFold(string(p.ID), word) || strings.EqualFold(p.Name, word)) {
			return p, nil
		}
	}
	if isObjectID(word) {
		return b.personByID(ctx, t, f, word)
	}
	if strings.EqualFold(word, "me") {
		return t.actor.Person, nil
	}
	return b.personByName(ctx, t, f, word)
}

// isObjectID says whether a text looks like a Microsoft Entra object id.
func isObjectID(text string) bool {
	return len(text) == 36 && strings.Count(text, "-") == 4 && strings.Trim(strings.ToLower(text), "0123456789abcdef-") == ""
}

// personByID looks a person up: in the place, or where others do not read along
// in the person's own chat with okrbot.
func (b *Bot) personByID(ctx context.Context, t *turn, f peopleField, id string) (okr.Person, error) {
	ref := t.activity.Ref().Root()
	unknown := "That person is not a member here (any more). Choose somebody else."
	if t.activity.IsPersonal() {
		colleagues, err := b.colleagues(ctx, t)
		if err != nil {
			return okr.Person{}, err
		}
		for _, p := range colleagues {
			if strings.EqualFold(string(p.ID), id) {
				return p, nil
			}
		}
		unknown = "okrbot does not know that person yet. Ask them to add okrbot in Teams first, or choose them in a channel or group chat that they are in."
		c, err := b.personalOf(ctx, t.conversation(), okr.UserID(strings.ToLower(id)), "")
		if err != nil {
			return okr.Person{}, okr.FieldErrorf(f.id, "%s", unknown)
		}
		ref = refOf(c)
	}
	m, err := b.Connector.Member(ctx, ref, id)
	switch {
	case errors.Is(err, teams.ErrGone), err == nil && !f.guests && isGuestRole(m.UserRole):
		return okr.Person{}, okr.FieldErrorf(f.id, "%s", unknown)
	case err != nil:
		return okr.Person{}, okr.WrapError(okr.Unavailable, err, "Teams did not say whether the chosen person is a member here. Try again in a minute.")
	}
	return personOf(m), nil
}

// personByName looks for the one person whose name, address or parts of the name
// were typed.
func (b *Bot) personByName(ctx context.Context, t *turn, f peopleField, word string) (okr.Person, error) {
	people := f.known
	for _, m := range b.rosterOf(ctx, t, maxRoster) {
		if isGuestRole(m.UserRole) && !f.guests {
			continue
		}
		if strings.EqualFold(m.UserPrincipalName, word) || strings.EqualFold(m.Email, word) {
			return personOf(m), nil
		}
		people = append(people, personOf(m))
	}
	if t.activity.IsPersonal() {
		more, err := b.colleagues(ctx, t)
		if err != nil {
			return okr.Person{}, err
		}
		people = append(people, more...)
	}
	found := named(people, word)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return okr.Person{}, okr.FieldErrorf(f.id, "Nobody here is called “%s”. Write the name as Teams shows it, in a place where the person is a member.", okr.Shorten(word, 60))
	}
	var names []string
	for _, p := range found[:min(len(found), 5)] {
		names = append(names, p.Name)
	}
	return okr.Person{}, okr.FieldErrorf(f.id, "“%s” could be %s. Write the whole name or the address.", okr.Shorten(word, 60), strings.Join(names, " or "))
}

// named lists the people of a name; where there are none, those whose names have
// all the typed words or their beginnings.
func named(people []okr.Person, text string) []okr.Person {
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
