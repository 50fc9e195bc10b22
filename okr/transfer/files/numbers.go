package files

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"okrbot/okr"
)

// dialect is how the numbers and days of a table are written.
type dialect struct {
	comma    bool // decimals have a comma
	dayFirst bool // 01/02/2025 is in February
	day1904  bool // days of a workbook count from 1904
}

// mostNumber is beyond what okrbot takes as an ordinary number.
const mostNumber = 1e15

// numeral is a number of a file.
type numeral struct {
	v       *float64
	rounded bool // with a magnitude
	percent bool // with a percent sign
}

// magnitudes are the letters that stand for factors.
func magnitude(letter byte) float64 {
	switch letter {
	case 'k', 'K':
		return 1e3
	case 'm', 'M':
		return 1e6
	case 'b', 'B':
		return 1e9
	case 't', 'T':
		return 1e12
	}
	return 1
}

// number reads a number as people and programs write it: "1,234.5", "33,33", "102.42 M",
// "25%", "$1,200", "(5)". A number that is none, or beyond what okrbot takes, has no v.
func (d dialect) number(s string) numeral {
	s = strings.TrimSpace(s)
	n := numeral{percent: strings.HasSuffix(s, "%")}
	bare, negative := bareNumber(s)
	factor := 1.0
	if bare != "" {
		factor = magnitude(bare[len(bare)-1])
	}
	if factor != 1 {
		bare, n.rounded = bare[:len(bare)-1], true
	}
	f, err := strconv.ParseFloat(d.plain(bare), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f*factor) >= mostNumber {
		return numeral{}
	}
	if f *= factor; negative {
		f = -f
	}
	f += 0 // no minus zero
	n.v = &f
	return n
}

// bareNumber takes off currency signs, percent signs, blanks and apostrophes between
// thousands, and what makes a number negative. It is empty where anything else is left.
func bareNumber(s string) (bare string, negative bool) {
	if in, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(in, ")") {
		s, negative = strings.TrimSuffix(in, ")"), true
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '−':
			b.WriteByte('-')
		case r >= '0' && r <= '9', strings.ContainsRune(".,+-eEkKmMbBtT", r):
			b.WriteRune(r)
		case unicode.Is(unicode.Sc, r), unicode.IsSpace(r), r == '%', r == '\'', r == '’':
		default:
			return "", false
		}
	}
	bare = b.String()
	if in, ok := strings.CutPrefix(bare, "-"); ok && !negative {
		return strings.TrimPrefix(in, "-"), true
	}
	return bare, negative
}

// plain is a number with a decimal point and nothing between thousands.
func (d dialect) plain(s string) string {
	point, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	switch {
	case point < 0 && comma < 0:
		return s
	case point >= 0 && comma >= 0 && point > comma, comma < 0 && !d.thousands(s, '.', !d.comma):
		return strings.ReplaceAll(s, ",", "")
	case point >= 0 && comma >= 0, point < 0 && !d.thousands(s, ',', d.comma):
		return strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1)
	case comma < 0:
		return strings.ReplaceAll(s, ".", "")
	default:
		return strings.ReplaceAll(s, ",", "")
	}
}

// thousands says whether the only kind of separator in a number stands between
// thousands. Where it could be either, decimal says that it is not.
func (d dialect) thousands(s string, sep byte, decimal bool) bool {
	if strings.Count(s, string(sep)) > 1 {
		return true
	}
	before, after, _ := strings.Cut(s, string(sep))
	before = strings.TrimLeft(before, "+-")
	return isAmbiguous(before, after) && !decimal
}

// isAmbiguous says whether a number with one separator may be thousands as well as
// decimals: 1,234.
func isAmbiguous(before, after string) bool {
	return len(after) == 3 && before != "" && before[0] != '0' && len(before) <= 3
}

// date reads a day as exports, spreadsheets and people write it. It is empty where that
// is none.
func (d dialect) date(s string) okr.Date {
	s = strings.TrimSpace(s)
	if day := okr.Date(firstRunes(s, 10)); day.Valid() {
		return day
	}
	if n := (dialect{}).number(s).v; n != nil && !strings.ContainsAny(s, "/-") && *n >= 1 && *n < 100_000 && strings.Count(s, ".") < 2 {
		return d.serial(*n)
	}
	s, _, _ = strings.Cut(s, "T")
	for _, layout := range d.layouts() {
		at, err := time.Parse(layout, s)
		if first, _, _ := strings.Cut(s, " "); err != nil {
			at, err = time.Parse(layout, first)
		}
		if day := okr.DateOf(at); err == nil && day.Valid() {
			return day
		}
	}
	return ""
}

func (d dialect) layouts() []string {
	layouts := []string{"2006-1-2", "2006/1/2", "2.1.2006", "2.1.06", "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "2-Jan-2006", "2-Jan-06"}
	if d.dayFirst {
		return append(layouts, "2/1/2006", "2/1/06", "2-1-2006")
	}
	return append(layouts, "1/2/2006", "1/2/06", "1-2-2006")
}

// serial is a day of a workbook, which counts from the end of 1899 or from 1904:
// https://learn.microsoft.com/office/troubleshoot/excel/1900-and-1904-date-system
func (d dialect) serial(n float64) okr.Date {
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	if d.day1904 {
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if day := okr.DateOf(first.AddDate(0, 0, int(n))); day.Valid() {
		return day
	}
	return ""
}

// moment reads a time as exports write it, which is in UTC; zero: there is none.
func (d dialect) moment(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.DateTime, time.DateOnly, "2006-01-02 15:04:05 UTC", time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04:05"} {
		if len(layout) != len(s) && layout != time.RFC3339 {
			continue
		}
		if at, err := time.Parse(layout, s); err == nil && okr.DateOf(at).Valid() {
			return at.UTC()
		}
	}
	if day := d.date(s); day != "" {
		at, _ := time.Parse(time.DateOnly, string(day))
		return at
	}
	return time.Time{}
}

func firstRunes(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i]
		}
		count++
	}
	return s
}
