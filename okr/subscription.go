package okr

import (
	"slices"
	"time"
)

// Conversation is a place in Teams to which okrbot can post: what the connector
// needs and what people know it by.
type Conversation struct {
	Tenant     TenantID         `json:"tenant"`
	ID         string           `json:"id"` // without the thread: posting to it starts a new one
	Kind       ConversationKind `json:"kind"`
	Name       string           `json:"name,omitempty"`
	ServiceURL string           `json:"serviceUrl"`
	BotID      string           `json:"botId"`
	TeamID     string           `json:"teamId,omitempty"`
	User       UserID           `json:"user,omitempty"` // whose chat, for Personal
}

// ConversationKind is where a conversation takes place.
type ConversationKind string

// The kinds of conversations, as Teams names them.
const (
	Personal  ConversationKind = "personal"
	GroupChat ConversationKind = "groupChat"
	Channel   ConversationKind = "channel"
)

// Subscription is a conversation that gets digests. Fields that came later than
// others are empty in old records, and mean then what they meant before.
type Subscription struct {
	ID           SubscriptionID `json:"id"`
	Conversation Conversation   `json:"conversation"`
	DigestPlan
	CreatedBy Person              `json:"createdBy"`
	CreatedAt time.Time           `json:"createdAt"`
	Paused    string              `json:"paused,omitempty"`   // why nothing is posted; empty: running
	MutedTill time.Time           `json:"mutedTill,omitzero"` // nothing is posted before
	Reported  map[GoalID]Reported `json:"reported,omitempty"` // what the place was last told of each goal
	PostedAt  time.Time           `json:"postedAt,omitzero"`  // of the last digest that Teams took
	Through   time.Time           `json:"through,omitzero"`   // daily and weekly ones: until when nothing more is due
	ThreadID  string              `json:"threadId,omitempty"` // the message that digests of one thread answer
}

// DigestPlan is what a place wants to be told, and when.
type DigestPlan struct {
	Objectives []GoalID   `json:"objectives"`      // with what stands below them
	Teams      []string   `json:"teams,omitempty"` // whose goals; neither objectives nor teams: all that may be seen in a shared place
	Rule       DigestRule `json:"rule,omitzero"`
	Zone       string     `json:"zone,omitempty"` // IANA name, in which its hours are meant; empty: the tenant's
	Quiet      Quiet      `json:"quiet,omitzero"`
	Always     bool       `json:"always,omitempty"`   // posted also when nothing moved
	Threaded   bool       `json:"threaded,omitempty"` // in a channel: all digests in one thread
}

// Reported is what a place was last told of a goal. A change is reported once:
// it moves only after Teams took the post.
type Reported struct {
	At       time.Time `json:"at"` // of the measurement that was told
	Value    *float64  `json:"value,omitempty"`
	Progress *float64  `json:"progress,omitempty"`
	Status   Status    `json:"status"`
}

// Key is the record's id.
func (s Subscription) Key() string { return string(s.ID) }

// Unique is the conversation: one subscription a place.
func (s Subscription) Unique() string { return s.Conversation.ID }

// Indexes names the lists that the subscription stands in.
func (s Subscription) Indexes() []string { return []string{ConversationIndex(s.Conversation.ID)} }

// ConversationIndex lists the subscriptions of a conversation.
func ConversationIndex(conversation string) string { return "conversation:" + conversation }

// Digest is what one post tells a place.
type Digest struct {
	Subscription Subscription
	At           time.Time
	Moved        []Move     // key results and projects, in the tree's order
	Objectives   []Move     // objectives whose progress or status changed by it
	Still        []GoalView // open objectives that did not move, where the place is always told
	Failing      []GoalView // watched goals whose value is stale
}

// Empty says whether nothing moved.
func (d Digest) Empty() bool { return len(d.Moved)+len(d.Objectives) == 0 }

// Move is how one goal changed between two digests.
type Move struct {
	Goal    Goal
	Parent  string // the objective's title
	Before  Reported
	After   Reported
	Changes Changes   // why: the items that moved it
	Since   time.Time // when the place was last told something; zero: not known
}

// StatusChanged says whether the status is another one.
func (m Move) StatusChanged() bool { return m.Before.Status != m.After.Status }

// Reported is what the goal shows.
func (v GoalView) Reported() Reported {
	r := Reported{Value: v.Goal.Value(), Progress: v.Standing.Progress, Status: v.Standing.Status}
	if b := v.Goal.Binding; b != nil && b.Last != nil {
		r.At = b.Last.At
	}
	return r
}

func (r Reported) differs(after Reported) bool {
	return !same(r.Value, after.Value) || !same(r.Progress, after.Progress) || r.Status != after.Status
}

// hasTeam says whether the plan names the team of a goal.
func (p DigestPlan) hasTeam(g Goal) bool {
	return g.Team != "" && slices.ContainsFunc(p.Teams, func(team string) bool { return TeamIndex(team) == TeamIndex(g.Team) })
}
