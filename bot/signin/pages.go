package signin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/cards/page"
	"okrbot/okr"
)

// signInPage is what the popup shows.
type signInPage struct {
	Title  string
	Words  string
	For    string // the organization, where it is known
	Code   string // to be typed in the chat
	Notify string // handed to Teams, which closes the popup
	Failed bool
}

// cookieName names the cookie of one flow. Each has its own, so that a link that was
// opened twice can be finished in either tab.
func cookieName(state string) string {
	for _, r := range state {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return "okrbot_signin" // no state of ours, so no flow either
		}
	}
	return "okrbot_signin_" + state[:min(len(state), 8)]
}

// Pages are the pages of the sign-in by their paths.
func (s *Subject) Pages() map[string]http.Handler {
	return map[string]http.Handler{
		"/auth/start":    http.HandlerFunc(s.startPage),
		"/auth/callback": http.HandlerFunc(s.callbackPage),
	}
}

const (
	codeHTML   = `<p class="code" role="img" aria-label="Code: {{spelled}}">{{code}}</p>`
	notifyHTML = `<script src="https://res.cdn.office.net/teams-js/2.31.0/js/MicrosoftTeams.min.js"></script>
<script>
// Inside Teams this hands the outcome over and closes the popup; elsewhere the
// page stays.
if (window.microsoftTeams) {
  microsoftTeams.app.initialize().then(function () {
    microsoftTeams.authentication.{{how}}({{notify}});
  }).catch(function () {});
}
</script>`
)

// markup fills in the page.
func (p signInPage) markup() string {
	code, notify := "", ""
	if p.Code != "" {
		spelled := strings.Join(strings.Split(p.Code, ""), " ") // a screen reader then says the digits one by one
		code = strings.NewReplacer("{{code}}", html.EscapeString(p.Code), "{{spelled}}", html.EscapeString(spelled)).Replace(codeHTML)
	}
	if p.Notify != "" {
		how := "notifySuccess"
		if p.Failed {
			how = "notifyFailure"
		}
		word, _ := json.Marshal(p.Notify) // a string; <, > and & are escaped, so that it cannot end the script
		notify = strings.NewReplacer("{{how}}", how, "{{notify}}", string(word)).Replace(notifyHTML)
	}
	return page.Page{Title: p.Title, Organization: p.For, Content: page.Words(p.Words) + "\n" + code, Script: notify}.Markup()
}

func showPage(w http.ResponseWriter, status int, p signInPage) {
	chat.ShowPage(w, status, "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline' https://res.cdn.office.net; base-uri 'none'; form-action 'none'", p.markup())
}

func (s *Subject) startPage(w http.ResponseWriter, r *http.Request) {
	ctx := teams.WithRef(r.Context(), teams.NewRef())
	address, state, f, err := s.begin(ctx, r.URL.Query().Get("t"))
	if err != nil {
		status, p := s.failedPage(ctx, err)
		showPage(w, status, p)
		return
	}
	s.setCookie(w, cookieName(state), f.Cookie, int(ticketLife.Seconds()))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, address, http.StatusFound) //nolint:gosec // the configured sign-in page; nothing of the request is in it
}

func (s *Subject) setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/auth", MaxAge: seconds, HttpOnly: true,
		Secure: strings.HasPrefix(s.options.PublicURL, "https://"), SameSite: http.SameSiteLaxMode,
	})
}

func (s *Subject) callbackPage(w http.ResponseWriter, r *http.Request) {
	name, value := cookieName(r.URL.Query().Get("state")), ""
	if cookie, err := r.Cookie(name); err == nil {
		value = cookie.Value
	}
	s.setCookie(w, name, "", -1)
	// What goes wrong stands in the one line of the sign-in.
	ctx := teams.WithNote(teams.WithRef(r.Context(), teams.NewRef()))
	status, p := s.callback(ctx, r.URL.Query(), value)
	showPage(w, status, p)
}

