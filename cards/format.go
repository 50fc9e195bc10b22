package cards

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"okrbot/okr"
)

const timeLayout = "2 Jan 2006 15:04 MST"

// local gives the time in the place's zone.
func (p Place) local(t time.Time) time.Time {
	if p.Zone == nil {
		return t.UTC()
	}
	return t.In(p.Zone)
}

// at writes a time with its zone; empty for none.
func (p Place) at(t time.Time) md {
	if t.IsZero() {
		return ""
	}
	return md(p.local(t).Format(timeLayout))
}

// when writes a time with its zone and its age; empty for none.
func (p Place) when(t time.Time) md {
	if t.IsZero() {
		return ""
	}
	return p.at(t) + md(" ("+ago(p.Now.Sub(t))+")")
}

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

// percentText rounds to whole percents, but with one decimal where rounding
// would claim that nothing or everything is done.
func percentText(f float64) string {
	whole := math.Round(f)
	if whole == 0 && f != 0 || whole == 100 && f != 100 {
		return oneDecimal(f)
	}
	return okr.FormatNumber(whole) + " %"
}

// oneDecimal cuts towards the middle, so that 99.96 is not shown as 100.
func oneDecimal(f float64) string {
	r := math.Round(f*10) / 10
	switch {
	case r == 100 && f < 100:
		r = 99.9
	case r == 0 && f > 0:
		r = 0.1
	}
	return okr.FormatNumber(r) + " %"
}

// progressText is progress in words.
func progressText(f *float64) string {
	if f == nil {
		return "no data"
	}
	return percentText(*f)
}

// shiftText is how progress changed. Both get a decimal where whole percents
// would show the same number twice.
func shiftText(before, after *float64) string {
	was, is := progressText(before), progressText(after)
	if was == is && before != nil && after != nil && !okr.SameNumber(*before, *after) {
		was, is = oneDecimal(*before), oneDecimal(*after)
	}
	if before == nil && after == nil || was == is {
		return is
	}
	return was + " → " + is
}

// valueText is a number of the metric with its unit. One that is its progress reads
// like the progress beside it.
func valueText(m *okr.Metric, f *float64) string {
	if f != nil && isProgress(m) {
		return percentText(*f)
	}
	return exactText(m, f)
}

// isProgress says whether the values of a metric are its progress.
func isProgress(m *okr.Metric) bool {
	return m != nil && m.IsScaled() && m.Start == 0 && m.Target == 100 && m.Unit == "%"
}

// exactText is a number of the metric as a person gave it, with its unit.
func exactText(m *okr.Metric, f *float64) string {
	if f == nil {
		return "no data"
	}
	if m == nil || m.Unit == "" {
		return okr.FormatNumber(*f)
	}
	return okr.FormatNumber(*f) + " " + okr.Shorten(m.Unit, okr.MaxUnit)
}

// capital writes the first letter of an ASCII word large.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func runeCount(s string) int { return utf8.RuneCountInString(s) }

// round2 is a number with at most two decimals.
func round2(f float64) float64 { return math.Round(f*100) / 100 }
