package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"okrbot/ado"
	"okrbot/bot"
	"okrbot/bot/chat"
	"okrbot/bot/compose"
	"okrbot/bot/signin"
	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
	"okrbot/manifest"
	"okrbot/okr"
	"okrbot/okr/adosource"
	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

// shutdownTime is how long a stop may take: turns under way, then the queue.
const shutdownTime = 45 * time.Second

// app is everything that runs, wired together.
type app struct {
	config     Config
	log        *slog.Logger
	registry   *prometheus.Registry
	store      *redisstore.Store
	storage    *storage
	activities bot.Activities
	bot        *bot.Bot
	validator  *teams.Validator
	scheduler  *scheduler.Scheduler
	server     server
	growth     *growth // nil: this process has no clock
	busy       bool    // workers did not end in time and still use the store
}

// server serves HTTP until ctx ends, and then finishes what is under way.
type server interface {
	Serve(ctx context.Context, l net.Listener) error
}

// hooks are the seams that the demo and the tests use; nil means the real thing.
type hooks struct {
	now      func() time.Time
	listener net.Listener
	ready    func(*app)
	poll     time.Duration // how often the queue is looked at
	pace     float64       // posts a second to one conversation
	retry    time.Duration // the first pause before something is tried again
	answer   time.Duration // how long Teams waits for a turn
	lookup   time.Duration // how long a turn waits for what Teams knows of a person
	post     time.Duration // how long is waited for the answer to a post
	digests  time.Duration // the least time between two digests of a place
}

