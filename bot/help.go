package bot

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
)

// register is the bot's own subject: help.
func (b *Bot) register() chat.Subject {
	return chat.Subject{
		Title: "Help",
		Commands: []chat.Command{
			{Name: "help", Aliases: []string{"hi", "hello", "?"}, What: "What okrbot can do", Examples: []string{"help"}, Verb: cards.VerbHelp, Run: b.help},
		},
		Presses: map[string]chat.PressHandler{cards.VerbHelp: chat.Pressed(b.help)},
	}
}

func (b *Bot) help(context.Context, *chat.Turn, string) (chat.Reply, error) {
	var sections []cards.HelpSection
	for _, s := range b.chat.Subjects() {
		section := cards.HelpSection{Title: s.Title}
		for _, c := range s.Commands {
			section.Commands = append(section.Commands, c.Card())
		}
		sections = append(sections, section)
	}
	return chat.Say(cards.Help(sections)), nil
}
