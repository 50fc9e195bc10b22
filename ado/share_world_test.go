package ado_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"okrbot/ado"
)

// ledger is an ado.Gate in memory, for processes of one test.
type ledger struct {
	mu    sync.Mutex
	by    map[string]map[string]*claimed
	opens map[string]time.Time
	asked int
	slow  time.Duration // how long it takes to answer
	err   error
}

// claimed is what the ledger keeps of a process.
type claimed struct {
	slots          int
	alone, askedAt time.Time
	since          int // place in the line; 0: none
}

func newLedger() *ledger {
	return &ledger{by: map[string]map[string]*claimed{}, opens: map[string]time.Time{}}
}

// Ask implements ado.Gate.
func (l *ledger) Ask(ctx context.Context, identity string, c ado.Claim) (ado.Grant, error) {
	if slow := l.slowness(); slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return ado.Grant{}, ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	if l.err != nil {
		return ado.Grant{}, l.err
	}
	if l.by[identity] == nil {
		l.by[identity] = map[string]*claimed{}
	}
	if at := time.Now().Add(c.Closed); c.Closed > 0 && at.After(l.opens[identity]) {
		l.opens[identity] = at
	}
	return l.grant(l.by[identity], c, max(0, time.Until(l.opens[identity]))), nil
}

func (l *ledger) grant(all map[string]*claimed, c ado.Claim, closed time.Duration) ado.Grant {
	mine := all[c.Process]
	delete(all, c.Process)
	if mine == nil {
		mine = &claimed{}
	}
	out := ado.Grant{Closed: closed}
	now, last, free, ahead := time.Now(), 0, c.Limit-c.InFlight, 0
	for name, other := range all {
		if now.Sub(other.askedAt) >= c.Wait {
			other.since = 0
		}
		if now.Sub(other.askedAt) >= c.Lease || other.slots+other.since == 0 {
			delete(all, name)
			continue
		}
		last, free = max(last, other.since), free-other.slots
		if other.alone.After(now) {
			free = -100
		}
		if other.since > 0 && (mine.since == 0 || other.since < mine.since) {
			ahead++
		}
	}
	out.May = c.More && closed == 0 && free > ahead
	next := &claimed{slots: c.InFlight, askedAt: now}
	switch {
	case out.May:
		next.slots++
	case c.More && closed == 0 && mine.since > 0:
		next.since = mine.since
	case c.More && closed == 0:
		next.since = last + 1
	}
	if len(all) == 0 && closed == 0 && next.slots > 0 && next.since == 0 {
		out.Alone, next.alone, next.slots = c.Alone, now.Add(c.Alone), c.Limit
	}
	if next.slots+next.since > 0 {
		all[c.Process] = next
	}
	return out
}

// asks is how often it was asked.
func (l *ledger) asks() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

// ail makes it answer slowly, or with an error.
func (l *ledger) ail(slow time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slow, l.err = slow, err
}

func (l *ledger) slowness() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.slow
}

// claims is how many processes claim something.
func (l *ledger) claims() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, all := range l.by {
		n += len(all)
	}
	return n
}

// busyService is Azure DevOps as one identity sees it: each request takes a while.
type busyService struct {
	mu        sync.Mutex
	takes     func() time.Duration
	asks      func() time.Duration // to wait
	now, most int
	opens     time.Time
	saidAt    time.Time
	tooEarly  int
	startedBy map[string]int
	handled   int
}

func (s *busyService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	if time.Now().Before(s.opens) && time.Now().After(s.saidAt) { // what began in the same moment could not know
		s.tooEarly++
	}
	if s.startedBy == nil {
		s.startedBy = map[string]int{}
	}
	s.startedBy[r.UserAgent()]++
	takes := s.takes()
	s.mu.Unlock()
	<-time.After(takes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	s.handled++
	if s.asks != nil {
		if d := s.asks(); d > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(int(d.Seconds())))
			if at := time.Now().Add(d); at.After(s.opens) {
				s.opens, s.saidAt = at, time.Now()
			}
		}
	}
	answer(w, 200, `{}`)
}

// started is how many requests of a process began.
func (s *busyService) started(process string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.startedBy[process]
}
