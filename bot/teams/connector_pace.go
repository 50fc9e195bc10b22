package teams

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxPaced bounds how many conversations are paced at once.
const maxPaced = 4096

// pacer keeps a rate for each key: bursts are allowed, then perSecond. Its
// memory is bounded: a key that was idle long enough to have its whole burst
// back is the same as a new one and is forgotten.
type pacer struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time

	mu    sync.Mutex
	lanes map[string]*lane
}

type lane struct {
	limiter *rate.Limiter
}

func newPacer(perSecond float64, burst int, now func() time.Time) *pacer {
	return &pacer{perSecond: rate.Limit(perSecond), burst: burst, now: now, lanes: map[string]*lane{}}
}

// reserve takes the next place for key and returns how long to wait for it.
// cancel gives the place back to those that come later.
func (p *pacer) reserve(key string) (wait time.Duration, cancel func()) {
	now := p.now()
	r := p.limiter(key, now).ReserveN(now, 1)
	return r.DelayFrom(now), func() { r.CancelAt(p.now()) }
}

func (p *pacer) limiter(key string, now time.Time) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.lanes[key]
	if !ok {
		p.makeRoom(now)
		l = &lane{limiter: rate.NewLimiter(p.perSecond, p.burst)}
		p.lanes[key] = l
	}
	return l.limiter
}

// makeRoom forgets the idle lanes when there are too many, and any one when
// none is idle: pacing is a courtesy, memory is not.
func (p *pacer) makeRoom(now time.Time) {
	if len(p.lanes) < maxPaced {
		return
	}
	for key, l := range p.lanes {
		if l.limiter.TokensAt(now) >= float64(p.burst) {
			delete(p.lanes, key)
		}
	}
	for key := range p.lanes {
		if len(p.lanes) < maxPaced {
			return
		}
		delete(p.lanes, key)
	}
}
