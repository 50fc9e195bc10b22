package okr

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func runes(s string) int { return utf8.RuneCountInString(s) }

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) && math.Abs(f) < MaxNumber }

// MaxNumber is what every number stays below: a float64 holds each whole one up to there.
const MaxNumber = 1e15

// TooLargeWords say of a number that is not below [MaxNumber] what to do.
const TooLargeWords = "A number can have up to 15 digits. Use a larger unit, for example millions."

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
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return isCleanRunes(text)
		case c < ' ', c == 0x7f, c == ' ' && (i == 0 || text[i-1] == ' '):
			return false
		}
	}
	return text == "" || text[len(text)-1] != ' '
}

// isCleanRunes is isCleanLine for any text.
func isCleanRunes(text string) bool {
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
		return FieldErrorf("title", "Enter a title.")
	case n > MaxTitle:
		return tooLong("title", "title", title, MaxTitle)
	}
	return nil
}

// numberMarks are left out of numbers, and digits of other scripts become 0 to 9.
var numberMarks = strings.NewReplacer(append([]string{
	" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "", "_", "", "−", "-", "٬", "", "\u200e", "", "\u200f", "", "\u061c", "",
}, scriptDigits('٠', '۰', '०', '০', '๐', '０')...)...)

// scriptDigits replaces the digits of scripts, given by their zeros.
func scriptDigits(zeros ...rune) []string {
	var out []string
	for _, zero := range zeros {
		for n := range rune(10) {
			out = append(out, string(zero+n), string('0'+n))
		}
	}
	return out
}

// NumberStyle is how somebody writes numbers: the sign before the decimals, and the one
// between thousands.
type NumberStyle struct{ Decimal, Group string }

// Reading says how a number that was typed can be read.
type Reading int

// The readings of a number.
const (
	NoNumber Reading = iota
	OneWay           // it is the number
	TwoWays          // the sign in it may begin the decimals or part the thousands
	TooLarge         // it is one that is not below [MaxNumber]
)

// ParseNumber reads a number as people write it in English texts and in files: "1,5",
// "1 200", "80 %", "1,200.5", "1.200,5". It is [NumberStyle.Parse] with a decimal point,
// and a comma between thousands.
func ParseNumber(text string) (float64, bool) {
	f, how := NumberStyle{".", ","}.Parse(text)
	return f, how == OneWay
}

// Parse reads a number as a person types it. Of a comma and a point the last one is the
// decimal one, and a sign that comes again parts the thousands. One alone parts them only
// where exactly three digits follow it and one to three, not zero, are before it; then the
// style decides: "1.234" is 1234 where a comma begins the decimals and a point parts the
// thousands. Where the sign is neither of the two, it can be read in two ways, and the
// number is the one without decimals.
func (s NumberStyle) Parse(text string) (float64, Reading) {
	text = strings.NewReplacer("٪", "%", "٫", s.Decimal).Replace(strings.TrimSpace(text))
	text = numberMarks.Replace(strings.TrimPrefix(strings.TrimSuffix(text, "%"), "%"))
	if strings.ContainsAny(text, "xXpPnN") {
		return 0, NoNumber // hexadecimal, infinity and NaN, which strconv reads too
	}
	how := OneWay
	decimal := strings.LastIndexAny(text, ",.")
	whole, fraction := text, ""
	switch {
	case decimal < 0:
	case mayGroup(text, decimal) && text[decimal:decimal+1] != s.Decimal:
		if text[decimal:decimal+1] != s.Group {
			how = TwoWays
		}
	case strings.Contains(text[:decimal], text[decimal:decimal+1]): // it comes again
	default:
		whole, fraction = text[:decimal], "."+text[decimal+1:]
	}
	whole, ok := ungroup(whole)
	f, err := strconv.ParseFloat(whole+fraction, 64)
	if !ok || err != nil && !math.IsInf(f, 0) {
		return 0, NoNumber
	}
	if !finite(f) {
		return 0, TooLarge
	}
	return f, how
}

// mayGroup says whether the only separator, at i, may part the thousands.
func mayGroup(text string, i int) bool {
	before := strings.TrimLeft(text[:i], "+-")
	return !strings.ContainsAny(before, ",.") && len(text)-i == 4 && before != "" && before[0] != '0' && len(before) <= 3
}

// ungroup takes the separators out of the whole part of a number; false when they are not
// at every third digit, or after the last three at every second one as in India.
func ungroup(whole string) (string, bool) {
	sep := strings.IndexAny(whole, ",.")
	if sep < 0 {
		return whole, true
	}
	groups := strings.Split(whole, whole[sep:sep+1])
	for i, g := range groups {
		digits, size := strings.TrimLeft(g, "+-"), len(groups[1])
		isLast := i == len(groups)-1
		switch {
		case digits == "" || strings.Trim(digits, "0123456789") != "", i == 0 && len(digits) > 3, i > 0 && len(digits) != len(g):
			return "", false
		case isLast && len(g) != 3, i > 0 && !isLast && (len(g) != size || size < 2 || size > 3):
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// FormatNumber writes a number for people who read it in a text without a reader of its
// own, as an error is: 1,234.5. It has at most two decimals and none that are zero.
func FormatNumber(f float64) string {
	text := PlainNumber(f)
	whole, sign := len(text), 0
	if point := strings.IndexByte(text, '.'); point >= 0 {
		whole = point
	}
	if text[0] == '-' {
		sign = 1
	}
	if whole-sign <= 3 {
		return text
	}
	out := make([]byte, 0, len(text)+whole/3)
	for i := range len(text) {
		if left := whole - i; i > sign && left > 0 && left%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, text[i])
	}
	return string(out)
}

// PlainNumber writes a number for what reads it again, as files, inputs and keys do:
// 1234.5. It has at most two decimals and none that are zero.
func PlainNumber(f float64) string {
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
