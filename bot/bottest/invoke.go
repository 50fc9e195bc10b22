package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// The types of an invoke answer ("Universal Actions for Adaptive Cards").
const (
	TypeCard    = ContentAdaptive
	TypeMessage = "application/vnd.microsoft.activity.message"
	TypeError   = "application/vnd.microsoft.error"
	TypeLogin   = "application/vnd.microsoft.activity.loginRequest"
	TypeSearch  = "application/vnd.microsoft.search.searchResponse"
)

// Answer is what came of a press.
type Answer struct {
	Delivery
	// Code and Type are "statusCode" and "type" of the answer's body; both are zero
	// when the press went out as a message.
	Code int
	Type string
	// Card is set when the answer is a card; Post.Card is then the same.
	Card map[string]any
	// Message is the text of a message or of an error, ErrorCode the latter's code.
	Message   string
	ErrorCode string
	// Post is the pressed post as the person sees it now.
	Post Post
}

// Fill types values into inputs of the post, by input id. They go with the next press
// by anyone and are then forgotten. A choice set takes the value, not the title; with
// isMultiSelect several values are joined by commas.
func (c *Cloud) Fill(p Post, values map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := p.Chat.ID + "/" + p.ID
	if c.fills[key] == nil {
		c.fills[key] = map[string]string{}
	}
	maps.Copy(c.fills[key], values)
}

func (c *Cloud) takeFill(p Post) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := p.Chat.ID + "/" + p.ID
	defer delete(c.fills, key)
	return c.fills[key]
}

// Press presses a button of the post as the person sees it now, named by its title,
// its verb or its id. An Action.Execute goes out as the invoke adaptiveCard/action; a
// card in the answer replaces the post for that person. An Action.Submit goes out as a
// message. The error names an action or input that is not there, or an answer that a
// Teams client could not use; error answers in due form are no error.
func (c *Cloud) Press(ctx context.Context, p Post, u User, action string) (Answer, error) {
	found, inputs, err := c.prepare(p, u, action)
	if err != nil {
		return Answer{}, err
	}
	switch kind := text(found, "type"); kind {
	case "Action.Execute":
		return c.execute(ctx, p, u, found, inputs)
	case "Action.Submit":
		return c.submit(ctx, p, u, found, inputs)
	default:
		return Answer{}, fmt.Errorf("bottest: %q is an %s, which sends nothing to the bot", action, kind)
	}
}

// PressSubmit presses a button as an old client does: the Action.Submit that stands
// in the fallback of the Action.Execute goes out as a message with a value.
func (c *Cloud) PressSubmit(ctx context.Context, p Post, u User, action string) (Answer, error) {
	found, inputs, err := c.prepare(p, u, action)
	if err != nil {
		return Answer{}, err
	}
	if text(found, "type") != "Action.Submit" {
		found = object(found, "fallback")
	}
	if text(found, "type") != "Action.Submit" {
		return Answer{}, fmt.Errorf("bottest: %q has no Action.Submit as fallback", action)
	}
	return c.submit(ctx, p, u, found, inputs)
}

// prepare finds the action on the current view and collects its inputs.
func (c *Cloud) prepare(p Post, u User, action string) (found, inputs map[string]any, err error) {
	if err := known(p.Chat, u); err != nil {
		return nil, nil, err
	}
	now := c.View(p, u)
	if now.Card == nil || now.Deleted {
		return nil, nil, errors.New("bottest: the post shows no card")
	}
	pressed, err := findAction(now.Card, action)
	if err != nil {
		return nil, nil, err
	}
	if enabled, ok := pressed.action["isEnabled"].(bool); ok && !enabled {
		return nil, nil, fmt.Errorf("bottest: %q is disabled", action)
	}
	inputs, err = pressed.values(c.takeFill(p))
	return pressed.action, inputs, err
}

func (c *Cloud) execute(ctx context.Context, p Post, u User, found, inputs map[string]any) (Answer, error) {
	action := map[string]any{"type": "Action.Execute", "data": merged(found, inputs)}
	for _, key := range []string{"title", "verb", "id"} {
		if v := text(found, key); v != "" {
			action[key] = v
		}
	}
	activity := c.invoke(p.Chat, u, "adaptiveCard/action", map[string]any{"action": action, "trigger": "manual"})
	activity["replyToId"] = p.ID
	d, err := c.Deliver(ctx, activity, DeliverOptions{})
	a := Answer{Delivery: d}
	if err != nil {
		return a, err
	}
	err = a.read()
	c.show(p, u, a.Card)
	a.Post = c.View(p, u)
	return a, err
}

// invoke is the envelope of an invoke in the chat.
func (c *Cloud) invoke(chat Chat, u User, name string, value any) map[string]any {
	activity := c.Activity(chat, u, "invoke")
	activity["id"] = eventID()
	activity["name"], activity["value"] = name, value
	return activity
}

// read takes the invoke answer apart.
func (a *Answer) read() error {
	if a.Status != http.StatusOK {
		return fmt.Errorf("bottest: the bot answered the invoke with HTTP %d", a.Status)
	}
	var body struct {
		StatusCode int             `json:"statusCode"`
		Type       string          `json:"type"`
		Value      json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return fmt.Errorf("bottest: answer of the invoke: %w", err)
	}
	a.Code, a.Type = body.StatusCode, body.Type
	switch body.Type {
	case TypeCard:
		return json.Unmarshal(body.Value, &a.Card)
	case TypeMessage:
		return json.Unmarshal(body.Value, &a.Message)
	case TypeLogin, TypeSearch:
		return nil
	}
	if !strings.HasPrefix(body.Type, TypeError) {
		return fmt.Errorf("bottest: unknown type %q of an invoke answer", body.Type)
	}
	var refusal struct{ Code, Message string }
	err := json.Unmarshal(body.Value, &refusal)
	a.ErrorCode, a.Message = refusal.Code, refusal.Message
	return err
}

// show replaces the post's card for one person; nil changes nothing.
func (c *Cloud) show(p Post, u User, card map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.findPost(p.Chat.ID, p.ID); found != nil && card != nil {
		found.views[u.ID] = card
		found.Seq = c.touch()
	}
}

// submit sends an Action.Submit. Its "msteams" data may turn it into a typed message
// (imBack, messageBack); dialogs and sign-in are not played.
func (c *Cloud) submit(ctx context.Context, p Post, u User, found, inputs map[string]any) (Answer, error) {
	activity := c.Activity(p.Chat, u, "message")
	activity["replyToId"] = p.ID
	data := merged(found, inputs)
	special := object(data, "msteams")
	switch text(special, "type") {
	case "":
		activity["value"] = data
	case "imBack":
		activity["text"] = text(special, "value")
	case "messageBack":
		activity["text"], activity["value"] = text(special, "text"), special["value"]
	default:
		return Answer{}, fmt.Errorf("bottest: Action.Submit of type %q is not played", text(special, "type"))
	}
	d, err := c.turn(ctx, activity)
	return Answer{Delivery: d, Post: c.View(p, u)}, err
}
