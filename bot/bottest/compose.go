package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// ContentThumbnail is the content type of a preview in a list of results.
const ContentThumbnail = "application/vnd.microsoft.card.thumbnail"

// composeCount is how many results a client asks for at a time ("Respond to search
// command").
const composeCount = 25

// Composed is the answer to a search of the message extension.
type Composed struct {
	Delivery
	// Type is "result" or "message".
	Type string
	// Text is that of a message.
	Text string
	// Items are the results as a list shows them.
	Items []ComposeItem
}

// ComposeItem is one result: the words of its line and the card that goes into the
// message.
type ComposeItem struct {
	Title, Text string
	Card        map[string]any
}

// Compose searches with the message extension while the person writes a message in
// the chat; whether the bot is in that chat does not matter. No text is what a client
// sends when the list opens (initialRun); skip is what it has already.
func (c *Cloud) Compose(ctx context.Context, chat Chat, u User, command, words string, skip int) (Composed, error) {
	if err := known(chat, u); err != nil {
		return Composed{}, err
	}
	parameter := map[string]any{"name": "text", "value": words}
	if words == "" {
		parameter = map[string]any{"name": "initialRun", "value": "true"}
	}
	value := map[string]any{
		"commandId": command, "parameters": []any{parameter},
		"queryOptions": map[string]any{"skip": skip, "count": composeCount},
	}
	d, err := c.Deliver(ctx, c.invoke(chat, u, "composeExtension/query", value), DeliverOptions{})
	out := Composed{Delivery: d}
	if err == nil {
		err = out.read()
	}
	return out, err
}

// read takes the answer apart and insists on what a client needs.
func (r *Composed) read() error {
	if r.Status != http.StatusOK {
		return fmt.Errorf("bottest: the bot answered the search with HTTP %d", r.Status)
	}
	var body struct {
		Extension struct {
			Type, AttachmentLayout, Text string
			Attachments                  []struct {
				ContentType string
				Content     map[string]any
				Preview     struct {
					ContentType string
					Content     struct{ Title, Text string }
				}
			}
		} `json:"composeExtension"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return fmt.Errorf("bottest: answer of the search: %w", err)
	}
	e := body.Extension
	r.Type, r.Text = e.Type, e.Text
	switch {
	case e.Type == "message" && e.Text != "":
		return nil
	case e.Type != "result" || e.AttachmentLayout != "list":
		return fmt.Errorf("bottest: a search was answered by type %q, layout %q", e.Type, e.AttachmentLayout)
	}
	for _, a := range e.Attachments {
		if a.ContentType != ContentAdaptive || a.Preview.ContentType != ContentThumbnail || a.Preview.Content.Title == "" {
			return errors.New("bottest: a result without a card or preview")
		}
		r.Items = append(r.Items, ComposeItem{Title: a.Preview.Content.Title, Text: a.Preview.Content.Text, Card: a.Content})
	}
	return nil
}

// Between returns the chat of two people, to which the bot does not belong: only
// Compose, Insert and presses on what was inserted work there.
func (c *Cloud) Between(a, b User) Chat {
	return Chat{
		ID: "19:" + a.ObjectID + "_" + b.ObjectID + "@unq.gbl.spaces", Kind: KindPersonal,
		Name: a.Name + ", " + b.Name, TenantID: a.TenantID,
	}
}

// Insert sends a message with the card of a result. It is the person's message, which
// shows the bot's card: its buttons reach the bot as those of any other.
func (c *Cloud) Insert(chat Chat, u User, item ComposeItem) (Post, error) {
	if err := known(chat, u); err != nil {
		return Post{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.add(chat, map[string]any{
		"type": "message", "summary": item.Title, "from": map[string]any{"id": u.ID, "name": u.Name},
		"attachments": []any{map[string]any{"contentType": ContentAdaptive, "content": item.Card}},
	})
	return p.seenBy(u.ID), nil
}
