package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"okrbot/okr"
)

// plainly writes durations as numbers of milliseconds and says so in the name, since
// slog's JSON has them in nanoseconds and its text with a unit, which nobody can
// compare; and of errors what stands behind their words, which hold names and titles.
func plainly(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		return slog.Float64(a.Key+"_ms", float64(a.Value.Duration().Microseconds())/1000)
	}
	if err, ok := a.Value.Any().(error); ok {
		return slog.String(a.Key, withoutWords(err))
	}
	return a
}

// withoutWords is the text of an error, without what is for people.
func withoutWords(err error) string {
	if _, hasWords := okr.MessageOf(err); !hasWords {
		return err.Error()
	}
	text := okr.KindOf(err).String()
	if cause := okr.CauseOf(err); cause != nil {
		text += ": " + withoutWords(cause)
	}
	return text
}

// quietFor is how long a library that has complained is not listened to.
const quietFor = time.Minute

// quiet is a logger for libraries that repeat themselves while Redis is away: of what
// they warn of it writes a line a minute, with how many were left out since the line
// before.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(quietHandler{log.Handler(), &quietState{now: time.Now}})
}

type quietHandler struct {
	slog.Handler
	state *quietState
}

// quietState is shared by all loggers that are made of a quiet one.
type quietState struct {
	now     func() time.Time
	mu      sync.Mutex
	until   time.Time
	dropped int
}

// takes says whether a line may be written now, and how many were not before it.
func (s *quietState) takes() (dropped int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now.Before(s.until) {
		s.dropped++
		return 0, false
	}
	dropped, s.dropped, s.until = s.dropped, 0, now.Add(quietFor)
	return dropped, true
}

// Handle implements slog.Handler.
func (h quietHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		dropped, ok := h.state.takes()
		if !ok {
			return nil
		}
		if dropped > 0 {
			r = r.Clone()
			r.AddAttrs(slog.Int("dropped", dropped))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h quietHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quietHandler{h.Handler.WithAttrs(attrs), h.state}
}

// WithGroup implements slog.Handler.
func (h quietHandler) WithGroup(name string) slog.Handler {
	return quietHandler{h.Handler.WithGroup(name), h.state}
}
