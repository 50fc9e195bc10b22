package teams

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// messages is POST /api/messages. The token is checked before the body is read,
// and its binding to the activity before anything is done with it. Refusals
// have an empty body: they never say which check failed.
func (s *Server) messages(c *gin.Context) {
	ctx := WithNote(WithRef(c.Request.Context(), NewRef()))
	a, status, outcome, err := s.receive(ctx, c)
	if errors.Is(err, errTenant) {
		s.dismiss(ctx, c, a)
		return
	}
	if err != nil {
		s.metrics.count(a.Type, outcome)
		level := slog.LevelInfo
		if outcome == outcomeMisdirected || outcome == outcomeForbidden {
			level = slog.LevelWarn // a wrong setting, most likely, and nobody is answered
		}
		s.log.Log(ctx, level, "activity refused", "ref", RefFrom(ctx), "outcome", outcome, "err", err)
		c.Status(status)
		return
	}
	turn, end, ok := s.turns.begin(ctx, s.options.TurnTimeout)
	if !ok {
		s.metrics.count(a.Type, outcomeStopping)
		c.Status(http.StatusServiceUnavailable)
		return
	}
	// Only now may the delivery be remembered: one that was turned away
	// because of a shutdown must count as new when it comes again.
	opening, handled, isFirst := s.admit(turn, ctx, a)
	answer, isKnown := s.earlier(ctx, a, opening)
	if !isFirst || isKnown {
		if isFirst {
			handled(ctx)
		}
		end()
		if !isKnown {
			answer = duplicateAnswer(a)
		}
		s.metrics.count(a.Type, outcomeDuplicate)
		s.log.InfoContext(ctx, "activity", s.attrs(ctx, a, outcomeDuplicate)...)
		writeInvoke(c, answer)
		return
	}
	s.await(c, a, func(finished chan<- InvokeResponse, abandoned <-chan struct{}) {
		defer end()
		s.work(opening.in(turn), a, finished, abandoned, ending{opening.Leaves, handled})
	})
}

// receive authenticates and reads the activity; the error tells why not.
func (s *Server) receive(ctx context.Context, c *gin.Context) (a Activity, status int, outcome string, err error) {
	headers := c.Request.Header.Values("Authorization")
	if len(headers) != 1 {
		return a, http.StatusUnauthorized, outcomeUnauthorized, errors.New("not one Authorization header")
	}
	identity, err := s.options.Validator.Verify(ctx, headers[0])
	if errors.Is(err, errMisdirected) {
		return a, http.StatusUnauthorized, outcomeMisdirected, err
	}
	if err != nil {
		return a, http.StatusUnauthorized, outcomeUnauthorized, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, s.options.MaxBody))
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return a, http.StatusRequestEntityTooLarge, outcomeTooBig, err
	}
	if err == nil {
		a, err = ParseActivity(body)
	}
	if err != nil {
		return a, http.StatusBadRequest, outcomeMalformed, err
	}
	if err := identity.Authorize(a.ServiceURL, a.ChannelID); err != nil {
		return a, http.StatusForbidden, outcomeForbidden, err
	}
	if !s.tenants.allows(a.TenantID()) && !isAnonymous(a) {
		return a, http.StatusOK, outcomeTenant, errTenant
	}
	if a.Type == TypeInvoke && !validInvoke(a) {
		return a, http.StatusBadRequest, outcomeMalformed, ErrMalformedValue
	}
	return a, 0, "", nil
}

// await starts the work and waits for its response, but not longer than Teams
// waits for the request's. After that the work goes on in the background.
func (s *Server) await(c *gin.Context, a Activity, work func(finished chan<- InvokeResponse, abandoned <-chan struct{})) {
	finished, abandoned := make(chan InvokeResponse), make(chan struct{})
	go work(finished, abandoned)
	timer := time.NewTimer(s.answerWithin(a))
	defer timer.Stop()
	select {
	case response := <-finished:
		writeInvoke(c, response)
	case <-timer.C:
		s.noteLate(c.Request.Context(), a)
		close(abandoned)
		writeInvoke(c, lateAnswer(a))
	case <-c.Request.Context().Done():
		s.noteLate(context.WithoutCancel(c.Request.Context()), a)
		close(abandoned)
	}
}

