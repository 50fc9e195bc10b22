package okr

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func runes(s string) int { return utf8.RuneCountInString(s) }

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) && math.Abs(f) < 1e15 }

// CleanLine makes one line of what a person or a remote system wrote: control
// characters and line breaks become spaces, white space is collapsed.
func CleanLine(text string) string {
	if isCleanLine(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1 // an override would reorder the words of the card around it
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

func isCleanLine(text string) bool {
	before := ' '
	for _, r := range text {
		switch {
		case r == utf8.RuneError, r != ' ' && unicode.IsSpace(r), unicode.IsControl(r), r == ' ' && before == ' ', unicode.Is(unicode.Bidi_Control, r):
			return false
		}
		before = r
	}
	return text == "" || before != ' '
}

// Shorten cuts text to at most n characters, the last one being an ellipsis.
func Shorten(text string, n int) string {
	if runes(text) <= n {
		return text
	}
	if n < 1 {
		return ""
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}

func checkTitle(title string) error {
	switch n := runes(title); {
	case n == 0:
		return FieldErrorf("title", "Give it a title.")
	case n > MaxTitle:
		return FieldErrorf("title", "The title has %d characters; at most %d fit.", n, MaxTitle)
	}
	return nil
}

var numberMarks = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "", "_", "", "−", "-")

// ParseNumber reads a number as people write it: "1,5", "1 200", "80 %",
// "1,200.5", "1.200,5". Of a comma and a point the last one is the decimal one;
// a comma alone groups thousands where exactly three digits follow it and one to
// three, not zero, stand before it.
func ParseNumber(text string) (float64, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "%")
	text = numberMarks.Replace(text)
	if strings.ContainsAny(text, "xXpPnN") {
		return 0, false // hexadecimal, infinity and NaN, which strconv reads too
	}
	decimal := strings.LastIndexAny(text, ",.")
	whole, fraction := text, ""
	if decimal >= 0 && !isGrouping(text, decimal) {
		whole, fraction = text[:decimal], "."+text[decimal+1:]
	}
	whole, ok := ungroup(whole)
	f, err := strconv.ParseFloat(whole+fraction, 64)
	if !ok || err != nil || !finite(f) {
		return 0, false
	}
	return f, true
}

// isGrouping says whether the last separator, at i, groups thousands rather than
// begins the decimals.
func isGrouping(text string, i int) bool {
	before := strings.TrimLeft(text[:i], "+-")
	sep := text[i : i+1]
	switch {
	case strings.Contains(before, sep):
		return true
	case sep == "." || strings.ContainsAny(before, ",."):
		return false
	}
	return len(text)-i == 4 && before != "" && before != "0" && len(before) <= 3
}

// ungroup takes the separators out of the whole part of a number; false when
// they do not stand at every third digit.
func ungroup(whole string) (string, bool) {
	sep := strings.IndexAny(whole, ",.")
	if sep < 0 {
		return whole, true
	}
	groups := strings.Split(whole, whole[sep:sep+1])
	for i, g := range groups {
		digits := strings.TrimLeft(g, "+-")
		if (i > 0 && len(g) != 3) || digits == "" || len(digits) > 3 || strings.Trim(digits, "0123456789") != "" {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// FormatNumber writes a number with at most two decimals and none that are zero.
func FormatNumber(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100+0, 'f', -1, 64)
}

// numberText writes a number so that it is read back the same.
func numberText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// textNumber reads what numberText wrote.
func textNumber(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// CleanText is CleanLine for a text of several lines: line breaks stay, more than
// one empty line in a row does not.
func CleanText(text string) string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		clean := CleanLine(line)
		if clean != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, clean)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// The lengths of the beginnings of words that titles are found by, in runes.
const (
	minPrefix = 2
	maxPrefix = 12
	maxTokens = 150 // of one title
)

// titleTokens lists what a title is found by: its words, folded, and their
// beginnings; of scripts without spaces every pair of characters.
func titleTokens(title string) []string {
	seen := map[string]bool{}
	var tokens []string
	add := func(token string) {
		if !seen[token] && len(tokens) < maxTokens {
			seen[token] = true
			tokens = append(tokens, token)
		}
	}
	for _, word := range words(title) {
		r := []rune(word)
		if isDense(r[0]) || len(r) < minPrefix {
			add(word)
			continue
		}
		for n := minPrefix; n <= min(len(r), maxPrefix); n++ {
			add(string(r[:n]))
		}
	}
	return tokens
}

// searchTokens lists the tokens that a title must have to be found by a text.
func searchTokens(text string) []string {
	var tokens []string
	for _, word := range words(text) {
		r := []rune(word)
		tokens = append(tokens, string(r[:min(len(r), maxPrefix)]))
	}
	return tokens
}

// words splits a text at everything that is neither letter nor digit and folds
// the parts. Runs of a script without spaces become pairs that overlap.
func words(text string) []string {
	var out []string
	for _, field := range strings.FieldsFunc(foldText(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r := []rune(field)
		for start := 0; start < len(r); {
			end := start + 1
			for end < len(r) && isDense(r[end]) == isDense(r[start]) {
				end++
			}
			out = append(out, parts(r[start:end])...)
			start = end
		}
	}
	return out
}

func parts(run []rune) []string {
	if !isDense(run[0]) || len(run) < 2 {
		return []string{string(run)}
	}
	var out []string
	for i := range len(run) - 1 {
		out = append(out, string(run[i:i+2]))
	}
	return out
}

// isDense says whether a character belongs to a script that is written without
// spaces between words.
func isDense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// foldText makes texts equal that differ in case or in the accents of Latin
// letters.
func foldText(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return plain(foldRune(r))
	}, text)
}

// foldRune gives the same for all forms of a letter: small and large, ſ and s, ς
// and σ.
func foldRune(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return unicode.ToLower(least)
}

// plain takes the accent off a small Latin letter.
func plain(r rune) rune {
	if r < 0xe0 || r > 0x17e {
		return r
	}
	for base, accented := range map[rune]string{
		'a': "àáâãäåāăą", 'c': "çćĉċč", 'd': "ďđ", 'e': "èéêëēĕėęě", 'g': "ĝğġģ", 'h': "ĥħ", 'i': "ìíîïĩīĭį", 'j': "ĵ",
		'k': "ķ", 'l': "ĺļľŀł", 'n': "ñńņňŉ", 'o': "òóôõöøōŏő", 'r': "ŕŗř", 's': "śŝşš", 't': "ţťŧ", 'u': "ùúûüũūŭůűų",
		'w': "ŵ", 'y': "ýÿŷ", 'z': "źżž",
	} {
		if strings.ContainsRune(accented, r) {
			return base
		}
	}
	return r
}

// maxJoined is how many things a sentence names; the others it counts.
const maxJoined = 6

// JoinNames names people in a sentence.
func JoinNames(people []Person) string { return joinSome(names(people), " and ") }

// JoinSome names the first of several things in a sentence, and counts the others.
func JoinSome(list []string) string { return joinSome(list, ", ") }

func joinSome(list []string, between string) string {
	if left := len(list) - maxJoined; left > 0 {
		list = append(slices.Clone(list[:maxJoined]), fmt.Sprintf("%d more", left))
	}
	return strings.Join(list, between)
}

func names(people []Person) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.Name
	}
	return out
}

const redacted = "[redacted]"

// Secret is text that must never be printed, logged or shown. Reveal is the only
// way to its content.
type Secret string

// Reveal gives the content.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer without giving the content away.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer without giving the content away.
func (s Secret) GoString() string { return redacted }

// Format implements fmt.Formatter: a verb that does not fit a string, such as %d,
// would print the content as its complaint.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON keeps the content out of any JSON; whoever stores a secret seals
// it first.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText keeps the content out of logs and texts.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
