package adotest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// maxCalls bounds the request log; the oldest are forgotten first.
const maxCalls = 20_000

// Call is one request that was answered.
type Call struct {
	Op           string // see the Op constants
	Method       string
	Path         string // escaped, with the prefix
	Query        string // raw query string, emptied for the login host
	Organization string
	Project      string
	User         string // object id behind a known bearer token
	Status       int    // 0 when the connection was dropped
	Size         int    // of the answer's body, in bytes
	Sent         int    // of it as it went over the wire: packed, where the caller takes that
	Start        time.Time
	Took         time.Duration
}

type callLog struct {
	mu       sync.Mutex
	calls    []Call
	inFlight map[string]int
	most     map[string]int
}

// enter counts the request as in flight until the returned function is called
// with its answer, which happens before the answer is written: who has the
// answer finds the call in the log.
func (l *callLog) enter(x *exchange) func(answer) {
	call := Call{Op: x.op, Method: x.r.Method, Path: x.r.URL.EscapedPath(), Query: x.r.URL.RawQuery, Organization: x.org, Project: x.project, Start: time.Now()}
	if x.tenant != "" {
		call.Query = "" // holds state, challenge and login hint
	}
	if x.session != nil {
		call.User = x.session.oid
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inFlight == nil {
		l.inFlight, l.most = map[string]int{}, map[string]int{}
	}
	who := strings.ToLower(call.User)
	l.inFlight[who]++
	l.most[who] = max(l.most[who], l.inFlight[who])
	return func(a answer) { l.leave(call, a) }
}

func (l *callLog) leave(call Call, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight[strings.ToLower(call.User)]--
	call.Status, call.Size, call.Sent, call.Took = a.status, a.size, len(a.body), time.Since(call.Start)
	if len(l.calls) >= maxCalls {
		l.calls = slices.Delete(l.calls, 0, maxCalls/10)
	}
	l.calls = append(l.calls, call)
}

// Calls are the answered requests since the start or the last ResetCalls.
func (c *Cloud) Calls() []Call {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	return slices.Clone(c.calls.calls)
}

// Count is the number of answered requests of an operation, of every one when
// op is empty.
func (c *Cloud) Count(op string) int {
	n := 0
	for _, call := range c.Calls() {
		if op == "" || call.Op == op {
			n++
		}
	}
	return n
}

// MaxInFlight is the largest number of requests that were under way at the same
// time with tokens of the user; an empty oid stands for requests without one.
func (c *Cloud) MaxInFlight(oid string) int {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	return c.calls.most[strings.ToLower(oid)]
}

// ResetCalls empties the log and the in-flight maxima.
func (c *Cloud) ResetCalls() {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	c.calls.calls = nil
	clear(c.calls.most)
}
