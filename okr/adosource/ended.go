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

// endedCache keeps the refusals of refresh tokens, by their hash.
type endedCache struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[[sha256.Size]byte]refusedToken
}

type refusedToken struct {
	err error
	at  time.Time
}

func newEndedCache(now func() time.Time) *endedCache {
	return &endedCache{now: now, by: map[[sha256.Size]byte]refusedToken{}}
}

func tokenKey(c okr.Credential) [sha256.Size]byte {
	return sha256.Sum256([]byte(c.RefreshToken.Reveal()))
}

// of gives why a sign-in's refresh token was refused; nil where it was not, lately.
func (e *endedCache) of(c okr.Credential) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.by[tokenKey(c)]
	if !ok || e.now().Sub(r.at) >= endedFor {
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
		if e.now().Sub(r.at) >= endedFor {
			delete(e.by, key)
		}
	}
	e.by[tokenKey(c)] = refusedToken{err, e.now()}
	return err
}
