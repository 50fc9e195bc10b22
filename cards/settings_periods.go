package cards

import "okrbot/okr"

// The verbs of custom periods stand in the form of the settings, whose version, keep
// and inputs come along.
const (
	VerbPeriodAdd    = "settings.period.add"
	VerbPeriodRemove = "settings.period.remove" // period
)

// The inputs of a new period.
const (
	InputPeriodName    = "periodName"
	InputPeriodStart   = "periodStart"
	InputPeriodEnd     = "periodEnd"
	InputPeriodCurrent = "periodCurrent"
)

// periodForm lists the custom periods and adds one.
func periodForm(p Place, f SettingsForm, keep string) form {
	in := form{err: f.Error}
	if len(f.Periods) == 0 {
		in.show(note("Quarters and years already exist. A custom period has a name and two dates."))
	}
	in.show(rowsWithin(len(f.Periods), 8, 4_000, func(i int) element { return periodRow(p, f, f.Periods[i], keep) })...)
	if n := len(f.Periods) - 8; n > 0 {
		in.show(more(n, "period")...)
	}
	in.add(textInput(InputPeriodName, "New period", f.PeriodName, okr.MaxName).hint("For example Spring 2027"))
	in.addPair(dateInput(InputPeriodStart, "First day", f.PeriodStart), dateInput(InputPeriodEnd, "Last day", f.PeriodEnd))
	in.add(toggleInput(InputPeriodCurrent, "Default", "Use as the default period", false))
	in.show(actionsOf(run("Add period", VerbPeriodAdd, KeyVersion, f.Version, KeyKeep, keep, KeyPicker, picks(f.Picker))))
	return in
}

func periodRow(p Place, f SettingsForm, own okr.TimePeriod, keep string) element {
	name := mdf("%s", own.Name)
	if own.ID == f.Current {
		name += " (current)"
	}
	return columns(
		col(stretch, text(name).near(), note(mdf("%s to %s", p.date(own.Start), p.date(own.End)))).middle(),
		col(auto, actionsOf(run("Remove", VerbPeriodRemove, KeyPeriod, own.ID, KeyVersion, f.Version, KeyKeep, keep, KeyPicker, picks(f.Picker)))),
	).separated()
}

// readSettings shows the settings to those who may not change them.
func readSettings(p Place, f SettingsForm) Card {
	const title = "Settings"
	reminders := md("Off")
	if f.Reminders {
		reminders = joinMD(", ", titleOf(weeks(), f.ReminderEvery), titleOf(weekdays(), f.ReminderWeekday), titleOf(hours(), f.ReminderHour)+" in each person's time zone")
	}
	digests := titleOf(cadences(), orAny(f.DigestCadence))
	switch okr.Cadence(f.DigestCadence) {
	case okr.Daily:
		digests = joinMD(", ", digests, titleOf(hours(), f.DigestHour))
	case okr.Weekly:
		digests = joinMD(", ", digests, titleOf(weekdays(), f.DigestWeekday), titleOf(hours(), f.DigestHour))
	}
	body := []element{heading(title), facts(
		fact{"Time zone", mdf("%s", f.TimeZone)}, fact{"Planning year starts in", titleOf(months(), f.PlanningStart)},
		fact{"Behind at", mdf("%s points below expected", f.Behind)}, fact{"At risk at", mdf("%s points below expected", f.AtRisk)},
		fact{"Weights", titleOf(weightRules(), f.Weights)}, fact{"Include projects", titleOf(projectRules(), orAny(f.Projects))},
		fact{"Reminders", reminders}, fact{"Default digest", digests}, fact{"Custom periods", periodNames(p, f.Periods)},
	), section("Who can create and export"), facts(
		fact{"Organization goals", titleOf(creators("Admins"), orAny(f.CreateOrganization))},
		fact{"Team goals", titleOf(creators("Every member"), orAny(f.CreateTeam))},
		fact{"Personal goals", titleOf(creators("Every member"), orAny(f.CreateIndividual))},
		fact{"Exports", titleOf(exporters(), orAny(f.ExportBy))},
	), footer(whoChanges(f))}
	return newCard(title, body, myOKRs(), moreHelp())
}

// whoChanges says who can change the settings that are shown.
func whoChanges(f SettingsForm) md {
	if f.Closed {
		return "Settings can't be changed right now. The person who runs okrbot can fix this. Try again later."
	}
	return "Only an admin can change these settings. " + whoCan(f.Admins)
}

func periodNames(p Place, all []okr.TimePeriod) md {
	var names []md
	for _, own := range all[:min(len(all), 8)] {
		names = append(names, mdf("%s", p.period(own.Period)))
	}
	if n := len(all) - 8; n > 0 {
		names = append(names, md(count(n, "more period")))
	}
	return joinMD("; ", names...)
}
