package cards

// tally counts how often it is encoded.
type tally struct{ n *int }

func (c tally) appendTo(b []byte) []byte {
	*c.n++
	return note("counted").appendTo(b)
}

// Encodings gives how often each of n rows is encoded on its way through all that asks for the size of a part, until
// the card has been asked for its JSON as often as it is sent.
func Encodings(n int) []int {
	times := make([]int, n)
	card := fit(func(int) Card {
		group := rows(n, func(i int) element { return tally{&times[i]} })
		_ = sizeOf(group...)
		group = within(maxListBytes, folded("below", "Show", true, group...), nil)
		_ = sizeOf(group...)
		return newCard("Counted", group)
	})
	for range 3 {
		_, _ = card.MarshalJSON()
	}
	return times
}

// JSONText is a text as cards write it.
func JSONText(text string) string { return string(appendText(nil, text)) }

// JSONNumber is a number as cards write it.
func JSONNumber(value float64) string { return string(appendNumber(nil, value)) }

// Percent is a percentage as a card of the place has it.
func Percent(p Place, f float64) string { return p.percent(f) }

// RowsOfEveryKind are rows of lists, each of another kind of element, as they are sent.
func RowsOfEveryKind() [][]byte {
	kinds := []element{
		text("a text"), bullet("a line"), facts(fact{Title: "Name", Value: "Value"}), columns(new(columnBody)), box("good", text("in it")),
		new(actionSetBody), new(columnBody), new(inputBody), encoded(`{}`),
	}
	var out [][]byte
	for _, e := range rows(len(kinds), func(i int) element { return kinds[i] }) {
		out = append(out, e.appendTo(nil))
	}
	return out
}

// LineBytes are the bytes of the line of a goal below another one and of what folds it, and how few are counted on where
// neither is made.
func LineBytes(v GoalView) (line, leastOfLine, fold, leastOfFold int) {
	var r room
	full := sizeOf(r.goalGroup(Place{}, GoalView{Children: []GoalView{v}}, encoded(nil), false, maxListBytes)...)
	line = sizeOf(goalLine(Place{}, v, 1).near())
	return line, leastLine, full - line, leastFold
}
