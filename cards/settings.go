package cards

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// The verbs of the settings, with the data and inputs that come along.
const (
	VerbSettings     = "settings"
	VerbSettingsSave = "settings.save" // version, keep, picker; inputs: see [EditSettings]
)

// The inputs of the settings, beside those of reminders and of a new period.
const (
	InputTimeZone           = "timeZone"
	InputPlanningStart      = "planningStart"
	InputAtRisk             = "atRisk"
	InputBehind             = "behind"
	InputWeights            = "weights"
	InputProjects           = "projects"
	InputCreateOrganization = "createOrganization"
	InputCreateTeam         = "createTeam"
	InputCreateIndividual   = "createIndividual"
	InputCreatePeople       = "createPeople"
	InputExportBy           = "exportBy"
	InputDigestCadence      = "digestCadence"
	InputDigestWeekday      = "digestWeekday"
	InputDigestHour         = "digestHour"
)

// SettingsForm is the state of the settings, for admins to change and for others
// to read. Values are as typed; ids of the inputs are the names of the fields in
// lower camel case.
type SettingsForm struct {
	IsAdmin bool
	Closed  bool // nobody can change them right now
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
	ExportBy           string // an okr.ExportBy; empty: everyone
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

	Saved bool // the settings are, only the new period is not
	Error FieldError
}

// The values of the weights rule.
const (
	WeightsFree  = "free"  // weights may be set
	WeightsEqual = "equal" // every child counts the same
)

// SettingsOf fills the form with what a tenant has.
func SettingsOf(t okr.Settings) SettingsForm {
	r, d := t.ReminderDefault.OrDefault(), t.DigestDefault.OrDefault()
	f := SettingsForm{
		TimeZone: t.Location().String(), PlanningStart: fmt.Sprint(int(max(t.PlanningStart, time.January))),
		AtRisk: okr.PlainNumber(t.Bands.AtRisk), Behind: okr.PlainNumber(t.Bands.Behind),
		Weights: WeightsFree, Projects: string(t.WeightsRule.Projects),
		CreateOrganization: string(t.CreateRule.Organization), CreateTeam: string(t.CreateRule.Team), CreateIndividual: string(t.CreateRule.Individual),
		ExportBy:  string(t.ExportBy),
		Reminders: !r.Off, ReminderWeekday: fmt.Sprint(int(r.Weekday)), ReminderHour: fmt.Sprint(r.Hour), ReminderEvery: fmt.Sprint(r.Every), ReminderSkip: fmt.Sprint(r.SkipDays),
		DigestCadence: string(d.Cadence), DigestWeekday: fmt.Sprint(int(d.Weekday)), DigestHour: fmt.Sprint(d.Hour),
		Periods: t.Periods, Current: t.Current,
	}
	if t.WeightsRule.Equal {
		f.Weights = WeightsEqual
	}
	for _, p := range t.CreateRule.People {
		f.CreatePeople.Chosen = append(f.CreatePeople.Chosen, Choice{Title: p.Name, Value: string(p.ID)})
		f.CreatePeople.Names += separator(f.CreatePeople.Names) + p.Name
	}
	return f
}

func separator(before string) string {
	if before == "" {
		return ""
	}
	return ", "
}

// EditSettings is the form of the settings for admins; others see them without
// inputs. The ids of its inputs are timeZone, planningStart, atRisk, behind,
// weights, projects, createOrganization, createTeam, createIndividual,
// createPeople, exportBy, reminders, reminderWeekday, reminderHour, reminderEvery,
// reminderSkip, digestCadence, digestWeekday and digestHour; of a new period
// periodName, periodStart, periodEnd and periodCurrent.
func EditSettings(p Place, f SettingsForm) Card {
	const title = "Settings"
	if !f.IsAdmin || f.Closed {
		return readSettings(p, f)
	}
	in := form{err: f.Error}
	in.add(textInput(InputTimeZone, "Time zone", f.TimeZone, 60).hint("For example Europe/Paris").required("Enter the name of a time zone."),
		choiceInput(InputPlanningStart, "Planning year starts in", f.PlanningStart, months()))
	in.addPair(textInput(InputBehind, "Behind at (points below expected)", f.Behind, maxNumber), textInput(InputAtRisk, "At risk at (points below expected)", f.AtRisk, maxNumber))
	in.addFolded("rollup", "Roll-up", false, rollUpInputs(f))
	rights, keep := createInputs(f)
	in.addFolded("create", "Who can create and export", false, rights)
	in.addFolded("remind", "Reminders and digests", false, timeInputs(f))
	in.addFolded("periods", "Custom periods", false, periodForm(p, f, keep))
	save := run("Save", VerbSettingsSave, KeyVersion, f.Version, KeyKeep, keep, KeyPicker, picks(f.Picker)).positive()
	head := []element{heading(title), note("These settings apply to everyone in your organization.")}
	if f.Saved {
		head = append(head, box("good", text("✓ Settings saved. The new period isn't saved yet.").with(bolder, good)))
	}
	return newCard(title, in.elements(head...), save, run("Show applications", VerbApplications).bare(), run("Cancel", VerbHelp).bare())
}

