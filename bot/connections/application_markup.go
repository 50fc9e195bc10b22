package connections

import (
	_ "embed"
	"html"
	"net/http"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/cards/page"
	"okrbot/okr"
)

//go:embed application_form.html
var applicationFormHTML string

// The fields of the page, by their names there.
const (
	fieldName        = "name"
	fieldKind        = "kind"
	fieldTenant      = "tenant"
	fieldClient      = "client"
	fieldSecret      = "secret"
	fieldEnds        = "ends"
	fieldCertificate = "certificate"
	fieldPEM         = "pem"
	fieldPassword    = "password"
)

func pageFields() []string {
	return []string{fieldName, fieldKind, fieldTenant, fieldClient, fieldSecret, fieldEnds, fieldCertificate, fieldPEM, fieldPassword}
}

// applicationPage is what the browser shows: a form, or a few words instead of it.
type applicationPage struct {
	Title string
	Words string
	For   string           // the organization in Azure DevOps, where it is known
	Form  *applicationForm // nil: only words
	Kinds []okr.ApplicationKind
	Until string // when the form can't be sent any more
	Wrong []cards.FieldError
}

// onlyOfKind hides the fields of the other kinds, where the browser can.
const onlyOfKind = `@supports selector(:has(a)) {
  form:not(:has(#kind-secret:checked)) .for-secret, form:not(:has(#kind-certificate:checked)) .for-certificate,
  form:not(:has(#kind-federation:checked)) .for-federation, form:not(:has(#kind-machine:checked)) .for-machine,
  form:has(#kind-machine:checked) .not-machine { display: none; }
}
`

// markup fills in the page.
func (p applicationPage) markup() string {
	content := page.Words(p.Words)
	if p.Form != nil {
		content = p.form()
	}
	return page.Page{Title: p.Title, Organization: p.For, Content: content, Style: onlyOfKind, IsWrong: len(p.Wrong) > 0}.Markup()
}

func (p applicationPage) form() string {
	f := p.Form
	pairs := []string{
		"{{summary}}", p.summary(), "{{lead}}", html.EscapeString(p.Words), "{{first}}", p.first(), "{{kinds}}", p.kinds(),
		"{{until}}", html.EscapeString(p.Until), "{{fixed}}", "", "{{hint machine}}", p.ofKind(okr.ByMachine, machineHint), "{{boxes}}", p.ofKind(okr.ByFederation, federationBox) + p.ofKind(okr.ByMachine, machineBox),
		"{{value name}}", html.EscapeString(f.Name), "{{value tenant}}", html.EscapeString(f.Tenant), "{{value client}}", html.EscapeString(f.Client),
		"{{value ends}}", html.EscapeString(f.Ends), "{{kept secret}}", html.EscapeString(f.keptSecret()), "{{kept certificate}}", html.EscapeString(f.keptCertificate()),
	}
	if f.Editing != "" {
		pairs[slices.Index(pairs, "{{fixed}}")+1] = " readonly"
	}
	for _, id := range pageFields() {
		pairs = append(pairs, "{{error "+id+"}}", p.errorOf(id), "{{about "+id+"}}", p.about(id))
	}
	return strings.NewReplacer(pairs...).Replace(applicationFormHTML)
}

// What only those read who may let okrbot's own machine show who an application is.
const (
	machineHint   = `<span class="for-machine"> Use that of the managed identity, or leave it empty for the machine's own.</span>`
	federationBox = "<p class=\"box for-federation\">In Microsoft Entra, under Certificates &amp; secrets &gt; Federated credentials &gt; Add credential, let the application trust the machine that runs okrbot. The operator of okrbot has its managed identity, or the issuer and subject of its tokens. Keep the audience api://AzureADTokenExchange.</p>\n"
	machineBox    = "<p class=\"box for-machine\">okrbot uses the managed identity of its machine, without a secret. Add that identity to the Azure DevOps organization.</p>\n"
)

// ofKind is a part of the page for those who may use a kind.
func (p applicationPage) ofKind(kind okr.ApplicationKind, part string) string {
	if !slices.Contains(p.Kinds, kind) {
		return ""
	}
	return part
}

// wrongAt is what is wrong with a field of the page; empty: nothing.
func (p applicationPage) wrongAt(id string) string {
	for _, w := range p.Wrong {
		if w.Field == id {
			return w.Message
		}
	}
	return ""
}

func (p applicationPage) errorOf(id string) string {
	wrong := p.wrongAt(id)
	if wrong == "" {
		return ""
	}
	return `<p class="error" id="` + id + `-error">▲ ` + html.EscapeString(wrong) + "</p>\n"
}

// about ties a field to its hint and to what is wrong with it.
func (p applicationPage) about(id string) string {
	var by []string
	isWrong := p.wrongAt(id) != ""
	if isWrong {
		by = append(by, id+"-error")
	}
	if strings.Contains(applicationFormHTML, `id="`+id+`-hint"`) {
		by = append(by, id+"-hint")
	}
	out := ""
	if len(by) > 0 {
		out = ` aria-describedby="` + strings.Join(by, " ") + `"`
	}
	if isWrong && id != fieldKind {
		out += ` aria-invalid="true"`
	}
	return out
}

// summary says on top all that is wrong, each with a link to its field.
func (p applicationPage) summary() string {
	if len(p.Wrong) == 0 {
		return ""
	}
	var b strings.Builder
	for _, w := range p.Wrong {
		words := html.EscapeString(w.Message)
		if slices.Contains(pageFields(), w.Field) {
			words = `<a href="#` + w.Field + `">` + words + "</a>"
		}
		b.WriteString("<p>" + words + "</p>")
	}
	return `<div class="summary" role="alert" tabindex="-1" autofocus><h2>Nothing was saved</h2>` + b.String() + "</div>"
}

// first are the steps that come before the form.
func (p applicationPage) first() string {
	if p.Form.Editing != "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<section class="box" aria-labelledby="first"><h2 id="first">Before you start</h2><ol>`)
	for _, step := range cards.BeforeApplication() {
		b.WriteString("<li>" + html.EscapeString(step) + "</li>")
	}
	b.WriteString("</ol></section>")
	return b.String()
}

// kinds are the ways in which the application may sign in.
func (p applicationPage) kinds() string {
	words := map[okr.ApplicationKind]string{
		okr.BySecret: "Client secret", okr.ByCertificate: "Certificate (recommended: okrbot never sends the key)",
		okr.ByFederation: "Federated credential (no secret)", okr.ByMachine: "Managed identity of okrbot's machine (no secret)",
	}
	var b strings.Builder
	for _, kind := range p.Kinds {
		checked := ""
		if kind == p.Form.Kind {
			checked = " checked"
		}
		id := "kind-" + string(kind)
		b.WriteString(`<div class="pick"><input type="radio" name="kind" id="` + id + `" value="` + string(kind) + `"` + checked + `><label for="` + id + `">` + html.EscapeString(words[kind]) + "</label></div>\n")
	}
	return b.String()
}

func showApplicationPage(w http.ResponseWriter, status int, p applicationPage) {
	chat.ShowPage(w, status, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", p.markup())
}
