package cards

import "okrbot/okr"

// The keys of a [GoalFilter], each also the id of its input; [ChoiceAny] filters
// nothing. Other cards use them for the same things.
const (
	KeyText   = "text"   // words to search
	KeyKind   = "kind"   // an okr.GoalKind
	KeyStatus = "status" // an okr.Status
	KeyOwner  = "owner"  // id of a person
	KeyTeam   = "team"
	KeyPeriod = "period" // id of a period
	KeyTag    = "tag"    // tags with commas between
)

// GoalFilter is what a list is narrowed to; an empty field narrows nothing.
type GoalFilter struct {
	Owner, Team, Period, Status, Kind, Tags, Text string
}

// isEmpty says whether nothing is filtered.
func (f GoalFilter) isEmpty() bool { return f == GoalFilter{} }

// pairs are the filter as data of a button.
func (f GoalFilter) pairs() []string {
	pairs := []string{KeyOwner, f.Owner, KeyTeam, f.Team, KeyPeriod, f.Period, KeyStatus, f.Status, KeyKind, f.Kind, KeyText, f.Text}
	for i := 1; i < len(pairs); i += 2 {
		pairs[i] = typed(pairs[i], okr.MaxName)
	}
	return append(pairs, KeyTag, typed(f.Tags, maxTags))
}

// maxTags bounds the tags of a filter, in characters.
const maxTags = okr.MaxTags * (okr.MaxTag + 2)

// filterFold are the filters of a list behind a button. The ids of the
// inputs are text, tag, kind, status, owner, team and period; ChoiceAny filters
// nothing.
func filterFold(l GoalList, bytes int) fold {
	f := l.Filter
	apply := run("Apply", VerbGoals, KeyScope, scopeOf(l)).positive()
	buttons := []action{apply}
	if !f.isEmpty() {
		buttons = append(buttons, run("Clear", VerbGoals, KeyScope, scopeOf(l)).bare())
	}
	items := []element{
		columns(col(stretch, textInput(KeyText, "Title contains", f.Text, okr.MaxName).hint("A word or its beginning")), col(stretch, textInput(KeyTag, "Tags", f.Tags, maxTags).hint("Separated by commas"))),
		columns(col(stretch, filterChoice(KeyKind, "Kind", f.Kind, kindChoices(), bytes)), col(stretch, filterChoice(KeyStatus, "Status", f.Status, statusChoices(), bytes))),
		columns(col(stretch, filterChoice(KeyPeriod, "Period", f.Period, l.Periods, bytes)), col(stretch, filterChoice(KeyTeam, "Team", f.Team, l.Teams, bytes/2))),
	}
	if len(l.Owners) > 0 {
		items = append(items, filterChoice(KeyOwner, "Owner", f.Owner, l.Owners, bytes/2))
	}
	return fold{id: "filters", show: "Filter and search", hide: "Hide filters", items: append(items, actionsOf(buttons...))}
}

func filterChoice(id, label, value string, choices []Choice, bytes int) input {
	if value == "" {
		value = ChoiceAny
	}
	return limitedChoice(id, label, value, append([]Choice{{Title: "Any", Value: ChoiceAny}}, choices...), bytes)
}

func kindChoices() []Choice {
	return []Choice{
		{Title: "Objectives", Value: string(okr.Objective)},
		{Title: "Key results", Value: string(okr.KeyResult)},
		{Title: "Projects", Value: string(okr.Project)},
	}
}

func statusChoices() []Choice {
	var out []Choice
	for _, s := range []okr.Status{okr.AtRisk, okr.Behind, okr.OnTrack, okr.StatusInProgress, okr.NotStarted, okr.NoData, okr.StatusClosed, okr.StatusPostponed} {
		out = append(out, Choice{Title: statusText(s), Value: string(s)})
	}
	return out
}

// filterText says what a list is narrowed to.
func filterText(l GoalList) md {
	f := l.Filter
	if f.isEmpty() {
		return ""
	}
	search := md("")
	if f.Text != "" {
		search = mdf("“%s”", f.Text)
	}
	return "Filtered by: " + joinMD(", ", search, titleOf(kindChoices(), f.Kind), titleOf(statusChoices(), f.Status),
		tagsText(f.Tags), titleOf(l.Owners, f.Owner), titleOf(l.Teams, f.Team), titleOf(l.Periods, f.Period)) + "."
}

// tagsText names the tags of a filter.
func tagsText(tags string) md {
	if tags == "" {
		return ""
	}
	return mdn(maxLong, "tagged %s", tags)
}

// titleOf is the title of a chosen value; the value itself where it is no choice.
func titleOf(choices []Choice, value string) md {
	for _, c := range choices {
		if c.Value == value {
			return mdf("%s", c.Title)
		}
	}
	return mdf("%s", value)
}
