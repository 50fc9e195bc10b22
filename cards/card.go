package cards

import (
	"bytes"
	"encoding/json"
	"time"
)

// MaxBytes is the size in bytes of UTF-8 that no card exceeds. Teams refuses
// messages of about 28 KB by its documentation ("Format your bot messages").
const MaxBytes = 25_000

// PageSize is how many rows a list shows at most.
const PageSize = 15

const (
	schemaURL   = "http://adaptivecards.io/schemas/adaptive-card.json"
	cardVersion = "1.5"
	maxVisible  = 6 // actions that Teams shows; the others stand in its overflow menu
)

// The content types of attachments, as Teams documents them ("Types of cards").
const (
	ContentTypeCard   = "application/vnd.microsoft.card.adaptive"
	ContentTypeOAuth  = "application/vnd.microsoft.card.oauth"
	ContentTypeSignIn = "application/vnd.microsoft.card.signin"
)

// Place is where a card is shown: times are written in its zone, and what it shows
// has addresses in the tenant of the place.
type Place struct {
	Zone  *time.Location
	Now   time.Time
	Links Links
}

// Card is an Adaptive Card. Its JSON is the content of an attachment of
// [ContentTypeCard].
type Card struct {
	// Summary is what a notification shows and a screen reader says: one line of
	// plain text.
	Summary string

	body    []element
	actions []action
}

// Attachment is a card with its content type, as a message carries it.
type Attachment struct {
	ContentType string `json:"contentType"`
	Content     any    `json:"content"`
}

type cardJSON struct {
	Type         string     `json:"type"`
	Schema       string     `json:"$schema"`
	Version      string     `json:"version"`
	MSTeams      widthJSON  `json:"msteams"`
	FallbackText string     `json:"fallbackText"`
	Speak        string     `json:"speak"`
	Body         []element  `json:"body"`
	Actions      actionList `json:"actions,omitempty"`
}

type widthJSON struct {
	Width string `json:"width"`
}

// MarshalJSON writes the card in the form of the Adaptive Cards schema 1.5.
func (c Card) MarshalJSON() ([]byte, error) {
	return marshal(cardJSON{
		Type: "AdaptiveCard", Schema: schemaURL, Version: cardVersion, MSTeams: widthJSON{Width: "Full"},
		FallbackText: c.Summary, Speak: c.Summary, Body: c.body, Actions: c.actions,
	})
}

// marshal writes <, > and & as they are: the six bytes of their escapes would
// count against the size.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buf.Bytes()), nil
}

// newCard makes a card; the summary is cut and made one line.
func newCard(summary string, body []element, actions ...action) Card {
	return Card{Summary: Plain(summary, maxSummary), body: body, actions: actions}
}

// sizeOf gives the bytes of elements in the card. encoding/json writes <, >
// and & longer when somebody else marshals the card, so the longer form counts.
func sizeOf(elements ...element) int {
	size := 0
	for _, e := range elements {
		size += jsonSize(e)
	}
	return size
}

func jsonSize(v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		return MaxBytes
	}
	return len(b) + 1
}
