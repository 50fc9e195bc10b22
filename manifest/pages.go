package manifest

import (
	"embed"
	"io"
	"net/http"

	"okrbot/cards/page"
)

//go:embed pages
var pageFiles embed.FS

// Where the pages that the package names by default are served.
const (
	privacyPath = "/privacy"
	termsPath   = "/terms"
)

// Pages are what people find behind the links of the app in Teams, by their paths: about okrbot, what it keeps of
// people, and on what terms it is used. An operator who has such pages names them in the package instead.
func Pages() map[string]http.Handler {
	return map[string]http.Handler{
		"/": served("About okrbot", "about.html"), privacyPath: served("Privacy", "privacy.html"), termsPath: served("Terms of use", "terms.html"),
	}
}

const navHTML = `<nav aria-label="About okrbot"><a href="/">About</a><a href="/privacy">Privacy</a><a href="/terms">Terms</a></nav>`

// served is a file within the frame that all pages share.
func served(title, file string) http.Handler {
	words := page.Page{Title: title, Content: navHTML + "\n" + pageFile(file), IsText: true}.Markup()
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=3600")
		_, _ = io.WriteString(w, words) // the reader has gone
	})
}

func pageFile(name string) string {
	raw, err := pageFiles.ReadFile("pages/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(raw)
}
