package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"okrbot/okr"
)

// pieceSize is how much of a file is kept under one key.
const pieceSize = 1 << 20

// heldPieces is how many pieces of a file are held while it is read.
const heldPieces = 8

// AddFile takes a file for the actor's open import, and begins one where there is none. A
// file of the same name replaces the one before. Forbidden: the actor is no admin.
// Invalid: it is too large, or nothing that can be imported; then nothing is kept of it.
func (s *Service) AddFile(ctx context.Context, actor okr.Actor, name string, body io.Reader) (okr.Import, error) {
	if err := s.access.RequireAdmin(ctx, actor); err != nil {
		return okr.Import{}, err
	}
	i, err := s.openImport(ctx, actor)
	if err != nil {
		return i, err
	}
	name = okr.Shorten(okr.CleanLine(name), okr.MaxTitle)
	file, err := s.keep(ctx, actor.Tenant, name, body, i)
	if err != nil {
		return i, errors.Join(err, s.Shelf.DropPieces(ctx, actor.Tenant, file.Ref, file.Pieces))
	}
	var replaced []okr.ImportFile
	i, err = s.change(ctx, actor.Tenant, i.ID, func(i *okr.Import) {
		replaced = nil
		i.Files = slices.DeleteFunc(slices.Clone(i.Files), func(f okr.ImportFile) bool {
			if f.Name == name {
				replaced = append(replaced, f)
			}
			return f.Name == name
		})
		i.Files = append(i.Files, file)
	})
	if err != nil {
		return i, err
	}
	return i, s.drop(ctx, actor.Tenant, replaced)
}

// openImport is the actor's import of which nothing is written yet, else a new one.
func (s *Service) openImport(ctx context.Context, actor okr.Actor) (okr.Import, error) {
	mine, _, err := s.Shelf.Imports().List(ctx, actor.Tenant, okr.ImportsOf(actor.ID), okr.Page{})
	if err != nil {
		return okr.Import{}, err
	}
	for _, i := range slices.Backward(mine) {
		if i.Phase != okr.ImportCollecting {
			continue
		}
		if s.Now().Sub(i.At) < FileLife {
			return i, nil
		}
		if _, err := s.Shelf.Imports().Delete(ctx, actor.Tenant, i.ID); okr.IgnoreNotFound(err) != nil {
			return okr.Import{}, err // its files are not kept any more
		}
	}
	id, err := okr.NextID(ctx, s.Store, actor.Tenant, okr.ImportPrefix)
	if err != nil {
		return okr.Import{}, err
	}
	i := okr.Import{ID: okr.ImportID(id), By: actor.Person, At: s.Now(), Phase: okr.ImportCollecting}
	return i, s.Shelf.Imports().Create(ctx, actor.Tenant, i)
}

// keep keeps the content of a file and says what it is.
func (s *Service) keep(ctx context.Context, tenant okr.TenantID, name string, body io.Reader, i okr.Import) (okr.ImportFile, error) {
	file := okr.ImportFile{Name: name}
	n, err := s.Store.NextNumber(ctx, tenant, "import file")
	if err != nil {
		return file, err
	}
	file.Ref = fmt.Sprintf("%d", n)
	left := int64(MaxBytes)
	for _, f := range i.Files {
		if f.Name != name {
			left -= f.Bytes
		}
	}
	var piece bytes.Buffer // most files are much smaller than a piece
	for last := false; !last; {
		piece.Reset()
		read, err := io.CopyN(&piece, body, pieceSize)
		if last = errors.Is(err, io.EOF); err != nil && !last {
			return file, fmt.Errorf("file of an import: %w", err)
		}
		if file.Bytes += read; file.Bytes > left {
			return file, okr.Errorf(okr.Invalid, "An import can have up to 100 MB of files, and %s exceeds it. Remove files you don't need, or import in two parts.", name)
		}
		if read > 0 {
			if err := s.Shelf.PutPiece(ctx, tenant, file.Ref, file.Pieces, piece.Bytes(), FileLife); err != nil {
				return file, err
			}
			file.Pieces++
		}
	}
	if file.Bytes == 0 {
		return file, okr.Errorf(okr.Invalid, "%s is empty. Export it again and send the new file.", name)
	}
	return s.recognize(ctx, tenant, file)
}

