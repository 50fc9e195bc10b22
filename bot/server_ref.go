package bot

import (
	"context"
	"crypto/rand"
)

// refKey is the context key of the turn's reference.
type refKey struct{}

// newRef is a reference of 8 characters (A-Z, 2-7) that a person can read out.
func newRef() string { return rand.Text()[:8] }

func withRef(ctx context.Context, ref string) context.Context {
	return context.WithValue(ctx, refKey{}, ref)
}

// RefFrom is the reference of the turn that ctx belongs to, or "". It stands in
// the turn's log lines and may be shown to the user.
func RefFrom(ctx context.Context) string {
	ref, _ := ctx.Value(refKey{}).(string)
	return ref
}
