package cards

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// The values of the weights rule.
const (
	WeightsFree  = "free"  // weights may be set
	WeightsEqual = "equal" // every child counts the same
)

// SettingsOf fills the form with what a tenant has.
func SettingsOf(t okr.Tenant) SettingsForm {
	r := t.ReminderDefault.OrDefault()
	f := SettingsForm{
		TimeZone: t.Location().String(), PlanningStart: fmt.Sprint(int(max(t.PlanningStart, time.January))),
		AtRisk: okr.FormatNumber(t.Bands.AtRisk), Behind: okr.FormatNumber(t.Bands.Behind),
		Weights: WeightsFree, Projects: string(t.WeightsRule.Projects),
		CreateOrganization: string(t.CreateRule.Organization), CreateTeam: string(t.CreateRule.Team), CreateIndividual: string(t.CreateRule.Individual),
		Reminders: !r.Off, ReminderWeekday: fmt.Sprint(int(r.Weekday)), ReminderHour: fmt.Sprint(r.Hour), ReminderEvery: fmt.Sprint(r.Every), ReminderSkip: fmt.Sprint(r.SkipDays),
		DigestCadence: string(t.DigestDefault.Cadence), DigestWeekday: fmt.Sprint(int(t.DigestDefault.Weekday)), DigestHour: fmt.Sprint(t.DigestDefault.Hour),
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
// createPeople, reminders, reminderWeekday, reminderHour, reminderEvery,
// reminderSkip, digestCadence, digestWeekday and digestHour; of a new period
// periodName, periodStart, periodEnd and periodCurrent.
func EditSettings(f SettingsForm) Card {
	const title = "Settings"
	if !f.IsAdmin {
		return readSettings(f)
	}
	in := form{err: f.Error}
	in.add(textInput("timeZone", "Time zone", f.TimeZone, 60).hint("for example Europe/Paris").required("Give the name of a time zone."),
		choiceInput("planningStart", "The planning year begins in", f.PlanningStart, months()))
	in.addPair(textInput("behind", "Behind from (points under expected)", f.Behind, maxNumber), textInput("atRisk", "At risk from (points under expected)", f.AtRisk, maxNumber))
	in.addFolded("rollup", "How objectives add up", false, rollUpInputs(f))
	rights, keep := createInputs(f)
	in.addFolded("create", "Who may create what", false, rights)
	in.addFolded("remind", "Reminders and digests", false, timeInputs(f))
	in.addFolded("periods", "Custom periods", false, periodForm(f, keep))
	save := run("Save", VerbSettingsSave, "version", f.Version, "keep", keep).positive()
	return newCard(title, in.elements(heading(title), note("For everyone in your organization.")), save, run("Cancel", VerbHelp).bare())
}

func rollUpInputs(f SettingsForm) form {
	in := form{err: f.Error}
	in.add(choiceInput("weights", "Weights", f.Weights, weightRules()), choiceInput("projects", "Projects count", orAny(f.Projects), projectRules()))
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
	return []Choice{{Title: "may be set", Value: WeightsFree}, {Title: "are not used: all count the same", Value: WeightsEqual}}
}

func projectRules() []Choice {
	return []Choice{
		{Title: "only where there is nothing else", Value: ChoiceAny},
		{Title: "always", Value: string(okr.ProjectsAlways)},
		{Title: "never", Value: string(okr.ProjectsNever)},
	}
}

func createInputs(f SettingsForm) (in form, keep string) {
	in.err = f.Error
	in.add(choiceInput("createOrganization", "Goals of the organization", orAny(f.CreateOrganization), creators("admins")),
		choiceInput("createTeam", "Goals of teams", orAny(f.CreateTeam), creators("every member")),
		choiceInput("createIndividual", "Goals of persons", orAny(f.CreateIndividual), creators("every member")))
	field, ok := peopleInput("createPeople", "The chosen people", f.CreatePeople, GoalForm{Picker: f.Picker}, true)
	if !ok {
		in.show(field)
		return in, "createPeople"
	}
	in.add(field.(input))
	return in, ""
}

func creators(standard string) []Choice {
	return []Choice{
		{Title: "by default: " + standard, Value: ChoiceAny},
		{Title: "every member", Value: string(okr.CreateByEveryone)},
		{Title: "admins", Value: string(okr.CreateByAdmins)},
		{Title: "the chosen people and admins", Value: string(okr.CreateByChosen)},
	}
}

func timeInputs(f SettingsForm) form {
	in := form{err: f.Error}
	reminderInputs(&in, "Ask people for check-ins", ReminderForm{
		Reminders: f.Reminders, Weekday: f.ReminderWeekday, Hour: f.ReminderHour, Every: f.ReminderEvery, Skip: f.ReminderSkip,
	})
	in.add(choiceInput("digestCadence", "Digests come", orAny(f.DigestCadence), cadences()))
	in.addPair(choiceInput("digestWeekday", "Weekly ones on", f.DigestWeekday, weekdays()), choiceInput("digestHour", "Daily and weekly ones at", f.DigestHour, hours()))
	return in
}

func cadences() []Choice {
	return []Choice{
		{Title: "hourly, when something moved", Value: ChoiceAny},
		{Title: "daily", Value: string(okr.Daily)},
		{Title: "weekly", Value: string(okr.Weekly)},
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
	out := []Choice{{Title: "every week", Value: "1"}}
	for n := 2; n <= 4; n++ {
		out = append(out, Choice{Title: fmt.Sprintf("every %d weeks", n), Value: fmt.Sprint(n)})
	}
	return out
}
