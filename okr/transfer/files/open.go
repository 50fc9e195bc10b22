package files

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// Set is what several files hold together, merged by id. What an organization export
// (JSON) says of an item is exact and comes first; a table (CSV, XLSX) adds what that
// does not know, as weights and scores, and the items that it alone has. Of two exports
// the newer one comes first.
type Set struct {
	bundle   transfer.Bundle
	formats  []string // of each file, in words
	users    int
	checkIns stream[transfer.CheckIn]
	comments stream[transfer.Comment]
}

var _ transfer.Source = (*Set)(nil)

// Bundle is everything but check-ins and comments.
func (s *Set) Bundle() *transfer.Bundle { return &s.bundle }

// CheckIns reads the check-ins anew and gives them until yield fails. Those of one item
// come in the order of their ids, or of a table from the oldest to the newest; between
// those of one item may be those of others. Check-ins of items that are in no file are
// left out.
func (s *Set) CheckIns(ctx context.Context, yield func(transfer.CheckIn) error) error {
	return s.checkIns.each(ctx, yield)
}

// Comments reads the comments anew and gives them as CheckIns does.
func (s *Set) Comments(ctx context.Context, yield func(transfer.Comment) error) error {
	return s.comments.each(ctx, yield)
}

// opening reads what files hold into a Set.
type opening struct {
	remarks
	set          *Set
	parts        []*part
	people       *people
	organization string          // the organization's own id, as the names of its files have it
	teams        map[string]bool // the ids of teams
	at           map[string]int  // where an item stands in the bundle, by id
	exact        map[string]bool // the ids of items that came from JSON
	raw          map[int]rowPeople
	kept         int // bytes of texts
	limits
}

// limits are how many records are read at most, and how many bytes of unsorted ones are
// held at a time.
type limits struct{ items, checkIns, comments, held int }

// part is something of a file that is read by itself: a file of an organization export,
// or a table.
type part struct {
	file string // as rows name it
	*text
	kind  jsonKind // empty: a table
	table *table
}

// Open reads what files hold, but for their check-ins and comments, which it counts. An
// error is an [okr.Invalid] that says what is wrong with which file and what to do. The
// files are read again when check-ins and comments are asked for.
func Open(ctx context.Context, in []File) (*Set, error) {
	return open(ctx, in, limits{MaxItems, MaxCheckIns, MaxComments, groupBytes})
}

func open(ctx context.Context, in []File, within limits) (*Set, error) {
	o := &opening{
		set: &Set{}, people: newPeople(), limits: within,
		teams: map[string]bool{}, at: map[string]int{}, exact: map[string]bool{}, raw: map[int]rowPeople{},
	}
	var total int64
	for _, f := range in {
		if total += f.Size; total > MaxBytes {
			return nil, okr.Errorf(okr.Invalid, "The files have more than %d MB together. Export fewer items at a time, for example one period.", MaxBytes>>20)
		}
	}
	for _, f := range in {
		if err := o.readFile(ctx, f); err != nil {
			return nil, err
		}
	}
	if err := o.load(ctx); err != nil {
		return nil, err
	}
	return o.set, nil
}

// form is the form of a file, by its first bytes: names lie.
type form string

const (
	formZIP   form = "ZIP"
	formJSON  form = "JSON"
	formCSV   form = "CSV"
	formEmpty form = "empty"
	formHTML  form = "HTML"
	formXML   form = "XML"
	formOLE   form = "OLE"
	formOther form = "other"
)

// trouble says what is wrong with a file of a form that is not read, and what to do.
func (f form) trouble() string {
	switch f {
	case formEmpty:
		return "is empty. Export it again and send the new file."
	case formHTML:
		return "is a web page, not an export. Download the export in your browser and send that file."
	case formXML:
		return "is an XML file. Send the organization export (ZIP), or a table as CSV or Excel workbook (.xlsx)."
	case formOLE:
		return "is protected with a password or an old Excel file (.xls). Open it in Excel, remove the password, save it as Excel workbook (.xlsx) and send that."
	default:
		return "isn't a file that I can import. Send the organization export (ZIP), or a table as CSV or Excel workbook (.xlsx)."
	}
}

// formOf finds out the form of a file.
func formOf(name string, open func() (io.ReadCloser, error)) (form, error) {
	r, err := open()
	if err != nil {
		return "", damaged(name, err)
	}
	defer func() { _ = r.Close() }() // only read
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", readError(name, err)
	}
	return formOfBytes(head[:n]), nil
}

