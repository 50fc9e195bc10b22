package bottest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxAnswer bounds what is read of a bot's answer, in bytes.
const maxAnswer = 1 << 20

// TokenKind says how the token of a delivery is made.
type TokenKind string

// The kinds. All but GoodToken must be refused by the bot.
const (
	GoodToken       TokenKind = ""
	NoToken         TokenKind = "no Authorization header"
	GarbageToken    TokenKind = "not a JWT"
	BasicScheme     TokenKind = "good token behind the scheme Basic"
	WrongIssuer     TokenKind = "wrong issuer"
	WrongAudience   TokenKind = "token for another bot"
	ExpiredToken    TokenKind = "expired beyond the clock skew"
	NotYetValid     TokenKind = "valid only in the future beyond the clock skew"
	NoExpiry        TokenKind = "without exp"
	WrongServiceURL TokenKind = "serviceurl of elsewhere"
	NoServiceURL    TokenKind = "without serviceurl"
	UnsignedToken   TokenKind = "alg none"
	HS256Token      TokenKind = "HS256 with the public key as secret"
	UnknownKey      TokenKind = "signed by a key that is not published"
	ForgedSignature TokenKind = "published kid, another key's signature"
	NoEndorsement   TokenKind = "published key without the msteams endorsement"
)

// BadTokens returns every kind that a bot must refuse.
func BadTokens() []TokenKind {
	return []TokenKind{
		NoToken, GarbageToken, BasicScheme, WrongIssuer, WrongAudience, ExpiredToken, NotYetValid, NoExpiry,
		WrongServiceURL, NoServiceURL, UnsignedToken, HS256Token, UnknownKey, ForgedSignature, NoEndorsement,
	}
}

// DeliverOptions changes how an activity is delivered; the zero value is a good delivery.
type DeliverOptions struct {
	// Token is how the token is made.
	Token TokenKind
	// ServiceURL overrides the token's serviceurl claim, which otherwise equals the
	// activity's serviceUrl.
	ServiceURL string
}

// Delivery is one POST to the bot and its answer.
type Delivery struct {
	// ActivityID is the id of the activity, Activity its body.
	ActivityID string
	Activity   map[string]any
	// Chat is the place, narrowed to the thread that the activity stands in and to
	// what the bot posts from then on.
	Chat Chat
	// Status, Header and Body are the bot's HTTP answer.
	Status int
	Header http.Header
	Body   []byte
	// Seq is the Cloud's change number when the delivery began; see Chat.Since.
	Seq int
}

// Deliver posts any activity to the bot as it stands, with a token made as opts say.
// The error is of the transport only: a refusal by the bot is a Status.
func (c *Cloud) Deliver(ctx context.Context, activity map[string]any, opts DeliverOptions) (Delivery, error) {
	d := Delivery{ActivityID: text(activity, "id"), Activity: activity}
	c.mu.Lock()
	botURL := c.botURL
	d.Seq = c.seq
	bare, root := splitConversation(text(object(activity, "conversation"), "id"))
	if p := c.world.place(bare); p != nil {
		d.Chat = p.InThread(root)
		d.Chat.since, d.Chat.reader = d.Seq, text(object(activity, "from"), "id")
	}
	c.noteThread(activity, bare, root)
	c.mu.Unlock()
	if botURL == "" {
		return d, errors.New("bottest: no bot: call SetBot first")
	}
	raw, err := json.Marshal(activity)
	if err != nil {
		return d, fmt.Errorf("bottest: activity: %w", err)
	}
	if opts.ServiceURL == "" {
		opts.ServiceURL = text(activity, "serviceUrl")
	}
	header, err := c.authorization(opts)
	if err != nil {
		return d, fmt.Errorf("bottest: %w", err)
	}
	err = c.postActivity(ctx, botURL, header, raw, &d)
	return d, err
}

