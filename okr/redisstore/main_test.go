package redisstore_test

import (
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"okrbot/okr/redisstore"
)

const (
	clusterForms = 2 * time.Minute
	clusterPoll  = 20 * time.Millisecond
)

func TestMain(m *testing.M) {
	redisstore.LogTo(slog.New(slog.DiscardHandler)) // as main does; the errors say enough
	goleak.VerifyTestMain(m)
}
