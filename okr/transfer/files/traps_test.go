package files_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// objectives is a file of an organization export with some records.
func objectives(records ...string) files.File {
	return fileOf("objectives_export_file_400_71_Organization_400_20251230091500.json", []byte("["+strings.Join(records, ",\n")+"]"))
}

func checkins(records ...string) files.File {
	return fileOf("checkins_export_file_400_71_Organization_400_20251230091501.json", []byte("["+strings.Join(records, ",")+"]"))
}

// csvOf is an Explorer export of some columns.
func csvOf(header string, rows ...string) files.File {
	return fileOf("Explorer.csv", []byte(header+"\n"+strings.Join(rows, "\n")+"\n"))
}

const metricOf = `,"Start Date":"2025-04-01","End Date":"2025-06-30","Outcome":{"Outcome Type":"Metric","Metric Name":"M","Metric Unit":"`

// trap is a shape that real exports have and that a reader may get wrong.
type trap struct {
	name string
	in   []files.File
	is   func(t *testing.T, s *files.Set)
}

func TestTraps(t *testing.T) {
	t.Parallel()
	for _, trap := range slices.Concat(trapsOfJSON(), trapsOfItems(), trapsOfTables(), trapsOfCells(), trapsOfSets()) {
		t.Run(trap.name, func(t *testing.T) {
			t.Parallel()
			trap.is(t, opened(t, trap.in...))
		})
	}
}

// only is the one item of a set.
func only(t *testing.T, s *files.Set) transfer.Item {
	t.Helper()
	require.Len(t, s.Bundle().Items, 1)
	return s.Bundle().Items[0]
}

// remarked says whether a set has a remark with some words.
func remarked(s *files.Set, words string) bool {
	return slices.ContainsFunc(s.Bundle().Remarks, func(r transfer.Remark) bool { return strings.Contains(r.Title+": "+r.Why, words) })
}

// one is a trap with one record of the objectives' file and what its item is.
func one(name, record string, is func(t *testing.T, it transfer.Item)) trap {
	return trap{name, []files.File{objectives(`{"ID":1,"Title":"A",` + record + `}`)}, func(t *testing.T, s *files.Set) {
		t.Helper()
		is(t, only(t, s))
	}}
}

