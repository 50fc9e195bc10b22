package okrtest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	redisStart   = 2 * time.Minute  // a busy machine is no fault
	redisAnswers = 20 * time.Second // it waits for the disk, which others use too
	redisTries   = 5                // somebody else may take the free port before Redis does
)

// StartRedis starts a redis-server of its own for a test and gives its URL. It
// keeps nothing and ends with the test. A machine without redis-server fails the
// test: what was not tested must not look as if it were.
func StartRedis(tb testing.TB) (url string) {
	tb.Helper()
	return StartRedisServer(tb).URL()
}

// RedisServer is a redis-server process of a test.
type RedisServer struct {
	addr string
	dir  string
	args []string
	cmd  *exec.Cmd
	log  *bytes.Buffer
	done chan struct{} // closed when the process has ended
}

// StartRedisServer starts a redis-server on a free port with a new folder and
// more arguments, for example "--appendonly", "yes". Without any it keeps nothing.
func StartRedisServer(tb testing.TB, args ...string) *RedisServer {
	tb.Helper()
	_, err := exec.LookPath("redis-server")
	require.NoError(tb, err, "this test needs redis-server: install the package redis-server (Debian, Ubuntu) or redis (Fedora, Alpine, Homebrew)")
	r := &RedisServer{dir: tb.TempDir(), args: args}
	tb.Cleanup(func() { r.end(syscall.SIGKILL) })
	for range redisTries {
		r.addr = freeAddr(tb)
		if err = r.start(); err == nil {
			return r
		}
	}
	require.NoError(tb, err, "redis-server does not start")
	return nil
}

// StartSentinel starts a Redis Sentinel that watches nothing yet; tell it with Do
// "SENTINEL", "MONITOR", name, host, port, quorum.
func StartSentinel(tb testing.TB) *RedisServer {
	tb.Helper()
	conf := filepath.Join(tb.TempDir(), "sentinel.conf") // Sentinel keeps its state in it
	require.NoError(tb, os.WriteFile(conf, nil, 0o600))
	return StartRedisServer(tb, conf, "--sentinel")
}

// Addr is where the server listens, as 127.0.0.1:port.
func (r *RedisServer) Addr() string { return r.addr }

// Dir is the folder with its files.
func (r *RedisServer) Dir() string { return r.dir }

// URL is where the server listens, as redis://127.0.0.1:port/0.
func (r *RedisServer) URL() string { return "redis://" + r.addr + "/0" }

// PID is the process that serves.
func (r *RedisServer) PID() int { return r.cmd.Process.Pid }

// Kill ends the server as kill -9 does, and returns when it is gone.
func (r *RedisServer) Kill() { r.end(syscall.SIGKILL) }

// Pause makes the server hang: it takes connections and answers nothing.
func (r *RedisServer) Pause(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, r.cmd.Process.Signal(syscall.SIGSTOP))
}

// Resume ends a Pause.
func (r *RedisServer) Resume(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, r.cmd.Process.Signal(syscall.SIGCONT))
}

// Restart starts a killed server again: same port, same folder, same arguments.
func (r *RedisServer) Restart(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, r.start())
}

// Do sends one command and gives the first line of the answer, for example "+OK".
func (r *RedisServer) Do(args ...string) (string, error) {
	answer, err := r.ask(args...)
	line, _, _ := strings.Cut(answer, "\r\n")
	return line, err
}

// ask sends one command and gives the whole answer, as it is on the wire.
func (r *RedisServer) ask(args ...string) (string, error) {
	conn, err := net.DialTimeout("tcp", r.addr, redisAnswers)
	if err != nil {
		return "", fmt.Errorf("redis-server: %w", err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(redisAnswers))
	var command strings.Builder
	fmt.Fprintf(&command, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := conn.Write([]byte(command.String())); err != nil {
		return "", fmt.Errorf("redis-server: %w", err)
	}
	answer, err := readAnswer(bufio.NewReader(conn))
	if err != nil {
		return "", fmt.Errorf("redis-server: %w", err)
	}
	return answer, nil
}

// readAnswer reads one answer of the protocol, as it is
// (https://redis.io/docs/latest/develop/reference/protocol-spec/).
func readAnswer(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	n, _ := strconv.Atoi(strings.TrimSpace(line[1:])) // of a text: none
	switch {
	case line[0] == '$' && n >= 0:
		text := make([]byte, n+len("\r\n"))
		_, err = io.ReadFull(r, text)
		return line + string(text), err
	case line[0] == '*':
		for ; n > 0 && err == nil; n-- {
			var part string
			part, err = readAnswer(r)
			line += part
		}
	}
	return line, err
}

func (r *RedisServer) start() error {
	host, port, err := net.SplitHostPort(r.addr)
	if err != nil {
		return fmt.Errorf("redis-server: %w", err)
	}
	args := append(slices.Clone(r.args), "--bind", host, "--port", port, "--dir", r.dir)
	if !slices.Contains(args, "--sentinel") {
		args = append(args, "--save", "") // nothing of the disk's but what the test asks for
	}
	r.log, r.done = &bytes.Buffer{}, make(chan struct{})
	r.cmd = exec.Command("redis-server", args...) //nolint:noctx // it ends with the test, by Cleanup
	r.cmd.Stdout, r.cmd.Stderr = r.log, r.log
	r.cmd.SysProcAttr = diesWithParent()
	if err := r.cmd.Start(); err != nil {
		return fmt.Errorf("redis-server: %w", err)
	}
	go func() {
		_ = r.cmd.Wait()
		close(r.done)
	}()
	if err := r.ready(); err != nil {
		r.end(syscall.SIGKILL)
		return fmt.Errorf("%w\n%s", err, r.log)
	}
	return nil
}

// ready waits until the server answers; a server that still loads its file does
// not yet.
func (r *RedisServer) ready() error {
	deadline := time.NewTimer(redisStart)
	defer deadline.Stop()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		switch answer, err := r.Do("PING"); {
		case err == nil && answer == "+PONG":
			return r.own()
		case err == nil && strings.HasPrefix(answer, "-NOAUTH"): // it has an ACL
			return nil
		}
		select {
		case <-r.done:
			return fmt.Errorf("redis-server on %s ended", r.addr)
		case <-deadline.C:
			return fmt.Errorf("redis-server on %s does not answer", r.addr)
		case <-poll.C:
		}
	}
}

func (r *RedisServer) end(signal syscall.Signal) {
	if r.cmd == nil || r.cmd.Process == nil {
		return
	}
	_ = r.cmd.Process.Signal(signal)
	<-r.done
}

// own says whether the process that answers is this one: another one may have taken the port before it did.
func (r *RedisServer) own() error {
	info, err := r.ask("INFO", "server")
	if err == nil && !strings.Contains(info, "process_id:"+strconv.Itoa(r.cmd.Process.Pid)+"\r\n") {
		err = fmt.Errorf("another process answers on %s", r.addr)
	}
	return err
}

func freeAddr(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback, at once
	require.NoError(tb, err)
	defer l.Close()
	return l.Addr().String()
}
