package files

import (
	"regexp"
	"slices"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// checkInStart is where a check-in begins in a cell. Notes have line breaks, quotation
// marks and semicolons, so that nothing else divides two of them.
var checkInStart = regexp.MustCompile(`Checkin Date:\s*\d{4}-\d\d-\d\d[^;]*;\s*User:`)

// told is a check-in as a cell has it, each value as a text.
type told struct {
	date, user, note, status, value, activity string
}

// checkInsOf reads the check-ins of a row, from the oldest to the newest: the first cell
// is that of the column Checkins, the others follow under headers without name.
func checkInsOf(r row) []told {
	var all []told
	for i := r.cols.checkIns; i < len(r.cells); i++ {
		cell := unescaped(r.cells[i])
		starts := checkInStart.FindAllStringIndex(cell, -1)
		for n, at := range starts {
			end := len(cell)
			if n+1 < len(starts) {
				end = starts[n+1][0]
			}
			all = append(all, toldIn(cell[at[0]:end]))
		}
	}
	slices.Reverse(all)
	return all
}

// toldIn reads one check-in. What stands before the note is taken from the left, what
// stands behind it from the right, so that the note may hold anything.
func toldIn(s string) told {
	var t told
	s = strings.TrimSpace(s)
	_, s, _ = strings.Cut(s, ":")
	t.date, s, _ = strings.Cut(s, ";")
	_, s, _ = strings.Cut(s, ":")
	s = strings.TrimSuffix(s, ";")
	s, t.activity = cutLast(s, "Activity Date:")
	s, t.value = cutLast(s, "Current Value:")
	s, t.status = cutLast(s, "Status:")
	s, _ = cutLast(s, "Metric Name:")
	if i := strings.Index(s, "; Note:"); i >= 0 {
		t.note = strings.TrimSuffix(strings.TrimSpace(s[i+len("; Note:"):]), ";")
		s = s[:i]
	}
	t.user = strings.TrimSuffix(strings.TrimSpace(s), ";")
	return t
}

// cutLast divides s at the last "; label" in it.
func cutLast(s, label string) (before, value string) {
	i := strings.LastIndex(s, "; "+label)
	if i < 0 {
		return s, ""
	}
	return s[:i+1], strings.TrimSpace(strings.TrimSuffix(s[i+2+len(label):], ";"))
}

// checkIn makes a check-in of what a cell tells of an item. A value in percent of a
// metric that has another unit is of a time when the metric was another one: it is left out.
func (t told) checkIn(p *part, r row, item, unit string) transfer.CheckIn {
	d := dialect{}
	value := d.number(t.value)
	c := transfer.CheckIn{
		Row:  okr.ImportRow{File: p.file, Row: r.n, ID: item},
		Item: item, At: d.moment(t.date), MadeAt: d.moment(t.activity),
		By: shortPerson(personOf(t.user)), Note: lines(t.note, okr.MaxNote),
	}
	if !value.inOtherUnit(unit) {
		c.Value, c.Rounded = value.v, value.rounded
	}
	c.Status, _ = statusOf(t.status)
	c.At, c.MadeAt = bothTimes(c.At, c.MadeAt)
	return c
}

// inOtherUnit says whether a value is a percentage of something that is not counted in percent.
func (n numeral) inOtherUnit(unit string) bool {
	_, kind := unitOf(unit)
	return n.percent && unit != "" && kind != okr.UnitPercent
}
