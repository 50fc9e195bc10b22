package adosource

import (
	"crypto/sha256"
	"sync"
	"time"

	"okrbot/okr"
)

// endedFor is how long a refresh token that was refused is not shown again: who signs
// in brings another one, and what an administrator allows works the next day.
const endedFor = 24 * time.Hour

// applicationEndedFor is the same for an application, which an administrator mends in
// Microsoft Entra without telling okrbot: long enough that a run of queries asks once.
const applicationEndedFor = time.Minute

// endedCache keeps the refusals of refresh tokens, by their hash.
type endedCache struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[[sha256.Size]byte]refusedToken
}

type refusedToken struct {
	err   error
	at    time.Time
	lasts time.Duration
}

func (r refusedToken) isOver(now time.Time) bool { return now.Sub(r.at) >= r.lasts }

func newEndedCache(now func() time.Time) *endedCache {
	return &endedCache{now: now, by: map[[sha256.Size]byte]refusedToken{}}
}

func tokenKey(c okr.Credential) [sha256.Size]byte {
	if c.Application != nil { // its refusal calls it by the name that one tenant gave it
		return sha256.Sum256([]byte(string(c.ID) + "\n" + string(c.Application.Kind) + "\n" + c.Application.Name + "\n" + c.Application.Proof.Reveal()))
	}
	return sha256.Sum256([]byte(c.RefreshToken.Reveal()))
}

// of gives why a sign-in's refresh token was refused; nil where it was not, lately.
func (e *endedCache) of(c okr.Credential) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.by[tokenKey(c)]
	if !ok || r.isOver(e.now()) {
		return nil
	}
	return r.err
}

// keep remembers a refusal that does not pass, and gives it back.
func (e *endedCache) keep(c okr.Credential, err error) error {
	if okr.KindOf(err).Passes() {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, r := range e.by {
		if r.isOver(e.now()) {
			delete(e.by, key)
		}
	}
	kept := refusedToken{err, e.now(), endedFor}
	if c.Application != nil {
		kept.lasts = applicationEndedFor
	}
	e.by[tokenKey(c)] = kept
	return err
}
