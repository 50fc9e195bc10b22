package teams

import (
	"context"
	"sync"
	"time"
)

// turns counts what is under way, so that a shutdown can wait for it. A
// WaitGroup would not do: new turns may come while the shutdown waits.
type turns struct {
	mu      sync.Mutex
	closed  bool
	next    int
	running map[int]context.CancelFunc
	idle    chan struct{} // closed when closed and nothing runs
}

func newTurns() *turns {
	return &turns{running: map[int]context.CancelFunc{}, idle: make(chan struct{})}
}

// begin opens a turn with its own context, which outlives the request's and
// ends after limit. It reports false during a shutdown. end must be called.
func (t *turns) begin(ctx context.Context, limit time.Duration) (turn context.Context, end func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil, false
	}
	turn, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	id := t.next
	t.next++
	t.running[id] = cancel
	return turn, func() { t.end(id) }, true
}

func (t *turns) end(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if cancel, ok := t.running[id]; ok {
		cancel()
		delete(t.running, id)
	}
	if t.closed && len(t.running) == 0 {
		close(t.idle)
	}
}

// close lets no new turn begin and returns a channel that is closed when the
// last one has ended.
func (t *turns) close() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.closed = true
		if len(t.running) == 0 {
			close(t.idle)
		}
	}
	return t.idle
}

// cancel ends the contexts of the turns under way.
func (t *turns) cancel() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, cancel := range t.running {
		cancel()
	}
}
