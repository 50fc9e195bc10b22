package main

import (
	"strings"

	"okrbot/ado/adotest"
	"okrbot/cards"
	"okrbot/okr"
)

// act is how one command or button is tried. Of words and data "{goal}" is a goal,
// "{connection}" a connection, "{application}" an application, "{checkin}" a check-in, "{import}" an import that did not
// begin, "{imported}" one that is done and "{form}" the id of an open form of somebody
// else, of the kind in form.
type act struct {
	words  string            // after the command's name
	data   map[string]string // of the button
	kind   okr.GoalKind      // of the goal that it is about; empty: a key result
	form   string
	member bool // every member may
	bare   bool // means something without any data
}

// goalData and the like are what the buttons of one sort carry.
func goalData(more ...string) map[string]string { return with(cards.KeyGoal, "{goal}", more) }

func connectionData(more ...string) map[string]string {
	return with(cards.KeyConnection, "{connection}", more)
}

func formData(more ...string) map[string]string { return with(cards.KeyDraft, "{form}", more) }

func with(key, value string, more []string) map[string]string {
	data := map[string]string{key: value}
	for i := 0; i+1 < len(more); i += 2 {
		data[more[i]] = more[i+1]
	}
	return data
}

// someApplication is the id of okr-reader, as an admin of the world of the rights enters it.
const someApplication = "organization." + adotest.TenantID + "." + adotest.ReaderClientID

func applicationData() map[string]string {
	return map[string]string{cards.KeyApplication: "{application}"}
}

// commandActs say for each command how it is tried.
func commandActs() map[string]act {
	return map[string]act{
		"help": {bare: true}, "cancel": {bare: true}, "okrs": {words: "all", bare: true}, "okr": {words: "{goal}"}, "why": {words: "{goal}"}, "history": {words: "{goal}"}, "tasks": {words: "{goal}", kind: okr.Project},
		"new objective": {words: "Mine", member: true, bare: true}, "new kr": {member: true, bare: true}, "new krs": {words: "{goal}", kind: okr.Objective, member: true, bare: true}, "new project": {member: true, bare: true}, "add co-owner": {words: "me to {goal}"},
		"edit": {words: "{goal}"}, "delete": {words: "{goal}"}, "close": {words: "{goal}"}, "deleted": {bare: true}, "undo": {words: "{deleted}", bare: true}, "postpone": {words: "{goal}"}, "reopen": {words: "{goal}"},
		"clone": {words: "{goal}", kind: okr.Objective, member: true}, "check-in": {words: "{goal} 5 fine"}, "set": {words: "{goal} to 5"}, "resume": {words: "{goal}"},
		"status": {words: "all", bare: true}, "nudge": {words: "{goal}", member: true}, "reminders": {bare: true, member: true},
		"bind": {words: "{goal}"}, "unbind": {words: "{goal}"}, "sync": {words: "{goal}", member: true, bare: true}, "queries": {words: "bugs", bare: true, member: true},
		"connect": {bare: true, member: true}, "connections": {bare: true}, "move": {words: "{connection} to C1"}, "hand over": {words: "{connection} to Megan Bowen"},
		"connect application": {bare: true}, "applications": {bare: true},
		"take over": {words: "{connection}"}, "sign in link": {bare: true, member: true}, "sign out": {bare: true}, "digest": {words: "stop", bare: true, member: true},
		"import": {words: "{import}", bare: true}, "import undo": {words: "{imported}", bare: true},
		"enable": {bare: true}, "manage": {bare: true}, "admins": {words: "add megan@contoso.example", bare: true}, "settings": {bare: true}, "disable": {bare: true},
		"export": {words: "zip", bare: true, member: true},
	}
}

