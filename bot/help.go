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
			{Name: "help", Aliases: []string{"?", "commands", "menu"}, Sentences: helpSentences(), Arg: "[command]", What: "What I can do for you, or how one command works", Examples: []string{"help", "help digest"}, Verb: cards.VerbHelp, Run: b.helpOn},
			{Name: "cancel", Aliases: []string{"never mind", "nevermind", "abort"}, What: "Close the form that you have open here without saving", Examples: []string{"cancel"}, Run: b.cancel, Own: chat.Always},
		},
		Otherwise: b.smallTalk,
		Presses:   map[string]chat.PressHandler{cards.VerbHelp: b.pressHelp, cards.VerbShare: chat.Share(b.chat)},
		Steps: []chat.NextStep{
			{Kind: okr.StepHelp, Command: "help", Says: "To see what you can do now, send: %s.", Title: "Show help", Verb: cards.VerbHelp},
		},
	}
}

// pressHelp lists all commands, explains one, or says what can be done now.
func (b *Bot) pressHelp(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if p.Data[cards.KeyScope] == "all" {
		t.Helped = true
		return chat.Say(b.help.commands()), nil
	}
	return b.helpOn(ctx, t, p.Data[cards.KeyCommand])
}

// helpOn explains the command that is named, else what can be done now.
func (b *Bot) helpOn(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	t.Helped = true
	c, ok := b.chat.Find(arg)
	if !ok {
		return chat.Say(b.help.card(b.audience(ctx, t))), nil
	}
	return chat.Say(cards.CommandHelp(cards.CommandDetail{
		Command: c.Card(), Who: whoWords(c.Who), Others: c.Aliases, Examples: c.Examples,
	})), nil
}

func whoWords(w chat.Who) string {
	switch w {
	case chat.Members:
		return "Members of the organization"
	case chat.Editors:
		return "The goal's owners and editors, and admins"
	case chat.Owners:
		return "The connection's owner, and admins"
	case chat.Admins:
		return "Admins"
	default:
		return "Everyone, including guests"
	}
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
		r, err := b.helpOn(ctx, t, "")
		return r, true, err
	case chat.IsThanks(text):
		return chat.Say(cards.Done("You're welcome", "Send help to see what else I can do.", nil)), true, nil
	}
	return chat.Reply{}, false, nil
}

// cancel ends the form that the person has open here.
func (b *Bot) cancel(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if arg != "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Cancel closes the form that you have open here. To close it, send only: cancel")
	}
	ended, err := chat.Cancel(ctx, b.chat, t)
	if err != nil {
		return chat.Reply{}, err
	}
	if !ended {
		return chat.Say(cards.Done("Nothing to cancel", "You have no open form here. Nothing changed.", nil)), nil
	}
	return chat.Say(cards.Done("Canceled", "Your form is closed. Nothing was saved.", nil)), nil
}
