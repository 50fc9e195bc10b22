package cards

import "fmt"

// maxListBytes bounds the rows of a list, as JSON.
const maxListBytes = 15_000

// rows makes at most PageSize rows of n and fewer where they grow too large; at
// least one.
func rows(n int, row func(i int) element) []element {
	return rowsWithin(n, PageSize, maxListBytes, row)
}

func rowsWithin(n, most, bytes int, row func(i int) element) []element {
	var r room
	return r.rowsWithin(n, most, bytes, row)
}

func (r *room) rowsWithin(n, most, bytes int, row func(i int) element) []element {
	out := make([]element, 0, max(0, min(n, most)))
	for i := range min(n, most) {
		e, size := r.encode(row(i))
		if bytes -= size; bytes < 0 && i > 0 {
			break
		}
		out = append(out, e)
	}
	return out
}

// more says how many rows are not shown; nothing when all are.
func more(hidden int, noun string) []element {
	if hidden <= 0 {
		return nil
	}
	return []element{note(md(fmt.Sprintf("%d more %s", hidden, plural(hidden, noun))))}
}

func plural(n int, noun string) string { return count(n, noun)[len(fmt.Sprint(n))+1:] }

// pages makes the buttons that turn a list of total rows, of which shown are on
// the card from offset on.
func pages(verb string, total, offset, shown int) []action {
	var out []action
	if offset > 0 {
		out = append(out, run("Previous", verb, KeyOffset, fmt.Sprint(max(0, offset-PageSize))))
	}
	if offset+shown < total {
		out = append(out, run("Next", verb, KeyOffset, fmt.Sprint(offset+shown)))
	}
	return out
}

// rangeText says which part of a list is shown.
func rangeText(total, offset, shown int) md {
	if shown == total {
		return ""
	}
	return md(fmt.Sprintf("%d to %d of %d", offset+1, offset+shown, total))
}
