package compose

import (
	_ "embed"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"

	"okrbot/cards"
)

//go:embed address.html
var addressHTML string

// Options is what the pages of addresses lead to.
type Options struct {
	// AppID is the bot's Microsoft App ID.
	AppID string
	// PublicURL is where browsers reach okrbot.
	PublicURL string
	// TeamsURL is where browsers open Teams, without a slash at the end.
	TeamsURL string
}

// addressPage is what a browser shows of an address.
type addressPage struct {
	Title, Words string
	Address      string // to be copied; empty: there is none
	Open         string // deep link to the chat with okrbot
}

// Pages are the pages of addresses by their paths. The page says the same whatever an
// address leads to, and looks nothing up: a browser says nothing of who reads.
func (s *Subject) Pages() map[string]http.Handler {
	return map[string]http.Handler{cards.AddressPath + ":code": http.HandlerFunc(s.addressPage)}
}

const copyHTML = `<p>In the chat with okrbot, send this address if it is not in the message box already:<br><code>{{address}}</code></p>`

// markup fills in the page, which is no template for the reason that the sign-in's is none.
func (p addressPage) markup() string {
	send := ""
	if p.Address != "" {
		send = strings.ReplaceAll(copyHTML, "{{address}}", html.EscapeString(p.Address))
	}
	return strings.NewReplacer("{{title}}", html.EscapeString(p.Title), "{{words}}", html.EscapeString(p.Words),
		"{{open}}", html.EscapeString(p.Open), "{{copy}}", send).Replace(addressHTML)
}

func (s *Subject) addressPage(w http.ResponseWriter, r *http.Request) {
	code := strings.ToLower(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	status, p := http.StatusOK, addressPage{
		Title: "This opens in Microsoft Teams",
		Words: "It is the address of an OKR, of its history or of a list of OKRs in okrbot. What it leads to is shown in Teams only, to people who may see it.",
	}
	if cards.IsCode(code) {
		p.Address = strings.TrimRight(s.options.PublicURL, "/") + cards.AddressPath + code
	} else {
		status, p = http.StatusNotFound, addressPage{
			Title: "This is no address of okrbot",
			Words: "A part of it may be missing. Copy it again from where you have it, or open okrbot in Teams.",
		}
	}
	p.Open = s.inTeams(p.Address)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, p.markup()) // else the reader has gone
}

// inTeams is the deep link to the person's own chat with okrbot, with the address in the
// message box: once it is sent, okrbot shows what it leads to. That a chat with a bot is
// named by 28: and its app id stands in "Copilot handoff"; that a message is put into
// its box, as into those of people ("Deep link to Teams chat"), is inferred: without it
// the page's address can be copied and sent.
func (s *Subject) inTeams(message string) string {
	link := s.options.TeamsURL + "/l/chat/0/0?users=" + url.QueryEscape("28:"+s.options.AppID)
	if message != "" {
		link += "&message=" + url.QueryEscape(message)
	}
	return link
}
