package bottest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// DefaultTenant is the tenant of the default world, "Contoso".
const DefaultTenant = "6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01"

// The role that Teams puts into "userRole". There is no owner and no admin.
const (
	RoleUser  = "user"
	RoleGuest = "guest"
)

// The kinds of conversation, as in "conversationType".
const (
	KindPersonal = "personal"
	KindGroup    = "groupChat"
	KindChannel  = "channel"
)

// User is a person of the world.
type User struct {
	// ID is the per-bot id "29:…"; ObjectID the directory's, stable across bots.
	ID, ObjectID string
	Name         string
	GivenName    string
	Surname      string
	UPN          string
	TenantID     string
	// Role is RoleUser or RoleGuest.
	Role string
}

// Chat is a place where the bot can be spoken to: a personal chat, a group chat, a
// channel, or one thread of a channel. The zero Chat is no place; using it fails.
type Chat struct {
	// ID is the bare conversation id, without ";messageid=".
	ID string
	// Kind is KindPersonal, KindGroup or KindChannel.
	Kind     string
	Name     string
	TenantID string
	// Type is TypePrivate or TypeShared for channels with members of their own.
	Type string
	// TeamID is set for channels: the id of the team's General channel.
	TeamID string
	// Thread is the root message id when the Chat is one thread of a channel.
	Thread string
	// User is the id of the person of a personal chat.
	User  string
	since int
	// reader is the id of the person who looks; empty: somebody who was sent nothing.
	reader string
}

// ConversationID returns the id as the wire has it, with ";messageid=" for a thread.
func (c Chat) ConversationID() string {
	if c.Thread == "" {
		return c.ID
	}
	return c.ID + ";messageid=" + c.Thread
}

// InThread narrows a channel to the thread of the root message.
func (c Chat) InThread(root string) Chat {
	c.Thread = root
	return c
}

// As looks at the chat as the person does: with the targeted messages that are for that
// person.
func (c Chat) As(u User) Chat {
	c.reader = u.ID
	return c
}

// Since narrows what Posts and the Wait functions see to posts that were made or
// changed after the delivery began, as whoever sent it sees them.
func (c Chat) Since(d Delivery) Chat {
	c.since = d.Seq
	if sender := text(object(d.Activity, "from"), "id"); sender != "" {
		c.reader = sender
	}
	return c
}

// Team is a team with its channels; General is the first and has the team's id.
type Team struct {
	ID, Name, GroupID, TenantID string
	Channels                    []Chat
	members                     []string
}

// The types of channels with a roster of their own. Of all others the team's members are.
const (
	TypePrivate = "private"
	TypeShared  = "shared"
)

// ownsRoster says whether the place is in no team's roster and installation.
func (c Chat) ownsRoster() bool { return c.Type != "" }

// sharesRoster says whether what happens to a chat happens to this place, too: they are
// the same, or standard channels of one team.
func (p *place) sharesRoster(chat Chat) bool {
	return p.ID == chat.ID || chat.TeamID != "" && p.TeamID == chat.TeamID && !chat.ownsRoster() && !p.ownsRoster()
}

// place is a conversation with its roster.
type place struct {
	Chat
	members   []string
	installed bool
}

type world struct {
	tenants map[string]string
	users   []User
	places  []*place
	teams   []*Team
}

// defaultWorld is the tenant Contoso with five people and a guest, a personal chat
// each, one group chat and one team with two channels.
func defaultWorld() world {
	w := world{tenants: map[string]string{DefaultTenant: "contoso"}}
	for i, name := range []string{"Alex Wilber", "Megan Bowen", "Adele Vance", "Lee Gu", "Patti Fernandez", "Isaiah Langer"} {
		role := RoleUser
		if name == "Patti Fernandez" {
			role = RoleGuest
		}
		w.addUser(DefaultTenant, name, role, 20+i)
	}
	w.addGroup(DefaultTenant, "OKR leads", "19:leads@thread.v2", w.memberIDs(DefaultTenant))
	w.addTeam(DefaultTenant, "Contoso OKRs", "5d0d2f3e-7c55-4d3f-9a31-7c0f7f5f9d31", "general", []string{"Delivery"})
	return w
}

