package bindings

// SplitItems parts what is to be bound from the work items of a command.
func SplitItems(arg string) (what, text string, below bool) { return splitItems(arg) }

// ReadItems gives the work items that a text names, and what of it names none.
func ReadItems(text, organization string) (ids []int, wrong, elsewhere, queries []string) {
	t := readItems(text, organization)
	return t.ids, t.wrong, t.elsew, t.query
}
