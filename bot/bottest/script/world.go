package script

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr"
)

// Patience is how long a script waits for anything, and okrbot and both clouds for each
// other: a busy machine is no fault.
const Patience = 2 * time.Minute

// The app registration of okrbot in both clouds.
const (
	AppID     = "22222222-2222-4222-8222-222222222222"
	AppSecret = "script-secret"
)

// Starter starts okrbot and waits until it serves. A script's world does not know how: package main tells it.
type Starter func(ctx context.Context, h Host) (*Okrbot, error)

// Host is what a world gives to the okrbot that starts in it.
type Host struct {
	Getenv   func(name string) string
	Listener net.Listener
	Now      func() time.Time
	Log      io.Writer
	// Poll is how often an idle worker looks for tasks. An embedded Redis answers it when there is one.
	Poll time.Duration
	// TeamsWaits is how long Teams waits for a turn.
	TeamsWaits time.Duration
	// PostsWait is how long okrbot waits for the answer to a post.
	PostsWait time.Duration
}

// Okrbot is a running okrbot, as far as a world drives it: its time and its end.
type Okrbot struct {
	// Interval is the time between two syncs of a connection.
	Interval time.Duration
	Agenda   interface {
		Due(ctx context.Context, slots []int) ([]okr.Due, error)
		SetTickedUntil(ctx context.Context, t time.Time) error
	}
	Scheduler interface {
		Tick(ctx context.Context, now time.Time) error
		Idle(ctx context.Context) error
	}
	// Quiet waits until no turn is under way; nil: that cannot be told.
	Quiet func(ctx context.Context) error
	// Stop ends okrbot and waits until it has ended.
	Stop func() error
}

// Options configures a World.
type Options struct {
	Start Starter
	Now   time.Time
	// Env are variables of okrbot that the world does not set, or sets otherwise. Without a REDIS_URL the world has an
	// embedded Redis.
	Env map[string]string
}

// World is what one script plays in: both clouds, a Redis, a clock, and okrbot between them once it was started. It also
// remembers who acts where, and what was seen last.
type World struct {
	Teams *bottest.Cloud
	Azure *adotest.Cloud
	Clock *Clock
	Log   *Log // of okrbot
	// Env is that of the options.
	Env map[string]string
	// Address is where okrbot listens, as host and port; Start chooses one that is kept over restarts.
	Address string
	// Dir is where the files are that people send and save; empty: where the test runs.
	Dir string
	// User acts.
	User bottest.User
	// Chat is the place in which User acts, without a thread.
	Chat bottest.Chat

	starter     Starter
	commands    map[string]command   // by name
	running     *Okrbot              // nil: okrbot does not run
	redis       *miniredis.Miniredis // nil: a REDIS_URL names another one
	tasks       *tasks               // of redis
	azureServer *httptest.Server

	started    int           // how many steps of the main path "start" has gone
	submit     bool          // presses go out as Action.Submit
	teamsWaits time.Duration // of Teams for a turn
	postsWait  time.Duration // for the answer to a post
	repeats    int           // how often the last press was pressed once more, for their ids
	since      int           // of what is new
	current    *bottest.Post
	answer     bottest.Answer    // of the last press
	sent       bottest.Delivery  // the last message or press
	thread     bottest.Chat      // that "in that thread" comes back to
	found      []bottest.Choice  // of the last search
	composed   bottest.Composed  // of the last compose
	copied     map[string]string // addresses by name
	link       string            // of the last sign-in
	sso        *clientTokens
	page       string                      // where the browser ended
	web        *webPage                    // that is open in a browser, with a form
	secrets    []string                    // that were typed into pages
	pages      string                      // all that pages with a form said
	secondTab  func(context.Context) error // ends the sign-in that a second tab began
	calls      int                         // requests to Azure DevOps at the mark
	org        string                      // of the ado commands
	project    string                      // of the ado commands
	allowed    []string                    // parts of error lines that are expected
	cards      []json.RawMessage           // that answered a press
	given      strings.Builder             // what people gave: their words, names and files, in lower case
	read       []string                    // the pages that were read
}

// signingKey and teamsKeys sign the tokens of all worlds; making them is slow.
var (
	signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	teamsKeys  = sync.OnceValues(bottest.NewKeys)
)

