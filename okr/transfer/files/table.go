package files

import (
	"context"
	"encoding/csv"
	"errors"
	"strings"

	"okrbot/okr"
)

// table is a CSV, or a sheet of a workbook.
type table struct {
	comma    rune   // of a CSV
	workbook File   // of a sheet
	sheet    string // of a workbook; empty: a CSV
	header   int    // the row that names the columns
	cols     columns
	dialect
	links map[int]string // ids of rows that are links without a text kept beside, by row
}

const (
	headerWithin = 20    // rows, before which titles and hints may stand
	sampleRows   = 2_000 // after the header, from which a table's numbers are known
)

// rows reads the rows below the header that are not blank until do fails; errEnough ends
// it without an error.
func (p *part) rows(ctx context.Context, do func(row) error) error {
	return p.allRows(ctx, func(n int, cells []string) error {
		r := row{n, cells, p.table.cols}
		if n <= p.table.header || r.isBlank() {
			return nil
		}
		return do(r)
	})
}

// allRows reads all rows, numbered from 1. The cells are good until do returns.
func (p *part) allRows(ctx context.Context, do func(n int, cells []string) error) error {
	each := p.csvRows
	if p.table.sheet != "" {
		each = p.sheetRows
	}
	return each(ctx, func(n int, cells []string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return do(n, cells)
	})
}

func (p *part) csvRows(_ context.Context, do func(n int, cells []string) error) error {
	r, err := p.read()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read
	g := &guard{Reader: r}
	rows := csv.NewReader(g)
	rows.Comma, rows.FieldsPerRecord, rows.ReuseRecord = p.table.comma, -1, true
	for n := 1; ; n++ {
		g.reset()
		cells, err := rows.Read()
		if err != nil {
			return csvError(p.name, err)
		}
		if err := do(n, cells); err != nil {
			return ended(err)
		}
	}
}

func csvError(name string, err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return invalid(name, "can't be read from line %d on, because of an open quotation mark. Export it again and send the new file.", parse.StartLine)
	}
	return readError(name, err)
}

// readCSV takes a CSV, whatever separates its columns.
func (o *opening) readCSV(ctx context.Context, t *text, packed string) error {
	head, err := t.head(64 << 10)
	if err != nil {
		return readError(t.name, err)
	}
	comma, ok := commaOf(string(head))
	if !ok {
		if packed != "" {
			o.unread(packed, t.name, "It has no row with column names, or no column “Title”.")
			return nil
		}
		return invalid(t.name, "has no row of column names that I know. Name the columns in its first row, for example Title, Object Type, Owner, Period, and send it again.")
	}
	p := &part{file: t.name, text: t, table: &table{comma: comma}}
	o.sayCharset(t, p.file)
	if err := o.probe(ctx, p, 2); err != nil {
		return err
	}
	o.parts = append(o.parts, p)
	if packed == "" {
		o.set.formats = append(o.set.formats, p.format("CSV"))
	}
	return nil
}

// sayCharset says where characters of a text may be wrong.
func (o *opening) sayCharset(t *text, file string) {
	switch {
	case t.charset == charsetWindows:
		o.add(okr.FindingGuessed, findCharset, okr.ImportRow{File: file}, "It isn't in UTF-8, so it's read as Windows-1252. If names look wrong, save it as UTF-8 and send that.")
	case t.faulty:
		o.add(okr.FindingKnown, findCharset, okr.ImportRow{File: file}, "Some of its characters are damaged. They're imported as blanks.")
	}
}

// format says what a table is, by its columns.
func (p *part) format(as string) string {
	switch at := p.table.cols.at; {
	case has(at, colReference):
		return "bulk import template (" + as + ")"
	case has(at, colAligned) || has(at, colCheckIns):
		return "Explorer export (" + as + ")"
	default:
		return "table (" + as + ")"
	}
}

func has(at map[column]int, c column) bool { _, ok := at[c]; return ok }