func (s *Service) recognize(ctx context.Context, tenant okr.TenantID, file okr.ImportFile) (okr.ImportFile, error) {
	if s.Recognize == nil {
		return file, nil
	}
	known, err := s.Recognize(ctx, s.content(ctx, tenant, file))
	file.Format, file.Holds = known.Format, known.Holds
	return file, err
}

// DropFile takes a file out of an import.
func (s *Service) DropFile(ctx context.Context, actor okr.Actor, id okr.ImportID, name string) (okr.Import, error) {
	i, err := s.collecting(ctx, actor, id)
	if err != nil {
		return i, err
	}
	var dropped []okr.ImportFile
	i, err = s.change(ctx, actor.Tenant, id, func(i *okr.Import) {
		isIt := func(f okr.ImportFile) bool { return f.Name == name }
		if n := slices.IndexFunc(i.Files, isIt); n >= 0 {
			dropped = []okr.ImportFile{i.Files[n]}
		}
		i.Files = slices.DeleteFunc(slices.Clone(i.Files), isIt)
	})
	if err != nil {
		return i, err
	}
	return i, s.drop(ctx, actor.Tenant, dropped)
}

// CancelImport forgets an import of which nothing is written yet.
func (s *Service) CancelImport(ctx context.Context, actor okr.Actor, id okr.ImportID) error {
	i, err := s.collecting(ctx, actor, id)
	if err != nil {
		return err
	}
	if _, err := s.change(ctx, actor.Tenant, id, func(i *okr.Import) { i.Files = nil }); err != nil {
		return err
	}
	if err := s.drop(ctx, actor.Tenant, i.Files); err != nil {
		return err
	}
	_, err = s.Shelf.Imports().Delete(ctx, actor.Tenant, id)
	return okr.IgnoreNotFound(err)
}

func (s *Service) drop(ctx context.Context, tenant okr.TenantID, files []okr.ImportFile) error {
	for _, f := range files {
		if err := s.Shelf.DropPieces(ctx, tenant, f.Ref, f.Pieces); err != nil {
			return err
		}
	}
	return nil
}

// content is a file that is read piece by piece.
func (s *Service) content(ctx context.Context, tenant okr.TenantID, f okr.ImportFile) OpenedFile {
	ctx = context.WithoutCancel(ctx) // it is read in the steps to come, too
	r := &pieces{size: f.Bytes, read: func(n int) ([]byte, error) {
		data, err := s.Shelf.Piece(ctx, tenant, f.Ref, n)
		if okr.KindOf(err) == okr.NotFound && err != nil {
			err = okr.Errorf(okr.NotFound, "The file %s was deleted after 7 days. Send it again.", f.Name)
		}
		return data, err
	}}
	return OpenedFile{Name: f.Name, Size: f.Bytes, ReaderAt: r}
}

// pieces reads a file that is kept in pieces. It holds those that were read last.
type pieces struct {
	size int64
	read func(n int) ([]byte, error)

	mu   sync.Mutex
	held []heldPiece // the one used last at the end
}

type heldPiece struct {
	n    int
	data []byte
}

// ReadAt implements [io.ReaderAt].
func (p *pieces) ReadAt(into []byte, offset int64) (int, error) {
	done := 0
	for done < len(into) {
		at := offset + int64(done)
		if at >= p.size {
			return done, io.EOF
		}
		piece, err := p.piece(int(at / pieceSize))
		if err != nil {
			return done, err
		}
		from := min(at%pieceSize, int64(len(piece)))
		n := copy(into[done:], piece[from:])
		if n == 0 {
			return done, io.ErrUnexpectedEOF
		}
		done += n
	}
	return done, nil
}

func (p *pieces) piece(n int) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.held, func(h heldPiece) bool { return h.n == n }); i >= 0 {
		h := p.held[i]
		p.held = append(slices.Delete(p.held, i, i+1), h)
		return h.data, nil
	}
	data, err := p.read(n)
	if err != nil {
		return nil, err
	}
	if len(p.held) == heldPieces {
		p.held = slices.Delete(p.held, 0, 1)
	}
	p.held = append(p.held, heldPiece{n, bytes.Clone(data)})
	return data, nil
}
