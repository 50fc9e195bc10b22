package bindings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"okrbot/okr"
)

// itemText is a text that names work items: by numbers, as 123, #123 and AB#123, and by
// addresses.
type itemText struct {
	ids   []int    // each once
	wrong []string // parts of it that name none
	elsew []string // addresses of another organization
	query []string // addresses of queries
}

// readItems reads a text that names work items of an organization; empty: of any, the first
// address says which.
func readItems(text, organization string) itemText {
	var out itemText
	for _, address := range okr.Addresses(text) {
		switch a, ok := okr.FindAzureLink(address); {
		case !ok:
			out.wrong = append(out.wrong, address)
		case organization != "" && !strings.EqualFold(a.Organization, organization):
			out.elsew = append(out.elsew, address)
		case a.Item == 0:
			out.query = append(out.query, address)
		default:
			out.add(a.Item)
		}
	}
	for _, word := range strings.FieldsFunc(okr.WithoutAddresses(text), isBetweenItems) {
		if id, ok := itemID(word); ok {
			out.add(id)
		} else if !isFiller(word) {
			out.wrong = append(out.wrong, word)
		}
	}
	return out
}

func (t *itemText) add(id int) {
	if !slices.Contains(t.ids, id) {
		t.ids = append(t.ids, id)
	}
}

func isBetweenItems(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;|、，；", r)
}

// isFiller says whether a word between work items says nothing of them.
func isFiller(word string) bool {
	word = strings.ToLower(strings.Trim(word, ".:()[]<>\"'"))
	return slices.Contains([]string{"", "&", "and", "work", "item", "items"}, word)
}

// itemID reads a number as people write it of a work item. AB# is how Azure Boards is
// mentioned elsewhere.
// https://learn.microsoft.com/azure/devops/boards/github/link-to-from-github
func itemID(word string) (int, bool) {
	word = strings.Trim(word, ".:()[]<>\"'")
	if rest, ok := strings.CutPrefix(strings.ToUpper(word), "AB#"); ok {
		word = rest
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 32)
	return int(n), err == nil && n > 0 && !strings.HasPrefix(word, "+")
}

// namesOnly says whether a text names work items and nothing else.
func namesOnly(text string) bool {
	t := readItems(text, "")
	return len(t.ids) > 0 && len(t.wrong)+len(t.query) == 0
}

// hasItemAddress says whether the address of a work item is in a text.
func hasItemAddress(text string) bool {
	return slices.ContainsFunc(okr.Addresses(text), func(address string) bool {
		a, ok := okr.FindAzureLink(address)
		return ok && a.Item > 0
	})
}

// maxTold is how many parts of a text are repeated to say what is wrong with them.
const maxTold = 5

// some names a few parts of a text, and how many others there are.
func some(parts []string) string {
	shown := make([]string, 0, maxTold)
	for _, p := range parts[:min(len(parts), maxTold)] {
		shown = append(shown, okr.Shorten(okr.CleanLine(p), 60))
	}
	if rest := len(parts) - len(shown); rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), rest)
	}
	return strings.Join(shown, ", ")
}

func numbers(ids []int) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = strconv.Itoa(id)
	}
	return out
}
