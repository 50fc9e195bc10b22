package okr

import (
	"slices"
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

// Reminder is when people are asked for check-ins. The zero value is the
// default: Mondays at 9 of their own time, left out for 3 days after a check-in.
type Reminder struct {
	Off      bool         `json:"off,omitempty"`
	Weekday  time.Weekday `json:"weekday,omitempty"`
	Hour     int          `json:"hour,omitempty"`  // 0 to 23
	Every    int          `json:"every,omitempty"` // weeks, 1 to 4; 0: all of this is the default
	SkipDays int          `json:"skipDays,omitempty"`
}

// OrDefault gives the default for a reminder that was never set.
func (r Reminder) OrDefault() Reminder {
	if r.Every == 0 {
		return Reminder{Off: r.Off, Weekday: time.Monday, Hour: 9, Every: 1, SkipDays: 3}
	}
	return r
}

func (r Reminder) validate() error {
	switch {
	case r.Every < 0 || r.Every > 4:
		return FieldErrorf("reminderEvery", "Reminders come every 1 to 4 weeks.")
	case r.Hour < 0 || r.Hour > 23:
		return FieldErrorf("reminderHour", "The hour of a reminder is 0 to 23.")
	case r.Weekday < time.Sunday || r.Weekday > time.Saturday:
		return FieldErrorf("reminderWeekday", "Choose the day of the week of the reminder.")
	case r.SkipDays < 0 || r.SkipDays > 28:
		return FieldErrorf("reminderSkip", "A reminder is left out for 0 to 28 days after a check-in.")
	}
	return nil
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
		return FieldErrorf("digestCadence", "A digest comes hourly, daily or weekly.")
	case r.Hour < 0 || r.Hour > 23:
		return FieldErrorf("digestHour", "The hour of a digest is 0 to 23.")
	case r.Weekday < time.Sunday || r.Weekday > time.Saturday:
		return FieldErrorf("digestWeekday", "Choose the day of the week of the digest.")
	}
	return nil
}
