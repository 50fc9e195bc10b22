package cards

import (
	"maps"
	"slices"
)

// VerbShare posts for everybody what only one person has seen; KeyView is the verb of
// what is shown, whose data the button has, too.
const (
	VerbShare = "share"
	KeyView   = "view"
)

// WithShare is a card that only one person sees, with a button that shows others the
// same. It is among those that Teams shows without its overflow menu.
func WithShare(c Card, view string, data map[string]string) Card {
	shared := maps.Clone(data)
	if shared == nil {
		shared = map[string]string{}
	}
	shared[KeyView] = view
	share := runData("Share with everyone", VerbShare, shared).bare()
	return newCard(c.Summary, c.body, slices.Insert(slices.Clone(c.actions), min(len(c.actions), maxVisible-1), share)...)
}

// SharedBy is a card that a person shows to everybody.
func SharedBy(c Card, name string) Card {
	return c.under(mdf("Shared by %s", name))
}

// SharedHere is a card that its reader has shared.
func SharedHere(c Card) Card { return c.under("Shared with everyone here.") }

// under puts a quiet line above what the card says.
func (c Card) under(line md) Card {
	return newCard(c.Summary, append([]element{note(line)}, c.body...), c.actions...)
}

// AnsweredElsewhere says to somebody in a shared place that the answer is in their own
// chat, be it a sign-in or something to read.
func AnsweredElsewhere(isSignIn bool) Card {
	const title = "Continue in our private chat"
	words := "I've answered there, because others can read this conversation."
	if isSignIn {
		words = "I've sent you a message there, because others can read this conversation. Open it and select **Sign in**."
	}
	return newCard(title, []element{heading(title), text(md(words))})
}
