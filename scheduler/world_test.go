package scheduler_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

func TestMain(m *testing.M) {
	if runAsWorker() {
		return
	}
	redisstore.LogTo(slog.New(slog.DiscardHandler)) // as main does; the errors say enough
	goleak.VerifyTestMain(m)
}

var (
	_ scheduler.Agenda = (*world)(nil)
	_ scheduler.Work   = (*world)(nil)
	_ scheduler.Post   = (*world)(nil)
)

const tenant = okr.TenantID("t1")

// noon is a full hour, so that a test knows which minutes a period has.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world records what schedulers do. The hooks change what it answers.
type world struct {
	mu       sync.Mutex
	now      time.Time
	agenda   []okr.Due
	until    time.Time
	marks    map[okr.Mark]time.Time
	calls    []string // in order: "sync C1", "post S1", …
	news     int      // what digests have to tell
	recorded int      // how much of it was recorded

	onSync   func(ctx context.Context, id okr.ConnectionID) (okr.SyncReport, error)
	onPost   func(ctx context.Context) error
	onRecord func() error
	onTell   func() error
	onDue    func() error
	onStep   func(ctx context.Context) (more bool, err error)
	imports  []okr.Import // as their cards were renewed
	rows     []okr.SyncRow
	replies  []okr.Reply
	reasons  []string
}

func (w *world) call(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, name)
}

// count says how often a call was made.
func (w *world) count(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.calls {
		if c == name {
			n++
		}
	}
	return n
}

