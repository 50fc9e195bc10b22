// Package compose is what other messages show of OKRs: the search of the message
// extension, and the cards that addresses in messages unfold into, with the page that
// an address opens in a browser.
package compose

import (
	"okrbot/bot/chat"
	"okrbot/cards"
)

// Parts is what the subject needs of others.
type Parts struct {
	Access  accessor
	Connect connector
	Plan    planner
	Measure measurer
}

// Subject is the search of the message extension, and addresses.
type Subject struct {
	chat    *chat.Chat
	access  accessor
	connect connector
	plan    planner
	measure measurer
	options Options
}

// New makes the subject.
func New(c *chat.Chat, p Parts, o Options) *Subject {
	return &Subject{chat: c, access: p.Access, connect: p.Connect, plan: p.Plan, measure: p.Measure, options: o}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{
		Title:     "Addresses",
		Presses:   map[string]chat.PressHandler{cards.VerbAddress: s.pressAddress},
		Otherwise: s.pasted,
	}
}
