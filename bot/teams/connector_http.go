package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// attemptTimeout bounds one try of a connector call.
	attemptTimeout = 15 * time.Second
	// maxConnectorBody bounds an answer in bytes; a page of 200 members has
	// about 60 KB.
	maxConnectorBody = 4 << 20
)

// call is one request to the connector.
type call struct {
	op     string
	method string
	ref    Ref
	path   string // escaped, below the service URL
	in     any    // nil: no body
	out    any    // nil: the answer is not read
	// repeatable says that doing it twice is the same as doing it once.
	repeatable bool
	// paced says that it counts and waits as a post to the conversation.
	paced bool
	// once says that it is not worth a second try.
	noRetry bool
}

// do sends a call: the one place that talks to the connector. It checks the
// service URL, waits for its turn and tries again where that can help.
func (c *Connector) do(ctx context.Context, k call) error {
	if err := c.hosts.Check(k.ref.ServiceURL); err != nil {
		return fmt.Errorf("connector: %s: %w", k.op, err)
	}
	body, err := encodeBody(k.in)
	if err != nil {
		return fmt.Errorf("connector: %s: %w", k.op, err)
	}
	if err := c.pace(ctx, k); err != nil {
		return err
	}
	waits := &backoff.ExponentialBackOff{
		InitialInterval: c.backoff, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: c.maxWait,
	}
	waits.Reset()
	renewed := false
	for attempt := 1; ; attempt++ {
		token, err := c.attempt(ctx, k, body)
		if err == nil {
			return nil
		}
		failure, ok := errors.AsType[*ConnectorError](err)
		if !ok {
			return err
		}
		failure.perhapsShown = k.perhapsDone(failure)
		if ctx.Err() != nil {
			return err
		}
		if failure.Status == http.StatusUnauthorized && !renewed {
			renewed = true
			c.tokens.Invalidate(token)
			continue
		}
		wait := max(failure.RetryAfter, waits.NextBackOff())
		if attempt >= c.attempts || k.noRetry || !k.again(failure) || wait > c.maxWait || !c.inTime(ctx, wait) {
			return err
		}
		c.log.DebugContext(ctx, "connector call repeated", "op", k.op, "status", failure.Status, "wait", wait)
		if err := Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func encodeBody(in any) ([]byte, error) {
	switch in := in.(type) {
	case nil:
		return nil, nil
	case wireMessage:
		return in.encode()
	default:
		return json.Marshal(in)
	}
}

// again reports whether a failed try may be followed by another. A post that
// got a 5xx or a broken connection may have been shown already; it is repeated
// only when the answer says that it was not taken, or when there was no
// connection at all. Source: "Rate limit and best practices for Teams bots".
func (k call) again(e *ConnectorError) bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusPreconditionFailed:
		return true
	case http.StatusServiceUnavailable:
		return k.repeatable || e.RetryAfter > 0
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return k.repeatable
	case 0:
		return k.repeatable || neverConnected(e.err)
	default:
		return false
	}
}

// perhapsDone reports whether a call that must not be done twice may have been done.
// A 500, 502 or 504 comes from behind the door, as does a 503 that does not ask to
// come again. Source: "Rate limit and best practices for Teams bots".
func (k call) perhapsDone(e *ConnectorError) bool {
	if k.repeatable || k.method != http.MethodPost {
		return false
	}
	switch e.Status {
	case 0:
		return e.sent
	case http.StatusRequestTimeout, http.StatusServiceUnavailable:
		return e.RetryAfter == 0
	default:
		return e.Status >= 500
	}
}

// neverConnected reports whether the request cannot have reached the server.
func neverConnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// attempt makes one try and returns the token it used.
func (c *Connector) attempt(ctx context.Context, k call, body []byte) (string, error) {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return "", err
	}
	timeout := attemptTimeout
	if !k.repeatable {
		timeout = c.posting
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	target := strings.TrimRight(k.ref.ServiceURL, "/") + k.path
	req, err := http.NewRequestWithContext(ctx, k.method, target, bytes.NewReader(body))
	if err != nil {
		return token, fmt.Errorf("connector: %s: malformed address", k.op)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return token, &ConnectorError{Op: k.op, err: withoutURL(err), sent: sent.Load()}
	}
	defer func() { _ = resp.Body.Close() }()
	return token, c.read(k, resp)
}

// read takes the answer. A body that is absent or no JSON is fine where only an
// id was hoped for: a 202 has none.
func (c *Connector) read(k call, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxConnectorBody))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return newConnectorError(k.op, resp, body, c.now())
	}
	if k.out == nil || len(bytes.TrimSpace(body)) == 0 && k.method != http.MethodGet {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(body, k.out)
	}
	if err != nil && k.method == http.MethodGet {
		return fmt.Errorf("connector: %s: unreadable answer: %w", k.op, err)
	}
	return nil
}

// withoutURL drops the address from a transport error: it holds ids.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// pace waits for the call's turn in its tenant and, for a post, in its
// conversation. It fails at once when the context would end before.
func (c *Connector) pace(ctx context.Context, k call) error {
	if k.ref.TenantID != "" {
		if err := c.turn(ctx, k.op, c.tenants, k.ref.TenantID); err != nil {
			return err
		}
	}
	if !k.paced {
		return nil
	}
	return c.turn(ctx, k.op, c.places, k.ref.ConversationID)
}

func (c *Connector) turn(ctx context.Context, op string, p *pacer, key string) error {
	wait, giveBack := p.reserve(key)
	if !c.inTime(ctx, wait) {
		giveBack()
		return fmt.Errorf("connector: %s: %w: own pace", op, ErrThrottled)
	}
	if err := Sleep(ctx, wait); err != nil {
		giveBack()
		return err
	}
	return nil
}

// inTime reports whether ctx lasts longer than wait.
func (c *Connector) inTime(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || wait <= 0 || time.Until(deadline) > wait
}

// Sleep waits for d, or until ctx ends: then the error is its own.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
