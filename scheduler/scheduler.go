package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"

	"okrbot/okr"
)

// Options configure a [Scheduler]. Redis, Agenda, Work and Post are required.
type Options struct {
	// Redis gives the shared go-redis client (a redis.UniversalClient: single,
	// Sentinel or Cluster). MakeRedisClient is called once; the scheduler never
	// closes the client.
	Redis asynq.RedisConnOpt
	// Agenda says what is due.
	Agenda Agenda
	// Work measures and composes.
	Work Work
	// Post tells people.
	Post Post
	// Interval is how often work repeats, in whole minutes from one minute to a
	// day; 0 means an hour. All replicas must have the same.
	Interval time.Duration
	// Concurrency is how many tasks this replica runs at a time; 0 means 16.
	Concurrency int
	// PerTenant is how many of them may be of one tenant, and half as many more that
	// its people asked for; 0 means half of Concurrency.
	PerTenant int
	// NoClock and NoWorkers leave a part of the work to other replicas: this one
	// then enqueues nothing that is due, or runs no tasks.
	NoClock, NoWorkers bool
	// MaxRetry is how often a task is tried again after a failure that may pass;
	// 0 means 3.
	MaxRetry int
	// RetryDelay is the pause before the first retry; it doubles with each further
	// one up to a quarter of the interval. 0 means 30 s.
	RetryDelay time.Duration
	// PollInterval is how often an idle worker looks for tasks, and a fifth of how
	// often it looks for retries; 0 means 1 s.
	PollInterval time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger gets one line a run; nil means silence.
	Logger *slog.Logger
	// QueueLogger gets what asynq says by itself; nil means Logger.
	QueueLogger *slog.Logger
	// Registerer gets the metrics; nil means none are served.
	Registerer prometheus.Registerer
}

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	o.Interval = defaulted(o.Interval, time.Hour).Truncate(time.Minute)
	o.Interval = max(time.Minute, min(o.Interval, okr.MinutesPerDay*time.Minute))
	o.Concurrency = defaulted(o.Concurrency, 16)
	o.PerTenant = defaulted(o.PerTenant, (o.Concurrency+1)/2)
	o.MaxRetry = defaulted(o.MaxRetry, 3)
	o.RetryDelay = defaulted(o.RetryDelay, 30*time.Second)
	o.PollInterval = defaulted(o.PollInterval, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.QueueLogger == nil {
		o.QueueLogger = o.Logger
	}
	return o
}

func defaulted[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}
	return value
}

// Scheduler is one replica's clock and workers.
type Scheduler struct {
	opts      Options
	log       *slog.Logger
	client    *asynq.Client
	inspector *asynq.Inspector
	newServer func(asynq.Config) *asynq.Server
	metrics   *metrics
	lanes     *lanes

	ticking     sync.Mutex   // one tick at a time
	tickedUntil atomic.Int64 // Unix seconds of the watermark as last seen; 0: never

	moved   atomic.Int64 // Unix seconds of the last tick that came through, by the machine's clock
	synced  atomic.Int64 // Unix seconds when this replica noted last that a sync was answered
	started atomic.Int64 // Unix seconds of the start, by the clock of the options; 0: not yet

	running sync.WaitGroup // handlers under way

	mu        sync.Mutex // guards what follows
	clock     gocron.Scheduler
	workers   *workers
	interrupt context.CancelFunc // ends the handlers under way
}

// New makes a scheduler. It fails when a required option is missing, Redis gives
// no go-redis client, or the metrics are registered already.
func New(opts Options) (*Scheduler, error) {
	if opts.Redis == nil || opts.Agenda == nil || opts.Work == nil || opts.Post == nil {
		return nil, errors.New("scheduler: Redis, Agenda, Work and Post are required")
	}
	opts = opts.withDefaults()
	s := &Scheduler{opts: opts, log: opts.Logger, lanes: newLanes(opts.PerTenant)}
	if err := s.connect(opts.Redis.MakeRedisClient()); err != nil {
		return nil, err
	}
	var err error
	s.metrics, err = newMetrics(opts.Registerer, opts.Interval, newDepth(s.inspector), marks{s})
	if err != nil {
		return nil, fmt.Errorf("scheduler: metrics: %w", err)
	}
	return s, nil
}

