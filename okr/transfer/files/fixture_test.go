package files_test

import (
	"fmt"
)

// The fixture is an invented organization, Contoso, in every shape that real exports have: a model of its
// items, from which fixture_write_test.go makes the ZIP, the CSV and the XLSX.

// fixture is what the invented organization has.
type fixture struct {
	items    []*fixItem
	checkIns []fixCheckIn
	comments []orgComment
	teams    []orgTeam
	tags     []orgTagName
	periods  []orgPeriod
	users    []orgUser
}

// fixItem is an item with what only one of the formats has.
type fixItem struct {
	orgItem
	weights  map[int]string // by parent, for the CSV: "33.33%"
	score    string         // of the CSV
	goalType string
	unit     string // of the CSV
	note     string // the last check-in note
}

type fixCheckIn struct {
	orgCheckIn
	item *fixItem
}

type (
	person struct {
		ID    int    `json:"ID"`
		Name  string `json:"Name"`
		Email string `json:"Email"`
	}
	named struct {
		ID   int    `json:"ID"`
		Name string `json:"Name"`
	}
	alignment struct {
		ID     int    `json:"ID"`
		Title  string `json:"Title"`
		Weight string `json:"Weight"`
	}
	child struct {
		ID    int    `json:"ID"`
		Title string `json:"Title,omitempty"`
		Type  string `json:"Type,omitempty"`
		Task  string `json:"Task Name,omitempty"`
		Date  string `json:"Task Date,omitempty"`
		Done  string `json:"Task Status,omitempty"`
		Owner any    `json:"Task Owner,omitempty"`
	}
	config struct {
		Progress string `json:"Progress"`
		Status   string `json:"Status"`
		Source   any    `json:"Data Source,omitempty"`
	}
	permissions struct {
		View  any `json:"View"`
		Edit  any `json:"Edit"`
		Align any `json:"Align"`
	}
	outcome struct {
		Type   string   `json:"Outcome Type"`
		Name   string   `json:"Metric Name,omitempty"`
		Unit   string   `json:"Metric Unit,omitempty"`
		Start  *float64 `json:"Start,omitempty"`
		Target *float64 `json:"Target,omitempty"`
		Kind   string   `json:"Target Type,omitempty"`
	}
	phase struct {
		Value float64 `json:"Target Value"`
		Date  string  `json:"Target Date"`
	}
	phased struct {
		Interval any     `json:"Interval"`
		Phases   []phase `json:"Phased Targets"`
	}
	orgItem struct {
		ID            int         `json:"ID"`
		Title         string      `json:"Title"`
		Type          string      `json:"Type"`
		CreatedBy     person      `json:"Created By"`
		Owner         []person    `json:"Owner"`
		Teams         []named     `json:"Teams"`
		Period        named       `json:"Time Period"`
		Start         string      `json:"Start Date"`
		End           string      `json:"End Date"`
		Alignment     []alignment `json:"Alignment"`
		Delegated     any         `json:"Delegated To"`
		Permissions   permissions `json:"Permissions"`
		Description   any         `json:"Description"`
		Tags          []named     `json:"Tags"`
		Config        config      `json:"Progress and Status Configuration"`
		Progress      any         `json:"Progress"`
		Status        string      `json:"Status"`
		Outcome       outcome     `json:"Outcome"`
		Phased        any         `json:"Phased Targets"`
		CheckInOwners []person    `json:"Check-in Owners"`
		Parents       []int       `json:"Parent IDs"`
		Children      []child     `json:"Children"`
		Score         float64     `json:"Score"`
		GoalType      string      `json:"Goal Type"`
		CreatedAt     string      `json:"Created At"`
		LastCheckIn   any         `json:"Last Check-in"`
	}
	orgCheckIn struct {
		ID       int      `json:"ID"`
		Item     int      `json:"OKR ID"`
		Date     string   `json:"CheckIn Date"`
		By       person   `json:"Check In Owner"`
		Note     any      `json:"Check In Note"`
		Metric   string   `json:"Metric Name"`
		Status   string   `json:"Status"`
		Value    *float64 `json:"Current Value"`
		Activity string   `json:"Activity Date"`
	}
	note struct {
		Text string `json:"Check In Note"`
		HTML string `json:"Check In Note HTML"`
	}
	orgComment struct {
		ID   int    `json:"ID"`
		Item int    `json:"OKR ID"`
		Text string `json:"Comment"`
		By   person `json:"Created By"`
		At   string `json:"Created At"`
	}
	orgTeam struct {
		ID          int      `json:"ID"`
		Name        string   `json:"Team Name"`
		Parent      string   `json:"Parent Team"`
		Owners      []person `json:"Team Owners"`
		Type        string   `json:"Team Type"`
		Status      string   `json:"Status"`
		Description any      `json:"Description"`
	}
	orgTagName struct {
		ID   int    `json:"ID"`
		Name string `json:"Tag Name"`
	}
	orgPeriod struct {
		ID    int    `json:"ID"`
		Name  string `json:"Time Period Name"`
		Start string `json:"Start Date"`
		End   string `json:"End Date"`
	}
	orgUser struct {
		ID         int     `json:"ID"`
		Name       string  `json:"Name"`
		Email      string  `json:"Email"`
		Manager    any     `json:"Manager"`
		Teams      []named `json:"Teams"`
		LastActive string  `json:"Last Active"`
		Role       string  `json:"Role"`
		Source     string  `json:"Source"`
		MemberType string  `json:"Member Type"`
		Status     string  `json:"Status"`
	}
)

