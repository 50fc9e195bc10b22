package teams

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
)

// refKey is the context key of the turn's reference.
type refKey struct{}

// NewRef is a reference of 8 characters (A-Z, 2-7) that a person can read out.
func NewRef() string { return rand.Text()[:8] }

// WithRef gives a context the reference of its turn.
func WithRef(ctx context.Context, ref string) context.Context {
	return context.WithValue(ctx, refKey{}, ref)
}

// RefFrom is the reference of the turn that ctx belongs to, or "". It stands in
// the turn's log lines and may be shown to the user.
func RefFrom(ctx context.Context) string {
	ref, _ := ctx.Value(refKey{}).(string)
	return ref
}

// The outcomes of a turn that its handler answered all the same, see [Note.Refuse].
const (
	// OutcomeRefused is something that the person may not do, or has to do otherwise.
	OutcomeRefused = "refused"
	// OutcomeUnavailable is a service of others that did not answer.
	OutcomeUnavailable = "unavailable"
	// OutcomeStore is okrbot's own store that did not do what was asked.
	OutcomeStore = "store"
	// OutcomeFault is a fault of okrbot.
	OutcomeFault = outcomeError
)

// Note is what a handler says of a turn beside its answer: it stands in the turn's one
// log line, and its outcome is counted. It never holds content. It is safe for
// concurrent use, and nil keeps nothing.
type Note struct {
	mu                  sync.Mutex
	verb, outcome, kind string
	cause               error
	missed              []string // what was not noted by the way
	why                 error    // of the first of them
}

// noteKey is the context key of the turn's note.
type noteKey struct{}

// WithNote gives a context a note of its own, for whoever writes a line by it.
func WithNote(ctx context.Context) context.Context {
	return context.WithValue(ctx, noteKey{}, &Note{})
}

// NoteFrom is the note of the turn that ctx belongs to; nil outside a turn.
func NoteFrom(ctx context.Context) *Note {
	n, _ := ctx.Value(noteKey{}).(*Note)
	return n
}

// Did says which command or button it was: a word of okrbot's own, not what came over
// the wire.
func (n *Note) Did(verb string) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.verb = verb
}

// Refuse says that the answer is not what was asked for, with the kind of the failure
// and what stands behind it. Of several the first counts that is more than a refusal.
// It reports whether the note keeps it.
func (n *Note) Refuse(outcome, kind string, cause error) bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.outcome == "" || n.outcome == OutcomeRefused {
		n.outcome, n.kind, n.cause = outcome, kind, cause
	}
	return true
}

// Missed says that something which a turn notes by the way was not noted, and why: the
// turn goes on without. It reports whether the note keeps it.
func (n *Note) Missed(what string, why error) bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.missed = append(n.missed, what)
	if n.why == nil {
		n.why = why
	}
	return true
}

// noted is the outcome that was noted; empty: none was.
func (n *Note) noted() string {
	if n == nil {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.outcome
}

// Attrs are the fields of a log line of what was noted; err is the handler's own error.
func (n *Note) Attrs(err error) []any {
	if n == nil {
		n = &Note{}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []any
	for _, word := range []struct{ key, value string }{{"verb", n.verb}, {"failure", n.kind}, {"missed", strings.Join(n.missed, ",")}} {
		if word.value != "" {
			out = append(out, word.key, word.value)
		}
	}
	if n.cause == nil && err == nil {
		err = n.why
	}
	if all := errors.Join(err, n.cause); all != nil {
		out = append(out, "err", all)
	}
	return out
}
