package cards

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	sample "golang.org/x/text/number"

	"okrbot/okr"
)

// Locale is how a person writes numbers and dates. The words of a card are English in
// every locale, and so are the digits 0 to 9. The zero value is English with the day
// first: 1,234.5, 45%, 28 Nov 2026.
type Locale struct{ marks *marks }

// marks are the signs of a locale.
type marks struct {
	tag          string // as it was given
	decimal      string
	group        string // between thousands
	second       int    // digits of every group but the last one: 2 in India, else 3
	before       string // stands before the number of a percentage
	after        string // stands after it
	isMonthFirst bool

	isMonthBefore bool // the day, where both are numbers
}

var english = marks{decimal: ".", group: ",", second: 3, after: "%"}

func (l Locale) of() *marks {
	if l.marks == nil {
		return &english
	}
	return l.marks
}

// maxLocale is the length in bytes of a tag that is read: those of clients have 2 to 10.
const maxLocale = 35

// LocaleOf is the locale of a BCP 47 tag, as the activities of Teams name it
// ("de-AT"). The zero value stands for one that is not known. It is made once for each
// person, not for each number: it costs some microseconds.
func LocaleOf(tag string) Locale {
	if tag == "" || len(tag) > maxLocale {
		return Locale{}
	}
	parsed, err := language.Parse(tag)
	base, sure := parsed.Base()
	if err != nil || sure == language.No || parsed.IsRoot() {
		return Locale{}
	}
	region, _ := parsed.Region()
	m := english
	m.tag, m.isMonthFirst = tag, base.String() == "en" && region.String() == "US"
	switch base.String() {
	case "zh", "ja", "ko", "hu", "lt", "mn":
		m.isMonthBefore = true
	default:
		m.isMonthBefore = m.isMonthFirst
	}
	if latin, err := parsed.SetTypeForKey("nu", "latn"); err == nil {
		parsed = latin
	}
	m.readMarks(message.NewPrinter(parsed))
	return Locale{&m}
}

// readMarks takes the signs of a locale from how two numbers are written in it.
func (m *marks) readMarks(p *message.Printer) {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	written := okr.CleanLine(strings.TrimRight(p.Sprint(sample.Decimal(1234567890.5)), " "))
	parts := strings.FieldsFunc(written, func(r rune) bool { return !isDigit(r) })
	signs := strings.FieldsFunc(written, isDigit)
	if n := len(parts); n >= 3 && len(signs) == n-1 && len(parts[n-2]) == 3 {
		m.group, m.decimal, m.second = spaced(signs[0]), signs[n-2], len(parts[1])
	}
	share := okr.CleanLine(p.Sprint(sample.Percent(0.45)))
	if before, after, ok := strings.Cut(share, "45"); ok && before+after != "" {
		latin := strings.NewReplacer("٪", "%") // the digits are, too
		m.before, m.after = spaced(latin.Replace(before)), spaced(latin.Replace(after))
	}
}

// spaced keeps a space from ending a line within a number.
func spaced(sign string) string { return strings.ReplaceAll(sign, " ", "\u00a0") }

// String is the tag of the locale; empty for the zero value.
func (l Locale) String() string { return l.of().tag }

// write gives a number with at most so many decimals and none that are zero; -1: as many
// as it has.
func (l Locale) write(f float64, decimals int) string {
	m := l.of()
	var room [32]byte
	if decimals >= 0 {
		scale := math.Pow10(decimals)
		f = math.Round(f*scale)/scale + 0 // no minus before nothing
	}
	digits := strconv.AppendFloat(room[:0], math.Abs(f), 'f', -1, 64)
	whole := len(digits)
	for i, c := range digits {
		if c == '.' {
			whole = i
			break
		}
	}
	var out strings.Builder
	out.Grow(len(digits) + whole/2*len(m.group) + len(m.decimal) + 1)
	if f < 0 {
		out.WriteByte('-')
	}
	for i, c := range digits[:whole] {
		if left := whole - i; i > 0 && left >= 3 && (left-3)%m.second == 0 {
			out.WriteString(m.group)
		}
		out.WriteByte(c)
	}
	if whole < len(digits) {
		out.WriteString(m.decimal)
		out.Write(digits[whole+1:])
	}
	return out.String()
}

// share gives a percentage with at most so many decimals.
func (l Locale) share(f float64, decimals int) string {
	m := l.of()
	return m.before + l.write(f, decimals) + m.after
}

// day gives a day; the year is left out for 0.
func (l Locale) day(year int, month time.Month, day int) string {
	var room [16]byte
	b, name := room[:0], month.String()[:3]
	if l.of().isMonthFirst {
		b = strconv.AppendInt(append(append(b, name...), ' '), int64(day), 10)
		if year != 0 {
			b = append(b, ',')
		}
	} else {
		b = append(append(strconv.AppendInt(b, int64(day), 10), ' '), name...)
	}
	if year != 0 {
		b = strconv.AppendInt(append(b, ' '), int64(year), 10)
	}
	return string(b)
}

// date gives a day of the calendar; what is none stays as it is.
func (l Locale) date(d okr.Date) string {
	year, month, day, ok := d.Parts()
	if !ok {
		return string(d)
	}
	return l.day(year, month, day)
}
