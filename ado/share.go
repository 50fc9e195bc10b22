package ado

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// Gate is what processes agree on that send requests with the same identities: how many are under way, and until when the
// service wants none. It keeps a claim of each process. A process that died claims nothing after Claim.Lease.
type Gate interface {
	// Ask notes what a process claims of an identity and says what it may do. It does not wait. With an error nothing is
	// known of what others do; the process then counts its own requests only.
	Ask(ctx context.Context, identity string, c Claim) (Grant, error)
}

// Claim is what a process does with an identity.
type Claim struct {
	Process  string        // a name that no other process has
	Number   int64         // grows with each claim; one that comes after a later one changes nothing
	InFlight int           // requests of the process that are under way
	More     bool          // one more wants to begin; those who want one get it in the order in which they asked first
	Limit    int           // requests that all processes together may have under way
	Closed   time.Duration // the service wants no request for so long; 0: nothing new is known
	Alone    time.Duration // how long it wants to go on without asking, where no other process claims anything
	Lease    time.Duration // after which the claim is void; one that only waits is void after Wait
	Wait     time.Duration
}

// Grant is what a process may do with an identity.
type Grant struct {
	May    bool          // the one more may begin
	Alone  time.Duration // how long from the asking on no other process begins a request, so that up to Limit may without asking; 0: ask each time
	Closed time.Duration // how long nobody may begin one, as the service wants it; 0: it is open
}

// How long processes wait for each other.
const (
	// shareLease is how long the requests of a process that died count.
	shareLease = 5 * time.Second
	// shareAlone is how long a process goes on without asking where it is alone; it asks anew after half of it. So it
	// is what another one waits for at most, beside the requests that are under way.
	shareAlone = time.Second
	// shareBeat is how often a process that is not alone says what it has under way.
	shareBeat = time.Second
	// shareQuiet is how long after its last request a process gives back what it held alone: a run makes many requests,
	// one after the other. shareSoon is the same where others may wait for it.
	shareQuiet = 100 * time.Millisecond
	shareSoon  = 20 * time.Millisecond
	// shareWait is how long a place in the line is kept for a process that does not ask again.
	shareWait = time.Second
	// askFirst and askLast are the pauses between two asks of one that waits.
	askFirst, askLast = 10 * time.Millisecond, 100 * time.Millisecond
	// askTimeout is how long a request is held up where the others cannot be asked, and askAgain how long nobody tries
	// after that.
	askTimeout = time.Second
	askAgain   = 5 * time.Second
)

// errAway says that others are not asked at the moment.
var errAway = errors.New("gate away")

// book asks a Gate, and does without where it does not answer.
type book struct {
	Gate
	process string
	log     *slog.Logger
	number  atomic.Int64
	away    atomic.Int64 // until when it is not asked, in Unix nanoseconds; 0: it answers
}

func newBook(shared Gate, log *slog.Logger) *book {
	if shared == nil {
		return nil
	}
	return &book{Gate: shared, process: rand.Text(), log: log}
}

// isAway says whether it did not answer a moment ago.
func (b *book) isAway(now time.Time) bool { return now.UnixNano() < b.away.Load() }