// pressActs say for each button how it is tried.
func pressActs() map[string]act {
	return map[string]act{
		cards.VerbShare: {data: goalData(cards.KeyView, cards.VerbGoal)},
		cards.VerbHelp:  {bare: true}, cards.VerbGoals: {bare: true}, cards.VerbGoalMine: {bare: true},
		cards.VerbGoal: {data: goalData()}, cards.VerbWhy: {data: goalData()}, cards.VerbHistory: {data: goalData()},
		cards.VerbGoalNew:  {data: map[string]string{cards.KeyKind: "key result", cards.KeyParent: "O1"}, member: true, bare: true},
		cards.VerbGoalEdit: {data: goalData()},
		cards.VerbGoalSave: {
			data: goalData(cards.KeyKind, "key result", cards.KeyVersion, "1", cards.InputTitle, "Taken", cards.InputMetric, "Teams", cards.InputTarget, "7", cards.KeyParent, "O1"),
		},
		cards.VerbKeyResults:      {data: goalData(), kind: okr.Objective, member: true, bare: true},
		cards.VerbKeyResultsCheck: {data: formData(cards.InputKeyResults, "Taken: 0 -> 7"), form: "keyresults", member: true},
		cards.VerbKeyResultsSave:  {data: formData(cards.InputKeyResults, "Taken: 0 -> 7"), form: "keyresults", member: true},
		cards.VerbCoOwnerAsk:      {data: goalData()}, cards.VerbCoOwner: {data: goalData(cards.InputPerson, "me")},
		cards.VerbGoalHandOverAsk: {data: goalData()}, cards.VerbGoalHandOver: {data: goalData(cards.InputPerson, "me", cards.InputWithBelow, "true")},
		cards.VerbTasks: {data: goalData(), kind: okr.Project}, cards.VerbTask: {data: goalData(cards.KeyTask, "T1", cards.KeyDone, "true"), kind: okr.Project},
		cards.VerbTasksEdit:     {data: goalData(cards.KeyOffset, "0"), kind: okr.Project},
		cards.VerbTasksSave:     {data: goalData(cards.KeyDraft, "{form}", cards.InputTasks, "Taken"), form: "tasks", kind: okr.Project},
		cards.VerbGoalAskDelete: {data: goalData()}, cards.VerbGoalDelete: {data: goalData()},
		cards.VerbGoalDeleted: {bare: true}, cards.VerbGoalRestore: {data: map[string]string{cards.KeyGoal: "{deleted}"}},
		cards.VerbCloseAsk: {data: goalData()}, cards.VerbClose: {data: goalData(cards.InputState, "closed", cards.InputNote, "over")},
		cards.VerbClosePeriodAsk:  {data: periodData(), member: true},
		cards.VerbClosePeriodPage: {data: periodData(cards.KeyDraft, "{form}", cards.KeyOffset, "4"), form: "closing"},
		cards.VerbClosePeriod:     {data: periodData(cards.KeyDraft, "{form}", cards.InputEnding+"O1", cards.EndContinue, cards.InputEnding+"O2", cards.EndClose), form: "closing"},
		cards.VerbReopenAsk:       {data: goalData()}, cards.VerbReopen: {data: goalData()},
		cards.VerbCloneAsk: {data: goalData(), kind: okr.Objective, member: true},
		cards.VerbClone: {
			data: goalData(cards.KeyDraft, "{form}", cards.KeyPeriod, "2027-Q1", cards.InputScope, cards.CloneAll, cards.InputBindings, "true"),
			form: "clone", kind: okr.Objective, member: true,
		},
		cards.VerbCheckIn:       {data: goalData()},
		cards.VerbCheckInSave:   {data: goalData(cards.KeyDraft, "{form}", cards.InputValue, "9", cards.InputNote, "nine"), form: "checkin"},
		cards.VerbCheckInQuick:  {data: goalData(cards.KeyWalk, "W", "value.{goal}", "9", "status.{goal}", "none", "note.{goal}", "nine")},
		cards.VerbCheckInSame:   {data: goalData(cards.KeyWalk, "W")},
		cards.VerbCheckInSkip:   {data: goalData(cards.KeyWalk, "W", cards.KeyTodo, "KR3,{goal}", cards.KeyWalked, "{goal},KR3", cards.KeySkipped, "O2")},
		cards.VerbCheckInStop:   {data: goalData(cards.KeyWalk, "W", cards.KeyTodo, "KR3,{goal}", cards.KeyWalked, "{goal},KR3", cards.KeySkipped, "O2")},
		cards.VerbWalk:          {bare: true},
		cards.VerbWalkUndo:      {data: map[string]string{cards.KeyCheckIn: "{checkin}", cards.KeyWalked: "KR3", cards.KeySkipped: "O2"}},
		cards.VerbCheckInEdit:   {data: goalData(cards.KeyCheckIn, "{checkin}")},
		cards.VerbCheckInAskDel: {data: goalData(cards.KeyCheckIn, "{checkin}")},
		cards.VerbCheckInDelete: {data: goalData(cards.KeyCheckIn, "{checkin}")},
		cards.VerbResume:        {data: goalData()}, cards.VerbAttention: {bare: true}, cards.VerbNudge: {data: goalData(), member: true},
		cards.VerbRemindLess: {bare: true, member: true},
		cards.VerbRemindSave: {
			data:   map[string]string{cards.InputReminders: "true", cards.InputReminderWeekday: "1", cards.InputReminderHour: "9", cards.InputReminderEvery: "2", cards.InputReminderSkip: "3"},
			member: true,
		},
		cards.VerbBind: {data: goalData()}, cards.VerbUnbindAsk: {data: goalData()}, cards.VerbUnbind: {data: goalData()},
		cards.VerbBindSearch:  {data: formData(cards.KeyText, "bugs", cards.KeyConnection, "C1"), form: "bind"},
		cards.VerbBindChoose:  {data: formData(cards.KeyQuery, "Shared Queries/Launch/Launch bugs", cards.KeyConnection, "C1"), form: "bind"},
		cards.VerbBindPreview: {data: formData(cards.InputMethod, "percent"), form: "bind"}, cards.VerbBindSave: {data: formData(), form: "bind"},
		cards.VerbBindBack: {data: formData(), form: "bind"}, cards.VerbBindAgain: {data: formData(), form: "bind"},
		cards.VerbChosen: {data: goalData(cards.KeyItems, "33")}, cards.VerbChosenOpen: {data: formData(cards.KeyConnection, "C1"), form: "bind"},
		cards.VerbChosenAdd: {data: formData(cards.KeyFilled, "1", cards.KeyItems, "33"), form: "bind"}, cards.VerbChosenSearch: {data: formData(cards.KeyFilled, "1", cards.InputItemWords, "portal"), form: "bind"},
		cards.VerbChosenRemove: {data: formData(cards.KeyItem, "33"), form: "bind"}, cards.VerbChosenPage: {data: formData(cards.KeyOffset, "8"), form: "bind"},
		cards.VerbChosenNext: {data: formData(cards.KeyFilled, "1", cards.KeyItems, "33"), form: "bind"}, cards.VerbChosenQuery: {data: formData(), form: "bind"},
		cards.VerbAddress:     {data: map[string]string{cards.KeyCode: strings.Repeat("a", 26)}},
		cards.VerbAddressBind: {data: map[string]string{cards.KeyOrganization: "contoso", cards.KeyRemoteProject: "Fabrikam Fiber", cards.KeyQuery: "2f6c0f1e-1111-4111-8111-111111111111"}, member: true},
		cards.VerbTree:        {data: goalData(cards.KeyItem, "33", cards.KeyOffset, "15"), kind: okr.Project},
		cards.VerbSync:        {data: goalData(), member: true, bare: true},
		cards.VerbQueries:     {data: map[string]string{cards.KeyText: "bugs"}, member: true},
		cards.VerbConnect:     {bare: true, member: true}, cards.VerbConnectionAccount: {bare: true, member: true}, cards.VerbConnections: {bare: true},
		cards.VerbConnectionOrg:  {data: formData(cards.InputName, "Mine", cards.InputOrganizationText, "contoso"), form: "connection"},
		cards.VerbConnectionSave: {data: formData(cards.InputName, "Mine", cards.InputProject, "Fabrikam Fiber"), form: "connection"},
		cards.VerbConnectionBack: {data: formData(), form: "connection"},
		cards.VerbConnection:     {data: connectionData()}, cards.VerbConnectionEdit: {data: connectionData()}, cards.VerbConnectionSignIn: {data: connectionData()},
		cards.VerbConnectionShare:  {data: connectionData(cards.KeyShared, "true")},
		cards.VerbConnectionAskDel: {data: connectionData()}, cards.VerbConnectionDelete: {data: connectionData()},
		cards.VerbMoveAsk: {data: connectionData()}, cards.VerbMovePreview: {data: connectionData(cards.KeyTarget, "C1")}, cards.VerbMove: {data: connectionData(cards.KeyTarget, "C1")},
		cards.VerbHandOverAsk: {data: connectionData()}, cards.VerbHandOver: {data: connectionData(cards.InputPerson, "me")}, cards.VerbHandOverDrop: {data: connectionData()},
		cards.VerbTakeOverAsk: {data: connectionData()}, cards.VerbTakeOver: {data: connectionData()},
		cards.VerbTakeOverOwn: {data: connectionData()}, cards.VerbTakeOverByAsk: {data: connectionData(cards.KeyApplication, "{application}")},
		cards.VerbTakeOverBy:   {data: connectionData(cards.KeyApplication, "{application}")},
		cards.VerbApplications: {bare: true}, cards.VerbApplicationNew: {bare: true},
		cards.VerbApplication: {data: applicationData()}, cards.VerbApplicationRenew: {data: applicationData()}, cards.VerbApplicationConnect: {data: applicationData()},
		cards.VerbApplicationRemoveAsk: {data: applicationData()}, cards.VerbApplicationRemove: {data: applicationData()},
		cards.VerbFolders: {data: formData(cards.KeyOffset, "15"), form: "connection"}, cards.VerbFoldersEdit: {data: connectionData()},
		cards.VerbFoldersFind: {data: formData(cards.InputFolderText, "Launch"), form: "connection"}, cards.VerbFoldersBack: {data: formData(), form: "connection"},
		cards.VerbFoldersSave: {data: formData(cards.KeyAll, "true"), form: "connection"},
		cards.VerbSignInCode:  {data: map[string]string{cards.InputCode: "123456"}}, cards.VerbSignOutAsk: {bare: true}, cards.VerbSignOut: {bare: true},
		cards.VerbDigest: {bare: true, member: true}, cards.VerbDigestNew: {bare: true, member: true}, cards.VerbDigestSave: {data: map[string]string{cards.InputCadence: "daily", cards.InputHour: "9"}, bare: true, member: true},
		cards.VerbDigestStop: {bare: true, member: true}, cards.VerbDigestPreview: {bare: true, member: true}, cards.VerbDigestMute: {data: map[string]string{cards.InputMute: "4h"}, bare: true, member: true},
		cards.VerbEnableAsk: {bare: true}, cards.VerbEnable: {bare: true}, cards.VerbManage: {bare: true}, cards.VerbDisableAsk: {bare: true}, cards.VerbDisable: {bare: true},
		cards.VerbSettings:     {bare: true},
		cards.VerbSettingsSave: {data: map[string]string{cards.KeyVersion: "1", cards.InputTimeZone: "Asia/Tokyo"}, bare: true},
		cards.VerbPeriodAdd:    {data: map[string]string{cards.InputPeriodName: "Sprint", cards.InputPeriodStart: "2026-09-01", cards.InputPeriodEnd: "2026-09-30"}, bare: true},
		cards.VerbExport:       {bare: true, member: true},
		cards.VerbExportMake:   {data: map[string]string{cards.InputExportFormat: "csv", cards.InputExportScope: "visible"}, member: true},
		cards.VerbExportSave:   {data: map[string]string{cards.InputExportFormat: "csv", cards.InputExportScope: "visible"}},
		cards.VerbPeriodRemove: {data: map[string]string{cards.KeyPeriod: "{period}"}},
		cards.VerbImport:       {bare: true}, cards.VerbImports: {bare: true},
		cards.VerbImportShow: {data: importData()}, cards.VerbImportFiles: {data: importData()}, cards.VerbImportDrop: {data: importData(cards.KeyFile, "explorer.csv")},
		cards.VerbImportCancel: {data: importData()}, cards.VerbImportPreview: {data: importData()}, cards.VerbImportRows: {data: importData(cards.KeyFinding, "0")},
		cards.VerbImportDifferences: {data: importData()}, cards.VerbImportWords: {data: importData()},
		cards.VerbImportWordsSave:  {data: importData(cards.ImportWordInput("Big rock"), "objective")},
		cards.VerbImportPeople:     {data: importData()},
		cards.VerbImportPeopleSave: {data: importData(cards.ImportPersonInput("Megan Bowen"), "me")},
		cards.VerbImportMatch:      {data: importData()}, cards.VerbImportBegin: {data: importData()},
		cards.VerbImportUnbound: {data: with(cards.KeyImport, "{imported}", nil)}, cards.VerbImportConflicts: {data: with(cards.KeyImport, "{imported}", nil)},
		cards.VerbImportUndoAsk: {data: with(cards.KeyImport, "{imported}", nil)}, cards.VerbImportUndo: {data: with(cards.KeyImport, "{imported}", nil)},
	}
}

