package teams

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

const (
	// memberPage is the page size of a roster; Teams takes 50 to 500.
	memberPage = "200"
	// maxMemberPages bounds a roster whose continuation never ends: 25,000
	// members are the most a team has.
	maxMemberPages = 150
)

// Member is a person in a conversation. UserRole is "user", "guest" or
// "anonymous"; it says nothing about owners. Source: "Get Teams specific
// context for your bot", fetch the roster.
type Member struct {
	ID                string
	Name              string
	Email             string
	UserPrincipalName string
	AADObjectID       string
	UserRole          string
	TenantID          string // of the person, which need not be the place's
}

// FirstMembers is the roster of the conversation up to the page on which the
// number most is reached: a team may have thousands.
func (c *Connector) FirstMembers(ctx context.Context, ref Ref, most int) ([]Member, error) {
	var members []Member
	query := url.Values{"pageSize": {memberPage}}
	for range maxMemberPages {
		var page json.RawMessage
		path := conversationPath(ref.ConversationID) + "/pagedmembers?" + query.Encode()
		if err := c.get(ctx, "members", ref, path, &page); err != nil {
			return nil, err
		}
		f := objectOf(page)
		for _, m := range f.objects("members") {
			members = append(members, memberOf(m))
		}
		next := f.text("continuationToken")
		if next == "" || len(members) >= most {
			return members, nil
		}
		query.Set("continuationToken", next)
	}
	return nil, errors.New("connector: members: the roster does not end")
}

// Member is one person of the conversation, by Teams id, Entra object id or
// user principal name. Somebody who is not in it gives ErrGone.
func (c *Connector) Member(ctx context.Context, ref Ref, userID string) (Member, error) {
	var raw json.RawMessage
	path := conversationPath(ref.ConversationID) + "/members/" + escapeID(userID)
	if err := c.get(ctx, "member", ref, path, &raw); err != nil {
		return Member{}, err
	}
	return memberOf(objectOf(raw)), nil
}

// Channels are the channels of a team. The first is General: its id is the
// team's and its name is empty. Source: "Get Teams specific context for your
// bot", get the list of channels.
func (c *Connector) Channels(ctx context.Context, serviceURL, teamID string) ([]TeamChannel, error) {
	var raw json.RawMessage
	path := "/v3/teams/" + escapeID(teamID) + "/conversations"
	if err := c.get(ctx, "channels", Ref{ServiceURL: serviceURL}, path, &raw); err != nil {
		return nil, err
	}
	var channels []TeamChannel
	for _, f := range objectOf(raw).objects("conversations") {
		channels = append(channels, TeamChannel{ID: f.text("id"), Name: f.text("name")})
	}
	return channels, nil
}

func (c *Connector) get(ctx context.Context, op string, ref Ref, path string, out *json.RawMessage) error {
	return c.do(ctx, call{op: op, method: http.MethodGet, ref: ref, path: path, out: out, repeatable: true})
}

func memberOf(f fields) Member {
	account := accountOf(f)
	return Member{
		ID: account.ID, Name: account.Name, AADObjectID: account.AADObjectID,
		UserRole: account.UserRole, TenantID: account.TenantID,
		Email: f.text("email"), UserPrincipalName: f.text("userPrincipalName"),
	}
}
