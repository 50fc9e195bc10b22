package teams

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words are what the person said: the text of a message without the message that it
// replies to, the mentions of this bot and the signature below it, as one line of
// plain words. It is the one step that knows how Teams' clients write; what the words
// mean is not asked here.
func (a Activity) Words() string { return strings.Join(a.Lines(), " ") }

// Lines are the Words by the lines that the person wrote; none is empty.
func (a Activity) Lines() []string {
	text := a.withoutMentions(withoutQuote(a.Text, a.html()))
	return withoutSignature(unmarked(a.withoutName(text)))
}

// Blanks turns what Teams writes for a blank into one and takes out what cannot be
// seen, as Words does.
func Blanks(s string) string { return unmarked(s) }

func (a Activity) isMentionOfBot(e Entity) bool {
	return e.Type == "mention" && e.Mentioned.ID != "" && e.Mentioned.ID == a.Recipient.ID
}

// html is the message as clients show it, where they sent it along.
func (a Activity) html() string {
	for _, t := range a.Attachments {
		var content string
		if t.ContentType == "text/html" && json.Unmarshal(t.Content, &content) == nil {
			return content
		}
	}
	return ""
}

var (
	quotedElement = regexp.MustCompile(`(?is)<quoted\b[^>]*/>|<quoted\b[^>]*>.*?</quoted>|<quoted\b[^>]*>|<attachment\b[^>]*/>|<attachment\b[^>]*>\s*</attachment>`)
	escapedQuote  = regexp.MustCompile(`(?is)^\s*&lt;quoted\b.*?/&gt;`)
	innerQuote    = regexp.MustCompile(`(?is)<blockquote\b[^>]*>(?:[^<]|<[^b/]|</[^b]|<b[^l]|</b[^l])*</blockquote>`)
	blockquote    = regexp.MustCompile(`(?is)^\s*(?:<(?:div|p)\b[^>]*>\s*)*<blockquote\b[^>]*>(.*?)</blockquote>`)
	anyTag        = regexp.MustCompile(`<[^<>]*>`)
)

// withoutQuote takes out the message that a reply quotes. Clients write it as an
// element <quoted messageId="…"/>, <attachment id="…"> or <blockquote>, which may have
// another one in it, as lines that begin with ">", or as its bare words, of which then
// only the HTML tells that they are quoted.
// Sources: issues of Microsoft's SDKs; "Agent conversations: reply with quote".
func withoutQuote(text, content string) string {
	if !strings.ContainsAny(text, "<&") && !strings.Contains(content, "<") {
		return withoutQuotedLines(text)
	}
	text = quotedElement.ReplaceAllString(escapedQuote.ReplaceAllString(text, ""), "\n")
	for innerQuote.MatchString(text) {
		text = innerQuote.ReplaceAllString(text, "\n")
	}
	if m := blockquote.FindStringSubmatch(content); m != nil {
		quoted := anyTag.ReplaceAllString(m[1], " ")
		for _, words := range []string{quoted, unmarked(quoted)} {
			if rest, ok := cutWords(text, words); ok {
				text = rest
				break
			}
		}
	}
	return withoutQuotedLines(text)
}

// withoutQuotedLines takes out the lines before a reply that are empty or begin with ">".
func withoutQuotedLines(text string) string {
	lines := strings.Split(text, "\n")
	for len(lines) > 1 && (strings.TrimSpace(lines[0]) == "" || strings.HasPrefix(strings.TrimSpace(lines[0]), ">")) {
		lines = lines[1:]
	}
	return strings.Join(lines, "\n")
}

// cutWords takes words off the beginning of a text, whatever blanks it has between them.
func cutWords(text, words string) (rest string, ok bool) {
	rest = text
	for word := range strings.FieldsSeq(words) {
		rest = strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '>' })
		if rest, ok = strings.CutPrefix(rest, word); !ok {
			return text, false
		}
	}
	return rest, ok
}

