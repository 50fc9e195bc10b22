package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// charset is how the characters of a text are written.
type charset int

const (
	charsetUTF8 charset = iota
	charsetUTF16LE
	charsetUTF16BE
	charsetWindows // Windows-1252, what older Excel saves as CSV in western Europe
)

// text is a part of a file whose characters are read as UTF-8.
type text struct {
	name string // for messages
	open func() (io.ReadCloser, error)
	charset
	mark   int  // bytes of the byte order mark
	faulty bool // some bytes are no UTF-8
}

// newText finds out how a text is written, which takes reading it once: a CSV may be
// English up to its last line.
func newText(ctx context.Context, name string, open func() (io.ReadCloser, error)) (*text, error) {
	t := &text{name: name, open: open}
	r, err := open()
	if err != nil {
		return nil, damaged(name, err)
	}
	defer func() { _ = r.Close() }() // only read
	buf := make([]byte, 64<<10)
	n, err := io.ReadFull(r, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, readError(name, err)
	}
	head := buf[:n]
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return nil, invalid(name, "is empty. Export it again and send the new file.")
	case t.markedBy(head):
		return t, nil
	}
	return t, t.scan(ctx, r, buf, n)
}

// markedBy takes the charset from the byte order mark, or from where the zero bytes of
// UTF-16 stand.
func (t *text) markedBy(head []byte) bool {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		t.charset, t.mark = charsetUTF16LE, 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		t.charset, t.mark = charsetUTF16BE, 2
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		t.mark = 3
		return false // the rest is looked at
	default:
		zeros := [2]int{}
		for i, b := range head {
			if b == 0 {
				zeros[i%2]++
			}
		}
		switch half := len(head) / 2; {
		case zeros[1] > half/2 && zeros[0] == 0:
			t.charset = charsetUTF16LE
		case zeros[0] > half/2 && zeros[1] == 0:
			t.charset = charsetUTF16BE
		}
	}
	return t.charset != charsetUTF8
}

// scan reads on behind the first n bytes of buf. A text with more bytes that are no UTF-8
// than characters beyond ASCII that are is Windows-1252; a few of them are a fault in
// UTF-8, as where a text was cut. Zero bytes are in no text.
func (t *text) scan(ctx context.Context, r io.Reader, buf []byte, n int) error {
	var seen runes
	start := 0
	for {
		chunk := buf[:start+n]
		if bytes.IndexByte(chunk, 0) >= 0 {
			return invalid(t.name, "has zero bytes, so it isn't a text file or is damaged. Export it again and send the new file.")
		}
		start = copy(buf, seen.take(chunk))
		var err error
		if n, err = r.Read(buf[start:]); n == 0 && err != nil {
			seen.bad += start
			t.faulty = seen.bad > 0
			if seen.bad > seen.good && t.mark == 0 {
				t.charset = charsetWindows
			}
			return readError(t.name, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// runes counts characters beyond ASCII, and bytes that are none.
type runes struct{ good, bad int }

// take counts those of a chunk, but for a character at its end that may go on.
func (c *runes) take(chunk []byte) (rest []byte) {
	for len(chunk) > 0 {
		if chunk[0] < utf8.RuneSelf {
			chunk = chunk[1:]
			continue
		}
		r, size := utf8.DecodeRune(chunk)
		switch {
		case r != utf8.RuneError || size > 1:
			c.good++
		case !utf8.FullRune(chunk):
			return chunk
		default:
			c.bad++
		}
		chunk = chunk[size:]
	}
	return nil
}

// readError puts the error of a reader into words; the end of what it reads is none.
func readError(name string, err error) error {
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, errRecordTooLong):
		return invalid(name, "has a record of more than %d MB, so it's probably damaged. Export it again and send the new file.", maxRecord>>20)
	}
	return damaged(name, err)
}

// read gives the text from its beginning as UTF-8 without mark.
func (t *text) read() (io.ReadCloser, error) {
	r, err := t.open()
	if err != nil {
		return nil, damaged(t.name, err)
	}
	if _, err := io.CopyN(io.Discard, r, int64(t.mark)); err != nil {
		_ = r.Close()
		return nil, damaged(t.name, err)
	}
	var decoder *encoding.Decoder
	switch t.charset {
	case charsetUTF16LE:
		decoder = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case charsetUTF16BE:
		decoder = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	case charsetWindows:
		decoder = charmap.Windows1252.NewDecoder()
	default:
		return r, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{transform.NewReader(r, decoder), r}, nil
}

// head is the first n bytes of the text, or what there is.
func (t *text) head(n int64) ([]byte, error) {
	r, err := t.read()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // only read
	return io.ReadAll(io.LimitReader(r, n))
}

// errRecordTooLong is of a record that does not fit into memory.
var errRecordTooLong = errors.New("record too long")

// guard fails where more than maxRecord bytes were read since reset was last called.
type guard struct {
	io.Reader
	n int
}

// Read implements io.Reader.
func (g *guard) Read(b []byte) (int, error) {
	if g.n > maxRecord {
		return 0, errRecordTooLong
	}
	n, err := g.Reader.Read(b)
	g.n += n
	return n, err
}

func (g *guard) reset() { g.n = 0 }
