package bot

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
)

// helpOn explains the command that is named, else what there is.
func (b *Bot) helpOn(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	c, ok := b.chat.Find(arg)
	if !ok {
		return b.help(ctx, t, arg)
	}
	return chat.Say(cards.CommandHelp(cards.CommandDetail{
		Command: c.Card(), Who: whoWords(c.Who), Others: c.Aliases, Examples: c.Examples,
	})), nil
}

func whoWords(w chat.Who) string {
	switch w {
	case chat.Members:
		return "Members of the organization, not guests"
	case chat.Editors:
		return "The owners and editors of the goal, and admins"
	case chat.Owners:
		return "The owner of the connection, and admins"
	case chat.Admins:
		return "Admins"
	default:
		return "Everyone, guests too"
	}
}
