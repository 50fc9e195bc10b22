package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"okrbot/scheduler"
)

// maxTickAge is how old the clock's last minute may be: it ticks each minute.
const maxTickAge = 5 * time.Minute

// catchUp is how long a look waits for a clock that seems to stand still.
const catchUp = 3 * time.Second

// life is what is seen of okrbot's processes.
type life struct {
	looked  bool
	web     error // nil: PUBLIC_URL leads to okrbot
	absent  bool  // nobody answers there, as when okrbot does not run
	workers int
	ticked  time.Time // zero: never
	moves   bool      // it catches up
	err     error     // the store did not tell
}

// any says whether any process of okrbot runs, by whatever it leaves.
func (l life) any() bool { return l.web == nil || l.workers > 0 || l.ticks() }

func (l life) ticks() bool { return l.moves || !l.ticked.IsZero() && time.Since(l.ticked) < maxTickAge }

// signs looks for life once: PUBLIC_URL and processes are judged by the same look.
func (d *doctor) signs(ctx context.Context) life {
	if d.life.looked {
		return d.life
	}
	d.life.looked = true
	d.life.absent, d.life.web = d.visit(ctx)
	if d.store == nil {
		return d.life
	}
	queue, err := scheduler.OpenQueue(sharedRedis{d.store.Store})
	if err == nil {
		d.life.workers, err = queue.Workers()
	}
	if err == nil {
		d.life.ticked, err = d.store.TickedUntil(ctx)
	}
	if err == nil && !d.life.ticks() && (d.life.any() || !d.life.ticked.IsZero()) {
		d.life.moves, err = d.moves(ctx, d.life.ticked)
	}
	d.life.err = err
	return d.life
}

// moves says whether the clock that was seen at a time goes on from there. One that was
// started just now begins with what was missed and comes to the present minute by
// minute, within seconds.
func (d *doctor) moves(ctx context.Context, from time.Time) (bool, error) {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	limit := time.After(catchUp)
	for {
		select {
		case <-look.C:
			now, err := d.store.TickedUntil(ctx)
			if err != nil || !now.Equal(from) {
				return err == nil, err
			}
		case <-limit:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// visit opens PUBLIC_URL as Teams does. Absent says that the way there is right, as far
// as can be seen, and nobody is at its end.
func (d *doctor) visit(ctx context.Context) (absent bool, err error) {
	status, body, err := d.get(ctx, d.config.PublicURL+"/healthz")
	switch {
	case err != nil:
		return errors.Is(err, syscall.ECONNREFUSED), err
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout:
		return true, fmt.Errorf("%s/healthz answers with status %d: a proxy that reaches no okrbot", d.config.PublicURL, status)
	case status != http.StatusOK || body != "ok\n":
		return false, fmt.Errorf("%s/healthz is not okrbot's: status %d", d.config.PublicURL, status)
	}
	// Every process answers there; a link without a ticket, only one that serves people.
	status, _, err = d.get(ctx, d.config.PublicURL+"/auth/start")
	if err == nil && status == http.StatusNotFound {
		err = fmt.Errorf("%s leads to a process of okrbot without the role web, or its proxy lets /auth/start not through", d.config.PublicURL)
	}
	return false, err
}

func (d *doctor) public(ctx context.Context) (string, error) {
	life := d.signs(ctx)
	if life.absent && !life.any() {
		return "", errNotStarted
	}
	return "leads to okrbot", life.web
}

// processes says which roles nobody has. The role web is seen by PUBLIC_URL.
func (d *doctor) processes(ctx context.Context) (string, error) {
	if d.store == nil {
		return "", errNoStore
	}
	life := d.signs(ctx)
	switch {
	case life.err != nil:
		return "", life.err
	case !life.any():
		return "", errNotStarted
	}
	var missing []error
	if life.workers == 0 {
		missing = append(missing, errors.New("no process with the role worker runs: nothing is measured, and no digest is posted"))
	}
	if !life.ticks() {
		last := "never"
		if !life.ticked.IsZero() {
			last = "last at " + life.ticked.UTC().Format(time.RFC3339)
		}
		missing = append(missing, fmt.Errorf("no process with the role clock runs: what is due was queued %s", last))
	}
	return fmt.Sprintf("%d run tasks, the clock ticks", life.workers), errors.Join(missing...)
}
