package okr

import (
	"math"
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

// ParseNumber reads a number as people write it: "1,5", "1 200", "80 %",
// "1,200.5", "1.200,5". Of a comma and a point the last one is the decimal one;
// a comma alone groups thousands where exactly three digits follow it and one to
// three, not zero, stand before it.
func ParseNumber(text string) (float64, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "%")
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "", "_", "", "−", "-").Replace(text)
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

// cleanText is CleanLine for a text of several lines: line breaks stay, more than
// one empty line in a row does not.
func cleanText(text string) string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		clean := CleanLine(line)
		if clean != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, clean)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
