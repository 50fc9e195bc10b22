package ado

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Hosts of the cloud service, and the limits that stand when Options leaves them zero.
const (
	DefaultBaseURL    = "https://dev.azure.com"
	DefaultProfileURL = "https://app.vssps.visualstudio.com"

	// A query may run for 30 s and the service may hold a request of a busy identity for another 30 s before it
	// answers (page "Rate and usage limits"), so less than 60 s would give up on answers that are coming.
	defaultTimeout   = 90 * time.Second
	defaultBaseDelay = 2 * time.Second
	defaultInFlight  = 2
	maxAttempts      = 3
	maxRetryAfter    = 10 * time.Minute
)

// TokenSource gives the Microsoft Entra access token of one identity. It is asked before every request, so it caches.
// Its errors reach the caller of the endpoint wrapped, and are not retried.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// Invalidator may be implemented by a TokenSource. Invalidate says that Azure DevOps refused the token; the next call of
// Token should give a fresh one. The refused request is then sent once more.
type Invalidator interface {
	Invalidate(token string)
}

// Caller may be implemented by a TokenSource. Caller is what the identity is called and the Microsoft Entra tenant that
// its tokens are of, for the words of an [Error]; empty: a person's.
type Caller interface {
	Caller() (name, tenant string)
}

// Options configures a Client. The zero value speaks to the cloud service.
type Options struct {
	// HTTP sends the requests; nil: a client of its own. It is copied: redirects are never followed and cookies never
	// kept, since a redirect means "sign in" and a cookie would mix identities.
	HTTP *http.Client
	// BaseURL is where organizations live: <BaseURL>/{organization}. It may have a path. Default: DefaultBaseURL.
	BaseURL string
	// ProfileURL serves profiles and accounts. Default: DefaultProfileURL.
	ProfileURL string
	// UserAgent names the product as <product>/<version>; customers see it on their organization's Usage page.
	UserAgent string
	// Logger receives one debug line a request and a warning when the service throttles. Nil: silence.
	Logger *slog.Logger
	// Observer is called after every request that was sent, for metrics. The outcome is "ok", "canceled", "token" (the
	// TokenSource failed) or a Kind's label. It must not block.
	Observer func(op, outcome string, took time.Duration)
	// Timeout bounds one request, its body included. Default: 90 s.
	Timeout time.Duration
	// BaseDelay is the mean of the first pause before a retry; each further one doubles. Default: 2 s.
	BaseDelay time.Duration
	// InFlight is the number of requests that one identity may have under way. Default: 2.
	InFlight int
	// Gate is what this process shares with others that use the same identities: InFlight and the pauses that the service
	// asks for then count for all of them together. Nil: there are none.
	Gate Gate
	// Waited is called with how long each request waited for earlier ones of its identity, and until the service wanted it;
	// also with 0. It must not block.
	Waited func(time.Duration)
}

// Client holds what all identities share. It is safe for concurrent use.
type Client struct {
	http      *http.Client
	base      *url.URL
	profile   *url.URL
	userAgent string
	log       *slog.Logger
	observe   func(op, outcome string, took time.Duration)
	timeout   time.Duration
	baseDelay time.Duration
	gates     *gates
	waited    func(time.Duration)
}

// New checks the options, reporting all that is wrong with them at once.
func New(o Options) (*Client, error) {
	base, baseErr := parseBase("base URL", or(o.BaseURL, DefaultBaseURL))
	profile, profileErr := parseBase("profile URL", or(o.ProfileURL, DefaultProfileURL))
	var limitErr error
	if o.Timeout < 0 || o.BaseDelay < 0 || o.InFlight < 0 {
		limitErr = errors.New("timeout, base delay and in-flight limit must not be negative")
	}
	if err := errors.Join(baseErr, profileErr, limitErr); err != nil {
		return nil, fmt.Errorf("ado: %w", err)
	}
	log := or(o.Logger, slog.New(slog.DiscardHandler))
	return &Client{
		http:      httpClient(o.HTTP),
		base:      base,
		profile:   profile,
		userAgent: or(o.UserAgent, "okrbot"),
		log:       log,
		observe:   observer(o.Observer),
		timeout:   or(o.Timeout, defaultTimeout),
		baseDelay: or(o.BaseDelay, defaultBaseDelay),
		gates:     newGates(or(o.InFlight, defaultInFlight), newBook(o.Gate, log)),
		waited:    waiting(o.Waited),
	}, nil
}

// BaseURL is the configured base, without a slash at the end; WorkItemURL and QueryURL build on it.
func (c *Client) BaseURL() string { return c.base.String() }

// As gives the endpoints on behalf of one identity. Sessions of the same identity share one gate: the in-flight limit and
// the pauses that the service asks for; with Options.Gate all processes do. The identity is any stable name of the token's owner and is never sent. With
// nil tokens only OrganizationExists can succeed.
func (c *Client) As(identity string, tokens TokenSource) *Session {
	return &Session{c: c, identity: identity, tokens: tokens}
}

// Session acts for one identity. It is safe for concurrent use and needs no closing.
type Session struct {
	c        *Client
	identity string
	tokens   TokenSource
}

func parseBase(name, text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, fmt.Errorf("%s: not a URL", name) // the cause would repeat the text, which may hold a password
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, fmt.Errorf("%s: must be an absolute http or https URL", name)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%s: must hold no user, query or fragment", name)
	}
	return u, nil
}

func httpClient(given *http.Client) *http.Client {
	c := http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32, // all organizations share a host, and many identities ask in the same minute
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}}
	if given != nil {
		c = *given
	}
	c.Jar = nil
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

func observer(given func(op, outcome string, took time.Duration)) func(string, string, time.Duration) {
	if given != nil {
		return given
	}
	return func(string, string, time.Duration) {}
}

func waiting(given func(time.Duration)) func(time.Duration) {
	if given != nil {
		return given
	}
	return func(time.Duration) {}
}

// or gives the first value unless it is zero.
func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
