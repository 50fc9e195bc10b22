package files

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// ownColumns are what the Explorer has no column for, as it is written:
//
//	Weight           the own one in percent; empty: an equal share
//	Phased Targets   2025-04-30: 15; 2025-05-31: 20
//	Private          Yes, or empty
//	Tasks            a line each: [x] Sign the lease | 2025-05-21 | Megan Bowen
//	Account IDs      of the people in the row, a line each: Megan Bowen = object id
func ownColumns() []outColumn {
	text := func(name string, of func(transfer.Item) string) outColumn {
		return outColumn{name, func(item transfer.Item, _ transfer.CheckIn) any { return of(item) }}
	}
	number := func(name string, of func(transfer.Item) *float64) outColumn {
		return outColumn{name, func(item transfer.Item, _ transfer.CheckIn) any { return cellNumber(of(item)) }}
	}
	return []outColumn{
		text("Tag", func(it transfer.Item) string { return strings.Join(it.Tags, "; ") }),
		text("Level", func(it transfer.Item) string { return string(cmp.Or(it.Level, okr.LevelTeam)) }),
		number("Weight", weightShown),
		text("Target Type", targetText),
		number("Threshold", func(it transfer.Item) *float64 { return metricShown(it).Threshold }),
		text("Phased Targets", phasesText),
		text("Private", func(it transfer.Item) string { return yesText(it.Private) }),
		text("Viewers", func(it transfer.Item) string { return namesText(it.Viewers) }),
		text("Editors", func(it transfer.Item) string { return namesText(it.Editors) }),
		text("Only Editors", func(it transfer.Item) string { return yesText(it.OnlyEditors) }),
		text("Delegate", func(it transfer.Item) string { return it.Delegate.Name }),
		text("Check-in Owners", func(it transfer.Item) string { return namesText(it.CheckInOwners) }),
		text("Tasks", tasksText),
		text("Closing Note", func(it transfer.Item) string { return it.EndNote }),
		text("Account IDs", accountsText),
	}
}

func weightShown(item transfer.Item) *float64 {
	if len(item.Parents) == 0 {
		return nil
	}
	return item.Parents[0].Weight
}

func targetText(item transfer.Item) string {
	if item.Metric == nil {
		return ""
	}
	return targetWord(item.Metric.Kind())
}

func phasesText(item transfer.Item) string {
	var all []string
	for _, p := range metricShown(item).Phases {
		all = append(all, string(p.Date)+": "+numberText(p.Value))
	}
	return strings.Join(all, "; ")
}

func yesText(is bool) string {
	if is {
		return "Yes"
	}
	return ""
}

func tasksText(item transfer.Item) string {
	var all []string
	for _, t := range item.Tasks {
		box := "[ ] "
		if t.Done {
			box = "[x] "
		}
		all = append(all, box+t.Title+" | "+string(t.Due)+" | "+t.Owner.Name)
	}
	return strings.Join(all, "\n")
}

// accountsText are the accounts of the people that the row names.
func accountsText(item transfer.Item) string {
	people := slices.Concat(item.Owners, item.CheckInOwners, item.Editors, item.Viewers, []transfer.Person{item.Delegate, item.CreatedBy})
	for _, t := range item.Tasks {
		people = append(people, t.Owner)
	}
	var all []string
	for _, p := range people {
		if line := p.Name + " = " + string(p.Account); p.Account != "" && !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	return strings.Join(all, "\n")
}

// numberText is a number as it is, for machines.
func numberText(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// newestOut sorts check-ins by the moment that they tell of; of the same moment the one
// that came later is the newer one.
func newestOut(list []transfer.CheckIn) []transfer.CheckIn {
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b transfer.CheckIn) int { return b.At.Compare(a.At) })
	return list
}
