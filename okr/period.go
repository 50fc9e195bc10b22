package okr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Period is a span of days, both ends included.
type Period struct {
	Name  string `json:"name,omitempty"`
	Start Date   `json:"start"`
	End   Date   `json:"end"`
}

// TimePeriod is a period that goals are filed under. Those of the calendar have
// ids made of their dates, so that they need not be stored.
type TimePeriod struct {
	ID string `json:"id"`
	Period
	Custom bool `json:"custom,omitempty"`
}

func (p Period) validate() error {
	if !p.Start.Valid() {
		return FieldErrorf("start", "Enter the first day, for example 2026-01-01.")
	}
	if !p.End.Valid() {
		return FieldErrorf("end", "Enter the last day, for example 2026-03-31.")
	}
	if p.End.Days() <= p.Start.Days() {
		return FieldErrorf("end", "The last day (%s) must be after the first day (%s).", p.End, p.Start)
	}
	return nil
}

// String is the period as people read it.
func (p Period) String() string {
	span := p.Start.Text() + " to " + p.End.Text()
	if p.Name == "" {
		return span
	}
	return p.Name + " (" + span + ")"
}

// Contains says whether a day lies in the period.
func (p Period) Contains(day Date) bool {
	return p.Start.Days() <= day.Days() && day.Days() <= p.End.Days()
}

// SpanID is the id of the period of these dates, as goals are filed under it.
func (p Period) SpanID() string {
	if p.Start == "" && p.End == "" {
		return ""
	}
	return string(p.Start) + "/" + string(p.End)
}

// FiledUnder is the id of the period that the goal belongs to.
func (g Goal) FiledUnder() string {
	if g.PeriodID != "" {
		return g.PeriodID
	}
	return g.Period.SpanID()
}

// HasPeriod says whether the goal has a period of its own: objectives do, key results
// and projects where somebody chose one.
func HasPeriod(g Goal) bool { return g.Kind == Objective || g.OwnPeriod }

// withoutInherited is the goal without the period that it only has from its objective, so
// that nothing of that, as its name, stays beside dates of its own.
func withoutInherited(g Goal) Goal {
	if !HasPeriod(g) {
		g.PeriodID, g.Period = "", Period{}
	}
	return g
}

// inheriting is the goal with the period that it only has from its objective, where it
// still is so.
func inheriting(g, from Goal) Goal {
	if !HasPeriod(g) && !HasPeriod(from) {
		g.PeriodID, g.Period = from.PeriodID, from.Period
	}
	return g
}

// PeriodUnder is the goal's period below an objective.
func PeriodUnder(g, parent Goal) (id string, p Period) {
	if HasPeriod(g) {
		return g.PeriodID, g.Period
	}
	return parent.PeriodID, parent.Period
}

// Moved is the period of a goal whose objective moves from one period to another: as
// many months later where both begin on the same day of a month, else as many days.
// It reports false where it would not lie in the objective's new one.
func (p Period) Moved(from, to Period) (Period, bool) {
	first, last := from.Start.time(), to.Start.time()
	months, days := (last.Year()-first.Year())*12+int(last.Month()-first.Month()), 0
	if first.Day() != last.Day() {
		months, days = 0, to.Start.Days()-from.Start.Days()
	}
	moved := Period{
		Start: DateOf(p.Start.time().AddDate(0, months, days)),
		End:   DateOf(p.End.time().AddDate(0, 0, 1).AddDate(0, months, days-1)), // the last day of a month stays one
	}
	return moved, to.Contains(moved.Start) && to.Contains(moved.End)
}

// PlanningMonth is the month in which the planning year begins.
func (t Settings) PlanningMonth() time.Month {
	if t.PlanningStart < time.January || t.PlanningStart > time.December {
		return time.January
	}
	return t.PlanningStart
}

// quarterStart is the first day of the planning quarter n after that of day.
func (t Settings) quarterStart(day Date, n int) time.Time {
	at := day.time()
	into := (int(at.Month()) - int(t.PlanningMonth()) + 12) % 3
	return time.Date(at.Year(), at.Month()-time.Month(into)+time.Month(3*n), 1, 0, 0, 0, 0, time.UTC)
}

// yearStart is the first day of the planning year n after that of day.
func (t Settings) yearStart(day Date, n int) time.Time {
	at := day.time()
	into := (int(at.Month()) - int(t.PlanningMonth()) + 12) % 12
	return time.Date(at.Year()+n, at.Month()-time.Month(into), 1, 0, 0, 0, 0, time.UTC)
}

// Quarter is the planning quarter that lies n quarters after that of a day.
func (t Settings) Quarter(day Date, n int) TimePeriod {
	first := t.quarterStart(day, n)
	year := t.yearStart(DateOf(first), 0)
	months := (first.Year()-year.Year())*12 + int(first.Month()-year.Month())
	return span(fmt.Sprintf("Q%d %s", months/3+1, yearName(year)), first, 3)
}

