package datadir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const (
	answerTime   = 30 * time.Second // until a server answers anything
	stopTime     = 10 * time.Second // until it has written everything
	leftoverTime = 20 * time.Second
	pollEvery    = 20 * time.Millisecond
	firstPause   = 100 * time.Millisecond // before a dead server is started again
	longestPause = 10 * time.Second
	soundAfter   = time.Minute // a server that ran for so long has recovered
)

// endLeftover waits until the server of an okrbot that was killed has ended. The
// kernel tells it to where it can; else it is told here. Its lock says whether it
// runs: it inherited that, and a number of a process may be somebody else's by
// now.
func (d *Dir) endLeftover(ctx context.Context) (err error) {
	d.serverLock, err = os.OpenFile(d.file(serverLockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("DATA_DIR: %w", err)
	}
	if tryLock(d.serverLock) == nil {
		return nil
	}
	d.log.WarnContext(ctx, "the redis-server of an okrbot that was killed still runs; it is stopped first")
	ctx, cancel := context.WithTimeout(ctx, leftoverTime)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for tryLock(d.serverLock) != nil {
		_, _ = d.ask(ctx, "SHUTDOWN") // it may be ending already
		select {
		case <-poll.C:
		case <-ctx.Done():
			pid, _ := os.ReadFile(d.file(pidName))
			return fmt.Errorf("DATA_DIR: the redis-server of an okrbot that was killed still runs on %s and does not end. End it (process %s), then start okrbot again",
				d.path, strings.TrimSpace(string(pid)))
		}
	}
	return nil
}

// supervise keeps a server running until the folder is closed. The result of the
// first start goes to first; when that is an error, it was the only one.
func (d *Dir) supervise(ctx context.Context, first chan<- error) {
	runtime.LockOSThread() // the kernel takes the end of this thread for the end of okrbot
	defer runtime.UnlockOSThread()
	defer close(d.ended)
	pause := firstPause
	for isFirst := true; ; isFirst = false {
		started := time.Now()
		s, err := d.start(ctx)
		if isFirst {
			first <- err
		}
		switch {
		case err == nil:
			if err = d.watch(s); err == nil {
				return
			}
		case isFirst || d.isStopping():
			return
		}
		if time.Since(started) > soundAfter {
			pause = firstPause
		}
		d.log.ErrorContext(ctx, "the redis-server of DATA_DIR ended; it is started again", "error", err)
		if !d.wait(pause) {
			return
		}
		pause = min(2*pause, longestPause)
	}
}

// wait lets time pass; false: the folder is being closed.
func (d *Dir) wait(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-d.stop:
		return false
	case <-timer.C:
		return true
	}
}

func (d *Dir) isStopping() bool {
	select {
	case <-d.stop:
		return true
	default:
		return false
	}
}

// watch returns what a server died of, or nil when it was stopped.
func (d *Dir) watch(s *server) error {
	select {
	case <-s.exited:
		return s.failure()
	case <-d.stop:
		d.endedBadly = s.end()
		return nil
	}
}

// server is one run of the program.
type server struct {
	cmd    *exec.Cmd
	out    *output
	exited chan struct{}
	err    error // of its end; to be read after exited
}

// start starts a server and returns when it has read its files and answers.
func (d *Dir) start(ctx context.Context) (*server, error) {
	restore := !d.hasLog() && d.has(backupName)
	s := &server{out: newOutput(ctx, d.log), exited: make(chan struct{})}
	s.cmd = exec.Command(d.program, arguments(restore)...) //nolint:noctx,gosec // ctx must not kill it: see end
	s.cmd.Dir, s.cmd.SysProcAttr = d.path, attributes()
	s.cmd.Env = []string{"LC_ALL=C"} // and none of okrbot's secrets
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	s.cmd.ExtraFiles = []*os.File{d.serverLock}
	s.cmd.WaitDelay = time.Second // its own children hold the output
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("DATA_DIR: %s: %w", d.program, err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	err := d.ready(ctx, s)
	if err == nil && restore {
		err = d.keepRestored(ctx, s)
	}
	if err != nil {
		return nil, errors.Join(err, s.end())
	}
	s.out.isReady.Store(true)
	return s, nil
}

// arguments have no path: the server runs in the folder, so that its socket has
// a short name. With restore it reads the backup, which it would not do with an
// append-only file.
func arguments(restore bool) []string {
	appendOnly := "yes"
	if restore {
		appendOnly = "no"
	}
	return []string{
		"--port", "0", "--unixsocket", socketName, "--unixsocketperm", "700", "--dir", ".", "--pidfile", pidName,
		"--daemonize", "no", "--save", "", "--appendonly", appendOnly, "--appendfsync", "everysec",
		"--maxmemory", "0", "--maxmemory-policy", "noeviction", "--dbfilename", backupName,
	}
}

// ready waits until the server answers. One that reads its files may take as long
// as it needs.
func (d *Dir) ready(ctx context.Context, s *server) error {
	limit := time.NewTimer(answerTime)
	defer limit.Stop()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		_, err := d.ask(ctx, "PING")
		if err == nil {
			return nil
		}
		if no, ok := errors.AsType[refusal](err); ok && no.isLoading() {
			limit.Reset(answerTime)
		}
		select {
		case <-s.exited:
			return s.failure()
		case <-d.stop:
			return errors.New("DATA_DIR: okrbot stops")
		case <-limit.C:
			return fmt.Errorf("DATA_DIR: redis-server does not answer: %w\n%s", err, s.out.tail())
		case <-poll.C:
		}
	}
}

// keepRestored makes a server that has read a backup write all of it, and what
// comes, to its append-only file.
func (d *Dir) keepRestored(ctx context.Context, s *server) error {
	if _, err := d.ask(ctx, "CONFIG SET appendonly yes"); err != nil {
		return fmt.Errorf("DATA_DIR: restore of %s: %w", d.file(backupName), err)
	}
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		info, err := d.ask(ctx, "INFO persistence")
		switch {
		case err != nil:
			return fmt.Errorf("DATA_DIR: restore of %s: %w", d.file(backupName), err)
		case strings.Contains(info, "aof_last_bgrewrite_status:err"):
			return fmt.Errorf("DATA_DIR: restore of %s: it cannot be written to the disk\n%s", d.file(backupName), s.out.tail())
		case d.hasLog() && strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0"):
			d.log.InfoContext(ctx, "the backup was restored", "file", d.file(backupName))
			return nil
		}
		select {
		case <-s.exited:
			return s.failure()
		case <-d.stop:
			return errors.New("DATA_DIR: okrbot stops")
		case <-poll.C:
		}
	}
}

// failure says how a server ended, with the last that it said.
func (s *server) failure() error {
	if s.err != nil {
		return fmt.Errorf("DATA_DIR: redis-server: %w\n%s", s.err, s.out.tail())
	}
	return fmt.Errorf("DATA_DIR: redis-server was stopped by somebody else\n%s", s.out.tail())
}

// end stops a server: it writes what it has to the disk and then ends.
func (s *server) end() error {
	s.out.isReady.Store(false) // what it says of its end is no warning
	select {
	case <-s.exited:
		return nil
	default:
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended this moment
	limit := time.NewTimer(stopTime)
	defer limit.Stop()
	select {
	case <-s.exited:
		return nil
	case <-limit.C:
	}
	_ = s.cmd.Process.Kill()
	<-s.exited
	return fmt.Errorf("DATA_DIR: redis-server did not end within %s and was killed\n%s", stopTime, s.out.tail())
}
