package files_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/transfer/files"
)

func trapsOfSets() []trap {
	exact := objectives(`{"ID":1,"Title":"A","Type":"Objective"}`,
		`{"ID":2,"Title":"B","Type":"Key result","Owner":[{"ID":7,"Name":"Al","Email":"al@x.example"}],"Parent IDs":[1],"Created At":"2025-03-28","Progress":102415000,"Score":0.0,"Outcome":{"Outcome Type":"Metric","Metric Unit":"Number","Start":0,"Target":250000000,"Target Type":"Reach"}}`)
	table := csvOf(`Id,Title,Object Type,Owner,"Aligned To (weight, Objective ID)",Target,Actual Progress,Progress %,Score,Created At,Checkins`,
		`2,B renamed,Key result,Al,"A(weight: 12.5%, Id: 1)",250.00 M,102.42 M,41,0.4,2025-03-28 13:26:22 UTC,Checkin Date: 2025-06-30; User: Al; Note: n; Metric Name: S; Status: ; Current Value: 102.42 M; Activity Date: 2025-06-30;`,
		`3,C,Key result,Al,"A(weight: 12.5%, Id: 1)",5,2,40,,,Checkin Date: 2025-06-30; User: Al; Note: n; Metric Name: S; Status: ; Current Value: 2; Activity Date: 2025-06-30;`)
	history := checkins(`{"ID":24000010,"OKR ID":2,"CheckIn Date":"2025-05-02 00:00:00","Check In Note":{},"Current Value":9,"Activity Date":"2025-05-04"}`,
		`{"ID":24000009,"OKR ID":2,"CheckIn Date":"2025-05-02 00:00:00","Check In Owner":{"ID":7,"Name":"Al"},"Check In Note":{"Check In Note":"","Check In Note HTML":"<div>a &amp; b</div><div>c</div>"},"Current Value":8.5,"Activity Date":"2025-05-02"}`,
		`{"ID":24000011,"OKR ID":99,"CheckIn Date":"2025-05-02 00:00:00"}`)
	return []trap{
		{"the ZIP is exact, the CSV has weights and scores", []files.File{table, exact, history}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Len(t, s.Bundle().Items, 3)
			it := item(t, s, "2")
			require.Equal(t, "B", it.Title)
			require.InDelta(t, 102_415_000.0, *it.Value, 0)
			require.False(t, it.Rounded)
			require.InDelta(t, 12.5, *it.Parents[0].Weight, 0)
			require.InDelta(t, 0.4, *it.Score, 0)
			require.InDelta(t, 41.0, *it.Shown, 0)
			require.Equal(t, 13, it.CreatedAt.Hour())
			require.Equal(t, "al@x.example", item(t, s, "3").Owners[0].Email, "names get the address of the one person with that name")
			require.Len(t, s.Bundle().People, 1)
		}},
		{"check-ins of a day in the order of their ids, exact ones instead of cells", []files.File{table, exact, history}, func(t *testing.T, s *files.Set) {
			t.Helper()
			got := checkInsIn(t, s)
			require.Len(t, got, 3)
			require.Equal(t, []string{"24000009", "24000010", ""}, []string{got[0].ID, got[1].ID, got[2].ID})
			require.Equal(t, "a & b\nc", got[0].Note)
			require.Equal(t, 4, got[1].MadeAt.Day())
			require.Equal(t, "3", got[2].Item)
			require.Equal(t, 3, s.Bundle().CheckIns)
			require.True(t, remarked(s, "1 check-in belong"))
		}},
		{"two exports, the newer one first", []files.File{
			fileOf("objectives_export_file_400_71_Organization_400_20240101000000.json", []byte(`[{"ID":1,"Title":"Old","Type":"Objective"},{"ID":5,"Title":"Only old","Type":"Objective"}]`)),
			objectives(`{"ID":1,"Title":"New","Type":"Objective"}`), history, history,
		}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Len(t, s.Bundle().Items, 2)
			require.Equal(t, "New", item(t, s, "1").Title)
		}},
		{"a check-in that is in two files", []files.File{exact, history, history}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, 2, s.Bundle().CheckIns)
			require.Len(t, checkInsIn(t, s), 2)
		}},
		{"renamed files are known by what they hold", []files.File{
			fileOf("a.txt", []byte(`[{"ID":1,"Title":"A","Type":"Objective"}]`)), fileOf("b.json", []byte(`[{"ID":1,"OKR ID":1,"CheckIn Date":"2025-05-02 00:00:00"}]`)),
			fileOf("c", []byte(`[{"ID":1,"OKR ID":1,"Comment":"x","Created At":"2025-05-03 21:05:45"}]`)), fileOf("d", []byte(`[{"ID":801,"Team Name":"T"}]`)), fileOf("e", []byte(`[{"ID":1,"Tag Name":"G"}]`)),
			fileOf("f", []byte(`[{"ID":1,"Time Period Name":"P","Start Date":"2025-04-01","End Date":"2025-06-30"}]`)), fileOf("g", []byte(`[{"ID":72,"Name":"Al","Email":"al@x.example"}]`)),
		}, func(t *testing.T, s *files.Set) {
			t.Helper()
			b := s.Bundle()
			require.Equal(t, []int{1, 1, 1, 1, 1, 1, 1}, []int{len(b.Items), b.CheckIns, b.Comments, len(b.Teams), len(b.Tags), len(b.Periods), len(b.People)})
			require.Equal(t, time.Date(2025, 5, 3, 21, 5, 45, 0, time.UTC), commentsIn(t, s)[0].At)
		}},
		{"fiscal periods by the days that a file gives them", []files.File{csvOf("Id,Title,Period", "1,A,fy25 q1"), fileOf("x", []byte(`[{"ID":1,"Time Period Name":"FY25 Q1","Start Date":"2024-07-01","End Date":"2024-09-30"}]`))}, func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, okr.Date("2024-07-01"), only(t, s).Period.Start)
		}},
	}
}
