package datadir_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr/redisstore/datadir"
)

func refused(t *testing.T, o datadir.Options, words ...string) {
	t.Helper()
	d, err := datadir.Open(t.Context(), o)
	if err == nil {
		require.NoError(t, d.Close())
	}
	for _, w := range words {
		require.ErrorContains(t, err, w)
	}
}

func TestFolderIsPrivate(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	require.NoError(t, os.Mkdir(folder, 0o755))
	d, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.NoError(t, err, "an empty folder is closed to others")
	requireMode(t, folder, 0o700)
	require.NoError(t, d.Close())

	require.NoError(t, os.Chmod(folder, 0o750))
	refused(t, datadir.Options{Path: folder}, "open to other users of this machine (mode 0750)", "Run: chmod 700 "+folder)
	require.NoError(t, os.Chmod(folder, 0o700))
	key := filepath.Join(folder, "seal.key")
	require.NoError(t, os.Chmod(key, 0o644))
	refused(t, datadir.Options{Path: folder}, "(mode 0644)", "Run: chmod 600 "+key)

	file := filepath.Join(filepath.Dir(folder), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	refused(t, datadir.Options{Path: file}, "DATA_DIR: ", "not a directory")
}

// The folder of another user is refused, whoever runs the test.
func TestFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	folder := "/usr" // root's
	if os.Geteuid() == 0 {
		folder = shortDir(t)
		require.NoError(t, os.Mkdir(folder, 0o700))
		require.NoError(t, os.Chown(folder, 65534, 65534))
	}
	refused(t, datadir.Options{Path: folder}, folder+" belongs to ", "Run it as ")
}

// What Open would refuse of a folder, Look says before, and it makes nothing.
func TestLookSaysWhatOpenRefuses(t *testing.T) {
	t.Parallel()
	prepared := shortDir(t)
	require.False(t, datadir.Exists(prepared))
	_, err := datadir.Look(t.Context(), filepath.Join(prepared, "deeper"))
	require.NoError(t, err)
	require.NoDirExists(t, prepared)
	require.NoError(t, os.Mkdir(prepared, 0o755))
	_, err = datadir.Look(t.Context(), prepared)
	require.NoError(t, err, "Open closes it")
	requireMode(t, prepared, 0o755)
	require.False(t, datadir.Exists(prepared), "nobody used it")
	open(t, datadir.Options{Path: prepared})
	require.True(t, datadir.Exists(prepared))
}

func TestLookSaysWhoMakesTheFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("NOT TESTED: root may make a folder everywhere")
	}
	_, err := datadir.Look(t.Context(), "/usr/okrbot/data")
	require.ErrorContains(t, err, "permission denied. Make it for the user that okrbot runs as: sudo install -d -m 700")
}

func TestPathIsShortEnough(t *testing.T) {
	t.Parallel()
	long := filepath.Join(filepath.Dir(shortDir(t)), strings.Repeat("x", 100))
	refused(t, datadir.Options{Path: long}, "too long for a socket", "Choose a shorter one")
	require.NoDirExists(t, long)
	// The longest that the message allows works.
	_, longest, _ := strings.Cut(refusal(t, long), "at most ")
	n := 0
	for _, digit := range longest[:strings.Index(longest, ".")] {
		n = 10*n + int(digit-'0')
	}
	fits := filepath.Join(filepath.Dir(shortDir(t)), "y")
	fits += strings.Repeat("y", n-len(fits))
	open(t, datadir.Options{Path: fits})
}

func refusal(t *testing.T, folder string) string {
	t.Helper()
	_, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.Error(t, err)
	return err.Error()
}

func sealKey(id string) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{3}, 32))
}

// Keys of the operator go first and need none in the folder; one that is there
// still opens what it sealed.
func TestSealKeysOfTheOperator(t *testing.T) {
	t.Parallel()
	given := sealKey("k1")
	fresh := shortDir(t)
	d := open(t, datadir.Options{Path: fresh, SealKeys: given})
	require.Equal(t, given, d.SealKeys())
	require.NoFileExists(t, filepath.Join(fresh, "seal.key"))

	folder := shortDir(t)
	d, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.NoError(t, err)
	own := d.SealKeys()
	require.NoError(t, d.Close())
	require.Equal(t, given+","+own, open(t, datadir.Options{Path: folder, SealKeys: given}).SealKeys())
}

// No new key is made beside data that another one sealed.
func TestKeyThatIsGone(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	d, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, os.Remove(filepath.Join(folder, "seal.key")))
	refused(t, datadir.Options{Path: folder}, "the key to the sign-ins in it is gone: "+filepath.Join(folder, "seal.key"), "SEAL_KEYS")
	require.NoFileExists(t, filepath.Join(folder, "seal.key"))
	open(t, datadir.Options{Path: folder, SealKeys: sealKey("k1")})
}

// A machine without the program hears the package of its own package manager.
func TestMissingProgram(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	refused(t, datadir.Options{Path: shortDir(t)}, "redis-server or valkey-server", "the package is called redis-server, redis or valkey")
	for manager, words := range map[string]string{
		"apt-get": "sudo apt-get install redis-server", "dnf": "sudo dnf install valkey", "apk": "apk add redis",
		"pacman": "sudo pacman -S valkey", "zypper": "sudo zypper install valkey", "brew": "brew install redis",
	} {
		script(t, filepath.Join(bin, manager), "")
		refused(t, datadir.Options{Path: shortDir(t)}, words)
		require.NoError(t, os.Remove(filepath.Join(bin, manager)))
	}
	script(t, filepath.Join(bin, "redis-server"), `echo "Redis server v=5.0.14 sha=00000000:0"`)
	refused(t, datadir.Options{Path: shortDir(t)}, "redis-server is version 5.0, okrbot needs 6.2 or newer")
	script(t, filepath.Join(bin, "redis-server"), "echo hello")
	refused(t, datadir.Options{Path: shortDir(t)}, `it does not say its version but "hello\n"`)
	script(t, filepath.Join(bin, "redis-server"), `
if [ "$1" = --version ]; then echo "Redis server v=7.0.15"; exit; fi
echo "Bad file format reading the append only file" >&2; exit 1`)
	refused(t, datadir.Options{Path: shortDir(t)}, "DATA_DIR: redis-server: exit status 1", "Bad file format")
}

// valkey-server does where there is no redis-server, or one that is too old.
func TestValkeyInstead(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	script(t, filepath.Join(bin, "valkey-server"), `echo "Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"`)
	for range 2 {
		program, err := datadir.Look(t.Context(), shortDir(t))
		require.NoError(t, err)
		require.Equal(t, filepath.Join(bin, "valkey-server"), program)
		script(t, filepath.Join(bin, "redis-server"), `echo "Redis server v=6.0.16 sha=00000000:0"`)
	}
}

func script(t *testing.T, path, lines string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700))
}
