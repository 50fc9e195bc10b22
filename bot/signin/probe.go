package signin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"okrbot/okr"
)

// Refusal is what Microsoft Entra has against okrbot's registration.
type Refusal struct {
	// Code is its code, such as AADSTS50011; Name is that of OAuth, such as
	// invalid_client. One of them may be empty.
	Code, Name string
}

func (r *Refusal) Error() string {
	return "Microsoft Entra refuses it: " + strings.TrimSpace(r.Name+" "+r.Code)
}

// maxPage bounds what is read of a sign-in page.
const maxPage = 2 << 20

// pageError is where Microsoft's sign-in page keeps what it shows.
var pageError = regexp.MustCompile(`AADSTS\d+(?::|\\u003a)`)

// TryPage opens the sign-in page as a browser would that comes from okrbot, without
// signing anybody in: Microsoft Entra sends back a request that it has nothing against,
// and shows an error for every other one. It fails with a [Refusal], or when
// something else answers, or nobody.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
func (o Options) TryPage(ctx context.Context) error {
	config := o.config("")
	address := config.AuthCodeURL("doctor", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()),
		oauth2.SetAuthURLParam("nonce", "doctor"), oauth2.SetAuthURLParam("prompt", "none"))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return errors.New("the address of the sign-in page cannot be made")
	}
	resp, err := o.HTTP.Do(req)
	if err != nil {
		return noAnswer(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if to, err := resp.Location(); err == nil {
		return sentBack(to, config.RedirectURL)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return noAnswer(err)
	}
	if found := pageError.Find(raw); found != nil {
		return &Refusal{Code: aadsts.FindString(string(found))}
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the sign-in page answers with status %d", resp.StatusCode)
	}
	return nil
}

// sentBack looks at what came with a redirect. That nobody is signed in in this
// browser is what is expected.
func sentBack(to *url.URL, callback string) error {
	name := to.Query().Get("error")
	if !strings.HasPrefix(to.String(), callback) || name == "" {
		return nil // to another page of the sign-in
	}
	switch name {
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return nil
	}
	return &Refusal{Code: aadsts.FindString(to.Query().Get("error_description")), Name: name}
}

// TrySecret asks for a token as a sign-in does at its end, with a code that nobody was
// given: an application that Microsoft Entra knows by its secret is refused the code
// (invalid_grant), any other one itself (invalid_client). It fails with a [Refusal], or
// when something else answers, or nobody.
func (o Options) TrySecret(ctx context.Context) error {
	config := o.config("")
	_, err := o.exchange(ctx, config, "doctor", oauth2.GenerateVerifier())
	refusal, err := refusalOf(err)
	switch {
	case err != nil:
		return err
	case refusal != nil && (refusal.Name == "invalid_grant" || refusal.Code == "AADSTS9002313"):
		return o.tryOwnToken(ctx, config)
	case refusal != nil:
		return refusal
	}
	return errors.New("the token endpoint accepts a code that nobody was given; it is not Microsoft Entra's")
}

// tryOwnToken asks for a token of the application itself, where its tenant gives one:
// for that the secret alone decides, in whatever order a code is looked at.
func (o Options) tryOwnToken(ctx context.Context, config oauth2.Config) error {
	if o.LoginTenant == "organizations" {
		return nil
	}
	_, err := o.request(ctx, config, nil, adoResource+"/.default")
	if okr.KindOf(err) == okr.Unavailable { // nobody was asked
		return okr.CauseOf(err)
	}
	if refusal, _ := refusalOf(err); refusal != nil && refusal.Name == "invalid_client" {
		return refusal
	}
	return nil // that it gets none for another reason does not matter to people
}

// TryResource asks for a token of the application itself for the API that single sign-on is for, at a
// tenant: it fails with a [Refusal] where no registration there has this Application ID URI, and
// with another error where it belongs to another registration than the one that exchanges tokens
// of people. What clients of Teams need beside it (a scope, and that they are authorized) cannot be
// seen from here. That an application may always ask for itself is inferred.
func (o Options) TryResource(ctx context.Context, tenant okr.TenantID) error {
	tok, err := o.request(ctx, o.config(tenant), nil, o.SSOResource+"/.default")
	refusal, err := refusalOf(err)
	switch {
	case err != nil:
		return err
	case refusal != nil && refusal.Code == "AADSTS501051": // it is there, and only chosen ones get a token for it
		return nil
	case refusal != nil:
		return refusal
	}
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(tok.AccessToken, &claims); err == nil && !o.isAudience(claims.Audience) {
		return errors.New("the Application ID URI belongs to another registration than the one that signs people in")
	}
	return nil
}

// refusalOf tells what Microsoft Entra refuses from an answer of somebody else. The
// answer's text is not kept.
func refusalOf(err error) (*Refusal, error) {
	if err == nil {
		return nil, nil //nolint:nilnil // no refusal and no other error
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !ok && okr.KindOf(err) == okr.Unavailable: // nobody was asked
		return nil, okr.CauseOf(err)
	case !ok:
		return nil, noAnswer(err)
	case refused.ErrorCode == "":
		return nil, fmt.Errorf("the token endpoint answers with status %d and no words of Microsoft Entra", refused.Response.StatusCode)
	}
	return &Refusal{Code: aadsts.FindString(refused.ErrorDescription), Name: cleanName(refused.ErrorCode)}, nil
}

// cleanName keeps the name of an OAuth error (RFC 6749, 5.2) fit for a terminal.
func cleanName(name string) string { return cmp.Or(oauthName.FindString(name), "error") }

var oauthName = regexp.MustCompile(`^[a-z_]{1,40}$`)

// noAnswer leaves the address out, which holds the request.
func noAnswer(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return fmt.Errorf("no answer: %w", err)
}
