package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"okrbot/okr"
	"okrbot/okr/redisstore"
	"okrbot/okr/redisstore/datadir"
)

// beforeFirstStart looks at what DATA_DIR needs, and makes nothing.
func (d *doctor) beforeFirstStart(ctx context.Context) (string, error) {
	program, err := datadir.Look(ctx, d.config.DataDir)
	if err != nil {
		return "", err
	}
	d.unborn = true
	return "okrbot will run " + program + " in DATA_DIR from its first start on", nil
}

// users looks at what becomes of the data when Redis is started anew.
func (d *doctor) users(ctx context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	drops, err := redisstore.NewUpkeep(d.store.Store).DropsTransactions(ctx)
	switch {
	case okr.KindOf(err) == okr.NotFound:
		return "unknown, because okrbot's user may not run ACL LIST", nil
	case err != nil:
		return "", err
	case drops:
		return "", errors.New("the user default lacks rights: at its next start Redis drops every transaction in its append-only file, which is most of okrbot's data")
	default:
		return "a restart reads the whole append-only file", nil
	}
}

// lists looks at as many records as the time allows.
func (d *doctor) lists(ctx context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	found, err := redisstore.NewUpkeep(d.store.Store).CheckLists(ctx, false)
	switch {
	case found.Missing > 0:
		return "", fmt.Errorf("%d of %d records are missing from their lists, so people can't find them", found.Missing, found.Records)
	case found.Unreadable > 0:
		return "", fmt.Errorf("%d of %d records can't be read", found.Unreadable, found.Records)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("complete for the first %d records, then the time was up", found.Records), nil
	case err != nil:
		return "", err
	default:
		return fmt.Sprintf("complete for all %d records", found.Records), nil
	}
}

// runRepair puts records that are missing from lists into them. okrbot may run
// meanwhile.
func runRepair(ctx context.Context, getenv func(string) string, stdout io.Writer) (err error) {
	c, err := loadLasting(getenv)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	store, err := openStorageBeside(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	found, err := redisstore.NewUpkeep(store.Store).CheckLists(ctx, true)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "Checked %d records. Added %d to their lists again; %d can't be read.\n", found.Records, found.Missing, found.Unreadable)
	return err
}