// callback ends the sign-in: live at once for the person of the chat, else held
// until the code comes back.
func (s *Subject) callback(ctx context.Context, q url.Values, cookie string) (int, signInPage) {
	f, c, err := s.finish(ctx, q.Get("state"), q.Get("code"), cookie)
	if err != nil {
		status, p := s.failedPage(ctx, err)
		if okr.KindOf(err) != okr.NotFound { // else there is no sign-in, or none any more
			s.ended(ctx, f.Ticket, outcomeFailed, err)
		}
		return status, p
	}
	if c.ID == "" {
		return s.refusedPage(ctx, f, q)
	}
	if !samePerson(f.Ticket, c.Account) {
		return s.heldPage(ctx, f, c)
	}
	r, failure := s.completed(ctx, f.Ticket, c, s.taking(startKey(f.ID)))
	if okr.KindOf(failure) == okr.NotFound { // another tab was faster, and its answer is in the chat
		return s.failedPage(ctx, failure)
	}
	if err := s.chat.Post(ctx, chat.RefOf(f.Ticket.Conversation), r); err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not notified of the sign-in", "err", err)
	}
	if failure != nil {
		return s.failedPage(ctx, failure)
	}
	return http.StatusOK, signInPage{Title: "You're signed in", Words: "I read Azure DevOps with " + okr.CleanLine(c.Account.UserName) + ". Go back to the chat to continue. You can close this page.", For: s.pageOf(f.Ticket, c.Account), Notify: "done"}
}

func (s *Subject) heldPage(ctx context.Context, f flow, c okr.Credential) (int, signInPage) {
	k, code := f.Ticket, ""
	err := s.taking(startKey(f.ID))(ctx)
	if err == nil {
		code, err = s.hold(ctx, k, c)
	}
	if okr.KindOf(err) == okr.NotFound {
		return s.failedPage(ctx, err)
	}
	if err != nil {
		status, p := s.failedPage(ctx, err)
		s.ended(ctx, k, outcomeFailed, err)
		return status, p
	}
	s.ended(ctx, k, outcomeCode, nil)
	who := okr.CleanLine(c.Account.UserName)
	if k.At.Organization != "" {
		who += " for the organization " + k.At.Organization
	}
	prompt := chat.Say(cards.SignInCode("You signed in as "+who+", which isn't your account in this chat. To confirm it's you, enter the 6-digit code from the sign-in page.", cards.FieldError{}))
	if err := s.chat.Post(ctx, chat.RefOf(k.Conversation), prompt.Only(k.Actor.ID)); err != nil {
		s.chat.Logger.WarnContext(ctx, "code not asked for in the chat", "err", err)
	}
	return http.StatusOK, signInPage{
		Title: "One more step", Code: code, Notify: code,
		For:   s.pageOf(k, c.Account),
		Words: "You signed in as " + who + ", which isn't your account in the chat. Enter this code in the chat with okrbot. Don't share it with anyone.",
	}
}

// refusedPage says why Microsoft Entra sent the browser back without a code, in
// the popup and in the chat.
func (s *Subject) refusedPage(ctx context.Context, f flow, q url.Values) (int, signInPage) {
	title, words := refusedWords(q.Get("error"), q.Get("error_description"), s.options)
	outcome := outcomeRefused
	if title == cancelled {
		outcome = outcomeCancelled
	}
	s.ended(ctx, f.Ticket, outcome, denialOf(q))
	again := []cards.Button{{Title: "Sign in again", Verb: cards.VerbConnectionAccount, Data: againData(f.Ticket.At)}}
	if err := s.chat.Post(ctx, chat.RefOf(f.Ticket.Conversation), chat.Say(cards.Problem(title, words, "", again)).Only(f.Ticket.Actor.ID)); err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not notified of the refused sign-in", "err", err)
	}
	return http.StatusOK, signInPage{Title: title, Words: words, For: s.pageOf(f.Ticket, okr.Account{}), Failed: true, Notify: "cancelled"}
}

// pageOf is whose page a sign-in shows: the organization that runs okrbot where that is set, else the
// one in Azure DevOps that was asked for, or the domain of the account.
func (s *Subject) pageOf(k signInTicket, a okr.Account) string {
	_, domain, _ := strings.Cut(okr.CleanLine(a.UserName), "@")
	return cmp.Or(s.chat.Organization, k.At.Organization, domain)
}

