package adotest

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
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
	return !isGUID(x.tenant) || strings.EqualFold(u.Tenant, x.tenant)
}

func writeUser(b *strings.Builder, u *User, class string) {
	fmt.Fprintf(b, `<button class="%s" name="user" value="%s">%s<br><small>%s</small></button>`,
		class, html.EscapeString(u.OID), html.EscapeString(u.Name), html.EscapeString(u.UPN))
}

// errorPage is shown when the request cannot be sent back to the application.
func (c *Cloud) errorPage(e EntraError) answer {
	return htmlAnswer(http.StatusBadRequest, page("Sign in to your account",
		"<h1>Sorry, but we’re having trouble signing you in.</h1><p>"+html.EscapeString(e.text(c.now()))+"</p>"))
}

// serveItemPage and serveQueryPage stand for the web portal, so that links on
// cards lead somewhere. They ask for no credential, unlike the portal.
func (c *Cloud) serveItemPage(x *exchange) answer {
	o := c.org(x.org)
	var id int
	if _, err := fmt.Sscanf(x.seg(0), "%d", &id); err != nil || o == nil || o.item(id) == nil {
		return notFoundPage()
	}
	it := o.item(id)
	p := o.project(it.Project)
	rows := [][2]string{{"State", it.State + " (" + p.category(it.Type, it.State) + ")"}, {"Project", it.Project}, {"Tags", strings.Join(it.Tags, ", ")}, {"Changed", it.Changed.Format("2006-01-02 15:04")}}
	if u := c.user(it.AssignedTo); u != nil {
		rows = append(rows, [2]string{"Assigned to", u.Name})
	}
	body := fmt.Sprintf("<p class=muted>%s %d</p><h1>%s</h1><table>", html.EscapeString(it.Type), it.ID, html.EscapeString(it.Title))
	for _, r := range rows {
		body += "<tr><td>" + r[0] + "<td>" + html.EscapeString(r[1])
	}
	return htmlAnswer(http.StatusOK, page(fmt.Sprintf("%s %d", it.Type, it.ID), body+"</table>"))
}

func (c *Cloud) serveQueryPage(x *exchange) answer {
	o, p, err := c.place(x.org, x.project)
	if err != nil {
		return notFoundPage()
	}
	q := o.query(p, x.seg(0))
	if q == nil || q.Deleted || q.Private() {
		return notFoundPage()
	}
	body := "<p class=muted>" + html.EscapeString(q.path(p)) + "</p><h1>" + html.EscapeString(q.Name) + "</h1><table>"
	for _, it := range o.matches(q, nil) {
		body += fmt.Sprintf(`<tr><td><a href="/ado/%s/%s/_workitems/edit/%d">%d</a><td>%s<td>%s`, url.PathEscape(o.Name), url.PathEscape(it.Project),
			it.ID, it.ID, html.EscapeString(it.Title), html.EscapeString(it.State))
	}
	return htmlAnswer(http.StatusOK, page(q.Name, body+"</table>"))
}

// serveHome says what this is to whoever opens the listener's root.
func (c *Cloud) serveHome(x *exchange) answer {
	body := "<h1>Azure DevOps and Microsoft Entra, simulated</h1><table>"
	for _, r := range [][2]string{{"ADO_LOGIN_URL", "/login"}, {"ADO_BASE_URL", "/ado"}, {"ADO_PROFILE_URL", "/vssps"}} {
		body += "<tr><td>" + r[0] + "<td>" + html.EscapeString(x.base+r[1])
	}
	return htmlAnswer(http.StatusOK, page("Simulator", body+"</table>"))
}
