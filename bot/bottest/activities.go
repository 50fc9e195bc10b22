package bottest

import (
	"net/http"
	"slices"
)

// reach finds the conversation of a call and answers if the bot may not write there;
// the caller holds the lock.
func (c *Cloud) reach(w http.ResponseWriter, k call) (Chat, bool) {
	p := c.world.place(k.chat)
	isKnown := k.root == "" || c.roots[k.id] || k.only && c.whispers[k.id]
	if p == nil || !isKnown {
		writeError(w, http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
		return Chat{}, false
	}
	if !p.installed {
		status := http.StatusForbidden
		if k.only {
			status = http.StatusNotFound
		}
		writeError(w, status, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
		return Chat{}, false
	}
	return p.InThread(k.root), true
}

func (c *Cloud) send(w http.ResponseWriter, k call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	chat, ok := c.reach(w, k)
	if !ok {
		return
	}
	if text(k.body, "type") == "typing" {
		c.typing[chat.ID]++
		c.touch()
		writeJSON(w, http.StatusAccepted, map[string]any{})
		return
	}
	if !c.mayTarget(w, k) {
		return
	}
	id, status := c.post(w, chat, k.body)
	if status == http.StatusAccepted {
		writeJSON(w, status, map[string]any{})
	} else if status == http.StatusCreated {
		writeJSON(w, status, map[string]any{"id": id})
	}
}

// mayTarget refuses what is no proper targeted message: only in a group chat or channel,
// only to a member, who is named, and only with the query that says so. It does not
// mind what is not targeted at all; the caller holds the lock. Source: "Send and receive
// targeted messages in group conversations".
func (c *Cloud) mayTarget(w http.ResponseWriter, k call) bool {
	recipient := object(k.body, "recipient")
	isTargeted, _ := recipient["isTargeted"].(bool)
	p := c.world.place(k.chat)
	switch {
	case !k.only && !isTargeted:
		return true
	case k.only != isTargeted, text(recipient, "id") == "", p.Kind == KindPersonal:
		writeError(w, http.StatusBadRequest, "BadArgument", "Bad argument.")
		return false
	case !slices.Contains(p.members, text(recipient, "id")):
		writeError(w, http.StatusForbidden, "Forbidden", "The recipient is not part of the conversation.")
		return false
	}
	return true
}

// post records a message and returns its id with 201. Text and attachments in one
// activity become two messages, and then the answer is 202 without an id. A refusal
// is written and returns 0. The caller holds the lock.
func (c *Cloud) post(w http.ResponseWriter, chat Chat, activity map[string]any) (string, int) {
	hasText, hasCards := text(activity, "text") != "", len(list(activity, "attachments")) > 0
	switch {
	case text(activity, "type") != "message":
		writeError(w, http.StatusBadRequest, "BadArgument", "Unknown activity type.")
		return "", 0
	case !hasText && !hasCards:
		writeError(w, http.StatusBadRequest, "BadSyntax", "Activity must have text or attachments.")
		return "", 0
	case hasText && hasCards:
		words, cards := clone(activity), clone(activity)
		delete(words, "attachments")
		delete(cards, "text")
		first := c.add(chat, words)
		c.add(first.Chat, cards)
		return "", http.StatusAccepted
	}
	p := c.add(chat, activity)
	c.signOn(p)
	return p.ID, http.StatusCreated
}

// own finds a live post of the call's conversation or answers 404; the caller holds the lock.
func (c *Cloud) own(w http.ResponseWriter, k call) *post {
	if _, ok := c.reach(w, k); !ok {
		return nil
	}
	p := c.findPost(k.chat, k.arg)
	if p == nil || p.Deleted || (k.root != "" && p.Chat.Thread != k.root) {
		writeError(w, http.StatusNotFound, "ActivityNotFound", "Activity not found.")
		return nil
	}
	if k.only != (p.Only != "") || !c.shows(p, p.Only) {
		writeError(w, http.StatusNotFound, "ActivityNotFoundInConversation", "Activity not found in conversation.")
		return nil
	}
	return p
}

func (c *Cloud) updateActivity(w http.ResponseWriter, k call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.own(w, k)
	if p == nil {
		return
	}
	if text(k.body, "text") == "" && len(list(k.body, "attachments")) == 0 {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Activity must have text or attachments.")
		return
	}
	if k.body["recipient"] != nil {
		writeError(w, http.StatusBadRequest, "BadArgument", "Bad argument.")
		return
	}
	c.update(p, k.body)
	writeJSON(w, http.StatusOK, map[string]any{"id": p.ID})
}

func (c *Cloud) deleteActivity(w http.ResponseWriter, k call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.own(w, k)
	if p == nil {
		return
	}
	p.Deleted = true
	p.Seq = c.touch()
	w.WriteHeader(http.StatusNoContent)
}

// createConversation opens a personal chat, whose id is the same each time, or starts
// a thread in a channel ("Send proactive messages").
func (c *Cloud) createConversation(w http.ResponseWriter, k call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	tenant := text(k.body, "tenantId")
	if tenant == "" {
		tenant = text(object(k.body, "channelData", "tenant"), "id")
	}
	if channel := text(object(k.body, "channelData", "channel"), "id"); channel != "" {
		c.createThread(w, channel, object(k.body, "activity"))
		return
	}
	members := list(k.body, "members")
	isGroup, _ := k.body["isGroup"].(bool)
	if isGroup || len(members) != 1 {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Bots can create conversations with exactly one member only.")
		return
	}
	member, _ := members[0].(map[string]any)
	u, ok := c.world.user(text(member, "id"))
	if !ok || tenant == "" || u.TenantID != tenant {
		writeError(w, http.StatusBadRequest, "BadArgument", "Invalid user identity in provided tenant.")
		return
	}
	c.openPersonal(w, u, object(k.body, "activity"))
}

func (c *Cloud) openPersonal(w http.ResponseWriter, u User, activity map[string]any) {
	var chat *place
	for _, p := range c.world.places {
		if p.Kind == KindPersonal && p.User == u.ID {
			chat = p
		}
	}
	if !chat.installed {
		writeError(w, http.StatusForbidden, "BotNotInConversationRoster", "The bot is not installed for the user.")
		return
	}
	answer := map[string]any{"id": chat.ID}
	if activity != nil {
		id, status := c.post(w, chat.Chat, activity)
		if status == 0 {
			return
		}
		answer["activityId"] = id
	}
	writeJSON(w, http.StatusCreated, answer)
}

func (c *Cloud) createThread(w http.ResponseWriter, channel string, activity map[string]any) {
	chat, ok := c.reach(w, call{id: channel, chat: channel})
	if !ok {
		return
	}
	if activity == nil {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Activity is required to start a thread.")
		return
	}
	id, status := c.post(w, chat, activity)
	switch status {
	case http.StatusCreated:
		writeJSON(w, status, map[string]any{"id": chat.InThread(id).ConversationID(), "activityId": id})
	case http.StatusAccepted:
		writeJSON(w, status, map[string]any{})
	}
}
