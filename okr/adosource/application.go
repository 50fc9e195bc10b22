package adosource

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"okrbot/okr"
)

// azureResource is Azure DevOps in every tenant ("Authenticate with Microsoft Entra ID").
const azureResource = "499b84ac-1321-427f-aa17-267ca6975798"

// assertionLife is how long an assertion of a certificate is good, at most what the page
// "Application authentication certificate credentials" advises.
const assertionLife = 10 * time.Minute

// ErrNoIdentity says that the machine has no such managed identity.
var ErrNoIdentity = errors.New("no such managed identity")

var (
	errIdentity = errors.New("managed identity")
	errUnnamed  = errors.New("the answer does not name it")
	errProof    = errors.New("certificate of an application")
)

// IdentityToken is a token of a managed identity.
type IdentityToken struct {
	Token    okr.Secret
	ClientID string        // of the identity; empty: the answer does not say
	Life     time.Duration // how long it lasts
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// MachineKinds implements [okr.Prover].
func (s *Source) MachineKinds(tenant okr.TenantID) []okr.ApplicationKind {
	if s.HomeTenant == "" || !strings.EqualFold(string(tenant), string(s.HomeTenant)) {
		return nil
	}
	var kinds []okr.ApplicationKind
	if s.Federation != nil {
		kinds = append(kinds, okr.ByFederation)
	}
	if s.Identity != nil {
		kinds = append(kinds, okr.ByMachine)
	}
	return kinds
}

// Prove implements [okr.Prover]. Of a managed identity it fills in what was left empty: the
// tenant of okrbot's registration, and the client id that the machine names.
func (s *Source) Prove(ctx context.Context, c okr.Credential) (okr.Credential, error) {
	if c.Application == nil {
		return c, errors.New("prove an application: it is a person's sign-in")
	}
	if c.Application.Kind == okr.ByMachine && c.Account.TenantID == "" {
		c.Account.TenantID = string(s.HomeTenant)
	}
	if err := s.checkApplication(c); err != nil {
		return c, err
	}
	proved, err := s.askFor(ctx, c)
	if err != nil {
		return c, atForm(c, err)
	}
	return proved, nil
}

// checkApplication refuses what cannot be asked for.
func (s *Source) checkApplication(c okr.Credential) error {
	a := c.Application
	switch {
	case a.Kind.IsOfMachine() && (s.HomeTenant == "" || a.Kind == okr.ByMachine && s.Identity == nil || a.Kind == okr.ByFederation && s.Federation == nil):
		return okr.FieldErrorf("kind", "okrbot's machine has no managed identity. Use a certificate or a secret, or ask the operator of okrbot for a managed identity.")
	case !guid.MatchString(c.Account.TenantID):
		return okr.FieldErrorf("tenant", "This isn't a tenant ID. Copy the Directory (tenant) ID from the application's overview in Microsoft Entra. It looks like 72f988bf-86f1-41af-91ab-2d7cd011db47.")
	case !guid.MatchString(c.Account.ObjectID) && (a.Kind != okr.ByMachine || c.Account.ObjectID != ""):
		return okr.FieldErrorf("client", "This isn't a client ID. Copy the Application (client) ID from the application's overview in Microsoft Entra. It looks like 72f988bf-86f1-41af-91ab-2d7cd011db47.")
	case a.Kind == okr.BySecret && a.Proof == "":
		return okr.FieldErrorf("secret", "Enter the application's client secret: its value, not its ID.")
	case a.Kind == okr.ByCertificate && a.Proof == "":
		return okr.FieldErrorf(fieldCertificate, "Choose a PFX or PEM file that has the certificate and its private key.")
	case a.Kind != okr.BySecret && a.Kind != okr.ByCertificate && !a.Kind.IsOfMachine():
		return okr.FieldErrorf("kind", "Choose how the application signs in.")
	}
	return nil
}

// renewApplication asks for the next token of an application.
func (s *Source) renewApplication(ctx context.Context, c okr.Credential) (okr.Credential, error) {
	renewed, err := s.askFor(ctx, c)
	if err != nil {
		return c, s.ended.keep(c, okr.Scoped(okr.ScopeAccess, atRenewal(c, err)))
	}
	return renewed, nil
}

// askFor gives the application with a new token. An application has no refresh token: it
// shows each time who it is.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (s *Source) askFor(ctx context.Context, c okr.Credential) (okr.Credential, error) {
	if c.Application.Kind == okr.ByMachine {
		return s.askMachine(ctx, c)
	}
	config := clientcredentials.Config{
		ClientID: c.Account.ObjectID, TokenURL: s.tokenURL(c.Account), AuthStyle: oauth2.AuthStyleInParams, Scopes: []string{azureResource + "/.default"},
	}
	if c.Application.Kind == okr.BySecret {
		config.ClientSecret = c.Application.Proof.Reveal()
	} else {
		assertion, err := s.applicationAssertion(ctx, c)
		if err != nil {
			return c, err
		}
		config.EndpointParams = url.Values{"client_assertion_type": {assertionType}, "client_assertion": {assertion}}
	}
	tok, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, s.HTTP))
	if err != nil {
		return c, err
	}
	seconds := tok.ExpiresIn
	if given, ok := tok.Extra("expires_in").(float64); ok {
		seconds = int64(given)
	}
	return s.withToken(c, okr.Secret(tok.AccessToken), okr.TokenLife(seconds)), nil
}

