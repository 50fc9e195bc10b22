package files

import (
	"context"
	"fmt"
	"math"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// mostColumns is how many columns a sheet of Excel has.
const mostColumns = 16_384

// outColumn is a column of an Explorer export.
type outColumn struct {
	name string
	cell func(item transfer.Item, last transfer.CheckIn) any // a text, a number or nil; last is the newest check-in
}

// outColumns are those of the Explorer and, behind them, those that only okrbot has. The
// check-ins follow.
func outColumns() []outColumn {
	return append(explorerColumns(), ownColumns()...)
}

// checkInsColumn is the name of the column of the newest check-ins; those of the others
// have none.
const checkInsColumn = "Checkins"

func explorerColumns() []outColumn {
	text := func(name string, of func(transfer.Item) string) outColumn {
		return outColumn{name, func(item transfer.Item, _ transfer.CheckIn) any { return of(item) }}
	}
	number := func(name string, of func(transfer.Item) *float64) outColumn {
		return outColumn{name, func(item transfer.Item, _ transfer.CheckIn) any { return cellNumber(of(item)) }}
	}
	return []outColumn{
		text("Id", func(it transfer.Item) string { return it.ID }),
		text("Title", func(it transfer.Item) string { return it.Title }),
		text("Team", func(it transfer.Item) string { return strings.Join(it.Teams, "; ") }),
		text("Creator", func(it transfer.Item) string { return it.CreatedBy.Name }),
		text("Owner", func(it transfer.Item) string { return namesText(it.Owners) }),
		text("Period", func(it transfer.Item) string { return it.Period.Name }),
		text("Start Date", func(it transfer.Item) string { return string(it.Period.Start) }),
		text("End Date", func(it transfer.Item) string { return string(it.Period.End) }),
		text("Description", func(it transfer.Item) string { return it.Description }),
		text("Aligned To (weight, Objective ID)", alignedText),
		text("Metric Name", func(it transfer.Item) string { return metricShown(it).Name }),
		text("Unit", func(it transfer.Item) string { return unitText(metricShown(it)) }),
		number("Target", func(it transfer.Item) *float64 { return &metricShown(it).Target }),
		text("Object Type", func(it transfer.Item) string { return it.Word }),
		text("Goal Type", goalTypeText),
		number("Start", func(it transfer.Item) *float64 { return &metricShown(it).Start }),
		text("Created At", createdText),
		text("Last Check-in", func(it transfer.Item) string { return string(it.CheckedIn) }),
		number("Progress %", progressShown),
		number("Actual Progress", func(it transfer.Item) *float64 { return it.Value }),
		text("Status", func(it transfer.Item) string { return statusWord(it.Status) }),
		{"Last Check-in Note", func(_ transfer.Item, last transfer.CheckIn) any { return last.Note }},
		number("Score", func(it transfer.Item) *float64 { return it.Score }),
	}
}

// progressShown has two decimals: people read it.
func progressShown(item transfer.Item) *float64 {
	if item.Shown == nil {
		return nil
	}
	p := math.Round(*item.Shown*100) / 100
	return &p
}

// metricShown is the metric of an item; of one that has none, what the Explorer shows there.
func metricShown(item transfer.Item) *okr.Metric {
	if item.Metric != nil {
		return item.Metric
	}
	return &okr.Metric{Name: "Progress", UnitKind: okr.UnitPercent, Target: 100}
}

func unitText(m *okr.Metric) string {
	if inPercent(*m) {
		return "%"
	}
	return m.Unit
}

// alignedText names the objectives above, without a blank before the bracket.
func alignedText(item transfer.Item) string {
	var all []string
	for _, p := range item.Parents {
		share := 0.0
		if p.Share != nil {
			share = *p.Share
		}
		all = append(all, fmt.Sprintf("%s(weight: %s%%, Id: %s)", p.Title, okr.PlainNumber(share), p.ID))
	}
	return strings.Join(all, " / ")
}

func goalTypeText(item transfer.Item) string {
	if item.GoalType == okr.Committed {
		return "Committed Goal"
	}
	return "Aspirational Goal"
}

func createdText(item transfer.Item) string {
	if item.CreatedAt.IsZero() {
		return ""
	}
	return item.CreatedAt.UTC().Format(outMoment) + " UTC"
}

func namesText(people []transfer.Person) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

func cellNumber(n *float64) any {
	if n == nil {
		return nil
	}
	return *n
}

// eachRow goes over the rows of an Explorer export: the columns, then the check-ins of the
// item, the newest first.
func eachRow(ctx context.Context, src transfer.Source, row func(cells []any) error) error {
	t := &rowWriter{columns: outColumns(), items: src.Bundle().Items, row: row}
	if err := t.header(src); err != nil {
		return err
	}
	if err := src.CheckIns(ctx, t.take); err != nil {
		return err
	}
	return t.upTo("")
}

type rowWriter struct {
	columns []outColumn
	items   []transfer.Item
	row     func(cells []any) error
	done    int                // rows that were written
	list    []transfer.CheckIn // of the next item
}

// header names the columns: as many for check-ins as the source says that it needs.
func (t *rowWriter) header(src transfer.Source) error {
	var cells []any
	for _, c := range t.columns {
		cells = append(cells, c.name)
	}
	cells = append(cells, checkInsColumn)
	if many, ok := src.(interface{ Most() int }); ok {
		for range min(many.Most(), t.room()) - 1 {
			cells = append(cells, "")
		}
	}
	return t.row(cells)
}

// room is how many check-ins a row has room for.
func (t *rowWriter) room() int { return mostColumns - len(t.columns) }

func (t *rowWriter) take(c transfer.CheckIn) error {
	if len(t.list) == 0 || t.list[0].Item != c.Item {
		if err := t.upTo(c.Item); err != nil {
			return err
		}
	}
	t.list = append(t.list, c)
	return nil
}

// upTo writes the rows of the items before one; empty: of all that are left.
func (t *rowWriter) upTo(item string) error {
	for t.done < len(t.items) && t.items[t.done].ID != item {
		if err := t.write(t.items[t.done]); err != nil {
			return err
		}
		t.done++
	}
	if t.done == len(t.items) && item != "" {
		return fmt.Errorf("check-ins of item %s do not come in the order of the items", item)
	}
	return nil
}

func (t *rowWriter) write(item transfer.Item) error {
	var mine []transfer.CheckIn
	if len(t.list) > 0 && t.list[0].Item == item.ID {
		mine, t.list = newestOut(t.list), nil
	}
	var last transfer.CheckIn
	if len(mine) > 0 {
		last = mine[0]
	}
	cells := make([]any, 0, len(t.columns)+len(mine))
	for _, c := range t.columns {
		cells = append(cells, c.cell(item, last))
	}
	for _, c := range mine[:min(len(mine), t.room())] {
		cells = append(cells, checkInText(c, metricShown(item)))
	}
	return t.row(cells)
}

func checkInText(c transfer.CheckIn, m *okr.Metric) string {
	value := ""
	if c.Value != nil {
		value = numberText(*c.Value)
		if inPercent(*m) {
			value += "%"
		}
	}
	return fmt.Sprintf("Checkin Date: %s; User: %s; Note: %s; Metric Name: %s; Status: %s; Current Value: %s; Activity Date: %s UTC;",
		okr.DateOf(c.At), c.By.Name, c.Note, m.Name, statusWord(c.Status), value, c.MadeAt.UTC().Format(outMoment))
}
