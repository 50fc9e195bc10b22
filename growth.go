package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okrbot/bot/teams"
	"okrbot/okr"
	"okrbot/okr/plan"
	"okrbot/okr/redisstore"
)

const (
	// growthPass is how often all keys are looked at, where that takes no longer.
	growthPass = time.Hour
	// growthStart is when the first pass begins: a process that has just started has
	// other things to do.
	growthStart = time.Minute
	// growthRest is the pause after each 50 keys or so. With it a pass takes Redis
	// about a thousandth of its time.
	growthRest = 250 * time.Millisecond
	// tidyEvery is how often a tenant is tidied up, by any process.
	tidyEvery = 24 * time.Hour
)

// growth watches what grows in Redis, and removes what has ended. It is a part of the
// clock.
type growth struct {
	store       *redisstore.Store
	plan        *plan.Service
	log         *slog.Logger
	bytes, keys *prometheus.GaugeVec
}

func newGrowth(store *redisstore.Store, plan *plan.Service, log *slog.Logger, r prometheus.Registerer) *growth {
	gauge := func(name, help string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"kind"})
		for _, kind := range redisstore.KeyKinds() {
			g.WithLabelValues(kind).Set(0)
		}
		r.MustRegister(g)
		return g
	}
	return &growth{
		store: store, plan: plan, log: log,
		bytes: gauge("okrbot_store_bytes", "Memory of keys in Redis by kind, from the last pass; 0 before the first one. The same in every process with the role clock."),
		keys:  gauge("okrbot_store_keys", "Keys in Redis by kind, from the last pass; 0 before the first one. The same in every process with the role clock."),
	}
}

// start begins to watch, until stop, which waits for the end of it. Without a clock
// there is nothing to do.
func (g *growth) start(ctx context.Context) (stop func()) {
	if g == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var done sync.WaitGroup
	done.Go(func() {
		for next := growthStart; teams.Sleep(ctx, next) == nil; {
			began := time.Now()
			if err := g.pass(ctx, growthRest); err != nil && ctx.Err() == nil {
				g.log.WarnContext(ctx, "the keys in Redis were not counted to the end; trying again in an hour", "err", okr.CauseOf(err))
			}
			next = max(growthStart, growthPass-time.Since(began))
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

// pass looks at all keys once, and then tidies up the tenants whose day has come.
func (g *growth) pass(ctx context.Context, pause time.Duration) error {
	usage, tenants, err := g.store.Sweep(ctx, func(ctx context.Context) error { return teams.Sleep(ctx, pause) })
	if err != nil {
		return err
	}
	for _, kind := range redisstore.KeyKinds() {
		g.bytes.WithLabelValues(kind).Set(float64(usage[kind].Bytes))
		g.keys.WithLabelValues(kind).Set(float64(usage[kind].Keys))
	}
	var errs []error
	for _, tenant := range tenants {
		errs = append(errs, g.tidy(ctx, tenant))
	}
	return errors.Join(errs...)
}

// tidy tidies up a tenant unless another process does, or did within a day.
func (g *growth) tidy(ctx context.Context, tenant okr.TenantID) error {
	n, err := g.store.CountTry(ctx, tenant, "tidy", tidyEvery)
	if err != nil || n > 1 {
		return err
	}
	return plan.Tidy(ctx, g.plan, tenant)
}

// lookEvery is how often it is asked whether Redis was started anew.
const lookEvery = time.Minute

// watchLists looks at the lists whenever Redis was started anew, since it may have
// lost them then; whoever lists would hear that there is nothing.
func (a *app) watchLists(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for known := ""; ; {
			known = a.lookAtLists(ctx, known)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return func() { cancel(); <-done }
}

// lookAtLists looks when this is another run of Redis than the known one, which it
// gives. That the store does not answer is told elsewhere.
func (a *app) lookAtLists(ctx context.Context, known string) string {
	upkeep := redisstore.NewUpkeep(a.store)
	run, err := upkeep.RunID(ctx)
	if err != nil || run == known {
		return known
	}
	found, err := upkeep.CheckLists(ctx, false)
	if err != nil {
		return known // again with the next tick
	}
	if found.Missing > 0 {
		a.log.ErrorContext(ctx, "records are missing from their lists, so people can't find them; okrbot doctor --repair adds them again",
			"missing", found.Missing, "records", found.Records)
	}
	return run
}
