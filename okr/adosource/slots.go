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

// slots lets one caller at a time ask about a project, so that those who come
// meanwhile find the answer. The zero value is ready.
type slots struct {
	mu sync.Mutex
	by map[projectKey]*slot
}

type slot struct {
	taken chan struct{}
	users int // guarded by slots.mu
}

// enter waits for the slot of a project, but not for long, and gives the way to
// leave it. Its
// error is the context's.
func (s *slots) enter(ctx context.Context, key projectKey) (leave func(), err error) {
	mine := s.join(key)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case mine.taken <- struct{}{}:
		return func() { <-mine.taken; s.part(key, mine) }, nil
	case <-timer.C:
		s.part(key, mine)
		return func() {}, nil
	case <-ctx.Done():
		s.part(key, mine)
		return nil, fmt.Errorf("wait for what others ask: %w", ctx.Err())
	}
}

func (s *slots) join(key projectKey) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[projectKey]*slot{}
	}
	if s.by[key] == nil {
		s.by[key] = &slot{taken: make(chan struct{}, 1)}
	}
	s.by[key].users++
	return s.by[key]
}

// part forgets a slot that nobody waits for.
func (s *slots) part(key projectKey, mine *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine.users--
	if mine.users == 0 {
		delete(s.by, key)
	}
}
