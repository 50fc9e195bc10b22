package cards

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"okrbot/okr"
)

// Day reads a day as a person of the locale types it, in words or in numbers: "30 Sep",
// "Sep 30, 2026", "30.9.", "9/30", "2026-09-30". The only order of numbers that can be is
// taken, else that of the locale. Without a year it is the day that is next to another one,
// which may be empty. No text is no day. Invalid, with the field: it is none.
func (l Locale) Day(field, text string, near okr.Date) (okr.Date, error) {
	text = okr.CleanLine(text)
	if text == "" {
		return "", nil
	}
	day, ok := l.readDay(text, near)
	if !ok {
		return "", okr.FieldErrorf(field, "Enter a date, for example %s. Can't read: %s", l.date(sampleDay), okr.Shorten(text, maxTypedDay))
	}
	return day, nil
}

const (
	sampleDay   = okr.Date("2026-09-30")
	maxTypedDay = 40 // characters that a date has at most
)

// typedDay is a day in its parts, as they were typed.
type typedDay struct {
	numbers      []int
	digits       []int // of each number
	month        time.Month
	isMonthFirst bool // by its words
	isDotted     bool
}

func (l Locale) readDay(text string, near okr.Date) (okr.Date, bool) {
	d, ok := dayParts(text)
	if !ok {
		return "", false
	}
	year, rest := d.year()
	month, day := d.month, 0
	switch {
	case month != 0 && len(rest) == 1:
		day = rest[0]
	case month == 0 && len(rest) == 2:
		month, day = l.order(d, rest[0], rest[1])
	default:
		return "", false
	}
	if year == 0 {
		return nextTo(near, month, day)
	}
	return calendarDay(year, month, day)
}

// dayParts takes a text apart; false where it has anything that no date has.
func dayParts(text string) (d typedDay, ok bool) {
	if runeCount(text) > maxTypedDay {
		return d, false
	}
	for _, part := range dayFields(strings.ToLower(text)) {
		if n, err := strconv.Atoi(part); err == nil {
			d.numbers, d.digits = append(d.numbers, n), append(d.digits, len(part))
			continue
		}
		month, isMonth := monthOf(part)
		switch {
		case isMonth && d.month == 0:
			d.month = month
		case part == "月" || part == "월":
			d.isMonthFirst = true
		case !isFiller(part):
			return d, false
		}
	}
	d.isDotted = strings.Contains(text, ".") && !strings.ContainsAny(text, "/-")
	return d, len(d.numbers) > 0
}

// dayFields are the runs of digits and of letters in a text.
func dayFields(text string) []string {
	var out []string
	var last rune
	for _, r := range text {
		isDigit := r >= '0' && r <= '9'
		isLetter := unicode.IsLetter(r) || unicode.Is(unicode.Mn, r)
		switch wasDigit := last >= '0' && last <= '9'; {
		case !isDigit && !isLetter:
			if !strings.ContainsRune(" .,/-–'’\u00a0", r) {
				return []string{text}
			}
		case last != 0 && wasDigit == isDigit && (unicode.IsLetter(last) || unicode.Is(unicode.Mn, last) || wasDigit):
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
		last = r
	}
	return out
}

// isFiller says whether a word of a date says nothing: that of an ordinal, and "of".
func isFiller(word string) bool {
	switch word {
	case "st", "nd", "rd", "th", "of", "de", "er", "年", "日", "년", "일":
		return true
	}
	return false
}

// monthWords are how the names of the months begin in the languages that most people write
// with these letters. All are told apart by these letters.
const monthWords = "jan janv ene gen|feb febr fév fev|mar mär mrz mars maa|apr avr abr|may mai mei mag|jun juin giu|jul juil lug|aug août aout ago|sep set|oct okt ott out|nov|dec dez déc dic"

// monthOf is the month that a word names, by three of its letters at least.
func monthOf(word string) (time.Month, bool) {
	if runeCount(word) < 3 || strings.HasPrefix(word, "jui") && !strings.HasPrefix(word, "juin") && !strings.HasPrefix(word, "juil") {
		return 0, false
	}
	for i, names := range strings.Split(monthWords, "|") {
		for name := range strings.FieldsSeq(names) {
			if strings.HasPrefix(word, name) {
				return time.Month(i + 1), true
			}
		}
	}
	return 0, false
}

// year takes the year out of the numbers: that of four digits, or the third one; 0: there
// is none.
func (d typedDay) year() (year int, rest []int) {
	last := len(d.numbers) - 1
	hasYear := len(d.numbers) == 3 || d.month != 0 && len(d.numbers) == 2
	switch {
	case !hasYear:
		return 0, d.numbers
	case d.digits[0] == 4:
		return d.numbers[0], d.numbers[1:]
	case d.digits[last] == 2:
		return 2000 + d.numbers[last], d.numbers[:last]
	default:
		return d.numbers[last], d.numbers[:last]
	}
}

// order says which of two numbers is the month: behind a year the first one; with points
// between them the second one, but where the year comes first.
func (l Locale) order(d typedDay, first, second int) (month time.Month, day int) {
	isMonthFirst := l.of().isMonthBefore && (!d.isDotted || !l.of().isMonthFirst)
	if d.isMonthFirst || len(d.numbers) == 3 && d.digits[0] == 4 {
		return time.Month(first), second
	}
	if isMonthFirst && first > 12 || !isMonthFirst && second > 12 {
		isMonthFirst = !isMonthFirst
	}
	if isMonthFirst {
		return time.Month(first), second
	}
	return time.Month(second), first
}

// nextTo is the day of a year that is next to another day.
func nextTo(near okr.Date, month time.Month, day int) (best okr.Date, ok bool) {
	year, _, _, _ := near.Parts()
	for _, y := range []int{year, year + 1, year - 1} {
		d, isDay := calendarDay(y, month, day)
		if isDay && (!ok || daysApart(d, near) < daysApart(best, near)) {
			best, ok = d, true
		}
	}
	return best, ok
}

func daysApart(a, b okr.Date) int { return max(a.Days()-b.Days(), b.Days()-a.Days()) }

// calendarDay is a day that the calendar has.
func calendarDay(year int, month time.Month, day int) (okr.Date, bool) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	d := okr.DateOf(t)
	return d, t.Year() == year && t.Month() == month && t.Day() == day && d.Valid()
}