// periodData is what the buttons that close the objectives of the quarter of the world carry.
func periodData(more ...string) map[string]string {
	return with(cards.KeyPeriod, "2026-07-01/2026-09-30", append(more, cards.KeyScope, "all"))
}

// importData is what the buttons of an import carry that did not begin.
func importData(more ...string) map[string]string { return with(cards.KeyImport, "{import}", more) }

// who is a column of the matrix: somebody who may not, or something that is not.
type who struct {
	name       string
	user       string // first name
	isMember   bool   // what every member may is allowed
	isOwner    bool   // of everything: what is tried is not there
	aboutGoals bool   // only what is about a goal is tried
	ids        func(*rightsWorld, okr.GoalKind) []map[string]string
}

func columns() []who {
	garbage := map[string]string{"{application}": "organization.a.b\u0000", "{goal}": "KR99999999999999999999", "{connection}": "C0'\u0000", "{checkin}": "%00", "{form}": "../other", "{deleted}": "KR0004", "{period}": "T1 ", "{import}": "IM0004", "{imported}": "im 1"}
	gone := map[string]string{"{application}": "organization.6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01.5ec2e7a1-0000-4000-8000-0000000000ff", "{goal}": "KR998", "{connection}": "C998", "{checkin}": "K998", "{form}": "GONE", "{deleted}": "KR997", "{period}": "T998", "{import}": "IM998", "{imported}": "IM998"}
	fixed := func(ids ...map[string]string) func(*rightsWorld, okr.GoalKind) []map[string]string {
		return func(*rightsWorld, okr.GoalKind) []map[string]string { return ids }
	}
	return []who{
		{name: "another tenant", user: "bianca", ids: (*rightsWorld).real},
		{name: "another tenant's person in the roster", user: "isak", ids: (*rightsWorld).real},
		{name: "guest", user: "patti", ids: (*rightsWorld).real},
		{name: "member without right", user: "lee", isMember: true, ids: (*rightsWorld).real},
		{name: "former role", user: "adele", isMember: true, ids: (*rightsWorld).real},
		{name: "another person's private goals in the channel", user: "alex", isOwner: true, aboutGoals: true, ids: (*rightsWorld).othersPrivate},
		{name: "forged data", user: "alex", isOwner: true, ids: fixed(garbage)},
		{name: "missing data", user: "alex", isOwner: true, ids: fixed(nil)},
		{name: "gone object", user: "alex", isOwner: true, ids: fixed(gone)},
	}
}