func trapsOfJSON() []trap {
	return []trap{
		one("progress of a percent metric is the raw value", `"Type":"Key result","Progress":39.42`+metricOf+`Percentage","Start":0.0,"Target":25.0,"Target Type":"Increase From"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.InDelta(t, 39.42, *it.Value, 0)
			require.Equal(t, okr.Metric{Name: "M", Unit: "%", UnitKind: okr.UnitPercent, Type: okr.Increase, Target: 25}, *it.Metric)
			require.Nil(t, it.Shown)
		}),
		one("progress of a dollar metric", `"Type":"Key result","Progress":102415000`+metricOf+`Dollar","Start":0,"Target":250000000,"Target Type":"Reach"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.InDelta(t, 102_415_000.0, *it.Value, 0)
			require.Equal(t, "$", it.Metric.Unit)
			require.Equal(t, okr.UnitCurrency, it.Metric.UnitKind)
		}),
		one("percentages are not clamped", `"Type":"Key result","Progress":225,"Outcome":{"Outcome Type":"Percentage"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.InDelta(t, 225.0, *it.Value, 0)
			require.InDelta(t, 225.0, *it.Shown, 0)
			require.Equal(t, "%", it.Metric.Unit)
		}),
		one("no progress", `"Type":"Key result","Progress":null,"Outcome":{"Outcome Type":"Percentage"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Nil(t, it.Value)
		}),
		one("stay below has its start as target", `"Type":"Key result","Progress":2`+metricOf+`Number","Start":3.0,"Target":3.0,"Target Type":"Stay Below"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, okr.Metric{Name: "M", UnitKind: okr.UnitNumber, Type: okr.StayBelow, Start: 3, Target: 3}, *it.Metric)
		}),
		one("phased targets are the word Disabled", `"Type":"Key result","Phased Targets":"Disabled"`+metricOf+`Number","Start":0,"Target":3,"Target Type":"Reach"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Empty(t, it.Metric.Phases)
		}),
		one("the first phase is the start, others stay level and beyond 100", `"Type":"Key result","Phased Targets":{"Interval":null,"Phased Targets":[{"Target Value":0.0,"Target Date":"2025-04-01"},{"Target Value":150,"Target Date":"2025-05-01"},{"Target Value":150.0,"Target Date":"2025-05-31"}]}`+
			metricOf+`Number","Start":0,"Target":300,"Target Type":"Reach"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, []okr.Phase{{Date: "2025-05-01", Value: 150}, {Date: "2025-05-31", Value: 150}}, it.Metric.Phases)
		}),
		one("children of a project are tasks", `"Type":"Project","Children":[{"ID":61,"Task Name":"Sign","Task Date":"2025-05-21","Task Status":"Complete","Task Owner":{"ID":7,"Name":"Al","Email":"al@x.example"}},{"ID":62,"Task Name":"Wait","Task Status":"Unknown"}]`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Empty(t, it.Children)
			require.Equal(t, []transfer.Task{{ID: "61", Title: "Sign", Done: true, Due: "2025-05-21", Owner: transfer.Person{ID: "7", Name: "Al", Email: "al@x.example"}}, {ID: "62", Title: "Wait"}}, it.Tasks)
		}),
		one("children of an objective are items", `"Type":"Objective","Children":[{"ID":9,"Title":"B","Type":"Key result"}]`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, []string{"9"}, it.Children)
		}),
		one("null lists", `"Type":"Objective","Owner":null,"Teams":null,"Alignment":null,"Delegated To":null,"Tags":null,"Children":null,"Parent IDs":null,"Check-in Owners":null,"Description":null,"Permissions":null,"Outcome":null`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Empty(t, it.Owners)
			require.Empty(t, it.Parents)
			require.False(t, it.Private)
		}),
		one("the organization's own id as a team", `"Type":"Objective","Teams":[{"ID":400,"Name":"Contoso"},{"ID":801,"Name":"New Markets"}]`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, okr.LevelOrganization, it.Level)
			require.Equal(t, []string{"New Markets"}, it.Teams)
		}),
		one("editors and a delegate", `"Type":"Objective","Delegated To":{"ID":7,"Name":"Al"},"Permissions":{"View":"Everybody","Edit":{"Individuals":[{"ID":8,"Name":"Bo"}]},"Align":"Everybody"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, "Al", it.Delegate.Name)
			require.Equal(t, "Bo", it.Editors[0].Name)
			require.False(t, it.Private)
		}),
		one("who may see it", `"Type":"Objective","Permissions":{"View":{"Individuals":[{"ID":8,"Name":"Bo"}]},"Edit":{}}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.True(t, it.Private)
			require.Equal(t, "Bo", it.Viewers[0].Name)
		}),
		one("ids and numbers in quotation marks", `"Type":"Objective","Parent IDs":["12",13.0],"Progress":"1,234.5"`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, []transfer.Parent{{ID: "12"}, {ID: "13"}}, it.Parents)
			require.InDelta(t, 1234.5, *it.Value, 0)
		}),
	}
}

func trapsOfItems() []trap {
	status := func(word string, want okr.Status) trap {
		return one("status "+word, `"Type":"Objective","Status":"`+word+`"`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, want, it.Status)
		})
	}
	return []trap{
		status("On Track", okr.OnTrack), status("Behind", okr.Behind), status("At Risk", okr.AtRisk), status("Not Started", okr.NotStarted),
		status("Closed", okr.StatusClosed), status("Postponed", okr.StatusPostponed), status("In-progress", okr.StatusInProgress), status("Fine", ""),
		one("fed by an integration", `"Type":"Key result","Progress and Status Configuration":{"Progress":"Update from Integration","Status":"Update Manually","Data Source":"Azure DevOps"}`, func(t *testing.T, it transfer.Item) {
			t.Helper()
			require.Equal(t, transfer.FeedIntegration, it.Feed)
			require.Equal(t, "Azure DevOps", it.DataSource)
			require.True(t, it.ByHand)
		}),
		{"parents come from Parent IDs, weights from Alignment", []files.File{objectives(
			`{"ID":3,"Title":"C","Type":"Key result","Parent IDs":[1,2],"Alignment":[{"ID":2,"Title":"B","Weight":"25.5%"}]}`,
		)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			parents := only(t, s).Parents
			require.Len(t, parents, 2)
			require.Nil(t, parents[0].Weight)
			require.Equal(t, "B", parents[1].Title)
			require.InDelta(t, 25.5, *parents[1].Weight, 0)
		}},
		{"renamed words by what the items have", []files.File{objectives(
			`{"ID":1,"Title":"A","Type":"Big rock","Outcome":{"Outcome Type":"Percentage"},"Children":[{"ID":2}]}`,
			`{"ID":2,"Title":"B","Type":"Kpi","Parent IDs":[1],"Outcome":{"Outcome Type":"Metric","Target":5.0,"Start":0.0,"Target Type":"Reach"}}`,
			`{"ID":3,"Title":"C","Type":"Deliverable","Children":[{"ID":61,"Task Name":"Sign"}]}`,
			`{"ID":4,"Title":"D","Type":"Thing"}`,
			`{"ID":5,"Title":"E","Type":"initiative"}`,
		)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			var looks []string
			for _, it := range s.Bundle().Items {
				looks = append(looks, it.Word+"="+string(it.Kind)+"/"+string(it.Looks))
			}
			require.Equal(t, []string{"Big rock=/objective", "Kpi=/key result", "Deliverable=/project", "Thing=/", "initiative=project/"}, looks)
		}},
		{"titles are not unique", []files.File{objectives(`{"ID":1,"Title":"A","Type":"Objective"}`, `{"ID":2,"Title":"A","Type":"Objective"}`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Len(t, s.Bundle().Items, 2)
		}},
		{"an id twice", []files.File{objectives(`{"ID":1,"Title":"A","Type":"Objective"}`, `{"ID":1,"Title":"B","Type":"Objective"}`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "A", only(t, s).Title)
			require.True(t, remarked(s, "twice in this one"))
		}},
		{"what cannot be read is said", []files.File{objectives(`{"Title":"no id"}`, `{"ID":1}`, `5`, `{"ID":2,"Title":"B","Permissions":5,"Progress":{}}`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "B", only(t, s).Title)
			require.True(t, remarked(s, "It has no id."))
			require.True(t, remarked(s, "It has no title."))
			require.True(t, remarked(s, "I can't read “Permissions”."))
		}},
		{"an objective has no metric here", []files.File{objectives(`{"ID":1,"Title":"A","Type":"Objective","Progress":15` + metricOf + `Number","Start":10,"Target":20,"Target Type":"Increase From"}}`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Nil(t, only(t, s).Metric)
			require.InDelta(t, 50.0, *only(t, s).Value, 0)
			require.True(t, remarked(s, "Only key results have a metric"))
		}},
	}
}

