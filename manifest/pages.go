package manifest

import (
	"embed"
	"io"
	"net/http"
	"strings"
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
		"/": page("okrbot", "about.html"), privacyPath: page("Privacy", "privacy.html"), termsPath: page("Terms of use", "terms.html"),
	}
}

// page serves a file within the frame that all pages share. It is no template: see the sign-in's page.
func page(title, file string) http.Handler {
	words := strings.NewReplacer("{{title}}", title, "{{words}}", pageFile(file)).Replace(pageFile("frame.html"))
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
