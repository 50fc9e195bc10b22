package adotest

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The pages of this file stand for the web portal, so that links on cards lead
// somewhere and whoever watches a demo can move an item by hand. They ask for
// no credential, unlike the portal: nothing in here is worth one.

// serveItemPage shows a work item with a button for each of its type's states;
// pressing one is a POST that moves it.
func (c *Cloud) serveItemPage(x *exchange) answer {
	o := c.org(x.org)
	id, err := strconv.Atoi(x.first())
	if err != nil || o == nil || o.item(id) == nil {
		return notFoundPage()
	}
	it := o.item(id)
	p := o.project(it.Project)
	if x.r.Method == http.MethodPost {
		form, _ := url.ParseQuery(string(x.body)) // a broken form names no state
		if state := form.Get("state"); p.category(it.Type, state) != "" {
			c.touch(o, it, func(it *Item) { it.State = state })
		}
		return answer{status: http.StatusSeeOther}.with("Location", x.r.URL.EscapedPath())
	}
	body := fmt.Sprintf("<p class=muted>%s %d</p><h1>%s</h1>", html.EscapeString(it.Type), it.ID, html.EscapeString(it.Title))
	return htmlAnswer(http.StatusOK, page(fmt.Sprintf("%s %d", it.Type, it.ID), body+c.itemTable(p, it)+stateButtons(p, it)))
}

func (c *Cloud) itemTable(p *Project, it *Item) string {
	rows := [][2]string{
		{"State", it.State + " (" + p.category(it.Type, it.State) + ")"},
		{"Project", it.Project},
		{"Tags", strings.Join(it.Tags, ", ")},
		{"Changed", it.Changed.Format("2006-01-02 15:04")},
	}
	if u := c.user(it.AssignedTo); u != nil {
		rows = append(rows, [2]string{"Assigned to", u.Name})
	}
	return table(rows)
}

func table(rows [][2]string) string {
	var b strings.Builder
	b.WriteString("<table>")
	for _, r := range rows {
		b.WriteString("<tr><td>" + html.EscapeString(r[0]) + "<td>" + html.EscapeString(r[1]))
	}
	b.WriteString("</table>")
	return b.String()
}

func stateButtons(p *Project, it *Item) string {
	t := p.kindOf(it.Type)
	if t == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<form method="post"><p class="muted">Move to</p>`)
	for _, s := range t.States {
		fmt.Fprintf(&b, `<button class="user" name="state" value="%[1]s">%[1]s</button>`, html.EscapeString(s.Name))
	}
	b.WriteString("</form>")
	return b.String()
}

// serveQueryPage shows a shared query's items, whoever could see them.
func (c *Cloud) serveQueryPage(x *exchange) answer {
	o, p, err := c.place(x.org, x.project)
	if err != nil {
		return notFoundPage()
	}
	q := o.query(p, x.first())
	if q == nil || q.Deleted || q.Private() {
		return notFoundPage()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<p class=muted>%s</p><h1>%s</h1><table>", html.EscapeString(q.path(p)), html.EscapeString(q.Name))
	for _, it := range o.matches(q, nil) {
		fmt.Fprintf(&b, `<tr><td><a href="/ado/%s/%s/_workitems/edit/%d">%d</a><td>%s<td>%s`, url.PathEscape(o.Name), url.PathEscape(it.Project),
			it.ID, it.ID, html.EscapeString(it.Title), html.EscapeString(it.State))
	}
	return htmlAnswer(http.StatusOK, page(q.Name, b.String()+"</table>"))
}

// serveHome tells whoever opens the listener's root what this is, and lists the
// shared queries of every project.
func (c *Cloud) serveHome(x *exchange) answer {
	var b strings.Builder
	b.WriteString("<h1>Azure DevOps and Microsoft Entra, simulated</h1>")
	b.WriteString(table([][2]string{{"ADO_LOGIN_URL", x.base + "/login"}, {"ADO_BASE_URL", x.base + "/ado"}, {"ADO_PROFILE_URL", x.base + "/vssps"}}))
	for _, o := range c.orgs {
		for _, p := range o.projects {
			fmt.Fprintf(&b, "<p><b>%s / %s</b></p>", html.EscapeString(o.Name), html.EscapeString(p.Name))
			writeQueryLinks(&b, o, p)
		}
	}
	return htmlAnswer(http.StatusOK, page("Simulator", b.String()))
}

func writeQueryLinks(b *strings.Builder, o *organization, p *Project) {
	for _, q := range o.queries {
		if q.Project == p.Name && !q.Private() && !q.Deleted {
			fmt.Fprintf(b, `<p><a href="/ado/%s/%s/_queries/query/%s/">%s</a></p>`, url.PathEscape(o.Name), p.ID, q.ID, html.EscapeString(q.path(p)))
		}
	}
}
