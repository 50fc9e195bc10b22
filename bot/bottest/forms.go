package bottest

import (
	"context"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

// textForm makes what a person said into what some clients send.
type textForm func(c *Cloud, activity map[string]any, words string)

// textForms are the forms in which real clients send a text, beside the plain one of
// Say. Sources: issues of Microsoft's SDKs, and "Receive messages in Teams bots".
func textForms() map[string]textForm {
	return map[string]textForm{
		// a reply to a message, in chats
		"quoting": func(_ *Cloud, a map[string]any, _ string) {
			a["text"] = `<quoted messageId="1795415329332"/> ` + text(a, "text")
		},
		// a reply whose quote only the HTML tells apart
		"quoting-words": func(_ *Cloud, a map[string]any, words string) {
			a["text"] = "Megan Bowen\r\nKR1 is late\r\n\r\n" + text(a, "text")
			setHTML(a, `<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="1795415329332"><strong>Megan Bowen</strong><p itemprop="preview">KR1 is late</p></blockquote><p>`+words+"</p>")
		},
		// a reply by mail clients and bridges
		"quoting-lines": func(_ *Cloud, a map[string]any, _ string) {
			a["text"] = "> Megan Bowen:\n> KR1 is late\n\n" + text(a, "text")
		},
		// the bot is mentioned twice, by one entity
		"mentioned-twice": func(c *Cloud, a map[string]any, words string) {
			c.mention(a, "<at>"+BotName+"</at> <at>"+BotName+"</at> "+words, "<at>"+BotName+"</at>")
		},
		// an entity without a text
		"mentioned-bare": func(c *Cloud, a map[string]any, words string) {
			c.mention(a, "<at>"+BotName+"</at>&nbsp;"+words, "")
		},
		// the bot's name typed by hand, as in a 1:1 chat
		"named": func(_ *Cloud, a map[string]any, words string) { a["text"] = "@" + BotName + " " + words },
		// soft hyphens and marks without width, as pasted from pages
		"soft": func(_ *Cloud, a map[string]any, words string) {
			var b strings.Builder
			for i, r := range words {
				if i > 0 && i%3 == 0 {
					b.WriteString("\u00ad\u200b")
				}
				b.WriteRune(r)
			}
			a["text"] = strings.Replace(text(a, "text"), words, "\u200e"+b.String()+"\u2060", 1)
		},
		// signs as entities
		"escaped": func(_ *Cloud, a map[string]any, words string) {
			escaped := strings.ReplaceAll(html.EscapeString(words), " ", "&nbsp;")
			a["text"] = strings.Replace(text(a, "text"), words, escaped, 1)
		},
		// a signature below
		"signed": func(_ *Cloud, a map[string]any, _ string) {
			a["text"] = text(a, "text") + "\r\n\r\nBest regards,\r\nAlex\r\n-- \r\nContoso"
		},
	}
}

// TextForms are the names of the forms that SayAs knows.
func TextForms() []string { return slices.Sorted(maps.Keys(textForms())) }

// SayAs is Say with the text in one of TextForms.
func (c *Cloud) SayAs(ctx context.Context, chat Chat, u User, form, words string) (Delivery, error) {
	change, ok := textForms()[form]
	if !ok {
		return Delivery{}, fmt.Errorf("bottest: no client writes a text %q", form)
	}
	activity, err := c.text(chat, u, words)
	if err != nil {
		return Delivery{}, err
	}
	change(c, activity, words)
	return c.turn(ctx, activity)
}

// mention sets a text with one entity for the bot.
func (c *Cloud) mention(activity map[string]any, words, entity string) {
	activity["text"] = words
	mention := map[string]any{"type": "mention", "mentioned": map[string]any{"id": c.BotID(), "name": BotName}}
	if entity != "" {
		mention["text"] = entity
	}
	entities, _ := activity["entities"].([]any)
	activity["entities"] = []any{mention, entities[len(entities)-1]} // the last one is about the client
}

func setHTML(activity map[string]any, content string) {
	activity["attachments"] = []any{map[string]any{"contentType": "text/html", "content": content}}
}
