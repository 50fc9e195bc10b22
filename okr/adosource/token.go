package adosource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"okrbot/okr"
)

const (
	// used is the part of its life after which an access token is renewed, so that
	// one is at hand while the sign-in service is away.
	used = 0.8
	// early is how long before its end a token of unknown age is renewed: longer
	// than any request takes, and shorter than the 10 minutes that a tenant may set
	// as the lifetime.
	// https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes
	early = 5 * time.Minute
	// held is how long the requests of one piece of work go on with a token without
	// looking whether its owner has signed out.
	held = 10 * time.Second
)

// renewAt is when an access token is to be renewed.
func renewAt(c okr.Credential) time.Time {
	life := c.Expiry.Sub(c.RenewedAt)
	if c.RenewedAt.IsZero() || life <= 0 {
		return c.Expiry.Add(-early)
	}
	return c.RenewedAt.Add(time.Duration(used * float64(life)))
}

// tokenSource gives the access token of one credential. It implements
// ado.TokenSource and ado.Invalidator.
type tokenSource struct {
	source *Source
	access okr.Access

	mu      sync.Mutex
	called  string // the application that reads, for words; empty: a person, or nothing was read yet
	home    string // its tenant
	refused string // a token that Azure DevOps did not accept
	current okr.Credential
	readAt  time.Time // when current was read; zero: not yet
}

// Invalidate makes the next Token renew token if it is still the stored one.
func (t *tokenSource) Invalidate(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = token
}

func (t *tokenSource) isFresh(c okr.Credential) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := c.AccessToken.Reveal()
	return token != "" && token != t.refused && t.source.Now().Before(renewAt(c))
}

// Token gives a token that is good for some minutes more.
func (t *tokenSource) Token(ctx context.Context) (string, error) {
	if c := t.recent(); c.AccessToken != "" && t.isFresh(c) {
		return c.AccessToken.Reveal(), nil
	}
	c, err := t.read(ctx)
	return c.AccessToken.Reveal(), err
}

// recent is what was read a moment ago; empty: nothing.
func (t *tokenSource) recent() okr.Credential {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.source.Now().Sub(t.readAt).Abs() >= held {
		return okr.Credential{}
	}
	return t.current
}

// read reads the sign-in, and renews it where that is due.
func (t *tokenSource) read(ctx context.Context) (okr.Credential, error) {
	c, err := t.source.Credentials.Credential(ctx, t.access.Tenant, t.access.Credential)
	if err == nil && !t.isFresh(c) {
		c, err = t.source.Credentials.Refresh(ctx, t.access.Tenant, t.access.Credential, t.isFresh, t.source.renew)
	}
	if err != nil {
		return okr.Credential{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current, t.readAt = c, t.source.Now()
	if c.Application != nil {
		t.called, t.home = c.Application.Name, c.Account.TenantID
	}
	return c, nil
}

// Caller implements ado.Caller: the application that reads.
func (t *tokenSource) Caller() (name, tenant string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.called, t.home
}

// renew exchanges the refresh token for new tokens. Microsoft Entra rotates the
// refresh token at each use, and does not revoke the one before: where the newest is not
// known (its storing was lost, or it was damaged), that one is tried before a person is asked.
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
func (s *Source) renew(ctx context.Context, c okr.Credential) (okr.Credential, error) {
	if err := s.ended.of(c); err != nil {
		return c, err
	}
	if c.Application != nil {
		return s.renewApplication(ctx, c)
	}
	tok, err := s.exchange(ctx, c.Account, c.RefreshToken)
	if err != nil && c.FormerToken != "" && isUnknownToken(err) {
		if again, formerErr := s.exchange(ctx, c.Account, c.FormerToken); formerErr == nil {
			tok, err = again, nil
		}
	}
	if err != nil {
		return c, s.ended.keep(c, refreshError(err, c.Account))
	}
	c.AccessToken = okr.Secret(tok.AccessToken)
	c.RenewedAt = s.Now()
	c.Expiry = c.RenewedAt.Add(okr.TokenLife(tok.ExpiresIn))
	if tok.RefreshToken != "" {
		c.FormerToken, c.RefreshToken = c.RefreshToken, okr.Secret(tok.RefreshToken)
	}
	return c, nil
}

// isUnknownToken says whether a refusal is about the token that was shown, and not
// about its owner.
func isUnknownToken(err error) bool {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != "invalid_grant" {
		return false
	}
	switch stsCode(refused) {
	case "70000", "70008", "700082", "9002313":
		return true
	}
	return false
}

// exchange asks Microsoft Entra for new tokens.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token
func (s *Source) exchange(ctx context.Context, account okr.Account, refresh okr.Secret) (*oauth2.Token, error) {
	config := oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret.Reveal(),
		Endpoint: oauth2.Endpoint{
			TokenURL:  s.tokenURL(account),
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, s.HTTP)
	if s.Assertion != nil {
		return s.exchangeAsserted(ctx, config, refresh)
	}
	return config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
}

// assertionType is the form of an assertion (RFC 7523, 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// errAssertion says that okrbot has nothing to show who it is.
var errAssertion = errors.New("assertion")

// exchangeAsserted asks with an assertion in place of the client secret. The flow of
// client credentials is the one whose parameters can be said, its grant type among them.
func (s *Source) exchangeAsserted(ctx context.Context, config oauth2.Config, refresh okr.Secret) (*oauth2.Token, error) {
	assertion, err := s.Assertion(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAssertion, err)
	}
	asked := clientcredentials.Config{
		ClientID: config.ClientID, TokenURL: config.Endpoint.TokenURL, AuthStyle: config.Endpoint.AuthStyle,
		EndpointParams: url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()},
			"client_assertion_type": {assertionType}, "client_assertion": {assertion},
		},
	}
	tok, err := asked.Token(ctx)
	if err != nil {
		return nil, err
	}
	if seconds, ok := tok.Extra("expires_in").(float64); ok {
		tok.ExpiresIn = int64(seconds)
	}
	return tok, nil
}

