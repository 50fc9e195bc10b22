package plan

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"okrbot/okr"
)

// Parts of a line that makes a key result.
const (
	currencyPart = `[€$£¥₹]|(?:EUR|USD|GBP|CHF|JPY)\b`
	// numberPart is a number as people write it; thousands may be parted by blanks.
	numberPart = `[-+−]?[0-9]{1,3}(?:[ \x{a0}\x{202f}][0-9]{3})+(?:[.,][0-9]+)?|[-+−]?[0-9][0-9.,'’]*`
	valuePart  = `(?:(` + currencyPart + `)\s*)?(` + numberPart + `)(?:(k|K|M)\b)?\s*([^\s0-9][^0-9→⇒>:]*?)?`
	arrowPart  = `\s*(?:-{1,2}>|=>|–>|—>|[→⇒⟶➔➜➝])\s*|\s+(?:to|bis)\s+|\s+[–—-]\s+`
)

var (
	// marked is what stands before a line in lists: a bullet, a number, a box.
	marked = regexp.MustCompile(`^(?:[-*+•◦▪‣·–—☐☑✓]|\[[ xX]?\]|\(?[0-9]{1,2}[.)]|\(?[a-z][.)]|(?i:kr|key result)\s?[0-9]{0,3}\s?[.:)])\s+`)
	// fromTo is "0 -> 30 bugs", the signs behind the last number being its unit.
	fromTo = regexp.MustCompile(`^(?i:from\s+)?(?:` + valuePart + `)(` + arrowPart + `)(?:` + valuePart + `)[).\s]*$`)
	// onlyTo is "30 bugs", and limited "< 200 ms".
	onlyTo   = regexp.MustCompile(`^(?:` + valuePart + `)[).\s]*$`)
	currency = regexp.MustCompile(`^(?:` + currencyPart + `)$`)
	limited  = regexp.MustCompile(`^(?:(?i:stay |keep )?(<=?|≤|(?i:below|under|at most)|>=?|≥|(?i:above|over|at least)))\s*(?:` + valuePart + `)[).\s]*$`)
)

// howToWrite ends what is said of a line that is not understood.
const howToWrite = "Write the numbers after a colon, for example: Close 30 bugs: 0 -> 30 bugs"

// readLines reads a key result a line: a title and, behind a colon, from where to where its
// number goes, or the target only. Lists that are pasted begin their lines with bullets and
// numbers, which are left out. Numbers are read by the style.
func readLines(text string, style okr.NumberStyle) []okr.TypedKeyResult {
	var out []okr.TypedKeyResult
	n := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		n++
		line = unmarkedLine(okr.CleanLine(line))
		if line == "" {
			continue
		}
		r := okr.TypedKeyResult{Line: n, Text: line}
		if len(out) >= okr.MaxTyped {
			r.Problem = fmt.Sprintf("At most %d key results can be created at once. Remove this line and add it afterwards.", okr.MaxTyped)
		} else {
			r.Title, r.Metric, r.Problem = madeOf(line, style)
		}
		out = append(out, r)
	}
	return out
}

// maxLine bounds a line, in characters: a title and its numbers. Longer ones would cost
// seconds to read.
const maxLine = okr.MaxTitle + 150

// madeOf is the key result of a line, or the problem why it makes none.
func madeOf(line string, style okr.NumberStyle) (title string, m okr.Metric, problem string) {
	if n := utf8.RuneCountInString(line); n > maxLine {
		return "", m, fmt.Sprintf("The line is too long (%d of %d characters). Shorten the title.", n, maxLine)
	}
	title, m, ok := readLine(line, style)
	switch {
	case strings.Contains(line, "@"):
		problem = "You own what you create, so a line can't name an owner. Remove the part with @ and hand it over afterwards."
	case math.Abs(m.Start) >= okr.MaxNumber || math.Abs(m.Target) >= okr.MaxNumber:
		problem = "A number in this line is too large. " + okr.TooLargeWords
	case !ok:
		problem = "There is no target. " + howToWrite
	case title == "":
		problem = "There is no title before the numbers. " + howToWrite
	case strings.ContainsRune(arrows, lastRune(title)):
		problem = "There are more than two numbers. " + howToWrite
	default:
		return title, m, ""
	}
	return "", okr.Metric{}, problem
}

// arrows lead from one number to the next.
const arrows = ">→⇒⟶➔➜➝"

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

