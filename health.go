package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"okrbot/okr"
)

// healthPages are what a platform and an operator look at.
func (a *app) healthPages() map[string]http.Handler {
	pages := map[string]http.Handler{
		"/healthz": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }),
		"/readyz":  http.HandlerFunc(a.readyz),
	}
	// Behind https there is a proxy, since okrbot speaks http only. On this machine it
	// looks like somebody of this machine, whatever it adds to a request or does not.
	if a.config.MetricsAddr == "" && strings.HasPrefix(a.config.PublicURL, "http://") {
		pages["/metrics"] = onlyLoopback(a.metrics())
	}
	return pages
}

// healthOnly is the server of a process that does not answer Teams.
type healthOnly struct{ handler http.Handler }

func (a *app) healthServer() healthOnly {
	mux := http.NewServeMux()
	for path, page := range a.healthPages() {
		mux.Handle("GET "+path, page)
	}
	return healthOnly{mux}
}

// Serve implements server.
func (h healthOnly) Serve(ctx context.Context, l net.Listener) error {
	s := smallServer(h.handler)
	defer context.AfterFunc(ctx, func() { _ = s.Close() })() // a probe needs no grace
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("health pages: %w", err)
	}
	return nil
}

const (
	// readyTime bounds a look at what a process needs.
	readyTime = 2 * time.Second
	// metricsTime bounds an answer of /metrics; Prometheus waits for 10 s by default.
	metricsTime = 8 * time.Second
)

// maxStall is how long a clock may stand still before its process is not ready.
const maxStall = 10 * time.Minute

// readyz says whether this process can do what it is for.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	if why := a.look(r.Context()).notReady; why != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, why+"\n")
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}

// condition is what a look at a process found.
type condition struct {
	reads, writes bool   // of the store
	notReady      string // what is missing; empty: nothing
}

// look finds what is missing: the store, to be read and to be written; where Teams is
// answered, the keys that its tokens are checked with; where the clock runs, a tick.
func (a *app) look(ctx context.Context) condition {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	err := a.store.Writable(ctx)
	c := condition{reads: err == nil || errors.Is(err, okr.ErrNoWrites), writes: err == nil}
	switch {
	case !c.reads:
		c.notReady = "Redis doesn't answer"
	case !c.writes:
		c.notReady = "Redis can be read but accepts no changes: " + okr.CauseOf(err).Error()
	case a.config.has(roleWeb) && a.validator.Ready(ctx) != nil:
		c.notReady = "the keys that sign Teams' tokens are missing: is BOT_OPENID_METADATA_URL reachable?"
	case a.config.has(roleClock) && a.scheduler.Stalled() > maxStall:
		c.notReady = "no due work queued for " + a.scheduler.Stalled().Truncate(time.Second).String()
	}
	return c
}

// metrics serves what is counted. What hangs is given up before Prometheus does.
func (a *app) metrics() http.Handler {
	return promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{Timeout: metricsTime})
}

// onlyLoopback hides a page from everybody but this machine. A request that a
// proxy on this machine passes on is not from this machine.
func onlyLoopback(page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() || forwarded {
			http.NotFound(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// serveMetrics serves /metrics on a listener of its own where one is configured.
func (a *app) serveMetrics(ctx context.Context) (stop func(), err error) {
	if a.config.MetricsAddr == "" {
		return func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.config.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics())
	server := smallServer(mux)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	return func() { _ = server.Close(); <-done }, nil
}

// smallServer serves pages whose requests have no body and whose answers come soon.
func smallServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: metricsTime + 10*time.Second, IdleTimeout: 2 * time.Minute,
	}
}

// askReadyTime bounds the question, and is longer than the answer may take.
const askReadyTime = readyTime + time.Second

// runReady asks the okrbot of this machine whether it is ready, for a platform
// that looks by a command: the image has no other program. An error says no.
func runReady(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	values, problems := readEnvironment(func(name string) string {
		if strings.TrimSuffix(name, "_FILE") != "LISTEN_ADDR" {
			return ""
		}
		return getenv(name)
	})
	address, err := readyAddress(values["LISTEN_ADDR"])
	if err := errors.Join(append(problems, err)...); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askReadyTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req) // by no proxy
	if err != nil {
		return fmt.Errorf("not ready: okrbot doesn't answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // the status says enough
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(body)))
	}
	_, err = fmt.Fprintln(stdout, "ready")
	return err
}

// readyAddress is where this machine reaches a listen address.
func readyAddress(listen string) (string, error) {
	if listen == "" {
		listen = defaultOf("ListenAddr")
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", errors.New("LISTEN_ADDR: must be host:port or :port")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port), nil
}
