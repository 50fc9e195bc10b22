package bottest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// BotName is the name that the bot's mention carries in chats.
const BotName = "okrbot"

// Activity returns the envelope of an activity that the person sends in the chat,
// with a fresh id, to be completed and given to Deliver. In a channel it stands in the
// chat's thread, or on the bare channel if there is none.
func (c *Cloud) Activity(chat Chat, u User, kind string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opts.Now().UTC()
	activity := map[string]any{
		"type": kind, "id": c.nextID(), "channelId": "msteams", "serviceUrl": c.serviceURL(),
		"timestamp":      now.Format("2006-01-02T15:04:05.000Z"),
		"localTimestamp": now.Format("2006-01-02T15:04:05.000+00:00"), "localTimezone": "Europe/Paris", "locale": c.localeOf(u),
		"from":         map[string]any{"id": u.ID, "name": u.Name, "aadObjectId": u.ObjectID},
		"recipient":    map[string]any{"id": c.BotID(), "name": BotName},
		"conversation": chat.account(),
		"channelData":  c.channelData(chat),
		"entities":     []any{c.clientInfo(u)},
	}
	return activity
}

// SetPlatform makes the next activities come from a client of this platform:
// Windows, Mac, Web (as it is at first), Android or iOS.
func (c *Cloud) SetPlatform(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.platform = name
}

// forgetsChoices says whether the client sends a searched list empty that nobody
// touched, as Teams does on iOS.
func (c *Cloud) forgetsChoices() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.platform == "iOS"
}

// SetLocale makes the next activities of the person come from a client in this language,
// a BCP 47 tag; it is en-US at first.
func (c *Cloud) SetLocale(u User, tag string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.locales[u.ID] = tag
}

// localeOf is called with the lock held.
func (c *Cloud) localeOf(u User) string { return cmp.Or(c.locales[u.ID], "en-US") }

// clientInfo is called with the lock held.
func (c *Cloud) clientInfo(u User) map[string]any {
	platform := c.platform
	if platform == "" {
		platform = "Web"
	}
	locale := c.localeOf(u)
	_, country, _ := strings.Cut(locale, "-")
	return map[string]any{"type": "clientInfo", "locale": locale, "country": cmp.Or(country, "US"), "platform": platform, "timezone": "Europe/Paris"}
}

// account is the "conversation" of an activity.
func (c Chat) account() map[string]any {
	account := map[string]any{"id": c.ConversationID(), "conversationType": c.Kind, "tenantId": c.TenantID}
	if c.Kind != KindPersonal {
		account["isGroup"] = true
	}
	if c.Kind == KindGroup {
		account["name"] = c.Name
	}
	return account
}

func (c *Cloud) channelData(chat Chat) map[string]any {
	data := map[string]any{"tenant": map[string]any{"id": chat.TenantID}}
	if t := c.world.team(chat.TeamID); t != nil {
		data["team"] = map[string]any{"id": t.ID, "aadGroupId": t.GroupID, "name": t.Name}
		channel := map[string]any{"id": chat.ID}
		if chat.Type != "" {
			channel["type"] = chat.Type
		}
		data["channel"] = channel
	}
	return data
}

// Say sends a text as the person. In a group chat or channel it mentions the bot
// first, as it must for a bot to hear it; in a channel without a thread it starts one.
// The error names a place or person that does not exist, or a turn that ended with
// anything but 200, 201 or 202; the Delivery is filled in either case.
func (c *Cloud) Say(ctx context.Context, chat Chat, u User, words string) (Delivery, error) {
	activity, err := c.text(chat, u, words)
	if err != nil {
		return Delivery{}, err
	}
	return c.turn(ctx, activity)
}

// Slash sends a text as the person by a slash command, so that only the bot sees it. In a
// personal chat there are none.
func (c *Cloud) Slash(ctx context.Context, chat Chat, u User, words string) (Delivery, error) {
	if chat.Kind == KindPersonal {
		return Delivery{}, errors.New("bottest: Teams has targeted messages in group chats and channels only")
	}
	activity, err := c.message(chat, u)
	if err != nil {
		return Delivery{}, err
	}
	activity["text"], activity["textFormat"] = words, "plain"
	object(activity, "recipient")["isTargeted"] = true
	return c.turn(ctx, activity)
}

// text is a message with a text.
func (c *Cloud) text(chat Chat, u User, words string) (map[string]any, error) {
	activity, err := c.message(chat, u)
	if err != nil {
		return nil, err
	}
	activity["text"], activity["textFormat"] = words, "plain"
	content := "<div>" + words + "</div>"
	if chat.Kind != KindPersonal {
		mention := "<at>" + BotName + "</at>"
		activity["text"] = mention + " " + words + "\n"
		content = "<div>" + mention + " " + words + "</div>"
		entities, _ := activity["entities"].([]any)
		activity["entities"] = append([]any{map[string]any{
			"type": "mention", "text": mention, "mentioned": map[string]any{"id": c.BotID(), "name": BotName},
		}}, entities...)
	}
	activity["attachments"] = []any{map[string]any{"contentType": "text/html", "content": content}}
	return activity, nil
}

// message is a message envelope in the chat, which starts a thread if it must.
func (c *Cloud) message(chat Chat, u User) (map[string]any, error) {
	if err := known(chat, u); err != nil {
		return nil, err
	}
	activity := c.Activity(chat, u, "message")
	if chat.Kind == KindChannel && chat.Thread == "" {
		activity["conversation"] = chat.InThread(text(activity, "id")).account()
	}
	return activity, nil
}

// turn delivers and insists on a success.
func (c *Cloud) turn(ctx context.Context, activity map[string]any) (Delivery, error) {
	d, err := c.Deliver(ctx, activity, DeliverOptions{})
	if err != nil {
		return d, err
	}
	if d.Status < http.StatusOK || d.Status > http.StatusAccepted {
		return d, fmt.Errorf("bottest: the bot answered the %s activity with %d", text(activity, "type"), d.Status)
	}
	return d, nil
}

func known(chat Chat, u User) error {
	switch {
	case chat.ID == "":
		return errors.New("bottest: no such chat")
	case u.ID == "":
		return errors.New("bottest: no such user")
	}
	return nil
}

// eventID is an id as installation and conversation updates carry it.
func eventID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	return "f:" + hex.EncodeToString(raw[:])
}