func unmarkedLine(line string) string {
	for {
		rest := strings.TrimSpace(marked.ReplaceAllString(line+" ", ""))
		if rest == line || rest == "" {
			return strings.TrimSpace(strings.TrimLeft(line, "•◦▪‣"))
		}
		line = rest
	}
}

// readLine parts a line at the colon before its numbers, else where they begin.
func readLine(line string, style okr.NumberStyle) (title string, m okr.Metric, ok bool) {
	for at := strings.LastIndexByte(line, ':'); at >= 0; at = strings.LastIndexByte(line[:at], ':') {
		if isTime(line, at) {
			continue
		}
		if m, ok = readNumbers(strings.TrimSpace(line[at+1:]), true, style); ok {
			return titleOf(line[:at]), m, true
		}
	}
	for at, r := range line {
		if !unicode.IsSpace(r) && r != '(' {
			continue
		}
		if m, ok = readNumbers(strings.TrimSpace(line[at+len(string(r)):]), false, style); ok {
			return titleOf(line[:at]), m, true
		}
	}
	m, ok = readNumbers(line, true, style)
	return "", m, ok
}

// isTime says whether a colon stands between two digits, as in 10:30 or a ratio of 3:1.
func isTime(line string, at int) bool {
	isDigit := func(i int) bool { return i >= 0 && i < len(line) && line[i] >= '0' && line[i] <= '9' }
	return isDigit(at-1) && isDigit(at+1)
}

// titleOf is what stands before the numbers, without the signs that lead to them.
func titleOf(text string) string { return strings.TrimRight(text, " ,;:(–—-") }

// readNumbers reads what a key result's number is to do. Without a colon before it only
// what cannot be meant otherwise counts: "from 5 to 3", and not "reply to 3 of 5".
func readNumbers(text string, isAfterColon bool, style okr.NumberStyle) (m okr.Metric, ok bool) {
	if g := fromTo.FindStringSubmatch(text); g != nil {
		isArrow := strings.ContainsAny(g[5], arrows)
		if !isAfterColon && !isArrow && !strings.HasPrefix(strings.ToLower(text), "from ") {
			return m, false
		}
		start, target := valueOf(g[1:5], style), valueOf(g[6:10], style)
		m = okr.Metric{Start: start.number, Target: target.number}
		return m, start.ok && target.ok && sameUnit(&m, start.unit, target.unit)
	}
	if !isAfterColon {
		return m, false
	}
	if g := limited.FindStringSubmatch(text); g != nil {
		limit := valueOf(g[2:6], style)
		m = okr.Metric{Target: limit.number, Type: okr.StayBelow}
		if strings.ContainsAny(g[1], ">≥") || strings.ContainsAny(strings.ToLower(g[1]), "av") || strings.EqualFold(g[1], "at least") {
			m.Type = okr.StayAbove
		}
		return m, limit.ok && sameUnit(&m, limit.unit, limit.unit)
	}
	if g := onlyTo.FindStringSubmatch(text); g != nil {
		target := valueOf(g[1:5], style)
		m = okr.Metric{Target: target.number}
		return m, target.ok && sameUnit(&m, target.unit, target.unit)
	}
	return m, false
}

// typedValue is a number with its unit.
type typedValue struct {
	number float64
	unit   string
	ok     bool
}

// valueOf reads the four groups of valuePart.
func valueOf(g []string, style okr.NumberStyle) typedValue {
	v := typedValue{unit: strings.TrimSpace(strings.TrimRight(g[3], " .,;"))}
	if v.unit == "" {
		v.unit = g[0]
	}
	number, how := style.Parse(strings.TrimRight(g[1], ".,"))
	if how == okr.TooLarge {
		number = okr.MaxNumber // which madeOf refuses
	}
	v.number, v.ok = number, how != okr.NoNumber // the preview shows how it was read
	switch g[2] {
	case "k", "K":
		v.number *= 1e3
	case "M":
		v.number *= 1e6
	}
	return v
}

// sameUnit gives a metric the unit of its numbers; false: they have two.
func sameUnit(m *okr.Metric, start, target string) bool {
	if start != "" && target != "" && !strings.EqualFold(start, target) {
		return false
	}
	m.Unit = target
	if m.Unit == "" {
		m.Unit = start
	}
	if currency.MatchString(m.Unit) {
		m.UnitKind = okr.UnitCurrency
	}
	return true
}
