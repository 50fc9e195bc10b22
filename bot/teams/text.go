package teams

import (
	"strings"
)

// Blanks turns what Teams writes for a blank into one: the entity and the
// invisible characters that its editor leaves around mentions.
func Blanks(s string) string {
	return strings.NewReplacer("&nbsp;", " ", "\u200b", " ", "\ufeff", " ").Replace(s)
}

// BotMentionStripped is the text of a message without the mentions of this bot,
// trimmed, with white space collapsed. Only mentions whose id is the
// recipient's are taken out, by their literal text: the visible name may have
// been shortened, and a name of several words may come as several mentions.
// Source: "Receive messages in Teams bots", section on mentions.
func (a Activity) BotMentionStripped() string {
	text := a.Text
	for _, e := range a.Entities {
		if e.Type != "mention" || e.Text == "" || e.Mentioned.ID == "" || e.Mentioned.ID != a.Recipient.ID {
			continue
		}
		text = strings.Replace(text, e.Text, " ", 1)
	}
	return strings.Join(strings.Fields(Blanks(text)), " ")
}