func (s *Source) withToken(c okr.Credential, token okr.Secret, life time.Duration) okr.Credential {
	c.AccessToken, c.RenewedAt = token, s.Now()
	c.Expiry = c.RenewedAt.Add(life)
	return c
}

func (s *Source) tokenURL(account okr.Account) string {
	return strings.TrimSuffix(s.LoginURL, "/") + "/" + url.PathEscape(account.TenantID) + "/oauth2/v2.0/token"
}

// askMachine asks the machine for a token of its managed identity.
func (s *Source) askMachine(ctx context.Context, c okr.Credential) (okr.Credential, error) {
	if s.Identity == nil {
		return c, fmt.Errorf("%w: %w", errIdentity, ErrNoIdentity)
	}
	given, err := s.Identity(ctx, c.Account.ObjectID, azureResource)
	if err != nil {
		return c, fmt.Errorf("%w: %w", errIdentity, err)
	}
	if c.Account.ObjectID == "" {
		c.Account.ObjectID = strings.ToLower(given.ClientID)
		if !guid.MatchString(c.Account.ObjectID) { // it is what the next token is asked for by
			return c, fmt.Errorf("%w: %w", errIdentity, errUnnamed)
		}
		c.ID = okr.CredentialIDFor(c.Owner, c.Account)
	}
	return s.withToken(c, given.Token, okr.TokenLife(int64(given.Life/time.Second))), nil
}

// applicationAssertion shows who the application is: signed with its certificate's key, or
// the token of the machine that it trusts.
func (s *Source) applicationAssertion(ctx context.Context, c okr.Credential) (string, error) {
	if c.Application.Kind == okr.ByCertificate {
		return s.signAssertion(c)
	}
	if s.Federation == nil {
		return "", fmt.Errorf("%w: none", errAssertion)
	}
	assertion, err := s.Federation(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errAssertion, err)
	}
	return assertion, nil
}

// signAssertion makes the assertion of a certificate.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func (s *Source) signAssertion(c okr.Credential) (string, error) {
	key, cert, err := readProof(c.Application.Proof)
	if err != nil {
		return "", err
	}
	now, sum := s.Now(), sha256.Sum256(cert.Raw)
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{ // aud is a text here, not a list
		"aud": s.tokenURL(c.Account), "iss": c.Account.ObjectID, "sub": c.Account.ObjectID, "jti": rand.Text(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	token.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum[:])
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("%w: cannot sign", errProof)
	}
	return signed, nil
}

// readProof reads what ReadCertificate gave.
func readProof(proof okr.Secret) (*rsa.PrivateKey, *x509.Certificate, error) {
	first, rest := pem.Decode([]byte(proof.Reveal()))
	second, _ := pem.Decode(rest)
	if first == nil || second == nil {
		return nil, nil, fmt.Errorf("%w: no PEM", errProof)
	}
	cert, err := x509.ParseCertificate(first.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: damaged", errProof)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(second.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, nil, fmt.Errorf("%w: its key is damaged", errProof)
	}
	return key, cert, nil
}
