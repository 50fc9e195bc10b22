package ado

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	maxErrorBody = 64 << 10
	maxBody      = 64 << 20 // 20,000 link rows are about 6 MB; all work item types of a big process about 10 MB
)

var errBodyTooLarge = errors.New("answer too large")

// call is one request to be sent, as often as it takes.
type call struct {
	op        string
	method    string
	url       string
	body      []byte
	anonymous bool
	bare      bool  // without the addresses of what is in the answer
	err       error // a name that cannot stand in a URL
}

// get makes a GET of version 7.1. The query is given in pairs of name and value.
func get(op string, at target, query ...string) call {
	return call{op: op, method: http.MethodGet, url: at.with(query...), err: at.err}
}

// post makes a POST of version 7.1 with a JSON body. All POSTs here are reads, so they may be repeated.
func post(op string, at target, body any, query ...string) call {
	data, err := json.Marshal(body)
	return call{op: op, method: http.MethodPost, url: at.with(query...), body: data, err: errors.Join(at.err, err)}
}

// withoutURLs asks for an answer without the addresses of each item, field and type, which are most of a long one. The
// service's own pages ask so; it is not documented, and one that does not know it answers as always.
func (c call) withoutURLs() call {
	c.bare = true
	return c
}

// target is a URL being built.
type target struct {
	url string
	err error
}

// under appends path segments, each escaped by itself. A segment that is empty or made of dots would change which
// resource is meant, so it is refused.
func under(base *url.URL, segments ...string) target {
	var b strings.Builder
	b.WriteString(base.String())
	for _, s := range segments {
		if s == "" || s == "." || s == ".." {
			return target{err: inputError("A name is missing or cannot be used: %q.", s)}
		}
		b.WriteString("/" + url.PathEscape(s))
	}
	return target{url: b.String()}
}

// org leads to an organization, or deeper.
func (s *Session) org(organization string, segments ...string) target {
	return under(s.c.base, append([]string{organization}, segments...)...)
}

func (t target) with(query ...string) string {
	values := url.Values{"api-version": {"7.1"}}
	for i := 0; i+1 < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	return t.url + "?" + values.Encode()
}

// list is the envelope of every collection.
type list[T any] struct {
	Value   []T  `json:"value"`
	HasMore bool `json:"hasMore"`
}

// fetch sends the call and decodes the answer into a fresh value, so that a repeated attempt starts clean.
func fetch[T any](ctx context.Context, s *Session, c call) (T, http.Header, error) {
	var out T
	header, err := s.do(ctx, c, func(body []byte) error {
		var fresh T
		if err := json.Unmarshal(body, &fresh); err != nil {
			return err
		}
		out = fresh
		return nil
	})
	return out, header, err
}

// try sends the call once: gate, token, request, check, decode. It also gives the token that it used.
func (s *Session) try(ctx context.Context, c call, decode func([]byte) error) (http.Header, string, error) {
	came := time.Now()
	leave, closedFor, err := s.c.gates.enter(ctx, s.identity)
	s.c.waited(time.Since(came))
	if err != nil {
		return nil, "", fmt.Errorf("ado: %s: wait for earlier requests: %w", c.op, err)
	}
	if leave == nil {
		return nil, "", newError(c.op, reply{closedFor: closedFor})
	}
	defer leave()
	started := time.Now()
	token, err := s.token(ctx, c)
	if err != nil {
		s.c.observe(c.op, "token", time.Since(started))
		return nil, "", err
	}
	r := s.c.send(ctx, c, token)
	r.token = token
	s.c.gates.close(ctx, s.identity, max(retryAfter(r.header, time.Now()), pace(r.header, time.Now())))
	err = check(ctx, c, r, decode)
	s.c.record(ctx, c, r, err, time.Since(started))
	return r.header, token, err
}

func (s *Session) token(ctx context.Context, c call) (string, error) {
	if c.anonymous || s.tokens == nil {
		return "", nil
	}
	token, err := s.tokens.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("ado: %s: access token: %w", c.op, err)
	}
	return token, nil
}

