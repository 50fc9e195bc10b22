package cards

import "okrbot/okr"

// SettingsForm is the state of the settings, for admins to change and for others
// to read. Values are as typed; ids of the inputs are the names of the fields in
// lower camel case.
type SettingsForm struct {
	IsAdmin bool
	Admins  []string
	Version string // goes along, so that a stale save can be noticed; may be empty

	TimeZone      string
	PlanningStart string // 1 to 12
	AtRisk        string // percentage points
	Behind        string
	Weights       string // WeightsFree or WeightsEqual
	Projects      string // an okr.ProjectsRule; empty: only where there is nothing else

	CreateOrganization string // an okr.CreateBy; empty: as it is by default
	CreateTeam         string
	CreateIndividual   string
	CreatePeople       People
	Picker             string // dataset of the client's people picker; empty: it has none

	Reminders       bool
	ReminderWeekday string // 0 (Sunday) to 6
	ReminderHour    string // 0 to 23
	ReminderEvery   string // weeks
	ReminderSkip    string // days

	DigestCadence string // an okr.Cadence; empty: hourly
	DigestWeekday string
	DigestHour    string

	Periods     []okr.TimePeriod // custom ones
	Current     string           // id of the one that is current while it lasts
	PeriodName  string           // of a new one
	PeriodStart string
	PeriodEnd   string

	Error FieldError
}
