package manifest

import (
	"embed"
	"html/template"
	"net/http"
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
	pages := template.Must(template.ParseFS(pageFiles, "pages/*.html"))
	return map[string]http.Handler{
		"/": page(pages, "about.html"), privacyPath: page(pages, "privacy.html"), termsPath: page(pages, "terms.html"),
	}
}

func page(pages *template.Template, name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=3600")
		_ = pages.ExecuteTemplate(w, name, nil) // the reader has gone
	})
}