// commaOf finds what separates columns: what makes most known names of one of the first
// rows.
func commaOf(head string) (comma rune, ok bool) {
	most := 1
	for _, try := range []rune{',', ';', '\t', '|'} {
		rows := csv.NewReader(strings.NewReader(head))
		rows.Comma, rows.FieldsPerRecord, rows.LazyQuotes = try, -1, true
		for range headerWithin {
			cells, err := rows.Read()
			if err != nil {
				break
			}
			if cols := columnsOf(cells); cols.isHeader(most + 1) {
				comma, most = try, len(cols.at)
			}
		}
	}
	return comma, most > 1
}

// probe finds the header, and how numbers and days are written. A table without header
// has no columns.
func (o *opening) probe(ctx context.Context, p *part, atLeast int) error {
	t := p.table
	var s sample
	err := p.allRows(ctx, func(n int, cells []string) error {
		if t.header == 0 {
			if cols := columnsOf(cells); cols.isHeader(atLeast) {
				t.header, t.cols = n, cols
			} else if n >= headerWithin {
				return errEnough
			}
			return nil
		}
		s.take(row{n, cells, t.cols})
		if n > t.header+sampleRows {
			return errEnough
		}
		return nil
	})
	if err != nil || t.header == 0 {
		return err
	}
	o.settle(p, s)
	if len(t.cols.unknown) > 0 {
		o.add(okr.FindingKnown, findColumns, okr.ImportRow{File: p.file, Row: t.header}, "“"+strings.Join(t.cols.unknown, "”, “")+"”")
	}
	return nil
}

// sample is what the first rows show of how numbers and days are written.
type sample struct {
	comma, point          bool // a number that has decimals after one
	perhaps               bool // one that may have thousands or decimals
	first, second, either bool // which part of a day is above 12, or none
}

func (s *sample) take(r row) {
	for _, c := range []column{colFrom, colTarget, colProgress, colActual, colScore} {
		s.takeNumber(strings.Trim(r.get(c), " %$€£"))
	}
	for _, c := range []column{colStart, colEnd, colLastCheckIn, colCreatedAt} {
		s.takeDay(r.get(c))
	}
}

func (s *sample) takeNumber(text string) {
	points, commas := strings.Count(text, "."), strings.Count(text, ",")
	point, comma := strings.LastIndexByte(text, '.'), strings.LastIndexByte(text, ',')
	switch {
	case points > 0 && commas > 0:
		s.point, s.comma = s.point || point > comma, s.comma || comma > point
	case points > 1, commas > 1: // between thousands
		s.point, s.comma = s.point || commas > 1, s.comma || points > 1
	case points+commas == 1:
		before, after, _ := strings.Cut(strings.TrimLeft(strings.ReplaceAll(text, ",", "."), "+-"), ".")
		if isAmbiguous(before, after) {
			s.perhaps = true
			return
		}
		s.point, s.comma = s.point || points > 0, s.comma || commas > 0
	}
}

func (s *sample) takeDay(text string) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '/' })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 {
		return
	}
	s.first, s.second = s.first || parts[0] > "12" && len(parts[0]) == 2, s.second || parts[1] > "12" && len(parts[1]) == 2
	s.either = true
}

// settle decides how a table's numbers and days are meant, and says where it guesses.
func (o *opening) settle(p *part, s sample) {
	t := p.table
	commas := t.sheet == "" && t.comma != ','
	t.dialect.comma = s.comma && !s.point || !s.comma && !s.point && commas
	t.dayFirst = s.first && !s.second
	at := okr.ImportRow{File: p.file}
	if s.perhaps && s.comma == s.point {
		as := map[bool]string{true: "decimals", false: "thousands"}[t.dialect.comma]
		o.add(okr.FindingGuessed, findNumbers, at, "In numbers like 1,234, the comma is read as coming before "+as+".")
	}
	if s.either && s.first == s.second {
		o.add(okr.FindingGuessed, findNumbers, at, "Dates like 3/4/2025 are read with the month first.")
	}
}