// New makes a world in which okrbot does not run yet: the user alex in the 1:1 chat with okrbot. End it with Close.
func New(o Options) (*World, error) {
	w := &World{
		starter: o.Start, commands: commands(), Env: o.Env, Clock: &Clock{now: o.Now}, Log: &Log{},
		teamsWaits: Patience, postsWait: Patience, org: adotest.OrgContoso, project: adotest.ProjectFiber,
	}
	if err := w.open(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) open() error {
	if w.Env["REDIS_URL"] == "" {
		redis := miniredis.NewMiniRedis()
		if err := redis.Start(); err != nil {
			return err
		}
		w.redis = redis
		w.quicken()
		if err := markTicked(w.redis, w.Clock.Now()); err != nil {
			return err
		}
	}
	key, err := signingKey()
	if err != nil {
		return err
	}
	keys, err := teamsKeys()
	if err != nil {
		return err
	}
	w.Teams, err = bottest.Start(bottest.Options{
		AppID: AppID, AppPassword: AppSecret, AppTenant: bottest.DefaultTenant, ValidateInputs: true, Keys: keys, TurnLimit: 2 * Patience,
	})
	if err != nil {
		return err
	}
	w.User = w.Teams.User("alex")
	w.Chat = w.Teams.Personal(w.User)
	w.Azure = adotest.New(adotest.Options{Now: w.Clock.Now, Key: key})
	w.azureServer = httptest.NewServer(w.Azure)
	w.Azure.SetPublicURL(w.azureServer.URL)
	w.setUpSSO()
	return w.Azure.Seed(adotest.World{})
}

// ServerPoll is how often an idle worker asks a redis-server for tasks, which answers at once: with the race detector, three
// questions every 20 ms take a tenth of a processor.
const ServerPoll = 100 * time.Millisecond

// poll is how often an idle worker asks for tasks. The embedded Redis of the world answers when there is one.
func (w *World) poll() time.Duration {
	if w.redis == nil {
		return ServerPoll
	}
	return 5 * time.Millisecond
}

// quicken is Quicken, of a world that waits for its tasks.
func (w *World) quicken() {
	w.tasks = newTasks(w.redis, worldHold)
	w.redis.Server().SetPreHook(w.tasks.serve)
}

// Redis is the embedded Redis of the world, for tests that look into it; nil where a REDIS_URL names another one.
func (w *World) Redis() *miniredis.Miniredis { return w.redis }

// Start starts okrbot, or starts it again after a Stop.
func (w *World) Start() error {
	ctx, cancel := w.ctx()
	defer cancel()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cmp.Or(w.Address, "127.0.0.1:0"))
	if err != nil {
		return err
	}
	w.Address = listener.Addr().String()
	w.Register()
	w.running, err = w.starter(ctx, Host{Getenv: w.Getenv, Listener: listener, Now: w.Clock.Now, Log: w.Log, Poll: w.poll(), TeamsWaits: w.teamsWaits, PostsWait: w.postsWait})
	if err != nil {
		return err
	}
	return w.untilHealthy(ctx, 1)
}

// Stop ends okrbot if it runs.
func (w *World) Stop() error {
	running := w.running
	if w.running = nil; running == nil {
		return nil
	}
	if w.tasks != nil {
		w.tasks.stop(true)
		defer w.tasks.stop(false)
	}
	return running.Stop()
}

// Register tells both clouds that okrbot is at Address.
func (w *World) Register() {
	w.Teams.SetBot("http://" + w.Address + "/api/messages")
	app := adotest.App{ClientID: AppID, ClientSecret: AppSecret, RedirectURIs: []string{"http://" + w.Address + "/auth/callback"}, Tenant: bottest.DefaultTenant, ResourceURIs: []string{"api://botid-" + AppID}}
	if tenant := w.Env["ADO_LOGIN_TENANT"]; tenant != "" && tenant != bottest.DefaultTenant {
		app.Tenant = "" // a world that lets accounts of other tenants sign in has registered for that
	}
	w.Azure.RegisterApp(app)
}

// healthy asks okrbot itself whether it is ready.
func (w *World) healthy(ctx context.Context) error {
	status, body, err := Get(ctx, "http://"+w.Address+"/readyz")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("readyz: %d %s", status, body)
	}
	return err
}

// Getenv is the environment of okrbot in this world.
func (w *World) Getenv(name string) string {
	if value, ok := w.Env[name]; ok {
		return value
	}
	store := ""
	if w.redis != nil {
		store = "redis://" + w.redis.Addr() + "?read_timeout=120s&write_timeout=120s&pool_timeout=120s"
	}
	return map[string]string{
		"PUBLIC_URL": "http://" + w.Address, "MICROSOFT_APP_ID": AppID, "MICROSOFT_APP_PASSWORD": AppSecret,
		"MICROSOFT_APP_TENANT_ID": bottest.DefaultTenant, "BOT_LOGIN_URL": w.Teams.LoginURL(),
		"BOT_OPENID_METADATA_URL": w.Teams.MetadataURL(), "BOT_SERVICE_URLS": w.Teams.PublicURL(), "BOT_FILE_HOSTS": w.Teams.PublicURL(),
		"ADO_LOGIN_URL": w.Azure.LoginURL(), "ADO_BASE_URL": w.Azure.BaseURL(), "ADO_PROFILE_URL": w.Azure.ProfileURL(),
		"ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID, "REDIS_URL": store,
		"SEAL_KEYS": "k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)), "LOG_FORMAT": "text",
	}[name]
}

// Check says what is wrong with what okrbot left: every card that it posted must be of version 1.5, below 25 KB and with a
// summary, all that people read must be in the words of [wording], and its log must hold no error that was not allowed. Stop
// okrbot first.
func (w *World) Check() error {
	return errors.Join(w.checkCards(), w.checkSecrets(), w.checkWords(), w.checkLog())
}

// Close ends okrbot and the world.
func (w *World) Close() error {
	err := w.Stop()
	if w.Teams != nil {
		err = errors.Join(err, w.Teams.Close())
	}
	if w.azureServer != nil {
		w.azureServer.Close()
	}
	if w.redis != nil {
		w.redis.Close()
	}
	return err
}