// noteThread notes the thread of an activity. That which a slash command begins is known
// to nobody but its sender; the caller holds the lock.
func (c *Cloud) noteThread(activity map[string]any, bare, root string) {
	id := bare + ";messageid=" + root
	isTargeted, _ := object(activity, "recipient")["isTargeted"].(bool)
	switch {
	case root == "":
	case isTargeted && root == text(activity, "id"):
		c.whispers[id] = true
	case !c.whispers[id]:
		c.roots[id] = true
	}
}

// Redeliver posts the same activity again, as Teams does when a turn took too long.
func (c *Cloud) Redeliver(ctx context.Context, d Delivery) (Delivery, error) {
	return c.Deliver(ctx, d.Activity, DeliverOptions{})
}

func (c *Cloud) postActivity(ctx context.Context, url, authorization string, raw []byte, d *Delivery) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("bottest: delivery: %w", err)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return fmt.Errorf("bottest: delivery: %w", err)
	}
	defer response.Body.Close()
	d.Status, d.Header = response.StatusCode, response.Header
	if d.Body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return fmt.Errorf("bottest: answer of the bot: %w", err)
	}
	return nil
}

// Authorization returns the Authorization header of a good delivery whose serviceurl
// claim is the given one, for tests that post to the bot themselves.
func (c *Cloud) Authorization(serviceURL string) (string, error) {
	return c.authorization(DeliverOptions{ServiceURL: serviceURL})
}

func (c *Cloud) authorization(opts DeliverOptions) (string, error) {
	switch opts.Token {
	case NoToken:
		return "", nil
	case GarbageToken:
		return "Bearer not.a.token", nil
	}
	now := c.opts.Now()
	if opts.Token == GoodToken {
		if token, ok := c.keys.again(opts.ServiceURL, now); ok {
			return "Bearer " + token, nil
		}
	}
	token, err := c.sign(opts, now)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	if opts.Token == BasicScheme {
		return "Basic " + token, nil
	}
	return "Bearer " + token, nil
}

// claims are those of a token from the Bot Connector service, spoilt as asked.
func (c *Cloud) claims(opts DeliverOptions, now time.Time) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": Issuer, "aud": c.opts.AppID, "serviceurl": opts.ServiceURL,
		"nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	switch opts.Token {
	case WrongIssuer:
		claims["iss"] = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
	case WrongAudience:
		claims["aud"] = "99999999-9999-4999-8999-999999999999"
	case ExpiredToken:
		claims["nbf"], claims["exp"] = now.Add(-2*time.Hour).Unix(), now.Add(-10*time.Minute).Unix()
	case NotYetValid:
		claims["nbf"] = now.Add(10 * time.Minute).Unix()
	case NoExpiry:
		delete(claims, "exp")
	case WrongServiceURL:
		claims["serviceurl"] = "https://smba.example/emea/"
	case NoServiceURL:
		delete(claims, "serviceurl")
	}
	return claims
}

func (c *Cloud) sign(opts DeliverOptions, now time.Time) (string, error) {
	kind := opts.Token
	c.keys.mu.Lock()
	key, signer := c.keys.current, c.keys.current
	switch kind {
	case UnknownKey:
		key, signer = c.keys.stranger, c.keys.stranger
	case ForgedSignature:
		signer = c.keys.stranger
	case NoEndorsement:
		key, signer = c.keys.unendorsed, c.keys.unendorsed
	}
	c.keys.mu.Unlock()
	var method jwt.SigningMethod = jwt.SigningMethodRS256
	var secret any = signer.private
	switch kind {
	case UnsignedToken:
		method, secret = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
	case HS256Token:
		method, secret = jwt.SigningMethodHS256, key.private.N.Bytes()
	}
	token := jwt.NewWithClaims(method, c.claims(opts, now))
	token.Header["kid"], token.Header["x5t"] = key.kid, key.kid
	text, err := token.SignedString(secret)
	if err == nil && kind == GoodToken {
		c.keys.keep(opts.ServiceURL, text, key, now)
	}
	return text, err
}
