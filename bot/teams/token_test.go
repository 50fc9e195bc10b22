package teams_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

var _ teams.Tokens = (*teams.TokenSource)(nil)

// loginService answers token requests with numbered tokens.
type loginService struct {
	*httptest.Server
	issued atomic.Int32
	down   atomic.Bool
	last   atomic.Pointer[http.Request]
}

func newLoginService(t *testing.T) *loginService {
	t.Helper()
	l := &loginService{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		l.last.Store(r)
		w.Header().Set("Content-Type", "application/json")
		if l.down.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprintf(w, `{"error":"invalid_client","error_description":"echo %s"}`, r.PostForm.Get("client_secret"))
			return
		}
		_, _ = fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"t%d"}`, l.issued.Add(1))
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *loginService) options() teams.TokenOptions {
	return teams.TokenOptions{
		LoginURL: l.URL + "/", TenantID: wireTenant, AppID: wireAppID, AppPassword: wireSecret, Client: l.Client(),
	}
}

func TestTokenAuthority(t *testing.T) {
	t.Parallel()
	for appType, path := range map[teams.AppType]string{
		"":                    "/" + wireTenant + "/oauth2/v2.0/token",
		teams.AppSingleTenant: "/" + wireTenant + "/oauth2/v2.0/token",
		teams.AppMultiTenant:  "/botframework.com/oauth2/v2.0/token",
	} {
		l := newLoginService(t)
		o := l.options()
		o.AppType = appType
		s, err := teams.NewTokenSource(o)
		require.NoError(t, err)
		token, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "t1", token)
		r := l.last.Load()
		require.Equal(t, path, r.URL.Path)
		require.Equal(t, "https://api.botframework.com/.default", r.PostForm.Get("scope"))
		require.Equal(t, "client_credentials", r.PostForm.Get("grant_type"))
		require.Equal(t, wireSecret, r.PostForm.Get("client_secret"))
	}
}

// TestTokenScopeOfAnotherCloud: the government clouds have a resource of their own,
// by secret and by managed identity.
func TestTokenScopeOfAnotherCloud(t *testing.T) {
	t.Parallel()
	l := newLoginService(t)
	o := l.options()
	o.Scope = "https://api.botframework.us/.default"
	for appType, want := range map[teams.AppType][2]string{
		teams.AppSingleTenant:    {"scope", "https://api.botframework.us/.default"},
		teams.AppUserAssignedMSI: {"resource", "https://api.botframework.us"},
	} {
		o.AppType, o.IdentityEndpoint = appType, l.URL+"/identity"
		s, err := teams.NewTokenSource(o)
		require.NoError(t, err)
		_, err = s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, want[1], l.last.Load().Form.Get(want[0]), appType)
	}
}

func TestTokenIsCachedAndRenewed(t *testing.T) {
	t.Parallel()
	l, clock := newLoginService(t), &wireClock{}
	o := l.options()
	o.Now = clock.now
	s, err := teams.NewTokenSource(o)
	require.NoError(t, err)
	get := func() string {
		token, err := s.Token(t.Context())
		require.NoError(t, err)
		return token
	}
	require.Equal(t, "t1", get())
	require.Equal(t, "t1", get())
	clock.advance(56 * time.Minute)
	require.Equal(t, "t2", get(), "renewed minutes before its end")
	s.Invalidate("t1")
	require.Equal(t, "t2", get(), "an old token's refusal does not drop a newer one")
	s.Invalidate("t2")
	require.Equal(t, "t3", get())
	l.down.Store(true)
	clock.advance(56 * time.Minute)
	require.Equal(t, "t3", get(), "a living token outlasts a failed renewal")
	clock.advance(10 * time.Minute)
	_, err = s.Token(t.Context())
	require.ErrorIs(t, err, teams.ErrBotToken)
	require.NotContains(t, err.Error(), wireSecret)
	require.Contains(t, err.Error(), "401 invalid_client")
}

func TestTokenIsFetchedOnce(t *testing.T) {
	t.Parallel()
	l := newLoginService(t)
	s, err := teams.NewTokenSource(l.options())
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { _, _ = s.Token(t.Context()) })
	}
	wg.Wait()
	require.EqualValues(t, 1, l.issued.Load())
}

func TestTokenOptionsRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]teams.TokenOptions{
		"no app":    {TenantID: "t", AppPassword: "p"},
		"no secret": {TenantID: "t", AppID: "a"},
		"no tenant": {AppID: "a", AppPassword: "p"},
		"http":      {AppID: "a", AppPassword: "p", TenantID: "t", LoginURL: "http://login.example"},
		"type":      {AppID: "a", AppPassword: "p", AppType: "Other"},
	} {
		_, err := teams.NewTokenSource(o)
		require.ErrorIs(t, err, teams.ErrBotToken, name)
	}
}

func TestTokenUnreachable(t *testing.T) {
	t.Parallel()
	l := newLoginService(t)
	l.Close()
	s, err := teams.NewTokenSource(l.options())
	require.NoError(t, err)
	_, err = s.Token(t.Context())
	require.ErrorIs(t, err, teams.ErrBotToken)
	require.NotContains(t, err.Error(), wireSecret)
}

func TestManagedIdentity(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"App Service": fmt.Sprintf(`{"access_token":"msi","expires_on":"%d"}`, time.Now().Add(time.Hour).Unix()),
		"metadata":    `{"access_token":"msi","expires_in":"3599"}`,
		"number":      `{"access_token":"msi","expires_in":3599}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan *http.Request, 5)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r
				_, _ = w.Write([]byte(body))
			}))
			defer server.Close()
			s, err := teams.NewTokenSource(teams.TokenOptions{
				AppType: teams.AppUserAssignedMSI, AppID: wireAppID, Client: server.Client(),
				IdentityEndpoint: server.URL + "/msi/token", IdentityHeader: "id-header",
			})
			require.NoError(t, err)
			for range 2 {
				token, err := s.Token(t.Context())
				require.NoError(t, err)
				require.Equal(t, "msi", token)
			}
			require.Len(t, asked, 1)
			r := <-asked
			require.Equal(t, "id-header", r.Header.Get("X-IDENTITY-HEADER"))
			require.Equal(t, "https://api.botframework.com", r.URL.Query().Get("resource"))
			require.Equal(t, wireAppID, r.URL.Query().Get("client_id"))
		})
	}
}

func TestManagedIdentityFails(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{}`, `{"access_token":"msi"}`, `{"access_token":"msi","expires_in":"soon"}`, strings.Repeat("x", 100)} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		s, err := teams.NewTokenSource(teams.TokenOptions{
			AppType: teams.AppUserAssignedMSI, AppID: wireAppID, Client: server.Client(), IdentityEndpoint: server.URL,
		})
		require.NoError(t, err)
		_, err = s.Token(t.Context())
		require.ErrorIs(t, err, teams.ErrBotToken, body)
		server.Close()
	}
}
