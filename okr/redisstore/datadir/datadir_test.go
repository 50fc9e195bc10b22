package datadir_test

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr/redisstore/datadir"
)

const patience = 30 * time.Second

// shortDir is a folder with a path that is short enough for a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "okrbot-") //nolint:usetesting // t.TempDir is too long on some machines
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return filepath.Join(dir, "data")
}

func open(t *testing.T, o datadir.Options) *datadir.Dir {
	t.Helper()
	d, err := datadir.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func connect(t *testing.T, folder string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: filepath.Join(folder, "redis.sock")})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			require.Fail(t, "not "+what)
		}
	}
}

// serverOf is the process of the server, by what it says itself.
func serverOf(t *testing.T, c *redis.Client) int {
	t.Helper()
	info, err := c.Info(t.Context(), "server").Result()
	require.NoError(t, err)
	_, rest, _ := strings.Cut(info, "process_id:")
	pid, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(t, err)
	return pid
}

// requireWritten waits until what was acknowledged is with the kernel: Redis may
// hold it back for a second while it syncs.
func requireWritten(t *testing.T, c *redis.Client) {
	t.Helper()
	eventually(t, "written", func() bool {
		return strings.Contains(c.Info(t.Context(), "persistence").Val(), "aof_buffer_length:0\r\n")
	})
}

func requireMode(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, mode, info.Mode().Perm(), path)
}

func TestFolderKeepsData(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	d, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.NoError(t, err)
	key := d.SealKeys()
	require.Regexp(t, `^folder:[A-Za-z0-9+/]{43}=$`, key)
	c := connect(t, folder)
	require.NoError(t, c.Set(t.Context(), "a", "1", 0).Err())
	config, err := c.ConfigGet(t.Context(), "*").Result()
	require.NoError(t, err)
	for name, value := range map[string]string{
		"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "maxmemory": "0", "port": "0", "unixsocketperm": "700",
	} {
		require.Equal(t, value, config[name], name)
	}
	requireMode(t, folder, 0o700)
	requireMode(t, filepath.Join(folder, "seal.key"), 0o600)
	requireMode(t, filepath.Join(folder, "redis.sock"), 0o700)
	require.NoError(t, d.Close())
	require.NoError(t, d.Close(), "twice does no harm")
	require.NoFileExists(t, d.Socket(), "the server is gone")

	again := open(t, datadir.Options{Path: folder})
	require.Equal(t, key, again.SealKeys(), "the key is made once")
	require.Equal(t, "1", connect(t, folder).Get(t.Context(), "a").Val())
}

// A server that was killed is started again, also a second time, and has what it
// acknowledged; its environment holds nothing of okrbot's.
func TestServerIsStartedAgain(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	open(t, datadir.Options{Path: folder})
	c := connect(t, folder)
	for i := range 2 {
		require.NoError(t, c.Incr(t.Context(), "n").Err())
		requireWritten(t, c)
		pid := serverOf(t, c)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		eventually(t, "the server is back", func() bool {
			n, err := c.Get(t.Context(), "n").Int()
			return err == nil && n == i+1 && serverOf(t, c) != pid
		})
	}
	// A stop by somebody else is no stop of okrbot.
	pid := serverOf(t, c)
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	eventually(t, "the server is back", func() bool {
		n, err := c.Get(t.Context(), "n").Int()
		return err == nil && n == 2 && serverOf(t, c) != pid
	})
}

// process is an okrbot that uses a folder.
type process struct {
	cmd *exec.Cmd
	out *os.File
}

func startProcess(t *testing.T, folder string, attributes *syscall.SysProcAttr, before ...string) *process {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	args := append(before, os.Args[0])
	p := &process{exec.CommandContext(t.Context(), args[0], args[1:]...), out}
	p.cmd.Env = append(os.Environ(), processFolder+"="+folder, "SECRET_OF_OKRBOT=hunter2")
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = out, out, attributes
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait(); _ = out.Close() })
	eventually(t, "the process is ready: "+p.said(t), func() bool { return strings.Contains(p.said(t), "it answers") })
	return p
}

func (p *process) said(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(p.out.Name())
	require.NoError(t, err)
	return string(raw)
}