// consentWithin is how long Teams waits for the answer to a [FileConsent] at most. After
// 10 seconds it says that something went wrong, while the file is on its way. Source:
// issue 620 of OfficeDev/Microsoft-Teams-Samples.
const consentWithin = 5 * time.Second

// answerWithin is how long a turn is waited for before Teams is answered.
func (s *Server) answerWithin(a Activity) time.Duration {
	if a.Name == InvokeFileConsent {
		return min(consentWithin, s.options.AnswerWithin)
	}
	return s.options.AnswerWithin
}

// ending is what is done at the end of a turn.
type ending struct {
	leaves  func() bool
	handled func(context.Context)
}

// beforeAnswer ends a turn that leaves something for the next one before anybody can send
// that; false: it goes on.
func (e *ending) beforeAnswer(ctx context.Context, abandoned <-chan struct{}) bool {
	if e.leaves == nil || !e.leaves() {
		return false
	}
	select {
	case <-abandoned: // the answer is still to be delivered
		return false
	default:
		e.handled(ctx)
		return true
	}
}

// work runs the handler and hands its response to the waiting request or, when
// that has given up, delivers it through the connector.
func (s *Server) work(ctx context.Context, a Activity, finished chan<- InvokeResponse, abandoned <-chan struct{}, e ending) {
	start := time.Now()
	widenStack(0)
	response, outcome, err := s.handle(ctx, a)
	late, isEnded := false, e.beforeAnswer(ctx, abandoned)
	select {
	case <-abandoned:
		late = true
	default:
		select {
		case finished <- response:
		case <-abandoned:
			late = true
		}
	}
	if late {
		if outcome == outcomeOK {
			outcome = outcomeLate
		}
		err = errors.Join(err, s.deliverLate(ctx, a, response))
	}
	if !isEnded {
		e.handled(ctx)
	}
	s.finish(ctx, a, outcome, err, time.Since(start))
}

// turnStack is how many bytes of stack most turns need.
const turnStack = 32 << 10

// widenStack gives a goroutine that is new the stack of a turn. It would grow to that in five
// steps otherwise, the last ones in the depth of the turn, and each copies all of it.
//
//go:noinline
func widenStack(at int) byte {
	var stack [turnStack]byte
	stack[at] = 1
	return stack[turnStack-1-at]
}

// finish counts the turn and writes its one log line.
func (s *Server) finish(ctx context.Context, a Activity, outcome string, err error, took time.Duration) {
	s.metrics.count(a.Type, outcome)
	s.metrics.observe(a.Type, took)
	attrs := append(append(s.attrs(ctx, a, outcome), "dur", took), NoteFrom(ctx).Attrs(err)...)
	s.log.Log(ctx, levelOf(outcome, err), "activity", attrs...)
}

// levelOf is how loud the line of a turn is.
func levelOf(outcome string, err error) slog.Level {
	isFault := err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, ErrNotImplemented)
	switch {
	case isFault, outcome == OutcomeFault && err == nil, outcome == outcomePanic:
		return slog.LevelError
	case outcome == OutcomeStore, outcome == OutcomeUnavailable:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}

// attrs are the fields of a turn's log line: ids and kinds, never content.
func (s *Server) attrs(ctx context.Context, a Activity, outcome string) []any {
	return []any{
		"ref", RefFrom(ctx), "op", a.Type, "name", shortCode(a.Name), "outcome", outcome,
		"tenant", a.TenantID(), "user", a.From.AADObjectID, "kind", string(a.Kind()),
	}
}

// writeInvoke writes the status and the JSON body; without a body only the
// status.
func writeInvoke(c *gin.Context, r InvokeResponse) {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	if r.Body == nil {
		c.Status(status)
		c.Writer.WriteHeaderNow()
		return
	}
	body, err := encodeInvoke(r.Body)
	if err != nil {
		panic(err) // no answer holds what JSON cannot
	}
	c.Header("Content-Length", strconv.Itoa(len(body))) // else it is sent in chunks
	c.Data(status, "application/json; charset=utf-8", body)
}
