package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
)

// patience is how long a script waits for anything.
const patience = 30 * time.Second

const (
	scriptAppID  = "22222222-2222-4222-8222-222222222222"
	scriptSecret = "script-secret"
)

// scriptKey signs the id tokens of all worlds; making one is slow.
var scriptKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

type worldKey struct{}

// scriptWorld is the world of one script.
type scriptWorld struct {
	clock *scriptClock
	redis *miniredis.Miniredis
	teams *bottest.Cloud
	azure *adotest.Cloud
	log   *scriptLog

	store       string // another Redis than redis, by its address
	azureServer *httptest.Server
	address     string // of okrbot, kept over restarts
	running     *app
	stop        func() error

	user       bottest.User
	chat       bottest.Chat  // the place, without a thread
	submit     bool          // presses go out as Action.Submit
	careless   bool          // the client checks no input, as a forged one
	signInCard string        // SIGNIN_CARD
	patience   time.Duration // of Teams with a turn; 0: that of the real one
	since      int           // of what is new
	current    *bottest.Post
	answer     bottest.Answer    // of the last press
	sent       bottest.Delivery  // the last message or press
	found      []bottest.Choice  // of the last search
	composed   bottest.Composed  // of the last compose
	link       string            // of the last sign-in
	page       string            // where the browser ended
	calls      int               // requests to Azure DevOps at the mark
	org        string            // of the ado commands
	project    string            // of the ado commands
	allowed    []string          // parts of error lines that are expected
	cards      []json.RawMessage // that answered a press
}

// scriptClock is the clock of okrbot and of Azure DevOps.
type scriptClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *scriptClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *scriptClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// scriptLog keeps okrbot's log.
type scriptLog struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *scriptLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *scriptLog) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.buf.String()), "\n")
}

// setUpWorld starts everything for one script.
func setUpWorld(env *testscript.Env) error {
	w := &scriptWorld{
		clock: &scriptClock{now: time.Date(2026, 8, 17, 9, 0, 0, 0, time.UTC)}, log: &scriptLog{},
		redis: miniredis.NewMiniRedis(), org: adotest.OrgContoso, project: adotest.ProjectFiber,
	}
	w.careless = strings.HasPrefix(filepath.Base(env.WorkDir), "script-bad_")
	if filepath.Base(env.WorkDir) == "script-fault_slow" {
		w.patience = time.Second
	}
	env.Values[worldKey{}] = w
	report, _ := env.T().(interface{ Errorf(string, ...any) })
	env.Defer(func() {
		if err := w.close(); err != nil {
			report.Errorf("%v", err)
		}
	})
	if err := w.redis.Start(); err != nil {
		return err
	}
	if err := w.startClouds(); err != nil {
		return err
	}
	return w.start()
}

func (w *scriptWorld) startClouds() error {
	key, err := scriptKey()
	if err != nil {
		return err
	}
	w.teams, err = bottest.Start(bottest.Options{AppID: scriptAppID, AppPassword: scriptSecret, AppTenant: bottest.DefaultTenant, ValidateInputs: !w.careless})
	if err != nil {
		return err
	}
	w.user = w.teams.User("alex")
	w.chat = w.teams.Personal(w.user)
	w.azure = adotest.New(adotest.Options{Now: w.clock.Now, Key: key})
	w.azureServer = httptest.NewServer(w.azure)
	w.azure.SetPublicURL(w.azureServer.URL)
	return w.azure.Seed(adotest.World{})
}

// start starts okrbot; a restart takes the same address again.
func (w *scriptWorld) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	address := w.address
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	w.address = listener.Addr().String()
	w.register()
	config, err := LoadConfig(w.getenv)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return w.serve(ctx, config, listener)
}

// register tells both clouds where okrbot is.
func (w *scriptWorld) register() {
	w.teams.SetBot("http://" + w.address + "/api/messages")
	w.azure.RegisterApp(adotest.App{ClientID: scriptAppID, ClientSecret: scriptSecret, RedirectURIs: []string{"http://" + w.address + "/auth/callback"}})
}

func (w *scriptWorld) serve(ctx context.Context, config Config, listener net.Listener) error {
	ready, done := make(chan *app, 1), make(chan error, 1)
	running, stop := context.WithCancel(context.Background())
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	go func() {
		done <- serve(running, config, log, &hooks{
			now: w.clock.Now, listener: listener, poll: 10 * time.Millisecond, pace: 1000, retry: 20 * time.Millisecond, answer: w.patience, ready: func(a *app) { ready <- a },
		})
	}()
	w.stop = func() error { stop(); return <-done }
	select {
	case w.running = <-ready:
		return w.healthy(ctx)
	case err := <-done:
		done <- err
		return fmt.Errorf("okrbot does not start: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// healthy asks okrbot itself whether it is ready.
func (w *scriptWorld) healthy(ctx context.Context) error {
	status, body, err := get(ctx, newBrowser(), "http://"+w.address+"/readyz")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("readyz: %d %s", status, body)
	}
	return err
}

func (w *scriptWorld) getenv(name string) string {
	store := w.store
	if store == "" && w.redis != nil {
		store = "redis://" + w.redis.Addr()
	}
	return map[string]string{
		"PUBLIC_URL": "http://" + w.address, "MICROSOFT_APP_ID": scriptAppID, "MICROSOFT_APP_PASSWORD": scriptSecret,
		"MICROSOFT_APP_TENANT_ID": bottest.DefaultTenant, "BOT_LOGIN_URL": w.teams.LoginURL(),
		"BOT_OPENID_METADATA_URL": w.teams.MetadataURL(), "BOT_SERVICE_URLS": w.teams.PublicURL(),
		"ADO_LOGIN_URL": w.azure.LoginURL(), "ADO_BASE_URL": w.azure.BaseURL(), "ADO_PROFILE_URL": w.azure.ProfileURL(),
		"ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID, "REDIS_URL": store, "SIGNIN_CARD": w.signInCard,
		"SEAL_KEYS": "k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)),
	}[name]
}

// close ends the world and says what is wrong with what it left.
func (w *scriptWorld) close() error {
	var errs []error
	if w.stop != nil {
		errs = append(errs, w.stop())
	}
	if w.teams != nil {
		errs = append(errs, w.checkCards(), w.checkLog(), w.teams.Close())
	}
	if w.azureServer != nil {
		w.azureServer.Close()
	}
	w.redis.Close()
	return errors.Join(errs...)
}
