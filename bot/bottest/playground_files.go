package bottest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The Playground can neither send a file nor show a card about one. The proxy has a page for
// the first, and makes ordinary cards of the others.

// verbConsent is the verb of the buttons that stand for those of a card that asks whether a
// file may be saved.
const verbConsent = "bottest.consent"

// maxSent bounds what somebody sends by the page, in bytes: more than a bot may take, so
// that it can be seen what it says then.
const maxSent = 256 << 20

// servePage is the page of somebody's files: what the bot has saved, and a form that sends
// it some as Teams does.
func (p *proxy) servePage(w http.ResponseWriter, r *http.Request) {
	me := p.cloud.Users(DefaultTenant)[0]
	name, isFile := strings.CutPrefix(r.URL.Path, "/files/")
	switch {
	case r.Method == http.MethodPost:
		p.sendFiles(w, r, me)
	case isFile && name != "":
		p.serveSaved(w, r, me, name)
	default:
		p.writePage(w, me, "")
	}
}

// sendFiles sends what was chosen, or a sample.
func (p *proxy) sendFiles(w http.ResponseWriter, r *http.Request, me User) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSent)
	files, err := formFiles(r)
	if at := slices.IndexFunc(p.opts.Samples, func(f File) bool { return f.Name == r.FormValue("sample") }); at >= 0 {
		files = []File{p.opts.Samples[at]}
	}
	if err != nil || len(files) == 0 {
		p.writePage(w, me, "Choose a file first.")
		return
	}
	activity, err := p.cloud.fileMessage(p.cloud.Personal(me), me, r.FormValue("words"), files)
	if err == nil {
		p.dress(activity)
		_, err = p.cloud.turn(r.Context(), activity)
	}
	if err != nil {
		p.writePage(w, me, "okrbot did not take it: "+err.Error())
		return
	}
	p.writePage(w, me, "Sent. okrbot answers in the chat.")
}

// formFiles are the files of a form.
func formFiles(r *http.Request) ([]File, error) {
	if err := r.ParseMultipartForm(32 << 20); err != nil {
		return nil, err
	}
	var out []File
	for _, header := range r.MultipartForm.File["file"] {
		from, err := header.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(from)
		if err != nil {
			return nil, err
		}
		_ = from.Close()
		out = append(out, File{Name: header.Filename, Content: content})
	}
	return out, nil
}

func (p *proxy) serveSaved(w http.ResponseWriter, r *http.Request, me User, name string) {
	content, ok := p.cloud.SavedFile(me, name)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, _ = w.Write(content)
}