// organizationID is what items on the level of the organization have as their team.
const organizationID = 400

// The people: those of the simulated Teams by their addresses there, one whose address differs, and some who are not there.
func fixPeople() []person {
	return []person{
		{71, "Alex Wilber", "alex@contoso.example"},
		{72, "Megan Bowen", "megan@contoso.example"},
		{73, "Isaiah Langer", "isaiah@contoso.example"},
		{74, "Adele Vance", "adele.vance@old.contoso.example"},
		{75, "Lee Gu", "lee@contoso.example"},
		{76, "Patti Fernandez", "patti@contoso.example"},
		{77, "Diego Siciliani", "diego@contoso.example"},
		{78, "Nestor Wilke", "nestor@contoso.example"},
	}
}

func newFixture() *fixture {
	f := &fixture{
		teams: []orgTeam{
			{801, "New Markets", "All Contoso", fixPeople()[:1], "Classic", "Active", nil},
			{802, "Operations", "All Contoso", fixPeople()[1:2], "Modern", "Active", "Runs it"},
			{803, "Depot crew", "Operations", nil, "Classic", "Archived", nil},
		},
		tags: []orgTagName{{31, "Growth"}, {32, "People; and places"}},
		periods: []orgPeriod{
			{90, "Annual 2025", "2025-01-01", "2025-12-31"},
			{91, "Q1 2025", "2025-01-01", "2025-03-31"},
			{92, "Q2 2025", "2025-04-01", "2025-06-30"},
			{93, "Q3 2025", "2025-07-01", "2025-09-30"},
			{94, "Q4 2025", "2025-10-01", "2025-12-31"},
			{95, "Annual 2026", "2026-01-01", "2026-12-31"},
		},
	}
	f.addUsers()
	f.addObjectives()
	f.addKeyResults()
	f.addProjects()
	f.addOdd()
	f.linkChildren()
	f.addHistory()
	return f
}

func (f *fixture) addUsers() {
	roles := []string{"Organization Owner", "Team Owner", "Member"}
	for i, p := range fixPeople() {
		u := orgUser{p.ID, p.Name, p.Email, fixPeople()[0], []named{{801, "New Markets"}}, "2025-11-20 19:37:12", roles[min(i, 2)], "Individual", "regular", "active"}
		if i == 0 {
			u.Manager = nil
		}
		if i == 7 {
			u.Status = "inactive"
		}
		f.users = append(f.users, u)
	}
}

