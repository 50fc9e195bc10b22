package wording

import (
	"html"
	"regexp"
	"strings"
)

// read are the properties of a card and of an activity that people read. The value of an
// input is what they typed.
var read = map[string]bool{
	"text": true, "title": true, "label": true, "placeholder": true, "fallbackText": true, "speak": true, "errorMessage": true,
	"altText": true, "tooltip": true, "summary": true, "xAxisTitle": true, "yAxisTitle": true, "legend": true, "subtitle": true,
}

// CardTexts lists what people read of a card or an activity, as decoded from JSON. The
// data of buttons is not among it.
func CardTexts(card any) []string {
	var out []string
	switch v := card.(type) {
	case []any:
		for _, each := range v {
			out = append(out, CardTexts(each)...)
		}
	case map[string]any:
		for name, each := range v {
			s, isText := each.(string)
			switch {
			case name == "data" && v["verb"] != nil:
			case isText && read[name]:
				out = append(out, s)
			case name == "facts":
				out = append(out, factTexts(each)...)
			case !isText:
				out = append(out, CardTexts(each)...)
			}
		}
	}
	return out
}

// factTexts lists both sides of facts.
func factTexts(facts any) []string {
	var out []string
	list, _ := facts.([]any)
	for _, each := range list {
		fact, _ := each.(map[string]any)
		for _, side := range fact {
			if s, ok := side.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

var (
	hidden  = regexp.MustCompile(`(?s)<(style|script|svg)\b.*?</(style|script|svg)>|<!--.*?-->|\{\{.*?\}\}`)
	inline  = regexp.MustCompile(`</?(a|b|strong|em|i|span|code|small)\b[^>]*>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	code    = regexp.MustCompile("`[^`\n]*`")
	address = regexp.MustCompile(`\]\([^)\n]*\)|https?://\S+`)
)

// PageTexts lists what people read of a page or template of HTML.
func PageTexts(page string) []string {
	page = inline.ReplaceAllString(hidden.ReplaceAllString(page, "*"), "")
	return lines(html.UnescapeString(tag.ReplaceAllString(page, "\n\n")))
}

// DocumentTexts lists the paragraphs of a document of Markdown, without code and the
// addresses of links.
func DocumentTexts(page string) []string {
	page = code.ReplaceAllString(fenced.ReplaceAllString(page, ""), "*")
	return lines(address.ReplaceAllString(page, "]"))
}

// lines parts a text at its empty lines, and at those of a table or list.
func lines(text string) []string {
	var out []string
	begins := true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if begins || line == "" || strings.ContainsAny(line[:1], "|#-*") {
			out = append(out, line)
		} else {
			out[len(out)-1] += " " + line
		}
		begins = line == ""
	}
	return out
}
