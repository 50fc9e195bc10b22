package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/singleflight"
)

// AppType is how the bot is registered; it decides where its token comes from.
type AppType string

// The app types. Source: "Bot Framework REST API: authentication", Azure Bot
// "Microsoft App Type".
const (
	AppSingleTenant    AppType = "SingleTenant"
	AppMultiTenant     AppType = "MultiTenant"
	AppUserAssignedMSI AppType = "UserAssignedMSI"
)

const (
	// botScope is the resource of the Bot Connector.
	botScope = "https://api.botframework.com/.default"
	// tokenMargin is how long before its end a token is renewed. Tokens
	// shorter than that are renewed after four fifths of their life.
	tokenMargin = 5 * time.Minute
	// tokenTimeout bounds one request for a token.
	tokenTimeout = 10 * time.Second
)

// ErrBotToken says that the bot could not get its own token.
var ErrBotToken = errors.New("bot token")

// TokenOptions configure a TokenSource.
type TokenOptions struct {
	// LoginURL is the base of the login service. Empty:
	// https://login.microsoftonline.com.
	LoginURL string
	// AppType decides the authority. Empty: AppSingleTenant.
	AppType AppType
	// TenantID is the home tenant of the registration (AppSingleTenant).
	TenantID string
	// AppID is the client id; of the managed identity for AppUserAssignedMSI, or
	// SystemIdentity.
	AppID string
	// AppPassword is the client secret; unused for AppUserAssignedMSI.
	AppPassword string
	// Assertion gives a token of somebody whom the registration trusts (a federated
	// identity credential), instead of a secret. Nil: there is the secret.
	Assertion func(context.Context) (string, error)
	// Scope is what the token is for. Empty: the public cloud's connector.
	Scope string
	// IdentityEndpoint and IdentityHeader are the values that App Service
	// gives in the variables of these names. Empty: the instance metadata
	// service of the virtual machine is asked.
	IdentityEndpoint, IdentityHeader string
	// Client sends the requests. Nil: one with a timeout.
	Client *http.Client
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// TokenSource is the bot's own access token, cached and renewed minutes before
// it ends. It is safe for concurrent use.
type TokenSource struct {
	fetch  func(context.Context) (issuedToken, error)
	now    func() time.Time
	flight singleflight.Group

	mu      sync.Mutex
	token   string
	renewAt time.Time
	endsAt  time.Time
}

// issuedToken is an access token with the rest of its life.
type issuedToken struct {
	value    string
	lifetime time.Duration
	client   string // whose it is, of a managed identity
}

// NewTokenSource builds the source for the app type. It fails on a missing id,
// secret or tenant, an unknown type and a login URL that is not https (http for
// loopback only); nothing is fetched yet.
func NewTokenSource(o TokenOptions) (*TokenSource, error) {
	o = o.withDefaults()
	s := &TokenSource{now: o.Now}
	if o.AppID == "" {
		return nil, fmt.Errorf("%w: app id is empty", ErrBotToken)
	}
	if o.AppType == AppUserAssignedMSI {
		s.fetch = o.managedIdentity
		return s, nil
	}
	authority, err := o.authority()
	if err != nil {
		return nil, err
	}
	if o.AppPassword == "" && o.Assertion == nil {
		return nil, fmt.Errorf("%w: app password is empty", ErrBotToken)
	}
	if !secureURL(o.LoginURL) {
		return nil, fmt.Errorf("%w: the login URL is not https", ErrBotToken)
	}
	s.fetch = o.clientCredentials(authority)
	return s, nil
}

func (o TokenOptions) withDefaults() TokenOptions {
	if o.LoginURL == "" {
		o.LoginURL = "https://login.microsoftonline.com"
	}
	if o.AppType == "" {
		o.AppType = AppSingleTenant
	}
	if o.Scope == "" {
		o.Scope = botScope
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: tokenTimeout}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// authority is the directory that issues the token: the home tenant, or the
// Bot Framework's own directory for the multi-tenant bots of old.
func (o TokenOptions) authority() (string, error) {
	switch o.AppType {
	case AppMultiTenant:
		return "botframework.com", nil
	case AppSingleTenant:
		if o.TenantID == "" {
			return "", fmt.Errorf("%w: tenant id is empty", ErrBotToken)
		}
		return o.TenantID, nil
	default:
		return "", fmt.Errorf("%w: unknown app type %q", ErrBotToken, string(o.AppType))
	}
}

// AssertionType is the form of an assertion. Source: RFC 7523, 2.2; "Access token
// request with a federated credential".
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// clientCredentials fetches a token by the OAuth 2.0 client credentials flow.
// Source: "Authenticate requests from your bot to the Bot Connector service".
func (o TokenOptions) clientCredentials(authority string) func(context.Context) (issuedToken, error) {
	config := clientcredentials.Config{
		ClientID: o.AppID, ClientSecret: o.AppPassword, Scopes: []string{o.Scope},
		TokenURL:  strings.TrimRight(o.LoginURL, "/") + "/" + url.PathEscape(authority) + "/oauth2/v2.0/token",
		AuthStyle: oauth2.AuthStyleInParams,
	}
	return func(ctx context.Context) (issuedToken, error) {
		config := config
		if o.Assertion != nil {
			assertion, err := o.Assertion(ctx)
			if err != nil {
				return issuedToken{}, fmt.Errorf("%w: assertion: %w", ErrBotToken, err)
			}
			config.ClientSecret = ""
			config.EndpointParams = url.Values{"client_assertion_type": {AssertionType}, "client_assertion": {assertion}}
		}
		t, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, o.Client))
		if err != nil {
			return issuedToken{}, plainTokenError(err)
		}
		if t.Expiry.IsZero() {
			return issuedToken{value: t.AccessToken, lifetime: tokenMargin}, nil
		}
		return issuedToken{value: t.AccessToken, lifetime: time.Until(t.Expiry)}, nil
	}
}

