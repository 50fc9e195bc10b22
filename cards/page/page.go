// Package page is the frame of okrbot's own web pages: in the look of Teams, dark and light.
package page

import (
	_ "embed"
	"html"
	"strings"
)

//go:embed page.html
var frame string

// Page is a page of okrbot's own.
type Page struct {
	// Title is the heading, and the name of the window.
	Title string
	// Organization is whose page it is, as far as that is known; empty: it is not.
	Organization string
	// Content is markup below the title. Its maker escapes every text.
	Content string
	// Style are rules of this page alone, and Script is markup behind the page.
	Style, Script string
	// IsWrong says that something has to be corrected: the name of the window begins with it.
	IsWrong bool
	// IsText says that the page is read, and not filled in: its lines are longer.
	IsText bool
}

// Markup is the page as HTML. It is no template, because the engine of html/template calls
// methods by names that only the run knows, and the linker then keeps every method of every
// module: half of the program's size.
func (p Page) Markup() string {
	window, of, width := p.Title, "", "32rem"
	if p.IsWrong {
		window = "Error: " + window
	}
	if p.Organization != "" {
		of = ` <span class="of">for ` + html.EscapeString(p.Organization) + `</span>`
	}
	if p.IsText {
		width = "46rem"
	}
	return strings.NewReplacer(
		"{{window}}", html.EscapeString(window), "{{title}}", html.EscapeString(p.Title), "{{of}}", of, "{{width}}", width,
		"{{content}}", p.Content, "{{style}}", p.Style, "{{script}}", p.Script,
	).Replace(frame)
}

// Words is a paragraph of a text.
func Words(text string) string { return "<p>" + html.EscapeString(text) + "</p>" }
