package transfer

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/plan"
)

// The limits of an import.
const (
	MaxBytes    = okr.MaxImportBytes
	MaxItems    = okr.MaxImportItems
	MaxCheckIns = okr.MaxImportCheckIns // comments are counted apart, to the same number
)

// FileLife is how long the files of an import are kept.
const FileLife = 7 * 24 * time.Hour

// OpenedFile is a file of an import with its content at hand.
type OpenedFile struct {
	Name string
	Size int64
	io.ReaderAt
}

// Shelf keeps what imports need besides the goals themselves. The methods fail with
// Unavailable when the store cannot be reached.
type Shelf interface {
	// Imports keeps the imports.
	Imports() okr.Records[okr.ImportID, okr.Import]
	// PutPiece keeps a piece of a file, sealed, for ttl.
	PutPiece(ctx context.Context, tenant okr.TenantID, ref string, n int, data []byte, ttl time.Duration) error
	// Piece gives it. NotFound: it was dropped, or its time is over.
	Piece(ctx context.Context, tenant okr.TenantID, ref string, n int) ([]byte, error)
	// DropPieces forgets the first n pieces of a file.
	DropPieces(ctx context.Context, tenant okr.TenantID, ref string, n int) error
	// RememberPeople keeps who people of files are here, for the imports to come.
	RememberPeople(ctx context.Context, tenant okr.TenantID, people map[string]okr.Person) error
	// RememberedPeople gives those of some keys that are remembered.
	RememberedPeople(ctx context.Context, tenant okr.TenantID, keys []string) (map[string]okr.Person, error)
	// Numbers reserves n numbers of a prefix in a row and gives the first.
	Numbers(ctx context.Context, tenant okr.TenantID, prefix string, n int) (int64, error)
	// Imported gives what became of items of some ids; those that never came are left out.
	Imported(ctx context.Context, tenant okr.TenantID, sources []string) (map[string]okr.ImportedGoal, error)
	// EachImported visits what became of all items, in no order.
	EachImported(ctx context.Context, tenant okr.TenantID, visit func(source string, g okr.ImportedGoal)) error
	// Cursor says how far the writing of an import has come; empty: nothing is written.
	Cursor(ctx context.Context, tenant okr.TenantID, id okr.ImportID) (okr.ImportCursor, error)
	// WriteImport reads how far an import has come and some goals (those that are there, in
	// this order), and keeps what write makes of it, in one step: all of it or nothing.
	// Where somebody else wrote one of them meanwhile, it begins again. An error of write is
	// returned as it is and nothing is kept. Conflict: too many others write.
	WriteImport(ctx context.Context, tenant okr.TenantID, id okr.ImportID, ids []okr.GoalID, write func(at okr.ImportCursor, now []okr.Goal) (okr.ImportBatch, error)) error
	// DropCursor forgets how far an import has come.
	DropCursor(ctx context.Context, tenant okr.TenantID, id okr.ImportID) error
	// Added gives some of the check-ins that an import brought to goals of imports before, by
	// id and goal; none: there are none left.
	Added(ctx context.Context, tenant okr.TenantID, id okr.ImportID) ([]okr.CheckIn, error)
	// Beneath gives the ids of what stands below some goals and of what was said of them.
	Beneath(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID) (map[okr.GoalID]okr.Beneath, error)
}

// Options is what a [Service] works with.
type Options struct {
	Store  okr.Store
	Reader plan.Reader // the same store
	Agenda okr.Agenda
	Shelf  Shelf
	// Open reads files together. Invalid: they cannot be read, in words.
	Open func(ctx context.Context, files []OpenedFile) (Source, error)
	// Recognize says what one file is and holds. Invalid: nothing that can be imported, in words.
	Recognize func(ctx context.Context, file OpenedFile) (okr.ImportFile, error)
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
	// Slice is about how many records one step of an import writes at most; 0: as many as
	// usual.
	Slice int
}

// A step ends after so many records or so long, whatever comes first: each step reads the
// check-ins again up to where it goes on, and people see on the card how far it is.
const (
	usualSlice = 100_000
	stepTime   = 12 * time.Second
)

// batch is how many records are kept at once.
const batch = 250

// Service holds the use cases of importing. Every method that a person calls checks what
// the person may do: only admins import.
type Service struct {
	Options
	access *access.Service
	plan   *plan.Service

	mu     sync.Mutex
	forget *time.Timer // ends the holding of open
	open   opened      // the import whose files were read last, so that not every step reads them anew
}

// New makes a service, over the activities below it.
func New(o Options, access *access.Service, plan *plan.Service) *Service {
	if o.Slice == 0 {
		o.Slice = usualSlice
	}
	return &Service{Options: o, access: access, plan: plan}
}

// Import reads an import. Forbidden: the actor is no admin.
func (s *Service) Import(ctx context.Context, actor okr.Actor, id okr.ImportID) (okr.Import, error) {
	if err := s.access.RequireAdmin(ctx, actor); err != nil {
		return okr.Import{}, err
	}
	return s.read(ctx, actor.Tenant, id)
}

// read reads an import with how far it has come.
func (s *Service) read(ctx context.Context, tenant okr.TenantID, id okr.ImportID) (okr.Import, error) {
	i, err := s.Shelf.Imports().Get(ctx, tenant, id)
	if okr.KindOf(err) == okr.NotFound && err != nil {
		return i, okr.Errorf(okr.NotFound, "Import %s doesn't exist or ended. Send a file to start one.", id)
	}
	if err != nil || i.Phase != okr.ImportRunning && i.Phase != okr.ImportUndoing {
		return i, err
	}
	at, err := s.Shelf.Cursor(ctx, tenant, id)
	i.Done = at.Done
	return i, err
}

// Imports lists the tenant's imports, the newest first. Forbidden: the actor is no admin.
func (s *Service) Imports(ctx context.Context, actor okr.Actor) ([]okr.Import, error) {
	if err := s.access.RequireAdmin(ctx, actor); err != nil {
		return nil, err
	}
	all, _, err := s.Shelf.Imports().List(ctx, actor.Tenant, "", okr.Page{})
	var out []okr.Import
	for _, a := range slices.Backward(all) {
		if a.Phase != okr.ImportCollecting || s.Now().Sub(a.At) < FileLife {
			out = append(out, a)
		}
	}
	return out, err
}

// collecting reads an import of which nothing is written yet.
func (s *Service) collecting(ctx context.Context, actor okr.Actor, id okr.ImportID) (okr.Import, error) {
	i, err := s.Import(ctx, actor, id)
	if err == nil {
		err = mustCollect(i)
	}
	return i, err
}

func mustCollect(i okr.Import) error {
	if i.Phase == okr.ImportCollecting {
		return nil
	}
	return okr.Errorf(okr.Conflict, "Import %s has already started, so it can't be changed. Send the file again to start a new one.", i.ID)
}

// change changes an import of which nothing is written yet.
func (s *Service) change(ctx context.Context, tenant okr.TenantID, id okr.ImportID, change func(*okr.Import)) (okr.Import, error) {
	return s.Shelf.Imports().Update(ctx, tenant, id, func(i *okr.Import) error {
		if err := mustCollect(*i); err != nil {
			return err
		}
		change(i)
		return nil
	})
}