var atElement = regexp.MustCompile(`(?is)<at\b[^>]*>(.*?)</at>`)

// withoutMentions takes out the mentions of this bot, each as often as it stands
// there: by the literal text of their entities, since the visible name may have been
// shortened and a name of several words may come as several mentions, and as <at>
// elements with its name, since some clients send an entity without a text or one
// entity for two mentions. A person's mention of the same name stays. Source:
// "Receive messages in Teams bots", section on mentions.
func (a Activity) withoutMentions(text string) string {
	others := map[string]bool{}
	for _, e := range a.Entities {
		if e.Type == "mention" && !a.isMentionOfBot(e) {
			others[e.Text] = true
		}
	}
	for _, e := range a.Entities {
		if a.isMentionOfBot(e) && e.Text != "" {
			text = strings.ReplaceAll(text, e.Text, " ")
		}
	}
	if !strings.Contains(text, "<") {
		return text
	}
	return atElement.ReplaceAllStringFunc(text, func(element string) string {
		name := atElement.FindStringSubmatch(element)[1]
		if others[element] || !a.isNameOfBot(name) {
			return element
		}
		return " "
	})
}

// isNameOfBot reports whether the bot goes by the name in this message.
func (a Activity) isNameOfBot(name string) bool {
	name = oneLine(unmarked(name))
	if name == "" {
		return false
	}
	for _, e := range a.Entities {
		if a.isMentionOfBot(e) && strings.EqualFold(e.Mentioned.Name, name) {
			return true
		}
	}
	return strings.EqualFold(a.Recipient.Name, name)
}

// withoutName takes the bot's name off the beginning, as people type it by hand:
// "@okrbot status", "okrbot, status". In 1:1 no client makes a mention of it.
func (a Activity) withoutName(text string) string {
	trimmed := strings.TrimSpace(text)
	at, _ := strings.CutPrefix(trimmed, "@")
	name := a.Recipient.Name
	if name == "" || len(at) < len(name) || !strings.EqualFold(at[:len(name)], name) {
		return text
	}
	rest := at[len(name):]
	if r, _ := utf8.DecodeRuneInString(rest); rest != "" && !unicode.IsSpace(r) && r != ',' && r != ':' {
		return text // another name that begins so
	}
	return strings.TrimLeft(rest, ",: \t")
}

var entity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// unmarked decodes the entities that Teams writes for signs ("&amp;", "&nbsp;") and
// takes out what cannot be seen: soft hyphens, marks of direction, and the characters
// without width that editors leave around mentions and at breaks. The joiners stay
// between letters of scripts and emoji that need them.
func unmarked(text string) string {
	if strings.Contains(text, "&") {
		text = entity.ReplaceAllStringFunc(text, html.UnescapeString)
	}
	runes := []rune(text)
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		isJoiner := r == '\u200c' || r == '\u200d'
		isPlain := func(j int) bool { return j < 0 || j >= len(runes) || runes[j] < unicode.MaxASCII }
		switch {
		case isJoiner && !isPlain(i-1) && !isPlain(i+1):
		case r < 0xe0000 && unicode.Is(unicode.Cf, r):
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

// signatureLine is a line with which a signature begins: a rule, a closing formula or
// what phones and mail add.
var signatureLine = regexp.MustCompile(`(?i)^(?:-{2,}|_{3,}|—+|(?:(?:best|kind|warm|many) )*(?:regards|wishes|thanks)|thanks(?: a lot)?|thank you|thx|cheers|br|mfg|(?:sent|get) (?:from|outlook)\b.*|(?:mit )?(?:freundlichen|viele|besten) grüßen?)[\s,.!]*$`)

// withoutSignature ends the text before a signature. The first line with words is what
// was said, whatever it looks like.
func withoutSignature(text string) []string {
	var kept []string
	for line := range strings.Lines(text) {
		line = oneLine(line)
		if len(kept) > 0 && signatureLine.MatchString(line) {
			break
		}
		if line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
