package bot

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// register is the bot's own subject: help.
func (b *Bot) register() chat.Subject {
	return chat.Subject{
		Title: "Help",
		Commands: []chat.Command{
			{Name: "help", Aliases: []string{"hi", "hello", "?"}, Arg: "[command]", What: "What okrbot can do, or all about one command", Examples: []string{"help", "help digest"}, Verb: cards.VerbHelp, Run: b.helpOn},
		},
		Presses: map[string]chat.PressHandler{cards.VerbHelp: chat.Pressed(b.help)},
		Steps: []chat.NextStep{
			{Kind: okr.StepHelp, Command: "help", Says: "To see what can be done now, send: %s.", Title: "Help", Verb: cards.VerbHelp},
		},
	}
}

func (b *Bot) help(context.Context, *chat.Turn, string) (chat.Reply, error) {
	var sections []cards.HelpSection
	for _, s := range b.chat.Subjects() {
		if len(s.Commands) == 0 {
			continue
		}
		section := cards.HelpSection{Title: s.Title}
		for _, c := range s.Commands {
			section.Commands = append(section.Commands, c.Card())
		}
		sections = append(sections, section)
	}
	return chat.Say(cards.Help(sections)), nil
}