func rollUpInputs(f SettingsForm) form {
	in := form{err: f.Error}
	in.add(choiceInput(InputWeights, "Weights", f.Weights, weightRules()), choiceInput(InputProjects, "Include projects", orAny(f.Projects), projectRules()))
	return in
}

// orAny stands for the empty value, which is no value of a choice.
func orAny(value string) string {
	if value == "" {
		return ChoiceAny
	}
	return value
}

func weightRules() []Choice {
	return []Choice{{Title: "Can be set for each key result", Value: WeightsFree}, {Title: "Always equal", Value: WeightsEqual}}
}

func projectRules() []Choice {
	return []Choice{
		{Title: "Only if there are no key results", Value: ChoiceAny},
		{Title: "Always", Value: string(okr.ProjectsAlways)},
		{Title: "Never", Value: string(okr.ProjectsNever)},
	}
}

func createInputs(f SettingsForm) (in form, keep string) {
	in.err = f.Error
	in.add(choiceInput(InputCreateOrganization, "Organization goals", orAny(f.CreateOrganization), creators("Admins")),
		choiceInput(InputCreateTeam, "Team goals", orAny(f.CreateTeam), creators("Every member")),
		choiceInput(InputCreateIndividual, "Personal goals", orAny(f.CreateIndividual), creators("Every member")))
	export := choiceInput(InputExportBy, "Export OKRs", orAny(f.ExportBy), exporters())
	field, ok := peopleInput(InputCreatePeople, "Chosen people", f.CreatePeople, f.Picker, true)
	if !ok {
		in.show(field)
		in.add(export)
		return in, InputCreatePeople
	}
	in.add(field.(input), export)
	return in, ""
}

func creators(standard string) []Choice {
	return []Choice{
		{Title: standard + " (default)", Value: ChoiceAny},
		{Title: "Every member", Value: string(okr.CreateByEveryone)},
		{Title: "Admins", Value: string(okr.CreateByAdmins)},
		{Title: "Chosen people and admins", Value: string(okr.CreateByChosen)},
	}
}

func exporters() []Choice {
	return []Choice{
		{Title: "Every member, for the OKRs they see", Value: ChoiceAny},
		{Title: "Admins", Value: string(okr.ExportByAdmins)},
	}
}

func timeInputs(f SettingsForm) form {
	in := form{err: f.Error}
	reminderInputs(&in, "Remind people to check in", ReminderForm{
		Reminders: f.Reminders, Weekday: f.ReminderWeekday, Hour: f.ReminderHour, Every: f.ReminderEvery, Skip: f.ReminderSkip,
	})
	in.add(choiceInput(InputDigestCadence, "Default digest", orAny(f.DigestCadence), cadences()))
	in.addPair(choiceInput(InputDigestWeekday, "Day (weekly)", f.DigestWeekday, weekdays()), choiceInput(InputDigestHour, "Time (daily, weekly)", f.DigestHour, hours()))
	return in
}

func cadences() []Choice {
	return []Choice{
		{Title: "Hourly, when something changes", Value: ChoiceAny},
		{Title: "Daily", Value: string(okr.Daily)},
		{Title: "Weekly", Value: string(okr.Weekly)},
	}
}

func months() []Choice {
	var out []Choice
	for m := time.January; m <= time.December; m++ {
		out = append(out, Choice{Title: m.String(), Value: fmt.Sprint(int(m))})
	}
	return out
}

func weekdays() []Choice {
	var out []Choice
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		out = append(out, Choice{Title: d.String(), Value: fmt.Sprint(int(d))})
	}
	return out
}

func hours() []Choice {
	var out []Choice
	for h := range 24 {
		out = append(out, Choice{Title: fmt.Sprintf("%02d:00", h), Value: fmt.Sprint(h)})
	}
	return out
}

func weeks() []Choice {
	out := []Choice{{Title: "Every week", Value: "1"}}
	for n := 2; n <= 4; n++ {
		out = append(out, Choice{Title: fmt.Sprintf("Every %d weeks", n), Value: fmt.Sprint(n)})
	}
	return out
}
