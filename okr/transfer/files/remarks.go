package files

import (
	"okrbot/okr"
	"okrbot/okr/transfer"
)

// Titles of findings, and with them what the readers have to say of files.
const (
	findColumns  = "Columns that aren't used"
	findLeft     = "Rows that can't be read"
	findValues   = "Values that can't be read"
	findCharset  = "Characters that may be wrong"
	findNumbers  = "Numbers and days read by how they are likely meant"
	findPeriods  = "Periods whose days are guessed"
	findParents  = "Parents found by their title"
	findOrphaned = "Check-ins and comments of items that aren't in the files"
	findTwice    = "Items that are in several files"
	findPrivate  = "Items that come along as private"
	findUnread   = "Files that aren't used"
	findMetrics  = "Metrics that don't come along"
	findUnits    = "Check-ins in another unit"
	findLimits   = "Key results taken as a limit"
)

// remarks collects what there is to say, at most maxRemarksEach rows a finding.
type remarks struct {
	list  []transfer.Remark
	many  map[string]int
	quiet bool // what is read only fills gaps of what is exact
}

// add keeps a remark about a row.
func (r *remarks) add(kind okr.FindingKind, title string, row okr.ImportRow, why string) {
	if r.quiet {
		return
	}
	if r.many == nil {
		r.many = map[string]int{}
	}
	if r.many[title]++; r.many[title] > maxRemarksEach {
		return
	}
	row.Why = why
	r.list = append(r.list, transfer.Remark{ImportRow: row, Kind: kind, Title: title})
}
