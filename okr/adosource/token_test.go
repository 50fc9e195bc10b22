package adosource_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func runBugs(w *okrtest.World, who okr.Actor) error {
	_, err := w.Run(w.T.Context(), okrtest.AccessOf(who), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	return err
}

func TestAnAccessTokenIsRenewedInTime(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	before := w.SignIn(okrtest.Alex)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Zero(t, w.Cloud.Count(adotest.OpToken), "a good token is used")
	w.Advance(56 * time.Minute)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))
	after := w.Credential(okrtest.Alex)
	require.NotEqual(t, before.AccessToken.Reveal(), after.AccessToken.Reveal())
	require.NotEqual(t, before.RefreshToken.Reveal(), after.RefreshToken.Reveal(), "the rotated one is kept")
	require.Equal(t, w.Now().Add(3599*time.Second), after.Expiry)
	for range 5 { // each step needs the refresh token of the one before
		w.Advance(90 * time.Minute)
		require.NoError(t, runBugs(w, okrtest.Alex))
	}
	require.Equal(t, 6, w.Cloud.Count(adotest.OpToken))
}

// A renewal that was lost with the Redis that had it, or was damaged, leaves a refresh
// token that Microsoft Entra does not know.
func TestTheFormerRefreshTokenIsTriedBeforeAPersonIsAsked(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	require.NoError(t, w.Cloud.Switch(adotest.ModeTolerateReuse, true))
	w.Advance(2 * time.Hour)
	require.NoError(t, runBugs(w, okrtest.Alex))
	c := w.Credential(okrtest.Alex)
	former := c.FormerToken
	require.NotEmpty(t, former.Reveal())
	c.RefreshToken = "gone"
	require.NoError(t, w.Store.SaveCredential(t.Context(), okrtest.Alex.Tenant, c))
	w.Advance(2 * time.Hour)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.NotEqual(t, "gone", w.Credential(okrtest.Alex).RefreshToken.Reveal())

	// One that its owner ended is ended: nothing else is tried.
	w.Cloud.RevokeSessions(adotest.AlexOID)
	w.Advance(2 * time.Hour)
	before := w.Cloud.Count(adotest.OpToken)
	okrtest.RequireKind(t, okr.SignIn, runBugs(w, okrtest.Alex))
	require.Equal(t, before+1, w.Cloud.Count(adotest.OpToken))
}

func TestTheShortestLifetimeIsNotRenewedAtEachRequest(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t, func(o *adotest.Options) { o.TokenLifetime = 10 * time.Minute })
	w.SignIn(okrtest.Alex)
	w.Advance(time.Hour)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))
}

func TestConcurrentCallersRenewOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.Advance(2 * time.Hour)
	var wait sync.WaitGroup
	errs := make([]error, 12)
	for n := range errs {
		wait.Go(func() { errs[n] = runBugs(w, okrtest.Alex) })
	}
	wait.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.Cloud.ExpireAccessTokens(adotest.AlexOID)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))

	w.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryGet, Fault: adotest.BearerRefused()})
	w.Cloud.ResetCalls()
	err := runBugs(w, okrtest.Alex)
	w.RequireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken), "and not again and again")
	require.Equal(t, 2, w.Cloud.Count(adotest.OpQueryGet))
}

