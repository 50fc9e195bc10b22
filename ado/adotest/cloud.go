package adotest

import (
	"bytes"
	"compress/gzip"
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
	// Budget limits each identity as the service does; nil means no limit.
	Budget *Budget
	// Latency is taken by every request below an organization, for benchmarks.
	Latency time.Duration
}

// Cloud is the simulated service. It is an [http.Handler] and safe for
// concurrent use. Functions handed to it (query filters, update functions) run
// under its lock and must not call it back.
type Cloud struct {
	now     func() time.Time
	log     *slog.Logger
	latency time.Duration
	calls   callLog
	mu      sync.Mutex
	public  string
	users   []*User
	orgs    []*organization
	apps    map[string]App
	machine Machine
	entra   entraState
	faults  []*activeRule
	story   storyState
	modes   map[Mode]bool
	renamed map[string]string // names of fields, by reference name
	budget  *Budget
	spent   map[string][]spending // by object id in lower case
	packers chan *gzip.Writer     // that wait for the next answer; a new one takes 1.2 MB
}

var _ http.Handler = (*Cloud)(nil)

// New returns a cloud with no tenants, users or organizations in it; see
// [Cloud.Seed] for the demo world.
func New(o Options) *Cloud {
	c := &Cloud{now: o.Now, log: o.Logger, public: strings.TrimSuffix(o.PublicURL, "/"), apps: map[string]App{}, latency: o.Latency, packers: make(chan *gzip.Writer, 2)}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.entra = newEntraState(o)
	c.SetBudget(o.Budget)
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

// ServeHTTP answers one request.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := c.exchange(r)
	leave := c.calls.enter(x)
	a := c.packed(x, c.answer(x))
	leave(a)
	c.log.DebugContext(r.Context(), "request", "op", x.op, "method", r.Method, "status", a.status)
	a.write(w, x)
}

// answer runs the request through the faults that match it.
func (c *Cloud) answer(x *exchange) answer {
	if x.org != "" && !x.wait(c.latency) {
		return answer{}
	}
	next := func() answer { return c.metered(x, func() answer { return c.handle(x) }) }
	if f, ok := c.takeFault(x); ok {
		return f.serve(c, x, next)
	}
	return next()
}

func (c *Cloud) handle(x *exchange) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := x.handle(c, x)
	if c.modes[ModeMarkAnswers] && bytes.HasPrefix(a.body, []byte("{")) && x.org != "" {
		a.body = append([]byte(bom), a.body...)
	}
	return a
}
