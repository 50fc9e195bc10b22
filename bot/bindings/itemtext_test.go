package bindings_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bindings"
)

// TestSplitItems is the table of what people write behind "bind".
func TestSplitItems(t *testing.T) {
	t.Parallel()
	const item = "https://dev.azure.com/contoso/Launch/_workitems/edit/5"
	for arg, want := range map[string]struct {
		what, text string
		below      bool
	}{
		"KR1 to 123, 124 " + item:           {"KR1", "123, 124 " + item, false},
		"KR1 123 124":                       {"KR1", "123 124", false},
		"KR1 #123":                          {"KR1", "#123", false},
		"KR1 TO AB#123 with children":       {"KR1", "AB#123", true},
		"P1 to 123, and everything below":   {"P1", "123", true},
		"cut bugs to 10 to 33":              {"cut bugs to 10", "33", false},
		"cut bugs to 10":                    {"cut bugs", "10", false}, // a title may be that, so titles are asked first
		item:                                {"", item, false},
		"KR1 " + item:                       {"KR1", item, false},
		"KR1 to 1 abc":                      {"KR1", "1 abc", false},
		"KR1":                               {},
		"KR1 to":                            {},
		"go to market":                      {},
		"KR1 to bugs":                       {"KR1", "bugs", false}, // of a query's name
		"KR1 to 0":                          {"KR1", "0", false},    // wrong, and said to be
		"KR1: to: 1-5":                      {"KR1", "1-5", false},
		"KR1: 1, 2":                         {"KR1", "1, 2", false},
		"KR1 to work items 1 and 2":         {"KR1", "work items 1 and 2", false},
		"KR1 to 1 (with children).":         {"KR1", "1", true},
		"KR1 to 1、2，3；4":                    {"KR1", "1、2，3；4", false},
		"12 34":                             {"12", "34", false},
		"Close 30 bugs":                     {},
		"https://okr.example.com/o/abc 123": {"https://okr.example.com/o/abc", "123", false},
	} {
		what, text, below := bindings.SplitItems(arg)
		require.Equal(t, []any{want.what, want.text, want.below}, []any{what, text, below}, arg)
	}
}

// TestReadItems is the table of how people name work items.
func TestReadItems(t *testing.T) {
	t.Parallel()
	ids, wrong, elsewhere, queries := bindings.ReadItems(
		"1, #2;AB#3\n4\t1 | 5. (6) and 7 & ab#8 "+
			"https://dev.azure.com/Contoso/Launch/_workitems/edit/9/ https://contoso.visualstudio.com/Launch/_workitems/edit/10, "+
			"https://dev.azure.com/contoso/Launch/_boards/board/t/Team/Stories/?workitem=11 "+
			"https://dev.azure.com/northwind/_workitems/edit/1 https://example.com/12 "+
			"https://dev.azure.com/contoso/Launch/_queries/query/2f6c0f1e-1111-4111-8111-111111111111/ "+
			"work items: 12、13，14；15 0 -1 +2 3.5 99999999999 abc \u0661", "contoso")
	require.ElementsMatch(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, ids)
	require.Equal(t, []string{"https://example.com/12", "0", "-1", "+2", "3.5", "99999999999", "abc", "\u0661"}, wrong)
	require.Equal(t, []string{"https://dev.azure.com/northwind/_workitems/edit/1"}, elsewhere)
	require.Len(t, queries, 1)
}
