package files_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"okrbot/okr"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// outSource is a source that holds what a test says.
type outSource struct {
	bundle   transfer.Bundle
	checkIns []transfer.CheckIn
	comments []transfer.Comment
}

func (s *outSource) Bundle() *transfer.Bundle { return &s.bundle }

func (s *outSource) Most() int { return len(s.checkIns) }

func (s *outSource) CheckIns(_ context.Context, yield func(transfer.CheckIn) error) error {
	for _, c := range s.checkIns {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *outSource) Comments(_ context.Context, yield func(transfer.Comment) error) error {
	for _, c := range s.comments {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func outWritten(t *testing.T, src transfer.Source, format okr.ExportFormat) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, files.Write(t.Context(), &b, format, src))
	return b.Bytes()
}

// newOutSource holds an objective, a key result with all that there is, and a project.
func newOutSource() *outSource {
	megan := transfer.Person{ID: "72", Name: "Megan Bowen", Account: "8c1f1f4e-0000-4000-8000-000000000072"}
	lee := transfer.Person{ID: "73", Name: "Lee Gu"}
	made := time.Date(2026, 1, 2, 9, 15, 0, 0, time.UTC)
	quarter := okr.Period{Name: "Q1 2026", Start: "2026-01-01", End: "2026-03-31"}
	return &outSource{
		bundle: transfer.Bundle{
			At: time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC), People: []transfer.Person{megan, lee}, Tags: []string{"Growth"},
			Teams: []transfer.Team{{ID: "1", Name: "New Markets"}}, Periods: []okr.Period{quarter},
			Items: []transfer.Item{
				{ID: "10", Kind: okr.Objective, Word: "Objective", Title: "Delight (phase 1)", Owners: []transfer.Person{megan}, Period: quarter, Children: []string{"11", "12"}, Feed: transfer.FeedChildren},
				{
					ID: "11", Kind: okr.KeyResult, Word: "Key result", Title: "=1+1", Description: "two\nlines; \"quoted\"", Owners: []transfer.Person{megan, lee}, Period: quarter,
					Parents: []transfer.Parent{{ID: "10", Title: "Delight (phase 1)", Weight: new(33.25), Share: new(33.25)}}, Teams: []string{"New Markets"}, Tags: []string{"Growth"},
					Metric: &okr.Metric{Name: "-cost", Unit: "€", UnitKind: okr.UnitCurrency, Type: okr.Decrease, Start: 5, Target: -40, Phases: []okr.Phase{{Date: "2026-02-15", Value: -15.5}}},
					Value:  new(-10.0), Shown: new(33.3333), Status: okr.Behind, Feed: transfer.FeedManual, CreatedBy: lee, CreatedAt: made, CheckedIn: "2026-02-01", Private: true, Viewers: []transfer.Person{lee},
				},
				{
					ID: "12", Kind: okr.Project, Word: "Project", Title: "Open the warehouse", Period: quarter, Status: okr.StatusClosed, Score: new(0.7), EndNote: "late", ByHand: true,
					Tasks: []transfer.Task{{ID: "1", Title: "Sign the lease", Done: true, Due: "2026-02-21", Owner: megan}, {ID: "2", Title: "Move in"}},
				},
			},
		},
		checkIns: []transfer.CheckIn{
			{ID: "1", Item: "11", At: made, MadeAt: made, By: megan, Value: new(3.0), Status: okr.OnTrack, Note: "@all\nsecond <line>"},
			{ID: "2", Item: "11", At: made.AddDate(0, 0, 30), MadeAt: made.AddDate(0, 0, 31), By: lee, Value: new(-10.0), Status: okr.Behind},
		},
		comments: []transfer.Comment{{ID: "3", Item: "12", At: made, By: lee, Text: "see the map"}},
	}
}

const outHeader = "Id,Title,Team,Creator,Owner,Period,Start Date,End Date,Description,\"Aligned To (weight, Objective ID)\",Metric Name,Unit,Target,Object Type,Goal Type,Start,Created At," +
	"Last Check-in,Progress %,Actual Progress,Status,Last Check-in Note,Score,Tag,Level,Weight,Target Type,Threshold,Phased Targets,Private,Viewers,Editors,Only Editors,Delegate,Check-in Owners," +
	"Tasks,Closing Note,Account IDs,Checkins,"

func outRows(t *testing.T, raw []byte) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	return rows
}

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	raw := outWritten(t, newOutSource(), okr.ExportCSV)
	require.True(t, strings.HasPrefix(string(raw), "\ufeff"+outHeader+"\n"), "the mark without which Excel does not take it for UTF-8, and the columns: %s", raw)
	rows := outRows(t, raw)
	require.Len(t, rows, 4)
	cell := func(row int, column string) string { return rows[row][slices.Index(rows[0], column)] }
	for column, want := range map[string]string{
		"Id": "11", "Title": "'=1+1", "Owner": "Megan Bowen, Lee Gu", "Aligned To (weight, Objective ID)": "Delight (phase 1)(weight: 33.25%, Id: 10)", "Metric Name": "'-cost", "Unit": "€",
		"Target": "-40", "Start": "5", "Actual Progress": "-10", "Progress %": "33.33", "Status": "Behind", "Weight": "33.25", "Target Type": "Decrease From", "Phased Targets": "2026-02-15: -15.5",
		"Private": "Yes", "Viewers": "Lee Gu", "Description": "two\nlines; \"quoted\"", "Created At": "2026-01-02 09:15:00 UTC", "Last Check-in": "2026-02-01", "Last Check-in Note": "",
		"Account IDs": "Megan Bowen = 8c1f1f4e-0000-4000-8000-000000000072",
		"Checkins":    "Checkin Date: 2026-02-01; User: Lee Gu; Note: ; Metric Name: -cost; Status: Behind; Current Value: -10; Activity Date: 2026-02-02 09:15:00 UTC;",
		"":            "Checkin Date: 2026-01-02; User: Megan Bowen; Note: @all\nsecond <line>; Metric Name: -cost; Status: On Track; Current Value: 3; Activity Date: 2026-01-02 09:15:00 UTC;",
	} {
		require.Equal(t, want, cell(2, column), column)
	}
	require.Equal(t, "Progress", cell(1, "Metric Name"))
	require.Equal(t, "%", cell(1, "Unit"))
	require.Equal(t, "0.7", cell(3, "Score"))
	require.Equal(t, "[x] Sign the lease | 2026-02-21 | Megan Bowen\n[ ] Move in |  | ", cell(3, "Tasks"))
}

