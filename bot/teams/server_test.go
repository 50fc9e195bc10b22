package teams_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

// wireHandler is a Handler of functions; absent ones do nothing.
type wireHandler struct {
	message, update, install func(context.Context, teams.Activity) error
	invoke                   func(context.Context, teams.Activity) (teams.InvokeResponse, error)
}

func wireCall(f func(context.Context, teams.Activity) error, ctx context.Context, a teams.Activity) error { //nolint:revive // test
	if f == nil {
		return nil
	}
	return f(ctx, a)
}

func (h wireHandler) OnMessage(ctx context.Context, a teams.Activity) error {
	return wireCall(h.message, ctx, a)
}

func (h wireHandler) OnConversationUpdate(ctx context.Context, a teams.Activity) error {
	return wireCall(h.update, ctx, a)
}

func (h wireHandler) OnInstallation(ctx context.Context, a teams.Activity) error {
	return wireCall(h.install, ctx, a)
}

func (h wireHandler) OnInvoke(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
	if h.invoke == nil {
		return teams.InvokeResponse{}, teams.ErrNotImplemented
	}
	return h.invoke(ctx, a)
}

// wireDeliveries remembers deliveries, or fails.
type wireDeliveries struct {
	mu   sync.Mutex
	seen map[string]bool // handled
	hand map[string]string
	err  error
	// closed is what the contexts of the turns held that ended.
	closed []any
	// began is called with the context in which a turn begins.
	began func(context.Context)
}

// wireRead is the context key of what was read for a turn.
type wireRead struct{}

func (d *wireDeliveries) Open(ctx context.Context, a teams.Activity, of teams.Delivery, _ string) teams.Opening {
	if d.began != nil {
		d.began(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	o := teams.Opening{Err: d.err, Context: func(ctx context.Context) context.Context { return context.WithValue(ctx, wireRead{}, a.ID) }}
	if of.Token == "" || d.err != nil {
		return o
	}
	key := of.Tenant + "|" + of.Conversation + "|" + of.Activity
	held := d.hand[key]
	o.Done = d.seen[key]
	o.Mine = !o.Done && (held == "" || held == of.Token)
	if d.hand == nil {
		d.hand = map[string]string{}
	}
	if o.Mine {
		d.hand[key] = of.Token
	}
	return o
}

func (d *wireDeliveries) Hold(context.Context, teams.Delivery) error { return d.err }

func (d *wireDeliveries) Close(ctx context.Context, of teams.Delivery, mine bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = append(d.closed, ctx.Value(wireRead{}))
	if mine {
		d.seen[of.Tenant+"|"+of.Conversation+"|"+of.Activity] = true
	}
	return d.err
}

// lose is the death of the process that has everything in hand.
func (d *wireDeliveries) lose() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.hand)
}

func (c *wireCloud) newServer(t *testing.T, h teams.Handler, change func(*teams.ServerOptions)) *teams.Server {
	t.Helper()
	o := teams.ServerOptions{
		AppID: wireAppID, Validator: c.validator(t), Connector: c.newConnector(t), Handler: h,
		Deliveries: &wireDeliveries{seen: map[string]bool{}}, Logger: wireLog(t), AllowedTenants: []string{wireTenant},
	}
	if change != nil {
		change(&o)
	}
	s := teams.NewServer(o)
	t.Cleanup(func() { _ = s.Shutdown(context.WithoutCancel(t.Context())) })
	return s
}

func TestServerRefusals(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	called := false
	s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error { called = true; return nil }}, nil)
	other := c.claims()
	other["serviceurl"] = "https://evil.example/"
	forbidden := c.sign(t, "k1", c.key, jwt.SigningMethodRS256, other)
	for name, test := range map[string]struct {
		header string
		body   []byte
		want   int
	}{
		"no token":          {"", c.activity(nil), 401},
		"bad token":         {"Bearer x.y.z", c.activity(nil), 401},
		"no token, garbage": {"", []byte(`{`), 401},
		"other activity":    {forbidden, c.activity(nil), 403},
		"empty":             {c.header(t), nil, 400},
		"garbage":           {c.header(t), []byte("\x00\xff{"), 400},
		"array":             {c.header(t), []byte(`[]`), 400},
		"no type":           {c.header(t), []byte(`{"text":"x"}`), 400},
		"oversized":         {c.header(t), bytes.Repeat([]byte(" "), 256<<10+1), 413},
		"card action value": {c.header(t), c.activity(map[string]any{"type": "invoke", "name": "adaptiveCard/action", "value": "x"}), 400},
		"no card action":    {c.header(t), c.activity(map[string]any{"type": "invoke", "name": "adaptiveCard/action", "value": map[string]any{}}), 400},
	} {
		w := wireDeliver(t, s, test.header, test.body)
		require.Equal(t, test.want, w.Code, name)
		require.Empty(t, w.Body.String(), name)
	}
	require.False(t, called)
}

