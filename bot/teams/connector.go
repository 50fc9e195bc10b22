package teams

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Tokens gives the bot's own access token; *TokenSource implements it.
type Tokens interface {
	// Token is a valid access token.
	Token(ctx context.Context) (string, error)
	// Invalidate drops token after the connector refused it.
	Invalidate(token string)
}

// ConnectorOptions configure a Connector.
type ConnectorOptions struct {
	// Tokens is required.
	Tokens Tokens
	// AppID is the bot's Microsoft App ID. Required.
	AppID string
	// ServiceHosts lists the allowed connector hosts, see NewServiceHosts. It
	// is checked before every request that carries the token.
	ServiceHosts []string
	// Client sends the requests; redirects are never followed. Nil: a new one.
	Client *http.Client
	// Logger gets retries at debug. Nil: nothing is logged.
	Logger *slog.Logger
	// PostTimeout bounds the one try of a post. Zero: 30 seconds. It is longer than that
	// of other calls: a post whose answer was not waited for may have been shown and
	// cannot be tried again, so waiting is all that helps.
	PostTimeout time.Duration
	// Attempts is the greatest number of tries of a call. Zero: 4.
	Attempts int
	// Backoff is the first wait between tries; it doubles, with jitter, up to
	// MaxWait. Zero: 1 second.
	Backoff time.Duration
	// MaxWait is the longest wait before a try; a Retry-After beyond it ends
	// the call. Zero: 20 seconds.
	MaxWait time.Duration
	// PerSecond and Burst pace the posts to one conversation. Zero: 1 and 5;
	// Teams takes 7 in a second, 60 in 30 seconds and 1,800 in an hour.
	PerSecond float64
	Burst     int
	// PerTenant paces all requests of one tenant, per second. Zero: 30, what
	// Teams takes of one app.
	PerTenant float64
	// Now is the clock of Retry-After dates and pacing. Nil: time.Now.
	Now func() time.Time
}

// Connector posts to Teams through the Bot Connector. It is safe for concurrent
// use. Calls fail with *ConnectorError, ErrBotToken, ErrServiceURL, ErrMessage
// or the context's error.
type Connector struct {
	tokens   Tokens
	appID    string
	hosts    ServiceHosts
	client   *http.Client
	log      *slog.Logger
	posting  time.Duration // the time of a post
	attempts int
	backoff  time.Duration
	maxWait  time.Duration
	now      func() time.Time
	places   *pacer // by conversation
	tenants  *pacer // by tenant, over everything
}

// NewConnector builds a Connector. It fails on missing options and a wrong
// allow-list.
func NewConnector(o ConnectorOptions) (*Connector, error) {
	if o.Tokens == nil || o.AppID == "" {
		return nil, errors.New("connector: tokens and app id are required")
	}
	hosts, err := NewServiceHosts(o.ServiceHosts)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &Connector{
		tokens: o.Tokens, appID: o.AppID, hosts: hosts, client: withoutRedirects(o.Client), log: o.Logger,
		posting: o.PostTimeout, attempts: o.Attempts, backoff: o.Backoff, maxWait: o.MaxWait, now: o.Now,
		places:  newPacer(o.PerSecond, o.Burst, o.Now),
		tenants: newPacer(o.PerTenant, int(o.PerTenant), o.Now),
	}, nil
}

