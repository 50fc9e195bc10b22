package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

const (
	// clockSkew is allowed on nbf and exp. Source: "Authenticate requests
	// from the Bot Connector service to your bot".
	clockSkew = 5 * time.Minute
	// maxHeader bounds the Authorization header in bytes; real tokens have
	// about 1,500.
	maxHeader = 16 << 10
)

var (
	// ErrUnauthorized says that a request has no valid token (HTTP 401).
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden says that the token is good, but not for this activity
	// (HTTP 403).
	ErrForbidden = errors.New("forbidden")
)

// ValidatorOptions configure a Validator.
type ValidatorOptions struct {
	// MetadataURL is the OpenID metadata document that names the keys.
	// Empty: that of the public cloud.
	MetadataURL string
	// Issuer is the only accepted iss. Empty: https://api.botframework.com.
	Issuer string
	// AppID is the bot's Microsoft App ID, the only accepted aud. Required:
	// there is no mode without authentication.
	AppID string
	// ServiceHosts lists the allowed connector hosts, see NewServiceHosts.
	ServiceHosts []string
	// Client fetches the metadata and the keys. Nil: one with a timeout.
	Client *http.Client
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// RefreshEvery is the greatest age of the keys. Zero: 24 hours.
	RefreshEvery time.Duration
	// UnknownKeyEvery is the least time between two refreshes that unknown
	// key ids cause; the first one is immediate. Zero: 10 seconds.
	UnknownKeyEvery time.Duration
}

// Validator checks the tokens of inbound requests. It implements the SDK's
// auth.TokenValidator and is safe for concurrent use.
type Validator struct {
	parser *jwt.Parser
	claims *jwt.Validator
	keys   *keySet
	hosts  ServiceHosts
}

// Identity is what a verified token says.
type Identity struct {
	serviceURL   string
	endorsements []string
	claims       jwt.MapClaims
	hosts        ServiceHosts
}

// NewValidator builds a Validator. It fails when the app id is empty, the
// metadata URL is not https (http for loopback only) or the allow-list is wrong;
// keys are fetched with the first request.
func NewValidator(o ValidatorOptions) (*Validator, error) {
	if o.AppID == "" {
		return nil, errors.New("inbound authentication: app id is empty")
	}
	hosts, err := NewServiceHosts(o.ServiceHosts)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if !secureURL(o.MetadataURL) {
		return nil, errors.New("inbound authentication: the metadata URL is not https")
	}
	checks := []jwt.ParserOption{
		jwt.WithIssuer(o.Issuer), jwt.WithAudience(o.AppID),
		jwt.WithExpirationRequired(), jwt.WithLeeway(clockSkew), jwt.WithTimeFunc(o.Now),
	}
	// The metadata lists RS256 and Microsoft's own SDKs accept nothing else.
	// Source: "Incoming request authentication".
	methods := jwt.WithValidMethods([]string{"RS256"})
	return &Validator{
		hosts:  hosts,
		keys:   newKeySet(o),
		claims: jwt.NewValidator(checks...),
		parser: jwt.NewParser(append(checks, methods)...),
	}, nil
}

func (o ValidatorOptions) withDefaults() ValidatorOptions {
	if o.MetadataURL == "" {
		o.MetadataURL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
	}
	if o.Issuer == "" {
		o.Issuer = "https://api.botframework.com"
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: keyFetchTimeout}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.RefreshEvery <= 0 {
		o.RefreshEvery = 24 * time.Hour
	}
	if o.UnknownKeyEvery <= 0 {
		o.UnknownKeyEvery = unknownKeyEvery
	}
	return o
}

