package bottest

import (
	"encoding/base64"
	"net/http"
	"strconv"
)

// roster answers the three member calls. The plain list names the directory id
// "objectId", the other two "aadObjectId", as the Teams connector does. A thread has no
// roster.
func (c *Cloud) roster(w http.ResponseWriter, r *http.Request, k call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.reach(w, k); !ok {
		return
	}
	if k.root != "" {
		writeError(w, http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
		return
	}
	var users []User
	for _, id := range c.world.place(k.chat).members {
		if u, ok := c.world.user(id); ok {
			users = append(users, u)
		}
	}
	switch k.op {
	case OpMember:
		c.member(w, users, k.arg)
	case OpPaged:
		pagedMembers(w, r, users)
	default:
		writeJSON(w, http.StatusOK, accounts(users, "objectId"))
	}
}

func (c *Cloud) member(w http.ResponseWriter, users []User, id string) {
	wanted, ok := c.world.user(id)
	for _, u := range users {
		if ok && u.ID == wanted.ID {
			writeJSON(w, http.StatusOK, u.account("aadObjectId"))
			return
		}
	}
	writeError(w, http.StatusNotFound, "MemberNotFoundInConversation", "The member is not found in the conversation.")
}

// pagedMembers clamps pageSize to 50..500, as Teams does.
func pagedMembers(w http.ResponseWriter, r *http.Request, users []User) {
	size, err := strconv.Atoi(r.URL.Query().Get("pageSize"))
	if err != nil {
		size = 200
	}
	size = min(max(size, 50), 500)
	raw, _ := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("continuationToken"))
	start, _ := strconv.Atoi(string(raw))
	if start < 0 || start > len(users) {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Invalid continuation token.")
		return
	}
	end := min(start+size, len(users))
	page := map[string]any{"members": accounts(users[start:end], "aadObjectId")}
	if end < len(users) {
		page["continuationToken"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	writeJSON(w, http.StatusOK, page)
}

func accounts(users []User, objectKey string) []map[string]any {
	out := make([]map[string]any, 0, len(users))
	for _, u := range users {
		out = append(out, u.account(objectKey))
	}
	return out
}

func (u User) account(objectKey string) map[string]any {
	return map[string]any{
		"id": u.ID, "name": u.Name, objectKey: u.ObjectID, "givenName": u.GivenName, "surname": u.Surname,
		"email": u.UPN, "userPrincipalName": u.UPN, "tenantId": u.TenantID, "userRole": u.Role,
	}
}

// teamInfo answers the team and its channels; General has no name there.
func (c *Cloud) teamInfo(w http.ResponseWriter, k call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.world.team(k.id)
	if t == nil {
		writeError(w, http.StatusNotFound, "ConversationNotFound", "Team not found.")
		return
	}
	if _, ok := c.reach(w, call{id: t.ID, chat: t.ID}); !ok {
		return
	}
	if k.op == OpTeam {
		writeJSON(w, http.StatusOK, map[string]any{
			"id": t.ID, "name": t.Name, "aadGroupId": t.GroupID, "tenantId": t.TenantID, "type": "standard",
			"channelCount": len(t.Channels), "memberCount": len(t.members),
		})
		return
	}
	channels := make([]map[string]any, 0, len(t.Channels))
	for _, ch := range t.Channels {
		entry := map[string]any{"id": ch.ID, "type": "standard"}
		if ch.ID != t.ID {
			entry["name"] = ch.Name
		}
		channels = append(channels, entry)
	}
	writeJSON(w, http.StatusOK, map[string]any{"conversations": channels})
}
