package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// oauthConnection is the name that the sign-in card carries; the sign-in itself
// is okrbot's own.
const oauthConnection = "ado"

// The scopes of the sign-in: reading work items, projects and the profile of
// Azure DevOps (resource 499b84ac-…), and renewing without the person.
// https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/oauth#scopes
const adoResource = "499b84ac-1321-427f-aa17-267ca6975798"

func signInScopes() []string {
	return []string{
		adoResource + "/vso.work", adoResource + "/vso.project", adoResource + "/vso.profile",
		"offline_access", "openid", "profile",
	}
}

// Options configure the sign-in to Azure DevOps.
type Options struct {
	// PublicURL is this service as browsers reach it.
	PublicURL string
	// LoginURL is Microsoft Entra's base URL.
	LoginURL string
	// LoginTenant is the tenant whose accounts may sign in, or "organizations".
	LoginTenant  string
	ClientID     string
	ClientSecret okr.Secret
	// Assertion shows who the application is instead of a secret. Nil: the secret does.
	Assertion func(context.Context) (string, error)
	// SSOConnection is the name of the OAuth connection of the Azure Bot, by which Teams signs people
	// in by itself; empty: it does not. SSOResource is the Application ID URI of the registration.
	SSOConnection, SSOResource string
	// PlainCard sends the documented sign-in card instead of the OAuth card.
	PlainCard bool
	HTTP      *http.Client
}

// config is that of a sign-in at a tenant; empty: at the usual one.
func (o Options) config(tenant okr.TenantID) oauth2.Config {
	authority := cmp.Or(string(tenant), o.LoginTenant)
	base := strings.TrimSuffix(o.LoginURL, "/") + "/" + url.PathEscape(authority) + "/oauth2/v2.0/"
	return oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal(), Scopes: signInScopes(),
		RedirectURL: strings.TrimSuffix(o.PublicURL, "/") + "/auth/callback",
		Endpoint:    oauth2.Endpoint{AuthURL: base + "authorize", TokenURL: base + "token", AuthStyle: oauth2.AuthStyleInParams},
	}
}

// notKnownWords are for people who cannot sign in because of okrbot itself.
const notKnownWords = "Microsoft rejects okrbot's registration, so nobody can sign in. The operator of okrbot can find the cause with: okrbot doctor"

// asserted are the parameters of a request to the token endpoint that stand for a
// secret; none where there is one. Source: "Access token request with a federated
// credential" of the authorization code flow.
func (o Options) asserted(ctx context.Context) (url.Values, error) {
	if o.Assertion == nil {
		return nil, nil
	}
	assertion, err := o.Assertion(ctx)
	if err != nil {
		return nil, okr.WrapError(okr.Unavailable, fmt.Errorf("assertion: %w", err), "%s", notKnownWords)
	}
	return url.Values{"client_assertion_type": {teams.AssertionType}, "client_assertion": {assertion}}, nil
}

// exchange redeems the code of a sign-in.
func (o Options) exchange(ctx context.Context, config oauth2.Config, code, verifier string) (*oauth2.Token, error) {
	asserted, err := o.asserted(ctx)
	if err != nil {
		return nil, err
	}
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}
	for name := range asserted {
		options = append(options, oauth2.SetAuthURLParam(name, asserted.Get(name)))
	}
	return config.Exchange(context.WithValue(ctx, oauth2.HTTPClient, o.HTTP), code, options...)
}

// place is where a sign-in goes that is asked for at a place: home is where the usual one
// leads. Where the operator named one tenant, its accounts are the only ones: an
// organization of another tenant cannot be had, and an account of another one is left
// for one that may sign in. Invalid: it is no tenant, or an organization's that is closed.
func (o Options) place(at okr.SignInAt, home okr.TenantID) (okr.SignInAt, error) {
	isOpen := !isTenant.MatchString(o.LoginTenant) || strings.EqualFold(string(at.Tenant), o.LoginTenant)
	switch {
	case at.Tenant == "":
		return okr.SignInAt{}, nil
	case !isTenant.MatchString(string(at.Tenant)):
		return at, okr.Errorf(okr.Invalid, "This button is incomplete. Start again with: connect")
	case !isOpen && at.Organization != "":
		return at, okr.WithNext(okr.Errorf(okr.Invalid, "The organization %s belongs to another Microsoft Entra tenant, and okrbot is set up for one tenant only. The operator of okrbot can change ADO_LOGIN_TENANT.", at.Organization), okr.Step{Kind: okr.StepConnections})
	case !isOpen, at.Tenant == home:
		return okr.SignInAt{}, nil
	}
	return at, nil
}

var isTenant = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// newTicket keeps the ticket of a link and gives its id: 32 random bytes.
func (s *Subject) newTicket(ctx context.Context, k signInTicket) (string, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails, by its documentation
	id := fmt.Sprintf("%x", raw)
	return id, s.putTicket(ctx, startKey(id), k)
}