// An okrbot that was killed with -9 leaves a folder that the next one takes over
// at once, with everything in it.
func TestKilledOkrbot(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	first := startProcess(t, folder, nil)
	c := connect(t, folder)
	pid := serverOf(t, c)
	require.NoError(t, c.Set(t.Context(), "a", "1", 0).Err())
	environment, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	require.True(t, err != nil || !strings.Contains(string(environment), "hunter2"))
	require.NoError(t, first.cmd.Process.Kill())
	_ = first.cmd.Wait() // it was killed
	open(t, datadir.Options{Path: folder})
	require.Equal(t, "1", c.Get(t.Context(), "a").Val())
	require.NotEqual(t, pid, serverOf(t, c))
}

// Where the kernel does not end the server of a killed okrbot, the next okrbot
// does: here it is started by hand as such a one, with the lock that it inherits.
func TestLeftoverServerIsEnded(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	d, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.NoError(t, err)
	require.NoError(t, d.Close())
	lock, err := os.OpenFile(filepath.Join(folder, "redis.lock"), os.O_RDWR, 0o600)
	require.NoError(t, err)
	// A process that another test is just starting may have the file for a moment.
	eventually(t, "it is locked", func() bool { return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil })
	left := exec.CommandContext(t.Context(), "redis-server", "--port", "0", "--unixsocket", "redis.sock", "--dir", ".", "--appendonly", "yes", "--save", "")
	left.Dir, left.ExtraFiles = folder, []*os.File{lock}
	require.NoError(t, left.Start())
	require.NoError(t, lock.Close())
	c := connect(t, folder)
	eventually(t, "it answers", func() bool { return c.Set(t.Context(), "a", "1", 0).Err() == nil })
	pid := serverOf(t, c)
	require.Equal(t, left.Process.Pid, pid)
	ended := make(chan error, 1)
	go func() { ended <- left.Wait() }()

	open(t, datadir.Options{Path: folder})
	require.NoError(t, <-ended, "it ended by itself, having written everything")
	require.Equal(t, "1", c.Get(t.Context(), "a").Val())
	require.NotEqual(t, pid, serverOf(t, c))
}

// SIGTERM ends okrbot and its server, and nothing is left.
func TestStoppedOkrbot(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	p := startProcess(t, folder, nil)
	require.NoError(t, connect(t, folder).Set(t.Context(), "a", "1", 0).Err())
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait(), p.said(t))
	require.NoFileExists(t, filepath.Join(folder, "redis.sock"))
	require.NoFileExists(t, filepath.Join(folder, "redis.pid"), "the server ended by itself")
	require.NotContains(t, p.said(t), "level=ERROR")
	require.NotContains(t, p.said(t), "ready to exit", "a stop is no warning")
}

// A second okrbot is refused while the first one lives; a tool may join it.
func TestFolderIsOneOkrbots(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	d := open(t, datadir.Options{Path: folder})
	_, err := datadir.Open(t.Context(), datadir.Options{Path: folder})
	require.ErrorIs(t, err, datadir.ErrInUse)
	require.ErrorContains(t, err, "process "+strconv.Itoa(os.Getpid())+" has "+folder)
	joined, err := datadir.Join(datadir.Options{Path: folder})
	require.NoError(t, err)
	require.Equal(t, d.SealKeys(), joined.SealKeys())
	require.NoError(t, joined.Close())
	require.NoError(t, connect(t, folder).Ping(t.Context()).Err(), "whoever joined stops nothing")
}

// A backup that was made with BGSAVE is read into a folder without other data, and
// what is written after it lasts too.
func TestRestoreOfABackup(t *testing.T) {
	t.Parallel()
	lost, folder := shortDir(t), shortDir(t)
	open(t, datadir.Options{Path: lost})
	c := connect(t, lost)
	require.NoError(t, c.Set(t.Context(), "a", "1", 0).Err())
	require.NoError(t, c.BgSave(t.Context()).Err())
	dump := filepath.Join(lost, "dump.rdb")
	eventually(t, "saved", func() bool { _, err := os.Stat(dump); return err == nil })

	require.NoError(t, os.Mkdir(folder, 0o700))
	for _, name := range []string{"dump.rdb", "seal.key"} {
		raw, err := os.ReadFile(filepath.Join(lost, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), raw, 0o600))
	}
	d, err := datadir.Open(t.Context(), datadir.Options{Path: folder, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	c = connect(t, folder)
	require.Equal(t, "1", c.Get(t.Context(), "a").Val())
	require.NoError(t, c.Set(t.Context(), "b", "2", 0).Err())
	require.NoError(t, d.Close())
	open(t, datadir.Options{Path: folder})
	require.Equal(t, []any{"1", "2"}, c.MGet(t.Context(), "a", "b").Val())
}
