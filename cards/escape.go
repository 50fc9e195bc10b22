package cards

import (
	"fmt"
	"strings"
	"unicode"

	"okrbot/okr"
)

// Lengths in characters (runes) to which texts are cut.
const (
	maxSummary = 200
	maxLong    = 160 // a title that has its card to itself is cut at okr.MaxTitle
	maxRow     = 60  // titles in lists
	maxChoice  = 80
	maxButton  = 40
	maxMessage = 600
)

// md is Markdown that is safe to show: made of constants and of what [Escape]
// gives.
type md string

// mdf formats Markdown. Every argument that is neither md nor a number is
// escaped and cut to the length of a row.
func mdf(format string, args ...any) md { return mdn(maxRow, format, args...) }

// mdn is mdf with another length.
func mdn(n int, format string, args ...any) md {
	safe := make([]any, len(args))
	for i, arg := range args {
		switch arg.(type) {
		case md, int:
			safe[i] = arg
		default:
			safe[i] = Escape(fmt.Sprint(arg), n)
		}
	}
	return md(fmt.Sprintf(format, safe...))
}

// joinMD joins the parts that are not empty.
func joinMD(sep string, parts ...md) md {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, string(p))
		}
	}
	return md(strings.Join(out, sep))
}

// Escape makes text literal in the Markdown of Adaptive Cards: one line of at
// most n characters, with a backslash before what can form markup. Renderers
// differ in what they unescape, so nothing else gets a backslash. An ampersand
// that could begin an entity becomes one, and "{{" is broken by a zero-width
// space, since renderers expand {{DATE(…)}} in any text.
func Escape(text string, n int) string {
	var b strings.Builder
	runes := []rune(Plain(text, n))
	marker := listMarker(runes)
	for i, r := range runes {
		switch {
		case r == '&' && i+1 < len(runes) && (runes[i+1] == '#' || unicode.IsLetter(runes[i+1])):
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_[]<>", r), i == marker, r == '~' && nextTo(runes, i, '~'):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Plain makes text safe where no Markdown is read: one line of at most n
// characters, with "{{" broken.
func Plain(text string, n int) string {
	text = okr.Shorten(okr.CleanLine(text), n)
	for strings.Contains(text, "{{") {
		text = strings.ReplaceAll(text, "{{", "{\u200b{")
	}
	return text
}

// listMarker gives the place of the character that would begin a list or a
// heading at the start of a line; -1 for none.
func listMarker(runes []rune) int {
	i := 0
	for i < len(runes) && runes[i] >= '0' && runes[i] <= '9' {
		i++
	}
	switch {
	case i == len(runes):
		return -1
	case i == 0 && strings.ContainsRune("#-+=", runes[0]), i > 0 && (runes[i] == '.' || runes[i] == ')'):
		return i
	}
	return -1
}

func nextTo(runes []rune, i int, r rune) bool {
	return i > 0 && runes[i-1] == r || i+1 < len(runes) && runes[i+1] == r
}
