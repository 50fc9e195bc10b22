package cards

import (
	"fmt"

	"okrbot/okr"
)

// VerbResume goes back to the automatic value. Its data is goal.
const VerbResume = "goal.resume"

// ended says how a closed or postponed goal ended.
func ended(p Place, v GoalView, bytes int) []element {
	c := v.Goal.Closed
	if c == nil {
		return nil
	}
	items := []element{text(mdf("%s", statusText(c.State))).with(bolder, "")}
	if c.Score != nil {
		items[0] = text(mdf("%s, score %s", statusText(c.State), scoreText(*c.Score))).with(bolder, scoreColor(*c.Score, v.Goal.GoalType))
		if okr.BandOf(*c.Score, v.Goal.GoalType) == okr.ScoreOrange {
			items = append(items, note("Full marks on an aspirational objective. Consider aiming higher next time."))
		}
	}
	items = append(items, note(joinMD(" · ", personText(c.By), p.when(c.At))))
	if c.Note != "" {
		items = append(items, text(lines(c.Note, 2*shortFor(bytes))))
	}
	return []element{box("emphasis", items...)}
}

func scoreText(f float64) string { return fmt.Sprintf("%.1f", f) }

func scoreColor(score float64, t okr.GoalType) string {
	switch okr.BandOf(score, t) {
	case okr.ScoreRed:
		return attention
	case okr.ScoreYellow, okr.ScoreOrange:
		return warning
	}
	return good
}

// manual says that a person set the value, and what it would be without.
func manual(p Place, v GoalView) []element {
	m := v.Goal.Manual
	if m == nil {
		return nil
	}
	what := md("Status set manually")
	if m.Value != nil {
		what = mdf("Value set manually: %s", amount(p, v.Goal, m.Value))
	}
	items := []element{bold(what), note(joinMD(" · ", personText(m.By), p.when(m.At)))}
	if auto := v.Standing.Automatic; auto != nil {
		items = append(items, text(mdf("Automatic value: %s", amount(p, v.Goal, auto))+autoStatus(v.Standing.Auto)).near())
	} else if v.Goal.IsAutomatic() {
		items = append(items, text("Automatic value: none yet.").near())
	}
	switch {
	case !v.Goal.IsOpen(): // it stays as it ended
	case !m.LastsUntilResumed && v.Goal.IsAutomatic():
		items = append(items, note("Until the next automatic update."))
	case m.LastsUntilResumed && v.MayCheckIn:
		items = append(items, actionsOf(run("Resume automatic updates", VerbResume, KeyGoal, string(v.Goal.ID)).bare()))
	case m.LastsUntilResumed:
		items = append(items, note("Until automatic updates are resumed."))
	}
	return []element{box("emphasis", items...)}
}

func autoStatus(s okr.Status) md {
	if s == "" {
		return "."
	}
	return mdf(" (%s).", statusText(s))
}

// amount is a value of a goal: a number of its metric, else percent.
func amount(p Place, g okr.Goal, f *float64) string {
	switch {
	case g.Kind == okr.KeyResult && g.Metric != nil:
		return p.value(g.Metric, f)
	case f == nil:
		return "no data"
	}
	return p.percent(*f)
}

// lastCheckIn is who last said something, and what.
func lastCheckIn(p Place, v GoalView, bytes int) []element {
	c := v.Goal.LastCheckIn
	if c == nil {
		return nil
	}
	head := note(joinMD(" · ", "Last check-in", personText(c.By), p.when(c.At)))
	head.Spacing = "Medium"
	out := []element{head}
	if c.Note != "" {
		out = append(out, text(lines(c.Note, shortFor(bytes))).near())
	}
	return out
}

