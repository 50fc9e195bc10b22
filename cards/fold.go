package cards

import (
	"cmp"
	"slices"
)

// fold is a group behind a button, whose title is another one while the group is shown.
type fold struct {
	id, show, hide string // without hide the title stays
	isOpen         bool
	items          []element
}

// foldsOf puts groups behind buttons in one row; groups without elements are left out.
// A button whose title changes is in both rows of which one is shown, so that of those
// that change only the first one may.
func foldsOf(folds ...fold) []element {
	folds = slices.DeleteFunc(folds, func(f fold) bool { return len(f.items) == 0 })
	if len(folds) == 0 {
		return nil
	}
	first := folds[0]
	shut, open := &actionSetBody{Type: "ActionSet"}, &actionSetBody{Type: "ActionSet"}
	rows := []string(nil)
	if first.hide != "" {
		shut.ID, open.ID = first.id+"-shut", first.id+"-open"
		shut.IsVisible, open.IsVisible = hiddenIf(first.isOpen), hiddenIf(!first.isOpen)
		rows = []string{shut.ID, open.ID}
	}
	out := []element{nil}
	for i, f := range folds {
		targets, hide := []string{f.id}, f.show
		if i == 0 {
			targets, hide = append(targets, rows...), cmp.Or(f.hide, f.show)
		}
		shut.Actions = append(shut.Actions, toggle(f.show, targets...))
		open.Actions = append(open.Actions, toggle(hide, targets...))
		out = append(out, foldable(f.id, f.isOpen, f.items...))
	}
	out[0] = shut
	if rows == nil {
		return out
	}
	return slices.Insert(out, 1, element(open))
}

// foldRow is a line that shows and hides a group, and says which of the two.
func foldRow(id string, level int, what md, isOpen bool) []element {
	line := func(name, sign, verb string, isHidden bool) columnSet {
		c := columns(indent(level), col(stretch, note(md(sign)+what))).near()
		c.ID, c.IsVisible = name, hiddenIf(isHidden)
		return c.opens(toggle(verb+" "+string(what), id, id+"-shut", id+"-open"))
	}
	return []element{line(id+"-shut", "▸ ", "Show", isOpen), line(id+"-open", "▾ ", "Hide", !isOpen)}
}

func hiddenIf(is bool) *bool {
	if is {
		return new(false)
	}
	return nil
}

// toggle makes an Action.ToggleVisibility, which the client does without the bot.
func toggle(title string, targets ...string) action {
	return &actionBody{Type: "Action.ToggleVisibility", Title: Plain(title, maxButton), Targets: targets}
}

// folded puts elements behind a button that shows and hides them; nothing where
// there are none.
func folded(id, title string, isOpen bool, items ...element) []element {
	hide := ""
	if title == "More" {
		hide = "Less"
	}
	return foldsOf(fold{id: id, show: title, hide: hide, isOpen: isOpen, items: items})
}

// foldable is a group that a toggle shows and hides.
func foldable(id string, isOpen bool, items ...element) container {
	c := box("", items...)
	c.ID = id
	if !isOpen {
		c.IsVisible = new(false)
	}
	return c
}

// fit builds a card with ever fewer bytes for its lists until it is small enough.
func fit(build func(bytes int) Card) Card {
	var c Card
	for _, bytes := range []int{maxChoiceBytes, 5_000, 3_000, 2_000, 1_000, 400} {
		if c = build(bytes); c.size() < MaxBytes-200 {
			break
		}
	}
	return c
}

// within gives a group of elements where it fits, else what stands in for it.
func within(bytes int, full, short []element) []element {
	if sizeOf(full...) <= bytes {
		return full
	}
	return short
}
