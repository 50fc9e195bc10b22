package files

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// What stands behind the title of a parent in a cell: (weight: 14.29%, Id: 1234567), with
// no blank before the bracket. Titles have brackets and " / " themselves, so a bracket
// counts only where the cell or the parent ends behind it.
var (
	parentEnd   = regexp.MustCompile(`(?i)\s*\(weight:\s*([\d.,]*)\s*%?\s*,\s*id:\s*([\w-]+)\s*\)`)
	parentNoID  = regexp.MustCompile(`(?i)\s*\(weight:\s*([\d.,]*)\s*%?\s*\)`)
	hyperlinked = regexp.MustCompile(`(?i)^\s*=?\s*HYPERLINK\s*\(.*[,;]\s*"?([^",;]*)"?\s*\)\s*$`)
)

const parentSeparator = " / "

// alignedTo reads the cell of an item's parents.
func alignedTo(cell string) []transfer.Parent {
	cell = okr.CleanLine(firstRunes(cell, maxParentsRead*okr.MaxTitle))
	if parents := endedBy(cell, parentEnd); len(parents) > 0 {
		return parents
	}
	if parents := endedBy(cell, parentNoID); len(parents) > 0 {
		return parents
	}
	if cell == "" {
		return nil
	}
	return []transfer.Parent{{Title: clip(cell, okr.MaxTitle)}}
}

func endedBy(cell string, end *regexp.Regexp) []transfer.Parent {
	var parents []transfer.Parent
	from := 0
	for _, at := range end.FindAllStringSubmatchIndex(cell, -1) {
		rest := cell[at[1]:]
		if rest != "" && !strings.HasPrefix(rest, parentSeparator) || len(parents) == maxParentsRead {
			continue
		}
		p := transfer.Parent{Title: clip(strings.TrimSpace(cell[from:at[0]]), okr.MaxTitle), Weight: weightOf(cell[at[2]:at[3]])}
		if len(at) > 4 {
			p.ID = clip(cell[at[4]:at[5]], okr.MaxName)
		}
		parents = append(parents, p)
		from = min(at[1]+len(parentSeparator), len(cell))
	}
	return parents
}

// idOf is the id in a cell: a number, also with commas between thousands, a link with the
// id as its text, or whatever the file uses.
func idOf(cell string) string {
	cell = line(cell, okr.MaxAddress)
	if m := hyperlinked.FindStringSubmatch(cell); m != nil {
		cell = strings.TrimSpace(m[1])
	}
	if bare := strings.ReplaceAll(cell, ",", ""); bare != cell && strings.IndexFunc(bare, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		cell = bare
	}
	return clip(wholeNumber(cell), okr.MaxName)
}

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
		By: shortPerson(personOf(t.user)), Note: lines(t.note),
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

// phases reads the phased targets of a cell: 2025-04-30: 15; 2025-05-31: 20.
func (d dialect) phases(cell string) []okr.Phase {
	var all []okr.Phase
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\n' }) {
		day, value, _ := strings.Cut(part, ":")
		p := okr.Phase{Date: d.date(day)}
		if n := d.number(value).v; n != nil && p.Date != "" && len(all) < maxPhasesRead {
			p.Value = *n
			all = append(all, p)
		}
	}
	return all
}

// rowTasks reads the tasks of a cell, a line each: [x] Sign the lease | 2025-05-21 | Megan Bowen.
func rowTasks(cell string) []transfer.Task {
	var all []transfer.Task
	for text := range strings.Lines(cell) {
		text = strings.TrimSpace(text)
		if len(text) < len("[ ] x") || text[0] != '[' || text[2] != ']' || len(all) == maxTasksRead {
			continue
		}
		task := transfer.Task{Done: text[1] != ' '}
		title, owner := cutTail(text[3:])
		title, due := cutTail(title)
		task.Title, task.Due, task.Owner = line(title, okr.MaxTitle), dialect{}.date(due), transfer.Person{Name: line(owner, okr.MaxTitle)}
		if task.Title != "" {
			all = append(all, task)
		}
	}
	return all
}

// cutTail takes what stands behind the last bar.
func cutTail(s string) (before, tail string) {
	if i := strings.LastIndex(s, "|"); i >= 0 {
		return s[:i], strings.TrimSpace(s[i+1:])
	}
	return s, ""
}