// add appends an item of a type with what every item has.
func (f *fixture) add(typ, title string, period int, parents ...int) *fixItem {
	n := len(f.items)
	owner := fixPeople()[n%8]
	p := f.periods[period]
	it := &fixItem{weights: map[int]string{}, goalType: "Aspirational", orgItem: orgItem{
		ID: 5100001 + n, Title: title, Type: typ, CreatedBy: fixPeople()[0], Owner: []person{owner},
		Teams: []named{{801 + n%3, f.teams[n%3].Name}}, Period: named{p.ID, p.Name}, Start: p.Start, End: p.End,
		Permissions: permissions{"Everybody", struct{}{}, "Everybody"},
		Config:      config{Progress: "Update Manually", Status: "Update based on Progress"},
		Status:      "On Track", Outcome: outcome{Type: "Percentage"}, Phased: "Disabled", GoalType: "Aspirational",
		CheckInOwners: []person{owner}, Parents: parents, CreatedAt: "2024-12-" + fmt.Sprintf("%02d", 1+n%28),
	}}
	for _, id := range parents {
		it.weights[id] = ""
	}
	f.items = append(f.items, it)
	return it
}

// addObjectives adds 20: three of the organization for the year, quarters below them, down to the fourth level.
func (f *fixture) addObjectives() {
	for i, title := range []string{"Delight the north (phase 1)", "Ship / repeat (fast)", "Grow the \"good\" way"} {
		it := f.add("Objective", title, 5*(i/2))
		it.Teams = []named{{organizationID, "Contoso"}}
		it.Config.Progress, it.Progress = "Update from Children", 40.0+float64(i)
	}
	for i := range 12 {
		it := f.add("Objective", fmt.Sprintf("%s, quarter %d", []string{"North", "Shipping", "Growth"}[i%3], i/3+1), i/3+1, 5100001+i%3)
		if i%3 == 2 {
			it.Period, it.Start, it.End = named{95, "Annual 2026"}, fmt.Sprintf("2026-%02d-01", 3*(i/3)+1), fmt.Sprintf("2026-%02d-28", 3*(i/3)+3) // own dates inside the year
		}
		it.Config.Progress, it.Progress = "Update from Children", float64(10*i)
	}
	f.add("Objective", "Customer interviews", 1, 5100004)
	f.add("Objective", "Customer interviews", 1, 5100016)
	rock := f.add("Big rock", "A rock in the river", 2, 5100002)
	rock.GoalType, rock.goalType = "Committed", "Committed"
	postponed := f.add("Objective", "Open the moon base", 4, 5100003)
	postponed.Status, postponed.Progress = "Postponed", 0
	closed := f.add("Objective", "Leave the old tower", 1, 5100001)
	closed.Status, closed.score, closed.Progress = "Closed", "0.7", 70
}

// shapes are those of key results: what, unit, start, target, type, and the raw value.
func shapes() []outcomeNow {
	return []outcomeNow{
		{outcome{"Metric", "Stores", "Number", new(float64(0)), new(float64(40)), "Reach"}, "", 12.0},
		{outcome{"Metric", "Margin", "Percentage", new(float64(20)), new(float64(25)), "Increase From"}, "%", 39.42},
		{outcome{"Metric", "Cost", "Dollar", new(float64(500000)), new(float64(300000)), "Decrease From"}, "$", 420000},
		{outcome{"Metric", "Outages", "Number", new(float64(3)), new(float64(3)), "Stay Below"}, "", 2},
		{outcome{"Metric", "Uptime", "Percentage", new(float64(99)), new(float64(99)), "Stay Above"}, "%", 98.5},
		{outcome{"Metric", "Revenue", "Dollar", new(float64(0)), new(float64(250000000)), "Reach"}, "$", 102415000},
		{outcome{Type: "Percentage"}, "%", 126},
		{outcome{Type: "Percentage"}, "%", 64.5},
		{outcome{"Metric", "Calls, answered", "Number", new(float64(10)), new(float64(5)), "Decrease From"}, "calls", 12},
	}
}

type outcomeNow struct {
	outcome
	csvUnit string
	value   any
}

// addKeyResults adds 96.
func (f *fixture) addKeyResults() {
	objectives := []int{4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 1}
	for i := range 88 {
		parent := 5100000 + objectives[i%16]
		title := fmt.Sprintf("Key result %d of %d", i+1, parent)
		switch {
		case i%11 == 3:
			title = "Customer interviews" // eight more of that title
		case i%22 == 5:
			title = "Win / keep (all) accounts(weight: 5%)"
		}
		it := f.add("Key result", title, 0, parent)
		f.fillKeyResult(it, i)
	}
	for i := range 5 { // without parent
		f.fillKeyResult(f.add("Key result", fmt.Sprintf("Orphan %d", i+1), 2), i)
	}
	for i := range 3 { // two parents
		it := f.add("Key result", fmt.Sprintf("Shared %d", i+1), 2, 5100005+i, 5100003)
		f.fillKeyResult(it, i)
		it.Alignment = []alignment{{5100003, f.items[2].Title, "25.5%"}}
		it.weights[5100003] = "25.5%"
	}
}