// ask asks, unless it is away: then one caller tries again when it is time.
func (b *book) ask(ctx context.Context, identity string, c Claim) (Grant, error) {
	now := time.Now()
	if until := b.away.Load(); until != 0 && (b.isAway(now) || !b.away.CompareAndSwap(until, now.Add(askAgain).UnixNano())) {
		return Grant{}, errAway
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	defer cancel()
	grant, err := b.Ask(asking, identity, c)
	b.answered(ctx, err)
	return grant, err
}

// answered notes whether the book was there, and says so in the log where that has changed.
func (b *book) answered(ctx context.Context, err error) {
	if err != nil {
		if b.away.Swap(time.Now().Add(askAgain).UnixNano()) == 0 {
			b.log.WarnContext(ctx, "requests to Azure DevOps are counted by each process alone, because what they share does not answer", "op", "gate", "err", err)
		}
		return
	}
	if b.away.Swap(0) != 0 {
		b.log.InfoContext(ctx, "requests to Azure DevOps are counted by all processes together again", "op", "gate")
	}
}

// share is what this process knows of, and claims from, a gate that others use too.
type share struct {
	line chan struct{} // whoever is in it asks; others of this process wait
	wake chan struct{} // there is something to tell for who is in the line

	// Guarded by gates.mu:
	inFlight int
	asking   bool      // what is under way is being told
	claimed  bool      // the others count something of this process
	alone    time.Time // until when nobody else begins a request
	askedAt  time.Time
	quietAt  time.Time // when the last request ended
	untold   bool      // the others do not know until when it is closed
	timer    *time.Timer
}

func newShare() share {
	return share{line: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

// begin counts one more request when it may go out. Neither: the gate was closed meanwhile.
func (g *gates) begin(ctx context.Context, identity string, mine *gate) (began bool, err error) {
	if g.book == nil || g.beginAlone(mine) {
		return true, nil
	}
	select {
	case mine.share.line <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer g.leaveLine(identity, mine)
	for pause := askFirst; ; pause = min(2*pause, askLast) {
		if g.beginAlone(mine) {
			return true, nil
		}
		if began = g.ask(ctx, identity, mine, true); began || g.remaining(mine) > 0 {
			return began, nil
		}
		if err := mine.share.rest(ctx, pause); err != nil {
			return false, err
		}
	}
}

// rest waits between two asks, unless there is something to tell.
func (s *share) rest(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.wake:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// leaveLine lets the next one ask, or in a while the clock.
func (g *gates) leaveLine(identity string, mine *gate) {
	<-mine.share.line
	g.mu.Lock()
	defer g.mu.Unlock()
	g.plan(identity, mine)
}

// beginAlone counts one more request where nobody else is to be asked.
func (g *gates) beginAlone(mine *gate) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now, s := time.Now(), &mine.share
	if !s.asking && (now.Before(s.alone) || g.book.isAway(now)) {
		s.inFlight++
		return true
	}
	return false
}

// end counts a request that is over. The others hear of it a little later: most often the next one begins at once.
func (g *gates) end(identity string, mine *gate) {
	if g.book == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	mine.share.inFlight--
	mine.share.quietAt = time.Now()
	g.plan(identity, mine)
}

// ask tells the others what is under way, and asks for one more. Only who is in the line calls it. It reports whether one
// more was counted: also where the others cannot be asked.
func (g *gates) ask(ctx context.Context, identity string, mine *gate, more bool) (began bool) {
	claim, sent := g.claim(mine, more)
	grant, err := g.book.ask(ctx, identity, claim)
	return g.granted(mine, claim, grant, sent, err)
}

// claim gives up what was granted before: from here on nobody of this process begins a request before the answer.
func (g *gates) claim(mine *gate, more bool) (Claim, time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now, s := time.Now(), &mine.share
	s.asking, s.alone, s.askedAt = true, time.Time{}, now
	c := Claim{
		Process: g.book.process, Number: g.book.number.Add(1), InFlight: s.inFlight, More: more, Limit: g.inFlight,
		Alone: shareAlone, Lease: shareLease, Wait: shareWait,
	}
	if s.untold {
		c.Closed = max(0, mine.opensAt.Sub(now))
	}
	return c, now
}

func (g *gates) granted(mine *gate, c Claim, grant Grant, sent time.Time, err error) (began bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := &mine.share
	s.asking, s.claimed = false, c.InFlight > 0 || c.More // where they could not be told, the lease ends
	if err != nil {
		grant = Grant{May: c.More && !mine.opensAt.After(time.Now())}
	} else {
		s.untold = s.untold && c.Closed == 0 && mine.opensAt.After(time.Now())
	}
	if grant.Alone > 0 {
		s.alone = sent.Add(grant.Alone)
	}
	if at := time.Now().Add(grant.Closed); grant.Closed > 0 && at.After(mine.opensAt) {
		mine.opensAt = at
	}
	if grant.May {
		s.inFlight++
	}
	return grant.May
}

// plan sets the time of the next look. It needs g.mu.
func (g *gates) plan(identity string, mine *gate) {
	s := &mine.share
	if !s.claimed {
		return
	}
	wait := time.Until(s.due(time.Now()))
	if s.timer == nil {
		s.timer = time.AfterFunc(wait, func() { g.look(identity, mine) })
		return
	}
	s.timer.Reset(wait)
}

// due is when the others are to hear from this process again.
func (s *share) due(now time.Time) time.Time {
	isAlone := now.Before(s.alone)
	switch {
	case s.inFlight == 0 && isAlone:
		return s.quietAt.Add(shareQuiet)
	case s.inFlight == 0:
		return s.quietAt.Add(shareSoon)
	case isAlone:
		return s.alone.Add(-shareAlone / 2)
	default:
		return s.askedAt.Add(shareBeat)
	}
}

// look tells the others what is under way where that is due: whoever is in the line does that anyway.
func (g *gates) look(identity string, mine *gate) {
	select {
	case mine.share.line <- struct{}{}:
	default:
		g.mu.Lock()
		defer g.mu.Unlock()
		mine.share.timer.Reset(shareSoon)
		return
	}
	defer g.leaveLine(identity, mine)
	if g.isDue(mine) {
		g.ask(context.Background(), identity, mine, false)
		g.rested(identity, mine)
	}
}

func (g *gates) isDue(mine *gate) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return mine.share.claimed && !mine.share.due(time.Now()).After(time.Now())
}

// rested forgets a gate of which the others count nothing.
func (g *gates) rested(identity string, mine *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !mine.share.claimed {
		mine.share.timer.Stop()
		g.forget(identity, mine)
	}
}

// tell lets the others know at once that the gate was closed.
func (g *gates) tell(ctx context.Context, identity string, mine *gate) {
	select {
	case mine.share.line <- struct{}{}:
		defer g.leaveLine(identity, mine)
		g.ask(ctx, identity, mine, false)
	default:
		select {
		case mine.share.wake <- struct{}{}:
		default:
		}
	}
}
