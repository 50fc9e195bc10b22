package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

// runParked lists the tasks that were given up, or runs some once more.
func runParked(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) (err error) {
	c, store, err := openShared(ctx, getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	queue, err := scheduler.OpenQueue(sharedRedis{store.Store})
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return listParked(queue, stdout)
	}
	n, err := queue.Retry(ctx, args[1], time.Now().Add(c.SyncInterval))
	if n == 0 && err != nil {
		return err
	}
	_, printErr := fmt.Fprintf(stdout, "Queued %s again.\n", many(n, "task"))
	return errors.Join(err, printErr)
}

func listParked(queue *scheduler.Queue, stdout io.Writer) error {
	list, err := queue.Parked()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(stdout, "Nothing is parked.")
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tFAILED\tATTEMPTS\tCAUSE") // Flush says what went wrong
	for _, t := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", t.ID, t.Failed.UTC().Format(time.RFC3339), t.Attempts, t.Cause)
	}
	return table.Flush()
}

// openShared opens the store that the processes of okrbot share, to look at it.
func openShared(ctx context.Context, getenv func(string) string) (Config, *storage, error) {
	c, err := loadLasting(getenv)
	if err != nil {
		return c, nil, fmt.Errorf("configuration:\n%w", err)
	}
	store, err := openStorageBeside(ctx, c, slog.New(slog.DiscardHandler))
	return c, store, err
}

// acceptKeys is for an operator whose former seal keys are lost.
func acceptKeys(ctx context.Context, getenv func(string) string, stdout io.Writer) (err error) {
	_, store, err := openShared(ctx, getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := redisstore.AcceptKeys(ctx, store.Store); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "The store now uses the keys of SEAL_KEYS. People whose sign-in was sealed with other keys need to sign in again.")
	return err
}
