package main

import (
	"context"
	"time"

	"okrbot/okr/redisstore"
)

// lookEvery is how often it is asked whether Redis was started anew.
const lookEvery = time.Minute

// watchLists looks at the lists whenever Redis was started anew, since it may have
// lost them then; whoever lists would hear that there is nothing.
func (a *app) watchLists(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for known := ""; ; {
			known = a.lookAtLists(ctx, known)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return func() { cancel(); <-done }
}

// lookAtLists looks when this is another run of Redis than the known one, which it
// gives. That the store does not answer is told elsewhere.
func (a *app) lookAtLists(ctx context.Context, known string) string {
	upkeep := redisstore.NewUpkeep(a.store)
	run, err := upkeep.RunID(ctx)
	if err != nil || run == known {
		return known
	}
	found, err := upkeep.CheckLists(ctx, false)
	if err != nil {
		return known // again with the next tick
	}
	if found.Missing > 0 {
		a.log.ErrorContext(ctx, "records are missing from their lists, people do not find them; okrbot doctor --repair puts them there again",
			"missing", found.Missing, "records", found.Records)
	}
	return run
}
