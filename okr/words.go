package okr

import (
	"strings"
	"unicode"
)

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
