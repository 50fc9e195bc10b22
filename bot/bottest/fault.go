package bottest

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Op names one operation of the Cloud, for faults and counters.
type Op string

// The operations. OpAny matches every connector operation, but neither the token
// endpoint nor the OpenID pages.
const (
	OpAny      Op = "*"
	OpSend     Op = "send"
	OpReply    Op = "reply"
	OpUpdate   Op = "update"
	OpDelete   Op = "delete"
	OpCreate   Op = "create"
	OpMembers  Op = "members"
	OpMember   Op = "member"
	OpPaged    Op = "pagedmembers"
	OpTeam     Op = "team"
	OpChannels Op = "channels"
	OpToken    Op = "token"
	OpMetadata Op = "metadata"
	OpKeys     Op = "keys"
	// OpTargeted is any call about a targeted message, besides its own operation.
	OpTargeted Op = "targeted"
)

// Fault is one way to go wrong.
type Fault struct {
	// Status is the HTTP status answered, e.g. 429, 403, 412 or 502.
	Status int
	// Code is "error.code" in the body; empty takes the usual one of the status.
	Code string
	// RetryAfter becomes the Retry-After header in whole seconds, rounded up; zero sends none.
	RetryAfter time.Duration
	// Count is how many calls fail: 0 means one, a negative number all until ClearFaults.
	Count int
	// Drop closes the connection without an answer; Status is then not used.
	Drop bool
	// Reset closes the connection so that the caller sees a reset instead of its end.
	Reset bool
	// Applied lets the call take effect before it fails, as when a gateway loses the
	// answer: a bot that simply repeats a send then posts twice.
	Applied bool
	// Late gives the true answer after Hold: a connector that shows a
	// post and says so when nobody waits any more.
	Late bool
	// Hold delays the failure until the channel is closed or the caller gives up.
	Hold <-chan struct{}
	// Conversation limits the fault to one conversation id (without ";messageid=");
	// empty means any.
	Conversation string
}

type fault struct {
	op Op
	Fault
}

// Fail makes the next calls of op fail with f. Faults of one op are used up in the
// order in which they were given.
func (c *Cloud) Fail(op Op, f Fault) {
	if f.Count == 0 {
		f.Count = 1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &fault{op: op, Fault: f})
}

// ClearFaults forgets all faults.
func (c *Cloud) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// takeFault returns the fault that the call meets, or nil.
func (c *Cloud) takeFault(op Op, conversation string, isTargeted bool) *Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.faults {
		if f.Count == 0 || (f.Conversation != "" && f.Conversation != conversation) {
			continue
		}
		if f.op == op || (f.op == OpAny && op.connector()) || (f.op == OpTargeted && isTargeted) {
			if f.Count > 0 {
				f.Count--
			}
			met := f.Fault
			return &met
		}
	}
	return nil
}

func (o Op) connector() bool { return o != OpToken && o != OpMetadata && o != OpKeys }

// enter counts a call to one of the pages outside the connector and plays its fault;
// it reports whether the call has been answered.
func (c *Cloud) enter(w http.ResponseWriter, r *http.Request, op Op) bool {
	c.mu.Lock()
	switch op {
	case OpMetadata:
		c.counts.Metadata++
	case OpKeys:
		c.counts.Keys++
	}
	c.mu.Unlock()
	f := c.takeFault(op, "", false)
	if f == nil {
		return false
	}
	f.play(w, r)
	return true
}

// play answers the request with the fault.
func (f *Fault) play(w http.ResponseWriter, r *http.Request) {
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-r.Context().Done():
			return
		}
	}
	if f.Drop || f.Reset {
		drop(w, f.Reset)
		return
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	code := f.Code
	if code == "" {
		code = usualCode(f.Status)
	}
	writeError(w, f.Status, code, "Injected fault.")
}

// drop cuts the connection, so that the client sees EOF or a reset.
func drop(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0) // what is unsent is dropped and RST is sent
	}
	_ = conn.Close()
}

func usualCode(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "BotNotRegistered"
	case http.StatusForbidden:
		return "BotNotInConversationRoster"
	case http.StatusNotFound:
		return "ConversationNotFound"
	case http.StatusPreconditionFailed:
		return "PreconditionFailed"
	case http.StatusRequestEntityTooLarge:
		return "MessageSizeTooBig"
	case http.StatusTooManyRequests:
		return "Throttled"
	}
	return "ServiceError"
}

// writeError answers with the connector's error body.
func writeError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]any{"code": code, "message": message}})
}
