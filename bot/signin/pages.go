package signin

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

//go:embed signin.html
var signInHTML string

// signInPage is what the popup shows.
type signInPage struct {
	Title  string
	Words  string
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
	codeHTML   = `<p class="code" aria-label="Code">{{code}}</p>`
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

// markup fills in the page. It is no template, because the engine of html/template calls methods by names that only the
// run knows, and the linker then keeps every method of every module: half of the program's size.
func (p signInPage) markup() string {
	code, notify := "", ""
	if p.Code != "" {
		code = strings.ReplaceAll(codeHTML, "{{code}}", html.EscapeString(p.Code))
	}
	if p.Notify != "" {
		how := "notifySuccess"
		if p.Failed {
			how = "notifyFailure"
		}
		word, _ := json.Marshal(p.Notify) // a string; <, > and & are escaped, so that it cannot end the script
		notify = strings.NewReplacer("{{how}}", how, "{{notify}}", string(word)).Replace(notifyHTML)
	}
	return strings.NewReplacer(
		"{{title}}", html.EscapeString(p.Title), "{{words}}", html.EscapeString(p.Words), "{{code}}", code, "{{notify}}", notify,
	).Replace(signInHTML)
}

func showPage(w http.ResponseWriter, status int, p signInPage) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline' https://res.cdn.office.net; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, p.markup()) //nolint:gosec // markup escapes every text; the browser is gone if this fails
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
		return s.heldPage(ctx, f.Ticket, c)
	}
	r, err := s.completeSignIn(ctx, f.Ticket, c)
	if err != nil {
		r = s.chat.Refusal(ctx, err, nextFailed)
	}
	s.kept(ctx, f.Ticket, err)
	if err := s.chat.Post(ctx, chat.RefOf(f.Ticket.Conversation), r.Only(f.Ticket.Actor.ID)); err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not told of the sign-in", "err", err)
	}
	return http.StatusOK, signInPage{Title: "You are signed in", Words: "okrbot goes on in the chat. You can close this page.", Notify: "done"}
}

func (s *Subject) heldPage(ctx context.Context, k signInTicket, c okr.Credential) (int, signInPage) {
	code, err := s.hold(ctx, k, c)
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
	prompt := chat.Say(cards.SignInCode("You signed in as "+who+", which is not the account of this chat. To show that it was you, type the code of six digits that the sign-in page shows.", cards.FieldError{}))
	if err := s.chat.Post(ctx, chat.RefOf(k.Conversation), prompt.Only(k.Actor.ID)); err != nil {
		s.chat.Logger.WarnContext(ctx, "code not asked for in the chat", "err", err)
	}
	return http.StatusOK, signInPage{
		Title: "One more step", Code: code, Notify: code,
		Words: "You signed in as " + who + ", another account than the one of the chat. Type this code in the chat with okrbot. Do not type it for anybody else.",
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
	again := []cards.Button{{Title: "Sign in again", Verb: cards.VerbConnectionAccount, Data: signInData(f.Ticket.At)}}
	if err := s.chat.Post(ctx, chat.RefOf(f.Ticket.Conversation), chat.Say(cards.Problem(title, words, "", again)).Only(f.Ticket.Actor.ID)); err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not told of the refused sign-in", "err", err)
	}
	return http.StatusOK, signInPage{Title: title, Words: words, Failed: true, Notify: "cancelled"}
}

// signInData says where a button signs in.
func signInData(at okr.SignInAt) map[string]string {
	if at.Tenant == "" {
		return nil
	}
	return map[string]string{cards.KeyTenant: string(at.Tenant), cards.KeyOrganization: at.Organization}
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
		{[]string{"AADSTS65004"}, cancelled, "You declined to let okrbot read Azure DevOps, so nothing was connected and nothing changed."},
		{[]string{"AADSTS90094", "AADSTS65001", "consent_required"}, "An administrator must agree", "Your organization lets only administrators agree to new apps. Ask one to open " + consent + " and sign in again after that."},
		{[]string{"AADSTS50105"}, "This account is not assigned to okrbot", "Your organization lets only chosen people use okrbot. Ask a Microsoft Entra administrator to assign your account to okrbot's application, then sign in again."},
		{[]string{"AADSTS50020", "AADSTS90072", "AADSTS50178"}, "This account does not belong here", "The account that you chose is not known in the directory where okrbot signs in. Sign in again with the account of your organization, or ask its administrator to invite you."},
		{[]string{"AADSTS700016"}, "okrbot is not known in this directory", "The organization of the account that you chose does not know okrbot's application. Ask its administrator to agree to it, or sign in again with another account."},
		{[]string{"AADSTS70043"}, "The sign-in must be renewed", "A conditional access policy of your organization asks for a new sign-in from time to time. Sign in again."},
		{[]string{"AADSTS50196", "temporarily_unavailable", "server_error"}, "Microsoft's sign-in service did not answer", "Nothing was connected and nothing changed. Sign in again in a few minutes."},
		{[]string{"AADSTS530"}, "A policy of your organization refused the sign-in", "Conditional access does not let this account, device or network sign in to Azure DevOps through okrbot. A Microsoft Entra administrator of your organization can allow it; then sign in again."},
		{[]string{"AADSTS50057", "AADSTS50034"}, "This account cannot sign in", "The account is disabled or does not exist here. Ask an administrator of your organization, or sign in with another account."},
		{[]string{"AADSTS50076", "AADSTS50079"}, "A second factor is needed", "Your organization asks for a second factor. Sign in again and confirm it; if you have none, ask its administrator."},
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
		return cancelled, "The sign-in was cancelled, so nothing was connected and nothing changed."
	}
	return "Sign-in refused", "Microsoft refused the sign-in (" + okr.Shorten(okr.CleanLine(code+" "+aadsts.FindString(description)), 60) + "). Try again, or with another account."
}

var aadsts = regexp.MustCompile(`AADSTS\d+`)

func (s *Subject) failedPage(ctx context.Context, err error) (int, signInPage) {
	switch {
	case okr.KindOf(err) == okr.NotFound:
		return http.StatusGone, signInPage{Title: "This link cannot be used any more", Words: "A sign-in link works for one sign-in and for 10 minutes. Go back to the chat and press or type connect for a new one. If the card there shows no button, type: sign in link", Failed: true}
	case errors.Is(err, errOtherBrowser):
		return http.StatusForbidden, signInPage{Title: "Another browser started this", Words: "The sign-in must end in the browser in which it began. Go back to the chat and press or type connect for a new link.", Failed: true}
	}
	return http.StatusBadGateway, signInPage{Title: "The sign-in did not work", Words: s.chat.Words(ctx, err), Failed: true}
}
