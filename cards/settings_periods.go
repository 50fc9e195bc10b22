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
func periodForm(f SettingsForm, keep string) form {
	in := form{err: f.Error}
	if len(f.Periods) == 0 {
		in.show(note("Quarters and years are there by themselves. A period of your own has a name and two dates."))
	}
	in.show(rowsWithin(len(f.Periods), 8, 4_000, func(i int) element { return periodRow(f, f.Periods[i], keep) })...)
	if n := len(f.Periods) - 8; n > 0 {
		in.show(more(n, "period")...)
	}
	in.add(textInput(InputPeriodName, "Name of a new period", f.PeriodName, okr.MaxName).hint("for example Spring 2027"))
	in.addPair(dateInput(InputPeriodStart, "First day", f.PeriodStart), dateInput(InputPeriodEnd, "Last day", f.PeriodEnd))
	in.add(toggleInput(InputPeriodCurrent, "While it lasts", "New goals go into it", false))
	in.show(actionsOf(run("Add the period", VerbPeriodAdd, KeyVersion, f.Version, KeyKeep, keep, KeyPicker, picks(f.Picker))))
	return in
}

func periodRow(f SettingsForm, p okr.TimePeriod, keep string) element {
	name := mdf("%s", p.Name)
	if p.ID == f.Current {
		name += " (current while it lasts)"
	}
	return columns(
		col(stretch, text(name).near(), note(mdf("%s to %s", p.Start, p.End))).middle(),
		col(auto, actionsOf(run("Remove", VerbPeriodRemove, KeyPeriod, p.ID, KeyVersion, f.Version, KeyKeep, keep, KeyPicker, picks(f.Picker)))),
	).separated()
}

// readSettings shows the settings to those who may not change them.
func readSettings(f SettingsForm) Card {
	const title = "Settings"
	reminders := md("off")
	if f.Reminders {
		reminders = joinMD(", ", titleOf(weeks(), f.ReminderEvery), titleOf(weekdays(), f.ReminderWeekday), titleOf(hours(), f.ReminderHour)+" of each one's own time")
	}
	digests := titleOf(cadences(), orAny(f.DigestCadence))
	switch okr.Cadence(f.DigestCadence) {
	case okr.Daily:
		digests = joinMD(", ", digests, titleOf(hours(), f.DigestHour))
	case okr.Weekly:
		digests = joinMD(", ", digests, titleOf(weekdays(), f.DigestWeekday), titleOf(hours(), f.DigestHour))
	}
	body := []element{heading(title), facts(
		fact{"Time zone", mdf("%s", f.TimeZone)}, fact{"Planning year from", titleOf(months(), f.PlanningStart)},
		fact{"Behind from", mdf("%s points under expected", f.Behind)}, fact{"At risk from", mdf("%s points under expected", f.AtRisk)},
		fact{"Weights", titleOf(weightRules(), f.Weights)}, fact{"Projects count", titleOf(projectRules(), orAny(f.Projects))},
		fact{"Organization goals by", titleOf(creators("admins"), orAny(f.CreateOrganization))},
		fact{"Team goals by", titleOf(creators("every member"), orAny(f.CreateTeam))},
		fact{"Personal goals by", titleOf(creators("every member"), orAny(f.CreateIndividual))},
		fact{"Exports by", titleOf(exporters(), orAny(f.ExportBy))},
		fact{"Reminders", reminders}, fact{"Digests", digests}, fact{"Custom periods", periodNames(f.Periods)},
	), note(whoChanges(f))}
	return newCard(title, body, run("OKRs", VerbGoals), run("Help", VerbHelp))
}

// whoChanges says who can change the settings that are shown.
func whoChanges(f SettingsForm) md {
	if f.Closed {
		return "They can only be read at the moment. Whoever runs okrbot can fix that. Try again later."
	}
	return "Only an admin can change them. " + whoCan(f.Admins)
}

func periodNames(all []okr.TimePeriod) md {
	var names []md
	for _, p := range all[:min(len(all), 8)] {
		names = append(names, mdf("%s", p.Period))
	}
	if n := len(all) - 8; n > 0 {
		names = append(names, md(count(n, "more period")))
	}
	return joinMD("; ", names...)
}
