package signin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"okrbot/okr"
)

// maxClientToken bounds the token that a client of Teams hands over, in bytes.
const maxClientToken = 16 << 10

// clientClaims are those of the token that a client of Teams hands over, in the words of both
// versions. https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type clientClaims struct {
	jwt.RegisteredClaims
	ObjectID      string `json:"oid"`
	TenantID      string `json:"tid"`
	Name          string `json:"name"`
	PreferredName string `json:"preferred_username"` // version 2.0
	UPN           string `json:"upn"`                // version 1.0
	UniqueName    string `json:"unique_name"`        // version 1.0
}

// onBehalf exchanges the token of a client for tokens for Azure DevOps, with the same permissions
// as the own sign-in and a refresh token that is renewed in the same way.
//
// The claims say whose token it is before its signature was checked: Microsoft Entra does that
// when it exchanges the token ("validates API A's credentials along with token A"), and gives
// nothing for one that it did not sign. So a token that was exchanged is of whom it says.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (s *Subject) onBehalf(ctx context.Context, k signInTicket, token string) (okr.Credential, error) {
	account, err := s.clientAccount(k, token)
	if err != nil {
		return okr.Credential{}, err
	}
	tok, err := s.options.exchangeOnBehalf(ctx, k.Actor.Tenant, token)
	if err != nil {
		return okr.Credential{}, onBehalfError(err)
	}
	if tok.RefreshToken == "" {
		return okr.Credential{}, byButton(okr.Unavailable, errors.New("on behalf of: no refresh token"))
	}
	if !s.isOf(account, tok) {
		return okr.Credential{}, byButton(okr.Forbidden, errors.New("on behalf of: id_token of another account"))
	}
	return s.newCredential(k.Actor.ID, account, tok), nil
}

// clientAccount reads whose token it is. It must be for okrbot, not over, and of the person of the
// chat: nobody signs in through Teams as somebody else.
func (s *Subject) clientAccount(k signInTicket, token string) (okr.Account, error) {
	var claims clientClaims
	if len(token) > maxClientToken {
		return okr.Account{}, byButton(okr.SignIn, errors.New("token of Teams: too long"))
	}
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil {
		return okr.Account{}, byButton(okr.SignIn, errors.New("token of Teams: cannot be read"))
	}
	account := okr.Account{ObjectID: claims.ObjectID, TenantID: claims.TenantID, Name: claims.Name, UserName: cmp.Or(claims.PreferredName, claims.UPN, claims.UniqueName, claims.Name)}
	ends := jwt.NewValidator(jwt.WithExpirationRequired(), jwt.WithLeeway(5*time.Minute), jwt.WithTimeFunc(s.chat.Now))
	switch {
	case !s.options.isAudience(claims.Audience):
		return account, byButton(okr.Unavailable, errors.New("token of Teams: for another application; compare SSO_RESOURCE with the Application ID URI of the registration"))
	case ends.Validate(claims) != nil:
		return account, byButton(okr.SignIn, errors.New("token of Teams: over, or not good yet"))
	case !samePerson(k, account):
		return account, byButton(okr.Forbidden, errors.New("token of Teams: of somebody else"))
	}
	return account, nil
}

// isAudience says whether a token is for okrbot: by the client id in version 2.0, by the
// Application ID URI in version 1.0.
func (o Options) isAudience(audience []string) bool {
	return slices.ContainsFunc(audience, func(name string) bool {
		return strings.EqualFold(name, o.ClientID) || strings.EqualFold(name, o.SSOResource)
	})
}

// exchangeOnBehalf asks the tenant of the person.
func (o Options) exchangeOnBehalf(ctx context.Context, tenant okr.TenantID, token string) (*oauth2.Token, error) {
	config := o.config(tenant)
	tok, err := o.request(ctx, config, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {token}, "requested_token_use": {"on_behalf_of"},
	}, config.Scopes...)
	if err != nil {
		return nil, err
	}
	if seconds, ok := tok.Extra("expires_in").(float64); ok {
		tok.ExpiresIn = int64(seconds)
	}
	return tok, nil
}

// request asks the token endpoint as the application. The flow of client credentials is the one of
// the library whose parameters can be said, its grant type among them. Unavailable: okrbot has
// nothing to show who it is, and nobody was asked.
func (o Options) request(ctx context.Context, config oauth2.Config, params url.Values, scopes ...string) (*oauth2.Token, error) {
	asserted, err := o.asserted(ctx)
	if err != nil {
		return nil, err
	}
	all := url.Values{}
	maps.Copy(all, params)
	maps.Copy(all, asserted)
	asked := clientcredentials.Config{
		ClientID: config.ClientID, ClientSecret: config.ClientSecret, TokenURL: config.Endpoint.TokenURL,
		Scopes: scopes, EndpointParams: all, AuthStyle: config.Endpoint.AuthStyle,
	}
	return asked.Token(context.WithValue(ctx, oauth2.HTTPClient, o.HTTP))
}

// isOf compares with the id_token that comes beside the tokens, where one does: the flow's page
// names none.
func (s *Subject) isOf(a okr.Account, tok *oauth2.Token) bool {
	raw, ok := tok.Extra("id_token").(string)
	if !ok {
		return true
	}
	var claims idClaims
	_, _, err := jwt.NewParser().ParseUnverified(raw, &claims)
	return err == nil && strings.EqualFold(claims.ObjectID, a.ObjectID) && strings.EqualFold(claims.TenantID, a.TenantID)
}

// byButton is a failure after which the own sign-in goes on: it asks for consent, a second factor,
// or another account, and says what it was refused for.
func byButton(kind okr.Kind, cause error) error {
	return okr.WrapError(kind, cause, "Teams couldn't sign you in automatically. Sign in with the button.")
}

// onBehalfError tells a refusal that the person can end (consent, a second factor, a policy, an
// expired token) from what whoever runs okrbot must look at. The answer's text is not kept.
func onBehalfError(err error) error {
	if okr.KindOf(err) == okr.Unavailable { // okrbot has nothing to show who it is
		return err
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refused.ErrorCode == "" {
		return byButton(okr.Unavailable, errors.New("on behalf of: no answer of Microsoft Entra"))
	}
	code := aadsts.FindString(refused.ErrorDescription)
	cause := fmt.Errorf("on behalf of: %s %s", cleanName(refused.ErrorCode), code)
	switch refused.ErrorCode {
	case "invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied":
		if code != "AADSTS500131" {
			return byButton(okr.SignIn, cause)
		}
	}
	return byButton(okr.Unavailable, cause)
}
