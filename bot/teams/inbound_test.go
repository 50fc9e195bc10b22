package teams_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"github.com/infracloudio/msbotbuilder-go/schema"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

var _ auth.TokenValidator = (*teams.Validator)(nil)

func (c *wireCloud) schemaActivity() schema.Activity {
	return schema.Activity{Type: schema.Message, ServiceURL: c.serviceURL(), ChannelID: "msteams"}
}

func TestAuthenticateRequest(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	other := newRSAKey()
	der, err := x509.MarshalPKIXPublicKey(&c.key.PublicKey)
	require.NoError(t, err)
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	with := func(name string, value any) jwt.MapClaims {
		claims := c.claims()
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
		return claims
	}
	rs := func(claims jwt.MapClaims) string { return c.sign(t, "k1", c.key, jwt.SigningMethodRS256, claims) }
	now := time.Now()
	for name, test := range map[string]struct {
		header string
		want   error
	}{
		"good":             {c.header(t), nil},
		"lower case":       {strings.Replace(c.header(t), "Bearer", "bearer", 1), nil},
		"RS384":            {c.sign(t, "k1", c.key, jwt.SigningMethodRS384, c.claims()), teams.ErrUnauthorized},
		"RS512":            {c.sign(t, "k1", c.key, jwt.SigningMethodRS512, c.claims()), teams.ErrUnauthorized},
		"inside skew":      {rs(with("exp", now.Add(-4*time.Minute).Unix())), nil},
		"nbf inside skew":  {rs(with("nbf", now.Add(4*time.Minute).Unix())), nil},
		"no slash":         {rs(with("serviceurl", strings.ToUpper(c.URL)+"/teams")), nil},
		"missing":          {"", teams.ErrUnauthorized},
		"other scheme":     {"Basic abc", teams.ErrUnauthorized},
		"bare token":       {strings.TrimPrefix(c.header(t), "Bearer "), teams.ErrUnauthorized},
		"garbage":          {"Bearer a.b.c", teams.ErrUnauthorized},
		"huge":             {"Bearer " + strings.Repeat("a", 20<<10), teams.ErrUnauthorized},
		"alg none":         {c.sign(t, "k1", jwt.UnsafeAllowNoneSignatureType, jwt.SigningMethodNone, c.claims()), teams.ErrUnauthorized},
		"HS256 public key": {c.sign(t, "k1", publicPEM, jwt.SigningMethodHS256, c.claims()), teams.ErrUnauthorized},
		"PS256":            {c.sign(t, "k1", c.key, jwt.SigningMethodPS256, c.claims()), teams.ErrUnauthorized},
		"other key":        {c.sign(t, "k1", other, jwt.SigningMethodRS256, c.claims()), teams.ErrUnauthorized},
		"unknown kid":      {c.sign(t, "k9", c.key, jwt.SigningMethodRS256, c.claims()), teams.ErrUnauthorized},
		"no kid":           {c.sign(t, "", c.key, jwt.SigningMethodRS256, c.claims()), teams.ErrUnauthorized},
		"wrong iss":        {rs(with("iss", "https://sts.windows.net/x/")), teams.ErrUnauthorized},
		"no iss":           {rs(with("iss", nil)), teams.ErrUnauthorized},
		"wrong aud":        {rs(with("aud", "22222222-2222-4222-8222-222222222222")), teams.ErrUnauthorized},
		"no aud":           {rs(with("aud", nil)), teams.ErrUnauthorized},
		"expired":          {rs(with("exp", now.Add(-6*time.Minute).Unix())), teams.ErrUnauthorized},
		"no exp":           {rs(with("exp", nil)), teams.ErrUnauthorized},
		"not yet":          {rs(with("nbf", now.Add(6*time.Minute).Unix())), teams.ErrUnauthorized},
		"other serviceurl": {rs(with("serviceurl", "https://evil.example/")), teams.ErrForbidden},
		"no serviceurl":    {rs(with("serviceurl", nil)), teams.ErrForbidden},
		"odd serviceurl":   {rs(with("serviceurl", 7)), teams.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			identity, err := c.validator(t).AuthenticateRequest(t.Context(), c.schemaActivity(), test.header, nil, "")
			if test.want == nil {
				require.NoError(t, err)
				require.True(t, identity.IsAuthenticated())
				require.Empty(t, identity.GetClaimValue("absent"))
				return
			}
			require.ErrorIs(t, err, test.want)
			if raw := strings.TrimPrefix(test.header, "Bearer "); len(raw) > 5 {
				require.NotContains(t, err.Error(), raw)
			}
		})
	}
}