// Nothing that people write becomes a formula, and nothing is lost by that.
func TestWriteGuardsFormulas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=HYPERLINK(1)": "'=HYPERLINK(1)", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "'=x": "''=x", "''@": "'''@",
		"": "", "'": "'", "'quoted'": "'quoted'", "a=b": "a=b", " =x": " =x", "Ünï": "Ünï",
	} {
		src := newOutSource()
		src.bundle.Items[0].Title = text
		require.Equal(t, want, outRows(t, outWritten(t, src, okr.ExportCSV))[1][1], "%q", text)
	}
}

func TestWriteXLSX(t *testing.T) {
	t.Parallel()
	book, err := excelize.OpenReader(bytes.NewReader(outWritten(t, newOutSource(), okr.ExportXLSX)))
	require.NoError(t, err)
	defer func() { require.NoError(t, book.Close()) }()
	rows, err := book.GetRows("OKRs")
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, strings.Split(outHeader, ",")[:9], rows[0][:9])
	require.Equal(t, "'=1+1", rows[2][1])
	for _, at := range []string{"B3", "K3", "M3"} {
		formula, err := book.GetCellFormula("OKRs", at)
		require.NoError(t, err)
		require.Empty(t, formula)
	}
	kind, err := book.GetCellType("OKRs", "M3")
	require.NoError(t, err)
	require.Contains(t, []excelize.CellType{excelize.CellTypeNumber, excelize.CellTypeUnset}, kind, "a number that can be added up")
	kind, err = book.GetCellType("OKRs", "A3")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeInlineString, kind, "an id keeps its digits")
}

func TestWriteZIP(t *testing.T) {
	t.Parallel()
	raw := outWritten(t, newOutSource(), okr.ExportZIP)
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	parts := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		kind, rest, _ := strings.Cut(f.Name, "_")
		require.Equal(t, "export_file_1_1_Organization_1_20260202120000.json", rest)
		parts[kind] = string(text)
	}
	require.Len(t, parts, 7)
	for kind, texts := range map[string][]string{
		"objectives": {
			`"Alignment":[{"ID":10,"Title":"Delight (phase 1)","Weight":"33.25%"}]`,
			`"Permissions":{"View":"Everybody","Edit":{},"Align":"Everybody"}`,
			`"View":{"Individuals":[{"ID":73,"Name":"Lee Gu","Email":""}]}`,
			`"Outcome":{"Outcome Type":"Metric","Metric Name":"-cost","Metric Unit":"Dollar","Start":5,"Target":-40,"Target Type":"Decrease From"}`,
			`"Phased Targets":{"Interval":"custom","Phased Targets":[{"Target Value":5,"Target Date":"2026-01-01"},{"Target Value":-15.5,"Target Date":"2026-02-15"}]}`,
			`"Children":[{"ID":11,"Title":"=1+1","Type":"Key result"},{"ID":12,"Title":"Open the warehouse","Type":"Project"}]`,
			`"Task Name":"Sign the lease","Task Date":"2026-02-21","Task Status":"Complete","Task Owner":{"ID":72,"Name":"Megan Bowen"`,
			`"Parent IDs":null,`,
			`"Owner":[{"ID":72,"Name":"Megan Bowen","Email":"","Object ID":"8c1f1f4e-0000-4000-8000-000000000072"}]`,
		},
		"checkins": {
			`"Check In Note":{"Check In Note":"@all\nsecond <line>","Check In Note HTML":"<div>@all<br>second &lt;line&gt;</div>"}`,
			`"Check In Note":{},"Metric Name":"-cost","Status":"Behind","Current Value":-10,"Activity Date":"2026-02-02"`,
		},
		"comments": {`"Comment":"see the map"`}, "Teams": {`"Team Name":"New Markets"`}, "TimePeriods": {`"Time Period Name":"Q1 2026"`},
		"Tags": {`"Tag Name":"Growth"`}, "Users": {`"Name":"Lee Gu"`},
	} {
		for _, text := range texts {
			require.Contains(t, parts[kind], text)
		}
	}
}

func TestWriteEmptyAndBroken(t *testing.T) {
	t.Parallel()
	for _, format := range []okr.ExportFormat{okr.ExportCSV, okr.ExportXLSX, okr.ExportZIP} {
		require.NotEmpty(t, outWritten(t, &outSource{}, format))
		require.ErrorIs(t, files.Write(t.Context(), outBroken{}, format, newOutSource()), io.ErrClosedPipe)
	}
	require.Equal(t, okr.Invalid, okr.KindOf(files.Write(t.Context(), io.Discard, "pdf", &outSource{})))
	mixed := newOutSource()
	mixed.checkIns = append(mixed.checkIns, transfer.CheckIn{Item: "10"})
	require.ErrorContains(t, files.Write(t.Context(), io.Discard, okr.ExportCSV, mixed), "order")
}

type outBroken struct{}

func (outBroken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
