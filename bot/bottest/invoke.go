package bottest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

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
	return c.PressOf(ctx, p, u, u, action)
}

// PressOf presses as the person u what another one sees, as a client does that forges a
// press.
func (c *Cloud) PressOf(ctx context.Context, p Post, reader, u User, action string) (Answer, error) {
	found, inputs, err := c.prepare(p, reader, action)
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
	if inputs, err = pressed.values(c.takeFill(p), c.forgetsChoices()); err == nil && c.validatesInputs() && text(pressed.action, "associatedInputs") != "none" {
		err = pressed.validate(inputs)
	}
	return pressed.action, inputs, err
}

func (c *Cloud) execute(ctx context.Context, p Post, u User, found, inputs map[string]any) (Answer, error) {
	action := map[string]any{"type": "Action.Execute", "data": merged(found, inputs)}
	for _, key := range []string{"title", "verb", "id"} {
		if v := text(found, key); v != "" {
			action[key] = v
		}
	}
	return c.act(ctx, p, u, map[string]any{"action": action, "trigger": "manual"})
}

// act sends adaptiveCard/action and shows a card that comes back.
func (c *Cloud) act(ctx context.Context, p Post, u User, value map[string]any) (Answer, error) {
	activity := c.invoke(p.Chat, u, "adaptiveCard/action", value)
	activity["replyToId"] = p.ID
	c.takeOff(p, 1)
	defer c.takeOff(p, -1)
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

// Refresh does what a client does by itself with a card that has a "refresh" action
// and names the person, or no one: the same invoke with the trigger "automatic".
func (c *Cloud) Refresh(ctx context.Context, p Post, u User) (Answer, error) {
	if err := known(p.Chat, u); err != nil {
		return Answer{}, err
	}
	refresh := object(c.View(p, u).Card, "refresh")
	found := object(refresh, "action")
	users, limited := refresh["userIds"].([]any)
	if found == nil || (limited && !slices.Contains(users, any(u.ID))) {
		return Answer{}, errors.New("bottest: the card does not refresh for this person")
	}
	action := map[string]any{"type": "Action.Execute", "verb": text(found, "verb"), "data": merged(found, nil)}
	return c.act(ctx, p, u, map[string]any{"action": action, "trigger": "automatic"})
}

// OpenURL returns the address behind an Action.OpenUrl of the post, by title or id.
func (c *Cloud) OpenURL(p Post, u User, action string) (string, error) {
	found, err := findAction(c.View(p, u).Card, action)
	if err != nil {
		return "", err
	}
	if text(found.action, "type") != "Action.OpenUrl" {
		return "", fmt.Errorf("bottest: %q opens no address", action)
	}
	return text(found.action, "url"), nil
}

// invoke is the envelope of an invoke in the chat.
func (c *Cloud) invoke(chat Chat, u User, name string, value any) map[string]any {
	activity := c.Activity(chat, u, "invoke")
	activity["id"] = eventID()
	activity["name"], activity["value"] = name, value
	return activity
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
