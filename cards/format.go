package cards

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"okrbot/okr"
)

// local gives the time in the place's zone.
func (p Place) local(t time.Time) time.Time {
	if p.Zone == nil {
		return t.UTC()
	}
	return t.In(p.Zone)
}

// at writes a time: "28 Nov, 14:21", with the year where it is another one than now, and
// with its zone where the reader may be in another one. Empty for none.
func (p Place) at(t time.Time) md {
	if t.IsZero() {
		return ""
	}
	return md(p.day(t) + ", " + p.Clock(t))
}

// Clock writes a time of day as the cards of the place do: "14:21".
func (p Place) Clock(t time.Time) string {
	if p.NamesZone {
		return p.local(t).Format("15:04 MST")
	}
	return p.local(t).Format("15:04")
}

// when writes a time with its age; empty for none.
func (p Place) when(t time.Time) md {
	if t.IsZero() {
		return ""
	}
	return p.at(t) + md(" ("+ago(p.Now.Sub(t))+")")
}

// day writes the day of a time, with the year where it is another one than now.
func (p Place) day(t time.Time) string {
	t = p.local(t)
	year, month, day := t.Date()
	if year == p.local(p.Now).Year() {
		year = 0
	}
	return p.Locale.day(year, month, day)
}

// At writes a time as the cards of the place do.
func (p Place) At(t time.Time) string { return string(p.at(t)) }

// Day writes the day of a time as the cards of the place do: the year is left out where
// it is that of now.
func (p Place) Day(t time.Time) string { return p.day(t) }

// Date writes a day of the calendar as the cards of the place do.
func (p Place) Date(d okr.Date) string { return p.Locale.date(d) }

// Period writes a period with its name and its days as the cards of the place do.
func (p Place) Period(o okr.Period) string { return p.period(o) }

// Number writes a number as the cards of the place do.
func (p Place) Number(f float64) string { return p.number(f) }

// date writes a day of the calendar with its year: "28 Nov 2026".
func (p Place) date(d okr.Date) string { return p.Locale.date(d) }

func ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

// span writes a duration in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	default:
		return count(int(d/(24*time.Hour)), "day")
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// below counts what stands below an objective.
func below(n int) string {
	if n == 1 {
		return "1 key result or project"
	}
	return fmt.Sprintf("%d key results and projects", n)
}

// days writes the days of a period.
func (p Place) days(o okr.Period) string { return p.date(o.Start) + " to " + p.date(o.End) }

// period writes a period with its name and its days.
func (p Place) period(o okr.Period) string {
	if o.Name == "" {
		return p.days(o)
	}
	return o.Name + " (" + p.days(o) + ")"
}

// periodName is the name of a period, or its days where it has none.
func (p Place) periodName(o okr.Period) md {
	if o.Name == "" {
		return escaped(p.days(o))
	}
	return escaped(o.Name)
}

// noValue stands where there is no number.
const noValue = "no data"

// percent rounds to whole percents, but with one decimal where rounding would claim that
// nothing or everything is done.
func (p Place) percent(f float64) string {
	whole := math.Round(f)
	if whole == 0 && f != 0 || whole == 100 && f != 100 {
		return p.oneDecimal(f)
	}
	return p.Locale.share(whole, 0)
}

// oneDecimal is a percentage that is cut towards the middle, so that 99.96 is not shown
// as 100.
func (p Place) oneDecimal(f float64) string {
	r := math.Round(f*10) / 10
	switch {
	case r == 100 && f < 100:
		r = 99.9
	case r == 0 && f > 0:
		r = 0.1
	}
	return p.Locale.share(r, 1)
}

// progress is progress in words.
func (p Place) progress(f *float64) string {
	if f == nil {
		return noValue
	}
	return p.percent(*f)
}

// shift is how progress changed. Both get a decimal where whole percents would show the
// same number twice.
func (p Place) shift(before, after *float64) string {
	was, is := p.progress(before), p.progress(after)
	if was == is && before != nil && after != nil && !okr.SameNumber(*before, *after) {
		was, is = p.oneDecimal(*before), p.oneDecimal(*after)
	}
	if before == nil && after == nil || was == is {
		return is
	}
	return was + " → " + is
}

