package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"okrbot/bot/signin"
	"okrbot/okr"
	"okrbot/okr/redisstore"
	"okrbot/okr/redisstore/datadir"
	"okrbot/scheduler"
)

// maxSkew is how far this machine's clock may be from others': tokens are
// refused beyond five minutes, and ticks come at the wrong minute before.
const maxSkew = time.Minute

// doctor looks at the services of one configuration.
type doctor struct {
	config Config
	client *http.Client
	store  *storage // nil: it does not answer, or there is none yet
	unborn bool     // DATA_DIR: there is nothing in it yet
	life   life
	skew   time.Duration // the largest that was seen
	skewed string        // by whose clock
}

func newDoctor(c Config) *doctor {
	d := &doctor{config: c, client: loginClient()}
	d.client.Transport = timeTeller{&http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}, d.saw}
	return d
}

// timeTeller notes the clock of whoever answers.
type timeTeller struct {
	http.RoundTripper
	saw func(who string, theirs time.Time)
}

// RoundTrip implements http.RoundTripper.
func (t timeTeller) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		t.saw(req.URL.Host, date)
	}
	return resp, nil
}

func (d *doctor) close() {
	if d.store != nil {
		_ = d.store.Close() // nothing was written
	}
}

// checks are in the order in which things depend on each other; that of the clock
// is last, since it uses what the others saw.
func (d *doctor) checks() []check {
	return []check{
		{"Redis", d.redis, "check that Redis runs and that REDIS_URL has its address and password. With DATA_DIR, follow the message above. See docs/configuration.md."},
		{"Redis durability", d.durability, "start Redis with --appendonly yes --maxmemory-policy noeviction; see docs/operations/backup.md."},
		{"Redis users", d.users, "before Redis restarts, turn its user default off but give it all rights: user default off ~* &* +@all. See docs/operations/README.md#redis."},
		{"record lists", d.lists, "run okrbot doctor --repair, which adds the records to their lists again. Then find out what Redis lost: docs/operations/README.md#redis."},
		{"sealed sign-ins", d.seals, "add the old keys to SEAL_KEYS, after the new one. If they are lost, the owners sign in again."},
		{"applications", d.applications, "an admin of that tenant sends applications to okrbot and renews it. See docs/applications.md."},
		{"parked tasks", d.parkedTasks, "okrbot parked lists them, and okrbot parked retry all runs them again."},
		{"bot token", d.botToken, "compare MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD and MICROSOFT_APP_TENANT_ID with the app registration, and check that the client secret has not expired."},
		{"Teams signing keys", d.keys, "allow this machine to reach BOT_OPENID_METADATA_URL."},
		{"sign-in page", d.signInPage, "allow this machine to reach ADO_LOGIN_URL, and check that it is the address of Microsoft Entra."},
		{"sign-in secret", d.signInSecret, "allow this machine to reach ADO_LOGIN_URL, and check that it is the address of Microsoft Entra."},
		{"single sign-on", d.singleSignOn, "compare SSO_RESOURCE with the Application ID URI of the registration that signs people in (Expose an API). See docs/setup.md. If there was no answer, allow this machine to reach ADO_LOGIN_URL."},
		{"Azure DevOps", d.page(d.config.ADOBaseURL), "allow this machine to reach ADO_BASE_URL."},
		{"Azure DevOps profiles", d.page(d.config.ADOProfileURL), "allow this machine to reach ADO_PROFILE_URL."},
		{"PUBLIC_URL", d.public, "start okrbot serve, and check that DNS, certificate and proxy of PUBLIC_URL lead to its LISTEN_ADDR."},
		{"processes", d.processes, "start a process with this role. ROLES sets the roles of a process; without it, a process has all."},
		{"clock", d.clock, "synchronize the clock of this machine with NTP."},
	}
}