// fillKeyResult gives a key result one of the shapes.
func (f *fixture) fillKeyResult(it *fixItem, i int) {
	m := shapes()[i%9]
	it.Outcome, it.Progress, it.unit = m.outcome, m.value, m.csvUnit
	it.Tags = []named{{31, "Growth"}}
	if len(it.Parents) > 0 {
		p := f.items[it.Parents[0]-5100001]
		it.Period, it.Start, it.End = p.Period, p.Start, p.End
		it.weights[p.ID] = []string{"14.29%", "33.33%", "0%"}[i%3]
	}
	if i%6 == 1 { // other dates than the objective's
		it.Period, it.Start, it.End = named{93, "Q3 2025"}, "2025-07-01", "2025-09-30"
	}
	if i%7 == 0 {
		it.Config.Progress, it.Config.Source = "Update from Integration", []any{"Azure DevOps", "Excel Online"}[i%2]
	}
	switch i % 12 {
	case 2:
		it.Status, it.score = "Closed", "0.3"
	case 4:
		it.Status, it.Config.Status = "At Risk", "Update Manually"
	case 5:
		it.Status, it.Progress, it.Tags = "Not Started", nil, nil
	case 8:
		it.Delegated, it.Permissions.Edit = fixPeople()[3], map[string]any{"Individuals": fixPeople()[2:3]}
		it.Owner = fixPeople()[1:3]
	case 9:
		it.Description = "First line\nsecond line; with \"quotes\""
	}
	switch {
	case i%9 == 0:
		it.Phased = phased{"monthly", []phase{{0, it.Start}, {15, it.Start[:8] + "28"}, {40, it.End}}}
	case i%9 == 5:
		it.Phased = phased{nil, []phase{{0, it.Start}, {100000000, it.Start[:8] + "20"}, {100000000, it.Start[:8] + "25"}}}
	case i == 10:
		it.Type = "Kpi"
	}
}

// addProjects adds 10 with tasks, two of them below key results.
func (f *fixture) addProjects() {
	for i := range 10 {
		parent := 5100004 + i
		if i > 7 {
			parent = 5100021 + i // a key result
		}
		it := f.add("Project", fmt.Sprintf("Open warehouse %d", i+1), 3, parent)
		it.Alignment, it.weights[parent] = []alignment{{parent, f.items[parent-5100001].Title, "0.0%"}}, "0%"
		it.Progress = 33.33
		for n := range i % 4 {
			it.Children = append(it.Children, child{
				ID: 61 + 10*i + n, Task: fmt.Sprintf("Sign lease %d; again", n+1), Date: []string{"2025-08-21", ""}[n%2],
				Done: []string{"Complete", "Incomplete", "Unknown"}[n], Owner: []any{fixPeople()[1], nil, fixPeople()[6]}[n],
			})
		}
		if i == 3 {
			it.Type = "Deliverable"
		}
	}
}

// addOdd adds the rest up to 130: an objective below a key result, a parent that is not in the files, texts that mean something else elsewhere.
func (f *fixture) addOdd() {
	f.add("Objective", "Below a key result", 2, 5100021)
	f.add("Key result", "Its parent was deleted", 2, 5999999).weights[5999999] = "50%"
	f.add("Objective", "=1+1 is no formula", 2, 5100001)
	f.add("Objective", "Émile’s 目標 – “quoted”", 2, 5100001)
	f.items[127].Progress = 225
}

func (f *fixture) linkChildren() {
	byID := map[int]*fixItem{}
	for _, it := range f.items {
		byID[it.ID] = it
	}
	for _, it := range f.items {
		for _, id := range it.Parents {
			if p := byID[id]; p != nil && p.Type != "Project" {
				p.Children = append(p.Children, child{ID: it.ID, Title: it.Title, Type: it.Type})
			}
		}
	}
}
