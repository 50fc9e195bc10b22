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
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
)

// The registration of the demo's bot. Nothing outside this machine knows it.
const (
	demoAppID     = "11111111-1111-4111-8111-111111111111"
	demoAppSecret = "demo-secret"                          //nolint:gosec // of the simulated cloud only
	demoIdentity  = "77777777-2222-4333-8444-00000000de30" // of the simulated machine: client id, and the header of its endpoint
)

// demoOptions are the demo's flags. Port 0 takes a free one.
type demoOptions struct {
	botPort, azurePort, teamsPort, playgroundPort int
	noPlayground, noBrowser                       bool
	story                                         time.Duration
}

// parseDemo reads the flags. OKRBOT_DEMO_PORT_BASE gives the Playground that port
// and the others the three after it; OKRBOT_DEMO_BROWSER=none opens no browser.
func parseDemo(args []string, getenv func(string) string) (o demoOptions, err error) {
	ports := demoPorts()
	if text := getenv("OKRBOT_DEMO_PORT_BASE"); text != "" {
		base, err := strconv.Atoi(text)
		if err != nil || base < 1 || base+3 > 65535 {
			return o, usageError("OKRBOT_DEMO_PORT_BASE: must be the first of four ports, such as 5615")
		}
		ports = [4]int{base, base + 1, base + 2, base + 3}
	}
	f := demoFlags(&o, ports, io.Discard) // a mistake is told once, by what is returned
	o.noBrowser = getenv("OKRBOT_DEMO_BROWSER") == "none"
	switch err := f.Parse(args); {
	case err != nil:
		return o, usageError(err.Error() + "; okrbot demo -h lists the flags")
	case f.NArg() > 0:
		return o, usageError(fmt.Sprintf("unknown argument %q; okrbot demo -h lists the flags", f.Arg(0)))
	default:
		return o, nil
	}
}

// demoPorts are those of the Playground, okrbot, Azure DevOps and Teams.
func demoPorts() [4]int { return [4]int{5615, 3978, 3979, 3980} }

func demoFlags(o *demoOptions, ports [4]int, out io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("okrbot demo", flag.ContinueOnError)
	f.SetOutput(out)
	f.IntVar(&o.playgroundPort, "playground-port", ports[0], "port of the Agents Playground, below 32768")
	f.IntVar(&o.botPort, "port", ports[1], "port of okrbot")
	f.IntVar(&o.azurePort, "azure-port", ports[2], "port of the simulated Azure DevOps and Entra")
	f.IntVar(&o.teamsPort, "teams-port", ports[3], "port of the simulated Teams cloud")
	f.BoolVar(&o.noPlayground, "no-playground", false, "do not start the Agents Playground")
	f.BoolVar(&o.noBrowser, "no-browser", false, "do not open a browser")
	f.DurationVar(&o.story, "story", 20*time.Second, "how often somebody completes a work item; 0: never")
	return f
}

// runDemo runs the whole product with nothing outside this machine: the store in
// memory, simulated Azure DevOps, Entra and Teams, okrbot with its real
// authentication, and Microsoft's Agents Playground in front.
func runDemo(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	o, err := parseDemo(args, getenv)
	if err != nil {
		return err
	}
	d := &demo{options: o, getenv: getenv, stdout: stdout}
	defer d.close()
	if err := d.listen(ctx); err != nil {
		return err
	}
	return d.run(ctx)
}

// demo is the demo's parts.
type demo struct {
	options           demoOptions
	getenv            func(string) string
	stdout            io.Writer
	bot, azure, teams net.Listener
	azureCloud        *adotest.Cloud
	teamsCloud        *bottest.Cloud
	playground        string // its address
	samples           []bottest.File
}

