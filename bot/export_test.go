package bot

import "okrbot/cards"

// HelpCard is what help answers.
func (b *Bot) HelpCard() cards.Card { return b.helpCard() }
