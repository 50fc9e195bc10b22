package datadir_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"

	"okrbot/okr/redisstore/datadir"
)

// processFolder names a folder. With it the test binary is an okrbot that uses the
// folder until it is told to stop, instead of a test.
const processFolder = "OKRBOT_TEST_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(processFolder); folder != "" {
		os.Exit(useFolder(folder))
	}
	redis.SetLogger(silence{}) // servers are stopped here all the time
	os.Exit(m.Run())
}

// silence is go-redis' logger for what is expected.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

func useFolder(folder string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stdout, nil))
	d, err := datadir.Open(ctx, datadir.Options{Path: folder, Logger: log})
	if err != nil {
		fmt.Fprintln(os.Stdout, "refused:", err)
		return 1
	}
	fmt.Fprintln(os.Stdout, "it answers")
	<-ctx.Done()
	if err := d.Close(); err != nil {
		fmt.Fprintln(os.Stdout, "ended badly:", err)
		return 1
	}
	return 0
}
