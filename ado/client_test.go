package ado_test

import (
	"net/http"
	"net/http/cookiejar"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func TestNewReportsAllProblems(t *testing.T) {
	t.Parallel()
	_, err := ado.New(ado.Options{BaseURL: "dev.azure.com", ProfileURL: "https://u:pw-1@h", InFlight: -1})
	require.ErrorContains(t, err, "base URL: must be an absolute")
	require.ErrorContains(t, err, "profile URL: must hold no user")
	require.ErrorContains(t, err, "must not be negative")
	require.NotContains(t, err.Error(), "pw-1")
	_, err = ado.New(ado.Options{BaseURL: "https://u:pw-1@h\x00"})
	require.ErrorContains(t, err, "not a URL")
	require.NotContains(t, err.Error(), "pw-1")
}

func TestZeroOptionsMeanTheCloud(t *testing.T) {
	t.Parallel()
	c, err := ado.New(ado.Options{})
	require.NoError(t, err)
	require.Equal(t, ado.DefaultBaseURL, c.BaseURL())
}

// TestNoCookies: a cookie kept from one identity would sign in the next one.
func TestNoCookies(t *testing.T) {
	t.Parallel()
	c, mux := setup(t, func(o *ado.Options) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		o.HTTP.Jar = jar
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		same(t, 0, len(r.Cookies()))
		http.SetCookie(w, &http.Cookie{Name: "UserAuthentication", Value: "amy", Path: "/"})
		answer(w, 200, `{}`)
	})
	for _, who := range []string{"amy", "bob"} {
		_, err := c.As(who, fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
		require.NoError(t, err)
	}
}

// TestWithoutTokens sends no Authorization, and the service says what it says.
func TestWithoutTokens(t *testing.T) {
	t.Parallel()
	c, mux := setup(t)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		same(t, "", r.Header.Get("Authorization"))
		answer(w, 401, ``)
	})
	_, err := c.As("nobody", nil).MyProfile(t.Context())
	require.ErrorIs(t, err, ado.ErrSignIn)
}

func TestKindsSpeak(t *testing.T) {
	t.Parallel()
	for _, k := range []ado.Kind{
		ado.ErrSignIn, ado.ErrNoAccessToOrg, ado.ErrConditionalAccess, ado.ErrForbidden, ado.ErrNotFound,
		ado.ErrTooManyResults, ado.ErrQueryTooSlow, ado.ErrInvalidQuery, ado.ErrThrottled, ado.ErrUnavailable, ado.ErrBadRequest,
	} {
		require.NotEqual(t, string(k), k.Error())
		require.ErrorIs(t, &ado.Error{Kind: k}, k)
	}
	require.NotErrorIs(t, &ado.Error{Kind: ado.ErrSignIn}, ado.ErrForbidden)
	require.Equal(t, "new", ado.Kind("new").Error())
}
