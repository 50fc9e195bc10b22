package datadir_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// With a full disk the server refuses writes, still answers reads, and says so in
// okrbot's log; with room again it goes on by itself. The disk is a small one in a
// mount namespace of the process, which needs no right where user namespaces are
// allowed.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	folder := shortDir(t)
	require.NoError(t, os.Mkdir(folder, 0o700))
	attributes := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
	}
	if !mayMount(folder, attributes) {
		t.Skip("NOT TESTED: this user may not mount a small disk")
	}
	p := startProcess(t, folder, attributes, "sh", "-c", "mount -t tmpfs -o size=4m,mode=700 none "+folder+` && exec "$0"`)
	inside := filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "root", folder)
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: filepath.Join(inside, "redis.sock")})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	require.NoError(t, c.Set(t.Context(), "a", "1", 0).Err())

	filler := filepath.Join(inside, "filler")
	err := os.WriteFile(filler, make([]byte, 8<<20), 0o600)
	require.ErrorIs(t, err, syscall.ENOSPC)
	var refused error
	eventually(t, "full", func() bool {
		refused = c.Set(t.Context(), "b", strings.Repeat("x", 64<<10), 0).Err()
		return refused != nil
	})
	require.ErrorContains(t, refused, "No space left on device")
	require.Equal(t, "1", c.Get(t.Context(), "a").Val(), "reads are answered")
	eventually(t, "said", func() bool {
		return strings.Contains(p.said(t), `level=ERROR msg="redis-server of DATA_DIR cannot write: is its disk full?"`)
	})
	require.NoError(t, os.Remove(filler))
	eventually(t, "writing again", func() bool { return c.Set(t.Context(), "a", "2", 0).Err() == nil })
	eventually(t, "said", func() bool { return strings.Contains(p.said(t), "can write again") })
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait(), p.said(t))
}

func mayMount(folder string, attributes *syscall.SysProcAttr) bool {
	p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "mount -t tmpfs none " + folder}, &os.ProcAttr{Sys: attributes})
	if err != nil {
		return false
	}
	state, err := p.Wait()
	return err == nil && state.Success()
}
