package files_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// update writes the fixtures of testdata anew.
//
//nolint:gochecknoglobals // flags are
var update = flag.Bool("update", false, "write the files in testdata")

// TestFixtures holds the files in testdata, which tests of other packages and conversation scripts read, to the model that they are made of.
func TestFixtures(t *testing.T) {
	t.Parallel()
	f := newFixture()
	require.Len(t, f.items, 130)
	for name, want := range map[string][]byte{
		"contoso.zip": f.zip(t), "contoso.csv": f.csv(t), "contoso.xlsx": f.xlsx(t), "template.xlsx": templateXLSX(t),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, want, 0o600))
		}
		is, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, partsOf(t, want), partsOf(t, is), "%s is not what the model makes: go test ./okr/transfer/files -update", name)
	}
}

// partsOf is what is in a file: a workbook's entries come in any order.
func partsOf(t *testing.T, content []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return map[string]string{"": string(content)}
	}
	parts := map[string]string{}
	for _, e := range z.File {
		r, err := e.Open()
		require.NoError(t, err)
		part, err := io.ReadAll(r)
		require.NoError(t, err)
		parts[e.Name] = string(part)
	}
	return parts
}

// exportName is the name of a file in the organization export.
func exportName(kind string) string {
	return kind + "_export_file_400_71_Organization_400_2025123009150" + fmt.Sprint(len(kind)%10) + ".json"
}

func (f *fixture) zip(tb testing.TB) []byte {
	tb.Helper()
	checkIns := make([]orgCheckIn, 0, len(f.checkIns))
	for _, c := range f.checkIns {
		checkIns = append(checkIns, c.orgCheckIn)
	}
	items := make([]orgItem, 0, len(f.items))
	for _, it := range f.items {
		items = append(items, it.orgItem)
	}
	return zipOf(tb, map[string][]byte{
		exportName("objectives"):  asJSON(tb, items, true),
		exportName("checkins"):    asJSON(tb, checkIns, false),
		exportName("comments"):    asJSON(tb, f.comments, false),
		exportName("Teams"):       asJSON(tb, f.teams, true),
		exportName("Tags"):        asJSON(tb, f.tags, true),
		exportName("TimePeriods"): asJSON(tb, f.periods, true),
		exportName("Users"):       asJSON(tb, f.users, false),
	})
}

// asJSON is v as the exports are written, pretty-printed or minified.
func asJSON(tb testing.TB, v any, pretty bool) []byte {
	tb.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if pretty {
		enc.SetIndent("", "    ")
	}
	require.NoError(tb, enc.Encode(v))
	return b.Bytes()
}

// zipOf packs files, by name.
func zipOf(tb testing.TB, files map[string][]byte) []byte {
	tb.Helper()
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		part, err := w.Create(name)
		require.NoError(tb, err)
		_, err = part.Write(files[name])
		require.NoError(tb, err)
	}
	require.NoError(tb, w.Close())
	return b.Bytes()
}

func fixHeader() []string {
	return strings.Split("Id,Title,Team,Creator,Owner,Period,Start Date,End Date,Description,Aligned To (weight| Objective ID),Metric Name,Unit,Target,Object Type,Goal Type,Start,"+
		"Created At,Last Check-in,Progress %,Actual Progress,Status,Last Check-in Note,Score,Checkins,,,", ",")
}

// rows are those of the Explorer export, the header first; as texts.
func (f *fixture) rows() [][]string {
	rows := [][]string{fixHeader()}
	rows[0][9] = "Aligned To (weight, Objective ID)"
	for _, it := range f.items {
		rows = append(rows, append(f.row(it), f.checkInCells(it)...))
	}
	return rows
}

func (f *fixture) row(it *fixItem) []string {
	o := it.Outcome
	name, unit, start, target := "Progress", "%", "0", "100"
	if o.Type == "Metric" {
		name, unit, start, target = o.Name, it.unit, short(*o.Start), short(*o.Target)
	}
	team := make([]string, 0, 1)
	for _, n := range it.Teams {
		team = append(team, n.Name)
	}
	owners := make([]string, 0, 1)
	for _, p := range it.Owner {
		owners = append(owners, p.Name)
	}
	raw, _ := floatOf(it.Progress)
	return []string{
		fmt.Sprint(it.ID), it.Title, strings.Join(team, "; "), it.CreatedBy.Name, strings.Join(owners, ", "), it.Period.Name, it.Start, it.End,
		text(it.Description), f.alignedTo(it), name, unit, target, it.Type, it.goalType + " Goal", start, it.CreatedAt + " 09:15:00 UTC", text(it.LastCheckIn),
		it.shown(), short(raw), it.Status, it.note, it.score,
	}
}