// stsCode is Microsoft Entra's number of a refusal, or empty.
func stsCode(refused *oauth2.RetrieveError) string {
	if m := aadsts.FindStringSubmatch(refused.ErrorDescription); m != nil {
		return m[1]
	}
	return ""
}

var aadsts = regexp.MustCompile(`AADSTS(\d+)`)

// refreshError translates Microsoft Entra's refusal into what the person must
// do. It is a failure of all that is read with the sign-in. The answer's body is not
// kept: it may quote tokens.
func refreshError(err error, account okr.Account) error {
	return okr.Scoped(okr.ScopeAccess, refreshRefusal(err, account))
}

func refreshRefusal(err error, account okr.Account) error {
	var refused *oauth2.RetrieveError
	if errors.Is(err, errAssertion) {
		return okr.WrapError(okr.Unavailable, err, "okrbot can't sign in to Microsoft. The operator of okrbot can find the cause with: okrbot doctor")
	}
	if !errors.As(err, &refused) {
		return okr.WrapError(okr.Unavailable, errors.New("refresh: no answer from the sign-in service"),
			"Microsoft's sign-in service didn't respond. I'll try again at the next sync.")
	}
	code := stsCode(refused)
	cause := fmt.Errorf("refresh refused: %s AADSTS%s", refused.ErrorCode, code)
	switch refused.ErrorCode {
	case "invalid_client", "unauthorized_client":
		return okr.WrapError(okr.Unavailable, cause, "Microsoft rejects okrbot's registration. The operator of okrbot must check ADO_CLIENT_ID and ADO_CLIENT_SECRET.")
	case "invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied":
		return grantRefusal(cause, code, account)
	default:
		return okr.WrapError(okr.Unavailable, cause, "Microsoft's sign-in service couldn't renew the sign-in. I'll try again at the next sync.")
	}
}

// grantRefusal says who can end a refusal: the person by signing in again, an
// administrator, or time.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func grantRefusal(cause error, code string, account okr.Account) error {
	switch code {
	case "50196":
		return okr.WrapError(okr.Unavailable, cause, "Microsoft's sign-in service paused the renewal because of too many requests. I'll try again at the next sync.")
	case "53000", "53001", "53002", "53003", "53004", "53011", "530002", "530003", "530034", "530035":
		return okr.WrapError(okr.PolicyRefused, cause, "A conditional access policy of your organization blocks okrbot for %s. Signing in again doesn't help. Ask a Microsoft Entra administrator to allow okrbot's address.", account.UserName)
	case "50105":
		return okr.WrapError(okr.NoAccess, cause, "The account %s isn't assigned to the okrbot application in Microsoft Entra. Ask an administrator to assign it, or use another account.", account.UserName)
	case "50020", "90072", "700016", "50178":
		return okr.WrapError(okr.NoAccess, cause, "The account %s or the okrbot application isn't in this Microsoft Entra tenant. Ask its administrator, or use another account.", account.UserName)
	}
	return okr.WithNext(okr.WrapError(okr.SignIn, cause, "The sign-in of %s expired (%s). %s can sign in again to keep the OKRs up to date.", account.UserName, reason(code), cmp.Or(account.Name, "Its owner")),
		okr.Step{Kind: okr.StepSignIn, SignIn: okr.SignInAt{Tenant: okr.TenantID(account.TenantID)}})
}

// reason puts the AADSTS codes that ends of sign-ins are known by into words.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func reason(code string) string {
	switch code {
	case "50173":
		return "the password changed or access was revoked"
	case "700082", "70008":
		return "not used for too long"
	case "70043":
		return "your organization requires a new sign-in from time to time"
	case "50076", "50079", "50078":
		return "a second factor is required"
	case "500341", "50034", "50057":
		return "the account was disabled or deleted"
	case "65001":
		return "the consent was revoked"
	case "":
		return "it was revoked"
	}
	return "Microsoft's code AADSTS" + code
}
