package okr

import "slices"

// People are all that the goal names.
func (g Goal) People() []Person { return append(g.Workers(), g.Viewers...) }

// Workers are those of its people who work on it, and so are no guests.
func (g Goal) Workers() []Person {
	all := slices.Concat(g.Owners(), []Person{g.CheckInOwner, g.Delegate}, g.Editors, []Person{g.CreatedBy})
	return slices.DeleteFunc(all, func(p Person) bool { return p.ID == "" })
}