func trapsOfTables() []trap {
	period := func(name string, want okr.Period) trap {
		return trap{"period " + name, []files.File{csvOf("Id,Title,Object Type,Period", "1,A,Objective,"+name)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			want.Name = name
			require.Equal(t, want, only(t, s).Period)
		}}
	}
	return []trap{
		period("Annual 2025", okr.Period{Start: "2025-01-01", End: "2025-12-31"}), period("Q1 2025", okr.Period{Start: "2025-01-01", End: "2025-03-31"}),
		period("2025 Q2", okr.Period{Start: "2025-04-01", End: "2025-06-30"}), period("Quarter 3 FY25", okr.Period{Start: "2025-07-01", End: "2025-09-30"}),
		period("FY25 Q4", okr.Period{Start: "2025-10-01", End: "2025-12-31"}), period("H2 2025", okr.Period{Start: "2025-07-01", End: "2025-12-31"}),
		period("March 2024", okr.Period{Start: "2024-03-01", End: "2024-03-31"}), period("2026", okr.Period{Start: "2026-01-01", End: "2026-12-31"}),
		period("Someday", okr.Period{}), period("Week 42 2025", okr.Period{}), period("Sprint 12", okr.Period{}), period("Market 2025", okr.Period{}),
		period("FY25", okr.Period{Start: "2025-01-01", End: "2025-12-31"}), period("Year 2024/25", okr.Period{Start: "2024-01-01", End: "2024-12-31"}), period("Sept '25", okr.Period{Start: "2025-09-01", End: "2025-09-30"}),
		period("Q1 2025 (North)", okr.Period{Start: "2025-01-01", End: "2025-03-31"}),
		{"columns in any order, unknown ones named", []files.File{csvOf("Status,Colour,Title,Id,,Owner", "Behind,red,A,1,,\"Megan Bowen, Alex Wilber\"")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			it := only(t, s)
			require.Equal(t, okr.Behind, it.Status)
			require.Equal(t, []transfer.Person{{Name: "Megan Bowen"}, {Name: "Alex Wilber"}}, it.Owners)
			require.True(t, remarked(s, "“Colour”"))
		}},
		{"the other Explorer header", []files.File{csvOf(
			`Id,Title,Tag,OKR type,Type name,Creator,Owner,Period,Start Date,End Date,Description,"Aligned To (weight, Objective ID)",Metric Name,Target,Object Type,Goal Type,Start,Created At,Last Check-in,Progress %,Status,Last Check-in Note,Score,Checkins,,`,
			`1,A,"Growth, Speed",Organization,All Contoso,Al,Bo,Q1 2025,2025-01-01,2025-02-28,,,Stores,5,Key result,Committed Goal,0,2024-12-02 09:15:00 UTC,2025-02-01,2000,On Track,hi,0.3,,,`,
		)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			it := only(t, s)
			require.Equal(t, []string{"Growth", "Speed"}, it.Tags)
			require.Equal(t, okr.LevelOrganization, it.Level)
			require.Equal(t, okr.KeyResult, it.Kind)
			require.Equal(t, okr.Committed, it.GoalType)
			require.Equal(t, okr.Date("2025-02-28"), it.Period.End)
			require.InDelta(t, 2000.0, *it.Shown, 0)
			require.InDelta(t, 100.0, *it.Value, 1e-9, "2,000 percent of 5")
			require.True(t, it.Rounded)
			require.InDelta(t, 0.3, *it.Score, 0)
			require.Equal(t, time.Date(2024, 12, 2, 9, 15, 0, 0, time.UTC), it.CreatedAt)
		}},
		{"without ids, ids stay when rows move", []files.File{csvOf("Title,Object Type,Period,Aligned To", "A,Objective,2025,", "A,Objective,2025,", "B,Key result,2025,C", "C,Objective,2025,")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			moved := opened(t, csvOf("Title,Object Type,Period,Aligned To", "C,Objective,2025,", "B,Key result,2025,C", "A,Objective,2025,", "A,Objective,2025,"))
			a, b := s.Bundle().Items, moved.Bundle().Items
			require.Equal(t, []string{a[0].ID, a[1].ID, a[2].ID, a[3].ID}, []string{b[2].ID, b[3].ID, b[1].ID, b[0].ID})
			require.NotEqual(t, a[0].ID, a[1].ID)
			require.Equal(t, a[3].ID, a[2].Parents[0].ID)
		}},
		{"a parent's title that several have", []files.File{csvOf("Title,Object Type,Parent", "A,Objective,", "A,Objective,", "B,Key result,A")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, []transfer.Parent{{Title: "A"}}, s.Bundle().Items[2].Parents)
			require.True(t, remarked(s, "2 items have the title of its parent"))
		}},
		{"an id that two rows have, a row without title", []files.File{csvOf("Id,Title,Owner", "1,A,", "1,B,", "2,,Al")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "A", only(t, s).Title)
			require.True(t, remarked(s, "Its id is also in a row above."))
			require.True(t, remarked(s, "It has no title."))
		}},
		{"names that hold a comma", []files.File{csvOf("Id,Title,Creator,Owner", `1,A,"Bowen, Megan","Bowen, Megan, Alex Wilber"`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, []transfer.Person{{Name: "Bowen, Megan"}, {Name: "Alex Wilber"}}, only(t, s).Owners)
		}},
	}
}

