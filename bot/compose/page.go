package compose

import (
	"html"
	"net/http"
	"net/url"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/cards/page"
)

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
	Organization string // heads the page; empty: nothing does
	Title, Words string
	Address      string // to be copied; empty: there is none
	Open         string // deep link to the chat with okrbot
}

// Pages are the pages of addresses by their paths. The page says the same whatever an
// address leads to, and looks nothing up: a browser says nothing of who reads.
func (s *Subject) Pages() map[string]http.Handler {
	return map[string]http.Handler{cards.AddressPath + ":code": http.HandlerFunc(s.addressPage)}
}

const (
	openHTML = `<p><a class="button" href="{{open}}">Open in Teams</a></p>`
	copyHTML = `<p>If the message box is empty, paste this link and send it:<br><code>{{address}}</code></p>`
)

// markup fills in the page.
func (p addressPage) markup() string {
	send := ""
	if p.Address != "" {
		send = strings.ReplaceAll(copyHTML, "{{address}}", html.EscapeString(p.Address))
	}
	open := strings.ReplaceAll(openHTML, "{{open}}", html.EscapeString(p.Open))
	return page.Page{Title: p.Title, Organization: p.Organization, Content: page.Words(p.Words) + "\n" + open + "\n" + send}.Markup()
}

func (s *Subject) addressPage(w http.ResponseWriter, r *http.Request) {
	code := strings.ToLower(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	status, p := http.StatusOK, addressPage{
		Title: "Open this OKR in Microsoft Teams",
		Words: "This link leads to an OKR, its history or a list of OKRs. okrbot shows it in Teams, to people who can see it.",
	}
	if cards.IsCode(code) {
		p.Address = strings.TrimRight(s.options.PublicURL, "/") + cards.AddressPath + code
	} else {
		status, p = http.StatusNotFound, addressPage{
			Title: "This link doesn't work",
			Words: "Part of it may be missing. Copy it again, or open okrbot in Teams and look for the OKR there.",
		}
	}
	p.Organization, p.Open = s.chat.Organization, s.inTeams(p.Address)
	w.Header().Set("X-Robots-Tag", "noindex")
	chat.ShowPage(w, status, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", p.markup())
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
