package cards

import "time"

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

	ContentTypeFileConsent = "application/vnd.microsoft.teams.card.file.consent"
	ContentTypeFileInfo    = "application/vnd.microsoft.teams.card.file.info"
)

// Place is where a card is shown: times are written in its zone, numbers and dates in its
// locale, and what it shows has addresses in the tenant of the place.
type Place struct {
	Zone      *time.Location
	NamesZone bool // times name the zone, because it is perhaps not the reader's
	Locale    Locale
	Now       time.Time
	Links     Links
}

// Card is an Adaptive Card. Its JSON is the content of an attachment of
// [ContentTypeCard].
type Card struct {
	// Summary is what a notification shows and a screen reader says: one line of
	// plain text.
	Summary string

	raw     []byte // its JSON, made once; nil: of a card of nothing
	body    []element
	actions []action
}

// Attachment is a card with its content type, as a message carries it.
type Attachment struct {
	ContentType string `json:"contentType"`
	ContentURL  string `json:"contentUrl,omitempty"` // of a file
	Name        string `json:"name,omitempty"`       // of a file
	Content     any    `json:"content"`
}

// MarshalJSON gives the card in the form of the Adaptive Cards schema 1.5. Nobody may
// change what it gives.
func (c Card) MarshalJSON() ([]byte, error) {
	if c.raw == nil {
		return newCard(c.Summary, nil).raw, nil
	}
	return c.raw, nil
}

// size is the bytes of the card.
func (c Card) size() int { return jsonSize(c.raw) }

// newCard makes a card; the summary is cut and made one line.
func newCard(summary string, body []element, actions ...action) Card {
	c := Card{Summary: Plain(summary, maxSummary), body: body, actions: actions}
	size := 8192
	for _, e := range body {
		if raw, is := e.(encoded); is {
			size += len(raw)
		}
	}
	o := begin(make([]byte, 0, size))
	o.text("type", "AdaptiveCard")
	o.text("$schema", schemaURL)
	o.text("version", cardVersion)
	o.key("msteams")
	o.b = append(o.b, `{"width":"Full"}`...)
	o.text("fallbackText", c.Summary)
	o.text("speak", c.Summary)
	o.elements("body", body)
	o.someActions(actions)
	c.raw = o.end()
	return c
}
