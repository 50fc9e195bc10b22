package bottest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

// TestReaders compares what the clients show of the same Markdown.
func TestReaders(t *testing.T) {
	t.Parallel()
	for markdown, want := range map[string]struct{ desktop, phone string }{
		"plain 23.33 % of R&D":     {"plain 23.33 % of R&D", "plain 23.33 % of R&D"},
		"**Bold** [Q](https://x)":  {"Bold Q", "Bold Q"},
		`23\.33`:                   {"23.33", `23\.33`},
		"R&amp;D":                  {"R&D", "R&amp;D"},
		`okr \<id\>`:               {"okr <id>", `okr \<id\>`},
		"send `okrs`":              {"send okrs", "send `okrs`"},
		`\[x\](y)`:                 {"[x](y)", "[x](y)"},
		"a <b> c":                  {"a  c", "a <b> c"},
		"2*3*4":                    {"234", "234"},
		"2 * 3 * 4":                {"2 * 3 * 4", "2 * 3 * 4"},
		"snake_case_name _it_ a__": {"snake_case_name it a__", "snake_case_name it a__"},
		"foo **bar *baz***":        {"foo bar baz", "foo bar baz"},
		"**foo*":                   {"*foo", "*foo"},
		`foo *\**`:                 {"foo *", "foo *"},
		"~~gone~~":                 {"gone", "~~gone~~"},
		"1. first":                 {"\n• first", "1. first"},
		"- item":                   {"\n• item", "• item"},
		"1.5. x":                   {"1.5. x", "1.\n5. x"},
		"(a)- x":                   {"(a)- x", "(a)\n• x"},
		"# head":                   {"head", "# head"},
		"> quote":                  {"quote", "> quote"},
		"[a ] b](https://x)":       {"[a ] b](https://x)", "[a ] b](https://x)"},
		"[[a]](https://x)":         {"[a]", "[a]"},
		"[a]: https://x":           {"", "[a]: https://x"},
		"{{DATE(x)}}":              {"", "{{DATE(x)}}"},
	} {
		require.Equal(t, want.desktop, bottest.DesktopPlain(markdown), "desktop: %q", markdown)
		require.Equal(t, want.phone, bottest.PhonePlain(markdown), "phone: %q", markdown)
	}
}

// TestTextFaults finds what a client shows otherwise than it was meant.
func TestTextFaults(t *testing.T) {
	t.Parallel()
	require.Empty(t, bottest.TextFaults("**Bold** [Q](https://x.example/a_b) and 23.33 %"))
	for _, markdown := range []string{`23\.33`, "R&amp;D", `okr \<id\>`, "send `okrs`", "1. first", `\[x\]`, "2*3*4"} {
		require.NotEmpty(t, bottest.TextFaults(markdown), markdown)
	}
	card := map[string]any{"type": "AdaptiveCard", "body": []any{
		map[string]any{"type": "FactSet", "facts": []any{map[string]any{"title": "A", "value": `1\.`}}},
		map[string]any{"type": "TextBlock", "text": "R&amp;D"},
	}}
	require.NotEmpty(t, bottest.CardFaults(card))
}