// details is what a goal's card has behind "More", the description within so many
// bytes.
func details(p Place, v GoalView, bytes int) []element {
	if bytes < 1_000 {
		return nil
	}
	g := v.Goal
	list := facts(
		fact{"Level", levelText(g)}, fact{"Team", mdf("%s", g.Team)}, fact{"Tags", tagText(g.Tags)},
		fact{"Type", goalTypeText(g)}, fact{weightTitle(g), shareText(p, v)},
		fact{"Check-in owner", askedText(g)}, fact{"Delegate", personText(g.Delegate)},
		fact{"Visible to", visibility(g)}, fact{"Editors", editability(g)},
		fact{"Phases", phaseText(p, g.Metric)}, fact{"At risk from", thresholdText(p, g.Metric)},
		fact{"Created by", personText(g.CreatedBy)},
	)
	out := append([]element{list}, bindingDetails(v)...)
	if runeCount(g.Description) > maxShort {
		out = append(out, section("Description"), text(lines(g.Description, min(okr.MaxDescription, bytes/3))))
	}
	return out
}

// bindingDetails is what of a binding is seldom asked for.
func bindingDetails(v GoalView) []element {
	b := v.Goal.Binding
	if b == nil {
		return nil
	}
	list := []fact{{"Work item type", counted(b.ItemType)}, {"Connection", mdf("%s", v.Connection)}}
	if b.Method != "" {
		list = append([]fact{{"Measure", mdf("%s", b.Method.Words(b.Field))}}, list...)
	}
	if m := b.Last; m != nil {
		list = append([]fact{{"Matches", matches(*m)}, {"Excluded", leftOut(*m, b.ItemType)}}, list...)
		list[len(list)-1].Value = through(connectionName(v), m.Account)
		list = append(list, fact{"Account", mdf("%s", m.Account)})
	}
	return []element{section("Data source"), facts(list...)}
}

// askedText is who is asked for check-ins: where the check-in owner is not in Teams, the
// owner.
func askedText(g okr.Goal) md {
	asked := personText(g.Asked())
	if who := g.CheckInOwner; who.ID == "" && who.Name != "" {
		return joinMD(", instead of ", asked, personText(who))
	}
	return asked
}

func weightTitle(g okr.Goal) md {
	if g.Parent == "" {
		return "Weight"
	}
	return mdf("Weight in %s", g.Parent)
}

func shareText(p Place, v GoalView) md {
	if v.Weight <= 0 {
		return ""
	}
	return md(p.percent(v.Weight))
}

func levelText(g okr.Goal) md {
	switch g.Level {
	case okr.LevelOrganization:
		return "Organization"
	case okr.LevelIndividual:
		return "Personal"
	}
	return "Team"
}

func goalTypeText(g okr.Goal) md {
	switch {
	case g.Kind != okr.Objective:
		return ""
	case g.GoalType == okr.Committed:
		return "Committed"
	}
	return "Aspirational"
}

func tagText(tags []string) md {
	var out []md
	for _, t := range tags[:min(len(tags), okr.MaxTags)] {
		out = append(out, mdf("%s", t))
	}
	return joinMD(", ", out...)
}

func visibility(g okr.Goal) md {
	if !g.Private {
		return ""
	}
	return joinMD(", ", "Private: its owners and editors", people(g.Viewers))
}

func editability(g okr.Goal) md {
	only := md("")
	if g.OnlyEditors {
		only = "Only owners, the delegate and editors"
	}
	return joinMD(": ", only, people(g.Editors))
}

func thresholdText(p Place, m *okr.Metric) md {
	if m == nil || m.Threshold == nil {
		return ""
	}
	return mdf("%s", p.value(m, m.Threshold))
}

func phaseText(p Place, m *okr.Metric) md {
	if m == nil {
		return ""
	}
	var out []md
	for _, phase := range m.Phases[:min(len(m.Phases), 6)] {
		out = append(out, mdf("%s by %s", p.exact(m, &phase.Value), p.date(phase.Date)))
	}
	if n := len(m.Phases) - 6; n > 0 {
		out = append(out, md(count(n, "more phase")))
	}
	return joinMD("; ", out...)
}
