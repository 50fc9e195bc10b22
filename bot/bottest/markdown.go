package bottest

import (
	"fmt"
	"regexp"
	"strings"
)

// Reader is a client's reading of the Markdown of a card's text: the words that it
// shows, marks taken out.
type Reader struct {
	Name string
	Read func(markdown string) string
}

// Readers are the clients' readings. Their rules are written anew from what is
// published: the desktop's is CommonMark with strikethrough (the renderer of the
// adaptivecards package with markdown-it), the phones' is the MarkDownParser of
// the shared model that both mobile renderers use
// (https://github.com/microsoft/AdaptiveCards, source/shared/cpp/ObjectModel).
// Where it finds no mark at all, iOS shows the text as it was sent.
func Readers() []Reader {
	return []Reader{
		{"desktop", DesktopPlain},
		{"Android", func(s string) string { plain, _ := phone(s); return plain }},
		{"iOS", func(s string) string {
			if plain, isMarked := phone(s); isMarked {
				return plain
			}
			return seen(s)
		}},
	}
}

// PhonePlain is what a phone shows of Markdown.
func PhonePlain(markdown string) string {
	plain, _ := phone(markdown)
	return plain
}

// meantLink is a link as okrbot writes it.
var meantLink = regexp.MustCompile(`\[([^\n]+?)\]\((https?://[^\s()]+)\)`)

// Plain is what was meant to be read: bold marks and links are the only Markdown
// that a card writes, and all else is as it stands.
func Plain(markdown string) string {
	if strings.Contains(markdown, "](http") {
		markdown = meantLink.ReplaceAllString(markdown, "$1")
	}
	return seen(strings.ReplaceAll(markdown, "**", ""))
}

// TextFaults lists the clients that show another text than was meant.
func TextFaults(markdown string) []string {
	var faults []string
	meant := Plain(markdown)
	for _, r := range Readers() {
		if shown := r.Read(markdown); shown != meant {
			faults = append(faults, fmt.Sprintf("%s shows %q for %q", r.Name, shown, meant))
		}
	}
	return faults
}

// CardFaults is TextFaults for every text of a card in which clients read Markdown.
func CardFaults(card map[string]any) []string {
	var faults []string
	for _, text := range MarkdownTexts(card) {
		faults = append(faults, TextFaults(text)...)
	}
	return faults
}

// MarkdownTexts are the texts of a card in which clients read Markdown.
func MarkdownTexts(card map[string]any) []string {
	var texts []string
	walk(card, func(e map[string]any) bool {
		texts = append(texts, MarkdownTexts(object(e, "card"))...)
		texts = append(texts, MarkdownTexts(object(e, "fallback"))...)
		if text(e, "type") == "TextBlock" {
			texts = append(texts, text(e, "text"))
		}
		for _, each := range list(e, "facts") {
			fact, _ := each.(map[string]any)
			texts = append(texts, text(fact, "title"), text(fact, "value"))
		}
		return true
	})
	return texts
}

// unseen gives back what okrbot puts in the place of a mark: characters that look
// the same, and spaces without width.
var unseen = strings.NewReplacer("\u200b", "", "\u2217", "*", "\u1fef", "`", "\uff3b", "[", "\uff3d", "]")

func seen(text string) string {
	if isASCII(text) {
		return text
	}
	return unseen.Replace(text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// delimiter is a run of marks that may begin or end an emphasis.
type delimiter struct {
	mark        byte
	text        string
	rest        int // marks that are not used
	left, right bool
}

func (d *delimiter) isBoth() bool { return d.left && d.right }

// matches says whether a run ends what d begins.
func (d *delimiter) matches(end *delimiter) bool {
	if d.mark != end.mark {
		return false
	}
	return !d.isBoth() && !end.isBoth() || (d.rest+end.rest)%3 != 0
}

// piece is a part of a text: words, or a run of marks.
type piece struct {
	words string
	run   *delimiter
}

func isASCIIPunct(ch int) bool {
	return ch > ' ' && ch < 0x7f && !isASCIIAlnum(ch)
}

func isASCIIAlnum(ch int) bool {
	return ch >= '0' && ch <= '9' || ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z'
}

func isASCIISpace(ch int) bool { return ch == ' ' || ch >= '\t' && ch <= '\r' }

// wordsOf puts pieces together; of a run what is left of it.
func wordsOf(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.run == nil {
			b.WriteString(p.words)
			continue
		}
		b.WriteString(p.run.text[len(p.run.text)-p.run.rest:])
	}
	return b.String()
}
