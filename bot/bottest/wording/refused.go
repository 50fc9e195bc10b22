package wording

import (
	"fmt"
	"regexp"
	"strings"
)

// Refused is a word or form that people do not read in okrbot.
type Refused struct {
	// Left is a text that has it, as it once was.
	Left string
	// Better says the same, or gives the form that takes its place.
	Better string
	// Why is the reason.
	Why string

	form    *regexp.Regexp
	needles []string
}

func refused(pattern, left, better, why string) Refused {
	return Refused{left, better, why, regexp.MustCompile(pattern), needlesOf(pattern)}
}

// form is a kind of words: a regular expression, without regard to case.
func form(pattern, left, better, why string) Refused {
	return refused(`(?i)`+pattern, left, better, why)
}

// caseForm is a form in which the case matters.
func caseForm(pattern, left, better, why string) Refused {
	return refused(pattern, left, better, why)
}

// row is a whole sentence or label that got a better one. A "*" stands for what differs
// from text to text; "=" in front stands for a label that is nothing but these words, "^"
// for a text that begins with them.
func row(left, better string) Refused {
	words := strings.TrimLeft(left, "=^")
	pattern := strings.ReplaceAll(regexp.QuoteMeta(words), `\*`, `.{1,60}?`)
	switch left[0] {
	case '=':
		pattern = `^` + pattern + `[.:]?$`
	case '^':
		pattern = `^` + pattern
	}
	return refused(`(?i)`+pattern, strings.ReplaceAll(words, "*", "KR9"), better, "a text that readers did not understand")
}

// Fault is a refused form that was found in a text.
type Fault struct {
	Text  string // in which it is
	Found string // as it is written there
	By    Refused
}

func (f Fault) String() string {
	return fmt.Sprintf("%q in %q: better %q (%s)", f.Found, f.Text, f.By.Better, f.By.Why)
}

// isSpace says what stands between words; a space that keeps a line together is left as it is.
func isSpace(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }

// Faults lists what is refused in a text that people read. Where it was found in words
// of somebody else, as the titles of goals are, it is none: given are these, in lower case.
func Faults(text, given string) []Fault {
	text = strings.Join(strings.FieldsFunc(strings.TrimSpace(text), isSpace), " ")
	lower := strings.ToLower(text)
	var out []Fault
	for _, r := range table {
		if !hasOne(lower, r.needles) {
			continue
		}
		for _, at := range r.form.FindAllStringIndex(text, -1) {
			found := text[at[0]:at[1]]
			if !isMeant(text, found) && (given == "" || !strings.Contains(given, strings.ToLower(found))) {
				out = append(out, Fault{text, found, r})
			}
		}
	}
	return out
}

// Table lists all that is refused.
func Table() []Refused { return append([]Refused(nil), table...) }

var table = append(forms(), rows()...)

// exception is a text in which a refused form is meant.
type exception struct {
	part  string // of the text; "=" in front: all of it
	found string // the form, as it is written there; "20*": each that begins so
	why   string
}

func isMeant(text, found string) bool {
	for _, e := range exceptions {
		whole, isWhole := strings.CutPrefix(e.part, "=")
		begin, isBegin := strings.CutSuffix(e.found, "*")
		if (strings.EqualFold(e.found, found) || isBegin && strings.HasPrefix(found, begin)) && (isWhole && text == whole || !isWhole && strings.Contains(text, e.part)) {
			return true
		}
	}
	return false
}
