package cards_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/cards"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Close the launch bugs":    "Close the launch bugs",
		"snake_case *bold*":        "snake_case ∗bold∗",
		"_x_ __init__":             "|_x_| |__init__|",
		"2 * 3, 2*3*4":             "2 * 3, 2∗3∗4",
		"[x](https://evil)":        "[x]|(https://evil)",
		"[x]: https://evil":        "[x]|: https://evil",
		"<at>Bob</at>, 3 < 5 > 2":  "<|at>Bob<|/at>, 3 < 5 > 2",
		"okr <id or text>":         "okr <|id or text>",
		"> quote":                  "|> quote",
		"R&D, R &amp; D, A & B":    "R&D, R &|amp; D, A & B",
		"&#42; &D; &lt":            "&|#42; &D; &|lt",
		"1. first":                 "|1. first",
		"10) tenth":                "|10) tenth",
		"23.33 %":                  "23.33 %",
		"1.5. Launch":              "|1.5. Launch",
		"2026-11-28. Next":         "|2026-11-28. Next",
		"(a)1. b, (c)- d, (e)-5":   "(a)|1. b, (c)|- d, (e)-5",
		"2026 is no list.":         "2026 is no list.",
		"- item":                   "|- item",
		"-5, +3, #7":               "-5, +3, #7",
		"+ item":                   "|+ item",
		"---":                      "|---",
		"# heading - with #dashes": "|# heading - with #dashes",
		"~~gone~~ ~5":              "~|~gone~|~ ~5",
		`C:\dir\*.txt, \`:          `C:\dir\|∗.txt, \|`,
		"`code`":                   "\u1fefcode\u1fef",
		"{{DATE(x)}} {{{":          "{|{DATE(x)}} {|{|{",
		"two\nlines\r\n\tmore":     "two lines more",
		"turned \u202e around":     "turned around",
		"":                         "",
	} {
		require.Equal(t, strings.ReplaceAll(want, "|", "\u200b"), cards.Escape(text, 100))
	}
	require.Equal(t, "∗∗∗…", cards.Escape("*****", 4), "cut before escaping")
}

// TestEscapeCostsNothing: most texts need no escaping.
func TestEscapeCostsNothing(t *testing.T) { //nolint:paralleltest // it counts allocations
	title := "Close 23.33 % of the launch bugs (R&D) by snake_case, [P1] -5"
	require.Zero(t, testing.AllocsPerRun(100, func() { cards.Escape(title, 100) }))
}

func TestPlain(t *testing.T) {
	t.Parallel()
	require.Equal(t, "*a* <b> {\u200b{c}}", cards.Plain("*a*\n<b> {{c}}", 100))
	require.Equal(t, "😀😀…", cards.Plain("😀😀😀😀", 3))
}

// FuzzEscape: whatever people write comes out as they wrote it, in each client, by
// itself and among the marks of a card.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{
		"*Bugs* [x](y) <at>Bob</at> {{DATE}} `a_b` &amp; ~~z~~ 1. - #", "1.5. a", "a)1. b", "[- x]", "[x]: y", "__a__ _b_", `\*a\*\`, "&lt", "]", "[", "***", "- - -",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := cards.Escape(text, 60)
		require.True(t, utf8.ValidString(out))
		require.NotContains(t, out, "{{")
		require.NotContains(t, out, "\n")
		require.LessOrEqual(t, utf8.RuneCountInString(out), 60*3)
		want := seen(cards.Plain(text, 60))
		if out == "" {
			return // nothing stands between the marks
		}
		for _, around := range [][2]string{{"", ""}, {"**", "** x"}, {"• ", " · y"}, {"", ", z; w"}, {"KR1 ", "(a)"}} {
			for _, reader := range bottest.Readers() {
				before, after := strings.ReplaceAll(around[0], "**", ""), strings.ReplaceAll(around[1], "**", "")
				require.Equal(t, before+want+after, reader.Read(around[0]+out+around[1]), "%s: %q", reader.Name, out)
			}
		}
	})
}

// seen is a text as it looks: what a person writes may hold the characters that stand
// for marks.
func seen(text string) string {
	return strings.NewReplacer("\u200b", "", "\u2217", "*", "\u1fef", "`", "\uff3b", "[", "\uff3d", "]").Replace(text)
}
