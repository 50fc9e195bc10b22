package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
)

// Sources of this file: "Add code to enable SSO in your bot app" (an OAuth card with a
// tokenExchangeResource, the invoke signin/tokenExchange, one from each active endpoint of the
// person), "SSO Troubleshooting" of the Teams SDK (signin/failure and its codes) and botbuilder-dotnet
// #4131 (412 shows the card's button). That a client shows no card while it tries, and none after a
// 200, is inferred from the same pages.

// SingleSignOn gets a token of a person for a resource, an Application ID URI, as a client of Teams
// does from Microsoft Entra. The error may be a [SSOFailure].
type SingleSignOn func(u User, resource string) (token string, err error)

// SSOFailure is why a client has no token to hand over, by the code that Teams tells the bot.
type SSOFailure string

func (f SSOFailure) Error() string { return string(f) }

// Exchange is what one client of a person sent to the bot for an OAuth card.
type Exchange struct {
	User   string // its id
	ID     string // of the tokenExchangeResource
	Status int    // of the bot's answer
	Code   string // of a signin/failure that was sent instead of a token
	Detail string // the failureDetail of the answer
}

// signOns is what clients of people do with OAuth cards by themselves.
type signOns struct {
	get      SingleSignOn
	devices  map[string]int // by person; none: 1
	made     []Exchange
	last     map[string]exchangeCard // by person
	underWay int
	clients  sync.WaitGroup
}

// exchangeCard is an OAuth card for which clients send a token.
type exchangeCard struct {
	chat                     Chat
	id, connection, resource string
	isValid                  bool
}

// SetSingleSignOn lets the clients of people try single sign-on where an OAuth card asks for it; at
// first they have no way to get a token.
func (c *Cloud) SetSingleSignOn(get SingleSignOn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sso.get = get
}

// SetDevices says with how many clients a person is signed in to Teams.
func (c *Cloud) SetDevices(u User, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sso.devices[u.ID] = n
}

// Exchanges are those that the clients of a person made, in the order of their answers.
func (c *Cloud) Exchanges(u User) []Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Exchange
	for _, e := range c.sso.made {
		if e.User == u.ID {
			out = append(out, e)
		}
	}
	return out
}

// SignsOn says whether a client waits for the answer to an exchange.
func (c *Cloud) SignsOn() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sso.underWay > 0
}

// signOn begins what the clients of all do who see an OAuth card with a tokenExchangeResource; the
// caller holds the lock.
func (c *Cloud) signOn(p *post) {
	card, ok := attachment(p.Activity, ContentOAuth)
	resource := object(card, "tokenExchangeResource")
	if !ok || resource == nil || c.sso.get == nil {
		return
	}
	x := exchangeCard{chat: p.Chat, id: text(resource, "id"), resource: text(resource, "uri"), connection: text(card, "connectionName")}
	x.isValid = x.id != "" && x.resource != "" && x.connection != "" && len(list(card, "buttons")) > 0
	p.silent = true
	for _, u := range c.readers(p) {
		c.sso.last[u.ID] = x
		for range max(1, c.sso.devices[u.ID]) {
			c.sso.underWay++
			c.sso.clients.Go(func() { c.tryCard(p, x, u) })
		}
	}
}

// readers are the people who see a post; the caller holds the lock.
func (c *Cloud) readers(p *post) []User {
	var out []User
	for _, u := range c.world.users {
		isMember := p.Chat.User == u.ID
		if at := c.world.place(p.Chat.ID); at != nil && p.Chat.Kind != KindPersonal {
			for _, id := range at.members {
				isMember = isMember || id == u.ID
			}
		}
		if isMember && (p.Only == "" || p.Only == u.ID) {
			out = append(out, u)
		}
	}
	return out
}

// tryCard is what one client does: it shows the card when the bot does not take the token. After
// most failures of its own it shows nothing.
func (c *Cloud) tryCard(p *post, x exchangeCard, u User) {
	made, err := c.exchange(x, u)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sso.underWay--
	c.sso.made = append(c.sso.made, made)
	switch made.Code {
	case "":
		p.silent = p.silent && err == nil && made.Status == http.StatusOK
	case "userconsentrequired", "interactionrequired":
		p.silent = false
	}
	p.Seq = c.touch()
}

// exchange gets a token and hands it over, or says why there is none.
func (c *Cloud) exchange(x exchangeCard, u User) (Exchange, error) {
	made := Exchange{User: u.ID, ID: x.id}
	token, code := c.clientToken(x, u)
	name, value := "signin/tokenExchange", map[string]any{"id": x.id, "connectionName": x.connection, "token": token}
	if made.Code = code; code != "" {
		name, value = "signin/failure", map[string]any{"code": code, "message": "Single sign-on did not work."}
	}
	d, err := c.Invoke(context.Background(), x.chat, u, name, value)
	made.Status = d.Status
	var answer struct{ FailureDetail string }
	if json.Unmarshal(d.Body, &answer) == nil {
		made.Detail = answer.FailureDetail
	}
	return made, err
}

// clientToken gets a token, or the code of why not. In channels there is no single sign-on.
func (c *Cloud) clientToken(x exchangeCard, u User) (token, code string) {
	c.mu.Lock()
	get := c.sso.get
	c.mu.Unlock()
	switch {
	case !x.isValid:
		return "", "oauthcardnotvalid"
	case x.chat.Kind == KindChannel:
		return "", "resourcematchfailed"
	}
	token, err := get(u, x.resource)
	if failure, ok := errors.AsType[SSOFailure](err); ok {
		return "", string(failure)
	}
	if err != nil {
		return "", "tokenmissing"
	}
	return token, ""
}

// AnotherDevice is a client of a person that comes to see the newest OAuth card of somebody later:
// its own card for the same person, and for another one what a forged client does.
func (c *Cloud) AnotherDevice(reader, u User) (Exchange, error) {
	c.mu.Lock()
	x, ok := c.sso.last[reader.ID]
	if reader.ID != u.ID && x.chat.Kind == KindPersonal {
		for _, p := range c.world.places {
			if p.Kind == KindPersonal && p.User == u.ID {
				x.chat = p.Chat
			}
		}
	}
	c.mu.Unlock()
	if !ok {
		return Exchange{}, errors.New("bottest: the person was sent no card for single sign-on")
	}
	return c.exchange(x, u)
}
