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
			{Name: "help", Aliases: []string{"?", "commands", "menu"}, Sentences: helpSentences(), Arg: "[command]", What: "What okrbot can do, or all about one command", Examples: []string{"help", "help digest"}, Verb: cards.VerbHelp, Run: b.helpOn},
			{Name: "cancel", Aliases: []string{"never mind", "nevermind", "abort"}, What: "End the form that you have open here, unsaved", Examples: []string{"cancel"}, Run: b.cancel, Own: chat.Always},
		},
		Otherwise: b.smallTalk,
		Presses:   map[string]chat.PressHandler{cards.VerbHelp: chat.Pressed(b.help), cards.VerbShare: chat.Share(b.chat)},
		Steps: []chat.NextStep{
			{Kind: okr.StepHelp, Command: "help", Says: "To see what can be done now, send: %s.", Title: "Help", Verb: cards.VerbHelp},
		},
	}
}

func (b *Bot) help(context.Context, *chat.Turn, string) (chat.Reply, error) {
	return chat.Say(b.helpCard()), nil
}

// newHelpCard lists what the subjects have registered.
func (b *Bot) newHelpCard() cards.Card {
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
	return cards.Help(sections)
}

func helpSentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "(?:what|which things) can (?:you|okrbot|i) (?:do|ask|say)(?: here| for me)?", Arg: ""},
		{Says: "(?:who|what) are you", Arg: ""},
		{Says: "how (?:do i|does|do you|can i) (?:use )?(?:this|it|you|okrbot)(?: work)?", Arg: ""},
	}
}

// smallTalk answers a greeting with what can be done here, and thanks with a word.
func (b *Bot) smallTalk(ctx context.Context, t *chat.Turn, text string) (chat.Reply, bool, error) {
	switch {
	case chat.IsGreeting(text):
		r, err := b.help(ctx, t, "")
		return r, true, err
	case chat.IsThanks(text):
		return chat.Say(cards.Done("You're welcome", "Send help to see what else I can do.", nil)), true, nil
	}
	return chat.Reply{}, false, nil
}

// cancel ends the form that the person has open here.
func (b *Bot) cancel(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if arg != "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Cancel ends the form that you have open here. To end it, send only: cancel")
	}
	ended, err := chat.Cancel(ctx, b.chat, t)
	if err != nil {
		return chat.Reply{}, err
	}
	if !ended {
		return chat.Say(cards.Done("Nothing to cancel", "You have no open form here. Nothing was changed.", nil)), nil
	}
	return chat.Say(cards.Done("Cancelled", "Your form is closed. Nothing of it was saved.", nil)), nil
}
