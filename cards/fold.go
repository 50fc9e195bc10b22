package cards

// toggle makes an Action.ToggleVisibility, which the client does by itself.
func toggle(title string, targets ...string) action {
	return action{Type: "Action.ToggleVisibility", Title: Plain(title, maxButton), Targets: targets}
}

// folded puts elements behind a button that shows and hides them; nothing where
// there are none.
func folded(id, title string, isOpen bool, items ...element) []element {
	if len(items) == 0 {
		return nil
	}
	return []element{actionsOf(toggle(title, id)), foldable(id, isOpen, items...)}
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