// Year is the planning year that lies n years after that of a day.
func (t Settings) Year(day Date, n int) TimePeriod {
	first := t.yearStart(day, n)
	return span(yearName(first), first, 12)
}

// yearName is 2026 for a calendar year, else 2026/27.
func yearName(first time.Time) string {
	if first.Month() == time.January {
		return strconv.Itoa(first.Year())
	}
	return fmt.Sprintf("%d/%02d", first.Year(), (first.Year()+1)%100)
}

func span(name string, first time.Time, months int) TimePeriod {
	p := Period{Name: name, Start: DateOf(first), End: DateOf(first.AddDate(0, months, -1))}
	return TimePeriod{ID: p.SpanID(), Period: p}
}

// PeriodAfter is the period that a goal of a period goes on in: the next quarter or
// year, or after a custom period the custom one that follows within two weeks. Where
// that is over by a day already it is the current period.
func (t Settings) PeriodAfter(p Period, day Date) TimePeriod {
	next := t.Quarter(p.End.Add(1), 0)
	custom, isCustom := t.customAfter(p)
	switch year := t.Year(p.Start, 0); {
	case isCustom:
		next = custom
	case year.Start == p.Start && year.End == p.End:
		next = t.Year(p.Start, 1)
	}
	if next.End.Days() < day.Days() {
		return t.CurrentPeriod(day)
	}
	return next
}

// followsWithin is how many days may lie between two custom periods of which the second
// goes on where the first one ended.
const followsWithin = 14

// customAfter is the custom period that follows a custom one.
func (t Settings) customAfter(p Period) (next TimePeriod, ok bool) {
	isCustom := slices.ContainsFunc(t.Periods, func(c TimePeriod) bool { return c.Start == p.Start && c.End == p.End })
	for _, c := range t.Periods {
		gap := c.Start.Days() - p.End.Days()
		if isCustom && gap > 0 && gap <= followsWithin && (!ok || c.Start.Days() < next.Start.Days()) {
			next, ok = c, true
		}
	}
	return next, ok
}

// closesFrom is how many days before its end people close a period.
const closesFrom = 14

// PeriodToClose is the period that people mean who close one on a day and write a name, see
// [Settings.FindPeriod]: a quarter without a year is the last one that has begun. Nothing,
// "quarter" and "period" mean the one that ended last, in its last two weeks the current
// one. "Year" is the same of years.
func (t Settings) PeriodToClose(text string, day Date) (TimePeriod, bool) {
	switch word := foldText(CleanLine(text)); word {
	case "", "quarter", "the quarter", "period", "the period", "this quarter":
		p := t.CurrentPeriod(day)
		if p.End.Days()-day.Days() < closesFrom {
			return p, true
		}
		return t.lastEnded(day, strings.HasSuffix(word, "quarter")), true
	case "year", "the year":
		y := t.Year(day, 0)
		if y.End.Days()-day.Days() < closesFrom {
			return y, true
		}
		return t.Year(day, -1), true
	}
	p, ok := t.FindPeriod(text, day)
	if ok && p.Start.Days() > day.Days() && !strings.Contains(CleanLine(text), " ") && p == t.Quarter(p.Start, 0) {
		p = t.Quarter(p.Start, -4) // of the year before
	}
	return p, ok
}

// lastEnded is the quarter or custom period that ended last before a day.
func (t Settings) lastEnded(day Date, onlyQuarters bool) TimePeriod {
	last := t.Quarter(day, -1)
	for _, p := range t.Periods {
		if !onlyQuarters && p.End.Days() < day.Days() && p.End.Days() > last.End.Days() {
			last = p
		}
	}
	return last
}

// CurrentPeriod is where new goals go: a custom period that was set as current
// while it lasts, else the planning quarter of the day.
func (t Settings) CurrentPeriod(day Date) TimePeriod {
	for _, p := range t.Periods {
		if p.ID == t.Current && p.Contains(day) {
			return p
		}
	}
	return t.Quarter(day, 0)
}

// PeriodChoices lists the periods that can be chosen on a day: the current one,
// the other quarters from the last to the third next one, this year and, from
// the first day of its last quarter on, the next, and the custom periods that are
// not over for longer than a year.
func (t Settings) PeriodChoices(day Date) []TimePeriod {
	choices := []TimePeriod{t.CurrentPeriod(day)}
	add := func(p TimePeriod) {
		if p.ID != choices[0].ID {
			choices = append(choices, p)
		}
	}
	for _, n := range []int{0, 1, 2, 3, -1} {
		add(t.Quarter(day, n))
	}
	add(t.Year(day, 0))
	if t.quarterStart(day, 1).Equal(t.yearStart(day, 1)) {
		add(t.Year(day, 1))
	}
	for _, p := range t.Periods {
		if p.End.Days()+366 >= day.Days() {
			add(p)
		}
	}
	return choices
}

