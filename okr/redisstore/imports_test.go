package redisstore_test

import (
	"testing"

	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/okr/transfer"
)

var _ transfer.Shelf = redisstore.Shelf{}

func TestShelf(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		okrtest.TestShelf(t, s, redisstore.NewShelf(s))
	})
}

func TestShelfCluster(t *testing.T) {
	t.Parallel()
	s := openCluster(t)
	okrtest.TestShelf(t, s, redisstore.NewShelf(s))
}
