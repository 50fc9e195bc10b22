package cards_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Close the launch bugs":    "Close the launch bugs",
		"snake_case *bold*":        `snake\_case \*bold\*`,
		"[x](https://evil)":        `\[x\](https://evil)`,
		"<at>Bob</at>":             `\<at\>Bob\</at\>`,
		"R&D, R &amp; D, A & B":    "R&amp;D, R &amp;amp; D, A & B",
		"&#42;":                    "&amp;#42;",
		"1. first":                 `1\. first`,
		"10) tenth":                `10\) tenth`,
		"2026 is no list.":         "2026 is no list.",
		"- item":                   `\- item`,
		"# heading - with #dashes": `\# heading - with #dashes`,
		"~~gone~~ ~5":              `\~\~gone\~\~ ~5`,
		"back\\slash `code`":       "back\\\\slash \\`code\\`",
		"{{DATE(x)}} {{{":          "{\u200b{DATE(x)}} {\u200b{\u200b{",
		"two\nlines\r\n\tmore":     "two lines more",
		"turned \u202e around":     "turned around",
		"":                         "",
	} {
		require.Equal(t, want, cards.Escape(text, 100))
	}
	require.Equal(t, `\*\*\*…`, cards.Escape("*****", 4), "cut before escaping")
}

func TestPlain(t *testing.T) {
	t.Parallel()
	require.Equal(t, "*a* <b> {\u200b{c}}", cards.Plain("*a*\n<b> {{c}}", 100))
	require.Equal(t, "😀😀…", cards.Plain("😀😀😀😀", 3))
}

func FuzzEscape(f *testing.F) {
	f.Add("*Bugs* [x](y) <at>Bob</at> {{DATE}} `a_b` &amp; ~~z~~ 1. - #")
	f.Fuzz(func(t *testing.T, text string) {
		out := cards.Escape(text, 60)
		require.True(t, utf8.ValidString(out))
		require.NotContains(t, out, "{{")
		require.NotContains(t, out, "\n")
		require.LessOrEqual(t, utf8.RuneCountInString(out), 60*5)
		require.Equal(t, cards.Plain(text, 60), literal(out), "escaping loses nothing")
	})
}

// literal reads the escaped text as a Markdown renderer does, and fails where an
// unescaped character would be markup.
func literal(escaped string) string {
	var b strings.Builder
	runes := []rune(strings.ReplaceAll(escaped, "&amp;", "\x00"))
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes):
			i++
			b.WriteRune(runes[i])
		case r == 0:
			b.WriteRune('&')
		case strings.ContainsRune("*_`[]<>\\", r):
			b.WriteString("markup!")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
