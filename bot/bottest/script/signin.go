package script

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
)

// newBrowser is a browser with cookies that follows no redirect by itself and
// leaves no connection behind.
func newBrowser() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails, by its documentation
	return &http.Client{
		Jar: jar, Timeout: Patience, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Get fetches a page in a new browser: its text, or where it redirects to.
func Get(ctx context.Context, address string) (status int, body string, err error) {
	return get(ctx, newBrowser(), address)
}

func get(ctx context.Context, browser *http.Client, address string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := browser.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	if to := resp.Header.Get("Location"); to != "" {
		return resp.StatusCode, to, nil
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, string(raw), err
}

// newestLink waits for the sign-in card of the acting person.
func (w *World) newestLink(ctx context.Context) error {
	return w.Teams.WaitUntil(ctx, func() bool {
		w.link = ""
		newest := 0
		for _, place := range w.places() {
			for _, p := range w.freshTo(place, w.User) {
				if link := w.Teams.SignInURL(p); link != "" && p.Seq > newest && (place.Kind != bottest.KindPersonal || place.User == w.User.ID) {
					w.link, newest = link, p.Seq
				}
			}
		}
		return w.link != ""
	})
}

// follow opens the sign-in link, does what choose does on Microsoft's page and
// comes back, in the same browser unless back is another one.
func (w *World) follow(choose func(ctx context.Context, address string) (string, error), back *http.Client) error {
	browser := newBrowser()
	if back == nil {
		back = browser
	}
	return w.followIn(browser, back, choose)
}

func (w *World) followIn(browser, back *http.Client, choose func(ctx context.Context, address string) (string, error)) error {
	ctx, cancel := w.ctx()
	defer cancel()
	if err := w.newestLink(ctx); err != nil {
		return err
	}
	return w.walk(ctx, browser, back, choose)
}

// walk goes from the link to Microsoft's page and back.
func (w *World) walk(ctx context.Context, browser, back *http.Client, choose func(ctx context.Context, address string) (string, error)) error {
	status, address, err := get(ctx, browser, w.link)
	if err != nil || status != http.StatusFound {
		return fmt.Errorf("the link gave %d %s: %w", status, plainPage(address), err)
	}
	callback, err := choose(ctx, address)
	if err != nil {
		return err
	}
	if err := w.cmdMark(false, nil); err != nil {
		return err
	}
	_, body, err := get(ctx, back, callback)
	w.page = plainPage(body)
	return err
}

func (w *World) cmdSignIn(_ bool, args []string) error {
	return w.follow(w.chooser(args), nil)
}

// chooser chooses somebody on the sign-in page; a UPN or object id stands for
// somebody whom the chat does not know.
func (w *World) chooser(args []string) func(context.Context, string) (string, error) {
	who := w.User.ObjectID
	if len(args) > 0 {
		who = args[0]
		if u := w.Teams.User(who); u.ID != "" && !strings.Contains(who, "@") {
			who = u.ObjectID
		}
		if who == "stranger" {
			who = adotest.ForeignOID
		}
	}
	return func(ctx context.Context, address string) (string, error) { return adotest.SignIn(ctx, address, who) }
}

// cmdSignInTwice opens the link in two tabs of one browser and signs in in the first;
// the second one waits for cmdSignInSecond.
func (w *World) cmdSignInTwice(_ bool, args []string) error {
	var second string
	browser := newBrowser()
	choose := w.chooser(args)
	err := w.followIn(browser, browser, func(ctx context.Context, address string) (string, error) {
		_, other, err := get(ctx, browser, w.link)
		if err != nil {
			return "", err
		}
		if second, err = choose(ctx, other); err != nil {
			return "", err
		}
		return choose(ctx, address)
	})
	w.secondTab = func(ctx context.Context) (err error) {
		_, body, err := get(ctx, browser, second)
		w.page = plainPage(body)
		return err
	}
	return err
}

func (w *World) cmdSignInSecond(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	if w.secondTab == nil {
		return errors.New("no link was opened twice")
	}
	return w.secondTab(ctx)
}

// cmdSignInLink signs in by the link of the current card.
func (w *World) cmdSignInLink(_ bool, args []string) error {
	if w.current == nil {
		return errors.New("there is no current card")
	}
	link, err := w.Teams.OpenURL(*w.current, w.User, "Open the sign-in page")
	if err != nil {
		return err
	}
	w.link = link
	return w.cmdSignInAgain(false, args)
}

// cmdSignInAgain signs in by the link that was used last.
func (w *World) cmdSignInAgain(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	browser := newBrowser()
	return w.walk(ctx, browser, browser, w.chooser(args))
}

func (w *World) cmdSignInCancel(bool, []string) error {
	return w.follow(adotest.CancelSignIn, nil)
}

func (w *World) cmdSignInElsewhere(_ bool, args []string) error {
	return w.follow(w.chooser(args), newBrowser())
}

// cmdSignInLate opens a link of any age that was never used.
func (w *World) cmdSignInLate(neg bool, args []string) error {
	newest := 0
	for _, place := range w.places() {
		for _, p := range w.Teams.Posts(place.As(w.User)) {
			if link := w.Teams.SignInURL(p); link != "" && p.Seq > newest && (place.Kind != bottest.KindPersonal || place.User == w.User.ID) {
				w.link, newest = link, p.Seq
			}
		}
	}
	return w.cmdSignInReuse(neg, args)
}

func (w *World) cmdSignInReuse(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	status, body, err := Get(ctx, w.link)
	w.page = plainPage(body)
	if err == nil && status == http.StatusFound {
		err = errors.New("the link still works")
	}
	return err
}

var (
	pageNoise = regexp.MustCompile(`(?s)<(style|script|title)\b.*?</(style|script|title)>`)
	pageTags  = regexp.MustCompile(`<[^>]*>`)
	pageSpace = regexp.MustCompile(`\s*\n\s*`)
	pageCode  = regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`)
)

// plainPage is what a person reads on a page.
func plainPage(body string) string {
	words := html.UnescapeString(pageTags.ReplaceAllString(pageNoise.ReplaceAllString(body, ""), "\n"))
	return pageSpace.ReplaceAllString(words, "\n")
}

func (w *World) cmdPage(neg bool, args []string) error {
	for _, text := range args {
		if strings.Contains(w.page, text) == neg {
			return fmt.Errorf("%q: %t on the page %s", text, neg, w.page)
		}
	}
	return nil
}

// SignInLink is the link of the sign-in card that was used last.
func (w *World) SignInLink() string { return w.link }

// SignInCode is the code on the page where the browser ended, or "".
func (w *World) SignInCode() string {
	if found := pageCode.FindStringSubmatch(w.page); found != nil {
		return found[1]
	}
	return ""
}

// codeForms are the ways in which people type a code.
func codeForms() map[string]string {
	return map[string]string{"typed": "%s%s", "grouped": "%s %s", "stopped": "%s%s.", "worded": "code %s%s", "quoted": "Code: “%s-%s”"}
}

// cmdCode enters the code of the page, or another one, in the 1:1 chat or, typed here, in the place.
func (w *World) cmdCode(_ bool, args []string) error {
	code := w.SignInCode()
	if code == "" || len(args) == 0 {
		return fmt.Errorf("no code on the page: %s", w.page)
	}
	if args[0] == "wrong" {
		code = fmt.Sprintf("%06d", (int(code[5]-'0')+1)%10)
	}
	ctx, cancel := w.ctx()
	defer cancel()
	if len(args) < 2 || args[1] != "teams" {
		form, place := codeForms()["typed"], w.Teams.Personal(w.User)
		switch {
		case len(args) > 1 && args[1] == "here":
			place = w.Chat
		case len(args) > 1:
			form = codeForms()[args[1]]
		}
		d, err := w.Teams.Say(ctx, place, w.User, fmt.Sprintf(form, code[:3], code[3:]))
		w.begin(d)
		return err
	}
	d, err := w.Teams.VerifyState(ctx, w.User, code)
	w.begin(d)
	if fits := d.Status == http.StatusOK; err == nil && fits != (args[0] == "ok") {
		err = fmt.Errorf("signin/verifyState was answered by %d", d.Status)
	}
	return err
}
