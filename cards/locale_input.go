package cards

import (
	"math"
	"strconv"
	"strings"

	"okrbot/okr"
)

// NumberStyle is how numbers are typed in the locale.
func (l Locale) NumberStyle() okr.NumberStyle {
	m := l.of()
	return okr.NumberStyle{Decimal: m.decimal, Group: m.group}
}

// Plain writes a number that a person of the locale typed as [okr.ParseNumber] reads it. A
// text that is no number stays as it is. Invalid, with the field: it can be read in two
// ways.
func (l Locale) Plain(field, text string) (string, error) {
	f, how := l.NumberStyle().Parse(text)
	switch how {
	case okr.NoNumber, okr.TooLarge:
		return text, nil
	case okr.TwoWays:
		digits := strconv.FormatFloat(f, 'f', -1, 64)
		return text, okr.FieldErrorf(field, "%s can be read in two ways. Type %s or %s.", strings.TrimSpace(text), digits, l.Typed(f/1000))
	}
	plain := Locale{}.Typed(f)
	if strings.HasSuffix(strings.TrimSpace(text), "%") {
		plain += "%"
	}
	return plain, nil
}

// Shown writes a number that is typed, or as [Locale.Plain] wrote it, as it is typed in the
// locale. Any other text stays as it is.
func (l Locale) Shown(text string) string {
	if f, how := l.NumberStyle().Parse(text); how == okr.OneWay && !strings.Contains(text, "%") {
		return l.Typed(f)
	}
	return text
}

// Typed writes a number with all its digits as it is typed in the locale, so that it is
// read back the same in every other one: without signs between thousands, and never with
// exactly three decimals.
func (l Locale) Typed(f float64) string {
	if math.Abs(f) >= okr.MaxNumber || f != 0 && math.Abs(f) < 1e-9 {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	whole, fraction, ok := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
	if !ok {
		return whole
	}
	if len(fraction) == 3 {
		fraction += "0"
	}
	return whole + l.of().decimal + fraction
}
