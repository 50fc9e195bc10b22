package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"

	"okrbot/okr"
	"okrbot/okr/redisstore"
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
		return true, fmt.Errorf("%s/healthz answers with status %d: the proxy can't reach okrbot", d.config.PublicURL, status)
	case status != http.StatusOK || body != "ok\n":
		return false, fmt.Errorf("%s/healthz was not answered by okrbot: status %d", d.config.PublicURL, status)
	}
	// Every process answers there; a link without a ticket, only one that serves people.
	status, _, err = d.get(ctx, d.config.PublicURL+"/auth/start")
	if err == nil && status == http.StatusNotFound {
		err = fmt.Errorf("%s leads to an okrbot process without the role web, or the proxy blocks /auth/start", d.config.PublicURL)
	}
	return false, err
}

// applications says of which the secret or certificate ends soon, and fails for those where it
// has ended.
func (d *doctor) applications(ctx context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	list, err := redisstore.NewUpkeep(d.store.Store).Applications(ctx)
	if err != nil {
		return "", err
	}
	var ended, soon []string
	for _, a := range list {
		what := "client secret"
		if a.Kind == okr.ByCertificate {
			what = "certificate"
		}
		line := fmt.Sprintf("%s of %s in tenant %s on %s", what, a.Name, a.Tenant, a.Ends.UTC().Format(time.DateOnly))
		switch left := time.Until(a.Ends); {
		case a.Ends.IsZero() || left > endsSoon:
		case left <= 0:
			ended = append(ended, line)
		default:
			soon = append(soon, line)
		}
	}
	found := fmt.Sprintf("%d read Azure DevOps", len(list))
	if len(soon) > 0 {
		found += "; expiring within 30 days: " + strings.Join(soon, ", ")
	}
	if len(ended) > 0 {
		return "", fmt.Errorf("expired: %s (%s)", strings.Join(ended, ", "), found)
	}
	return found, nil
}

// endsSoon is before the end of an application's secret or certificate when it is named: then
// its admins are told first, too.
const endsSoon = 30 * 24 * time.Hour

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
		return d.noStore()
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
		missing = append(missing, errors.New("no process has the role worker, so nothing is measured and no digest is posted"))
	}
	if !life.ticks() {
		last := "never"
		if !life.ticked.IsZero() {
			last = life.ticked.UTC().Format(time.RFC3339)
		}
		missing = append(missing, fmt.Errorf("no process has the role clock, so no due work is queued (last: %s)", last))
	}
	return fmt.Sprintf("%d with the role worker, and the clock runs", life.workers), errors.Join(missing...)
}