// number is a number of no metric with at most one decimal; below 1 with the two digits
// that say most.
func (p Place) number(f float64) string { return p.Locale.write(f, decimalsOf(f)) }

// decimalsOf is how many decimals are shown of a number: one, but of a number below 1
// enough for two digits.
func decimalsOf(f float64) int {
	const most = 6
	n := 1
	for f = math.Abs(f); f > 0 && f < 1 && n < most; f *= 10 {
		n++
	}
	return n
}

// value is a number of the metric with its unit, with at most one decimal, or as many as
// its start and target have. One that is its progress reads like the progress beside it.
func (p Place) value(m *okr.Metric, f *float64) string {
	switch {
	case f == nil:
		return noValue
	case isProgress(m):
		return p.percent(*f)
	}
	return p.withUnit(m, *f, decimalsIn(m, *f))
}

// plain is value without the unit, where the unit stands beside it already.
func (p Place) plain(m *okr.Metric, f float64) string { return p.Locale.write(f, decimalsIn(m, f)) }

// decimalsIn is how many decimals are shown of a number of the metric. All its numbers
// get the same, so that they can be compared.
func decimalsIn(m *okr.Metric, f float64) int {
	if m == nil {
		return decimalsOf(f)
	}
	n := max(1, decimals(m.Start), decimals(m.Target))
	if way := math.Abs(m.Target - m.Start); m.IsScaled() && way > 0 && way < 1 {
		n = max(n, decimalsOf(way))
	} else if math.Abs(m.Target) < 1 && math.Abs(m.Start) < 1 {
		n = max(n, decimalsOf(f))
	}
	return n
}

// decimals counts the decimals of a number, up to three.
func decimals(f float64) int {
	for n := range 3 {
		if okr.SameNumber(f, math.Round(f*math.Pow10(n))/math.Pow10(n)) {
			return n
		}
	}
	return 3
}

// exact is a number of the metric with all its digits and its unit, as a person gave it.
func (p Place) exact(m *okr.Metric, f *float64) string {
	if f == nil {
		return noValue
	}
	return p.withUnit(m, *f, allDigits(*f))
}

// points is how many points of progress something adds, with two decimals so that they
// add up.
func (p Place) points(f float64) string { return p.Locale.write(f, 2) }

// exactNumber is a number with all its digits.
func (p Place) exactNumber(f float64) string { return p.Locale.write(f, allDigits(f)) }

// allDigits is how many decimals show all digits of a number but not what adding up in
// binary left behind: 0.1 and 0.2 are 0.3.
func allDigits(f float64) int {
	if a := math.Abs(f); a < 1e-6 || a >= 1e9 {
		return -1
	}
	return 6
}

func (p Place) withUnit(m *okr.Metric, f float64, decimals int) string {
	switch {
	case m == nil || m.Unit == "":
		return p.Locale.write(f, decimals)
	case m.Unit == "%":
		return p.Locale.share(f, decimals)
	}
	return p.Locale.write(f, decimals) + " " + okr.Shorten(m.Unit, okr.MaxUnit)
}

// isProgress says whether the values of a metric are its progress.
func isProgress(m *okr.Metric) bool {
	return m != nil && m.IsScaled() && m.Start == 0 && m.Target == 100 && m.Unit == "%"
}

// capital writes the first letter of an ASCII word large.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// sentence begins a line with a capital letter where a word of okrbot's own begins it.
func sentence(line md) md {
	for _, word := range []string{"was ", "nothing "} {
		if strings.HasPrefix(string(line), word) {
			return md(capital(string(line)))
		}
	}
	return line
}

func runeCount(s string) int { return utf8.RuneCountInString(s) }

// round2 is a number with at most two decimals.
func round2(f float64) float64 { return math.Round(f*100) / 100 }
