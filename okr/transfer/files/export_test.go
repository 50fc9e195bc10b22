package files

import "context"

// OpenWithin is Open with a small number of records at most, of which it holds those of
// one item at a time.
func OpenWithin(ctx context.Context, in []File, n int) (*Set, error) {
	return open(ctx, in, limits{n, n, n, 1})
}
