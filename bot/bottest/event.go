package bottest

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// Install adds the bot to the chat, or to the whole team of a channel, as the person:
// conversationUpdate with the bot among membersAdded, then installationUpdate "add".
// The Delivery is the second one.
func (c *Cloud) Install(ctx context.Context, chat Chat, u User) (Delivery, error) {
	c.setInstalled(chat, true)
	return c.installation(ctx, chat, u, "add", "membersAdded", "teamMemberAdded")
}

// Uninstall removes the bot; from then on the connector refuses what it posts there
// with 403 BotNotInConversationRoster.
func (c *Cloud) Uninstall(ctx context.Context, chat Chat, u User) (Delivery, error) {
	c.setInstalled(chat, false)
	return c.installation(ctx, chat, u, "remove", "membersRemoved", "teamMemberRemoved")
}

// SetInstalled changes silently whether the bot is in the chat, or in the whole team
// of a channel. Everywhere in a new world it is.
func (c *Cloud) SetInstalled(chat Chat, installed bool) { c.setInstalled(chat, installed) }

func (c *Cloud) setInstalled(chat Chat, installed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.world.places {
		if p.sharesRoster(chat) {
			p.installed = installed
		}
	}
}

func (c *Cloud) installation(ctx context.Context, chat Chat, u User, action, members, eventType string) (Delivery, error) {
	if err := known(chat, u); err != nil {
		return Delivery{}, err
	}
	bot := map[string]any{"id": c.BotID(), "name": BotName}
	update := c.event(chat, u, "conversationUpdate", eventType)
	update[members] = []any{bot}
	if d, err := c.turn(ctx, update); err != nil {
		return d, err
	}
	install := c.event(chat, u, "installationUpdate", eventType)
	install["action"] = action
	if chat.Kind == KindChannel {
		object(install, "channelData")["settings"] = map[string]any{"selectedChannel": map[string]any{"id": chat.ID}}
	}
	return c.turn(ctx, install)
}

// event is the envelope of an update; in a team it stands on the General channel, in a
// private or shared channel on this one.
func (c *Cloud) event(chat Chat, u User, kind, eventType string) map[string]any {
	place := chat.InThread("")
	if chat.Kind == KindChannel && !chat.ownsRoster() {
		place.ID = chat.TeamID
	}
	activity := c.Activity(place, u, kind)
	activity["id"] = eventID()
	delete(activity, "entities")
	if chat.Kind == KindChannel {
		data := object(activity, "channelData")
		data["eventType"] = eventType
		if !chat.ownsRoster() {
			delete(data, "channel")
		}
	}
	return activity
}

// AddMember puts a person into the chat, or into the whole team of a channel, and
// tells the bot; actor is who did it.
func (c *Cloud) AddMember(ctx context.Context, chat Chat, actor, member User) (Delivery, error) {
	c.eachRoster(chat, func(ids []string) []string {
		if slices.Contains(ids, member.ID) {
			return ids
		}
		return append(slices.Clone(ids), member.ID)
	})
	return c.memberEvent(ctx, chat, actor, member, "membersAdded", "teamMemberAdded")
}

// RemoveMember takes a person out again and tells the bot.
func (c *Cloud) RemoveMember(ctx context.Context, chat Chat, actor, member User) (Delivery, error) {
	c.eachRoster(chat, func(ids []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == member.ID })
	})
	return c.memberEvent(ctx, chat, actor, member, "membersRemoved", "teamMemberRemoved")
}

func (c *Cloud) memberEvent(ctx context.Context, chat Chat, actor, member User, key, eventType string) (Delivery, error) {
	if err := known(chat, actor); err != nil {
		return Delivery{}, err
	}
	activity := c.event(chat, actor, "conversationUpdate", eventType)
	activity[key] = []any{map[string]any{"id": member.ID, "aadObjectId": member.ObjectID}}
	return c.turn(ctx, activity)
}

func (c *Cloud) eachRoster(chat Chat, change func([]string) []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.world.places {
		if p.sharesRoster(chat) {
			p.members = change(p.members)
		}
	}
	if t := c.world.team(chat.TeamID); t != nil && !chat.ownsRoster() {
		t.members = change(t.members)
	}
}

// Forget makes the personal chat of a person one that Teams no longer knows: what the bot
// posts there gets 404 ConversationNotFound, and a new conversation with the person has
// another id.
func (c *Cloud) Forget(u User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.world.places {
		if p.Kind == KindPersonal && p.User == u.ID {
			p.ID = p.ID + "-" + strconv.Itoa(c.touch())
		}
	}
}

// ChannelEvent tells the bot of a change to a channel or its team: eventType is one
// of channelCreated, channelRenamed, channelDeleted, channelRestored, teamRenamed,
// teamArchived, teamDeleted and so on ("Conversation events in your Teams bot"). The
// world itself stays as it is.
func (c *Cloud) ChannelEvent(ctx context.Context, chat Chat, actor User, eventType string) (Delivery, error) {
	if err := known(chat, actor); err != nil {
		return Delivery{}, err
	}
	activity := c.event(chat, actor, "conversationUpdate", eventType)
	object(activity, "channelData")["channel"] = map[string]any{"id": chat.ID, "name": chat.Name}
	return c.turn(ctx, activity)
}

// RenameChannel gives a channel another name and tells the bot.
func (c *Cloud) RenameChannel(ctx context.Context, chat Chat, actor User, name string) (Chat, Delivery, error) {
	c.mu.Lock()
	chat.Name = name
	for _, p := range c.world.places {
		if p.ID == chat.ID {
			p.Name = name
		}
	}
	if t := c.world.team(chat.TeamID); t != nil {
		for i := range t.Channels {
			if t.Channels[i].ID == chat.ID {
				t.Channels[i].Name = name
			}
		}
	}
	c.mu.Unlock()
	d, err := c.ChannelEvent(ctx, chat, actor, "channelRenamed")
	return chat, d, err
}

// React adds a reaction, e.g. "like", to a post of the bot.
func (c *Cloud) React(ctx context.Context, p Post, u User, kind string) (Delivery, error) {
	if err := known(p.Chat, u); err != nil {
		return Delivery{}, err
	}
	if p.Only != "" {
		return Delivery{}, errors.New("bottest: Teams takes no reactions to a targeted message")
	}
	activity := c.Activity(p.Chat, u, "messageReaction")
	activity["reactionsAdded"], activity["replyToId"] = []any{map[string]any{"type": kind}}, p.ID
	return c.turn(ctx, activity)
}
