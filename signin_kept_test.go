package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// noCredentials is a Redis that takes no sign-in: what else is asked of it works.
type noCredentials struct{}

func (noCredentials) DialHook(next redis.DialHook) redis.DialHook { return next }

func (noCredentials) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return refuseCredentials(next(ctx, cmd), cmd) }
}

func (noCredentials) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			if err := refuseCredentials(nil, cmd); err != nil {
				for _, c := range cmds { // as go-redis does
					c.SetErr(err)
				}
				return err
			}
		}
		return next(ctx, cmds)
	}
}

func refuseCredentials(err error, cmd redis.Cmder) error {
	if cmd.Name() != "get" && slices.ContainsFunc(keysOf(cmd), func(key any) bool { return strings.Contains(fmt.Sprint(key), "}:credential:") }) {
		return fmt.Errorf("OOM command not allowed when used memory > 'maxmemory'")
	}
	return err
}

// keysOf are the arguments of a command, of a script only its keys: what it reads besides it does not write.
func keysOf(cmd redis.Cmder) []any {
	args := cmd.Args()
	if cmd.Name() != "evalsha" && cmd.Name() != "eval" {
		return args
	}
	n, _ := args[2].(int)
	return args[3 : 3+n]
}

// A sign-in that cannot be kept is not called one, in whichever way it came, and the way to another one is there.
func TestASignInThatIsNotKept(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string]struct{ before, after []string }{
		"page":           {[]string{"say connect"}, []string{"signin", "page 'Sign-in failed'"}},
		"single sign-on": {[]string{"config SSO_CONNECTION=azure-devops"}, []string{"say connect"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, time.Date(2026, time.August, 17, 9, 0, 0, 0, time.UTC))
			require.NoError(t, w.Start())
			play(t, w, "start enabled")
			play(t, w, steps.before...)
			w.app.store.Client().AddHook(noCredentials{})
			play(t, w, steps.after...)
			play(t, w, "expect 'not signed in'")
		})
	}
}
