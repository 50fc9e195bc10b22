package files

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"okrbot/okr"
)

// inMemory is up to which size excelize unpacks a sheet, or the texts of a workbook, into memory; larger ones go into files
// of the system's temporary folder.
const inMemory = 16 << 20

// openWorkbook opens a workbook within limits.
func openWorkbook(f File) (*excelize.File, error) {
	z, err := unzipped(f, maxWorkbook)
	if err != nil {
		return nil, err
	}
	if err := fitsMemory(f, z); err != nil {
		return nil, err
	}
	var book *excelize.File
	err = harmless(func() (err error) {
		book, err = excelize.OpenReader(f.bytes(), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxWorkbook, UnzipXMLSizeLimit: inMemory})
		return err
	})
	if err != nil {
		closeWorkbook(book)
		return nil, damaged(f.called(), err)
	}
	return book, nil
}

// fitsMemory refuses a workbook of which too much would be unpacked into memory: sheets
// and texts where there is no temporary folder, and anything else, as pictures.
func fitsMemory(f File, z *zip.Reader) error {
	var others uint64
	for _, e := range z.File {
		name := strings.ToLower(strings.ReplaceAll(e.Name, `\`, "/"))
		switch spills := name == "xl/sharedstrings.xml" || strings.HasPrefix(name, "xl/worksheets/sheet"); {
		case spills && e.UncompressedSize64 > inMemory && !hasTemp():
			return invalid(f.called(), "is too large for a workbook. Save it as CSV (UTF-8) and send that.")
		case !spills:
			others += e.UncompressedSize64
		}
	}
	if others > 2*inMemory {
		return invalid(f.called(), "has too much besides tables, such as pictures. Save it as CSV (UTF-8) and send that.")
	}
	return nil
}

func closeWorkbook(book *excelize.File) {
	if book != nil {
		_ = harmless(book.Close) // only read; it removes its temporary files
	}
}

// hasTemp says whether there is a temporary folder; a container that is only readable has none.
func hasTemp() bool {
	f, err := os.CreateTemp("", "okrbot-")
	if err != nil {
		return false
	}
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}

// errPanic is what excelize does with some damaged workbooks.
var errPanic = errors.New("excelize panicked")

// harmless makes an error of a panic of excelize.
func harmless(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return do()
}

// readWorkbook takes the sheets of a workbook that are tables.
func (o *opening) readWorkbook(ctx context.Context, f File) error {
	book, err := openWorkbook(f)
	if err != nil {
		return err
	}
	defer closeWorkbook(book)
	sheets := visibleSheets(book)
	atLeast := 2
	if len(sheets) > 1 { // some may hold hints, with the names of columns in them
		atLeast = 3
	}
	before := len(o.parts)
	for _, sheet := range sheets {
		p := &part{file: f.called(), text: &text{name: f.called()}, table: &table{workbook: f, sheet: sheet}}
		if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
			p.table.day1904 = *props.Date1904
		}
		if err := o.probe(ctx, p, atLeast); err != nil {
			return err
		}
		if p.table.header > 0 {
			o.parts = append(o.parts, p)
		}
	}
	if len(o.parts) == before {
		return invalid(f.called(), "has no sheet with a row of column names that I know. Name the columns in its first row, for example Title, Object Type, Owner, Period, and send it again.")
	}
	o.set.formats = append(o.set.formats, o.parts[before].format("XLSX"))
	return nil
}

func visibleSheets(book *excelize.File) []string {
	var sheets []string
	for _, name := range book.GetSheetList() {
		visible := true
		err := harmless(func() (err error) { visible, err = book.GetSheetVisible(name); return err })
		if name != "" && (err != nil || visible) {
			sheets = append(sheets, name)
		}
	}
	return sheets
}

// sheetRows reads the rows of a sheet one after the other, with the values that
// the workbook keeps beside its formulas: none is computed.
func (p *part) sheetRows(_ context.Context, do func(n int, cells []string) error) error {
	book, err := openWorkbook(p.table.workbook)
	if err != nil {
		return err
	}
	defer closeWorkbook(book)
	name := p.name
	var rows *excelize.Rows
	if err := harmless(func() (err error) { rows, err = book.Rows(p.table.sheet); return err }); err != nil {
		return damaged(name, err)
	}
	defer func() { _ = harmless(rows.Close) }() // only read
	for n := 1; ; n++ {
		var cells []string
		more := false
		err := harmless(func() (err error) {
			if more = rows.Next(); more {
				cells, err = rows.Columns(excelize.Options{RawCellValue: true})
			}
			return err
		})
		switch {
		case err != nil:
			return damaged(name, err)
		case !more:
			return nil
		case n > maxRows:
			return invalid(name, "has more than %s. Delete those below the last item, or save it as CSV, and send it again.", counted(maxRows, "row", "rows"))
		}
		if err := do(n, cells); err != nil {
			return ended(err)
		}
	}
}

// linkedIDs reads the ids of rows whose id is a link, =HYPERLINK("https://…","5100002"), without a value kept beside
// the formula: excelize gives formulas only of a sheet that it holds as a whole. The error is that of a sheet that cannot be read.
func (p *part) linkedIDs(ctx context.Context) (map[int]string, error) {
	z, err := unzipped(p.table.workbook, maxWorkbook)
	if err != nil {
		return nil, err
	}
	where, err := sheetPath(z.Open, p.table.sheet)
	if err != nil {
		return nil, damaged(p.name, err)
	}
	r, err := z.Open(where)
	if err != nil {
		return nil, damaged(p.name, err)
	}
	defer func() { _ = r.Close() }() // only read
	col, err := excelize.ColumnNumberToName(p.table.cols.at[colID] + 1)
	if err != nil {
		return nil, err
	}
	ids, err := formulaIDs(ctx, xml.NewDecoder(r), col)
	if err != nil {
		return nil, damaged(p.name, err)
	}
	return ids, nil
}

// formulaIDs are the ids in the formulas of a column, by row.
func formulaIDs(ctx context.Context, dec *xml.Decoder, col string) (map[int]string, error) {
	ids := map[int]string{}
	for n := 0; ctx.Err() == nil; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return ids, nil
		} else if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		switch {
		case ok && start.Name.Local == "row":
			n++
			if at := numberIn(attr(start, "r")); at > 0 {
				n = at
			}
		case ok && start.Name.Local == "c" && strings.TrimRight(attr(start, "r"), "0123456789") == col:
			var c struct {
				F string `xml:"f"`
			}
			if err := dec.DecodeElement(&c, &start); err != nil {
				return nil, err
			}
			if id := idOf("=" + c.F); hyperlinked.MatchString(c.F) && len(ids) <= MaxItems {
				ids[n] = id
			}
		}
	}
	return ids, ctx.Err()
}

func numberIn(s string) int {
	if n := (dialect{}).number(s).v; n != nil && *n <= maxRows {
		return int(*n)
	}
	return 0
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// sheetPath finds the entry of a sheet by its name:
// https://learn.microsoft.com/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
func sheetPath(open openEntry, sheet string) (string, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(decodeEntry(open, "xl/workbook.xml", &book), decodeEntry(open, "xl/_rels/workbook.xml.rels", &rels)); err != nil {
		return "", err
	}
	for _, s := range book.Sheets {
		for _, rel := range rels.List {
			if s.Name == sheet && rel.ID == s.ID {
				return strings.TrimPrefix(path.Join("xl", strings.TrimPrefix(rel.Target, "/xl/")), "/"), nil
			}
		}
	}
	return "", errNoSheet
}

var errNoSheet = errors.New("sheet has no entry")

// rowOf is the place of a row of a part.
func (p *part) rowOf(n int, id, title string) okr.ImportRow {
	return okr.ImportRow{File: p.file, Row: n, ID: id, Title: title}
}
