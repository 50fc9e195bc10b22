package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr/okrtest"
)

// newFolderWorld is a world whose okrbot keeps its data in a folder.
func newFolderWorld(t *testing.T) (w *world, folder string) {
	t.Helper()
	parent, err := os.MkdirTemp("/tmp", "okrbot-") //nolint:usetesting // t.TempDir may be too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(parent)) })
	folder = filepath.Join(parent, "data")
	return newWorld(t, time.Now(), "REDIS_URL", "", "SEAL_KEYS", "", "DATA_DIR", folder), folder
}

func buildOkrbot(t *testing.T) string {
	t.Helper()
	binary := okrbotBinary(t)
	return binary
}

// redisOf is the process of the folder's server.
func redisOf(t *testing.T, folder string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "redis.pid"))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	require.NoError(t, err)
	return pid
}

// requireWritten waits until what was acknowledged is with the kernel: Redis may
// hold it back for a second while it syncs.
func requireWritten(t *testing.T, folder string) {
	t.Helper()
	eventually(t, "written", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", filepath.Join(folder, "redis.sock"))
		if err != nil {
			return false
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "INFO persistence\r\nQUIT\r\n")
		said, _ := io.ReadAll(conn)
		return strings.Contains(string(said), "aof_buffer_length:0\r\n")
	})
}

// TestDataDir goes through what happens to a machine: okrbot is killed, its Redis is
// killed, it is stopped and started; a second one is refused. Everything that was
// said is there, the sign-in too.
func TestDataDir(t *testing.T) {
	t.Parallel()
	binary := buildOkrbot(t)
	w, folder := newFolderWorld(t)
	first := startProcess(t, binary, w)
	enableAndBind(t, w)

	second := exec.CommandContext(t.Context(), binary, "serve")
	second.Env = append(first.cmd.Env, "LISTEN_ADDR=127.0.0.1:0")
	said, err := second.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), "another okrbot uses this folder: process "+strconv.Itoa(first.cmd.Process.Pid)+" has "+folder)
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.Contains(t, out, "all 1 open, 1 of them with the first key", "the doctor looks at the folder of an okrbot that runs")
	require.Contains(t, out, "ok    Redis durability")

	first.kill(t)
	third := startProcess(t, binary, w)
	complete(t, w, 3)
	play(t, w, "say sync KR1", "expect '15 of 30' '50%'")

	requireWritten(t, folder)
	require.NoError(t, syscall.Kill(redisOf(t, folder), syscall.SIGKILL))
	backAgain(t, third.address)
	play(t, w, "say okr KR1", "expect '15 of 30' 'Launch bugs'")

	third.stop(t)
	require.NoFileExists(t, filepath.Join(folder, "redis.sock"))
	out, err = examine(t, w, nil)
	require.Error(t, err)
	require.Regexp(t, `[12] checks? failed`, err.Error(), "the worker that was killed is known for some seconds: %s", out)
	require.Contains(t, out, "FAIL  PUBLIC_URL")
	require.Contains(t, out, "all 1 open", "and of one that does not run")
	fourth := startProcess(t, binary, w)
	play(t, w, "say okr KR1", "expect '15 of 30' 'Launch bugs'")
	fourth.stop(t)
	requireNoSecret(t, third.out, w)
	key, err := os.ReadFile(filepath.Join(folder, "seal.key"))
	require.NoError(t, err)
	require.NotContains(t, strings.Join(third.out.Lines(), "\n"), strings.TrimSpace(string(key)))
}

// Without a place for its data okrbot does not start, and says what both are for.
func TestServeNeedsAPlaceForItsData(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"serve", "check-config", "doctor", "parked"} {
		err := run(t.Context(), []string{command}, configEnv(map[string]string{"DATA_DIR": ""}), &strings.Builder{})
		require.ErrorContains(t, err, "DATA_DIR or REDIS_URL: ", command)
		require.ErrorContains(t, err, "okrbot demo", command)
	}
	require.NoError(t, run(t.Context(), []string{"check-config"}, configEnv(nil), &strings.Builder{}))
}

// Before the first start the doctor says what will be, and makes nothing.
func TestDoctorBeforeAFolderIsMade(t *testing.T) {
	t.Parallel()
	w, folder := newFolderWorld(t)
	w.Address = "127.0.0.1:1"
	w.Register()
	out, err := examine(t, w, nil)
	require.NoError(t, err, "that it does not run yet is no illness: %s", out)
	require.Regexp(t, `ok    Redis +okrbot will run \S*redis-server in DATA_DIR`, out)
	require.Regexp(t, `wait  record lists `, out)
	require.NoDirExists(t, folder)

	require.NoError(t, os.Mkdir(folder, 0o755)) //nolint:gosec // as somebody prepares it, and okrbot closes it
	prepared, err := examine(t, w, nil)
	require.NoError(t, err)
	require.Equal(t, out, prepared)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, entries, "a look makes no key")
	require.NoError(t, w.Start())
	require.NoError(t, w.Stop())
}

// The key alone is lost: okrbot says what to do, starts when that was done, and only
// the sign-ins are gone.
func TestDataDirKeyThatIsLost(t *testing.T) {
	t.Parallel()
	w, folder := newFolderWorld(t)
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	require.NoError(t, w.Stop())
	require.NoError(t, os.Remove(filepath.Join(folder, "seal.key")))
	serves := func() error { return run(t.Context(), []string{"serve"}, w.Getenv, io.Discard) }
	require.ErrorContains(t, serves(), "set SEAL_KEYS to a new key and run okrbot accept-keys")
	w.Env["SEAL_KEYS"] = configKey("k2", 32)
	require.ErrorContains(t, serves(), "SEAL_KEYS does not fit this store")
	require.NoError(t, run(t.Context(), []string{"accept-keys"}, w.Getenv, io.Discard))
	require.NoError(t, w.Start())
	play(t, w, "say okr KR1", "expect '12 of 30'", "say sync KR1", "expect 'Sign in'")
	require.NoError(t, w.Stop())
}

// A Redis that is named goes before the folder, which then stays as it is.
func TestRedisURLGoesBeforeDataDir(t *testing.T) {
	t.Parallel()
	w, folder := newFolderWorld(t)
	w.Env["REDIS_URL"], w.Env["SEAL_KEYS"] = okrtest.StartRedis(t), configKey("k", 32)
	require.NoError(t, w.Start())
	require.NoError(t, w.Stop())
	require.NoDirExists(t, folder)
}

// TestDataDirBackup goes by docs/operations/backup.md: the folder as an archive, into
// another folder.
func TestDataDirBackup(t *testing.T) {
	t.Parallel()
	w, folder := newFolderWorld(t)
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	require.NoError(t, w.Stop())
	archive := filepath.Join(t.TempDir(), "okrbot.tar.gz")
	tar := func(args ...string) {
		message, err := exec.CommandContext(t.Context(), "tar", args...).CombinedOutput()
		require.NoError(t, err, string(message))
	}
	tar("-C", filepath.Dir(folder), "-czf", archive, filepath.Base(folder))
	require.NoError(t, os.RemoveAll(folder))
	tar("-C", filepath.Dir(folder), "-xzf", archive)
	out, err := examine(t, w, nil)
	require.ErrorContains(t, err, "2 checks failed", "that it has ended just now: %s", out)
	require.Contains(t, out, "all 1 open")
	require.NoError(t, w.Start())
	complete(t, w, 3)
	play(t, w, "say sync KR1", "expect '15 of 30' '50%'")
	require.NoError(t, w.Stop())
}
