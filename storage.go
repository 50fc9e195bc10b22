package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"okrbot/okr/redisstore"
	"okrbot/okr/redisstore/datadir"
)

// storage is the store of a configuration, and the server that runs for it where
// that is okrbot's own.
type storage struct {
	*redisstore.Store
	folder *datadir.Dir // nil: somebody else keeps the server running
}

// errNoStorage is what serve says where it would forget everything.
var errNoStorage = errors.New("DATA_DIR or REDIS_URL: okrbot needs a place for its data. On one machine set DATA_DIR to a folder, such as DATA_DIR=/var/lib/okrbot, " +
	"and okrbot runs its own redis-server in it. For several processes set REDIS_URL and SEAL_KEYS. To try okrbot, run okrbot demo: it saves nothing")

// loadLasting reads the configuration of an okrbot whose data lasts.
func loadLasting(getenv func(string) string) (Config, error) {
	c, err := LoadConfig(getenv)
	if c.RedisURL == "" && c.DataDir == "" {
		err = errors.Join(err, errNoStorage)
	}
	return c, err
}

// openStorage opens the store for serve, and for the demo, which keeps nothing.
func openStorage(ctx context.Context, c Config, log *slog.Logger, now func() time.Time) (*storage, error) {
	return openWith(ctx, c, redisstore.Options{Logger: log, Now: now})
}

func openWith(ctx context.Context, c Config, o redisstore.Options) (*storage, error) {
	log := o.Logger
	if c.RedisURL != "" || c.DataDir == "" {
		if c.RedisURL != "" && c.DataDir != "" {
			log.InfoContext(ctx, "REDIS_URL is set, so DATA_DIR is not used")
		}
		o.URL, o.SealKeys = c.RedisURL.Reveal(), c.SealKeys.Reveal()
		store, err := redisstore.Open(ctx, o)
		if err != nil {
			return nil, err
		}
		return &storage{Store: store}, nil
	}
	folder, err := datadir.Open(ctx, datadir.Options{Path: c.DataDir, SealKeys: c.SealKeys.Reveal(), Logger: log})
	if err != nil {
		return nil, err
	}
	return openFolder(ctx, folder, o)
}

// openStorageBeside opens the store for a tool that looks at it, whether an okrbot
// uses it at the moment or not.
func openStorageBeside(ctx context.Context, c Config, log *slog.Logger) (*storage, error) {
	if c.RedisURL == "" && !datadir.Exists(c.DataDir) {
		return nil, errors.New("DATA_DIR: the folder is empty, because okrbot was never started with it. Start okrbot serve first; it can stay running")
	}
	o := redisstore.Options{Logger: log, Inspect: true}
	s, err := openWith(ctx, c, o)
	if !errors.Is(err, datadir.ErrInUse) {
		return s, err
	}
	folder, err := datadir.Join(datadir.Options{Path: c.DataDir, SealKeys: c.SealKeys.Reveal()})
	if err != nil {
		return nil, err
	}
	return openFolder(ctx, folder, o)
}

func openFolder(ctx context.Context, folder *datadir.Dir, o redisstore.Options) (*storage, error) {
	o.Socket, o.SealKeys = folder.Socket(), folder.SealKeys()
	store, err := redisstore.Open(ctx, o)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return &storage{store, folder}, nil
}

// Close ends the connections to the store, and its server where that is okrbot's own.
func (s *storage) Close() error { return errors.Join(s.Store.Close(), s.closeFolder()) }

// closeFolder stops okrbot's own server, also under somebody who still uses it.
func (s *storage) closeFolder() error {
	if s.folder == nil {
		return nil
	}
	if err := s.folder.Close(); err != nil {
		return fmt.Errorf("stop of the store: %w", err)
	}
	return nil
}
