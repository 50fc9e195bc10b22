package bottest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Issuer is the "iss" claim of every token that the stand-in sends to the bot, the
// value that "Authentication with the Bot Connector API" names for the public cloud.
const Issuer = "https://api.botframework.com"

// TurnLimit is how long Teams waits for a bot's answer before it gives up.
const TurnLimit = 15 * time.Second

// Options configures a Cloud. Only AppID and AppPassword are required.
type Options struct {
	// AppID is the bot's Microsoft app id, a GUID: the audience of inbound tokens and,
	// behind "28:", the bot's id in conversations.
	AppID string
	// AppPassword is the client secret that the token endpoint expects.
	AppPassword string
	// AppTenant is the home tenant of a single-tenant bot, the only authority at which
	// the token endpoint knows the app. Empty means a multi-tenant bot, whose authority
	// is "botframework.com".
	AppTenant string
	// PublicURL is the base URL at which the Cloud is reached, without a trailing slash.
	// Start fills it in; with New it may also be given later through SetPublicURL.
	PublicURL string
	// ValidateInputs makes a press fail with an error where a Teams client would not let
	// the person press: a required input left empty, a number out of range, a text that
	// is too long or does not match its pattern.
	ValidateInputs bool
	// TurnLimit is how long the Cloud waits for a bot's answer. 0 is what Teams does; a
	// test whose machine may be busy gives more.
	TurnLimit time.Duration
	// Keys sign the tokens until they are rotated; nil makes some.
	Keys *Keys
	// Now is the clock of tokens and time stamps; nil means time.Now.
	Now func() time.Time
	// Logger receives one debug record per connector call; nil discards.
	Logger *slog.Logger
}

// Cloud is the stand-in. It is an http.Handler and safe for concurrent use.
type Cloud struct {
	opts   Options
	client *http.Client
	server *http.Server
	ended  chan struct{}
	keys   *keyring

	mu        sync.Mutex
	changed   chan struct{}
	seq       int
	lastID    int64
	publicURL string
	region    string
	botURL    string
	world     world
	platform  string            // of the clients; empty: Web
	locales   map[string]string // of the clients, by person; none: en-US
	posts     []*post
	roots     map[string]bool
	whispers  map[string]bool // the threads that begin with a slash command
	typing    map[string]int
	passed    time.Duration // of the life of targeted messages
	fills     map[string]map[string]string
	links     map[string]keptLink // by person and address

	sso         signOns
	drive       drive
	federations []Federation
	flights     map[string]int
	tokens      map[string]time.Time
	faults      []*fault
	counts      Counts
}

// Counts says how often each door of the Cloud was used since it was made.
type Counts struct {
	// Metadata counts fetches of the OpenID document, Keys those of the key set.
	Metadata, Keys int
	// Tokens counts tokens issued to the bot, TokenErrors refusals.
	Tokens, TokenErrors int
	// Unauthorized counts connector calls refused for want of a valid bearer.
	Unauthorized int
	// Connector counts authorized connector calls by operation, failed ones included.
	Connector map[Op]int
}

// New returns a Cloud with the default world, not yet listening anywhere. It fails
// only if no signing key can be made.
func New(opts Options) (*Cloud, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	opts.TurnLimit = cmp.Or(opts.TurnLimit, TurnLimit)
	keys, err := newKeyring(opts.Keys)
	if err != nil {
		return nil, fmt.Errorf("bottest: %w", err)
	}
	c := &Cloud{
		opts: opts, keys: keys, changed: make(chan struct{}),
		client:    &http.Client{Timeout: opts.TurnLimit, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
		publicURL: strings.TrimRight(opts.PublicURL, "/"),
		roots:     map[string]bool{}, whispers: map[string]bool{}, typing: map[string]int{}, locales: map[string]string{},
		fills: map[string]map[string]string{}, flights: map[string]int{}, tokens: map[string]time.Time{},
		counts: Counts{Connector: map[Op]int{}},
		sso:    signOns{devices: map[string]int{}, last: map[string]exchangeCard{}},
		drive:  drive{sent: map[string]*driveFile{}, uploads: map[string]*driveFile{}, saved: map[string]map[string][]byte{}},
	}
	c.world = defaultWorld()
	return c, nil
}

// Start is New followed by serving on a free loopback port, which becomes the
// PublicURL. The caller must Close the Cloud.
func Start(opts Options) (*Cloud, error) {
	c, err := New(opts)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("bottest: listener: %w", err)
	}
	c.SetPublicURL("http://" + listener.Addr().String())
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: TurnLimit}
	c.ended = make(chan struct{})
	go func() {
		defer close(c.ended)
		if err := c.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.opts.Logger.Error("bottest server ended", "err", err)
		}
	}()
	return c, nil
}