// checkInCells are the check-ins of an item, the newest first.
func (f *fixture) checkInCells(it *fixItem) []string {
	var cells []string
	for _, c := range f.checkIns {
		if c.Item != it.ID {
			continue
		}
		noteText := ""
		if n, ok := c.Note.(note); ok {
			noteText = n.Text
		}
		value := ""
		if c.Value != nil {
			value = magnitude(*c.Value)
		}
		cells = append(cells, fmt.Sprintf("Checkin Date: %s; User: %s; Note: %s; Metric Name: %s; Status: %s; Current Value: %s; Activity Date: %s 10:00:26 UTC;",
			c.Date[:10], c.By.Name, noteText, c.Metric, c.Status, value, c.Activity))
	}
	slices.Reverse(cells)
	return cells
}

// magnitude is a value as cells of check-ins have it: 102.42 M.
func magnitude(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2f M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.2f K", v/1e3)
	}
	return short(v)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func (f *fixture) csv(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	require.NoError(tb, w.WriteAll(f.rows()))
	return b.Bytes()
}

// xlsx is the same with the ids as links, and some numbers as texts with thousands commas.
func (f *fixture) xlsx(tb testing.TB) []byte {
	tb.Helper()
	rows := f.rows()
	cells := make([][]any, len(rows))
	for i, row := range rows {
		for col, text := range row {
			var cell any = text
			if i > 0 && col == 12 && len(text) > 6 {
				cell = text[:len(text)-6] + "," + text[len(text)-6:len(text)-3] + "," + text[len(text)-3:]
			}
			if i > 0 && col == 0 {
				cell = excelize.Cell{Formula: `HYPERLINK("https://goals.example/okr/` + text + `","` + text + `")`, Value: text}
			}
			cells[i] = append(cells[i], cell)
		}
	}
	return workbook(tb, sheet{"Export", cells})
}

// sheet is a sheet of a workbook.
type sheet struct {
	name string
	rows [][]any
}

func workbook(tb testing.TB, sheets ...sheet) []byte {
	tb.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, s := range sheets {
		if i == 0 {
			require.NoError(tb, f.SetSheetName("Sheet1", s.name))
		} else {
			_, err := f.NewSheet(s.name)
			require.NoError(tb, err)
		}
		w, err := f.NewStreamWriter(s.name)
		require.NoError(tb, err)
		for n, row := range s.rows {
			require.NoError(tb, w.SetRow(fmt.Sprintf("A%d", n+1), row))
		}
		require.NoError(tb, w.Flush())
	}
	var b bytes.Buffer
	require.NoError(tb, f.Write(&b))
	return b.Bytes()
}

// templateXLSX is the plain template for bulk imports: rows that refer to each other.
func templateXLSX(tb testing.TB) []byte {
	tb.Helper()
	return workbook(
		tb,
		sheet{"Read Me", [][]any{{"How to fill in this template"}, {"Title", "is what people read"}}},
		sheet{"Basic Fields", [][]any{{"Field", "Meaning"}, {"OKR Reference", "a number of your own"}}},
		sheet{"Advanced Fields", [][]any{{"Field", "Meaning"}}},
		sheet{"OKRs and Initiatives", [][]any{
			{"OKR Reference", "Parent OKR", "Type", "Title", "Owner", "Team", "Time Period", "Metric Name", "Metric Unit", "Start Value", "Target Value", "Target Type", "Weight", "Colour"},
			{1, "", "Objective", "Delight the south", "alex@contoso.example", "New Markets", "Annual 2026", "", "", "", "", "", "", "red"},
			{2, 1, "Key result", "Open 12 stores", "Megan Bowen", "New Markets", "Q1 2026", "Stores", "Number", 0, 12, "Reach", 60, "red"},
			{3, 1, "Initiative", "Rent them", "lee@contoso.example", "", "Q1 2026", "", "", "", "", "", "40%", ""},
		}},
	)
}
