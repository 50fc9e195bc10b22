// Package teams is the wire between okrbot and Microsoft Teams; it knows no
// OKR. It checks who sends an activity ([Validator]), hands it to a [Handler]
// and answers ([Server]), and speaks to the connector ([Connector]) with the
// bot's own token ([TokenSource]).
//
// Identity comes from the verified activity only, never from what a card
// carries.
package teams