// order gives the calls so far.
func (w *world) order() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) setClock(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

func (w *world) Due(_ context.Context, slots []int) ([]okr.Due, error) {
	if w.onDue != nil {
		if err := w.onDue(); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []okr.Due
	for _, d := range w.agenda {
		if slices.Contains(slots, d.Slot()) {
			due = append(due, d)
		}
	}
	return due, nil
}

func (w *world) TickedUntil(context.Context) (time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.until, nil
}

func (w *world) SetTickedUntil(_ context.Context, minute time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if minute.After(w.until) || minute.IsZero() { // zero: the test forgets it
		w.until = minute
	}
	return nil
}

func (w *world) Marks(context.Context) (map[okr.Mark]time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	marks := map[okr.Mark]time.Time{}
	maps.Copy(marks, w.marks)
	if !w.until.IsZero() {
		marks[okr.MarkTicked] = w.until
	}
	return marks, nil
}

func (w *world) SetMark(_ context.Context, mark okr.Mark, t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.marks == nil {
		w.marks = map[okr.Mark]time.Time{}
	}
	if t.After(w.marks[mark]) {
		w.marks[mark] = t
	}
	return nil
}

func (w *world) SyncConnection(ctx context.Context, _ okr.TenantID, id okr.ConnectionID, _ []string, _ time.Duration) (okr.SyncReport, error) {
	w.call("sync " + string(id))
	if w.onSync == nil {
		return okr.SyncReport{Rows: []okr.SyncRow{{Goal: okr.Goal{ID: "KR1"}}}}, nil
	}
	return w.onSync(ctx, id)
}

func (w *world) ComposeDigest(_ context.Context, _ okr.TenantID, id okr.SubscriptionID) (okr.Digest, bool, error) {
	w.call("compose " + string(id))
	w.mu.Lock()
	defer w.mu.Unlock()
	return okr.Digest{Subscription: okr.Subscription{ID: id}}, w.news > w.recorded, nil
}

func (w *world) DigestPosted(context.Context, okr.Digest) error {
	if w.onRecord != nil {
		if err := w.onRecord(); err != nil {
			return err
		}
	}
	w.call("record")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.recorded = w.news
	return nil
}

// DigestRefused pauses at once, as for a place that is closed.
func (w *world) DigestRefused(_ context.Context, d okr.Digest, cause error) (okr.Subscription, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reason, _ := okr.MessageOf(cause)
	w.reasons = append(w.reasons, reason)
	w.news = 0 // a paused subscription has nothing to tell
	return d.Subscription, true, nil
}

func (w *world) DigestUnsure(context.Context, okr.Digest, error) error {
	w.call("unsure")
	return nil
}

func (w *world) DigestPaused(_ context.Context, sub okr.Subscription) error {
	w.call("paused " + string(sub.ID))
	return nil
}

// Remind has a reminder as long as there are news.
func (w *world) Remind(_ context.Context, _ okr.TenantID, user okr.UserID) (okr.Asking, bool, error) {
	w.call("remind " + string(user))
	w.mu.Lock()
	defer w.mu.Unlock()
	return okr.Asking{Person: okr.Person{ID: user}}, w.news > w.recorded, nil
}

// NotReminded takes nothing back: a reminder lasts until it is recorded.
func (w *world) NotReminded(_ context.Context, _ okr.TenantID, a okr.Asking) error {
	w.call("not reminded " + string(a.Person.ID))
	return nil
}

func (w *world) Reminded(_ context.Context, _ okr.TenantID, who okr.Person) error {
	w.call("reminded " + string(who.ID))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.recorded = w.news
	return nil
}

func (w *world) PostReminder(ctx context.Context, _ okr.TenantID, a okr.Asking) error {
	w.call("ask " + string(a.Person.ID))
	if w.onPost == nil {
		return nil
	}
	return w.onPost(ctx)
}

func (w *world) NoticeGiven(context.Context, okr.TenantID, okr.Notice) error {
	w.call("notice given")
	return nil
}

func (w *world) PostDigest(ctx context.Context, d okr.Digest) error {
	w.call("post " + string(d.Subscription.ID))
	if w.onPost == nil {
		return nil
	}
	return w.onPost(ctx)
}

func (w *world) TellOwner(context.Context, okr.TenantID, okr.Notice) error {
	w.call("tell")
	if w.onTell == nil {
		return nil
	}
	return w.onTell()
}

func (w *world) SyncDone(_ context.Context, reply okr.Reply, rows []okr.SyncRow) error {
	w.call("sync done")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replies, w.rows = append(w.replies, reply), append(w.rows, rows...)
	return nil
}

func (w *world) ImportStep(ctx context.Context, _ okr.TenantID, id okr.ImportID) (okr.Import, bool, error) {
	w.call("step " + string(id))
	in := okr.Import{ID: id, Done: w.count("step " + string(id))}
	w.mu.Lock()
	step := w.onStep
	w.mu.Unlock()
	if step == nil {
		return in, false, nil
	}
	more, err := step(ctx)
	return in, more, err
}

func (w *world) ImportMoved(_ context.Context, _ okr.TenantID, in okr.Import) error {
	w.call("moved " + string(in.ID))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.imports = append(w.imports, in)
	return nil
}

// shared is the client that all schedulers of a test use.
type shared struct{ client any }

func (s shared) MakeRedisClient() any { return s.client }

// startRedis starts an embedded Redis and gives a client of it.
func startRedis(t *testing.T) shared {
	t.Helper()
	redis := miniredis.RunT(t)
	redis.Server().SetPreHook(okrtest.NewLua(redis).Serve)
	return dial(t, redis.Addr())
}

func dial(t *testing.T, addr string) shared {
	t.Helper()
	client := asynq.RedisClientOpt{Addr: addr}.MakeRedisClient()
	t.Cleanup(func() { require.NoError(t, client.(io.Closer).Close()) })
	return shared{client}
}

// newScheduler makes a replica, quick to poll and to retry.
func newScheduler(t *testing.T, redis asynq.RedisConnOpt, w *world, change ...func(*scheduler.Options)) *scheduler.Scheduler {
	t.Helper()
	opts := scheduler.Options{
		Redis: redis, Agenda: w, Work: w, Post: w, Now: w.clock,
		PollInterval: 5 * time.Millisecond, RetryDelay: time.Millisecond,
		Logger:     slog.New(slog.NewTextHandler(t.Output(), nil)),
		Registerer: prometheus.NewRegistry(),
	}
	for _, c := range change {
		c(&opts)
	}
	s, err := scheduler.New(opts)
	require.NoError(t, err)
	return s
}

// start starts a replica and stops it when the test ends.
func start(t *testing.T, s *scheduler.Scheduler) {
	t.Helper()
	require.NoError(t, s.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
		defer cancel()
		require.NoError(t, s.Shutdown(ctx))
	})
}

// idle waits until the queues are empty.
func idle(t *testing.T, s *scheduler.Scheduler) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	require.NoError(t, s.Idle(ctx))
}

// slotTime is the minute of the hour from noon in which the work is due.
func slotTime(work okr.Due) time.Time {
	return noon.Add(time.Duration(work.Slot()%60) * time.Minute)
}

// digest is the post of a subscription.
var digest = okr.Due{Kind: okr.DueDigest, Tenant: tenant, ID: "S1"}

func syncOf(id string) okr.Due { return okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: id} }