// Close stops the server of Start, if any, and drops idle connections to the bot.
func (c *Cloud) Close() error {
	c.sso.clients.Wait()
	c.client.CloseIdleConnections()
	if c.server == nil {
		return nil
	}
	err := c.server.Close()
	<-c.ended
	return err
}

// ServeHTTP serves the OpenID document and keys below /openid/, the token endpoint
// below /login/, the connector below /connector/ and the files of people below /personal/.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/openid/.well-known/openidconfiguration":
		c.serveMetadata(w, r)
	case path == "/openid/keys":
		c.serveKeys(w, r)
	case strings.HasPrefix(path, "/login/"):
		c.serveToken(w, r)
	case strings.HasPrefix(path, "/connector/"):
		c.serveConnector(w, r)
	case strings.HasPrefix(path, "/personal/"):
		c.serveDrive(w, r)
	default:
		http.NotFound(w, r)
	}
}

// SetPublicURL tells the Cloud under which base URL it is served.
func (c *Cloud) SetPublicURL(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.publicURL = strings.TrimRight(url, "/")
}

// SetBot sets the bot's messaging endpoint, e.g. "http://127.0.0.1:3978/api/messages".
func (c *Cloud) SetBot(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.botURL = url
}

// PublicURL returns the base URL, without a trailing slash.
func (c *Cloud) PublicURL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.publicURL
}

// MetadataURL returns the value for the bot's BOT_OPENID_METADATA_URL.
func (c *Cloud) MetadataURL() string {
	return c.PublicURL() + "/openid/.well-known/openidconfiguration"
}

// LoginURL returns the value for the bot's BOT_LOGIN_URL.
func (c *Cloud) LoginURL() string { return c.PublicURL() + "/login" }

// ServiceURL returns the serviceUrl of activities, with a trailing slash as Teams has it.
func (c *Cloud) ServiceURL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.serviceURL()
}

// serviceURL is ServiceURL for callers that hold the lock.
func (c *Cloud) serviceURL() string {
	if c.region == "" {
		return c.publicURL + "/connector/"
	}
	return c.publicURL + "/connector/" + c.region + "/"
}

// SetRegion moves the serviceUrl of later activities to /connector/<region>/, as
// Teams may at any time; calls to the earlier URL keep working.
func (c *Cloud) SetRegion(region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.region = region
}

// BotID returns the bot's id in conversations, "28:" and the app id.
func (c *Cloud) BotID() string { return "28:" + c.opts.AppID }

// Counts returns a copy of the counters.
func (c *Cloud) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.counts
	out.Connector = make(map[Op]int, len(c.counts.Connector))
	maps.Copy(out.Connector, c.counts.Connector)
	return out
}

// touch marks a change and wakes all waiters; the caller holds the lock.
func (c *Cloud) touch() int {
	c.seq++
	close(c.changed)
	c.changed = make(chan struct{})
	return c.seq
}

// nextID returns a fresh message id, milliseconds since 1970 as Teams uses them and
// strictly increasing; the caller holds the lock.
func (c *Cloud) nextID() string {
	c.lastID = max(c.lastID+1, c.opts.Now().UnixMilli())
	return fmt.Sprint(c.lastID)
}
