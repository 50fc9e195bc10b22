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
