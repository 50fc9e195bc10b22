package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// linkFresh is how long Teams shows again what an address unfolded into, unless the
// answer says that it is not to be kept ("Link unfurling").
const linkFresh = 30 * time.Minute

// keptLink is what an address unfolded into, for one person in whatever place.
type keptLink struct {
	answer Composed
	until  time.Time
}

// Link puts an address into the message that the person writes in the chat, be the bot
// in it or not, and gives what it unfolds into: one item, or none. No chat is a message
// of which Teams says no place.
func (c *Cloud) Link(ctx context.Context, chat Chat, u User, address string) (Composed, error) {
	if chat.ID != "" {
		if err := known(chat, u); err != nil {
			return Composed{}, err
		}
	}
	key := u.ID + " " + address
	if kept, ok := c.keptLink(key); ok {
		return kept, nil
	}
	activity := c.invoke(chat, u, "composeExtension/queryLink", map[string]any{"url": address})
	if chat.ID == "" {
		activity["conversation"] = map[string]any{"tenantId": u.TenantID}
		activity["channelData"] = map[string]any{"tenant": map[string]any{"id": u.TenantID}}
	}
	out, err := c.unfold(ctx, activity)
	if err == nil && !strings.Contains(string(out.Body), `"setCachePolicy"`) {
		c.keepLink(key, out)
	}
	return out, err
}

// AnonymousLink is Link of somebody of whom Teams says nothing: neither person nor
// place nor tenant, as where the app is not installed.
func (c *Cloud) AnonymousLink(ctx context.Context, address string) (Composed, error) {
	activity := c.invoke(Chat{}, User{}, "composeExtension/anonymousQueryLink", map[string]any{"url": address})
	for _, name := range []string{"from", "conversation", "channelData", "entities"} {
		delete(activity, name)
	}
	return c.unfold(ctx, activity)
}

func (c *Cloud) unfold(ctx context.Context, activity map[string]any) (Composed, error) {
	d, err := c.Deliver(ctx, activity, DeliverOptions{})
	out := Composed{Delivery: d}
	switch {
	case err != nil:
		return out, err
	case len(d.Body) == 0: // acknowledged, and nothing said
		return out, nil
	}
	if err := out.read(); err != nil {
		return out, err
	}
	if out.Type != "result" || len(out.Items) > 1 {
		return out, fmt.Errorf("bottest: an address unfolds into %d cards, type %q", len(out.Items), out.Type)
	}
	return out, cachePolicy(d.Body)
}

// cachePolicy insists on the form that Teams reads: its value is JSON in a string.
func cachePolicy(body []byte) error {
	var answer struct {
		Extension struct {
			SuggestedActions struct {
				Actions []struct{ Type, Value string }
			}
		} `json:"composeExtension"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	for _, a := range answer.Extension.SuggestedActions.Actions {
		var policy struct{ Type string }
		if a.Type != "setCachePolicy" || json.Unmarshal([]byte(a.Value), &policy) != nil || policy.Type != "no-cache" {
			return errors.New("bottest: a suggested action that Teams does not know")
		}
	}
	return nil
}

func (c *Cloud) keptLink(key string) (Composed, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.links[key]
	return kept.answer, ok && c.opts.Now().Before(kept.until)
}

func (c *Cloud) keepLink(key string, answer Composed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.links == nil {
		c.links = map[string]keptLink{}
	}
	c.links[key] = keptLink{answer, c.opts.Now().Add(linkFresh)}
}
