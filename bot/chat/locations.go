package chat

import (
	"sync"
	"time"
)

// maxLocations bounds how many time zones are remembered; there are about 600.
const maxLocations = 1000

// locations remembers the time zones that were read: each reading opens a file.
type locations struct {
	mu    sync.RWMutex
	known map[string]*time.Location
}

// zone is [Zone] without reading a time zone twice.
func (l *locations) zone(name string, fallback *time.Location) *time.Location {
	l.mu.RLock()
	loc, ok := l.known[name]
	l.mu.RUnlock()
	if ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return fallback
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= maxLocations {
		l.known = map[string]*time.Location{}
	}
	l.known[name] = loc
	return loc
}