// Verify checks the Authorization header alone: scheme, form, algorithm,
// signature, issuer, audience and validity. It fails with ErrUnauthorized; the
// error's text gives the reason for the log and never holds the token.
func (v *Validator) Verify(ctx context.Context, header string) (Identity, error) {
	scheme, raw, found := strings.Cut(strings.TrimSpace(header), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || len(header) > maxHeader {
		return Identity{}, fmt.Errorf("%w: no bearer token", ErrUnauthorized)
	}
	var key signingKey
	claims := jwt.MapClaims{}
	_, err := v.parser.ParseWithClaims(strings.TrimSpace(raw), claims, func(t *jwt.Token) (any, error) {
		var err error
		key, err = v.keyFor(ctx, t)
		return key.public, err
	})
	switch {
	case errors.Is(err, jwt.ErrTokenInvalidClaims) && !errors.Is(err, jwt.ErrTokenUnverifiable):
		return Identity{}, fmt.Errorf("%w: %w: %w", ErrUnauthorized, errMisdirected, err)
	case err != nil:
		return Identity{}, fmt.Errorf("%w: %w", ErrUnauthorized, err)
	}
	serviceURL, _ := claims["serviceurl"].(string)
	return Identity{serviceURL: serviceURL, endorsements: key.endorsements, claims: claims, hosts: v.hosts}, nil
}

// Ready says whether there are keys to check tokens with, and fetches them when
// there are none yet.
func (v *Validator) Ready(ctx context.Context) error {
	if v.keys.loaded() {
		return nil
	}
	_, err := v.keys.key(ctx, "")
	if v.keys.loaded() {
		return nil // an error only says that no key has no name
	}
	return err
}

// errMisdirected is a token whose signature is right, but whose issuer, audience or
// time is not: the bot's own configuration or clock is wrong, or a token of another bot
// was sent here.
var errMisdirected = errors.New("not for this bot, or not now")

// keyFor finds the key of t. A token that is not for this bot anyway must not
// be able to cause a refresh of the keys, so its issuer and audience are looked
// at before; they are checked again, verified, after the signature.
func (v *Validator) keyFor(ctx context.Context, t *jwt.Token) (signingKey, error) {
	kid, _ := t.Header["kid"].(string)
	if kid == "" {
		return signingKey{}, errors.New("no key id")
	}
	key, isHeld, isFresh := v.keys.held(kid)
	if isFresh {
		return key, nil // nothing is fetched; the parser looks at the rest after the signature
	}
	if err := v.claims.Validate(t.Claims); err != nil {
		if isHeld {
			return key, nil // the parser refuses it, after it has checked the signature
		}
		return signingKey{}, err
	}
	return v.keys.key(ctx, kid)
}

// Authorize checks that the verified token was made for an activity with this
// service URL and channel: the serviceurl claim is the same, its host is in the
// allow-list, the channel is Teams and the signing key is endorsed for it. It fails
// with ErrForbidden.
func (i Identity) Authorize(serviceURL, channelID string) error {
	if i.serviceURL == "" || !sameURL(i.serviceURL, serviceURL) {
		return fmt.Errorf("%w: serviceurl claim differs from the activity's", ErrForbidden)
	}
	if err := i.hosts.Check(serviceURL); err != nil {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	if channelID != ChannelTeams {
		return fmt.Errorf("%w: not from Teams", ErrForbidden)
	}
	if !slices.Contains(i.endorsements, channelID) {
		return fmt.Errorf("%w: key not endorsed for the channel", ErrForbidden)
	}
	return nil
}

// sameURL compares as the Teams SDK does: without case and trailing slash.
func sameURL(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

// AuthenticateRequest implements the SDK's auth.TokenValidator: Verify, then
// Authorize. The credentials and the channel service are not read: this
// validator knows the one app id it serves, and no credential provider can turn
// authentication off.
func (v *Validator) AuthenticateRequest(ctx context.Context, a schema.Activity, header string, _ auth.CredentialProvider, _ string) (auth.ClaimsIdentity, error) {
	identity, err := v.Verify(ctx, header)
	if err != nil {
		return nil, err
	}
	if err := identity.Authorize(a.ServiceURL, a.ChannelID); err != nil {
		return nil, err
	}
	return identity, nil
}

// GetClaimValue is the string claim name, or "" when there is none.
func (i Identity) GetClaimValue(name string) string {
	s, _ := i.claims[name].(string)
	return s
}

// IsAuthenticated reports whether the identity comes from a verified token.
func (i Identity) IsAuthenticated() bool { return i.claims != nil }
