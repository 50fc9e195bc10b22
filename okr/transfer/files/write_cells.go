package files

import (
	"context"
	"encoding/csv"
	"io"

	"github.com/xuri/excelize/v2"

	"okrbot/okr/transfer"
)

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
