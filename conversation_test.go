package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"okrbot/bot/bottest/script"
	"okrbot/bot/teams"
	"okrbot/okr/redisstore"
)

// TestMain lets twice as many scripts run at a time as there are processors, since they wait for
// each other's answers; with more of them the race detector works mostly on memory that it has not
// touched before. Under the name okrbot, and as a process of a fleet, it is okrbot.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == binaryName {
		main()
	}
	if runAsProcess() {
		return
	}
	flag.Parse()
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	redisstore.LogTo(slog.New(slog.DiscardHandler)) // as main does
	goleak.VerifyTestMain(m)
}

// TestConversation plays the scripts of conversations with the whole okrbot. Their
// language is described in the package comment of bot/bottest/script.
func TestConversation(t *testing.T) {
	t.Parallel()
	script.Run(t, filepath.Join("bot", "testdata", "script"), startIn(func(*app) {}))
}

// quietOf waits for the turns of an okrbot that has any.
func quietOf(a *app) func(context.Context) error {
	if server, ok := a.server.(*teams.Server); ok {
		return server.Quiet
	}
	return nil
}

// startIn is how a script's world starts okrbot: serve, with the clock and the
// listener of the world. The okrbot that runs is handed to started.
func startIn(started func(*app)) script.Starter {
	return func(ctx context.Context, h script.Host) (*script.Okrbot, error) {
		config, err := LoadConfig(h.Getenv)
		if err != nil {
			return nil, errors.Join(err, h.Listener.Close())
		}
		ready, done := make(chan *app, 1), make(chan error, 1)
		running, cancel := context.WithCancel(context.Background())
		stop := func() error { cancel(); return <-done }
		go func() {
			done <- serve(running, config, newLogger(config, h.Log), &hooks{
				now: h.Now, listener: h.Listener, poll: h.Poll, pace: 1000, retry: 20 * time.Millisecond,
				answer: h.TeamsWaits, post: h.PostsWait, lookup: script.Patience, ready: func(a *app) { ready <- a },
			})
		}()
		select {
		case a := <-ready:
			started(a)
			return &script.Okrbot{Interval: config.SyncInterval, Agenda: a.store, Scheduler: a.scheduler, Quiet: quietOf(a), Stop: stop}, nil
		case err := <-done:
			cancel()
			return nil, fmt.Errorf("okrbot does not start: %w", err)
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), stop())
		}
	}
}