func (d *doctor) redis(ctx context.Context) (string, error) {
	if d.config.RedisURL == "" && !datadir.Exists(d.config.DataDir) {
		return d.beforeFirstStart(ctx)
	}
	store, err := openStorageBeside(ctx, d.config, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	d.store = store
	health, err := store.Health(ctx)
	if err != nil {
		return "", err
	}
	d.saw("Redis", health.Time)
	return fmt.Sprintf("version %s, %s", health.Version, many(health.Masters, "master")), nil
}

// errNoStore is what a check says that has nothing to look at. What is wrong is told by
// the check of the store.
var errNoStore = fmt.Errorf("%w: the store can't be reached", errSkipped)

func (d *doctor) durability(ctx context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	health, err := d.store.Health(ctx)
	switch {
	case err != nil:
		return "", err
	case !health.AppendOnly:
		return "", errors.New("no append-only file, so a crash loses saved data")
	case health.Eviction != "" && health.Eviction != "noeviction":
		return "", fmt.Errorf("data is deleted when the memory is full (%s)", health.Eviction)
	default:
		return "append-only file, no eviction", nil
	}
}

// noStore is what there is to say of a store that cannot be looked at.
func (d *doctor) noStore() (string, error) {
	if d.unborn {
		return "", errNotStarted
	}
	return "", errNoStore
}

func (d *doctor) seals(ctx context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	if err := redisstore.CheckKeys(ctx, d.store.Store); err != nil {
		return "", err
	}
	seals, err := d.store.Seals(ctx)
	if err != nil {
		return "", err
	}
	if seals.Closed > 0 {
		return "", fmt.Errorf("%d of %d can't be opened; they need the keys %s", seals.Closed, seals.All, strings.Join(seals.Missing, ", "))
	}
	return fmt.Sprintf("all %d open, %d of them with the first key", seals.All, seals.First), nil
}

func (d *doctor) parkedTasks(context.Context) (string, error) {
	if d.store == nil {
		return d.noStore()
	}
	queue, err := scheduler.OpenQueue(sharedRedis{d.store.Store})
	if err != nil {
		return "", err
	}
	list, err := queue.Parked()
	if err == nil && len(list) > 0 {
		err = fmt.Errorf("%d failed for good, the last one at %s", len(list), list[len(list)-1].Failed.UTC().Format(time.RFC3339))
	}
	return "none", err
}

func (d *doctor) botToken(ctx context.Context) (string, error) {
	tokens, err := newTokens(d.config)
	if err != nil {
		return "", err
	}
	_, err = tokens.Token(ctx)
	return "Microsoft Entra issues one", adviseBot(d.config, err)
}

func (d *doctor) signInPage(ctx context.Context) (string, error) {
	return "Microsoft Entra knows okrbot and its redirect URI", adviseSignIn(d.config, d.signIn().TryPage(ctx))
}

func (d *doctor) signInSecret(ctx context.Context) (string, error) {
	return "Microsoft Entra accepts it", adviseSignIn(d.config, d.signIn().TrySecret(ctx))
}

// singleSignOn looks for what clients of Teams ask tokens for.
func (d *doctor) singleSignOn(ctx context.Context) (string, error) {
	if d.config.SSOConnection == "" {
		return "off, so people sign in with the button", nil
	}
	tenant := d.config.ADOLoginTenant
	if tenant == anyOrganization {
		tenant = d.config.AppTenantID
	}
	if tenant == "" {
		return "", fmt.Errorf("%w: no tenant is set", errSkipped)
	}
	return "Microsoft Entra knows SSO_RESOURCE", adviseSSO(d.config, d.signIn().TryResource(ctx, okr.TenantID(tenant)))
}

// signIn is what okrbot serve signs people in with.
func (d *doctor) signIn() signin.Options {
	o := signIn(d.config)
	o.HTTP = d.client
	return o
}

func (d *doctor) keys(ctx context.Context) (string, error) {
	validator, err := newValidator(d.config)
	if err != nil {
		return "", err
	}
	if err := validator.Ready(ctx); err != nil {
		return "", err
	}
	return "fetched", nil
}

// page says that somebody answers at an address; without a sign-in that is all
// there is to see.
func (d *doctor) page(address string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		status, _, err := d.get(ctx, address)
		switch {
		case err != nil:
		case status >= http.StatusInternalServerError:
			err = fmt.Errorf("%s answers with status %d", address, status)
		case status == http.StatusForbidden || status == http.StatusProxyAuthRequired: // it asks strangers to sign in instead
			err = fmt.Errorf("a proxy or firewall on the way to %s answers with status %d", address, status)
		}
		return "answers", err
	}
}

func (d *doctor) clock(context.Context) (string, error) {
	switch {
	case d.skewed == "":
		return "", fmt.Errorf("%w: no server reported its time", errSkipped)
	case d.skew.Abs() > maxSkew:
		return "", fmt.Errorf("%s off, compared with %s", d.skew.Round(time.Second), d.skewed)
	default:
		return "matches the servers' clocks", nil
	}
}

// saw notes somebody else's time.
func (d *doctor) saw(who string, theirs time.Time) {
	if skew := time.Since(theirs); d.skewed == "" || skew.Abs() > d.skew.Abs() {
		d.skew, d.skewed = skew, who
	}
}

// get fetches a page and looks at the clock of who serves it.
func (d *doctor) get(ctx context.Context, address string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return resp.StatusCode, string(raw), err
}
