package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// webPage is a page in a browser, with what was filled into its form.
type webPage struct {
	browser *http.Client
	address string
	status  int
	source  string
	root    *html.Node
	inputs  []*webInput
}

// webInput is a field of a form as a browser knows it.
type webInput struct {
	name, kind, value string
	isChecked         bool
	isFixed           bool // readonly
	longest           int  // maxlength; 0: none
	isInvalid         bool
	describedBy       []string
	file              string // that was chosen
}

// visit loads an address, or what was sent to it.
func (p *webPage) visit(ctx context.Context, method, kind string, body io.Reader) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.address, body)
	if err != nil {
		return "", err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := p.browser.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	p.status = resp.StatusCode
	if p.root, err = html.Parse(bytes.NewReader(raw)); err != nil {
		return "", err
	}
	p.inputs, p.source = nil, string(raw)
	p.collect(p.root)
	return plainPage(string(raw)), hardened(resp)
}

// hardened says what a page that takes secrets lacks.
func hardened(resp *http.Response) error {
	h := resp.Header
	policy := h.Get("Content-Security-Policy")
	if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(policy, "default-src 'none'") {
		return fmt.Errorf("the page is kept, passed on or not closed: %v", h)
	}
	return nil
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// collect reads the fields below a node, in their order.
func (p *webPage) collect(n *html.Node) {
	if n.Type == html.ElementNode && (n.Data == "input" || n.Data == "textarea") {
		in := &webInput{kind: n.Data}
		in.name, _ = attr(n, "name")
		if kind, ok := attr(n, "type"); ok {
			in.kind = kind
		}
		in.value, _ = attr(n, "value")
		if n.Data == "textarea" && n.FirstChild != nil {
			in.value = n.FirstChild.Data
		}
		_, in.isChecked = attr(n, "checked")
		_, in.isFixed = attr(n, "readonly")
		if most, ok := attr(n, "maxlength"); ok {
			in.longest, _ = strconv.Atoi(most)
		}
		invalid, _ := attr(n, "aria-invalid")
		by, _ := attr(n, "aria-describedby")
		in.isInvalid, in.describedBy = invalid == "true", strings.Fields(by)
		p.inputs = append(p.inputs, in)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.collect(c)
	}
}

// find is the node with an id below a node; nil: none.
func find(n *html.Node, id string) *html.Node {
	if is, _ := attr(n, "id"); n.Type == html.ElementNode && is == id {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if found := find(c, id); found != nil {
			return found
		}
	}
	return nil
}

func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	if n.Type == html.TextNode {
		return n.Data
	}
	var all strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		all.WriteString(textOf(c))
	}
	return all.String()
}

// fill types into a field, or chooses one of several.
func (p *webPage) fill(name, value string) error {
	found := false
	for _, in := range p.inputs {
		switch {
		case in.name != name:
			continue
		case in.kind == "radio":
			in.isChecked = in.value == value
			found = found || in.isChecked
			continue
		case in.isFixed:
			return fmt.Errorf("the field %s can't be changed", name)
		case in.longest > 0 && len([]rune(value)) > in.longest:
			return fmt.Errorf("the field %s takes %d characters", name, in.longest)
		case in.kind == "file":
			in.file = value
		default:
			in.value = value
		}
		found = true
	}
	if !found {
		return fmt.Errorf("the page has no field or choice %s=%s", name, value)
	}
	return nil
}

// isSecret says whether a field hides what is typed into it.
func (p *webPage) isSecret(name string) bool {
	return slices.ContainsFunc(p.inputs, func(in *webInput) bool { return in.name == name && in.kind == "password" })
}