// PeriodByID finds a period: a custom one, or one of the calendar by its dates.
func (t Settings) PeriodByID(id string) (TimePeriod, bool) {
	for _, p := range t.Periods {
		if p.ID == id {
			return p, true
		}
	}
	start, end, _ := strings.Cut(id, "/")
	if !Date(start).Valid() || !Date(end).Valid() {
		return TimePeriod{}, false
	}
	for _, p := range []TimePeriod{t.Quarter(Date(start), 0), t.Year(Date(start), 0)} {
		if p.ID == id {
			return p, true
		}
	}
	p := Period{Start: Date(start), End: Date(end)}
	return TimePeriod{ID: id, Period: p}, p.validate() == nil
}

// FindPeriod finds a period as people write it on a day: "current", "next",
// "last", a name ("Q1 2026", "q1", "2026"), or an id. A quarter without a year is
// the one of that number in the planning year of the day.
func (t Settings) FindPeriod(text string, day Date) (TimePeriod, bool) {
	id := strings.TrimSpace(text)
	text = foldText(CleanLine(text))
	switch text {
	case "":
		return TimePeriod{}, false
	case "current", "now":
		return t.CurrentPeriod(day), true
	case "next":
		return t.Quarter(day, 1), true
	case "last", "previous":
		return t.Quarter(day, -1), true
	}
	for _, p := range t.Periods {
		if foldText(p.Name) == text {
			return p, true
		}
	}
	for years := -5; years <= 5; years++ {
		year := t.Year(day, years)
		if foldText(year.Name) == text {
			return year, true
		}
		for n := range 4 {
			q := t.Quarter(year.Start, n)
			if foldText(q.Name) == text || years == 0 && strings.HasPrefix(foldText(q.Name), text+" ") {
				return q, true
			}
		}
	}
	return t.PeriodByID(id)
}

// Clean makes a custom period of what a person gave, or says what is wrong.
func (p *TimePeriod) Clean() error {
	p.Name, p.Custom = CleanLine(p.Name), true
	if n := runes(p.Name); n == 0 || n > MaxName {
		return FieldErrorf("name", "Enter a name of up to %d characters.", MaxName)
	}
	return p.validate()
}

// Date is a day of the calendar as 2006-01-02, without a time zone.
type Date string

const dateLayout = "2006-01-02"

// DateOf gives the day that t falls on in its location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	if year < 1000 || year > 9999 {
		return Date(t.Format(dateLayout))
	}
	var room [len(dateLayout)]byte
	b := strconv.AppendInt(room[:0], int64(year*10_000+int(month)*100+day), 10)
	b = append(b[:4], '-', b[4], b[5], '-', b[6], b[7])
	return Date(b)
}

// Valid says whether d is a day between the years 1970 and 2999.
func (d Date) Valid() bool {
	t, err := time.Parse(dateLayout, string(d))
	return err == nil && t.Year() >= 1970 && t.Year() < 3000
}

// Days counts the days since 1 January 1970; 0 for an invalid date.
func (d Date) Days() int {
	year, month, day, ok := d.Parts()
	if !ok {
		return 0
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day { // the month has fewer
		return 0
	}
	return int(t.Unix() / int64(24*time.Hour/time.Second))
}

// Parts gives the year, month and day; false for what is no date.
func (d Date) Parts() (year int, month time.Month, day int, ok bool) {
	if len(d) != len(dateLayout) || d[4] != '-' || d[7] != '-' {
		return 0, 0, 0, false
	}
	number := func(digits Date) (n int) {
		for i := range len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return -1
			}
			n = n*10 + int(digits[i]-'0')
		}
		return n
	}
	year, month, day = number(d[:4]), time.Month(number(d[5:7])), number(d[8:])
	return year, month, day, year > 0 && month >= time.January && month <= time.December && day > 0 && day <= 31
}

// Text writes the day for people who read it in a text without a reader of its own, as
// an error is: 28 Nov 2026. What is no date stays as it is.
func (d Date) Text() string {
	year, month, day, ok := d.Parts()
	if !ok {
		return string(d)
	}
	return fmt.Sprintf("%d %s %d", day, month.String()[:3], year)
}

// time is the first moment of the day in UTC; of an invalid date that of 1970.
func (d Date) time() time.Time {
	return time.Unix(int64(d.Days())*int64(24*time.Hour/time.Second), 0).UTC()
}

// Add gives the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.time().AddDate(0, 0, n)) }
