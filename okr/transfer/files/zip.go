package files

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// unzipped opens a ZIP and refuses one that would fill the memory or the disk: by what
// its directory says first. What is read later is held to that ([entryReader]).
func unzipped(f File, limit uint64) (*zip.Reader, error) {
	z, err := zip.NewReader(f, f.Size)
	if err != nil {
		return nil, damaged(f.called(), err)
	}
	if len(z.File) > maxEntries {
		return nil, invalid(f.called(), "has %s, more than an export. Send only the export's own files.", counted(len(z.File), "file", "files"))
	}
	var total uint64
	for _, e := range z.File {
		if e.Flags&1 != 0 {
			return nil, invalid(f.called(), "is protected with a password. Unpack it or save it without one, and send that.")
		}
		if e.UncompressedSize64 > limit || e.UncompressedSize64 > bombFrom && e.UncompressedSize64/maxRatio > e.CompressedSize64 {
			return nil, tooLargeUnpacked(f.called(), limit)
		}
		total += e.UncompressedSize64
	}
	if total > limit {
		return nil, tooLargeUnpacked(f.called(), limit)
	}
	return z, nil
}

func tooLargeUnpacked(name string, limit uint64) error {
	return invalid(name, "would be larger than %d MB unpacked. Export fewer items at a time, for example one period.", limit>>20)
}

// entryReader is an entry's bytes, no more of them than the directory says.
func entryReader(e *zip.File) (io.ReadCloser, error) {
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	size := int64(e.UncompressedSize64) //nolint:gosec // unzipped holds it to the limit
	return struct {
		io.Reader
		io.Closer
	}{&exactly{r, size}, r}, nil
}

// exactly fails where there are more bytes than n.
type exactly struct {
	r io.Reader
	n int64
}

var errTooMuch = errors.New("more bytes than announced")

// Read implements io.Reader.
func (x *exactly) Read(b []byte) (int, error) {
	n, err := x.r.Read(b)
	if x.n -= int64(n); x.n < 0 {
		return 0, errTooMuch
	}
	return n, err
}

// readZIP takes the files out of a ZIP that the readers know, in the order of their names.
func (o *opening) readZIP(ctx context.Context, f File, z *zip.Reader) error {
	entries := slices.DeleteFunc(slices.Clone(z.File), isNoise)
	slices.SortStableFunc(entries, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	if len(entries) == 0 {
		return invalid(f.called(), "has no files. Export it again and send the new file.")
	}
	before := len(o.parts)
	for _, e := range entries {
		if err := o.readEntry(ctx, f, e); err != nil {
			return err
		}
	}
	if len(o.parts) == before {
		return invalid(f.called(), "has no file that I can import. Send the organization export as it was downloaded, or CSV and Excel files separately.")
	}
	return nil
}

// isNoise says whether an entry is a folder or what a system adds by itself.
func isNoise(e *zip.File) bool {
	base := path.Base(e.Name)
	return strings.HasSuffix(e.Name, "/") || strings.HasPrefix(base, ".") || strings.HasPrefix(e.Name, "__MACOSX/") || strings.EqualFold(base, "thumbs.db")
}

func (o *opening) readEntry(ctx context.Context, f File, e *zip.File) error {
	name := File{Name: e.Name}.called()
	if e.UncompressedSize64 == 0 {
		o.unread(f.called(), name, "It is empty.")
		return nil
	}
	open := func() (io.ReadCloser, error) { return entryReader(e) }
	form, err := formOf(name, open)
	switch {
	case err != nil:
		return readError(f.called(), err)
	case form == formZIP:
		o.unread(f.called(), name, "It's a packed file. Send it separately.")
		return nil
	case form != formJSON && form != formCSV:
		o.unread(f.called(), name, "It "+form.trouble())
		return nil
	}
	t, err := newText(ctx, name+" in "+f.called(), open)
	if err != nil {
		return err
	}
	return o.readText(ctx, form, t, f.called())
}

// openEntry opens an entry of a ZIP by its name.
type openEntry func(name string) (fs.File, error)

// decodeEntry reads an entry that is XML.
func decodeEntry(open openEntry, name string, into any) error {
	r, err := open(name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read
	return xml.NewDecoder(io.LimitReader(r, maxRecord)).Decode(into)
}