// send posts the form as a browser does.
func (p *webPage) send(ctx context.Context, dir string) (string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, in := range p.inputs {
		if in.name == "" || in.kind == "radio" && !in.isChecked {
			continue
		}
		if err := in.write(w, dir); err != nil {
			return "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return p.visit(ctx, http.MethodPost, w.FormDataContentType(), &body)
}

func (in *webInput) write(w *multipart.Writer, dir string) error {
	if in.kind != "file" {
		return w.WriteField(in.name, in.value)
	}
	name, content := "", []byte(nil)
	if in.file != "" {
		raw, err := os.ReadFile(filepath.Join(dir, in.file))
		if err != nil {
			return err
		}
		name, content = filepath.Base(in.file), raw
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, in.name, name))
	h.Set("Content-Type", "application/octet-stream")
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}

// cmdVisit opens the page behind a button of the current card, in a new browser.
func (w *World) cmdVisit(_ bool, args []string) error {
	if w.current == nil || len(args) != 1 {
		return errors.New("visit TITLE, with a current card")
	}
	link, err := w.Teams.OpenURL(*w.current, w.User, args[0])
	if err != nil {
		return err
	}
	w.link = link
	return w.cmdVisitAgain(false, nil)
}

// cmdVisitAgain opens the page once more that was opened last.
func (w *World) cmdVisitAgain(bool, []string) error {
	if !strings.HasPrefix(w.link, w.PublicURL()+"/") {
		return fmt.Errorf("no page of okrbot: %s", w.link)
	}
	ctx, cancel := w.ctx()
	defer cancel()
	w.web = &webPage{browser: newBrowser(), address: w.link}
	text, err := w.web.visit(ctx, http.MethodGet, "", nil)
	w.page = text
	return err
}

// cmdType fills in fields of the page.
func (w *World) cmdType(_ bool, args []string) error {
	if w.web == nil {
		return errors.New("no page is open")
	}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		if err := w.web.fill(name, strings.ReplaceAll(value, `\n`, "\n")); err != nil {
			return err
		}
		if w.web.isSecret(name) && len(value) > 5 {
			w.secrets = append(w.secrets, value)
		}
	}
	return nil
}

// cmdTypeFile fills a field of the page with what a file holds.
func (w *World) cmdTypeFile(_ bool, args []string) error {
	if w.web == nil || len(args) != 2 {
		return errors.New("typefile ID FILE, with a page open")
	}
	raw, err := os.ReadFile(filepath.Join(w.Dir, args[1]))
	if err != nil {
		return err
	}
	return w.web.fill(args[0], string(raw))
}

// cmdSend sends the form of the page; what comes of it is new.
func (w *World) cmdSend(bool, []string) error {
	if w.web == nil {
		return errors.New("no page is open")
	}
	if err := w.cmdMark(false, nil); err != nil {
		return err
	}
	ctx, cancel := w.ctx()
	defer cancel()
	text, err := w.web.send(ctx, w.Dir)
	w.page = text
	w.pages += w.web.source
	return err
}

// cmdBeside checks the words beside a field of the page, as a screen reader ties them to it.
func (w *World) cmdBeside(neg bool, args []string) error {
	if w.web == nil || len(args) == 0 {
		return errors.New("beside ID TEXT..., with a page open")
	}
	words := textOf(find(w.web.root, args[0]+"-error"))
	if neg {
		if words != "" {
			return fmt.Errorf("beside %s: %s", args[0], words)
		}
		return nil
	}
	i := slices.IndexFunc(w.web.inputs, func(in *webInput) bool { return in.name == args[0] })
	if i < 0 || args[0] != "kind" && (!w.web.inputs[i].isInvalid || !slices.Contains(w.web.inputs[i].describedBy, args[0]+"-error")) {
		return fmt.Errorf("the field %s isn't marked as wrong: %s", args[0], w.page)
	}
	for _, text := range args[1:] {
		if !strings.Contains(words, text) {
			return fmt.Errorf("%q is not beside %s: %q", text, args[0], words)
		}
	}
	return nil
}

// cmdTyped checks what stands in fields of the page.
func (w *World) cmdTyped(neg bool, args []string) error {
	if w.web == nil {
		return errors.New("no page is open")
	}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		is := slices.ContainsFunc(w.web.inputs, func(in *webInput) bool {
			return in.name == name && in.value == value && (in.kind != "radio" || in.isChecked)
		})
		if is == neg {
			return fmt.Errorf("the field %s holds %q: %t", name, value, is)
		}
	}
	return nil
}

// WebStatus is the status with which the page answered that was opened or sent last.
func (w *World) WebStatus() int {
	if w.web == nil {
		return 0
	}
	return w.web.status
}

// WebTicket is the ticket of the page that was opened last.
func (w *World) WebTicket() string {
	u, err := url.Parse(w.link)
	if err != nil {
		return ""
	}
	return u.Query().Get("t")
}
