package bot

import "okrbot/cards"

// HelpCard is what help answers to an audience.
func (b *Bot) HelpCard(a cards.Audience) cards.Card { return b.help.card(a) }

// CommandsCard lists all commands.
func (b *Bot) CommandsCard() cards.Card { return b.help.commands() }
