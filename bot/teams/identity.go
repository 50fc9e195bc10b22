package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// metadataEndpoint is the instance metadata service of an Azure virtual
// machine. Source: "Use managed identities on a virtual machine to acquire an
// access token".
const metadataEndpoint = "http://169.254.169.254/metadata/identity/oauth2/token"

// SystemIdentity stands for the identity that the machine itself has.
const SystemIdentity = "system"

// ErrNoIdentity says that the machine has no such managed identity.
var ErrNoIdentity = errors.New("no such managed identity")

// MachineToken is a token of a managed identity.
type MachineToken struct {
	Token    string
	ClientID string // of the identity; empty: the answer does not say
	Lifetime time.Duration
}

// IdentityToken fetches a token of a managed identity (AppID) for a Scope, anew each time;
// the platform caches it. ErrNoIdentity: the machine has none such. ErrBotToken: no answer.
func IdentityToken(ctx context.Context, o TokenOptions) (MachineToken, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	t, err := o.withDefaults().managedIdentity(ctx)
	return MachineToken{Token: t.value, ClientID: t.client, Lifetime: t.lifetime}, err
}

// managedIdentity fetches a token for a user-assigned managed identity, from
// App Service where its endpoint is given, else from the metadata service.
// Source: "Use managed identities for App Service", REST endpoint reference.
func (o TokenOptions) managedIdentity(ctx context.Context) (issuedToken, error) {
	req, err := o.identityRequest(ctx)
	if err != nil {
		return issuedToken{}, fmt.Errorf("%w: identity endpoint is no URL", ErrBotToken)
	}
	resp, err := o.Client.Do(req)
	if err != nil {
		return issuedToken{}, plainTokenError(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode == http.StatusBadRequest {
		return issuedToken{}, fmt.Errorf("%w: %w", ErrBotToken, ErrNoIdentity)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		return issuedToken{}, fmt.Errorf("%w: identity endpoint: status %d", ErrBotToken, resp.StatusCode)
	}
	return o.identityToken(body)
}

func (o TokenOptions) identityRequest(ctx context.Context) (*http.Request, error) {
	endpoint, version, header, value := metadataEndpoint, "2018-02-01", "Metadata", "true"
	if o.IdentityEndpoint != "" {
		endpoint, version, header, value = o.IdentityEndpoint, "2019-08-01", "X-IDENTITY-HEADER", o.IdentityHeader
	}
	query := url.Values{"api-version": {version}, "resource": {strings.TrimSuffix(o.Scope, "/.default")}}
	if o.AppID != SystemIdentity {
		query.Set("client_id", o.AppID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set(header, value)
	return req, nil
}

// identityToken reads the answer. Both services write numbers as strings, and
// App Service gives the end (Unix seconds) instead of the lifetime.
func (o TokenOptions) identityToken(body []byte) (issuedToken, error) {
	f := objectOf(json.RawMessage(body))
	t := issuedToken{value: f.text("access_token"), client: f.text("client_id")}
	if t.value == "" {
		return issuedToken{}, fmt.Errorf("%w: identity endpoint: no token in the answer", ErrBotToken)
	}
	if seconds, err := looseInt(f.member("expires_in")); err == nil {
		t.lifetime = time.Duration(seconds) * time.Second
		return t, nil
	}
	end, err := looseInt(f.member("expires_on"))
	if err != nil {
		return issuedToken{}, fmt.Errorf("%w: identity endpoint: no expiry in the answer", ErrBotToken)
	}
	t.lifetime = time.Unix(end, 0).Sub(o.Now())
	return t, nil
}

// looseInt reads an integer that is written as a number or as a string.
func looseInt(raw json.RawMessage) (int64, error) {
	if len(raw) == 0 {
		return 0, errors.New("absent")
	}
	return strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
}
