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
)

func (w *world) runBugs(who okr.Actor) error {
	_, err := w.run(w.t.Context(), accessOf(who), w.fiber(), w.fiberQuery(launchBugs))
	return err
}

func (w *world) credential(who okr.Actor) okr.Credential {
	w.t.Helper()
	c, err := w.store.Credential(w.t.Context(), tenant, accessOf(who).Credential)
	require.NoError(w.t, err)
	return c
}

func TestAnAccessTokenIsRenewedInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.signIn(alex)
	require.NoError(t, w.runBugs(alex))
	require.Zero(t, w.cloud.Count(adotest.OpToken), "a good token is used")
	w.advance(56 * time.Minute)
	require.NoError(t, w.runBugs(alex))
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken))
	after := w.credential(alex)
	require.NotEqual(t, before.AccessToken.Reveal(), after.AccessToken.Reveal())
	require.NotEqual(t, before.RefreshToken.Reveal(), after.RefreshToken.Reveal(), "the rotated one is kept")
	require.Equal(t, w.clock().Add(3599*time.Second), after.Expiry)
	for range 5 { // each step needs the refresh token of the one before
		w.advance(90 * time.Minute)
		require.NoError(t, w.runBugs(alex))
	}
	require.Equal(t, 6, w.cloud.Count(adotest.OpToken))
}

func TestTheShortestLifetimeIsNotRenewedAtEachRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *adotest.Options) { o.TokenLifetime = 10 * time.Minute })
	w.signIn(alex)
	w.advance(time.Hour)
	require.NoError(t, w.runBugs(alex))
	require.NoError(t, w.runBugs(alex))
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken))
}

func TestConcurrentCallersRenewOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.advance(2 * time.Hour)
	var wait sync.WaitGroup
	errs := make([]error, 12)
	for n := range errs {
		wait.Go(func() { errs[n] = w.runBugs(alex) })
	}
	wait.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken))
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.cloud.ExpireAccessTokens(adotest.AlexOID)
	require.NoError(t, w.runBugs(alex))
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken))

	w.cloud.Fail(adotest.Rule{Op: adotest.OpQueryGet, Fault: adotest.BearerRefused()})
	w.cloud.ResetCalls()
	err := w.runBugs(alex)
	w.requireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken), "and not again and again")
	require.Equal(t, 2, w.cloud.Count(adotest.OpQueryGet))
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
		{"password changed", adotest.GrantRevoked(), okr.SignIn, "password was changed"},
		{"90 days", adotest.GrantExpired(), okr.SignIn, "not used for too long"},
		{"session lifetime", custom("invalid_grant", 70043), okr.SignIn, "not used for too long"},
		{"reused", adotest.GrantReused(), okr.SignIn, "AADSTS70000"},
		{"second factor", adotest.MFARequired(), okr.SignIn, "second factor"},
		{"second factor enrolment", custom("interaction_required", 50079), okr.SignIn, "second factor"},
		{"conditional access", adotest.AccessBlocked(), okr.SignIn, "conditional access"},
		{"device", custom("interaction_required", 53000), okr.SignIn, "conditional access"},
		{"account disabled", adotest.AccountDisabled(), okr.SignIn, "disabled or deleted"},
		{"account deleted", custom("invalid_grant", 50034), okr.SignIn, "disabled or deleted"},
		{"consent withdrawn", adotest.ConsentRequired(), okr.SignIn, "consent was withdrawn"},
		{"login required", custom("login_required", 50058), okr.SignIn, "AADSTS50058"},
		{"our secret", custom("invalid_client", 7000222), okr.Unavailable, "ADO_CLIENT_SECRET"},
		{"our registration", custom("unauthorized_client", 700016), okr.Unavailable, "ADO_CLIENT_ID"},
		{"a passing fault", adotest.SignInUnavailable(), okr.Unavailable, "tries again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.signIn(alex)
			w.advance(2 * time.Hour)
			w.cloud.FailRefresh(adotest.AlexOID, c.error)
			err := w.runBugs(alex)
			w.requireRefused(c.kind, err, c.words)
			if c.kind == okr.SignIn {
				msg, _ := okr.MessageOf(err)
				require.Contains(t, msg, w.credential(alex).Account.UserName, "whose sign-in")
				require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
			}
			require.NotContains(t, err.Error(), "Trace ID", "the answer is not kept")
			w.cloud.AllowRefresh(adotest.AlexOID)
			require.NoError(t, w.runBugs(alex), "the stored sign-in was not spoilt")
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
			w := newWorld(t)
			w.signIn(alex)
			w.advance(2 * time.Hour)
			server := httptest.NewServer(answer)
			t.Cleanup(server.Close)
			w.source = w.newSource(clientSecret)
			w.source.LoginURL = server.URL
			err := w.runBugs(alex)
			w.requireRefused(okr.Unavailable, err, "sign-in service")
			require.NotContains(t, err.Error(), server.URL)
		})
	}
}

func TestAWrongClientSecretIsTheOperatorsTask(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.advance(2 * time.Hour)
	w.source = w.newSource("another~secret")
	err := w.runBugs(alex)
	w.requireRefused(okr.Unavailable, err, "ADO_CLIENT_SECRET")
	require.NotContains(t, err.Error(), "another~secret")
}

func TestWithoutASignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.runBugs(alex)
	w.requireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	require.Zero(t, w.cloud.Count(adotest.OpQueryGet))
}
