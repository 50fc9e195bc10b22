package main

import (
	"context"

	"okrbot/okr/redisstore/datadir"
)

// beforeFirstStart looks at what DATA_DIR needs, and makes nothing.
func (d *doctor) beforeFirstStart(ctx context.Context) (string, error) {
	program, err := datadir.Look(ctx, d.config.DataDir)
	if err != nil {
		return "", err
	}
	d.unborn = true
	return "okrbot will start " + program + " in DATA_DIR, which it makes at its first start", nil
}
