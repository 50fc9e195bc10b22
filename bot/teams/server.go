package teams

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Handler is the conversation. Its methods get a verified activity and a context
// of the turn (with RefFrom, ending after ServerOptions.TurnTimeout). An error
// is logged once by the server; the user has not been told of it yet.
type Handler interface {
	// OnMessage answers a message or an Action.Submit.
	OnMessage(ctx context.Context, a Activity) error
	// OnInvoke answers an invoke. ErrNotImplemented gives 501,
	// ErrMalformedValue 400.
	OnInvoke(ctx context.Context, a Activity) (InvokeResponse, error)
	// OnConversationUpdate takes note of members, channels and teams.
	OnConversationUpdate(ctx context.Context, a Activity) error
	// OnInstallation takes note of an installation or a removal.
	OnInstallation(ctx context.Context, a Activity) error
}

// ServerOptions configure a Server.
type ServerOptions struct {
	// AppID is the bot's Microsoft App ID.
	AppID string
	// Validator, Connector and Handler are required.
	Validator *Validator
	Connector *Connector
	Handler   Handler
	// Deliveries drops what Teams delivers twice. Nil: nothing is dropped.
	Deliveries Deliveries
	// Results keeps what came of presses that took longer than Teams waits. Nil: a
	// second press begins the work anew.
	Results Results
	// AllowedTenants are the ids of the Microsoft Entra tenants whose people are
	// served; "*" is every tenant. Empty: none. Which people can reach a bot is
	// decided by its app registration, so each bot has to check. Source: "Agent
	// tenancy".
	AllowedTenants []string
	// Pages are served for GET beside POST /api/messages, by their paths.
	Pages map[string]http.Handler
	// Forms are pages that are served for GET, and for POST of what was filled in.
	Forms map[string]http.Handler
	// Probes are pages that are served for HEAD, too.
	Probes map[string]http.Handler
	// Logger gets a line for each turn. Nil: nothing is logged.
	Logger *slog.Logger
	// Registerer takes the metrics okrbot_activities_total and
	// okrbot_activity_seconds. Nil: they are kept nowhere.
	Registerer prometheus.Registerer
	// AnswerWithin is how long a turn is waited for before Teams is answered
	// and the turn goes on in the background. Zero: 10 seconds; Teams gives
	// up after 15.
	AnswerWithin time.Duration
	// TurnTimeout ends a turn's context. Zero: 2 minutes.
	TurnTimeout time.Duration
	// ShutdownTimeout is how long Run and Serve wait for turns under way
	// after their context has ended. Zero: 30 seconds.
	ShutdownTimeout time.Duration
	// MaxBody bounds a request body in bytes. Zero: 256 KiB.
	MaxBody int64
}

// Server receives activities from Teams over HTTP.
type Server struct {
	options ServerOptions
	adapter *adapter
	log     *slog.Logger
	metrics *serverMetrics
	turns   *turns
	tenants *tenants
	engine  *gin.Engine
	http    *http.Server
}

// NewServer builds a Server. It panics when a required option is missing, which
// only a mistake in the program can cause.
func NewServer(o ServerOptions) *Server {
	if o.Validator == nil || o.Connector == nil || o.Handler == nil {
		panic("bot: NewServer needs a validator, a connector and a handler")
	}
	o = o.withDefaults()
	s := &Server{
		options: o, log: o.Logger, metrics: newServerMetrics(o.Registerer), turns: newTurns(), tenants: newTenants(o.AllowedTenants),
		adapter: newAdapter(o.AppID, o.Validator, o.Connector, o.Handler),
	}
	s.engine = s.routes()
	s.http = &http.Server{
		Handler: s.engine, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: o.AnswerWithin + 30*time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	return s
}

func (o ServerOptions) withDefaults() ServerOptions {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.AnswerWithin <= 0 {
		o.AnswerWithin = 10 * time.Second
	}
	if o.TurnTimeout <= 0 {
		o.TurnTimeout = 2 * time.Minute
	}
	if o.ShutdownTimeout <= 0 {
		o.ShutdownTimeout = 30 * time.Second
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 256 << 10
	}
	return o
}

func (s *Server) routes() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	// The client's address is not used; no header may pretend one.
	_ = engine.SetTrustedProxies(nil)
	engine.Use(s.recoverPanic)
	engine.POST("/api/messages", s.messages)
	for path, page := range s.options.Pages {
		engine.GET(path, gin.WrapH(page))
	}
	for path, page := range s.options.Forms {
		engine.Match([]string{http.MethodGet, http.MethodPost}, path, gin.WrapH(page))
	}
	for path, page := range s.options.Probes {
		engine.Match([]string{http.MethodGet, http.MethodHead}, path, gin.WrapH(page))
	}
	return engine
}

// recoverPanic turns a panic of a route into a 500 whose body names a reference
// that stands in the log.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(fault)
		}
		ref := NewRef()
		s.log.ErrorContext(c.Request.Context(), "route panicked", "ref", ref, "route", c.FullPath(),
			"err", fmt.Sprint(fault), "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			c.String(http.StatusInternalServerError, "Something went wrong. Reference: %s\n", ref)
		}
		c.Abort()
	}()
	c.Next()
}

// ServeHTTP serves all routes, so that a test can stand it up with httptest.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Serve serves on listener until ctx ends; then it shuts down within
// ServerOptions.ShutdownTimeout. A clean shutdown is no error.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(listener) }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve: %w", err), s.shutdownWithin(context.WithoutCancel(ctx)))
	case <-ctx.Done():
	}
	err := s.shutdownWithin(context.WithoutCancel(ctx))
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (s *Server) shutdownWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.ShutdownTimeout)
	defer cancel()
	return s.Shutdown(ctx)
}

// Shutdown takes no new turns (they get 503, and Teams delivers them again),
// waits for those under way, also in the background, and closes the listener.
// When ctx ends first, the turns' contexts are cancelled and its error returned.
func (s *Server) Shutdown(ctx context.Context) error {
	idle := s.turns.close()
	err := s.http.Shutdown(ctx)
	select {
	case <-idle:
	case <-ctx.Done():
		s.turns.cancel()
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		err = errors.Join(fmt.Errorf("shutdown: %w", err), s.http.Close())
	}
	return err
}
