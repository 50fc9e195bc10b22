package teams

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// ContentTypeCard is the content type of an Adaptive Card attachment.
const ContentTypeCard = "application/vnd.microsoft.card.adaptive"

// Ref is a conversation reference: what is needed to post to a place later.
// Keep the newest one, because the service URL of a place may change.
type Ref struct {
	// ServiceURL is the connector's base for the place.
	ServiceURL string `json:"serviceUrl"`
	// ConversationID is the place; with ";messageid=" a thread of a channel.
	ConversationID string `json:"conversationId"`
	// TenantID is the Microsoft Entra tenant of the place.
	TenantID string `json:"tenantId,omitempty"`
	// BotID is the bot's account there ("28:…"). Empty: made of the app id.
	BotID string `json:"botId,omitempty"`
	// ActivityID is the message that Reply answers, Update replaces and
	// Delete removes.
	ActivityID string `json:"activityId,omitempty"`
	// Only is who alone sees the message; the zero value: everybody in the place. Teams
	// takes it for members of group chats, channels and meetings, and shows such a
	// message for 24 hours. Source: "Send and receive targeted messages in group
	// conversations".
	Only Reader `json:"only,omitzero"`
}

// Reader is the person for whom a targeted message is.
type Reader struct {
	ID       string `json:"id"`                 // in Teams ("29:…")
	ObjectID string `json:"objectId,omitempty"` // in Microsoft Entra
}

// Root is the place itself instead of a thread in it and without a message; a
// message sent there starts a new thread in a channel.
func (r Ref) Root() Ref {
	r.ConversationID, r.ActivityID = baseConversationID(r.ConversationID), ""
	return r
}

// WithActivity is r for the message id.
func (r Ref) WithActivity(id string) Ref {
	r.ActivityID = id
	return r
}

// Message is what the bot posts: a text, or a card with a summary. Never both:
// Teams splits such a message in two and returns no id.
type Message struct {
	// Text is Markdown.
	Text string
	// Card is the content of the one attachment; it is marshalled as JSON
	// (json.RawMessage as it is).
	Card any
	// ContentType is the type of Card. Empty: ContentTypeCard.
	ContentType string
	// Name and ContentURL are those of a file that Card is about.
	Name, ContentURL string
	// Summary is the line in notifications and the activity feed, required
	// with a card: without it they say "sent a card".
	Summary string
}

// wireMessage is the activity of an outbound message. Source: "Bot Framework
// Activity schema".
type wireMessage struct {
	Type         string         `json:"type"`
	Recipient    *wireRecipient `json:"recipient,omitempty"`
	From         wireID         `json:"from,omitzero"`
	Conversation wireID         `json:"conversation,omitzero"`
	ReplyToID    string         `json:"replyToId,omitempty"`
	TextFormat   string         `json:"textFormat,omitempty"`
	Text         string         `json:"text,omitempty"`
	Summary      string         `json:"summary,omitempty"`
	content      wireContent
}

// wireContent is the one attachment of a message, which is written behind the rest:
// a card that knows its own JSON is copied, and not looked through again by
// encoding/json.
type wireContent struct {
	Type string `json:"contentType"`
	URL  string `json:"contentUrl,omitempty"`
	Name string `json:"name,omitempty"`
	Card any    `json:"-"` // nil: none
}

// encode gives the activity as JSON.
func (w wireMessage) encode() ([]byte, error) {
	head, err := json.Marshal(w)
	if err != nil || w.content.Card == nil {
		return head, err
	}
	about, err := json.Marshal(w.content)
	if err != nil {
		return nil, err
	}
	card, err := jsonOf(w.content.Card)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{head[:len(head)-1], []byte(`,"attachments":[`), about[:len(about)-1], []byte(`,"content":`), card, []byte(`}]}`)}, nil), nil
}

// jsonOf is the JSON of a value; of one that knows it, such as a card, as it gives it.
func jsonOf(v any) ([]byte, error) {
	if m, ok := v.(json.Marshaler); ok {
		return m.MarshalJSON()
	}
	return json.Marshal(v)
}

type wireID struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// wireRecipient is the recipient of a targeted message.
type wireRecipient struct {
	ID         string `json:"id"`
	IsTargeted bool   `json:"isTargeted"`
}

// validate fails with ErrMessage when m breaks the rules of Message.
func (m Message) validate() error {
	switch {
	case m.Card != nil && m.Text != "":
		return fmt.Errorf("%w: text beside a card", ErrMessage)
	case m.Card != nil && m.Summary == "":
		return fmt.Errorf("%w: card without a summary", ErrMessage)
	case m.Card == nil && m.Text == "":
		return fmt.Errorf("%w: empty", ErrMessage)
	default:
		return nil
	}
}

// wire is the activity that posts m to ref.
func (m Message) wire(ref Ref) wireMessage {
	w := wireMessage{
		Type: TypeMessage, From: wireID{ID: ref.BotID}, Conversation: wireID{ID: ref.ConversationID},
		Text: m.Text, Summary: m.Summary,
	}
	if m.Text != "" {
		w.TextFormat = "markdown"
	}
	if m.Card != nil {
		contentType := m.ContentType
		if contentType == "" {
			contentType = ContentTypeCard
		}
		card := m.Card
		if ref.Only.ID != "" && contentType == ContentTypeCard {
			card = targetedCard(card)
		}
		w.content = wireContent{contentType, m.ContentURL, m.Name, card}
	}
	return w
}

// KeyTargeted stands in the data of every button of a targeted message, because Teams
// does not say of a press what sort of message the card is in. It gives no right: it
// only keeps what answers the press from everybody else.
const KeyTargeted = "only"

// targetedCard is a card whose buttons say that they are those of a targeted message. A
// card that is no JSON object stays as it is.
func targetedCard(card any) any {
	raw, err := json.Marshal(card)
	if err != nil {
		return card
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var whole map[string]any
	if dec.Decode(&whole) != nil {
		return card
	}
	markActions(whole)
	return whole
}

// markActions marks the actions of a card at any depth that send something to the bot.
func markActions(v any) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			markActions(each)
		}
	case map[string]any:
		if kind := v["type"]; kind == "Action.Execute" || kind == "Action.Submit" {
			data, _ := v["data"].(map[string]any)
			if data == nil {
				data = map[string]any{}
			}
			data[KeyTargeted] = "1"
			v["data"] = data
		}
		for _, each := range v {
			markActions(each)
		}
	}
}
