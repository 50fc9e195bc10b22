package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"okrbot/okr"
)

// Work is what tasks do. Errors of kind Throttled and Unavailable are tried again
// within the period, Internal ones are parked, all others wait for the next
// period. Work whose object was deleted is no error: the work itself takes it off
// the agenda.
type Work interface {
	// SyncConnection measures what is bound through a connection, by some of its
	// queries or, with none given, all. It records failures of the measuring
	// itself and reports them in SyncReport.Failure. What was measured less than
	// within ago is left out.
	SyncConnection(ctx context.Context, tenant okr.TenantID, id okr.ConnectionID, queries []string, within time.Duration) (okr.SyncReport, error)
	// ComposeDigest gives what a place has not been told yet, and false when that
	// is nothing or the subscription is paused.
	ComposeDigest(ctx context.Context, tenant okr.TenantID, id okr.SubscriptionID) (okr.Digest, bool, error)
	// DigestPosted records that Teams took the digest.
	DigestPosted(ctx context.Context, d okr.Digest) error
	// DigestRefused records that Teams refused the digest; first says that the
	// subscription pauses by that, which people are to be told.
	DigestRefused(ctx context.Context, d okr.Digest, cause error) (paused okr.Subscription, first bool, err error)
	// DigestUnsure records that nobody knows whether Teams took the digest.
	DigestUnsure(ctx context.Context, d okr.Digest, cause error) error
	// Remind says whether a person is to be asked for check-ins now, and for which.
	Remind(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Asking, bool, error)
	// Reminded records that the person was asked, or cannot be.
	Reminded(ctx context.Context, tenant okr.TenantID, who okr.Person) error
	// NotReminded takes back what Remind noted: the person was not asked, and Remind says
	// it again.
	NotReminded(ctx context.Context, tenant okr.TenantID, a okr.Asking) error
	// NoticeGiven records that the owner was told.
	NoticeGiven(ctx context.Context, tenant okr.TenantID, n okr.Notice) error
	// ImportStep does the next part of an import, or of taking one back: a few seconds of
	// work; more says that there is another one. The import is as it is then, also with
	// an error. A step that was done already is not done again.
	ImportStep(ctx context.Context, tenant okr.TenantID, id okr.ImportID) (in okr.Import, more bool, err error)
}

// Post tells people. Forbidden means that the place is closed to okrbot, NotFound and
// Refused that Teams does not take the post now. PerhapsShown means that it may have been
// shown: it is not tried again within the period.
type Post interface {
	// PostDigest posts a digest to its subscription's place.
	PostDigest(ctx context.Context, d okr.Digest) error
	// DigestPaused tells whoever can act that a digest is paused, and why.
	DigestPaused(ctx context.Context, sub okr.Subscription) error
	// PostReminder asks a person for check-ins in the 1:1 chat.
	PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error
	// TellOwner tells the owner of a connection in the 1:1 chat what fails. Conflict:
	// another sync is telling it.
	TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error
	// SyncDone shows the outcome of a sync on the card that asked for it. A row
	// without a goal says why a whole connection could not be measured.
	SyncDone(ctx context.Context, reply okr.Reply, rows []okr.SyncRow) error
	// ImportMoved renews the card that shows an import.
	ImportMoved(ctx context.Context, tenant okr.TenantID, in okr.Import) error
}

// runSync measures one connection.
func (s *Scheduler) runSync(ctx context.Context, due duePayload) result {
	report, err := s.sync(ctx, due.Tenant, okr.ConnectionID(due.ID), nil, s.opts.Interval/2)
	if err == nil {
		err = report.Failure
	}
	if err != nil {
		res := failure(ctx, err)
		if res.outcome == failed { // it was answered: what is left is its owner's to do
			s.noteSynced(ctx)
		}
		return res
	}
	s.metrics.delay.Observe(max(0, s.opts.Now().Sub(due.Until.Add(-s.opts.Interval)).Seconds()))
	s.noteSynced(ctx)
	return result{done, nil}
}

// noteSynced notes that syncs are answered, once a minute. Best effort: the next one
// does it as well.
func (s *Scheduler) noteSynced(ctx context.Context) {
	now, before := s.opts.Now(), s.synced.Load()
	if now.Unix() < before+60 || !s.synced.CompareAndSwap(before, now.Unix()) {
		return
	}
	if err := s.opts.Agenda.SetMark(context.WithoutCancel(ctx), okr.MarkSynced, now); err != nil {
		s.synced.CompareAndSwap(now.Unix(), before)
		s.log.WarnContext(ctx, "end of a sync not noted", "op", "sync", "err", err)
	}
}

// sync measures a connection and gives its notices.
func (s *Scheduler) sync(ctx context.Context, tenant okr.TenantID, id okr.ConnectionID, queries []string, within time.Duration) (okr.SyncReport, error) {
	start := time.Now()
	var report okr.SyncReport
	err := s.guard(ctx, kindSync, func() (err error) {
		report, err = s.opts.Work.SyncConnection(ctx, tenant, id, queries, within)
		return err
	})
	s.metrics.sync.Observe(time.Since(start).Seconds())
	for _, notice := range report.Notices {
		if err := s.tell(ctx, tenant, notice); err != nil {
			s.log.WarnContext(ctx, "owner not notified; the next sync tries again", "op", "notice",
				"tenant", tenant, "connection", id, "err", err)
		}
	}
	if err != nil {
		return report, fmt.Errorf("sync of %s: %w", id, err)
	}
	return report, nil
}

// tell tells an owner, and only then records it.
func (s *Scheduler) tell(ctx context.Context, tenant okr.TenantID, notice okr.Notice) error {
	err := s.opts.Post.TellOwner(ctx, tenant, notice)
	if okr.KindOf(err) == okr.Conflict {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell the owner: %w", err)
	}
	return s.record(ctx, func(ctx context.Context) error { return s.opts.Work.NoticeGiven(ctx, tenant, notice) })
}

// runNow runs the jobs of a "sync now" and shows the outcome. A failure is an
// outcome too: somebody waits for it, so nothing is tried again later.
func (s *Scheduler) runNow(ctx context.Context, task *asynq.Task) result {
	var p nowPayload
	if err := json.Unmarshal(task.Payload(), &p); err != nil {
		return result{parked, fmt.Errorf("payload: %w", err)}
	}
	var rows []okr.SyncRow
	var failures []error
	for _, job := range p.Jobs {
		report, err := s.sync(ctx, p.Tenant, job.Connection, job.Queries, 0)
		if errors.Is(ctx.Err(), context.Canceled) {
			return result{retried, ctx.Err()}
		}
		rows = append(rows, rowsOf(report, err)...)
		failures = append(failures, err, report.Failure)
	}
	err := s.record(ctx, func(ctx context.Context) error { return s.opts.Post.SyncDone(ctx, p.Reply, rows) })
	if err != nil {
		return result{failed, fmt.Errorf("show the outcome: %w", err)}
	}
	if err := errors.Join(failures...); err != nil {
		return result{failed, err}
	}
	return result{done, nil}
}

// rowsOf gives the rows of a report; where it has none, one that says why.
func rowsOf(report okr.SyncReport, err error) []okr.SyncRow {
	err = errors.Join(err, report.Failure)
	if len(report.Rows) > 0 || err == nil {
		return report.Rows
	}
	msg, ok := okr.MessageOf(err)
	if !ok {
		msg = "okrbot could not measure it because of an internal fault. It tries again at the next hourly sync."
	}
	return []okr.SyncRow{{Problem: msg, Next: okr.NextOf(err)}}
}
