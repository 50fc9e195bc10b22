package bot

import (
	"slices"
	"sync"

	"okrbot/bot/chat"
	"okrbot/cards"
)

// helpCards are the cards of help: of one audience the same piece of memory each time.
type helpCards struct {
	about    cards.About
	subjects func() []chat.Subject
	all      func() cards.Card

	mu    sync.Mutex
	cards map[cards.Audience]cards.Card
}

// maxAudiences bounds how many are remembered; beyond it the cards are made anew.
const maxAudiences = 500

func newHelpCards(about cards.About, subjects func() []chat.Subject) *helpCards {
	h := &helpCards{about: about, subjects: subjects, cards: map[cards.Audience]cards.Card{}}
	h.all = sync.OnceValue(h.newCommands)
	return h
}

// commands lists all commands.
func (h *helpCards) commands() cards.Card { return h.all() }

// card is help for an audience.
func (h *helpCards) card(a cards.Audience) cards.Card {
	h.mu.Lock()
	defer h.mu.Unlock()
	card, ok := h.cards[a]
	if !ok {
		if len(h.cards) >= maxAudiences {
			clear(h.cards)
		}
		card = cards.Help(a, h.about, h.commonest(a))
		h.cards[a] = card
	}
	return card
}

// newCommands lists what the subjects have registered.
func (h *helpCards) newCommands() cards.Card {
	var sections []cards.HelpSection
	for _, s := range h.subjects() {
		if len(s.Commands) == 0 {
			continue
		}
		section := cards.HelpSection{Title: s.Title}
		for _, c := range s.Commands {
			section.Commands = append(section.Commands, c.Card())
		}
		sections = append(sections, section)
	}
	return cards.AllCommands(sections)
}

// commonest are the six commands that an audience most likely wants.
func (h *helpCards) commonest(a cards.Audience) []cards.Command {
	names := []string{"okrs", "okr", "check-in", "new objective", "bind", "digest"}
	switch {
	case a.Shared:
		names = []string{"okrs", "okr", "status", "why", "check-in", "digest"}
	case a.Guest:
		names = []string{"okrs", "okr", "status", "why", "history", "connections"}
	case !a.Enabled:
		names = []string{"okrs", "okr", "check-in", "new objective", "new kr", "status"}
	}
	out := make([]cards.Command, len(names))
	for _, s := range h.subjects() {
		for _, c := range s.Commands {
			if i := slices.Index(names, c.Name); i >= 0 {
				out[i] = c.Card()
			}
		}
	}
	return slices.DeleteFunc(out, func(c cards.Command) bool { return c.Usage == "" })
}