// TestServerServesAllowedTenantsOnly: what comes from another tenant is acknowledged;
// nothing is stored, said or asked, and the log has one line of it.
func TestServerServesAllowedTenantsOnly(t *testing.T) {
	t.Parallel()
	const foreign = "99999999-0d0a-4a54-9d3a-1f6c2b7e9a09"
	from := func(tenant string) map[string]any {
		return map[string]any{
			"channelData":  map[string]any{"tenant": map[string]any{"id": tenant}},
			"conversation": map[string]any{"id": "a:1chat", "conversationType": "personal", "tenantId": tenant},
		}
	}
	kinds := []map[string]any{
		{"type": "message"},
		{"type": "invoke", "name": "adaptiveCard/action", "value": map[string]any{"action": map[string]any{"verb": "goals"}}},
		{"type": "conversationUpdate"},
		{"type": "installationUpdate", "action": "add"},
	}
	for name, test := range map[string]struct {
		allowed []string
		tenant  string
		served  bool
	}{
		"own":            {[]string{wireTenant}, wireTenant, true},
		"in capitals":    {[]string{strings.ToUpper(wireTenant)}, wireTenant, true},
		"one of two":     {[]string{foreign, wireTenant}, wireTenant, true},
		"every":          {[]string{teams.EveryTenant}, foreign, true},
		"another":        {[]string{wireTenant}, foreign, false},
		"none named":     {nil, wireTenant, false},
		"without tenant": {[]string{wireTenant}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newWireCloud(t)
			var called atomic.Int32
			act := func(context.Context, teams.Activity) error { called.Add(1); return nil }
			var log bytes.Buffer
			deliveries, registry := &wireDeliveries{seen: map[string]bool{}}, prometheus.NewRegistry()
			s := c.newServer(t, wireHandler{
				message: act, update: act, install: act,
				invoke: func(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
					return teams.MessageResponse("ok"), act(ctx, a)
				},
			}, func(o *teams.ServerOptions) {
				o.AllowedTenants, o.Deliveries, o.Registerer = test.allowed, deliveries, registry
				o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			})
			for i, kind := range kinds {
				change := from(test.tenant)
				maps.Copy(change, kind)
				change["id"] = name + strconv.Itoa(i)
				w := wireDeliver(t, s, c.header(t), c.activity(change))
				require.Equal(t, 200, w.Code)
				require.Equal(t, test.served && kind["type"] == "invoke", w.Body.Len() > 0)
			}
			if test.served {
				require.EqualValues(t, len(kinds), called.Load())
				return
			}
			require.Zero(t, called.Load())
			require.Empty(t, deliveries.seen, "nothing is stored")
			require.Empty(t, c.got(), "nothing is said")
			require.Equal(t, 1, strings.Count(log.String(), "tenant not allowed"))
			require.Equal(t, 1, strings.Count(log.String(), "\n"), "one line for all")
			require.InDelta(t, len(kinds), wireCounted(t, registry, "tenant"), 0)
		})
	}
}

// wireCounted is how many activities had an outcome.
func wireCounted(t *testing.T, registry *prometheus.Registry, outcome string) float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	sum := 0.0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "outcome" && label.GetValue() == outcome {
					sum += m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}

