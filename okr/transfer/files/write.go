package files

import (
	"context"
	"encoding/csv"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// Write writes what a source holds as a file. CSV and XLSX need the check-ins of a source
// item by item in the order of the items, as those of an export come. What the source and
// w fail with is returned; Invalid: there is no such format.
func Write(ctx context.Context, w io.Writer, format okr.ExportFormat, src transfer.Source) error {
	switch format {
	case okr.ExportCSV:
		return writeCSV(ctx, w, src)
	case okr.ExportXLSX:
		return writeXLSX(ctx, w, src)
	case okr.ExportZIP:
		return writeZIP(ctx, w, src)
	}
	return okr.FieldErrorf("format", "An export is a CSV, an XLSX or a ZIP file.")
}

// formulaStarts is what a cell begins with that a spreadsheet takes for a formula.
const formulaStarts = "=+-@\t\r"

// guarded keeps a text from being a formula: an apostrophe stands before it. So that it can
// be taken away again, a text that looks as if it had one gets one more. See
// https://owasp.org/www-community/attacks/CSV_Injection.
func guarded(text string) string {
	if rest := strings.TrimLeft(text, "'"); rest != "" && strings.Contains(formulaStarts, rest[:1]) {
		return "'" + text
	}
	return text
}

// statusWord is a status as files name it. No data is an empty one.
func statusWord(s okr.Status) string {
	return map[okr.Status]string{
		okr.OnTrack: "On Track", okr.Behind: "Behind", okr.AtRisk: "At Risk", okr.NotStarted: "Not Started",
		okr.StatusClosed: "Closed", okr.StatusPostponed: "Postponed", okr.StatusInProgress: "In Progress",
	}[s]
}

// targetWord is how a key result is meant, as files name it.
func targetWord(t okr.MetricType) string {
	return map[okr.MetricType]string{
		okr.Reach: "Reach", okr.Increase: "Increase From", okr.Decrease: "Decrease From",
		okr.StayAbove: "Stay Above", okr.StayBelow: "Stay Below", okr.Baseline: "Baseline",
	}[t]
}

// outMark tells Excel that a CSV is UTF-8.
const outMark = "\ufeff"

func writeCSV(ctx context.Context, w io.Writer, src transfer.Source) error {
	if _, err := io.WriteString(w, outMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	var row []string
	err := eachRow(ctx, src, func(cells []any) error {
		row = row[:0]
		for _, cell := range cells {
			row = append(row, cellText(cell))
		}
		return out.Write(row)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// cellText is a cell as a text that no spreadsheet takes for a formula. A negative number
// is none.
func cellText(cell any) string {
	switch cell := cell.(type) {
	case float64:
		return numberText(cell)
	case string:
		return guarded(cell)
	}
	return ""
}

func writeXLSX(ctx context.Context, w io.Writer, src transfer.Source) (err error) {
	const sheet = "OKRs"
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	n := 0
	err = eachRow(ctx, src, func(cells []any) error {
		for i, cell := range cells {
			if text, ok := cell.(string); ok {
				cells[i] = guarded(text)
			}
		}
		n++
		at, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		return out.SetRow(at, cells)
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}