// aadsts is how Microsoft Entra numbers its errors.
var aadsts = regexp.MustCompile(`AADSTS\d+`)

// plainTokenError keeps the status and the codes of the error only: the answer's
// body and the request must not reach a log.
func plainTokenError(err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response != nil {
		return fmt.Errorf("%w: status %d %s", ErrBotToken, e.Response.StatusCode, strings.TrimSpace(shortCode(e.ErrorCode)+" "+aadsts.FindString(e.ErrorDescription)))
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%w: %w", ErrBotToken, e.Err)
	}
	return fmt.Errorf("%w: unusable answer", ErrBotToken)
}

// Token is a valid access token. It fails with ErrBotToken, or with the
// context's error.
func (s *TokenSource) Token(ctx context.Context) (string, error) {
	if token, fresh := s.cached(); fresh {
		return token, nil
	}
	result := s.flight.DoChan("token", func() (any, error) {
		return s.renew(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-result:
		token, _ := r.Val.(string)
		return token, r.Err
	}
}

// cached gives the token while it lives; fresh says that it need not be renewed.
func (s *TokenSource) cached() (token string, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.token == "" || !now.Before(s.endsAt) {
		return "", false
	}
	return s.token, now.Before(s.renewAt)
}

// renew fetches a token. One that still lives outlasts a failed renewal.
func (s *TokenSource) renew(ctx context.Context) (string, error) {
	old, fresh := s.cached()
	if fresh {
		return old, nil
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	t, err := s.fetch(ctx)
	if err != nil {
		if old != "" {
			return old, nil
		}
		return "", err
	}
	s.store(t)
	return t.value, nil
}

func (s *TokenSource) store(t issuedToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.token, s.endsAt = t.value, now.Add(t.lifetime)
	s.renewAt = s.endsAt.Add(-min(tokenMargin, t.lifetime/5))
}

// Invalidate drops token after the connector refused it. A newer one that
// another caller has fetched meanwhile stays.
func (s *TokenSource) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
}
