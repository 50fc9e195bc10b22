package adotest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// page is the frame of every page that a person may see.
func page(title, body string) string {
	return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>` +
		html.EscapeString(title) + `</title><style>
body{font:15px/1.5 "Segoe UI",system-ui,sans-serif;background:#f2f2f2;color:#1b1b1b;margin:0;padding:4rem 1rem}
main{max-width:30rem;margin:0 auto;background:#fff;padding:2.5rem;box-shadow:0 2px 6px rgba(0,0,0,.2)}
h1{font-size:1.5rem;font-weight:600;margin:0 0 1rem}p{margin:.5rem 0;overflow-wrap:anywhere}small,.muted{color:#616161}
button.user{display:block;width:100%;text-align:left;font:inherit;background:#fff;border:0;border-top:1px solid #e0e0e0;padding:.75rem .5rem;cursor:pointer}
button.user:hover,button.user:focus,button.hint{background:#eff6fc}a{color:#0067b8}table{border-collapse:collapse;width:100%}td{padding:.25rem .5rem;border-top:1px solid #e0e0e0;vertical-align:top}
</style></head><body><main>` + body + `</main></body></html>`
}

// signInForm lists the users of the tenant. With login_hint that user comes
// first, highlighted, as the account picker does.
func (c *Cloud) signInForm(x *exchange, req authRequest, q url.Values) string {
	var b strings.Builder
	action := x.r.URL.EscapedPath() + "?" + q.Encode()
	fmt.Fprintf(&b, `<h1>Pick an account</h1><p class="muted">to continue to application %s</p><form method="post" action="%s">`,
		html.EscapeString(req.client), html.EscapeString(action))
	hinted := c.user(q.Get("login_hint"))
	if hinted != nil && c.offers(x, hinted) {
		writeUser(&b, hinted, "user hint")
	}
	for _, u := range c.users {
		if u != hinted && c.offers(x, u) {
			writeUser(&b, u, "user")
		}
	}
	fmt.Fprintf(&b, `</form><p><a id="cancel" href="%s&amp;outcome=cancel">Cancel</a></p>`, html.EscapeString(action))
	fmt.Fprintf(&b, `<details><summary class="muted">Other outcomes</summary><p><a href="%[1]s&amp;outcome=admin">Approval of an administrator required</a></p>`+
		`<p><a href="%[1]s&amp;outcome=consent">Consent missing</a></p><p><a href="%[1]s&amp;outcome=unavailable">Sign-in temporarily unavailable</a></p></details>`, html.EscapeString(action))
	fmt.Fprintf(&b, `<details><summary class="muted">Permissions asked for</summary><p><small>%s</small></p></details>`, html.EscapeString(strings.Join(req.scopes, ", ")))
	return page("Sign in to your account", b.String())
}

func (c *Cloud) offers(x *exchange, u *User) bool {
	return u.Client == "" && signsIn(u, x.tenant)
}

func writeUser(b *strings.Builder, u *User, class string) {
	fmt.Fprintf(b, `<button class="%s" name="user" value="%s">%s<br><small>%s</small></button>`,
		class, html.EscapeString(u.OID), html.EscapeString(u.Name), html.EscapeString(u.UPN))
}

// errorPage is shown when the request cannot be sent back to the application. As
// Entra's it is a page like every other one: its status is 200, and only the text and
// the $Config that its script reads say what is wrong.
func (c *Cloud) errorPage(e EntraError) answer {
	const sorry = "Sorry, but we’re having trouble signing you in."
	text := e.text(c.now())
	config, err := json.Marshal(object{"strMainMessage": sorry, "strServiceExceptionMessage": text, "sErrorCode": strconv.Itoa(e.AADSTS), "iHttpErrorCode": http.StatusBadRequest})
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return htmlAnswer(http.StatusOK, page("Sign in to your account",
		"<script>$Config="+string(config)+";</script><h1>"+sorry+"</h1><p>"+html.EscapeString(text)+"</p>"))
}
