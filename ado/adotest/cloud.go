package adotest

import (
	"crypto/rsa"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configures a Cloud. The zero value is usable.
type Options struct {
	// PublicURL is the absolute URL of the listener without a trailing slash,
	// such as "http://127.0.0.1:8080". It begins every URL in an answer and the
	// issuer of id tokens. Empty: the Host of each request is used.
	PublicURL string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger receives one line a request at debug level and one a story step at
	// info level, never a secret. Nil discards them.
	Logger *slog.Logger
	// TokenLifetime of access tokens; 0 means 3599 s, what Entra issues.
	TokenLifetime time.Duration
	// Key signs id tokens; nil generates one of 2048 bits at first use. Suites
	// that start many clouds may share one.
	Key *rsa.PrivateKey
}

// Cloud is the simulated service. It is an [http.Handler] and safe for
// concurrent use. Functions handed to it (query filters, update functions) run
// under its lock and must not call it back.
type Cloud struct {
	now    func() time.Time
	log    *slog.Logger
	calls  callLog
	mu     sync.Mutex
	public string
	users  []*User
	orgs   []*organization
	apps   map[string]App
	entra  entraState
	faults []*activeRule
	story  storyState
	modes  modes
}

// modes are the behaviours that the public record leaves open.
type modes struct {
	truncate20000 bool
	noCountHeader bool
}

var _ http.Handler = (*Cloud)(nil)

// New returns a cloud with no tenants, users or organizations in it; see
// [Cloud.Seed] for the demo world.
func New(o Options) *Cloud {
	c := &Cloud{now: o.Now, log: o.Logger, public: strings.TrimSuffix(o.PublicURL, "/"), apps: map[string]App{}}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.entra = newEntraState(o)
	return c
}

// SetPublicURL sets Options.PublicURL after the listener is known.
func (c *Cloud) SetPublicURL(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.public = strings.TrimSuffix(url, "/")
}

// PublicURL is the URL set in Options or by SetPublicURL, empty if neither.
func (c *Cloud) PublicURL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.public
}

// LoginURL stands for https://login.microsoftonline.com. It needs a public URL.
func (c *Cloud) LoginURL() string { return c.PublicURL() + "/login" }

// BaseURL stands for https://dev.azure.com. It needs a public URL.
func (c *Cloud) BaseURL() string { return c.PublicURL() + "/ado" }

// ProfileURL stands for https://app.vssps.visualstudio.com. It needs a public URL.
func (c *Cloud) ProfileURL() string { return c.PublicURL() + "/vssps" }

// TruncateAt20000 chooses what a query with more than 20,000 results does:
// false (the default) is the observed 400 VS402337, true is the documented
// silent cut at 20,000 rows (Microsoft Learn, "Work tracking object limits").
func (c *Cloud) TruncateAt20000(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.modes.truncate20000 = on
}

// OmitCountHeader makes HEAD on a query answer 200 without X-Total-Count, a
// header that the specification does not name.
func (c *Cloud) OmitCountHeader(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.modes.noCountHeader = on
}

// ServeHTTP answers one request.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := c.exchange(r)
	leave := c.calls.enter(x)
	a := c.answer(x)
	leave(a.status)
	c.log.DebugContext(r.Context(), "request", "op", x.op, "method", r.Method, "status", a.status)
	a.write(w, x)
}

// answer runs the request through the faults that match it.
func (c *Cloud) answer(x *exchange) answer {
	next := func() answer {
		c.mu.Lock()
		defer c.mu.Unlock()
		return x.handle(c, x)
	}
	if f, ok := c.takeFault(x); ok {
		return f.serve(c, x, next)
	}
	return next()
}
