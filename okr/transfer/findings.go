package transfer

import (
	"cmp"
	"fmt"
	"slices"

	"okrbot/okr"
)

// The titles of findings.
const (
	titleLeft     = "Can't be imported"
	titleRehung   = "Moved below the objective above"
	titleMade     = "Get a new objective above"
	titleTop      = "Moved to the top level, because nothing above them is imported"
	titleSecond   = "Moved below one objective only"
	titleCircle   = "Removed from a circle"
	titleDeep     = "Moved up: too many levels"
	titleGuessed  = "Type guessed from their content"
	titleNumber   = "Number type guessed"
	titlePeriod   = "Period guessed"
	titleOverlap  = "Overlapping periods"
	titlePeriods  = "New periods"
	titleCut      = "Shortened texts"
	titleFewer    = "Shortened lists"
	titlePhases   = "Phased targets left out"
	titleMetric   = "Objectives with their own number"
	titleRights   = "Changed permissions"
	titleWeights  = "Weights missing in the files"
	titleTeams    = "Teams imported as names"
	titleCopies   = "Exported from here, imported as copies"
	titleFed      = "Updated by an integration before, now updated manually"
	titleOrphaned = "Check-ins and comments of missing items"
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
