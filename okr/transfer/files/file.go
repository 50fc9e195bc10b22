// Package files reads and writes the files of an import and an export: the organization
// export of Viva Goals (a ZIP of JSON files), the Explorer's CSV and XLSX, and the template
// for bulk imports.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// Limits of what is read. Whoever has more exports it in parts, for example one period
// at a time.
const (
	MaxBytes    = okr.MaxImportBytes // of the files together
	MaxItems    = okr.MaxImportItems
	MaxCheckIns = okr.MaxImportCheckIns
	MaxComments = okr.MaxImportCheckIns

	maxUnpacked    = 1 << 30   // of a ZIP
	maxWorkbook    = 400 << 20 // of an XLSX, unpacked
	maxRatio       = 200       // unpacked to packed bytes of what is unpacked to more than bombFrom
	bombFrom       = 16 << 20
	maxEntries     = 2_000     // of a ZIP
	maxRecord      = 4 << 20   // bytes of one record or row
	maxKept        = 256 << 20 // bytes of the texts of all items
	maxOfItem      = 20_000    // check-ins of an item, and its comments
	maxRows        = 1 << 20   // rows of a sheet, the blank ones counted
	maxRemarksEach = 500       // rows of one finding
)

// File is a file as somebody sent it.
type File struct {
	Name string
	Size int64
	io.ReaderAt
}

// called is the file's name as messages show it.
func (f File) called() string {
	name := f.Name[strings.LastIndexAny(f.Name, `/\`)+1:]
	if name = okr.Shorten(okr.CleanLine(name), 80); name == "" {
		return "The file"
	}
	return name
}

// bytes reads the file from its beginning.
func (f File) bytes() io.Reader { return io.NewSectionReader(f, 0, f.Size) }

// Recognize says what a file is and what it holds, or in an [okr.Invalid] what is wrong
// with it and what to do.
func Recognize(ctx context.Context, f File) (okr.ImportFile, error) {
	set, err := Open(ctx, []File{f})
	if err != nil {
		return okr.ImportFile{}, err
	}
	return okr.ImportFile{Name: f.called(), Bytes: f.Size, Format: set.formats[0], Holds: set.holds()}, nil
}

// holds says what the files hold together: "132 items, 1,204 check-ins".
func (s *Set) holds() string {
	b := s.bundle
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{len(b.Items), "item", "items"},
		{s.checkIns.read, "check-in", "check-ins"},
		{s.comments.read, "comment", "comments"},
		{s.users, "person", "people"},
		{len(b.Teams), "team", "teams"},
		{len(b.Periods), "period", "periods"},
		{len(b.Tags), "tag", "tags"},
	} {
		if c.n > 0 && len(parts) < 3 {
			parts = append(parts, counted(c.n, c.one, c.many))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// counted is a number with its noun, thousands separated.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits + " " + many
}

// invalid is an error about a file: the name, what is wrong with it, and the next step.
func invalid(name, format string, args ...any) error {
	return okr.Errorf(okr.Invalid, "%s %s", name, fmt.Sprintf(format, args...))
}

// damaged is an error about a file that ends too early or does not hold what its format
// demands. A cause that is about something else, as the store that keeps the file, stays.
func damaged(name string, cause error) error {
	if _, known := okr.MessageOf(cause); known || errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return okr.WrapError(okr.Invalid, cause, "%s is damaged or was not downloaded completely. Export it again and send the new file.", name)
}

// Titles of findings, and with them what the readers have to say of files.
const (
	findColumns  = "Columns that aren't used"
	findLeft     = "Rows that can't be read"
	findValues   = "Values that can't be read"
	findCharset  = "Characters that may be wrong"
	findNumbers  = "Numbers and dates whose format was guessed"
	findPeriods  = "Periods whose dates are guessed"
	findParents  = "Parents found by their title"
	findOrphaned = "Check-ins and comments of items that aren't in the files"
	findTwice    = "Items that are in several files"
	findPrivate  = "Items imported as private"
	findUnread   = "Files that aren't used"
	findMetrics  = "Metrics not imported"
	findUnits    = "Check-ins in another unit"
	findLimits   = "Key results imported as a limit"
)

// remarks collects what there is to say, at most maxRemarksEach rows a finding.
type remarks struct {
	list  []transfer.Remark
	many  map[string]int
	quiet bool // what is read only fills gaps of what is exact
}

// add keeps a remark about a row.
func (r *remarks) add(kind okr.FindingKind, title string, row okr.ImportRow, why string) {
	if r.quiet {
		return
	}
	if r.many == nil {
		r.many = map[string]int{}
	}
	if r.many[title]++; r.many[title] > maxRemarksEach {
		return
	}
	row.Why = why
	r.list = append(r.list, transfer.Remark{ImportRow: row, Kind: kind, Title: title})
}
