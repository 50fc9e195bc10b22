package adosource

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// patience is how long a caller waits for what another one asks. That one may be
// slowed down or held up; then it is asked twice, which does no harm.
const patience = time.Second

// turns lets one caller at a time ask about a project, so that those who come
// meanwhile find the answer. The zero value is ready.
type turns struct {
	mu sync.Mutex
	by map[projectKey]*turn
}

type turn struct {
	taken chan struct{}
	users int // guarded by turns.mu
}

// enter waits for one's turn, but not for long, and gives the way to end it. Its
// error is the context's.
func (t *turns) enter(ctx context.Context, key projectKey) (leave func(), err error) {
	mine := t.join(key)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case mine.taken <- struct{}{}:
		return func() { <-mine.taken; t.part(key, mine) }, nil
	case <-timer.C:
		t.part(key, mine)
		return func() {}, nil
	case <-ctx.Done():
		t.part(key, mine)
		return nil, fmt.Errorf("wait for what others ask: %w", ctx.Err())
	}
}

func (t *turns) join(key projectKey) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.by = map[projectKey]*turn{}
	}
	if t.by[key] == nil {
		t.by[key] = &turn{taken: make(chan struct{}, 1)}
	}
	t.by[key].users++
	return t.by[key]
}

// part forgets a turn that nobody waits for.
func (t *turns) part(key projectKey, mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine.users--
	if mine.users == 0 {
		delete(t.by, key)
	}
}
