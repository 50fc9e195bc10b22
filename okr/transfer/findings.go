package transfer

import (
	"cmp"
	"fmt"
	"slices"

	"okrbot/okr"
)

// The titles of findings.
const (
	titleLeft     = "Cannot come along"
	titleRehung   = "Moved below the objective above"
	titleMade     = "Get an objective of their own"
	titleTop      = "Stand at the top, since nothing that is above them comes along"
	titleSecond   = "Stand below one objective only"
	titleCircle   = "Cut out of a circle"
	titleDeep     = "Moved up: too many levels"
	titleGuessed  = "Kind taken from what they hold"
	titleNumber   = "Number taken as it is likely meant"
	titlePeriod   = "Period taken as it is likely meant"
	titleOverlap  = "Periods that overlap"
	titlePeriods  = "Periods that are made"
	titleCut      = "Texts that are cut"
	titleFewer    = "Lists that are cut"
	titlePhases   = "Phased targets that are left out"
	titleMetric   = "Objectives with a number of their own"
	titleRights   = "Rights that come along otherwise"
	titleWeights  = "Weights that the files don't say"
	titleTeams    = "Teams that come along as names"
	titleCopies   = "Were exported from here, and become copies"
	titleFed      = "Were fed by an integration, and are kept by hand until a query measures them"
	titleOrphaned = "Check-ins and comments of items that the files don't have"
)

// findings collects what a person should know of an import.
type findings struct {
	list []okr.ImportFinding
	left int
}

// add notes something of a row.
func (f *findings) add(kind okr.FindingKind, title string, row okr.ImportRow, why string, args ...any) {
	row.Why = fmt.Sprintf(why, args...)
	if kind == okr.FindingLeft {
		f.left++
	}
	i := slices.IndexFunc(f.list, func(o okr.ImportFinding) bool { return o.Kind == kind && o.Title == title })
	if i < 0 {
		i = len(f.list)
		f.list = append(f.list, okr.ImportFinding{Kind: kind, Title: title})
	}
	f.list[i].Rows = append(f.list[i].Rows, row)
}

// remarks takes over what the readers have to say.
func (f *findings) remarks(list []Remark) {
	for _, r := range list {
		f.add(r.Kind, r.Title, r.ImportRow, "%s", r.Why)
	}
}

// sorted are the findings, the weightiest first.
func (f *findings) sorted() []okr.ImportFinding {
	order := []okr.FindingKind{okr.FindingLeft, okr.FindingMoved, okr.FindingGuessed, okr.FindingKnown}
	return slices.SortedStableFunc(slices.Values(f.list), func(a, b okr.ImportFinding) int {
		return cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind))
	})
}
