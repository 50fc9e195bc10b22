package files_test

import (
	"cmp"
	"fmt"
	"math"
	"strings"
)

// addHistory adds check-ins, several of a day and some told of late, and comments.
func (f *fixture) addHistory() {
	notes := []string{"", "late start", "late start; Status: unclear\nsecond line, \"quoted\"", "<b>no markup</b> & so on", "=SUM(A1)"}
	for i, it := range f.items {
		for n := range i % 5 {
			f.addCheckIn(it, n, notes[(i+n)%5])
		}
		if i%4 == 0 {
			f.comments = append(f.comments, orgComment{169001 + len(f.comments), it.ID, "@Alex.Wilber see the map; it\nmoved", fixPeople()[i%8], "2025-05-03 21:05:45"})
		}
	}
}

func (f *fixture) addCheckIn(it *fixItem, n int, text string) {
	day := fmt.Sprintf("2025-05-%02d", 2+n/2*7) // two of a day
	value, isNumber := it.Progress.(float64)
	c := orgCheckIn{ID: 24000001 + len(f.checkIns), Item: it.ID, Date: day + " 00:00:00", By: it.Owner[0], Note: struct{}{}, Metric: it.Outcome.Name, Status: it.Status, Activity: day}
	if text != "" {
		c.Note = note{text, "<div>" + text + "</div>"}
	}
	if isNumber {
		c.Value = new(value * float64(n+1) / 4)
	}
	if n == 3 {
		c.Activity = "2025-05-20"
	}
	it.LastCheckIn, it.note = day, text
	f.checkIns = append(f.checkIns, fixCheckIn{c, it})
}

// shown is the progress in percent as the Explorer shows it: scaled, not clamped above.
func (it *fixItem) shown() string {
	raw, ok := floatOf(it.Progress)
	o := it.Outcome
	switch {
	case !ok:
		return "0"
	case o.Type != "Metric":
		return short(raw)
	case o.Kind == "Stay Below" || o.Kind == "Stay Above":
		return map[bool]string{true: "100", false: "0"}[(raw < *o.Target) == (o.Kind == "Stay Below")]
	}
	return short(max(0, math.Round((raw-*o.Start)/(*o.Target-*o.Start)*100)))
}

func floatOf(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

func short(v float64) string { return fmt.Sprintf("%.10g", v) }

// alignedTo is the cell of the CSV: title and bracket without a blank between.
func (f *fixture) alignedTo(it *fixItem) string {
	var all []string
	for _, id := range it.Parents {
		title := "Deleted"
		if id-5100001 < len(f.items) {
			title = f.items[id-5100001].Title
		}
		all = append(all, fmt.Sprintf("%s(weight: %s, Id: %d)", title, cmp.Or(it.weights[id], "100%"), id))
	}
	return strings.Join(all, " / ")
}
