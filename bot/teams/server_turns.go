package teams

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// turns counts what is under way, so that a shutdown can wait for it. A
// WaitGroup would not do: new turns may come while the shutdown waits.
type turns struct {
	mu      sync.Mutex
	closed  bool
	next    int
	running map[int]context.CancelFunc
	idle    chan struct{} // closed when closed and nothing runs
}

func newTurns() *turns {
	return &turns{running: map[int]context.CancelFunc{}, idle: make(chan struct{})}
}

// begin opens a turn with its own context, which outlives the request's and
// ends after limit. It reports false during a shutdown. end must be called.
func (t *turns) begin(ctx context.Context, limit time.Duration) (turn context.Context, end func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil, false
	}
	turn, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	id := t.next
	t.next++
	t.running[id] = cancel
	return turn, func() { t.end(id) }, true
}

func (t *turns) end(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if cancel, ok := t.running[id]; ok {
		cancel()
		delete(t.running, id)
	}
	if t.closed && len(t.running) == 0 {
		close(t.idle)
	}
}

// close lets no new turn begin and returns a channel that is closed when the
// last one has ended.
func (t *turns) close() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.closed = true
		if len(t.running) == 0 {
			close(t.idle)
		}
	}
	return t.idle
}

// cancel ends the contexts of the turns under way.
func (t *turns) cancel() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, cancel := range t.running {
		cancel()
	}
}

// Deliveries remembers which activities were delivered, over all replicas. One is in
// hand while its turn runs, and handled only afterwards: what a process that died had
// in hand is handled by whoever gets it next.
type Deliveries interface {
	// Take takes an activity in hand for a time, or keeps it there longer. Mine says
	// that nobody else has it, done that it was handled lately.
	Take(ctx context.Context, d Delivery, hold time.Duration) (mine, done bool, err error)
	// Finish notes that it was handled, for an hour or so.
	Finish(ctx context.Context, d Delivery) error
}

// Delivery is an activity as it came to one process.
type Delivery struct {
	Tenant, Conversation, Activity string
	Token                          string // of this arrival
}

const (
	// holdTime is how long an activity stays in the hand of a process that died.
	holdTime = 15 * time.Second
	// holdLook is how often one that is in another hand is looked at.
	holdLook = 250 * time.Millisecond
	// finishTime bounds the note that it was handled.
	finishTime = 3 * time.Second
)

// admit takes the activity in hand. One that is in another hand is waited for: either
// that turn ends, or its process has died and this turn is the one that counts.
// What cannot be found out is handled: twice is better than not at all.
func (s *Server) admit(ctx context.Context, a Activity) (finish func(), ok bool) {
	if s.options.Deliveries == nil || a.ID == "" || a.Type == TypeInvoke && repeatableInvoke(a.Name) {
		return func() {}, true
	}
	d := Delivery{Tenant: a.TenantID(), Conversation: a.Conversation.ID, Activity: a.ID, Token: rand.Text()}
	limit := time.NewTimer(s.options.AnswerWithin)
	defer limit.Stop()
	for {
		mine, done, err := s.options.Deliveries.Take(ctx, d, holdTime)
		switch {
		case err != nil:
			NoteFrom(ctx).Missed("delivery", err)
			return func() {}, true
		case mine:
			return s.hold(ctx, d), true
		case done:
			return func() {}, false
		}
		look := time.NewTimer(holdLook)
		select {
		case <-look.C:
		case <-limit.C:
			look.Stop()
			return func() {}, false
		case <-ctx.Done():
			look.Stop()
			return func() {}, false
		}
	}
}

// hold keeps the delivery in hand until the turn has ended, and then notes that it was
// handled.
func (s *Server) hold(ctx context.Context, d Delivery) (finish func()) {
	ctx = context.WithoutCancel(ctx)
	ended := make(chan struct{})
	go s.renew(ctx, d, ended)
	return func() {
		close(ended)
		ctx, cancel := context.WithTimeout(ctx, finishTime)
		defer cancel()
		if err := s.options.Deliveries.Finish(ctx, d); err != nil {
			NoteFrom(ctx).Missed("delivery", err)
		}
	}
}

// renew keeps the delivery in hand for as long as its turn runs.
func (s *Server) renew(ctx context.Context, d Delivery, ended <-chan struct{}) {
	tick := time.NewTicker(holdTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
			if _, _, err := s.options.Deliveries.Take(ctx, d, holdTime); err != nil {
				s.log.WarnContext(ctx, "delivery not held", "ref", RefFrom(ctx), "err", err)
			}
		}
	}
}