func TestAuthenticateRequestBinding(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	v := c.validator(t)
	for name, change := range map[string]func(*schema.Activity){
		"other service":           func(a *schema.Activity) { a.ServiceURL = c.URL + "/other/" },
		"empty service":           func(a *schema.Activity) { a.ServiceURL = "" },
		"other channel":           func(a *schema.Activity) { a.ChannelID = "slack" },
		"no channel":              func(a *schema.Activity) { a.ChannelID = "" },
		"endorsed, but not Teams": func(a *schema.Activity) { a.ChannelID = "webchat" },
		"service prefix":          func(a *schema.Activity) { a.ServiceURL += "x" },
	} {
		a := c.schemaActivity()
		change(&a)
		_, err := v.AuthenticateRequest(t.Context(), a, c.header(t), nil, "")
		require.ErrorIs(t, err, teams.ErrForbidden, name)
	}
	c.mu.Lock()
	c.endorsed = nil
	c.mu.Unlock()
	_, err := c.validator(t).AuthenticateRequest(t.Context(), c.schemaActivity(), c.header(t), nil, "")
	require.ErrorIs(t, err, teams.ErrForbidden)
}

func TestValidatorNeedsAppID(t *testing.T) {
	t.Parallel()
	_, err := teams.NewValidator(teams.ValidatorOptions{})
	require.Error(t, err)
	_, err = teams.NewValidator(teams.ValidatorOptions{AppID: wireAppID, MetadataURL: "http://login.example/openid"})
	require.Error(t, err)
}

// wireClock is a clock that a test moves.
type wireClock struct{ offset atomic.Int64 }

func (f *wireClock) now() time.Time { return time.Now().Add(time.Duration(f.offset.Load())) }

func (f *wireClock) advance(d time.Duration) { f.offset.Add(int64(d)) }

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	c, clock := newWireCloud(t), &wireClock{}
	options := c.validatorOptions()
	options.Now = clock.now
	v, err := teams.NewValidator(options)
	require.NoError(t, err)
	verify := func(header string) error {
		_, err := v.Verify(t.Context(), header)
		return err
	}
	require.NoError(t, verify(c.header(t)))
	second := newRSAKey()
	c.rotate("k2", second)
	rotated := c.sign(t, "k2", second, jwt.SigningMethodRS256, c.claims())
	require.NoError(t, verify(rotated), "the first unknown key id refreshes at once")
	require.ErrorIs(t, verify(c.header(t)), teams.ErrUnauthorized, "a key that was taken back is gone")
	require.EqualValues(t, 2, c.fetches.Load())
	for range 20 {
		require.Error(t, verify(c.sign(t, "junk", second, jwt.SigningMethodRS256, c.claims())))
	}
	require.EqualValues(t, 2, c.fetches.Load(), "unknown key ids refresh once in ten seconds")
	clock.advance(11 * time.Second)
	require.Error(t, verify(c.sign(t, "junk", second, jwt.SigningMethodRS256, c.claims())))
	require.EqualValues(t, 3, c.fetches.Load())
}

// TestStrangersDoNotKeepOutANewKey: a token that nobody signed starts a fetch, and
// the key of a rotation right after it is let in ten seconds later, although
// strangers go on.
func TestStrangersDoNotKeepOutANewKey(t *testing.T) {
	t.Parallel()
	c, clock := newWireCloud(t), &wireClock{}
	options := c.validatorOptions()
	options.Now = clock.now
	v, err := teams.NewValidator(options)
	require.NoError(t, err)
	verify := func(header string) error {
		_, err := v.Verify(t.Context(), header)
		return err
	}
	require.NoError(t, verify(c.header(t)))
	stranger, second := newRSAKey(), newRSAKey()
	forge := func(kid string) string { return c.sign(t, kid, stranger, jwt.SigningMethodRS256, c.claims()) }
	require.ErrorIs(t, verify(forge("false-0")), teams.ErrUnauthorized)
	c.rotate("k2", second)
	rotated := c.sign(t, "k2", second, jwt.SigningMethodRS256, c.claims())
	require.ErrorIs(t, verify(rotated), teams.ErrUnauthorized, "within the ten seconds after the stranger's")
	for i := range 30 {
		clock.advance(time.Second)
		require.ErrorIs(t, verify(forge(fmt.Sprintf("false-%d", i))), teams.ErrUnauthorized)
		if i >= 10 {
			require.NoError(t, verify(rotated), "after %d seconds", i)
		}
	}
	require.LessOrEqual(t, c.fetches.Load(), int32(6), "what an attack costs")
	require.ErrorIs(t, verify(forge("k2")), teams.ErrUnauthorized, "the name of a key is not its signature")
}