func startKey(id string) string { return "start:" + id }

// address is the link that stands for a ticket.
func (s *Subject) address(id string) string {
	return strings.TrimSuffix(s.options.PublicURL, "/") + "/auth/start?t=" + id
}

func (s *Subject) putTicket(ctx context.Context, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("ticket: %w", err)
	}
	return s.tickets.PutTicket(ctx, key, data, ticketLife)
}

func (s *Subject) takeTicket(ctx context.Context, key string, v any) error {
	data, err := s.tickets.TakeTicket(ctx, key)
	return readTicket(data, err, v)
}

func (s *Subject) peekTicket(ctx context.Context, key string, v any) error {
	data, err := s.tickets.PeekTicket(ctx, key)
	return readTicket(data, err, v)
}

func readTicket(data []byte, err error, v any) error {
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("ticket: %w", err)
	}
	return nil
}

// flow is a sign-in between the start page and the callback.
type flow struct {
	Ticket   signInTicket `json:"ticket"`
	ID       string       `json:"id"`       // of the ticket
	Verifier string       `json:"verifier"` // PKCE
	Nonce    string       `json:"nonce"`
	Cookie   string       `json:"cookie"` // of the browser that started
}

// begin gives where the browser goes on, with the state by which it comes back.
//
// The link may be opened again until a sign-in through it is complete, because people
// do: they close the popup, press twice, or a proxy of their organization looks at
// the link first. Opening it proves nothing and gives nothing away, so the ticket is
// left and taken by finish. Each opening is a flow of its own, with a state that is
// good once and a PKCE verifier, nonce and cookie that belong to it alone: an answer
// to one fits no other one, and only the browser that opened it can end it. Whoever
// gets hold of the link gains no more than before: another account than the
// chat's needs the code, which only the person of the chat can enter.
func (s *Subject) begin(ctx context.Context, ticket string) (address, state string, f flow, err error) {
	f.ID = ticket
	if err := s.peekTicket(ctx, startKey(ticket), &f.Ticket); err != nil {
		return "", "", f, err
	}
	f.Verifier, f.Nonce, f.Cookie = oauth2.GenerateVerifier(), rand.Text(), rand.Text()
	state = rand.Text()
	if err := s.putTicket(ctx, "state:"+state, f); err != nil {
		return "", "", f, err
	}
	config := s.options.config(f.Ticket.At.Tenant)
	return config.AuthCodeURL(state, oauth2.S256ChallengeOption(f.Verifier),
		oauth2.SetAuthURLParam("nonce", f.Nonce), oauth2.SetAuthURLParam("prompt", "select_account")), state, f, nil
}

// errOtherBrowser is a callback in a browser that did not start the sign-in.
var errOtherBrowser = errors.New("callback in another browser")

// finish exchanges the code of the callback for tokens. It checks that the same
// browser comes back. The ticket is left for who keeps the sign-in.
func (s *Subject) finish(ctx context.Context, state, code, cookie string) (flow, okr.Credential, error) {
	var f flow
	if err := s.takeTicket(ctx, "state:"+state, &f); err != nil {
		return f, okr.Credential{}, err
	}
	if !sameText(cookie, f.Cookie) {
		return f, okr.Credential{}, errOtherBrowser
	}
	if code == "" {
		return f, okr.Credential{}, nil // refused or cancelled: the page says so
	}
	tok, err := s.options.exchange(ctx, s.options.config(f.Ticket.At.Tenant), code, f.Verifier)
	if err != nil {
		return f, okr.Credential{}, exchangeError(err)
	}
	c, err := s.credentialOf(f, tok)
	if err != nil {
		return f, okr.Credential{}, err
	}
	return f, c, s.peekTicket(ctx, startKey(f.ID), &signInTicket{}) // another tab may have been faster
}

// taking takes a ticket once a sign-in is kept: of two that end at a time one goes on, and
// what breaks off in between leaves the link as it was.
func (s *Subject) taking(key string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.tickets.TakeTicket(ctx, key)
		return err
	}
}