// againData says where a button signs in again, on the page: whoever got there by a button needs it.
func againData(at okr.SignInAt) map[string]string {
	data := map[string]string{cards.KeyAnother: "yes"}
	if at.Tenant != "" {
		data[cards.KeyTenant], data[cards.KeyOrganization] = string(at.Tenant), at.Organization
	}
	return data
}

// refusal is what a code of Microsoft Entra means to people.
type refusal struct {
	codes        []string
	title, words string
}

// refusals are those that people meet. What stands first goes first: an error of
// access_denied has many causes, and only some of them are a cancel.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func refusals(o Options) []refusal {
	consent := strings.TrimSuffix(o.LoginURL, "/") + "/" + o.LoginTenant + "/adminconsent?client_id=" + o.ClientID
	return []refusal{
		{[]string{"AADSTS65004"}, cancelled, "You didn't allow okrbot to read Azure DevOps, so nothing changed."},
		{[]string{"AADSTS90094", "AADSTS65001", "consent_required"}, "Admin approval needed", "Only administrators of your organization can approve new apps. Ask one to open " + consent + ", then sign in again."},
		{[]string{"AADSTS50105"}, "Your account isn't assigned to okrbot", "Only assigned people can use okrbot in your organization. Ask a Microsoft Entra administrator to assign your account to the okrbot application, then sign in again."},
		{[]string{"AADSTS50020", "AADSTS90072", "AADSTS50178"}, "Wrong account", "This account isn't in the directory where okrbot signs in. Sign in with your organization's account, or ask its administrator to invite you."},
		{[]string{"AADSTS700016"}, "okrbot isn't set up in this directory", "The organization of this account hasn't approved okrbot. Ask its administrator to approve it, or sign in with another account."},
		{[]string{"AADSTS70043"}, "Sign in again", "A conditional access policy of your organization asks for a new sign-in from time to time."},
		{[]string{"AADSTS50196", "temporarily_unavailable", "server_error"}, "Microsoft's sign-in service didn't respond", "Nothing changed. Sign in again in a few minutes."},
		{[]string{"AADSTS530"}, "A policy of your organization blocked the sign-in", "Conditional access blocks this account, device or network for Azure DevOps. Ask a Microsoft Entra administrator to allow it, then sign in again."},
		{[]string{"AADSTS50057", "AADSTS50034"}, "This account can't sign in", "It's disabled or doesn't exist here. Ask an administrator of your organization, or sign in with another account."},
		{[]string{"AADSTS50076", "AADSTS50079"}, "Second factor needed", "Your organization requires multifactor authentication. Sign in again and confirm it. If you can't, ask its administrator."},
	}
}

// refusedWords says what a refused sign-in means.
func refusedWords(code, description string, o Options) (title, words string) {
	for _, r := range refusals(o) {
		for _, c := range r.codes {
			if code == c || strings.Contains(description, c) {
				return r.title, r.words
			}
		}
	}
	if code == "access_denied" && !strings.Contains(description, "AADSTS") {
		return cancelled, "You cancelled the sign-in, so nothing changed."
	}
	return "Sign-in refused", "Microsoft rejected the sign-in (" + okr.Shorten(okr.CleanLine(code+" "+aadsts.FindString(description)), 60) + "). Try again, or with another account."
}

var aadsts = regexp.MustCompile(`AADSTS\d+`)

func (s *Subject) failedPage(ctx context.Context, err error) (int, signInPage) {
	switch {
	case okr.KindOf(err) == okr.NotFound:
		return http.StatusGone, signInPage{Title: "This link expired", Words: "A sign-in link works once and for 10 minutes. For a new one, go back to the chat and send: connect. If its card shows no button, send: sign in link", For: s.chat.Organization, Failed: true}
	case errors.Is(err, errOtherBrowser):
		return http.StatusForbidden, signInPage{Title: "Wrong browser", Words: "Finish the sign-in in the browser where you started it. For a new link, go back to the chat and send: connect", For: s.chat.Organization, Failed: true}
	}
	return http.StatusBadGateway, signInPage{Title: "Sign-in failed", Words: s.chat.Words(ctx, err), For: s.chat.Organization, Failed: true}
}