func (w *world) addUser(tenant, name, role string, number int) User {
	given, surname, _ := strings.Cut(name, " ")
	handle := strings.ToLower(given)
	domain := w.tenants[tenant] + ".example"
	u := User{
		ID: "29:1" + handle, Name: name, GivenName: given, Surname: surname, TenantID: tenant, Role: role,
		ObjectID: fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012d", number), UPN: handle + "@" + domain,
	}
	if role == RoleGuest {
		u.UPN = handle + "_fabrikam.example#EXT#@" + domain
	}
	if tenant != DefaultTenant || w.taken(u.ID) {
		u.ID = fmt.Sprintf("29:1%s-%d", handle, number)
	}
	w.users = append(w.users, u)
	w.places = append(w.places, &place{
		Chat:    Chat{ID: "a:1" + strings.TrimPrefix(u.ID, "29:1"), Kind: KindPersonal, Name: name, TenantID: tenant, User: u.ID},
		members: []string{u.ID}, installed: true,
	})
	return u
}

func (w *world) taken(userID string) bool {
	return slices.ContainsFunc(w.users, func(u User) bool { return u.ID == userID })
}

func (w *world) addGroup(tenant, name, id string, members []string) Chat {
	p := &place{Chat: Chat{ID: id, Kind: KindGroup, Name: name, TenantID: tenant}, members: members, installed: true}
	w.places = append(w.places, p)
	return p.Chat
}

func (w *world) addTeam(tenant, name, group, general string, channels []string) *Team {
	team := &Team{
		ID: "19:" + general + "@thread.tacv2", Name: name, GroupID: group, TenantID: tenant,
		members: w.memberIDs(tenant),
	}
	w.teams = append(w.teams, team)
	w.addChannel(team, "General", team.ID)
	for _, channel := range channels {
		w.addChannel(team, channel, "19:"+strings.TrimPrefix(general+"-", "general-")+slug(channel)+"@thread.tacv2")
	}
	return team
}

func (w *world) addChannel(team *Team, name, id string) Chat {
	p := &place{
		Chat:    Chat{ID: id, Kind: KindChannel, Name: name, TenantID: team.TenantID, TeamID: team.ID},
		members: team.members, installed: true,
	}
	w.places = append(w.places, p)
	team.Channels = append(team.Channels, p.Chat)
	return p.Chat
}

func (w *world) memberIDs(tenant string) []string {
	var ids []string
	for _, u := range w.users {
		if u.TenantID == tenant {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// place finds a conversation by its bare id, or nil.
func (w *world) place(id string) *place {
	for _, p := range w.places {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// user finds a person by id, object id or UPN.
func (w *world) user(id string) (User, bool) {
	for _, u := range w.users {
		if u.ID == id || strings.EqualFold(u.ObjectID, id) || strings.EqualFold(u.UPN, id) {
			return u, true
		}
	}
	return User{}, false
}

func (w *world) team(id string) *Team {
	for _, t := range w.teams {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// slug makes a name fit for an id.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return '-'
	}, strings.ToLower(name))
}

// splitConversation cuts ";messageid=" off a conversation id.
func splitConversation(id string) (bare, root string) {
	bare, root, _ = strings.Cut(id, ";messageid=")
	return bare, root
}

// better orders candidates of a name search: exact before prefix before part.
func better(name, query string) int {
	name, query = strings.ToLower(name), strings.ToLower(query)
	switch {
	case name == query:
		return 0
	case strings.HasPrefix(name, query):
		return 1
	case strings.Contains(name, query):
		return 2
	}
	return 3
}

// pick returns the best match by name, or the zero value.
func pick[T any](all []T, query string, name func(T) string) T {
	best := slices.MinFunc(append([]T{*new(T)}, all...), func(a, b T) int {
		return cmp.Compare(better(name(a), query), better(name(b), query))
	})
	return best
}
