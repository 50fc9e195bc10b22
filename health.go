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
	s := &http.Server{Handler: h.handler, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })() // a probe needs no grace
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("health pages: %w", err)
	}
	return nil
}

// readyTime bounds a look at what a process needs.
const readyTime = 2 * time.Second

// maxStall is how long a clock may stand still before its process is not ready.
const maxStall = 10 * time.Minute

// readyz says whether this process can do what it is for.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if why := a.notReady(ctx); why != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, why+"\n")
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}

// notReady says what is missing: the store; where Teams is answered, the keys
// that its tokens are checked with; where the clock runs, a tick.
func (a *app) notReady(ctx context.Context) string {
	switch {
	case a.store.Ping(ctx) != nil:
		return "the store does not answer"
	case a.config.has(roleWeb) && a.validator.Ready(ctx) != nil:
		return "there are no keys to check the tokens of Teams with: is BOT_OPENID_METADATA_URL reachable?"
	case a.config.has(roleClock) && a.scheduler.Stalled() > maxStall:
		return "what is due is not queued since " + a.scheduler.Stalled().Truncate(time.Second).String()
	default:
		return ""
	}
}

func (a *app) metrics() http.Handler {
	return promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{})
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
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	return func() { _ = server.Close(); <-done }, nil
}
