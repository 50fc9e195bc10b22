package okr

import (
	"cmp"
	"maps"
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
	User       UserID           `json:"user,omitempty"` // whose chat, for Personal; else who alone reads, beside Account
	// Account is the id in Teams of the person who alone sees what is posted in this shared
	// place; empty: everybody does.
	Account string `json:"account,omitempty"`
}

// IsShared says whether others read what is posted there.
func (c Conversation) IsShared() bool { return c.Kind != Personal && c.Account == "" }

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
	Slot         string         `json:"slot,omitempty"` // which of several of its place; empty: the first
	DigestPlan
	CreatedBy Person              `json:"createdBy"`
	CreatedAt time.Time           `json:"createdAt"`
	Paused    string              `json:"paused,omitempty"`   // why nothing is posted; empty: running
	RefusedAt time.Time           `json:"refusedAt,omitzero"` // since when Teams has refused each digest, for a reason that may pass
	UnsureAt  time.Time           `json:"unsureAt,omitzero"`  // of a last digest to which no answer came
	MutedTill time.Time           `json:"mutedTill,omitzero"` // nothing is posted before
	Reported  map[GoalID]Reported `json:"reported,omitempty"` // what the place was last told of each goal
	PostedAt  time.Time           `json:"postedAt,omitzero"`  // of the last digest that Teams took
	Through   time.Time           `json:"through,omitzero"`   // daily and weekly ones: until when nothing more is due
	ThreadID  string              `json:"threadId,omitempty"` // the message that digests of one thread answer
}