func (o ConnectorOptions) withDefaults() ConnectorOptions {
	if o.Client == nil {
		o.Client = &http.Client{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.PostTimeout <= 0 {
		o.PostTimeout = 30 * time.Second
	}
	if o.Attempts <= 0 {
		o.Attempts = 4
	}
	if o.Backoff <= 0 {
		o.Backoff = time.Second
	}
	if o.MaxWait <= 0 {
		o.MaxWait = 20 * time.Second
	}
	if o.PerSecond <= 0 {
		o.PerSecond = 1
	}
	if o.Burst <= 0 {
		o.Burst = 5
	}
	if o.PerTenant <= 0 {
		o.PerTenant = 30
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// withoutRedirects keeps the token with the host it was meant for.
func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Send posts msg to the conversation of ref and returns the new message's id,
// which may be empty. It is tried again only when Teams surely did not take it.
// Source: "Bot Connector API reference", Send to Conversation.
func (c *Connector) Send(ctx context.Context, ref Ref, msg Message) (string, error) {
	return c.post(ctx, "send", c.complete(ref).WithActivity(""), msg)
}

// Reply posts msg as an answer to the message ref.ActivityID. In Teams the
// conversation id, not this, decides on the thread. Source: "Bot Connector API
// reference", Reply to Activity.
func (c *Connector) Reply(ctx context.Context, ref Ref, msg Message) (string, error) {
	if ref.ActivityID == "" {
		return c.Send(ctx, ref, msg)
	}
	return c.post(ctx, "reply", c.complete(ref), msg)
}

func (c *Connector) post(ctx context.Context, op string, ref Ref, msg Message) (string, error) {
	if err := msg.validate(); err != nil {
		return "", err
	}
	body := msg.wire(ref)
	body.ReplyToID = ref.ActivityID
	if ref.Only.ID != "" {
		body.Recipient = &wireRecipient{ID: ref.Only.ID, IsTargeted: true}
	}
	var out struct {
		ID string `json:"id"`
	}
	err := c.do(ctx, call{op: op, method: http.MethodPost, ref: ref, path: activitiesPath(ref), in: body, out: &out, paced: true})
	return out.ID, err
}

// Update replaces the message ref.ActivityID by msg, for everyone who sees it. That of a
// targeted message names no recipient. Source: "Bot Connector API reference", Update
// Activity.
func (c *Connector) Update(ctx context.Context, ref Ref, msg Message) error {
	if err := msg.validate(); err != nil {
		return err
	}
	if ref.ActivityID == "" {
		return fmt.Errorf("%w: update without an activity id", ErrMessage)
	}
	ref = c.complete(ref)
	return c.do(ctx, call{op: "update", method: http.MethodPut, ref: ref, path: activitiesPath(ref), in: msg.wire(ref), repeatable: true, paced: true})
}

// Delete removes the message ref.ActivityID. Source: "Bot Connector API
// reference", Delete Activity.
func (c *Connector) Delete(ctx context.Context, ref Ref) error {
	if ref.ActivityID == "" {
		return fmt.Errorf("%w: delete without an activity id", ErrMessage)
	}
	return c.do(ctx, call{op: "delete", method: http.MethodDelete, ref: ref, path: activitiesPath(ref), repeatable: true, paced: true})
}

// CreatePersonal opens, or finds, the 1:1 chat with a user and returns its
// conversation id. userID is the Teams id ("29:…") or the Entra object id; the
// app must be installed for the user or in a place that has them. Source:
// "Send proactive messages", create the conversation.
func (c *Connector) CreatePersonal(ctx context.Context, serviceURL, tenantID, userID string) (string, error) {
	ref := c.complete(Ref{ServiceURL: serviceURL, TenantID: tenantID})
	body := map[string]any{
		"isGroup": false, "bot": wireID{ID: ref.BotID}, "members": []wireID{{ID: userID}}, "tenantId": tenantID,
		"channelData": map[string]any{"tenant": wireID{ID: tenantID}},
	}
	var out struct {
		ID string `json:"id"`
	}
	// The same request gives the same conversation, so it may be repeated.
	err := c.do(ctx, call{op: "create conversation", method: http.MethodPost, ref: ref, path: "/v3/conversations", in: body, out: &out, repeatable: true})
	if err == nil && out.ID == "" {
		err = errors.New("connector: create conversation: no id in the answer")
	}
	return out.ID, err
}

// complete fills in the bot's own account.
func (c *Connector) complete(ref Ref) Ref {
	if ref.BotID == "" {
		ref.BotID = "28:" + c.appID
	}
	return ref
}

func conversationPath(id string) string { return "/v3/conversations/" + escapeID(id) }

func activitiesPath(ref Ref) string {
	path := conversationPath(ref.ConversationID) + "/activities"
	if ref.ActivityID != "" {
		path += "/" + escapeID(ref.ActivityID)
	}
	if ref.Only.ID != "" {
		path += "?isTargetedActivity=true"
	}
	return path
}

// escapeID escapes an id for a path, with : @ ; and = too, as the connector's
// own clients do.
func escapeID(id string) string {
	return strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
}