// exchangeError keeps the answer's body, which may quote secrets, out of the log.
func exchangeError(err error) error {
	if _, isSaid := okr.MessageOf(err); isSaid {
		return err
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if ok && refused.ErrorCode != "" {
		cause := fmt.Errorf("code exchange refused: %s %s", refused.ErrorCode, aadsts.FindString(refused.ErrorDescription))
		switch refused.ErrorCode {
		case "invalid_client", "unauthorized_client":
			return okr.WrapError(okr.Unavailable, cause, "%s", notKnownWords)
		}
		return cause
	}
	cause := errors.New("code exchange: no answer")
	if ok {
		cause = fmt.Errorf("code exchange: status %d", refused.Response.StatusCode)
	}
	return okr.WrapError(okr.Unavailable, cause, "Microsoft's sign-in service didn't respond. Go back to the chat and sign in again.")
}

type idClaims struct {
	jwt.RegisteredClaims
	Nonce    string `json:"nonce"`
	ObjectID string `json:"oid"`
	TenantID string `json:"tid"`
	Name     string `json:"name"`
	UserName string `json:"preferred_username"`
}

// credentialOf reads who signed in from the id_token. It came straight from the
// token endpoint, so its origin needs no signature (OpenID Connect Core 3.1.3.7,
// 6); audience, time and nonce are checked.
func (s *Subject) credentialOf(f flow, tok *oauth2.Token) (okr.Credential, error) {
	raw, _ := tok.Extra("id_token").(string)
	var claims idClaims
	if _, _, err := jwt.NewParser().ParseUnverified(raw, &claims); err != nil {
		return okr.Credential{}, errors.New("id_token: cannot be read")
	}
	validator := jwt.NewValidator(jwt.WithAudience(s.options.ClientID), jwt.WithExpirationRequired(),
		jwt.WithLeeway(5*time.Minute), jwt.WithTimeFunc(s.chat.Now))
	if err := validator.Validate(claims); err != nil {
		return okr.Credential{}, fmt.Errorf("id_token: %w", err)
	}
	if !sameText(claims.Nonce, f.Nonce) || claims.ObjectID == "" || claims.TenantID == "" {
		return okr.Credential{}, errors.New("id_token: nonce or account does not fit")
	}
	if at := f.Ticket.At.Tenant; at != "" && !strings.EqualFold(claims.TenantID, string(at)) {
		return okr.Credential{}, errors.New("id_token: of an unexpected tenant")
	}
	if tok.RefreshToken == "" {
		return okr.Credential{}, errors.New("sign-in gave no refresh token")
	}
	account := okr.Account{ObjectID: claims.ObjectID, TenantID: claims.TenantID, Name: claims.Name, UserName: claims.UserName}
	return s.newCredential(f.Ticket.Actor.ID, account, tok), nil
}

// newCredential is a sign-in that was just given.
func (s *Subject) newCredential(owner okr.UserID, account okr.Account, tok *oauth2.Token) okr.Credential {
	return okr.Credential{
		ID: okr.CredentialIDFor(owner, account), Owner: owner, Account: account,
		AccessToken: okr.Secret(tok.AccessToken), RefreshToken: okr.Secret(tok.RefreshToken),
		Expiry: s.chat.Now().Add(okr.TokenLife(tok.ExpiresIn)), RenewedAt: s.chat.Now(), SignedInAt: s.chat.Now(),
	}
}

// samePerson says whether the account is the one of the chat: then nobody could
// have passed the link on.
//
// A guest's account is never that one, though it mostly is the same person. In the
// other tenant the person is another object with another oid, and nothing in the
// id_token of that tenant proves whose it is: the address (preferred_username, email) is
// what that tenant's administrators write, and idp names a tenant and no person. So a
// guest gives the code, each time, as anybody who signs in with another account. An
// organization's tenant that is under a stranger's control can thus neither pass for the
// chat's own account, whose tenant id it cannot have, nor skip the code. That the
// account was confirmed before counts for nothing: the link may have gone to somebody
// else this time.
func samePerson(k signInTicket, a okr.Account) bool {
	return strings.EqualFold(a.ObjectID, string(k.Actor.ID)) && strings.EqualFold(a.TenantID, string(k.Actor.Tenant))
}

// sealedSignIn is a credential on its way through a sealed ticket. The store
// seals tickets as it seals credentials.
type sealedSignIn struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expiry  time.Time `json:"expiry"`
	At      time.Time `json:"at"`
}

func (s sealedSignIn) open(owner okr.UserID, a okr.Account) okr.Credential {
	return okr.Credential{
		ID: okr.CredentialIDFor(owner, a), Owner: owner, Account: a,
		AccessToken: okr.Secret(s.Access), RefreshToken: okr.Secret(s.Refresh), Expiry: s.Expiry, RenewedAt: s.At, SignedInAt: s.At,
	}
}

// hold keeps a sign-in with another account until its code comes back through
// the chat, and gives the code.
func (s *Subject) hold(ctx context.Context, k signInTicket, c okr.Credential) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	code := fmt.Sprintf("%0*d", codeDigits, n)
	return code, s.putTicket(ctx, pendingKey(k.Actor), pending{
		Code: code, Ticket: k, Account: c.Account, ID: rand.Text(),
		Credential: sealedSignIn{c.AccessToken.Reveal(), c.RefreshToken.Reveal(), c.Expiry, c.SignedInAt},
	})
}

func sameText(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