func (p *proxy) writePage(w http.ResponseWriter, me User, said string) {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="en"><meta charset="utf-8"><title>Files</title>
<style>body{font:16px sans-serif;max-width:40em;margin:2em auto;padding:0 1em}button,input{font:inherit;margin:.3em 0}form{margin:1em 0}</style>
<h1>Files of %s</h1><p>The Playground has no files, so they are here.</p>`, html.EscapeString(me.Name))
	if said != "" {
		fmt.Fprintf(&b, `<p role="status"><b>%s</b></p>`, html.EscapeString(said))
	}
	b.WriteString(`<h2>Send to okrbot</h2><form method="post" enctype="multipart/form-data">
<label>Files <input type="file" name="file" multiple></label><br><label>Words <input name="words" placeholder="import"></label><br><button>Send</button></form>`)
	for _, f := range p.opts.Samples {
		name := html.EscapeString(f.Name)
		fmt.Fprintf(&b, `<form method="post" enctype="multipart/form-data"><input type="hidden" name="sample" value="%s"><button>Send the sample %s</button></form>`, name, name)
	}
	b.WriteString(`<h2>Saved by okrbot</h2><ul>`)
	saved := p.cloud.SavedFiles(me)
	for _, name := range saved {
		content, _ := p.cloud.SavedFile(me, name)
		fmt.Fprintf(&b, `<li><a href="%s">%s</a> (%s bytes)</li>`, html.EscapeString(p.savedURL(name)), html.EscapeString(name), strconv.Itoa(len(content)))
	}
	if len(saved) == 0 {
		b.WriteString("<li>Nothing yet. Type export in the chat.</li>")
	}
	b.WriteString("</ul></html>")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, b.String())
}

func (p *proxy) savedURL(name string) string {
	return p.opts.PublicURL + "/files/" + url.PathEscape(name)
}

// withoutFileCards makes ordinary cards of those about files in a message of the bot.
func (p *proxy) withoutFileCards(raw []byte) []byte {
	var activity map[string]any
	if json.Unmarshal(raw, &activity) != nil {
		return raw
	}
	attachments, isChanged := list(activity, "attachments"), false
	for i, each := range attachments {
		a, _ := each.(map[string]any)
		if card := p.fileCard(a); card != nil {
			attachments[i], isChanged = map[string]any{"contentType": ContentAdaptive, "content": card}, true
		}
	}
	out, err := json.Marshal(activity)
	if err != nil || !isChanged {
		return raw
	}
	return out
}

// fileCard is an ordinary card for one about a file; nil: it is about none.
func (p *proxy) fileCard(a map[string]any) map[string]any {
	name, content := text(a, "name"), object(a, "content")
	line := func(words string) map[string]any {
		return map[string]any{"type": "TextBlock", "text": words, "wrap": true}
	}
	card := map[string]any{"type": "AdaptiveCard", "version": "1.5"}
	switch text(a, "contentType") {
	case ContentFileConsent:
		size, _ := content["sizeInBytes"].(float64)
		card["body"] = []any{line("**" + name + "**"), line(text(content, "description")), line(fmt.Sprintf("%.0f KB. May it be saved in your OneDrive? (In Teams this is a card of Teams.)", size/1024))}
		card["actions"] = []any{consentAction("Allow", "accept", name, content["acceptContext"]), consentAction("Decline", "decline", name, content["declineContext"])}
	case ContentFileInfo:
		card["body"] = []any{line("**" + name + "**")}
		card["actions"] = []any{map[string]any{"type": "Action.OpenUrl", "title": "Open", "url": p.savedURL(name)}}
	default:
		return nil
	}
	return card
}

func consentAction(title, action, name string, context any) map[string]any {
	data := map[string]any{"consent": action, "name": name, "context": context}
	return map[string]any{"type": "Action.Execute", "title": title, "verb": verbConsent, "data": data}
}

// consented makes the answer to Teams' card of a press of what stands for it; false: it is
// another press.
func (p *proxy) consented(activity map[string]any) bool {
	action := object(activity, "value", "action")
	if text(activity, "name") != "adaptiveCard/action" || text(action, "verb") != verbConsent {
		return false
	}
	data := object(action, "data")
	value := map[string]any{"type": "fileUpload", "action": text(data, "consent"), "context": data["context"]}
	if value["action"] == "accept" {
		me := p.cloud.Users(DefaultTenant)[0]
		value["uploadInfo"] = p.cloud.uploadInfo(me, text(data, "name"))
	}
	activity["name"], activity["value"] = "fileConsent/invoke", value
	return true
}

// consentWriter answers the press that stood for an answer to Teams' card as one.
type consentWriter struct{ http.ResponseWriter }

func (c *consentWriter) WriteHeader(status int) {
	if status != http.StatusOK {
		c.ResponseWriter.WriteHeader(status)
		return
	}
	maps.DeleteFunc(c.Header(), func(string, []string) bool { return true })
	writeJSON(c.ResponseWriter, http.StatusOK, map[string]any{"statusCode": http.StatusOK, "type": "application/vnd.microsoft.activity.message", "value": "All right."})
}

// Write drops the body of the bot's answer, which has none.
func (c *consentWriter) Write(b []byte) (int, error) { return len(b), nil }