// formOfBytes looks at magic numbers, as https://www.iana.org/assignments/media-types
// describes each, and at how a text begins.
func formOfBytes(head []byte) form {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return formZIP
	}
	if bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return formOLE
	}
	for _, magic := range []string{"%PDF", "\x89PNG", "\xFF\xD8\xFF", "GIF8", "Rar!", "7z\xBC\xAF", "\x1F\x8B", "\x7FELF", "MZ\x90", "BZh", "\xFD7zXZ", "{\\rtf"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return formOther
		}
	}
	for _, mark := range []string{"\xFF\xFE", "\xFE\xFF", "\xEF\xBB\xBF"} {
		head = bytes.TrimPrefix(head, []byte(mark))
	}
	plain := strings.ToLower(strings.TrimSpace(strings.ReplaceAll(string(head), "\x00", ""))) // of UTF-16, too
	switch {
	case plain == "":
		return formEmpty
	case strings.HasPrefix(plain, "<!doctype html"), strings.HasPrefix(plain, "<html"), plain[0] == '<' && strings.Contains(plain, "<html"):
		return formHTML
	case plain[0] == '<':
		return formXML
	case plain[0] == '[', plain[0] == '{', plain == "null":
		return formJSON
	}
	return formCSV
}

// readFile takes the parts of a file.
func (o *opening) readFile(ctx context.Context, f File) error {
	open := func() (io.ReadCloser, error) { return io.NopCloser(f.bytes()), nil }
	is, err := formOf(f.called(), open)
	if err != nil {
		return err
	}
	switch is {
	case formZIP:
		return o.readPacked(ctx, f)
	case formJSON, formCSV:
		t, err := newText(ctx, f.called(), open)
		if err != nil {
			return err
		}
		return o.readText(ctx, is, t, "")
	default:
		return invalid(f.called(), "%s", is.trouble())
	}
}

// readPacked takes the parts of what is a ZIP, as a workbook is, too.
func (o *opening) readPacked(ctx context.Context, f File) error {
	z, err := unzipped(f, maxUnpacked)
	if err != nil {
		return err
	}
	for _, e := range z.File {
		switch name := strings.ToLower(strings.ReplaceAll(e.Name, `\`, "/")); {
		case name == "xl/workbook.xml":
			return o.readWorkbook(ctx, f)
		case name == "xl/workbook.bin", name == "word/document.xml", name == "ppt/presentation.xml", name == "mimetype":
			return invalid(f.called(), "is a document of another program. Save its table as Excel workbook (.xlsx) or CSV and send that.")
		}
	}
	before := len(o.parts)
	if err := o.readZIP(ctx, f, z); err != nil {
		return err
	}
	o.set.formats = append(o.set.formats, zipFormat(o.parts[before:]))
	return nil
}

func zipFormat(parts []*part) string {
	if slices.ContainsFunc(parts, func(p *part) bool { return p.kind != "" }) {
		return "organization export (ZIP)"
	}
	return "CSV files (ZIP)"
}

// fileOf finds the organization and the time in the name of a file of its export.
var fileOf = regexp.MustCompile(`(?i)_Organization_([\w-]+)_(\d{14})`)

// readText takes a text, which stands by itself or in a ZIP.
func (o *opening) readText(ctx context.Context, is form, t *text, packed string) error {
	if is == formCSV {
		return o.readCSV(ctx, t, packed)
	}
	kind, err := jsonKindOf(ctx, t)
	switch {
	case err != nil:
		return err
	case kind == "" && packed != "":
		o.unread(packed, t.name, "It isn't one of the files of an organization export, or it is an empty list.")
		return nil
	case kind == "":
		return invalid(t.name, "isn't a file of an organization export, or it is an empty list. Send the export as it was downloaded.")
	}
	if m := fileOf.FindStringSubmatch(t.name); m != nil {
		o.organization = cmp.Or(o.organization, m[1])
	}
	p := &part{file: t.name, text: t, kind: kind}
	if packed != "" {
		p.file = packed + ", " + string(kind)
	} else {
		o.set.formats = append(o.set.formats, "organization export, "+string(kind)+" (JSON)")
	}
	o.sayCharset(t, p.file)
	o.parts = append(o.parts, p)
	return nil
}

// unread says that a file in a ZIP is left out.
func (o *opening) unread(zip, name, why string) {
	o.add(okr.FindingLeft, findUnread, okr.ImportRow{File: zip, Title: path.Base(name)}, why)
}

// timeIn is the moment that exportedAt gives, which does not say in which zone.
func timeIn(s string) time.Time {
	at, err := time.Parse("20060102150405", s)
	if err != nil {
		return time.Time{}
	}
	return at
}

// exportedAt is when a file was exported, by its name; empty: it does not say.
func (p *part) exportedAt() string {
	if m := fileOf.FindStringSubmatch(p.name); m != nil {
		return m[2]
	}
	return ""
}
