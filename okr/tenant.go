package okr

import (
	"slices"
	"time"
)

// Tenant holds a tenant's own settings.
type Tenant struct {
	ID         TenantID  `json:"id"`
	Enabled    bool      `json:"enabled"`
	Ever       bool      `json:"ever"` // enabled at some time: the card then says Manage
	ChangedBy  Person    `json:"changedBy"`
	ChangedAt  time.Time `json:"changedAt"`
	Admins     []Person  `json:"admins,omitempty"` // besides those of the configuration
	TimeZone   string    `json:"timeZone,omitempty"`
	Bands      Bands     `json:"bands"`
	Generation int       `json:"generation"` // data version, for rolling upgrades

	PlanningStart   time.Month   `json:"planningStart,omitempty"` // first month of the planning year; 0: January
	Periods         []TimePeriod `json:"periods,omitempty"`       // custom ones
	Current         string       `json:"current,omitempty"`       // id of a custom period that is current while it lasts
	WeightsRule     WeightsRule  `json:"weightsRule,omitzero"`
	CreateRule      CreateRule   `json:"createRule,omitzero"`
	ReminderDefault Reminder     `json:"reminderDefault,omitzero"`
	DigestDefault   DigestRule   `json:"digestDefault,omitzero"`
	Teams           []string     `json:"teams,omitempty"` // names that goals were given, for choosing again
}

// Key is the record's id: one a tenant.
func (t Tenant) Key() string { return "settings" }

// Unique is empty.
func (t Tenant) Unique() string { return "" }

// Indexes is empty.
func (t Tenant) Indexes() []string { return nil }

// Location is the tenant's time zone, in which days are counted; UTC when none
// is set or the name is not known here.
func (t Tenant) Location() *time.Location {
	if loc, err := time.LoadLocation(t.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// HasAdmin says whether the tenant's own list names the person.
func (t Tenant) HasAdmin(user UserID) bool {
	return slices.ContainsFunc(t.Admins, func(p Person) bool { return p.ID == user })
}

// Actor is who does something, and where. It comes from a verified activity
// only, never from a card.
type Actor struct {
	Tenant TenantID
	Person
	Guest  bool
	Shared bool // in a group chat or channel, where others read along
}

// Sees says whether the goal exists for the actor. A private one never does where
// others read along.
func (a Actor) Sees(g Goal) bool {
	return len(g.Audience) == 0 || !a.Shared && slices.Contains(g.Audience, a.ID)
}

// Today is the tenant's day at a time.
func (t Tenant) Today(now time.Time) Date { return DateOf(now.In(t.Location())) }

// maxTeams bounds the names of teams that are offered again.
const maxTeams = 200

// noteTeam keeps the name of a team for choosing it again, and says whether it is
// a new one.
func (t *Tenant) noteTeam(team string) bool {
	known := slices.ContainsFunc(t.Teams, func(o string) bool { return foldText(o) == foldText(team) })
	if team == "" || known || len(t.Teams) >= maxTeams {
		return false
	}
	t.Teams = append(slices.Clone(t.Teams), team)
	slices.Sort(t.Teams)
	return true
}
