package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"okrbot/scheduler"
)

const parkedUsage = "usage: okrbot parked [retry ID|all]"

// runParked lists the tasks that were given up, or runs some once more.
func runParked(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) (err error) {
	if len(args) != 0 && (len(args) != 2 || args[0] != "retry") {
		return errors.New(parkedUsage)
	}
	c, err := loadLasting(getenv)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	store, err := openStorageBeside(ctx, c, slog.New(slog.DiscardHandler))
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
	_, printErr := fmt.Fprintf(stdout, "%d queued once more.\n", n)
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
