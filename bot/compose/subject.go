// Package compose is the message extension: finding OKRs from the message box of a
// chat, to put them into a message.
package compose

import "okrbot/bot/chat"

// Subject is the search of the message extension.
type Subject struct {
	chat *chat.Chat
	plan planner
}

// New makes the subject.
func New(c *chat.Chat, plan planner) *Subject {
	return &Subject{chat: c, plan: plan}
}