// DigestPlan is what a place wants to be told, and when.
type DigestPlan struct {
	Objectives []GoalID   `json:"objectives"`       // with what stands below them
	Teams      []string   `json:"teams,omitempty"`  // whose goals
	People     []Person   `json:"people,omitempty"` // what they own or check in
	Tags       []string   `json:"tags,omitempty"`   // goals with one of them; nothing of all these: all that may be seen in a shared place
	Rule       DigestRule `json:"rule,omitzero"`
	Zone       string     `json:"zone,omitempty"` // IANA name, in which its hours are meant; empty: the tenant's
	Quiet      Quiet      `json:"quiet,omitzero"`
	Always     bool       `json:"always,omitempty"`   // posted also when nothing moved
	Threaded   bool       `json:"threaded,omitempty"` // in a channel: all digests in one thread
	CheckIns   bool       `json:"checkIns,omitempty"` // each check-in is told at once, too
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
func (sub Subscription) Key() string { return string(sub.ID) }

// Unique is the conversation, and which of its subscriptions it is.
func (sub Subscription) Unique() string { return DigestAddress(sub.Conversation.ID, sub.Slot) }

// DigestAddress names one of the subscriptions of a conversation.
func DigestAddress(conversation, slot string) string {
	if slot == "" {
		return conversation
	}
	return conversation + "\n" + slot
}

// Indexes names the lists that the subscription stands in.
func (sub Subscription) Indexes() []string {
	out := []string{ConversationIndex(sub.Conversation.ID)}
	if sub.CheckIns {
		out = append(out, CheckInsIndex)
	}
	return out
}

// CheckInsIndex lists the subscriptions that are told of each check-in at once.
const CheckInsIndex = "checkins"

// Halted says that the digest does not come because of its place: it is paused, or Teams
// has refused it lately. Somebody who writes there ends that.
func (sub Subscription) Halted() bool { return sub.Paused != "" || !sub.RefusedAt.IsZero() }

// ConversationIndex lists the subscriptions of a conversation.
func ConversationIndex(conversation string) string { return "conversation:" + conversation }

// Reported is what the goal shows.
func (v GoalView) Reported() Reported {
	r := Reported{Value: v.Goal.Value(), Progress: v.Standing.Progress, Status: v.Standing.Status}
	if b := v.Goal.Binding; b != nil && b.Last != nil {
		r.At = b.Last.At
	}
	return r
}

// Differs says whether a goal shows something else than what was told.
func (r Reported) Differs(after Reported) bool {
	return !same(r.Value, after.Value) || !same(r.Progress, after.Progress) || r.Status != after.Status
}

// Moves says whether the progress is another one.
func (r Reported) Moves(after Reported) bool { return !same(r.Progress, after.Progress) }

// IsAll says whether the plan chooses nothing, which means everything.
func (p DigestPlan) IsAll() bool {
	return len(p.Objectives)+len(p.Teams)+len(p.People)+len(p.Tags) == 0
}

// Picks says whether the plan names the team, a tag, or an owner or who checks in of a
// goal.
func (p DigestPlan) Picks(g Goal) bool {
	return g.Team != "" && slices.ContainsFunc(p.Teams, func(team string) bool { return TeamIndex(team) == TeamIndex(g.Team) }) ||
		slices.ContainsFunc(p.People, func(who Person) bool { return isOne(append(g.Owners(), g.Asked()), Actor{Person: who}) }) ||
		slices.ContainsFunc(p.Tags, func(tag string) bool {
			return slices.ContainsFunc(g.Tags, func(of string) bool { return foldText(of) == foldText(tag) })
		})
}

// Validate refuses a plan that cannot be.
func (p DigestPlan) Validate() error {
	if err := p.Rule.validate(); err != nil {
		return err
	}
	if len(p.People) > maxPicked || len(p.Tags) > maxPicked {
		return FieldErrorf("people", "You can add up to %d people and %d tags.", maxPicked, maxPicked)
	}
	if _, err := time.LoadLocation(p.Zone); err != nil {
		return FieldErrorf("zone", "I don't know this time zone. Choose another one.")
	}
	return p.Quiet.validate()
}

// Location is the time zone in which the hours of a plan are meant.
func (p DigestPlan) Location(t Settings) *time.Location {
	if loc, err := time.LoadLocation(p.Zone); err == nil && p.Zone != "" {
		return loc
	}
	return t.Location()
}

// moment is the last time at or before now at which a daily or weekly digest is
// due: once a day or week, also on days of 23 or 25 hours.
func (r DigestRule) moment(now time.Time, zone *time.Location) time.Time {
	for back := 0; ; back++ {
		if at, ok := r.on(now, -back, zone); ok && !at.After(now) {
			return at
		}
	}
}

// after is the first moment after now.
func (r DigestRule) after(now time.Time, zone *time.Location) time.Time {
	for day := 0; ; day++ {
		if at, ok := r.on(now, day, zone); ok && at.After(now) {
			return at
		}
	}
}

// on is the moment of a day, counted from that of now; false where the rule has
// none on it. An hour that the day leaves out is that after it.
func (r DigestRule) on(now time.Time, days int, zone *time.Location) (time.Time, bool) {
	y, m, d := now.In(zone).Date()
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, zone)
	at := time.Date(y, m, d+days, r.Hour, 0, 0, 0, zone)
	if at.Day() != noon.Day() || at.Hour() < r.Hour {
		at = at.Add(time.Hour)
	}
	return at, r.Cadence != Weekly || noon.Weekday() == r.Weekday
}

const (
	// digestSlack is how much earlier than DigestEvery a digest may come: queues and
	// clocks are not exact to the second.
	digestSlack = 5 * time.Minute
	// digestSkew is how far a time that was written may lie ahead: further ahead it
	// comes from a clock that was wrong, and waiting for it would stop the digests.
	digestSkew = 10 * time.Minute
)

// past is t, or the zero time where it lies in the future.
func past(t, now time.Time) time.Time {
	if t.After(now.Add(digestSkew)) {
		return time.Time{}
	}
	return t
}

// IsOpen says whether the place may be told something at now: it is neither paused, muted
// nor quiet.
func (sub Subscription) IsOpen(now time.Time, zone *time.Location) bool {
	return sub.Paused == "" && !now.Before(sub.MutedTill) && !sub.Quiet.Covers(now.In(zone))
}

