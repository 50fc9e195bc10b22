package bottest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// ProxyOptions configures a Proxy.
type ProxyOptions struct {
	// PublicURL is the base URL at which the proxy's handler is reached, without a
	// trailing slash. The bot's own address for the Playground is PublicURL +
	// "/api/messages"; the bot posts to PublicURL + "/connector/".
	PublicURL string
	// BotURL is the bot's messaging endpoint; empty means that of SetBot.
	BotURL string
	// PlaygroundURL is the base URL of the Agents Playground, e.g. "http://127.0.0.1:5615".
	PlaygroundURL string
	// Samples are files that the page of files offers to send.
	Samples []File
}

// proxy stands between the Agents Playground and the bot.
type proxy struct {
	cloud *Cloud
	opts  ProxyOptions
}

// deletedText is what the proxy writes over a message that the bot deletes, since
// the Playground answers DELETE with 501.
const deletedText = "This message has been deleted."

// forwardedBody bounds a body that passes the proxy, in bytes.
const forwardedBody = 1 << 20

// Proxy returns a handler that gives Microsoft's Agents Playground the manners of
// Teams. The Playground sends no tokens and checks none. The proxy signs each of its
// activities with the Cloud's key, sets a serviceUrl that leads back to the proxy,
// checks the bot's bearer on that way, carries out deletes, and takes a message that begins
// with a slash for a slash command. Messages for one person the Playground shows like all
// others, for it shows one person only. The bot thus runs its
// real authentication code. It has no files either: below /files is a page that sends some as
// Teams does, with those that the bot saved, and Teams' cards about files are made ordinary
// ones. Paths below the handler are /api/messages, /connector/ and /files.
//
// The Playground should be started with the file of PlaygroundConfig, so that tenant,
// people and places are those of the Cloud's world, and with "-e" set to the proxy's
// /api/messages.
func (c *Cloud) Proxy(opts ProxyOptions) http.Handler {
	opts.PublicURL = strings.TrimRight(opts.PublicURL, "/")
	opts.PlaygroundURL = strings.TrimRight(opts.PlaygroundURL, "/")
	return &proxy{cloud: c, opts: opts}
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/api/messages" && r.Method == http.MethodPost:
		p.toBot(w, r)
	case path == "/api/messages":
		w.WriteHeader(http.StatusOK) // The Playground probes the bot with HEAD.
	case strings.HasPrefix(path, "/connector/"):
		p.toPlayground(w, r)
	case path == "/files" || strings.HasPrefix(path, "/files/"):
		http.NewCrossOriginProtection().Handler(http.HandlerFunc(p.servePage)).ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// toBot signs one activity and passes it on; the answer goes back unchanged.
func (p *proxy) toBot(w http.ResponseWriter, r *http.Request) {
	var activity map[string]any
	if err := json.NewDecoder(io.LimitReader(r.Body, forwardedBody)).Decode(&activity); err != nil {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Invalid activity.")
		return
	}
	p.dress(activity)
	if p.consented(activity) {
		w = &consentWriter{w}
	}
	raw, err := json.Marshal(activity)
	if err != nil {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Invalid activity.")
		return
	}
	header, err := p.cloud.Authorization(text(activity, "serviceUrl"))
	if err != nil {
		writeError(w, http.StatusInternalServerError, "ServiceError", "No token could be signed.")
		return
	}
	p.forward(w, r, http.MethodPost, p.botURL(), header, raw)
}

func (p *proxy) botURL() string {
	if p.opts.BotURL != "" {
		return p.opts.BotURL
	}
	p.cloud.mu.Lock()
	defer p.cloud.mu.Unlock()
	return p.cloud.botURL
}

// dress makes a Playground activity look like one of Teams: the proxy's serviceUrl,
// the bot's id, and the tenant in both places where bots look for it.
func (p *proxy) dress(activity map[string]any) {
	activity["serviceUrl"] = p.opts.PublicURL + "/connector/"
	activity["channelId"] = "msteams"
	if recipient := object(activity, "recipient"); recipient != nil {
		recipient["id"] = p.cloud.BotID()
		if isSlash(activity) {
			recipient["isTargeted"] = true
		}
	}
	conversation := object(activity, "conversation")
	tenant := text(object(activity, "channelData", "tenant"), "id")
	if tenant == "" {
		tenant = text(conversation, "tenantId")
	}
	if tenant == "" {
		tenant = DefaultTenant
	}
	if conversation != nil {
		conversation["tenantId"] = tenant
	}
	data := object(activity, "channelData")
	if data == nil {
		data = map[string]any{}
		activity["channelData"] = data
	}
	data["tenant"] = map[string]any{"id": tenant}
}

// isSlash says that a message begins with a slash behind the mention: the Playground
// knows no slash commands, and thus sends them all the same.
func isSlash(activity map[string]any) bool {
	words := text(activity, "text")
	if _, rest, ok := strings.Cut(words, "</at>"); ok {
		words = rest
	}
	return text(activity, "type") == "message" && strings.HasPrefix(strings.TrimSpace(words), "/")
}

// toPlayground passes one connector call of the bot on, after checking its bearer.
// The bearer itself goes no further.
func (p *proxy) toPlayground(w http.ResponseWriter, r *http.Request) {
	if !p.cloud.authorized(r) {
		denyBearer(w)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, forwardedBody))
	if err != nil {
		writeError(w, http.StatusBadRequest, "BadSyntax", "The body could not be read.")
		return
	}
	raw = p.withoutFileCards(raw)
	_, path, _ := strings.Cut(r.URL.EscapedPath(), "/connector/")
	target := p.opts.PlaygroundURL + "/_connector/" + path
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	method := r.Method
	if method == http.MethodDelete {
		method = http.MethodPut
		raw, err = json.Marshal(map[string]any{"type": "message", "text": deletedText})
		w = &emptyWriter{w}
	}
	if err != nil {
		writeError(w, http.StatusInternalServerError, "ServiceError", "The delete could not be rewritten.")
		return
	}
	p.forward(w, r, method, target, "", raw)
}

// forward sends the body to the target and copies the answer.
func (p *proxy) forward(w http.ResponseWriter, r *http.Request, method, target, authorization string, body []byte) {
	answer, err := p.roundTrip(r, method, target, authorization, body)
	if err != nil {
		p.cloud.opts.Logger.WarnContext(r.Context(), "playground proxy", "err", err)
		writeError(w, http.StatusBadGateway, "ServiceError", "The other side cannot be reached.")
		return
	}
	defer answer.Body.Close()
	for _, name := range []string{"Content-Type", "Retry-After"} {
		if value := answer.Header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(w, io.LimitReader(answer.Body, forwardedBody)); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		p.cloud.opts.Logger.DebugContext(r.Context(), "playground proxy", "err", err)
	}
}

func (p *proxy) roundTrip(r *http.Request, method, target, authorization string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(r.Context(), method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	return p.cloud.client.Do(request)
}

// emptyWriter answers a rewritten delete as Teams answers a delete: without a body.
type emptyWriter struct{ http.ResponseWriter }

func (e *emptyWriter) WriteHeader(status int) {
	if status == http.StatusOK {
		status = http.StatusNoContent
	}
	e.ResponseWriter.WriteHeader(status)
}