func TestEndedSignInsInWords(t *testing.T) {
	t.Parallel()
	custom := func(code string, aadsts int) adotest.EntraError {
		return adotest.EntraError{Code: code, AADSTS: aadsts, Description: "Refused."}
	}
	for _, c := range []struct {
		name  string
		error adotest.EntraError
		kind  okr.Kind
		words string
	}{
		{"password changed", adotest.GrantRevoked(), okr.SignIn, "the password changed or access was revoked"},
		{"90 days", adotest.GrantExpired(), okr.SignIn, "not used for too long"},
		{"session lifetime", custom("invalid_grant", 70043), okr.SignIn, "requires a new sign-in"},
		{"loop", custom("invalid_grant", 50196), okr.Unavailable, "too many requests"},
		{"isn't assigned to the okrbot application in Microsoft Entra.", custom("invalid_grant", 50105), okr.NoAccess, "assign it"},
		{"another tenant", custom("invalid_grant", 50020), okr.NoAccess, "tenant"},
		{"application unknown", custom("invalid_grant", 700016), okr.NoAccess, "tenant"},
		{"not of the tenant", custom("invalid_grant", 90072), okr.NoAccess, "tenant"},
		{"reused", adotest.GrantReused(), okr.SignIn, "AADSTS70000"},
		{"second factor", adotest.MFARequired(), okr.SignIn, "second factor"},
		{"second factor enrolment", custom("interaction_required", 50079), okr.SignIn, "second factor"},
		{"conditional access", adotest.AccessBlocked(), okr.PolicyRefused, "conditional access"},
		{"device", custom("interaction_required", 53000), okr.PolicyRefused, "conditional access"},
		{"account disabled", adotest.AccountDisabled(), okr.SignIn, "disabled or deleted"},
		{"account deleted", custom("invalid_grant", 50034), okr.SignIn, "disabled or deleted"},
		{"consent withdrawn", adotest.ConsentRequired(), okr.SignIn, "the consent was revoked"},
		{"login required", custom("login_required", 50058), okr.SignIn, "AADSTS50058"},
		{"our secret", custom("invalid_client", 7000222), okr.Unavailable, "ADO_CLIENT_SECRET"},
		{"our registration", custom("unauthorized_client", 700016), okr.Unavailable, "ADO_CLIENT_ID"},
		{"a passing fault", adotest.SignInUnavailable(), okr.Unavailable, "I'll try again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			w.SignIn(okrtest.Alex)
			w.Advance(2 * time.Hour)
			w.Cloud.FailRefresh(adotest.AlexOID, c.error)
			err := runBugs(w, okrtest.Alex)
			w.RequireRefused(c.kind, err, c.words)
			if c.kind == okr.SignIn {
				msg, _ := okr.MessageOf(err)
				require.Contains(t, msg, w.Credential(okrtest.Alex).Account.UserName, "whose sign-in")
				require.Equal(t, []okr.Step{{Kind: okr.StepSignIn, SignIn: okr.SignInAt{Tenant: adotest.TenantID}}}, okr.NextOf(err))
			}
			require.NotContains(t, err.Error(), "Trace ID", "the answer is not kept")
			w.Cloud.AllowRefresh(adotest.AlexOID)
			w.Advance(24 * time.Hour) // Microsoft is not asked again before
			require.NoError(t, runBugs(w, okrtest.Alex), "the stored sign-in was not spoilt")
		})
	}
}

func TestEntraOutOfReach(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"a page":    func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>maintenance</html>")) },
		"throttled": func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTooManyRequests) },
		"no token": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(`{}`))
		},
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"echo": func(rw http.ResponseWriter, r *http.Request) {
			rw.WriteHeader(http.StatusBadRequest)
			_ = r.ParseForm()
			_, _ = rw.Write([]byte(r.Form.Encode()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			w.SignIn(okrtest.Alex)
			w.Advance(2 * time.Hour)
			server := httptest.NewServer(answer)
			t.Cleanup(server.Close)
			w.Source = w.NewSource(okrtest.ClientSecret)
			w.Source.LoginURL = server.URL
			err := runBugs(w, okrtest.Alex)
			w.RequireRefused(okr.Unavailable, err, "sign-in service")
			require.NotContains(t, err.Error(), server.URL)
		})
	}
}

func TestAWrongClientSecretIsTheOperatorsTask(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.Advance(2 * time.Hour)
	w.Source = w.NewSource("another~secret")
	err := runBugs(w, okrtest.Alex)
	w.RequireRefused(okr.Unavailable, err, "ADO_CLIENT_SECRET")
	require.NotContains(t, err.Error(), "another~secret")
}

func TestWithoutASignIn(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	err := runBugs(w, okrtest.Alex)
	w.RequireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	require.Zero(t, w.Cloud.Count(adotest.OpQueryGet))
}

func TestATokenIsRenewedAfterFourFifthsOfItsLife(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.Advance(time.Hour)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))
	w.Advance(47 * time.Minute)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken), "78 % are used")
	w.Advance(2 * time.Minute)
	require.NoError(t, runBugs(w, okrtest.Alex))
	require.Equal(t, 2, w.Cloud.Count(adotest.OpToken), "82 % are used")
}

// TestALifetimeThatCannotBeMeant: whatever expires_in says, a token is neither
// renewed at each request nor used for weeks.
func TestALifetimeThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Minute, okr.TokenLife(0))
	require.Equal(t, time.Minute, okr.TokenLife(-5))
	require.Equal(t, time.Hour, okr.TokenLife(3600))
	require.Equal(t, 24*time.Hour, okr.TokenLife(1<<62))
	for _, expiresIn := range []any{nil, 0, -60, 1e15, "3599"} {
		w := okrtest.NewWorld(t)
		w.SignIn(okrtest.Alex)
		w.Advance(time.Hour)
		w.Cloud.Fail(adotest.Rule{Op: adotest.OpToken, Count: 1, Fault: adotest.ExpiresIn(expiresIn)})
		require.NoError(t, runBugs(w, okrtest.Alex), expiresIn)
		require.Equal(t, 1, w.Cloud.Count(adotest.OpToken), "one renewal serves all requests of a run")
		w.Advance(25 * time.Hour)
		require.NoError(t, runBugs(w, okrtest.Alex), expiresIn)
	}
}