// connect builds asynq's parts on the shared client. Asynq closes a client that
// it made itself from a RedisConnOpt, therefore its constructors for a shared
// client are used.
func (s *Scheduler) connect(shared any) error {
	client, ok := on(asynq.NewClientFromRedisClient, shared)
	if !ok {
		return fmt.Errorf("scheduler: Redis client of type %T is not a go-redis client", shared)
	}
	s.client = client
	s.inspector, _ = on(asynq.NewInspectorFromRedisClient, shared)
	s.newServer, _ = on(curry(asynq.NewServerFromRedisClient), shared)
	return nil
}

// on calls build with the shared client, whose type build alone needs to name.
func on[C, T any](build func(C) T, shared any) (built T, ok bool) {
	client, ok := shared.(C)
	if !ok {
		return built, false
	}
	return build(client), true
}

func curry[A, B, T any](f func(A, B) T) func(A) func(B) T {
	return func(a A) func(B) T { return func(b B) T { return f(a, b) } }
}

// Start starts the clock, which ticks at once and then each minute, and the
// workers, unless the options leave them to others. The clock stops when ctx ends;
// [Scheduler.Shutdown] stops both. It fails when the scheduler was started before.
func (s *Scheduler) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started.Load() != 0 {
		return errors.New("scheduler: started before")
	}
	if err := s.startWorkers(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("scheduler: workers: %w", err)
	}
	s.started.Store(s.opts.Now().Unix())
	s.moved.Store(time.Now().Unix())
	if s.opts.NoClock {
		return nil
	}
	clock, err := s.newClock(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("scheduler: clock: %w", err), s.drain(ctx, s.workers, s.interrupt))
	}
	clock.Start()
	s.clock = clock
	return nil
}

func (s *Scheduler) startWorkers(base context.Context) error {
	quit, interrupt := context.WithCancel(base)
	s.interrupt = interrupt
	if s.opts.NoWorkers {
		return nil
	}
	w := &workers{server: s.newServer(s.serverConfig(base))}
	handle := s.handler(quit)
	w.handle.Store(&handle)
	if err := w.server.Start(w); err != nil {
		interrupt()
		return err
	}
	s.workers = w
	return nil
}

// workers take tasks from the queue. Asynq holds on to them for hardTimeout after their end, by a
// timer that nobody stops; so they then let go of what handles tasks, and with it of all okrbot.
type workers struct {
	server *asynq.Server
	handle atomic.Pointer[asynq.HandlerFunc]
}

// ProcessTask implements [asynq.Handler]. Asynq may begin a task that it has sent back already.
func (w *workers) ProcessTask(ctx context.Context, task *asynq.Task) error {
	if handle := w.handle.Load(); handle != nil {
		return (*handle)(ctx, task)
	}
	return errInterrupted
}

func (s *Scheduler) newClock(ctx context.Context) (gocron.Scheduler, error) {
	clock, err := gocron.NewScheduler(gocron.WithLogger(clockLog{s.log}))
	if err != nil {
		return nil, err
	}
	tick := func(ctx context.Context) {
		if err := s.Tick(ctx, s.opts.Now()); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "tick failed; the next one catches up", "op", "tick", "err", err)
		}
	}
	_, err = clock.NewJob(gocron.CronJob("* * * * *", false), gocron.NewTask(tick),
		gocron.WithName("tick"), gocron.WithContext(ctx),
		gocron.WithStartAt(gocron.WithStartImmediately()),
		gocron.WithSingletonMode(gocron.LimitModeReschedule))
	if err != nil {
		return nil, errors.Join(err, clock.Shutdown())
	}
	return clock, nil
}

func (s *Scheduler) serverConfig(base context.Context) asynq.Config {
	return asynq.Config{
		Concurrency:              s.opts.Concurrency,
		BaseContext:              func() context.Context { return base },
		Queues:                   map[string]int{queueNow: 6, queueHourly: 3, queueDigest: 2},
		TaskCheckInterval:        s.opts.PollInterval,
		DelayedTaskCheckInterval: 5 * s.opts.PollInterval,
		RetryDelayFunc:           retryDelays(s.opts.RetryDelay, s.opts.Interval),
		IsFailure:                isFailure,
		ShutdownTimeout:          hardTimeout, // Shutdown interrupts handlers itself, when its ctx ends
		Logger:                   queueLog{s.opts.QueueLogger},
		LogLevel:                 asynq.InfoLevel,
	}
}
