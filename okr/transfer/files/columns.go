package files

import (
	"slices"
	"strings"

	"okrbot/okr"
)

// column is what a column of a table holds.
type column int

// The columns that are known.
const (
	colNone column = iota
	colID
	colReference // of the template for bulk imports
	colTitle
	colType
	colLevel // "OKR type", which some files use for the type
	colTeam
	colCreator
	colOwner
	colPeriod
	colStart
	colEnd
	colDescription
	colAligned
	colParent
	colWeight
	colMetric
	colUnit
	colFrom
	colTarget
	colTargetType
	colGoalType
	colCreatedAt
	colLastCheckIn
	colProgress
	colActual
	colStatus
	colNote
	colScore
	colCheckIns
	colTags
	colDelegate
	colCheckInOwner
	colEditors
	colViewers
	colPrivate
	colDataSource
	colOnlyEditors // from here on of okrbot's own exports only
	colThreshold
	colPhases
	colTasks
	colEndNote
	colAccounts
)

// columnNames are the names of the Explorer export, of okrbot's own, and those that the
// template for bulk imports and people's own tables are likely to have.
func columnNames() map[column][]string {
	return map[column][]string{
		colID:           {"id", "okrid", "objectiveid", "goalid"},
		colReference:    {"okrreference", "reference", "referenceid"},
		colTitle:        {"title", "okrtitle", "name", "okrname", "goaltitle"},
		colType:         {"objecttype", "type", "itemtype", "goalkind", "kind"},
		colLevel:        {"okrtype", "level"},
		colTeam:         {"team", "teams", "teamname", "typename"},
		colCreator:      {"creator", "createdby"},
		colOwner:        {"owner", "owners", "owneremail", "owneremails", "okrowner", "assignee"},
		colPeriod:       {"period", "timeperiod"},
		colStart:        {"startdate"},
		colEnd:          {"enddate", "duedate"},
		colDescription:  {"description"},
		colAligned:      {"alignedtoweightobjectiveid", "alignedtoweight", "alignedto"},
		colParent:       {"parentokr", "parent", "parentid", "parenttitle", "parentreference", "parentokrreference"},
		colWeight:       {"weight", "weightage", "contribution"},
		colMetric:       {"metricname", "metric"},
		colUnit:         {"unit", "metricunit"},
		colFrom:         {"start", "startvalue", "metricstart", "initialvalue"},
		colTarget:       {"target", "targetvalue", "metrictarget"},
		colTargetType:   {"targettype", "metrictype", "keyresulttype", "krtype"},
		colGoalType:     {"goaltype"},
		colCreatedAt:    {"createdat", "createdon", "createddate"},
		colLastCheckIn:  {"lastcheckin", "lastcheckindate"},
		colProgress:     {"progress", "progresspercent", "progresspercentage"},
		colActual:       {"actualprogress", "currentvalue", "current", "actual"},
		colStatus:       {"status"},
		colNote:         {"lastcheckinnote"},
		colScore:        {"score"},
		colCheckIns:     {"checkins", "checkin"},
		colTags:         {"tag", "tags"},
		colDelegate:     {"delegate", "delegatedto"},
		colCheckInOwner: {"checkinowner", "checkinowners"},
		colEditors:      {"editors"},
		colViewers:      {"viewers"},
		colPrivate:      {"private"},
		colDataSource:   {"datasource"},
		colOnlyEditors:  {"onlyeditors"},
		colThreshold:    {"threshold", "riskthreshold"},
		colPhases:       {"phasedtargets"},
		colTasks:        {"tasks"},
		colEndNote:      {"closingnote"},
		colAccounts:     {"accountids"},
	}
}

// columns says where the columns of a table are.
type columns struct {
	at       map[column]int
	checkIns int      // from here on unnamed columns hold check-ins
	unknown  []string // names of those that are not used
}

// columnsOf reads a header. Of two columns of a name the first one counts.
func columnsOf(header []string) columns {
	cols := columns{at: map[column]int{}, checkIns: len(header)}
	known := map[string]column{}
	for c, names := range columnNames() {
		for _, name := range names {
			known[name] = c
		}
	}
	for i, name := range header {
		c := known[letters(name)]
		if _, twice := cols.at[c]; c == colNone || twice {
			if name = line(name, okr.MaxName); name != "" && len(cols.unknown) < maxNamesRead {
				cols.unknown = append(cols.unknown, name)
			}
			continue
		}
		cols.at[c] = i
		if c == colCheckIns {
			cols.checkIns = i
		}
	}
	return cols
}

// isHeader says whether a row names columns: a title, and others beside it.
func (c columns) isHeader(atLeast int) bool {
	_, ok := c.at[colTitle]
	return ok && len(c.at) >= atLeast
}

// row is a row of a table.
type row struct {
	n     int // from 1, the header counted
	cells []string
	cols  columns
}

// get is the cell of a column without what keeps spreadsheets from taking it for a
// formula; empty where the table has none.
func (r row) get(c column) string {
	i, ok := r.cols.at[c]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return unescaped(r.cells[i])
}

// unescaped takes off the apostrophe that an export puts before what a spreadsheet would
// run as a formula: the first one before any others and the sign of a formula.
func unescaped(cell string) string {
	if rest := strings.TrimLeft(cell, "'"); len(rest) < len(cell) && rest != "" && strings.ContainsRune("=+-@\t\r", rune(rest[0])) {
		return cell[1:]
	}
	return cell
}

// isBlank says whether a row has nothing in it.
func (r row) isBlank() bool {
	return !slices.ContainsFunc(r.cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}
