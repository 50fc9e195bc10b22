package bottest

import (
	"fmt"
	"slices"
)

// User finds a person by the beginning of the name, id, object id or UPN, case
// insensitively; unknown people are the zero User, with whom every call fails.
func (c *Cloud) User(name string) User {
	c.mu.Lock()
	defer c.mu.Unlock()
	if u, ok := c.world.user(name); ok {
		return u
	}
	u := pick(c.world.users, name, func(u User) string { return u.Name })
	if better(u.Name, name) == 3 {
		return User{}
	}
	return u
}

// Users returns the people of a tenant.
func (c *Cloud) Users(tenant string) []User {
	c.mu.Lock()
	defer c.mu.Unlock()
	var users []User
	for _, u := range c.world.users {
		if u.TenantID == tenant {
			users = append(users, u)
		}
	}
	return users
}

// Personal returns the one-to-one chat of the person with the bot.
func (c *Cloud) Personal(u User) Chat {
	return c.find(func(p Chat) bool { return p.Kind == KindPersonal && p.User == u.ID })
}

// Channel finds a channel of the default tenant by name or id; General is among them.
func (c *Cloud) Channel(name string) Chat {
	return c.find(func(p Chat) bool {
		return p.Kind == KindChannel && (p.ID == name || (p.TenantID == DefaultTenant && better(p.Name, name) == 0))
	})
}

// GroupChat finds a group chat of the default tenant by name or id; the empty name
// finds the first.
func (c *Cloud) GroupChat(name string) Chat {
	return c.find(func(p Chat) bool {
		return p.Kind == KindGroup && (p.ID == name || (p.TenantID == DefaultTenant && (name == "" || better(p.Name, name) == 0)))
	})
}

func (c *Cloud) find(match func(Chat) bool) Chat {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.world.places {
		if match(p.Chat) {
			return p.Chat
		}
	}
	return Chat{}
}

// Team finds a team by name or id, or returns the zero Team.
func (c *Cloud) Team(name string) Team {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.world.teams {
		if name == "" || t.ID == name || better(t.Name, name) == 0 {
			return *t
		}
	}
	return Team{}
}

// AddTenant adds an empty tenant; domain is the first label of its people's UPNs.
func (c *Cloud) AddTenant(id, domain string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.world.tenants[id] = domain
}

// AddUser adds a person with a personal chat; role is RoleUser or RoleGuest. The
// person joins no existing team or group chat; AddMember does that.
func (c *Cloud) AddUser(tenant, name, role string) User {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.world.addUser(tenant, name, role, 20+len(c.world.users))
}

// AddCrowd adds so many people of the default tenant, who stand first in the roster of
// the place and of the other channels of its team. It tells the bot nothing.
func (c *Cloud) AddCrowd(chat Chat, number int) {
	var ids []string
	for i := range number {
		ids = append(ids, c.AddUser(DefaultTenant, fmt.Sprintf("Crowd%d Member", i+1), RoleUser).ID)
	}
	c.eachRoster(chat, func(members []string) []string { return append(slices.Clone(ids), members...) })
}

// AddGroupChat adds a group chat of the given people, with the bot installed.
func (c *Cloud) AddGroupChat(tenant, name string, members ...User) Chat {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make([]string, 0, len(members))
	for _, u := range members {
		ids = append(ids, u.ID)
	}
	return c.world.addGroup(tenant, name, fmt.Sprintf("19:%s-%d@thread.v2", slug(name), len(c.world.places)), ids)
}

// AddTeam adds a team of everyone in the tenant, with General and the named channels.
func (c *Cloud) AddTeam(tenant, name string, channels ...string) Team {
	c.mu.Lock()
	defer c.mu.Unlock()
	number := len(c.world.teams)
	group := fmt.Sprintf("5d0d2f3e-7c55-4d3f-9a31-%012d", number)
	return *c.world.addTeam(tenant, name, group, fmt.Sprintf("%s-%d", slug(name), number), channels)
}

// AddChannel adds a channel to a team. It tells the bot nothing; see ChannelEvent.
func (c *Cloud) AddChannel(team Team, name string) Chat {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.world.team(team.ID)
	if t == nil {
		return Chat{}
	}
	return c.world.addChannel(t, name, fmt.Sprintf("19:%s-%d@thread.tacv2", slug(name), len(c.world.places)))
}

// AddOwnChannel adds a private or shared channel to a team, with members of its own. The
// bot is not in it: there it is added to each channel by itself. Teams lists such channels
// only for those in them, so the list of the team's channels does not have it.
func (c *Cloud) AddOwnChannel(team Team, kind, name string, members ...User) Chat {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &place{Chat: Chat{
		ID: fmt.Sprintf("19:%s-%d@thread.tacv2", slug(name), len(c.world.places)), Kind: KindChannel, Type: kind, Name: name, TenantID: team.TenantID, TeamID: team.ID,
	}}
	for _, u := range members {
		p.members = append(p.members, u.ID)
	}
	c.world.places = append(c.world.places, p)
	return p.Chat
}
