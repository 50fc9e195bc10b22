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
	book     *book // what other processes do with the same identities; nil: there are none

	mu sync.Mutex
	by map[string]*gate
}

// gate lets a few callers through at a time, and none before a moment that the service named. Callers that wait are let
// through in the order in which they came.
type gate struct {
	slots chan struct{}

	// Guarded by gates.mu:
	users   int       // callers inside or waiting
	opensAt time.Time // zero: it was never closed
	share   share
}

func newGates(inFlight int, b *book) *gates {
	return &gates{inFlight: inFlight, book: b, by: make(map[string]*gate)}
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
		if g.remaining(mine) > 0 { // it was closed while we queued
			<-mine.slots
			continue
		}
		began, err := g.begin(ctx, identity, mine)
		if began {
			//nolint:contextcheck // the others are told when the caller has gone
			return func() { g.end(identity, mine); <-mine.slots; g.part(identity, mine) }, 0, nil
		}
		<-mine.slots
		if err != nil {
			g.part(identity, mine)
			return nil, 0, err
		}
	}
}

// close keeps the identity's gate shut for a while; it never shortens an earlier wait. Other processes know of it when it
// returns, unless what they share is away.
func (g *gates) close(ctx context.Context, identity string, d time.Duration) {
	if d <= 0 {
		return
	}
	mine := g.shut(identity, d)
	if mine != nil && g.book != nil {
		g.tell(ctx, identity, mine)
	}
}

func (g *gates) shut(identity string, d time.Duration) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	mine := g.by[identity]
	if mine == nil {
		return nil
	}
	if at := time.Now().Add(d); at.After(mine.opensAt) {
		mine.opensAt, mine.share.untold = at, true
	}
	return mine
}

func (g *gates) join(identity string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	mine, ok := g.by[identity]
	if !ok {
		for name, other := range g.by { // those that were closed when the last one left
			g.forget(name, other)
		}
		mine = &gate{slots: make(chan struct{}, g.inFlight), share: newShare()}
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
	g.forget(identity, mine)
}

// forget needs g.mu.
func (g *gates) forget(identity string, mine *gate) {
	if g.by[identity] == mine && mine.users == 0 && !mine.share.claimed && !mine.opensAt.After(time.Now()) {
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