func trapsOfCells() []trap {
	aligned := func(name, cell string, want ...transfer.Parent) trap {
		return trap{name, []files.File{csvOf(`Id,Title,"Aligned To (weight, Objective ID)"`, `1,A,"`+cell+`"`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, want, only(t, s).Parents)
		}}
	}
	weight := func(w float64) *float64 { return &w }
	number := func(cell string, want float64, rounded bool) trap {
		return trap{"number " + cell, []files.File{csvOf("Id,Title,Object Type,Metric Name,Target,Start,Actual Progress", `1,A,Key result,M,999,0,"`+cell+`"`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.InDelta(t, want, *only(t, s).Value, 1e-6)
			require.Equal(t, rounded, only(t, s).Rounded)
		}}
	}
	return []trap{
		aligned("no blank before the bracket", "Delight(weight: 14.29%, Id: 12)", transfer.Parent{ID: "12", Title: "Delight", Weight: weight(14.29)}),
		aligned("brackets and slashes in titles", "Win / keep (all) (weight: 5%)(weight: 33.33%, Id: 12) / B(weight: 0%, Id: 13)", transfer.Parent{ID: "12", Title: "Win / keep (all) (weight: 5%)", Weight: weight(33.33)}, transfer.Parent{ID: "13", Title: "B", Weight: weight(0)}),
		aligned("a title that ends like a bracket", "T(weight: 1%, Id: 2)(weight: 10%, Id: 7)", transfer.Parent{ID: "7", Title: "T(weight: 1%, Id: 2)", Weight: weight(10)}),
		aligned("decimal commas in a weight", "T(weight: 33,33%, Id: 7)", transfer.Parent{ID: "7", Title: "T", Weight: weight(33.33)}),
		aligned("a weight without an id", "T (x)(weight: 50%)", transfer.Parent{Title: "T (x)", Weight: weight(50)}),
		number("1,234", 1234, false), number("1,234,567.5", 1234567.5, false), number("102.42 M", 102.42e6, true), number("9.5K", 9500, true), number("33,33", 33.33, false),
		number("25%", 25, false), number("$1,200", 1200, false), number("(5)", -5, false), number("−5", -5, false), number("1 234,5", 1234.5, false), number("'-5", -5, false), number("1.02415E8", 102415000, false),
		{"notes hold anything", []files.File{csvOf("Id,Title,Checkins,,",
			"1,A,\"Checkin Date: 2025-06-30; User: Megan Bowen; Note: late; Status: bad\n\"\"x\"\"; Note: y; Metric Name: Sto; res; Status: Closed; Current Value: 12; Activity Date: 2025-06-30 10:00:26 UTC;\",Checkin Date: 2025-05-02; User: Al; Note: ; Metric Name: S; Status: Behind; Current Value: 102.42 M; Activity Date: 2025-05-02 12:25:47 UTC;,")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			got := checkInsIn(t, s)
			require.Len(t, got, 2)
			require.Empty(t, got[0].Note, "the oldest comes first")
			require.InDelta(t, 102.42e6, *got[0].Value, 1)
			require.True(t, got[0].Rounded)
			require.Equal(t, "late; Status: bad\n\"x\"; Note: y", got[1].Note)
			require.Equal(t, okr.StatusClosed, got[1].Status)
			require.Equal(t, time.Date(2025, 6, 30, 10, 0, 26, 0, time.UTC), got[1].MadeAt)
			require.Equal(t, time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC), got[1].At)
			require.Equal(t, "Megan Bowen", got[1].By.Name)
		}},
		{"check-ins in one cell are divided at their label", []files.File{csvOf("Id,Title,Checkins", "1,A,\"Checkin Date: 2025-06-30; User: A; Note: Checkin Date: soon; Metric Name: S; Status: ; Current Value: 2; Activity Date: 2025-06-30;\nCheckin Date: 2025-06-29; User: B; Note: n; Metric Name: S; Status: ; Current Value: 25%; Activity Date: 2025-06-29;\"")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			got := checkInsIn(t, s)
			require.Len(t, got, 2)
			require.Equal(t, "Checkin Date: soon", got[1].Note)
			require.InDelta(t, 25.0, *got[0].Value, 0)
		}},
		{"a percentage of what has another unit", []files.File{csvOf("Id,Title,Object Type,Metric Name,Unit,Target,Start,Checkins", "1,A,Key result,M,$,50,0,Checkin Date: 2025-06-30; User: A; Note: n; Metric Name: S; Status: ; Current Value: 25%; Activity Date: 2025-06-30;")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Nil(t, checkInsIn(t, s)[0].Value)
			require.True(t, remarked(s, "1 check-in has a percentage"))
		}},
		{"an id that is a link", []files.File{csvOf("Id,Title", `"=HYPERLINK(""https://goals.example/x"",""5100002"")",A`)}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "5100002", only(t, s).ID)
		}},
		{"escaped formulas", []files.File{csvOf("Id,Title,Description", "1,'=1+1,''@x", "2,'tis,")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "=1+1", s.Bundle().Items[0].Title)
			require.Equal(t, "'@x", s.Bundle().Items[0].Description)
			require.Equal(t, "'tis", s.Bundle().Items[1].Title)
		}},
		{"a limit that has its start as target", []files.File{csvOf("Id,Title,Object Type,Metric Name,Target,Start,Actual Progress,Progress %", "1,A,Key result,M,3,3,2,100", "2,A,Key result,M,3,3,2,0")}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, okr.StayBelow, s.Bundle().Items[0].Metric.Type)
			require.Equal(t, okr.StayAbove, s.Bundle().Items[1].Metric.Type)
		}},
	}
}
