package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// maxOwners is how many people a form offers as owners.
const maxOwners = 100

// owners offers who can own a goal: the one who owns it, the person of the turn
// and the members of the place. Where the roster cannot be read, a form still
// works with those two.
func (b *Bot) owners(ctx context.Context, t *turn, current okr.Person) []cards.Choice {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	people := []okr.Person{current, t.actor.Person}
	if !t.activity.IsPersonal() {
		members, err := b.Connector.FirstMembers(ctx, t.activity.Ref().Root(), maxOwners)
		if err != nil {
			b.Logger.WarnContext(ctx, "roster not read", "ref", RefFrom(ctx), "err", err)
		}
		slices.SortFunc(members, func(x, y Member) int { return strings.Compare(x.Name, y.Name) })
		for _, m := range members {
			if p := personOf(m); p.ID != "" && !isGuestRole(m.UserRole) {
				people = append(people, p)
			}
		}
	}
	return ownerChoices(people)
}

func ownerChoices(people []okr.Person) []cards.Choice {
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

func personOf(m Member) okr.Person {
	return okr.Person{ID: okr.UserID(strings.ToLower(m.AADObjectID)), Name: okr.CleanLine(m.Name)}
}

// owner reads the chosen owner. What a card says is not trusted: somebody else
// than the person of the turn must be a member of the place.
func (b *Bot) owner(ctx context.Context, t *turn, chosen string, current okr.Person) (okr.Person, error) {
	switch okr.UserID(strings.ToLower(strings.TrimSpace(chosen))) {
	case "":
		return okr.Person{}, nil
	case current.ID:
		return current, nil
	case t.actor.ID:
		return t.actor.Person, nil
	}
	m, err := b.Connector.Member(ctx, t.activity.Ref().Root(), chosen)
	if errors.Is(err, ErrGone) || (err == nil && isGuestRole(m.UserRole)) {
		return okr.Person{}, okr.FieldErrorf("owner", "That person is not a member here (any more). Choose somebody else.")
	}
	if err != nil {
		return okr.Person{}, okr.WrapError(okr.Unavailable, err, "Teams did not say whether the chosen owner is a member here. Try again in a minute.")
	}
	return personOf(m), nil
}
