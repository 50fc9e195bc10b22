package files

import (
	"fmt"
	"io"
)

// bufferPart is how much memory a [Buffer] takes at a time.
const bufferPart = 1 << 20

// Buffer holds a file of the bot until it is saved. It takes as much memory as it holds,
// in parts of 1 MiB, and no more than [MaxBytes]: okrbot runs where no disk can be
// written. The zero value is empty.
type Buffer struct {
	parts [][]byte
	size  int64
}

// Write implements [io.Writer]. [ErrTooBig]: it holds too much.
func (b *Buffer) Write(p []byte) (int, error) {
	if b.size+int64(len(p)) > MaxBytes {
		return 0, fmt.Errorf("file: %w", ErrTooBig)
	}
	n := len(p)
	for len(p) > 0 {
		used := int(b.size % bufferPart)
		if used == 0 {
			b.parts = append(b.parts, make([]byte, bufferPart))
		}
		taken := copy(b.parts[len(b.parts)-1][used:], p)
		p, b.size = p[taken:], b.size+int64(taken)
	}
	return n, nil
}

// Size is how many bytes it holds.
func (b *Buffer) Size() int64 { return b.size }

// ReadAt implements [io.ReaderAt].
func (b *Buffer) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) && at < b.size {
		part := b.parts[at/bufferPart][at%bufferPart : min(bufferPart, b.size-at/bufferPart*bufferPart)]
		taken := copy(p[n:], part)
		n, at = n+taken, at+int64(taken)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
