package teams

import (
	"context"
	"crypto/rand"
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