// IsDue says whether a digest may be posted at now: at most one in a time of
// every, none while paused, muted or quiet, and daily and weekly ones once after
// each of their moments, also when that was missed.
func (sub Subscription) IsDue(now time.Time, zone *time.Location, every time.Duration) bool {
	switch {
	case !sub.IsOpen(now, zone):
		return false
	case now.Sub(past(sub.PostedAt, now)) < every-digestSlack:
		return false
	case sub.Rule.Cadence == Hourly:
		return true
	default:
		return past(sub.Through, now).Before(sub.Rule.moment(now, zone))
	}
}

// Next is about when the next digest may come, at or after now; zero while it is
// paused.
func (sub Subscription) Next(now time.Time, zone *time.Location) time.Time {
	if sub.Paused != "" {
		return time.Time{}
	}
	at := now
	if sub.Rule.Cadence != Hourly && !past(sub.Through, now).Before(sub.Rule.moment(now, zone)) {
		at = sub.Rule.after(now, zone)
	}
	if at.Before(sub.MutedTill) {
		at = sub.MutedTill
	}
	for range 8 * 24 {
		if !sub.Quiet.Covers(at.In(zone)) {
			break
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	return at
}

// Replan takes over another plan. What the place watched before is still to be
// told as it was; other times count from now on.
func (sub *Subscription) Replan(fresh Subscription, told map[GoalID]Reported) {
	if sub.Rule.OrDefault() != fresh.Rule.OrDefault() || sub.Zone != fresh.Zone {
		sub.Through = fresh.Through
	}
	if !fresh.Threaded {
		sub.ThreadID = ""
	}
	fresh.Conversation.Name = cmp.Or(fresh.Conversation.Name, sub.Conversation.Name) // Teams does not always say it
	sub.Conversation, sub.DigestPlan = fresh.Conversation, fresh.DigestPlan
	sub.Resume()
	sub.MutedTill = time.Time{}
	maps.DeleteFunc(sub.Reported, func(id GoalID, _ Reported) bool {
		_, watched := told[id]
		return !watched // chosen again later, it is new to the place
	})
	for id, r := range told {
		if _, known := sub.Reported[id]; !known {
			sub.Report(id, r)
		}
	}
}

// refusedFor is how long a place may refuse digests for a reason that may pass before
// they are paused: Teams has strays, and outages of hours.
const refusedFor = 24 * time.Hour

// Refuse notes that Teams refused a digest at now, and pauses the subscription where
// the refusal is final or has lasted: the reason says which.
func (sub *Subscription) Refuse(cause error, now time.Time) {
	words, _ := MessageOf(cause)
	if KindOf(cause) == Forbidden {
		sub.Paused = cmp.Or(sub.Paused, words)
		return
	}
	if past(sub.RefusedAt, now).IsZero() {
		sub.RefusedAt = now
	}
	if now.Sub(sub.RefusedAt) >= refusedFor {
		sub.Paused = cmp.Or(sub.Paused, "No digest could be posted for a day. "+words)
	}
}

// Resume goes on with a subscription that was paused or refused.
func (sub *Subscription) Resume() {
	sub.Paused, sub.RefusedAt, sub.UnsureAt = "", time.Time{}, time.Time{}
}

// Report notes what the place was told of a goal.
func (sub *Subscription) Report(id GoalID, r Reported) {
	if sub.Reported == nil {
		sub.Reported = map[GoalID]Reported{}
	}
	sub.Reported[id] = r
}

// Forget forgets what the place was told of goals.
func (sub *Subscription) Forget(gone map[GoalID]bool) {
	maps.DeleteFunc(sub.Reported, func(id GoalID, _ Reported) bool { return gone[id] })
}

// KnowsOf says whether the place was told of one of some goals.
func (sub Subscription) KnowsOf(goals map[GoalID]bool) bool {
	for id := range sub.Reported {
		if goals[id] {
			return true
		}
	}
	return false
}

// maxPicked is how many people and tags one digest follows.
const maxPicked = 20

// MaxDigests is how many digests one place gets.
const MaxDigests = 10

// MaxMute is for how long a digest can be muted at most.
const MaxMute = 90 * 24 * time.Hour
