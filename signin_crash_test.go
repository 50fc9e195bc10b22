package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// dying is a Redis whose client ends once a sign-in is kept: no ticket is taken after that.
type dying struct{ kept, isOver atomic.Bool }

func (*dying) DialHook(next redis.DialHook) redis.DialHook { return next }

func (d *dying) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := d.see(cmd); err != nil {
			return err
		}
		return next(ctx, cmd)
	}
}

func (d *dying) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			if err := d.see(cmd); err != nil {
				return err
			}
		}
		return next(ctx, cmds)
	}
}

func (d *dying) see(cmd redis.Cmder) error {
	words := fmt.Sprint(cmd.Args()...)
	switch {
	case strings.Contains(words, "}:credential:") && cmd.Name() != "get" && cmd.Name() != "mget":
		d.kept.Store(true)
	case d.kept.Load() && !d.isOver.Load() && strings.HasPrefix(cmd.Name(), "eval") && strings.Contains(words, "ticket:"):
		return io.ErrUnexpectedEOF
	}
	return nil
}

// A process that ends between a sign-in that it keeps and the ticket of that sign-in leaves both: the person is signed in, and
// the same link signs in again.
func TestASignInIsKeptBeforeItsTicketIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Date(2026, time.August, 17, 9, 0, 0, 0, time.UTC))
	require.NoError(t, w.Start())
	play(t, w, "start enabled", "say connect")
	d := &dying{}
	w.app.store.Client().AddHook(d)
	play(t, w, "signin", "page 'Sign-in failed'")
	require.True(t, d.kept.Load())
	require.Len(t, w.app.store.Client().Keys(t.Context(), "*}:credential:*").Val(), 1, "the sign-in is kept")
	d.isOver.Store(true)
	play(t, w, "signin-again", "expect 'New connection'")
	require.Len(t, w.app.store.Client().Keys(t.Context(), "*}:credential:*").Val(), 1, "of one account")
}
