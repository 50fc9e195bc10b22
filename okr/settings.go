package okr

import (
	"context"
	"slices"
	"sync/atomic"
	"time"
)

// WeightsRule is how objectives add up what is below them. The zero value is the
// default: weights may be set, and projects count only where there is neither a
// key result nor an objective, since they are work and not outcome.
type WeightsRule struct {
	Equal    bool         `json:"equal,omitempty"` // weights are not used: every child counts the same
	Projects ProjectsRule `json:"projects,omitempty"`
}

// ProjectsRule says when projects contribute to their objective.
type ProjectsRule string

// When projects contribute.
const (
	ProjectsAlone  ProjectsRule = "" // only where there is nothing else
	ProjectsAlways ProjectsRule = "always"
	ProjectsNever  ProjectsRule = "never"
)

// CreateRule says who may make goals of a level; of nothing said, admins those of
// the organization and every member the others. People are named as its choice.
type CreateRule struct {
	Organization CreateBy `json:"organization,omitempty"`
	Team         CreateBy `json:"team,omitempty"`
	Individual   CreateBy `json:"individual,omitempty"`
	People       []Person `json:"people,omitempty"` // whom CreateByChosen means, besides admins
}

// CreateBy says who may make something.
type CreateBy string

// Who may make something.
const (
	CreateByDefault  CreateBy = ""
	CreateByEveryone CreateBy = "everyone" // every member; guests never
	CreateByAdmins   CreateBy = "admins"
	CreateByChosen   CreateBy = "chosen"
)

// ExportBy says who may export OKRs to files. Guests never may, and all of them, not only
// what they see, only admins.
type ExportBy string

// Who may export.
const (
	ExportByEveryone ExportBy = "" // every member, what they see
	ExportByAdmins   ExportBy = "admins"
)

// of gives the rule of a level.
func (r CreateRule) of(level Level) CreateBy {
	by := map[Level]CreateBy{LevelOrganization: r.Organization, LevelTeam: r.Team, "": r.Team, LevelIndividual: r.Individual}[level]
	switch {
	case by != CreateByDefault:
		return by
	case level == LevelOrganization:
		return CreateByAdmins
	default:
		return CreateByEveryone
	}
}

// Cadence is how often a digest comes.
type Cadence string

// The cadences of digests.
const (
	Hourly Cadence = "" // when something moved
	Daily  Cadence = "daily"
	Weekly Cadence = "weekly"
)

// DigestRule is how often a digest comes, and when: that of a place, and for the
// tenant what the form of a new digest begins with.
type DigestRule struct {
	Cadence Cadence      `json:"cadence,omitempty"`
	Weekday time.Weekday `json:"weekday,omitempty"` // of a weekly one
	Hour    int          `json:"hour,omitempty"`    // of a daily or weekly one, 0 to 23: it comes within that hour of its time zone
}

func (r DigestRule) validate() error {
	switch {
	case !slices.Contains([]Cadence{Hourly, Daily, Weekly}, r.Cadence):
		return FieldErrorf("digestCadence", "Choose hourly, daily or weekly.")
	case r.Hour < 0 || r.Hour > 23:
		return FieldErrorf("digestHour", "Choose a time from 00:00 to 23:00.")
	case r.Weekday < time.Sunday || r.Weekday > time.Saturday:
		return FieldErrorf("digestWeekday", "Choose a day of the week.")
	}
	return nil
}

// digestHour is the hour at which a digest comes unless somebody chooses another one: the
// begin of a working day.
const digestHour = 9

// OrDefault is the rule with Monday, 09:00 for what its cadence does not use, so that a
// form in which somebody changes only the cadence never says Sunday or midnight.
func (r DigestRule) OrDefault() DigestRule {
	if r.Cadence == Hourly {
		r.Hour = digestHour
	}
	if r.Cadence != Weekly {
		r.Weekday = time.Monday
	}
	return r
}

// Integration is the state of the Azure DevOps integration of a tenant.
type Integration struct {
	Settings      Settings
	IsAdmin       bool
	Admins        []string
	Connections   int
	Bindings      int
	Subscriptions int
	Failing       int // connections whose last sync failed
}