func TestServerDispatch(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	got := make(chan string, 10)
	record := func(kind string) func(context.Context, teams.Activity) error {
		return func(ctx context.Context, a teams.Activity) error {
			got <- kind + " " + a.Type
			if len(teams.RefFrom(ctx)) != 8 {
				return errors.New("no reference")
			}
			return nil
		}
	}
	s := c.newServer(t, wireHandler{
		message: record("message"), update: record("update"), install: record("install"),
	}, nil)
	for i, test := range []struct{ activityType, want string }{
		{"message", "message message"},
		{"conversationUpdate", "update conversationUpdate"},
		{"installationUpdate", "install installationUpdate"},
		{"messageReaction", ""},
		{"event", ""},
		{"whatever", ""},
	} {
		w := wireDeliver(t, s, c.header(t), c.activity(map[string]any{"type": test.activityType, "id": string(rune('a' + i)), "value": []int{1}}))
		require.Equal(t, http.StatusOK, w.Code)
		require.Empty(t, w.Body.String())
		if test.want != "" {
			require.Equal(t, test.want, <-got)
		}
	}
	require.Empty(t, got)
	require.Empty(t, c.got(), "the SDK's empty answer is dropped")
}

func wireInvoke(name string, value any) map[string]any {
	return map[string]any{"type": "invoke", "name": name, "value": value, "replyToId": "77"}
}

func TestServerInvokes(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	s := c.newServer(t, wireHandler{invoke: func(_ context.Context, a teams.Activity) (teams.InvokeResponse, error) {
		switch a.Name {
		case teams.InvokeCardAction:
			return teams.CardResponse(wireCard()), nil
		case teams.InvokeSearch:
			return teams.SearchResponse([]teams.SearchResult{{Title: "a", Value: "b"}}), nil
		case teams.InvokeVerifyState:
			return teams.InvokeResponse{Status: http.StatusPreconditionFailed}, nil
		case "bad":
			return teams.InvokeResponse{}, teams.ErrMalformedValue
		case "fails":
			return teams.InvokeResponse{}, errors.New("inner secret")
		case "error":
			return teams.ErrorResponse(http.StatusBadRequest, "BadRequest", "Choose a query first."), nil
		default:
			return teams.InvokeResponse{}, teams.ErrNotImplemented
		}
	}}, func(o *teams.ServerOptions) { o.Deliveries = nil })
	object := map[string]any{"action": map[string]any{"verb": "x"}}
	for _, test := range []struct {
		name   string
		value  any
		status int
		body   string
	}{
		{teams.InvokeCardAction, object, 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard","version":"1.5"}}`},
		{teams.InvokeSearch, object, 200, `{"statusCode":200,"type":"application/vnd.microsoft.search.searchResponse","value":{"results":[{"title":"a","value":"b"}]}}`},
		{teams.InvokeVerifyState, map[string]any{"state": "1"}, 412, ``},
		{"error", nil, 200, `{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"BadRequest","message":"Choose a query first."}}`},
		{"bad", nil, 400, ``},
		{"fails", nil, 500, ``},
		{"unknown/name", "text", 501, ``},
	} {
		w := wireDeliver(t, s, c.header(t), c.activity(wireInvoke(test.name, test.value)))
		require.Equal(t, test.status, w.Code, test.name)
		if test.body == "" {
			require.Empty(t, w.Body.String(), test.name)
			continue
		}
		require.JSONEq(t, test.body, w.Body.String(), test.name)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	s := c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) {
		o.Pages = map[string]http.Handler{
			"/healthz": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }),
			"/panic":   http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret detail") }),
		}
	})
	for path, want := range map[string]int{"/healthz": 200, "/panic": 500, "/none": 404} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, want, w.Code, path)
		require.NotContains(t, w.Body.String(), "secret detail")
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	c, registry := newWireCloud(t), prometheus.NewRegistry()
	s := c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) { o.Registerer = registry })
	c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) { o.Registerer = registry })
	wireDeliver(t, s, c.header(t), c.activity(nil))
	wireDeliver(t, s, c.header(t), c.activity(nil))
	wireDeliver(t, s, "", nil)
	require.NoError(t, s.Shutdown(t.Context()))
	families, err := registry.Gather()
	require.NoError(t, err)
	counts := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if m.GetCounter().GetValue() > 0 {
				counts[m.GetLabel()[1].GetValue()+" "+m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	require.Equal(t, map[string]float64{"message ok": 1, "message duplicate": 1, "other unauthorized": 1}, counts)
}