func TestForeignTokenFetchesNoKeys(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	claims := c.claims()
	claims["aud"] = "someone else"
	_, err := c.validator(t).Verify(t.Context(), c.sign(t, "k1", c.key, jwt.SigningMethodRS256, claims))
	require.ErrorIs(t, err, teams.ErrUnauthorized)
	require.Zero(t, c.fetches.Load())
}

func TestMetadataDown(t *testing.T) {
	t.Parallel()
	c, clock := newWireCloud(t), &wireClock{}
	options := c.validatorOptions()
	options.Now = clock.now
	v, err := teams.NewValidator(options)
	require.NoError(t, err)
	c.down.Store(true)
	_, err = v.Verify(t.Context(), c.header(t))
	require.ErrorIs(t, err, teams.ErrUnauthorized)
	c.down.Store(false)
	_, err = v.Verify(t.Context(), c.header(t))
	require.NoError(t, err)
	c.down.Store(true)
	clock.advance(25 * time.Hour)
	claims := c.claims()
	claims["exp"] = clock.now().Add(time.Hour).Unix()
	_, err = v.Verify(t.Context(), c.sign(t, "k1", c.key, jwt.SigningMethodRS256, claims))
	require.NoError(t, err, "the last good set is kept")
	c.down.Store(false)
	clock.advance(2 * time.Minute)
	before := c.fetches.Load()
	_, err = v.Verify(t.Context(), c.sign(t, "k1", c.key, jwt.SigningMethodRS256, claims))
	require.NoError(t, err)
	require.Equal(t, before+1, c.fetches.Load())
}

func TestConcurrentValidation(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	v := c.validator(t)
	all := func(header string) error {
		errs := make([]error, 32)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = v.Verify(t.Context(), header) })
		}
		wg.Wait()
		return errors.Join(errs...)
	}
	require.NoError(t, all(c.header(t)))
	require.EqualValues(t, 1, c.fetches.Load())
	second := newRSAKey()
	c.rotate("k2", second)
	require.NoError(t, all(c.sign(t, "k2", second, jwt.SigningMethodRS256, c.claims())))
	require.EqualValues(t, 2, c.fetches.Load())
}

func TestServiceHosts(t *testing.T) {
	t.Parallel()
	hosts, err := teams.NewServiceHosts([]string{"smba.trafficmanager.net", "https://gov.example/teams", "127.0.0.1", "http://localhost:5615"})
	require.NoError(t, err)
	for _, good := range []string{
		"https://smba.trafficmanager.net/emea/x/", "https://SMBA.trafficmanager.net:443/", "https://gov.example/other",
		"http://127.0.0.1:1234/x", "http://localhost:5615/_connector",
	} {
		require.NoError(t, hosts.Check(good), good)
	}
	for _, bad := range []string{
		"", "x", "http://smba.trafficmanager.net/", "https://evil.trafficmanager.net/", "https://smba.trafficmanager.net.evil/",
		"https://smba.trafficmanager.net@evil/", "https://smba.trafficmanager.net:8443/", "http://localhost:5616/",
		"ftp://127.0.0.1/", "https://smba.trafficmanager.net/?x=1", "http://10.0.0.1/", "https://user:pw@gov.example/",
	} {
		require.ErrorIs(t, hosts.Check(bad), teams.ErrServiceURL, bad)
	}
	_, err = teams.NewServiceHosts([]string{"*.trafficmanager.net"})
	require.Error(t, err)
	defaults, err := teams.NewServiceHosts(nil)
	require.NoError(t, err)
	require.NoError(t, defaults.Check("https://smba.trafficmanager.net/teams/"))
}