// SettingsInput is what an admin may set for a tenant.
type SettingsInput struct {
	TimeZone        string // IANA name; empty: UTC
	PlanningStart   time.Month
	Bands           Bands
	WeightsRule     WeightsRule
	CreateRule      CreateRule
	ReminderDefault Reminder
	DigestDefault   DigestRule
	ExportBy        ExportBy
}

// Validate refuses settings that cannot be.
func (in SettingsInput) Validate() error {
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "Local" {
		return FieldErrorf("timeZone", "There is no time zone %q. Give its name as in Europe/Berlin or America/New_York.", Shorten(CleanLine(in.TimeZone), 60))
	}
	if in.PlanningStart < 0 || in.PlanningStart > time.December {
		return FieldErrorf("planningStart", "Choose the month in which the planning year starts.")
	}
	if b := in.Bands; !(b.Behind >= 0 && b.Behind < b.AtRisk && b.AtRisk <= 100) {
		return FieldErrorf("bands", "Enter percentage points below expected: behind at 0 or more, at risk at more than that, up to 100.")
	}
	if !slices.Contains([]ProjectsRule{ProjectsAlone, ProjectsAlways, ProjectsNever}, in.WeightsRule.Projects) {
		return FieldErrorf("projects", "Choose when projects are included in the roll-up.")
	}
	for _, by := range []CreateBy{in.CreateRule.Organization, in.CreateRule.Team, in.CreateRule.Individual} {
		if !slices.Contains([]CreateBy{CreateByDefault, CreateByEveryone, CreateByAdmins, CreateByChosen}, by) {
			return FieldErrorf("create", "Choose who can create goals of each level.")
		}
	}
	if len(in.CreateRule.People) > MaxPeople {
		return FieldErrorf("create", "You can add up to %d people.", MaxPeople)
	}
	if !slices.Contains([]ExportBy{ExportByEveryone, ExportByAdmins}, in.ExportBy) {
		return FieldErrorf("export", "Choose who can export OKRs.")
	}
	if err := in.ReminderDefault.Validate(); err != nil {
		return err
	}
	return in.DigestDefault.validate()
}

// maxPeriods bounds the custom periods of a tenant.
const maxPeriods = 60

// PutPeriod adds or changes a custom period, and says whether it is the current one
// while it lasts.
func (t *Settings) PutPeriod(p TimePeriod, current bool) error {
	i := slices.IndexFunc(t.Periods, func(o TimePeriod) bool { return o.ID == p.ID })
	taken := slices.ContainsFunc(t.Periods, func(o TimePeriod) bool { return o.ID != p.ID && foldText(o.Name) == foldText(p.Name) })
	switch {
	case taken:
		return FieldErrorf("name", "A period with this name already exists.")
	case i < 0 && len(t.Periods) >= maxPeriods:
		return FieldErrorf("name", "There are already %d periods. Remove one that has ended.", maxPeriods)
	case i < 0:
		t.Periods = append(t.Periods, p)
	default:
		t.Periods[i] = p
	}
	slices.SortStableFunc(t.Periods, func(a, b TimePeriod) int { return a.Start.Days() - b.Start.Days() })
	switch {
	case current:
		t.Current = p.ID
	case t.Current == p.ID:
		t.Current = ""
	}
	return nil
}

// Settings holds a tenant's own settings.
type Settings struct {
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
	ExportBy        ExportBy     `json:"exportBy,omitempty"`
	Teams           []string     `json:"teams,omitempty"`      // names that goals were given, for choosing again
	AddressKey      []byte       `json:"addressKey,omitempty"` // makes and reads the addresses of pages; empty: none was made yet
}

// Key is the record's id: one a tenant.
func (t Settings) Key() string { return "settings" }

// Unique is empty.
func (t Settings) Unique() string { return "" }

// Indexes is empty.
func (t Settings) Indexes() []string { return nil }

