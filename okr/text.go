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

// ParseNumber reads a number as people write it: "1,5", "1 200", "80 %". A
// comma followed by exactly three digits groups thousands.
func ParseNumber(text string) (float64, bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), "%")
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "_", "").Replace(text)
	if strings.Count(text, ",") == 1 && !strings.Contains(text, ".") && len(text)-strings.Index(text, ",") != 4 {
		text = strings.Replace(text, ",", ".", 1)
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	return f, err == nil && finite(f) && !strings.ContainsAny(text, "xXpPnN")
}

// FormatNumber writes a number with at most two decimals and none that are zero.
func FormatNumber(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100+0, 'f', -1, 64)
}
