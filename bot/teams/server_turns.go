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

// Quiet waits until no turn is under way, or ctx ends: what a turn leaves for after its
// answer is done then.
func (s *Server) Quiet(ctx context.Context) error {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for s.turns.underWay() > 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (t *turns) underWay() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.running)
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
	// Open takes an activity in hand for a time, where the delivery has a token, and reads
	// with the same question what its turn begins with. Late is the key of what is kept of
	// an earlier press; empty: nothing.
	Open(ctx context.Context, a Activity, d Delivery, late string) Opening
	// Hold keeps an activity in hand for longer.
	Hold(ctx context.Context, d Delivery) error
	// Close notes, for an hour or so, that an activity was handled, where it is in hand, and
	// what the handler left in the turn's context to be noted. The error is of the former.
	Close(ctx context.Context, d Delivery, mine bool) error
}

// Delivery is an activity as it came to one process.
type Delivery struct {
	Tenant, Conversation, Activity string
	Token                          string        // of this arrival; empty: it is handled each time it comes
	Hold                           time.Duration // how long it stays in hand by itself
}

// Opening is how a turn begins.
type Opening struct {
	Mine, Done bool   // nobody else has it in hand; it was handled lately
	Err        error  // of taking it: nobody knows
	Late       []byte // what is kept of an earlier press; nil: nothing
	Unread     error  // of reading the rest
	// Context gives the context of the turn what was read for its handler; nil: nothing was.
	Context func(context.Context) context.Context
	// Leaves says at the end of the turn whether the next one may ask for something that is
	// noted with its end; nil: never.
	Leaves func() bool
}

// in is the context of a turn with what was read for its handler.
func (o Opening) in(ctx context.Context) context.Context {
	if o.Context == nil {
		return ctx
	}
	return o.Context(ctx)
}

const (
	// holdTime is how long an activity stays in the hand of a process that died.
	holdTime = 15 * time.Second
	// holdLook is how often one that is in another hand is looked at.
	holdLook = 250 * time.Millisecond
	// finishTime bounds the note that it was handled.
	finishTime = 3 * time.Second
)

// deliveryOf is an activity that is to be handled once.
func deliveryOf(a Activity) Delivery {
	d := Delivery{Tenant: a.TenantID(), Conversation: a.Conversation.ID, Activity: a.ID, Hold: holdTime}
	if a.ID != "" && (a.Type != TypeInvoke || !repeatableInvoke(a.Name)) {
		d.Token = rand.Text()
	}
	return d
}

// admit opens the turn of an activity and takes it in hand. One that is in another hand is
// waited for: either that turn ends, or its process has died and this turn is the one that
// counts. What cannot be found out is handled: twice is better than not at all. Handled is
// to be called at the end of a turn that is begun, with its context. Request is the context of
// the one who waits, without whom the turn goes on.
func (s *Server) admit(ctx, request context.Context, a Activity) (o Opening, handled func(context.Context), ok bool) {
	if s.options.Deliveries == nil {
		return o, func(context.Context) {}, true
	}
	d := deliveryOf(a)
	late, _ := s.resultKey(a)
	limit := time.NewTimer(s.options.AnswerWithin)
	defer limit.Stop()
	for {
		o = s.options.Deliveries.Open(ctx, a, d, late)
		switch {
		case o.Done:
			return o, nil, false
		case o.Err != nil:
			NoteFrom(ctx).Missed("delivery", o.Err)
			return o, s.closing(d, false), true
		case o.Mine, d.Token == "":
			return o, s.hold(ctx, d, o), true
		}
		look := time.NewTimer(holdLook)
		select {
		case <-look.C:
		case <-limit.C:
			look.Stop()
			return o, nil, false
		case <-request.Done():
			look.Stop()
			return o, nil, false
		}
	}
}

// hold keeps a delivery that is in hand there until its turn has ended.
func (s *Server) hold(ctx context.Context, d Delivery, o Opening) (handled func(context.Context)) {
	end := s.closing(d, o.Mine)
	if !o.Mine {
		return end
	}
	ended := make(chan struct{})
	long := time.AfterFunc(holdTime/3, func() { s.renew(context.WithoutCancel(ctx), d, ended) })
	return func(ctx context.Context) {
		long.Stop()
		close(ended)
		end(ctx)
	}
}

// closing notes what is to be noted at the end of a turn.
func (s *Server) closing(d Delivery, mine bool) func(context.Context) {
	return func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
		defer cancel()
		if err := s.options.Deliveries.Close(ctx, d, mine); err != nil {
			NoteFrom(ctx).Missed("delivery", err)
		}
	}
}

// renew keeps the delivery in hand for as long as its turn runs, from a third of the time for
// which it is held on: few turns last that long.
func (s *Server) renew(ctx context.Context, d Delivery, ended <-chan struct{}) {
	tick := time.NewTicker(holdTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		default:
		}
		if err := s.options.Deliveries.Hold(ctx, d); err != nil {
			s.log.WarnContext(ctx, "delivery not held", "ref", RefFrom(ctx), "err", err)
		}
		select {
		case <-ended:
			return
		case <-tick.C:
		}
	}
}