// Location is the tenant's time zone, in which days are counted; UTC when none
// is set or the name is not known here.
func (t Settings) Location() *time.Location {
	if loc, err := time.LoadLocation(t.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// DefaultSettings are those of a tenant that has stored none.
func DefaultSettings(tenant TenantID) Settings {
	return Settings{ID: tenant, Bands: DefaultBands(), TimeZone: "UTC"}
}

// turnSettings is the context key of the settings that a turn goes by.
type turnSettings struct{}

// WithSettings lets a turn go by settings that were read when it began, until it changes
// them: what it says and allows then fits together, and they are read once. They are of
// this turn only, so what others change counts from the next one on.
func WithSettings(ctx context.Context, t Settings) context.Context {
	held := &atomic.Pointer[Settings]{}
	held.Store(&t)
	return context.WithValue(ctx, turnSettings{}, held)
}

// SettingsFrom gives the settings that a turn goes by, if they are those of a tenant.
func SettingsFrom(ctx context.Context, tenant TenantID) (Settings, bool) {
	if held, ok := ctx.Value(turnSettings{}).(*atomic.Pointer[Settings]); ok {
		if t := held.Load(); t != nil && t.ID == tenant {
			return *t, true
		}
	}
	return Settings{}, false
}

// DropSettings lets a turn read its settings anew, since it is about to change them.
func DropSettings(ctx context.Context) {
	if held, ok := ctx.Value(turnSettings{}).(*atomic.Pointer[Settings]); ok {
		held.Store(nil)
	}
}

// PostsDigests says whether digests are posted: before the integration with Azure DevOps
// was ever enabled, for OKRs that people keep, and while it is; not after an admin
// disabled it, which stops both.
func (t Settings) PostsDigests() bool { return t.Enabled || !t.Ever }

// HasAdmin says whether the tenant's own list names the person.
func (t Settings) HasAdmin(user UserID) bool {
	return slices.ContainsFunc(t.Admins, func(p Person) bool { return p.ID == user })
}

// Today is the tenant's day at a time.
func (t Settings) Today(now time.Time) Date { return DateOf(now.In(t.Location())) }

// maxTeams bounds the names of teams that are offered again.
const maxTeams = 200

// NoteTeam keeps the name of a team for choosing it again, and says whether it is
// a new one.
func (t *Settings) NoteTeam(team string) bool {
	known := slices.ContainsFunc(t.Teams, func(o string) bool { return foldText(o) == foldText(team) })
	if team == "" || known || len(t.Teams) >= maxTeams {
		return false
	}
	t.Teams = append(slices.Clone(t.Teams), team)
	slices.Sort(t.Teams)
	return true
}

// SettingsOf is what stands now, for a form.
func SettingsOf(t Settings) SettingsInput {
	return SettingsInput{
		TimeZone: t.TimeZone, PlanningStart: t.PlanningMonth(), Bands: t.Bands, WeightsRule: t.WeightsRule,
		CreateRule: t.CreateRule, ReminderDefault: t.ReminderDefault.OrDefault(), DigestDefault: t.DigestDefault.OrDefault(),
		ExportBy: t.ExportBy,
	}
}

// Quiet is when a place is not to be told anything. What moves meanwhile is told
// afterwards, in one digest.
type Quiet struct {
	From int            `json:"from,omitempty"` // the hour at which it begins, 0 to 23
	To   int            `json:"to,omitempty"`   // the hour at which it ends; the same as From: no hours
	Days []time.Weekday `json:"days,omitempty"` // whole days
}

// Covers says whether a local time is quiet.
func (q Quiet) Covers(local time.Time) bool {
	if slices.Contains(q.Days, local.Weekday()) {
		return true
	}
	h := local.Hour()
	if q.From <= q.To {
		return h >= q.From && h < q.To
	}
	return h >= q.From || h < q.To // over midnight
}

func (q Quiet) validate() error {
	if q.From < 0 || q.From > 23 || q.To < 0 || q.To > 23 {
		return FieldErrorf("quietFrom", "Choose quiet hours from 00:00 to 23:00.")
	}
	week := map[time.Weekday]bool{}
	for _, d := range q.Days {
		if d < time.Sunday || d > time.Saturday {
			return FieldErrorf("quietDays", "Choose days of the week.")
		}
		week[d] = true
	}
	if len(week) == 7 {
		return FieldErrorf("quietDays", "Leave at least one day of the week for digests.")
	}
	return nil
}

// ReadBounded is [ReadNumber] of a field that has a range, which its reader checks: a number
// that is too large to read is [MaxNumber], which is in none.
func ReadBounded(field, name, text, empty string) (float64, error) {
	if _, how := (NumberStyle{".", ","}).Parse(text); how == TooLarge {
		return MaxNumber, nil
	}
	return ReadNumber(field, name, text, empty)
}