// Phases writes phased targets that a person of the locale typed, a day and a number a line,
// as the domain reads them. Invalid, with the field: a line is none.
func (l Locale) Phases(field, text string, near okr.Date) (string, error) {
	var out []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
		day, number, ok := cutPhase(line)
		if strings.TrimSpace(line) == "" {
			continue
		}
		date, isDate := l.readDay(okr.CleanLine(day), near)
		if !ok || !isDate {
			return text, okr.FieldErrorf(field, "Write each line as a day and a number, for example %s: 40. Can't read: %s", l.date(sampleDay), okr.Shorten(okr.CleanLine(line), 60))
		}
		plain, err := l.Plain(field, number)
		if err != nil {
			return text, err
		}
		out = append(out, string(date)+": "+plain)
	}
	return strings.Join(out, "\n"), nil
}

// cutPhase parts a line at its last colon or equals sign, else at its last space.
func cutPhase(line string) (day, number string, ok bool) {
	line = strings.TrimSpace(line)
	at := strings.LastIndexAny(line, ":=")
	if at < 0 {
		at = strings.LastIndexAny(strings.TrimRight(line, " %"), " \t") // 40 % is one number
	}
	if at < 0 {
		return line, "", false
	}
	number = strings.TrimSpace(line[at+1:])
	return line[:at], number, number != ""
}

// DayStyle is how the days of tasks are typed and shown: as [Locale.Day] reads them, but for
// two numbers that may be anything else, as 3/4.
func (p Place) DayStyle() okr.DayStyle {
	read := func(text string) (okr.Date, bool) {
		d, ok := dayParts(text)
		if isUnclear := d.month == 0 && len(d.numbers) < 3 && !d.isDotted; !ok || isUnclear {
			return "", false
		}
		return p.Locale.readDay(text, okr.DateOf(p.local(p.Now)))
	}
	return okr.DayStyle{Read: read, Write: p.Locale.date}
}

// monthEnd is the last day of the month, an example of a day.
func (p Place) monthEnd() okr.Date {
	year, month, _ := p.local(p.Now).Date()
	return okr.DateOf(time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC))
}

// PhaseExample is a phased target as a person types it.
func (p Place) PhaseExample() string { return p.date(p.monthEnd()) + ": 40" }

// ShownPhases writes phased targets, typed or as [Locale.Phases] wrote them, in the form of
// the locale. A line that is none stays as it is.
func (l Locale) ShownPhases(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if day, number, ok := cutPhase(line); ok && okr.Date(strings.TrimSpace(day)).Valid() {
			lines[i] = l.date(okr.Date(strings.TrimSpace(day))) + ": " + l.Shown(number)
		}
	}
	return strings.Join(lines, "\n")
}
