// Command adosim serves the Azure DevOps and Microsoft Entra simulator alone,
// with the demo world in it, for curl and for a bot under development:
//
//	adosim -listen 127.0.0.1:8081
//
// It registers one application, prints its id, its secret and the URLs, and
// lets the work go on (one story step every -every). Faults, modes and a budget are
// set by flags, or by curl while it runs; -h lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"okrbot/ado/adotest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "adosim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	f, err := parse(args, out)
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listener: %w", err)
	}
	if f.public == "" {
		f.public = "http://" + ln.Addr().String()
	}
	level := slog.LevelInfo
	if f.debug {
		level = slog.LevelDebug
	}
	cloud := adotest.New(adotest.Options{
		PublicURL: f.public, Latency: f.latency, Budget: f.limits(),
		Logger: slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})),
	})
	if err := prepare(cloud, f); err != nil {
		_ = ln.Close() // the reason is worth more
		return err
	}
	cloud.RegisterApp(adotest.App{ClientID: f.client, ClientSecret: f.secret, RedirectURIs: strings.Split(f.redirects, ",")})
	describe(out, cloud, f)
	return serve(ctx, ln, cloud, f.every)
}

func (f flags) limits() *adotest.Budget {
	if f.budget <= 0 {
		return nil
	}
	return &adotest.Budget{Units: f.budget, Window: f.window, Hold: f.hold}
}

func prepare(cloud *adotest.Cloud, f flags) error {
	if err := cloud.Seed(adotest.World{}); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for _, m := range f.modes {
		if err := cloud.Switch(m, true); err != nil {
			return err
		}
	}
	for _, o := range f.faults {
		if _, err := cloud.Order(o); err != nil {
			return fmt.Errorf("fault %s: %w", o.Fault, err)
		}
	}
	return nil
}

func describe(out io.Writer, cloud *adotest.Cloud, f flags) {
	fmt.Fprintf(out, "ADO_LOGIN_URL=%s\nADO_BASE_URL=%s\nADO_PROFILE_URL=%s\nADO_CLIENT_ID=%s\nADO_CLIENT_SECRET=%s\n\n",
		cloud.LoginURL(), cloud.BaseURL(), cloud.ProfileURL(), f.client, f.secret)
	for _, u := range cloud.Users() {
		var orgs []string
		for _, a := range u.Access {
			orgs = append(orgs, a.Organization)
		}
		fmt.Fprintf(out, "%-14s %s  %-26s %s\n", u.Name, u.OID, u.UPN, strings.Join(orgs, ", "))
	}
	tokens, err := cloud.IssueTokens(adotest.AlexOID, f.client, nil)
	if err != nil {
		return
	}
	fmt.Fprintf(out, "\ncurl -H 'Authorization: Bearer %s' '%s/contoso/_apis/projects?api-version=7.1'\n", tokens.AccessToken, cloud.BaseURL())
}

// serve runs until ctx ends, then waits for the story and closes the listener.
func serve(ctx context.Context, ln net.Listener, cloud *adotest.Cloud, every time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if every > 0 {
		wait := cloud.StartStory(ctx, every)
		defer func() { cancel(); wait() }()
	}
	srv := &http.Server{Handler: withControl(cloud), ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stopped()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// withControl is no ServeMux: that would clean the paths that the simulator is to
// see as they were sent.
func withControl(cloud *adotest.Cloud) http.Handler {
	control := http.StripPrefix("/_sim", cloud.Control())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sim/") {
			control.ServeHTTP(w, r)
			return
		}
		cloud.ServeHTTP(w, r)
	})
}