func (d *demo) listen(ctx context.Context) (err error) {
	for _, l := range []struct {
		listener *net.Listener
		port     int
		flag     string
	}{{&d.bot, d.options.botPort, "-port"}, {&d.azure, d.options.azurePort, "-azure-port"}, {&d.teams, d.options.teamsPort, "-teams-port"}} {
		if *l.listener, err = listenOnLoopback(ctx, l.port); err != nil {
			return portTaken(l.port, l.flag, err)
		}
	}
	switch {
	case d.options.noPlayground:
	case d.options.playgroundPort == 0:
		if d.options.playgroundPort, err = freeLowPort(ctx); err != nil {
			return err
		}
	default: // it listens itself, later
		l, err := listenOnLoopback(ctx, d.options.playgroundPort)
		if err != nil {
			return portTaken(d.options.playgroundPort, "-playground-port", err)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	d.playground = "http://127.0.0.1:" + strconv.Itoa(d.options.playgroundPort)
	return nil
}

func listenOnLoopback(ctx context.Context, port int) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

func portTaken(port int, choose string, err error) error {
	return fmt.Errorf("port %d is in use; choose another one with %s: %w", port, choose, err)
}

// close gives back the ports also when the start failed.
func (d *demo) close() {
	for _, l := range []net.Listener{d.bot, d.azure, d.teams} {
		if l != nil {
			_ = l.Close()
		}
	}
}

// freeLowPort finds a port below those that Linux gives to outgoing connections:
// the Playground silently takes another port when its own is busy.
func freeLowPort(ctx context.Context) (int, error) {
	for port := 20000 + os.Getpid()%5000; port < 32000; port++ {
		l, err := listenOnLoopback(ctx, port)
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no free port for the Agents Playground")
}

func urlOf(l net.Listener) string { return "http://" + l.Addr().String() }

func (d *demo) run(ctx context.Context) error {
	c, err := d.config()
	if err != nil {
		return err
	}
	log := newLogger(c, d.stdout)
	if err := d.buildClouds(log); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	d.serveHTTP(ctx, group, d.azure, d.azureCloud)
	d.serveHTTP(ctx, group, d.teams, d.teamsMux())
	if d.options.story > 0 {
		wait := d.azureCloud.StartStory(ctx, d.options.story)
		group.Go(func() error { wait(); return nil })
	}
	group.Go(func() error {
		return serve(ctx, c, log, &hooks{listener: d.bot, poll: 200 * time.Millisecond, digests: time.Minute, ready: d.banner})
	})
	if !d.options.noPlayground {
		group.Go(func() error { return d.runPlayground(ctx) })
	}
	// To be told to stop is no failure, but a stop that went wrong is one.
	if err := group.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// config is the configuration of the demo as `okrbot serve` would read it.
// SYNC_INTERVAL, LOG_LEVEL, LOG_FORMAT, REDIS_URL, SEAL_KEYS and SIGNIN_CARD may
// be set from outside.
func (d *demo) config() (Config, error) {
	teams, azure := urlOf(d.teams), urlOf(d.azure)
	values := map[string]string{
		"PUBLIC_URL": urlOf(d.bot), "MICROSOFT_APP_ID": demoAppID, "MICROSOFT_APP_PASSWORD": demoAppSecret,
		"MICROSOFT_APP_TENANT_ID": bottest.DefaultTenant, "BOT_LOGIN_URL": teams + "/login",
		"BOT_OPENID_METADATA_URL": teams + "/openid/.well-known/openidconfiguration", "BOT_SERVICE_URLS": teams, "BOT_FILE_HOSTS": teams,
		"ADO_LOGIN_URL": azure + "/login", "ADO_BASE_URL": azure + "/ado", "ADO_PROFILE_URL": azure + "/vssps",
		"ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID, "LOG_FORMAT": "text",
		"IDENTITY_ENDPOINT": azure + "/msi/token", "IDENTITY_HEADER": demoIdentity,
	}
	c, err := LoadConfig(func(name string) string {
		switch name {
		case "SYNC_INTERVAL", "LOG_LEVEL", "LOG_FORMAT", "REDIS_URL", "SEAL_KEYS", "SIGNIN_CARD":
			if v := d.getenv(name); v != "" {
				return v
			}
		}
		return values[name]
	})
	if d.getenv("SYNC_INTERVAL") == "" {
		c.SyncInterval = time.Minute // sooner than anybody may ask of the real service: people watch
	}
	return c, err
}

func (d *demo) buildClouds(log *slog.Logger) (err error) {
	d.azureCloud = adotest.New(adotest.Options{PublicURL: urlOf(d.azure), Logger: log})
	if err = d.azureCloud.Seed(adotest.World{}); err != nil {
		return err
	}
	if err = seedRoadmap(d.azureCloud); err != nil {
		return err
	}
	d.azureCloud.RegisterApp(adotest.App{
		ClientID: demoAppID, ClientSecret: demoAppSecret, RedirectURIs: []string{urlOf(d.bot) + "/auth/callback"},
		Tenant: bottest.DefaultTenant,
	})
	d.azureCloud.AddPrincipal(adotest.Principal{
		ClientID: demoIdentity, Tenant: bottest.DefaultTenant, Name: "okrbot-demo", Access: []adotest.Access{{Organization: adotest.OrgContoso}},
	})
	d.azureCloud.SetMachine(adotest.Machine{Own: demoIdentity, Header: demoIdentity})
	d.azureCloud.TrustMachine(adotest.ReaderName, demoIdentity)
	d.teamsCloud, err = bottest.New(bottest.Options{
		AppID: demoAppID, AppPassword: demoAppSecret, AppTenant: bottest.DefaultTenant, PublicURL: urlOf(d.teams), Logger: log,
	})
	if err != nil {
		return err
	}
	d.teamsCloud.SetBot(urlOf(d.bot) + "/api/messages")
	d.samples, err = sampleExports()
	return err
}

// teamsMux serves the Teams cloud, and below /playground the Agents Playground's
// way through it.
func (d *demo) teamsMux() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", d.teamsCloud)
	mux.Handle("/playground/", http.StripPrefix("/playground", d.teamsCloud.Proxy(bottest.ProxyOptions{
		PublicURL: urlOf(d.teams) + "/playground", PlaygroundURL: d.playground, Samples: d.samples,
	})))
	return mux
}

func (d *demo) serveHTTP(ctx context.Context, group *errgroup.Group, l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
}

func (d *demo) banner(*app) {
	where := "Open " + d.playground + " in a browser."
	if d.options.noPlayground {
		where = "The Agents Playground is not started; its endpoint would be " + urlOf(d.teams) + "/playground/api/messages"
	}
	_, _ = fmt.Fprintf(d.stdout, `
okrbot demo: everything runs on this machine, and nothing is saved when it stops.

  %[1]s
  You are Alex Wilber, an admin. Send "help", or:

    enable                 turn on the Azure DevOps integration
    connect                sign in to the simulated Azure DevOps as Alex Wilber,
                           organization contoso, project Fabrikam Fiber
    new objective          then: new key result, new project
    bind KR1               find the query "Launch bugs"
    bind P1                find the query "Launch scope"
    connect application    read as the application %[4]s, without a person:
                           tenant %[5]s,
                           client %[6]s,
                           secret %[7]s
    digest                 in the channel Delivery (mention okrbot)

    export                 save your OKRs as a file

  The Playground has no files. To send some to okrbot, such as an export of Viva Goals,
  or to open what okrbot saved for you, use a page. Files: %[2]s

  The simulated team completes work items as time passes; okrbot measures every minute.
  Azure DevOps: %[3]s    okrbot: %[8]s    stop: Ctrl+C

`, where, urlOf(d.teams)+"/playground/files", urlOf(d.azure), adotest.ReaderName, adotest.TenantID, adotest.ReaderClientID, adotest.ReaderSecret, urlOf(d.bot))
}
