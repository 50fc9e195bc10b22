package bot

import (
	"context"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

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

const cookieName = "okrbot_signin"

// SignInRoutes adds the pages of the sign-in: /auth/start and /auth/callback.
func (b *Bot) SignInRoutes(r gin.IRouter) {
	pages := template.Must(template.New("signin").Parse(signInHTML))
	show := func(c *gin.Context, status int, p signInPage) { showPage(c, pages, status, p) }
	r.GET("/auth/start", func(c *gin.Context) { b.startPage(c, show) })
	r.GET("/auth/callback", func(c *gin.Context) { b.callbackPage(c, show) })
}

func showPage(c *gin.Context, pages *template.Template, status int, p signInPage) {
	c.Header("Content-Type", "text/html; charset=utf-8")
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline' https://res.cdn.office.net; base-uri 'none'; form-action 'none'")
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Status(status)
	_ = pages.Execute(c.Writer, p) // the browser is gone if this fails
}

func (b *Bot) startPage(c *gin.Context, show func(*gin.Context, int, signInPage)) {
	ctx := teams.WithRef(c.Request.Context(), teams.NewRef())
	address, f, err := b.begin(ctx, c.Query("t"))
	if err != nil {
		status, p := b.failedPage(ctx, err)
		show(c, status, p)
		return
	}
	b.setCookie(c, f.Cookie, int(ticketLife.Seconds()))
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Redirect(http.StatusFound, address)
}

func (b *Bot) setCookie(c *gin.Context, value string, seconds int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: cookieName, Value: value, Path: "/auth", MaxAge: seconds, HttpOnly: true,
		Secure: strings.HasPrefix(b.SignIn.PublicURL, "https://"), SameSite: http.SameSiteLaxMode,
	})
}

func (b *Bot) callbackPage(c *gin.Context, show func(*gin.Context, int, signInPage)) {
	cookie, _ := c.Cookie(cookieName)
	b.setCookie(c, "", -1)
	status, p := b.callback(teams.WithRef(c.Request.Context(), teams.NewRef()), c.Request.URL.Query(), cookie)
	show(c, status, p)
}

// callback ends the sign-in: live at once for the person of the chat, else held
// until the code comes back.
func (b *Bot) callback(ctx context.Context, q url.Values, cookie string) (int, signInPage) {
	f, c, err := b.finish(ctx, q.Get("state"), q.Get("code"), cookie)
	if err != nil {
		return b.failedPage(ctx, err)
	}
	if c.ID == "" {
		return b.refusedPage(ctx, f, q)
	}
	if !samePerson(f.Ticket, c.Account) {
		return b.heldPage(ctx, f.Ticket, c)
	}
	r, err := b.completeSignIn(ctx, f.Ticket, c)
	if err != nil {
		r = b.refusal(ctx, err, "You are signed in, but the next step did not work")
	}
	if err := b.post(ctx, refOf(f.Ticket.Conversation), r); err != nil {
		b.Logger.WarnContext(ctx, "chat not told of the sign-in", "err", err)
	}
	return http.StatusOK, signInPage{Title: "You are signed in", Words: "okrbot goes on in the chat. You can close this page.", Notify: "done"}
}

func (b *Bot) heldPage(ctx context.Context, k signInTicket, c okr.Credential) (int, signInPage) {
	code, err := b.hold(ctx, k, c)
	if err != nil {
		return b.failedPage(ctx, err)
	}
	prompt := say(cards.SignInCode("You signed in as "+okr.CleanLine(c.Account.UserName)+", which is not the account of this chat. To show that it was you, type the code of six digits that the sign-in page shows.", cards.FieldError{}))
	if err := b.post(ctx, refOf(k.Conversation), prompt); err != nil {
		b.Logger.WarnContext(ctx, "code not asked for in the chat", "err", err)
	}
	return http.StatusOK, signInPage{
		Title: "One more step", Code: code, Notify: code,
		Words: "You signed in as " + okr.CleanLine(c.Account.UserName) + ", another account than the one of the chat. Type this code in the chat with okrbot. Do not type it for anybody else.",
	}
}

// refusedPage says why Microsoft Entra sent the browser back without a code, in
// the popup and in the chat.
func (b *Bot) refusedPage(ctx context.Context, f flow, q url.Values) (int, signInPage) {
	title, words := refusedWords(q.Get("error"), q.Get("error_description"), b.SignIn)
	again := []cards.Button{{Title: "Sign in again", Verb: cards.VerbConnectionAccount}}
	if err := b.post(ctx, refOf(f.Ticket.Conversation), say(cards.Problem(title, words, "", again))); err != nil {
		b.Logger.WarnContext(ctx, "chat not told of the refused sign-in", "err", err)
	}
	return http.StatusOK, signInPage{Title: title, Words: words, Failed: true, Notify: "cancelled"}
}

// refusedWords knows the refusals that people meet.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func refusedWords(code, description string, o SignInOptions) (title, words string) {
	switch {
	case strings.Contains(description, "AADSTS65004"):
		return "Sign-in cancelled", "You declined to let okrbot read Azure DevOps, so nothing was connected and nothing changed."
	case strings.Contains(description, "AADSTS90094"), strings.Contains(description, "AADSTS65001"), code == "consent_required":
		return "An administrator must agree", "Your organization lets only administrators agree to new apps. Ask one to open " + strings.TrimSuffix(o.LoginURL, "/") + "/" + o.LoginTenant + "/adminconsent?client_id=" + o.ClientID + " and sign in again after that."
	case code == "temporarily_unavailable", code == "server_error":
		return "Microsoft's sign-in service did not answer", "Nothing was connected and nothing changed. Sign in again in a few minutes."
	case strings.Contains(description, "AADSTS530"):
		return "A policy of your organization refused the sign-in", "Conditional access does not let this account, device or network sign in to Azure DevOps through okrbot. A Microsoft Entra administrator of your organization can allow it; then sign in again."
	case strings.Contains(description, "AADSTS50057"), strings.Contains(description, "AADSTS50034"):
		return "This account cannot sign in", "The account is disabled or does not exist here. Ask an administrator of your organization, or sign in with another account."
	case strings.Contains(description, "AADSTS50076"), strings.Contains(description, "AADSTS50079"):
		return "A second factor is needed", "Your organization asks for a second factor. Sign in again and confirm it; if you have none, ask its administrator."
	case code == "access_denied":
		return "Sign-in cancelled", "The sign-in was cancelled, so nothing was connected and nothing changed."
	default:
		return "Sign-in refused", "Microsoft refused the sign-in (" + okr.Shorten(okr.CleanLine(code), 60) + "). Try again, or with another account."
	}
}

func (b *Bot) failedPage(ctx context.Context, err error) (int, signInPage) {
	switch {
	case okr.KindOf(err) == okr.NotFound:
		return http.StatusGone, signInPage{Title: "This link cannot be used any more", Words: "A sign-in link works once and for 10 minutes. Go back to the chat and press or type connect for a new one.", Failed: true}
	case errors.Is(err, errOtherBrowser):
		return http.StatusForbidden, signInPage{Title: "Another browser started this", Words: "The sign-in must end in the browser in which it began. Go back to the chat and press or type connect for a new link.", Failed: true}
	}
	return http.StatusBadGateway, signInPage{Title: "The sign-in did not work", Words: b.words(ctx, err), Failed: true}
}
