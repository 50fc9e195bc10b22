package redisstore_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

const (
	clusterForms = 20 * time.Second
	clusterPoll  = 20 * time.Millisecond
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
