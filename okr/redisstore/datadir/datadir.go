// Package datadir keeps okrbot's data in one folder of one machine. It starts
// the machine's redis-server (or valkey-server) as a child on a unix socket in
// the folder, starts it again when it dies, and stops it cleanly; it makes the
// key that seals sign-ins, and locks the folder against a second okrbot.
//
// In the folder:
//
//	seal.key       the keys that seal sign-ins, as SEAL_KEYS has them
//	appendonlydir  the data, as Redis writes it (appendonly.aof before Redis 7)
//	dump.rdb       a backup, when one was made; read when there is no other data
//	redis.sock     where the server listens
//	redis.pid      its process
//	lock           held by the okrbot that uses the folder
//	redis.lock     held by its server, also when okrbot was killed
package datadir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

const (
	socketName     = "redis.sock"
	keyName        = "seal.key"
	lockName       = "lock"
	serverLockName = "redis.lock"
	pidName        = "redis.pid"
	backupName     = "dump.rdb"
)

// ErrInUse says that another okrbot uses the folder.
var ErrInUse = errors.New("another okrbot uses this folder")

// Options say which folder, and how.
type Options struct {
	// Path is the folder. It is made, for this user alone, when there is none.
	Path string
	// SealKeys go before those of the folder, which then need not be there.
	SealKeys string
	// Logger hears when the server dies and what it warns of. Nil: nothing is logged.
	Logger *slog.Logger
}

// Dir is a folder in use.
type Dir struct {
	path, program string
	sealKeys      string
	log           *slog.Logger
	lock          *os.File // nil: another okrbot's folder, which was only joined
	serverLock    *os.File
	stopOnce      sync.Once
	stop          chan struct{}
	ended         chan struct{} // closed when the server has ended for good
	endedBadly    error
}

// Open takes the folder and starts its server; it returns when the server
// answers. Its errors say what an operator does next. [ErrInUse]: another okrbot
// has the folder.
func Open(ctx context.Context, o Options) (_ *Dir, err error) {
	d, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if d.program, err = findServer(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.unlock()
		}
	}()
	if err = d.takeLock(); err != nil {
		return nil, err
	}
	if d.sealKeys, err = d.keys(o.SealKeys, true); err != nil {
		return nil, err
	}
	if err = d.endLeftover(ctx); err != nil {
		return nil, err
	}
	first := make(chan error, 1)
	go d.supervise(context.WithoutCancel(ctx), first)
	select {
	case err = <-first:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		d.stopOnce.Do(func() { close(d.stop) })
		<-d.ended
		return nil, errors.Join(err, d.endedBadly)
	}
	return d, nil
}

// Join uses the server of an okrbot that runs. The folder stays as it is.
func Join(o Options) (*Dir, error) {
	d, err := newDir(o)
	if err != nil {
		return nil, err
	}
	if err := d.mayUse(); err != nil {
		return nil, err
	}
	d.sealKeys, err = d.keys(o.SealKeys, false)
	return d, err
}

// Look says what would keep Open from succeeding, as far as that can be seen
// without changing anything, and which program it would start.
func Look(ctx context.Context, path string) (program string, err error) {
	d, err := newDir(Options{Path: path})
	if err != nil {
		return "", err
	}
	if err := d.mayMake(); err != nil {
		return "", err
	}
	return findServer(ctx)
}

// Exists says whether an okrbot was ever started with the folder, or a backup was put
// into it; an empty folder was only prepared. What may not be looked at exists.
func Exists(path string) bool {
	for _, name := range []string{keyName, lockName, backupName, "appendonlydir", "appendonly.aof"} {
		_, err := os.Stat(filepath.Join(path, name))
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return true
		}
	}
	return false
}

// newDir checks what is known without looking: the path.
func newDir(o Options) (*Dir, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("DATA_DIR: %w", err)
	}
	if longest := maxSocket - len("/"+socketName); len(path) > longest {
		return nil, fmt.Errorf("DATA_DIR: the path is too long for a socket in it: %d bytes, at most %d. Choose a shorter one", len(path), longest)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Dir{path: path, log: o.Logger, stop: make(chan struct{}), ended: make(chan struct{})}, nil
}

func prepare(o Options) (*Dir, error) {
	d, err := newDir(o)
	if err != nil {
		return nil, err
	}
	return d, d.makeFolder()
}

// Socket is the unix socket at which the server answers.
func (d *Dir) Socket() string { return d.file(socketName) }

// SealKeys are the keys that seal sign-ins, in the form of SEAL_KEYS.
func (d *Dir) SealKeys() string { return d.sealKeys }

func (d *Dir) file(name string) string { return filepath.Join(d.path, name) }

// Close stops the server, which first writes what it has to the disk, and gives
// the folder back. A folder that was joined is left alone.
func (d *Dir) Close() error {
	if d.lock == nil {
		return nil
	}
	d.stopOnce.Do(func() { close(d.stop) })
	<-d.ended
	d.unlock()
	return d.endedBadly
}

func (d *Dir) unlock() {
	if d.lock != nil {
		_ = giveBack(d.lock)
	}
	for _, f := range []*os.File{d.serverLock, d.lock} {
		if f != nil {
			_ = f.Close() // gives the lock back, once the server that inherited it has ended
		}
	}
}
