package bottest

import (
	"maps"
	"slices"
	"time"
)

// The content types of the attachments that the stand-in understands.
const (
	ContentAdaptive = "application/vnd.microsoft.card.adaptive"
	ContentOAuth    = "application/vnd.microsoft.card.oauth"
	ContentSignin   = "application/vnd.microsoft.card.signin"
)

// Post is a message of the bot as one reader sees it at one moment.
type Post struct {
	// ID is the message id that the bot was given for updates.
	ID string
	// Chat is the place; in a channel it carries the thread.
	Chat Chat
	// Activity is the body that the bot sent last.
	Activity map[string]any
	// Summary is the activity's summary, what a notification shows.
	Summary string
	// Card is the Adaptive Card, or nil; after an invoke was answered with a card, it
	// is that one, for the person who pressed.
	Card map[string]any
	// Updates counts the bot's updates; History holds the bodies before each, oldest first.
	Updates int
	History []map[string]any
	// Deleted is set when the bot has deleted the message.
	Deleted bool
	// Only is the id of the person who alone sees a targeted message; empty: everybody
	// in the place.
	Only string
	// At is when the bot posted it, and Seq orders changes over the whole Cloud.
	At  time.Time
	Seq int
}

// post is the shared record behind the Posts.
type post struct {
	Post
	views  map[string]map[string]any
	born   time.Duration // what had passed when it was posted
	silent bool          // an OAuth card that clients do not show: they try single sign-on, or it worked
}

// add records a message; the caller holds the lock.
func (c *Cloud) add(chat Chat, activity map[string]any) *post {
	id := c.nextID()
	if chat.Kind == KindChannel && chat.Thread == "" {
		chat.Thread = id
		c.roots[chat.ConversationID()] = true
	}
	p := &post{views: map[string]map[string]any{}, born: c.passed}
	p.ID, p.Chat, p.At = id, chat, c.opts.Now()
	p.set(activity)
	if recipient := object(activity, "recipient"); recipient["isTargeted"] == true {
		p.Only = text(recipient, "id")
	}
	p.Seq = c.touch()
	c.posts = append(c.posts, p)
	return p
}

func (p *post) set(activity map[string]any) {
	p.Activity = activity
	p.Summary = text(activity, "summary")
	p.Card = nil
	if content, ok := attachment(activity, ContentAdaptive); ok {
		p.Card = content
	}
	clear(p.views)
}

// update replaces the message for every reader; the caller holds the lock.
func (c *Cloud) update(p *post, activity map[string]any) {
	p.History = append(p.History, p.Activity)
	p.Updates++
	p.set(activity)
	p.Seq = c.touch()
}

// find returns the record of a post, or nil; the caller holds the lock.
func (c *Cloud) findPost(chat, id string) *post {
	for _, p := range c.posts {
		if p.Chat.ID == chat && p.ID == id {
			return p
		}
	}
	return nil
}

// seenBy is the snapshot that the person sees. In a personal chat that is always its owner.
func (p *post) seenBy(userID string) Post {
	out := p.Post
	out.History = slices.Clone(p.History)
	if p.Chat.Kind == KindPersonal {
		userID = p.Chat.User
	}
	if card, ok := p.views[userID]; ok {
		out.Card = card
	}
	return out
}

// Posts returns the bot's messages in the chat, oldest first, without deleted ones. A
// channel shows all its threads, a thread only itself. In a personal chat the posts
// are as its owner sees them, elsewhere as someone sees them who has pressed nothing.
// Targeted ones are among them for who looks with [Chat.As].
func (c *Cloud) Posts(chat Chat) []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.visible(chat)
}

func (c *Cloud) visible(chat Chat) []Post {
	var out []Post
	for _, p := range c.posts {
		if p.Seq <= chat.since || p.Deleted || p.silent || p.Chat.ID != chat.ID || (chat.Thread != "" && p.Chat.Thread != chat.Thread) || !c.shows(p, chat.reader) {
			continue
		}
		out = append(out, p.seenBy(""))
	}
	return out
}

// targetedLife is how long a targeted message is shown ("Send and receive targeted
// messages in group conversations").
const targetedLife = 24 * time.Hour

// shows says whether the person still sees the message; the caller holds the lock.
func (c *Cloud) shows(p *post, reader string) bool {
	return p.Only == "" || p.Only == reader && c.passed-p.born < targetedLife
}

// Pass lets time go by for targeted messages, which are gone after 24 hours.
func (c *Cloud) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += d
	c.touch()
}

// Everything returns the bot's messages in the chat as Posts does, with those that only
// one person sees or saw, whoever that is.
func (c *Cloud) Everything(chat Chat) []Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Post
	for _, p := range c.posts {
		if !p.Deleted && !p.silent && p.Chat.ID == chat.ID && p.Seq > chat.since {
			out = append(out, p.seenBy(p.Only))
		}
	}
	return out
}

// Last returns the newest message of the bot in the chat, or the zero Post.
func (c *Cloud) Last(chat Chat) Post {
	posts := c.Posts(chat)
	if len(posts) == 0 {
		return Post{}
	}
	return posts[len(posts)-1]
}

// View returns the post as it is now for the person; a deleted one says so. What the
// person does not see is the zero Post.
func (c *Cloud) View(p Post, u User) Post {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.findPost(p.Chat.ID, p.ID); found != nil && !found.silent && c.shows(found, u.ID) {
		return found.seenBy(u.ID)
	}
	return Post{}
}

// Typing returns how many typing activities the bot has sent to the chat.
func (c *Cloud) Typing(chat Chat) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.typing[chat.ID]
}

// SignInURL returns the address behind the button of an OAuth or sign-in card, or "".
func (c *Cloud) SignInURL(p Post) string { return SignInURL(p) }

// SignInURL returns the address behind the button of an OAuth or sign-in card, or "".
func SignInURL(p Post) string {
	for _, kind := range []string{ContentOAuth, ContentSignin} {
		card, ok := attachment(p.Activity, kind)
		if !ok {
			continue
		}
		for _, button := range list(card, "buttons") {
			if b, ok := button.(map[string]any); ok && text(b, "value") != "" {
				return text(b, "value")
			}
		}
	}
	return ""
}

// attachment returns the content of the first attachment of the type.
func attachment(activity map[string]any, contentType string) (map[string]any, bool) {
	for _, each := range list(activity, "attachments") {
		a, ok := each.(map[string]any)
		if ok && text(a, "contentType") == contentType {
			content, ok := a["content"].(map[string]any)
			return content, ok
		}
	}
	return nil, false
}

// text, list and object read a field of decoded JSON, tolerating any other type.
func text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

func list(m map[string]any, key string) []any {
	l, _ := m[key].([]any)
	return l
}

func object(m map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		m, _ = m[key].(map[string]any)
	}
	return m
}

// clone copies decoded JSON deeply enough to change its top level.
func clone(m map[string]any) map[string]any { return maps.Clone(m) }
