package okr

import (
	"slices"
	"strings"
)

// People are all that the goal names.
func (g Goal) People() []Person { return append(g.Workers(), g.Viewers...) }

// Workers are those of its people who work on it, and so are no guests.
func (g Goal) Workers() []Person {
	all := slices.Concat(g.Owners(), []Person{g.CheckInOwner, g.Delegate}, g.Editors, []Person{g.CreatedBy})
	return slices.DeleteFunc(all, func(p Person) bool { return p.ID == "" })
}

// JoinNames names people in a sentence.
func JoinNames(people []Person) string { return strings.Join(names(people), " and ") }

func names(people []Person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.Name
	}
	return out
}
