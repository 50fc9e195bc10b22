package files_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// read opens a file and reads all of it. Whatever it holds, it gives what can be imported
// or says what is wrong.
func read(t *testing.T, name string, content []byte) {
	t.Helper()
	s, err := files.Open(t.Context(), []files.File{fileOf(name, content)})
	if err != nil {
		require.Equal(t, okr.Invalid, okr.KindOf(err), "%v", err)
		return
	}
	b := s.Bundle()
	ids := map[string]bool{}
	for _, it := range b.Items {
		require.NotEmpty(t, it.ID)
		require.NotEmpty(t, it.Title)
		require.False(t, ids[it.ID])
		ids[it.ID] = true
		require.LessOrEqual(t, len([]rune(it.Title)), okr.MaxTitle+1)
		require.True(t, it.Period.Start == "" || it.Period.Start.Valid())
	}
	n := 0
	require.NoError(t, s.CheckIns(t.Context(), func(c transfer.CheckIn) error {
		n++
		require.True(t, ids[c.Item])
		return nil
	}))
	require.Equal(t, b.CheckIns, n)
	n = 0
	require.NoError(t, s.Comments(t.Context(), func(transfer.Comment) error { n++; return nil }))
	require.Equal(t, b.Comments, n)
	_, err = files.Recognize(t.Context(), fileOf(name, content))
	require.NoError(t, err)
}

// FuzzJSON reads files of an organization export, all kinds at once.
func FuzzJSON(f *testing.F) {
	f.Add(`[{"ID":1,"Title":"A","Type":"Key result","Progress":39.42,"Phased Targets":"Disabled","Outcome":{"Outcome Type":"Metric","Start":1,"Target":"2"},"Permissions":{"Edit":{"Individuals":[{"ID":7}]}},"Children":[{"ID":6,"Task Name":"x"}]}]`)
	f.Add(`[{"ID":1,"OKR ID":1,"CheckIn Date":"2025-05-02 00:00:00","Check In Note":{}}]`)
	f.Add(`[{"ID":1,"OKR ID":1,"Comment":"x"},{"ID":1,"Team Name":"x"}]`)
	f.Add("null")
	f.Fuzz(func(t *testing.T, text string) {
		read(t, "objectives_export_file_1_2_Organization_1_20250101000000.json", []byte(text))
		read(t, "x.zip", zipOf(t, map[string][]byte{"a.json": []byte(`[{"ID":1,"Title":"A"}]`), "b.json": []byte(text)}))
	})
}

// FuzzCSV reads tables, in UTF-8 and in whatever the bytes are.
func FuzzCSV(f *testing.F) {
	f.Add("Id,Title,Object Type\n", `1,A,"Checkin Date: 2025-05-02; User: A; Note: ; Metric Name: M; Status: ; Current Value: 9 M; Activity Date: 2025-05-02;"`)
	f.Add("Id;Title;\"Aligned To (weight, Objective ID)\"\n", `"=HYPERLINK(""u"",""5"")";A;T(weight: 1%, Id: 2) / U(weight: 3,5%, Id: 4)`)
	f.Add("OKR Reference\tParent OKR\tTitle\tWeight\n", "1\tA\tA\t(5)")
	f.Add("\xff\xfe", "I\x00d\x00")
	f.Fuzz(func(t *testing.T, header, rows string) {
		read(t, "x.csv", []byte(header+rows))
		read(t, "x.csv", []byte("Id,Title,Owner,Period,Start Date,Target,Start,Metric Name,Progress %,Score,Checkins,,\n"+rows))
	})
}

// FuzzXLSX reads workbooks with a sheet and shared texts of any form.
func FuzzXLSX(f *testing.F) {
	f.Add(headerRow()+`<row r="2"><c r="A2" t="s"><v>0</v></c>`+cell("B2", "A")+`</row>`, "<si><t>x</t></si>")
	f.Add(`<row><c t="str"><f>HYPERLINK("u","5")</f></c></row>`, "")
	f.Add(`<row r="7"><c r="B7" t="s"><v>-1</v></c></row>`, "<si/>")
	empty := workbook(f, sheet{"S", [][]any{{"x"}}})
	f.Fuzz(func(t *testing.T, rows, shared string) {
		read(t, "x.xlsx", rewritten(t, empty, sheetXML(headerRow()+rows, "xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`+shared+`</sst>`)))
	})
}

// FuzzZIP reads ZIP files that were changed at some places, and what is no ZIP at all.
func FuzzZIP(f *testing.F) {
	export := zipOf(f, map[string][]byte{"objectives.json": []byte(`[{"ID":1,"Title":"A"}]`), "checkins.json": []byte(`[{"ID":1,"OKR ID":1}]`), "x.csv": []byte("Id,Title\n2,B\n")})
	f.Add(export, 0, byte(0))
	f.Add(export, 30, byte(1))
	f.Add([]byte("PK\x05\x06"+strings.Repeat("\x00", 18)), 8, byte(2))
	f.Fuzz(func(t *testing.T, content []byte, at int, b byte) {
		content = bytes.Clone(content)
		if at >= 0 && at < len(content) {
			content[at] ^= b
		}
		if _, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err != nil && len(content) > 1<<16 {
			return
		}
		read(t, "x.zip", content)
	})
}