// send does one round trip and reads the body, bounded in time and size.
func (c *Client) send(ctx context.Context, k call, token string) reply {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, k.method, k.url, bytes.NewReader(k.body))
	if err != nil {
		return reply{cause: withoutURL(err)}
	}
	c.setHeaders(req, k, token)
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{cause: withoutURL(err)}
	}
	defer func() { _ = resp.Body.Close() }() // everything of use was read; there is nothing to do about it
	body, err := readBody(resp)
	return reply{status: resp.StatusCode, header: resp.Header, body: body, cause: err}
}

// setHeaders asks for JSON, and for a 401 in place of the sign-in page, as Microsoft's own clients do. That the answer
// may be packed (gzip) is asked by net/http, which unpacks it too.
func (c *Client) setHeaders(req *http.Request, k call, token string) {
	accept := "application/json"
	if k.bare {
		accept += ";excludeUrls=true"
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("X-TFS-FedAuthRedirect", "Suppress")
	if req.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
}

func readBody(resp *http.Response) ([]byte, error) {
	if resp.StatusCode >= 300 {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // part of an explanation still explains
		return body, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		return nil, errBodyTooLarge
	}
	return body, err
}

// check tells an answer from a refusal. When the caller's context is over, that is the error, whatever the transport
// made of it.
func check(ctx context.Context, c call, r reply, decode func([]byte) error) error {
	if r.cause != nil && ctx.Err() != nil {
		return fmt.Errorf("ado: %s: %w", c.op, ctx.Err())
	}
	if r.cause != nil || !answered(c, r) {
		return newError(c.op, r)
	}
	if c.method == http.MethodHead {
		return nil
	}
	if r.cause = decode(stripBOM(r.body)); r.cause != nil {
		return newError(c.op, r)
	}
	return nil
}

// answered: Azure DevOps sends its sign-in page with 203 and even with 200, so only JSON counts.
func answered(c call, r reply) bool {
	ok := r.status >= 200 && r.status < 300 && r.status != http.StatusNonAuthoritativeInfo
	return ok && (c.method == http.MethodHead || isJSON(r.header))
}

// isJSON lets an answer without a type pass: decoding decides about it.
func isJSON(h http.Header) bool {
	text := h.Get("Content-Type")
	if text == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(text)
	return (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter)) &&
		(kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

func stripBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) }

// withoutURL drops the address that net/http puts into its errors: it holds names and search texts of people.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Operations are the operations of [Options.Observer].
func Operations() []string {
	return []string{
		"accounts", "areas", "connection data", "count query", "find items", "item tree", "my profile", "organization", "organization tenant", "project",
		"projects", "queries batch", "query", "query folder", "query roots", "recycle bin", "revisions",
		"run query", "search queries", "wiql", "work item fields", "work item states", "work item types", "work items",
	}
}

// Outcomes are the outcomes of [Options.Observer].
func Outcomes() []string {
	out := []string{"ok", "canceled", "token"}
	for _, k := range []Kind{
		ErrSignIn, ErrNoAccessToOrg, ErrConditionalAccess, ErrForbidden, ErrNotFound, ErrTooManyResults, ErrQueryTooSlow, ErrInvalidQuery,
		ErrThrottled, ErrUnavailable, ErrBadRequest,
	} {
		out = append(out, string(k))
	}
	return out
}

// record feeds the log and the metrics. Neither gets a URL, a name or a body.
func (c *Client) record(ctx context.Context, k call, r reply, err error, took time.Duration) {
	outcome := "ok"
	if e, ok := errors.AsType[*Error](err); ok {
		outcome = string(e.Kind)
	} else if err != nil {
		outcome = "canceled"
	}
	c.observe(k.op, outcome, took)
	c.log.DebugContext(ctx, "azure devops request", "op", k.op, "status", r.status, "outcome", outcome,
		"dur", took, "activity", r.activityID(), "delay", r.line(r.header.Get("X-RateLimit-Delay")),
		"left", oneLine(r.header.Get("X-RateLimit-Remaining")), "pace", pace(r.header, time.Now()))
	if wait := retryAfter(r.header, time.Now()); wait > 0 {
		c.log.WarnContext(ctx, "azure devops asks to wait", "op", k.op, "status", r.status, "wait", wait)
	}
}