// serve runs the bot until ctx ends, then stops in order: no new turns, those
// under way to their end, the queue drained, the store closed, and its own server
// stopped where it has one.
func serve(ctx context.Context, c Config, log *slog.Logger, h *hooks) (err error) {
	if h == nil {
		h = &hooks{}
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.digests == 0 {
		h.digests = time.Hour
	}
	a, err := newApp(ctx, c, log, *h)
	if err != nil {
		return err
	}
	defer func() {
		if a.busy { // the end of the process closes the store
			err = errors.Join(err, a.storage.closeFolder())
		} else {
			err = errors.Join(err, a.storage.Close())
		}
	}()
	listener := h.listener
	if listener == nil {
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.ListenAddr); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	return a.run(ctx, listener, h.ready)
}

func (a *app) run(ctx context.Context, listener net.Listener, ready func(*app)) error {
	stopMetrics, err := a.serveMetrics(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := a.scheduler.Start(context.WithoutCancel(ctx)); err != nil {
		stopMetrics()
		return errors.Join(err, listener.Close())
	}
	a.log.InfoContext(ctx, "okrbot is ready", "addr", listener.Addr().String(), "interval", a.config.SyncInterval, "roles", a.config.Roles, "version", version(), "build", build())
	if ready != nil {
		go ready(a)
	}
	stopGrowth := a.growth.start(ctx)
	stopWatch := func() {}
	if a.config.has(roleClock) {
		stopWatch = a.watchLists(ctx)
	}
	err = a.server.Serve(ctx, listener)
	stopWatch()
	stopMetrics()
	stopGrowth()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	stopErr := a.scheduler.Shutdown(stopping)
	a.busy = stopErr != nil
	a.log.InfoContext(stopping, "okrbot has stopped")
	return errors.Join(err, stopErr)
}

func newApp(ctx context.Context, c Config, log *slog.Logger, h hooks) (*app, error) {
	a := &app{config: c, log: log, registry: prometheus.NewRegistry()}
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newAbout(a))
	var err error
	if a.storage, err = openStorage(ctx, c, log, h.now); err != nil {
		return nil, err
	}
	a.store = a.storage.Store
	if err := a.wire(c, h); err != nil {
		return nil, errors.Join(err, a.storage.Close())
	}
	return a, nil
}

func (a *app) wire(c Config, h hooks) error {
	source, err := a.newSource(c, h)
	if err != nil {
		return err
	}
	a.activities = newActivities(ports{store: a.store, azure: source, admins: c.AdminObjectIDs, digestEvery: h.digests, now: h.now})
	connector, validator, err := newTeams(c, h, a.log)
	if err != nil {
		return err
	}
	a.validator = validator
	fileHosts, err := files.NewClient(files.Options{Hosts: c.BotFileHosts, Backoff: h.retry})
	if err != nil {
		return err
	}
	queue := &lateSyncer{}
	a.bot, err = bot.New(bot.Options{
		Activities: a.activities, Memory: a.store.Memory(), Syncer: queue, Imports: queue, Connector: connector, Files: fileHosts,
		SignIn: signIn(c), Addresses: compose.Options{AppID: c.AppID, PublicURL: c.PublicURL, TeamsURL: c.TeamsURL}, Version: version(), Interval: c.SyncInterval, Organization: c.OrganizationName, Logger: a.log, Now: h.now, PostsPerSecond: int(20 * h.pace), LookupTime: h.lookup,
	})
	if err != nil {
		return err
	}
	a.scheduler, err = scheduler.New(scheduler.Options{
		Redis: sharedRedis{a.store}, Agenda: a.store, Work: work{a.activities.Measure, a.activities.Notify, a.activities.Transfer}, Post: newCountedPosts(a.bot, a.registry), Interval: c.SyncInterval,
		Logger: a.log, QueueLogger: quiet(a.log), Registerer: a.registry, Now: h.now, PollInterval: h.poll, RetryDelay: h.retry,
		NoClock: !c.has(roleClock), NoWorkers: !c.has(roleWorker),
	})
	if err != nil {
		return err
	}
	queue.Scheduler = a.scheduler
	if c.has(roleClock) {
		a.growth = newGrowth(a.store, a.activities.Plan, a.log, a.registry)
	}
	if !c.has(roleWeb) {
		a.server = a.healthServer()
		return nil
	}
	a.server = teams.NewServer(teams.ServerOptions{
		AppID: c.AppID, Validator: validator, Connector: connector, Handler: a.bot,
		// Longer than the slowest query, shorter than what Azure DevOps asks to wait
		// when it throttles: people then hear of it at once.
		TurnTimeout:    45 * time.Second,
		AnswerWithin:   h.answer,
		AllowedTenants: c.AllowedTenants,
		Deliveries:     a.bot.Deliveries(), Results: chat.ResultsOf(a.store.Memory()), Pages: a.pages(), Forms: a.bot.Forms(), Probes: a.healthPages(), Logger: a.log, Registerer: a.registry,
	})
	return nil
}

// lateSyncer breaks the circle of bot and scheduler: each is given to the other.
type lateSyncer struct{ *scheduler.Scheduler }

// sharedRedis gives the store's client to the queue, which then does not close it.
type sharedRedis struct{ store *redisstore.Store }

// MakeRedisClient implements asynq.RedisConnOpt.
func (s sharedRedis) MakeRedisClient() any { return s.store.Client() }

// sharedGate lets all replicas count together what they ask of Azure DevOps.
type sharedGate struct{ redisstore.Gate }

// Ask implements ado.Gate.
func (s sharedGate) Ask(ctx context.Context, identity string, c ado.Claim) (ado.Grant, error) {
	tenant, budget, _ := strings.Cut(identity, "/") // as adosource makes it
	grant, err := s.Gate.Ask(ctx, okr.TenantID(tenant), budget, redisstore.GateClaim(c))
	return ado.Grant(grant), err
}

// newSource makes the way to Azure DevOps.
func (a *app) newSource(c Config, h hooks) (*adosource.Source, error) {
	requests := newCountedRequests(a.registry)
	client, err := ado.New(ado.Options{
		BaseURL: c.ADOBaseURL, ProfileURL: c.ADOProfileURL, UserAgent: "okrbot/" + version(), Logger: a.log, BaseDelay: h.retry,
		Observer: requests.observe, Waited: requests.waited, Gate: sharedGate{redisstore.GateOf(a.store)},
	})
	if err != nil {
		return nil, err
	}
	return adosource.New(adosource.Options{
		Client: client, Credentials: newCountedRefreshes(a.store, a.registry), LoginURL: c.ADOLoginURL, ClientID: c.ADOClientID,
		ClientSecret: c.ADOClientSecret, Assertion: signInAssertion(c), HTTP: loginClient(), Now: h.now, Logger: a.log,
		HomeTenant: okr.TenantID(c.AppTenantID), Federation: machineAssertion(c), Identity: machineIdentity(c),
	}), nil
}

// loginClient speaks to Microsoft Entra. Redirects are no part of a token
// endpoint's answer.
func loginClient() *http.Client {
	return &http.Client{
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func signIn(c Config) signin.Options {
	return signin.Options{
		PublicURL: c.PublicURL, LoginURL: c.ADOLoginURL, LoginTenant: c.ADOLoginTenant,
		ClientID: c.ADOClientID, ClientSecret: c.ADOClientSecret, Assertion: signInAssertion(c), PlainCard: c.SignInCard == "signin", HTTP: loginClient(),
		SSOConnection: c.SSOConnection, SSOResource: c.SSOResource,
	}
}

// manyTurns keeps a connection open for each of many turns at a time: all of
// them speak to one host, for which two are the default. A message with the largest
// card goes out in one piece.
func manyTurns() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // it is one, by its documentation
	t.MaxIdleConnsPerHost, t.MaxIdleConns = 128, 256
	t.WriteBufferSize = 32 << 10
	return t
}

// newTeams makes the two halves of the way to Teams: out and in.
func newTeams(c Config, h hooks, log *slog.Logger) (*teams.Connector, *teams.Validator, error) {
	tokens, err := newTokens(c)
	if err != nil {
		return nil, nil, err
	}
	connector, err := teams.NewConnector(teams.ConnectorOptions{Tokens: tokens, AppID: c.AppID, ServiceHosts: c.BotServiceURLs, Client: &http.Client{Transport: manyTurns()}, PerSecond: h.pace, PerTenant: 30 * h.pace, Backoff: h.retry, PostTimeout: h.post, Logger: log})
	if err != nil {
		return nil, nil, err
	}
	validator, err := newValidator(c)
	return connector, validator, err
}

func newTokens(c Config) (*teams.TokenSource, error) {
	assertion, err := newAssertion(c)
	if err != nil {
		return nil, err
	}
	return teams.NewTokenSource(teams.TokenOptions{
		LoginURL: c.BotLoginURL, AppType: teams.AppType(c.AppType), TenantID: c.AppTenantID, AppID: c.AppID,
		AppPassword: c.AppPassword.Reveal(), Assertion: assertion, Scope: c.BotScope,
		IdentityEndpoint: c.IdentityEndpoint, IdentityHeader: c.IdentityHeader.Reveal(),
	})
}

func newValidator(c Config) (*teams.Validator, error) {
	return teams.NewValidator(teams.ValidatorOptions{
		MetadataURL: c.BotMetadataURL, Issuer: c.BotTokenIssuer, AppID: c.AppID, ServiceHosts: c.BotServiceURLs,
	})
}

// pages are those beside the bot's own endpoint.
func (a *app) pages() map[string]http.Handler {
	pages := manifest.Pages()
	maps.Copy(pages, a.bot.Pages())
	return pages
}
