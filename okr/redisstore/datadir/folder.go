package datadir

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocket is how long the path of a unix socket may be; the last byte is zero.
const maxSocket = len(syscall.RawSockaddrUnix{}.Path) - 1

// mayAdd asks access(2) whether this user may make something in a folder: W_OK and X_OK.
const mayAdd = 2 | 1

// makeFolder makes the folder for this user alone, or checks the one that is
// there. An empty one of this user is closed to others; one with something in it
// is not touched, since others may have read or changed that.
func (d *Dir) makeFolder() error {
	err := os.MkdirAll(d.path, 0o700)
	if errors.Is(err, fs.ErrPermission) {
		return d.makeItYourself(err)
	} else if err != nil {
		return fmt.Errorf("DATA_DIR: %w", err)
	}
	if entries, err := os.ReadDir(d.path); err == nil && len(entries) == 0 {
		_ = os.Chmod(d.path, 0o700) //nolint:gosec // a folder needs x; what fails is said below
	}
	return d.mayUse()
}

func (d *Dir) makeItYourself(err error) error {
	return fmt.Errorf("DATA_DIR: %w. Make it for the user that okrbot runs as: sudo install -d -m 700 -o %s %s", err, userName(os.Geteuid()), d.path)
}

// mayMake says why makeFolder would fail, and makes nothing.
func (d *Dir) mayMake() error {
	info, err := os.Stat(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return d.mayMakeBelow(filepath.Dir(d.path))
	}
	if entries, unread := os.ReadDir(d.path); err == nil && unread == nil && len(entries) == 0 {
		return d.mine(info, d.path) // makeFolder sets its mode
	}
	return d.mayUse()
}

// mayMakeBelow looks at the nearest parent that is there.
func (d *Dir) mayMakeBelow(parent string) error {
	_, err := os.Stat(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return d.mayMakeBelow(filepath.Dir(parent))
	}
	if err == nil {
		err = syscall.Access(parent, mayAdd)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return d.makeItYourself(&fs.PathError{Op: "mkdir", Path: d.path, Err: err})
	default:
		return fmt.Errorf("DATA_DIR: %w", err)
	}
}

// mayUse says why the folder cannot be trusted with the data.
func (d *Dir) mayUse() error {
	info, err := os.Stat(d.path)
	if err != nil {
		return fmt.Errorf("DATA_DIR: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("DATA_DIR: %s is no folder", d.path)
	}
	return d.private(info, d.path, "700")
}

// private says what is wrong with a file or folder that must be this user's and
// closed to others.
func (d *Dir) private(info fs.FileInfo, path, mode string) error {
	if err := d.mine(info, path); err != nil {
		return err
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return fmt.Errorf("DATA_DIR: %s is open to other users of this machine (mode %04o). Run: chmod %s %[1]s", path, info.Mode().Perm(), mode)
	}
	return nil
}

// mine says what is wrong with a file or folder that must be this user's.
func (d *Dir) mine(info fs.FileInfo, path string) error {
	me := os.Geteuid()
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != me {
		next := ""
		if me != 0 { // root looks at what is okrbot's: it must stay that
			next = fmt.Sprintf(", or give the folder to %s: sudo chown -R %[1]s %s", userName(me), d.path)
		}
		return fmt.Errorf("DATA_DIR: %s belongs to %s, and this okrbot runs as %s. Run it as %[2]s%s", path, userName(int(stat.Uid)), userName(me), next)
	}
	return nil
}

func userName(id int) string {
	if u, err := user.LookupId(strconv.Itoa(id)); err == nil {
		return u.Username
	}
	return "user " + strconv.Itoa(id)
}

// takeLock makes this process the one that uses the folder. The kernel gives the
// lock back when the process ends, however it does.
func (d *Dir) takeLock() error {
	lock, err := os.OpenFile(d.file(lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("DATA_DIR: %w", err)
	}
	if err := tryLock(lock); err != nil {
		holder, _ := os.ReadFile(d.file(lockName))
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("DATA_DIR: %w: process %s has %s. Stop it first, or choose another folder", ErrInUse, strings.TrimSpace(string(holder)), d.path)
		}
		return fmt.Errorf("DATA_DIR: %s cannot be locked (%w). Choose a folder on a disk of this machine", d.path, err)
	}
	d.lock = lock
	if err := lock.Truncate(0); err != nil {
		return fmt.Errorf("DATA_DIR: %w", err)
	}
	_, err = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	if err != nil {
		return fmt.Errorf("DATA_DIR: okrbot cannot write into %s: %w", d.path, err)
	}
	return nil
}

// giveBack gives a lock back even while a process that is being started still has the file: it has it until it becomes
// another program.
func giveBack(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// keys gives the keys that seal sign-ins: those of the operator, then those of
// the folder. Where there are none and create is set, one is made, but never
// beside data: that was sealed with another one.
func (d *Dir) keys(given string, create bool) (string, error) {
	own, err := d.readKeys()
	if errors.Is(err, fs.ErrNotExist) {
		switch {
		case given != "":
			return given, nil
		case d.hasData():
			return "", fmt.Errorf("DATA_DIR: %s has data, but the key to the sign-ins in it is gone: %s. Put it back from where you keep it. "+
				"Without it, set SEAL_KEYS to a new key and run okrbot accept-keys: people then sign in again, and nothing else is lost", d.path, d.file(keyName))
		case create:
			return d.makeKey()
		}
	}
	if err != nil {
		return "", fmt.Errorf("DATA_DIR: %w", err)
	}
	if given != "" {
		own = given + "," + own
	}
	return own, nil
}

func (d *Dir) readKeys() (string, error) {
	info, err := os.Stat(d.file(keyName))
	if err != nil {
		return "", err
	}
	if err := d.private(info, d.file(keyName), "600"); err != nil {
		return "", err
	}
	raw, err := os.ReadFile(d.file(keyName))
	return strings.TrimSpace(string(raw)), err
}

// hasData says whether Redis has written something into the folder.
func (d *Dir) hasData() bool { return d.hasLog() || d.has(backupName) }

// hasLog says whether there is an append-only file: of Redis 7 a manifest, which
// is written last, before that a single file.
func (d *Dir) hasLog() bool {
	return d.has("appendonlydir/appendonly.aof.manifest") || d.has("appendonly.aof")
}

func (d *Dir) has(name string) bool {
	_, err := os.Stat(d.file(name))
	return err == nil
}

// makeKey writes a new key, whole or not at all.
func (d *Dir) makeKey() (string, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	text := "folder:" + base64.StdEncoding.EncodeToString(key)
	next := d.file(keyName + ".new")
	if err := writeSynced(next, text+"\n"); err != nil {
		return "", fmt.Errorf("DATA_DIR: the key to the sign-ins cannot be written: %w", err)
	}
	if err := os.Rename(next, d.file(keyName)); err != nil {
		return "", fmt.Errorf("DATA_DIR: %w", err)
	}
	folder, err := os.Open(d.path)
	if err != nil {
		return "", fmt.Errorf("DATA_DIR: %w", err)
	}
	defer func() { _ = folder.Close() }()
	if err := folder.Sync(); err != nil {
		return "", fmt.Errorf("DATA_DIR: %w", err)
	}
	return text, nil
}

func writeSynced(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}
