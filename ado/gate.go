package ado

import (
	"context"
	"sync"
	"time"
)

// gates keeps one gate for each identity that has requests under way or was told to wait. The limits of Azure DevOps
// count per identity (page "Rate and usage limits"), and the person whose token is used feels them in the browser, too.
type gates struct {
	inFlight int

	mu sync.Mutex
	by map[string]*gate
}

// gate lets a few callers through at a time, and none before a moment that the service named.
type gate struct {
	slots   chan struct{}
	users   int       // callers inside or waiting; guarded by gates.mu
	opensAt time.Time // guarded by gates.mu
}

func newGates(inFlight int) *gates {
	return &gates{inFlight: inFlight, by: make(map[string]*gate)}
}

// enter waits for a slot behind the identity's open gate and gives the way to leave again. When the gate stays closed
// beyond the context's deadline it gives that wait at once instead (and a nil leave). Its error is the context's.
func (g *gates) enter(ctx context.Context, identity string) (leave func(), closedFor time.Duration, err error) {
	mine := g.join(identity)
	for {
		if wait := g.remaining(mine); wait > 0 {
			if !fits(ctx, wait) {
				g.part(identity, mine)
				return nil, wait, nil
			}
			if err := sleep(ctx, wait); err != nil {
				g.part(identity, mine)
				return nil, 0, err
			}
		}
		select {
		case mine.slots <- struct{}{}:
		case <-ctx.Done():
			g.part(identity, mine)
			return nil, 0, ctx.Err()
		}
		if g.remaining(mine) == 0 {
			return func() { <-mine.slots; g.part(identity, mine) }, 0, nil
		}
		<-mine.slots // it was closed while we queued
	}
}

// close keeps the identity's gate shut for a while; it never shortens an earlier wait.
func (g *gates) close(identity string, d time.Duration) {
	if d <= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if mine, ok := g.by[identity]; ok {
		if at := time.Now().Add(d); at.After(mine.opensAt) {
			mine.opensAt = at
		}
	}
}

func (g *gates) join(identity string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	mine, ok := g.by[identity]
	if !ok {
		mine = &gate{slots: make(chan struct{}, g.inFlight)}
		g.by[identity] = mine
	}
	mine.users++
	return mine
}

// part forgets a gate that nobody uses and that is open, so that the map does not grow with every identity ever seen.
func (g *gates) part(identity string, mine *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	mine.users--
	if mine.users == 0 && !mine.opensAt.After(time.Now()) {
		delete(g.by, identity)
	}
}

func (g *gates) remaining(mine *gate) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(0, time.Until(mine.opensAt))
}

// fits reports whether a wait ends before the context's deadline.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
