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
	return "okrbot will start " + program + " in DATA_DIR when it is started for the first time", nil
}

// users looks at what becomes of the data when Redis is started anew.
func (d *doctor) users(ctx context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	drops, err := redisstore.NewUpkeep(d.store.Store).DropsTransactions(ctx)
	switch {
	case okr.KindOf(err) == okr.NotFound:
		return "not known: okrbot's user may not run ACL LIST", nil
	case err != nil:
		return "", err
	case drops:
		return "", errors.New("the user default may not do everything: when Redis starts, it drops every transaction in its append-only file, and with them most of what okrbot knows")
	default:
		return "what is in the append-only file is read again", nil
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
		return "", fmt.Errorf("%d of %d records are missing from lists: people do not find them", found.Missing, found.Records)
	case found.Unreadable > 0:
		return "", fmt.Errorf("%d of %d records cannot be read", found.Unreadable, found.Records)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("the first %d records stand in all of theirs", found.Records), nil
	case err != nil:
		return "", err
	default:
		return fmt.Sprintf("all %d records stand in theirs", found.Records), nil
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
	_, err = fmt.Fprintf(stdout, "Looked at %d records. %d were missing from lists and are there again, %d cannot be read.\n", found.Records, found.Missing, found.Unreadable)
	return err
}
