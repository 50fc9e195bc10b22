package files_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"okrbot/okr"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// book is a workbook of one sheet whose XML is as given.
func book(tb testing.TB, sheetData string, more ...string) files.File {
	tb.Helper()
	return fileOf("x.xlsx", rewritten(tb, workbook(tb, sheet{"S", [][]any{{"x"}}}), sheetXML(sheetData, more...)))
}

// sheetXML are the entries of a workbook with the XML of a sheet, and others by name.
func sheetXML(sheetData string, more ...string) map[string]string {
	replace := map[string]string{"xl/worksheets/sheet1.xml": `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + sheetData + `</sheetData></worksheet>`}
	for i := 0; i+1 < len(more); i += 2 {
		replace[more[i]] = more[i+1]
	}
	return replace
}

// rewritten is a ZIP with some entries replaced.
func rewritten(tb testing.TB, content []byte, replace map[string]string) []byte {
	tb.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(tb, err)
	parts := map[string][]byte{}
	for _, e := range z.File {
		r, err := e.Open()
		require.NoError(tb, err)
		parts[e.Name], err = io.ReadAll(r)
		require.NoError(tb, err)
	}
	for name, text := range replace {
		parts[name] = []byte(text)
	}
	return zipOf(tb, parts)
}

// cell is one of a sheet as a text in itself.
func cell(at, text string) string {
	return `<c r="` + at + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
}

func headerRow() string {
	return `<row r="1">` + cell("A1", "Id") + cell("B1", "Title") + cell("C1", "Start Date") + cell("D1", "Metric Name") + cell("E1", "Target") + cell("F1", "Actual Progress") + `</row>`
}

func TestWorkbooks(t *testing.T) {
	t.Parallel()
	link := func(at, value string) string {
		return `<c r="` + at + `" t="str"><f>HYPERLINK("https://goals.example/a,b","5100002")</f>` + value + `</c>`
	}
	for name, c := range map[string]struct {
		file files.File
		is   func(t *testing.T, s *files.Set)
	}{
		"a link with its text": {book(t, headerRow()+`<row r="2">`+link("A2", "<v>5100002</v>")+cell("B2", "A")+`</row>`), func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "5100002", only(t, s).ID)
		}},
		"a link without its text": {book(t, headerRow()+`<row r="2">`+link("A2", "")+cell("B2", "A")+`</row>`), func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "5100002", only(t, s).ID)
		}},
		"a link with a zero": {book(t, headerRow()+`<row r="2"><c r="A2"><f>HYPERLINK("u","7")</f><v>0</v></c>`+cell("B2", "A")+`</row>`), func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, "7", only(t, s).ID)
		}},
		"days and numbers as numbers, texts with thousands": {book(t, headerRow()+`<row r="2"><c r="A2"><v>5100002</v></c>`+cell("B2", "A")+`<c r="C2"><v>45748</v></c>`+cell("D2", "M")+cell("E2", "250,000,000")+`<c r="F2"><v>1.0241500000000001E8</v></c></row>`), func(t *testing.T, s *files.Set) {
			t.Helper()
			it := only(t, s)
			require.Equal(t, "5100002", it.ID)
			require.Equal(t, okr.Date("2025-04-01"), it.Period.Start)
			require.InDelta(t, 250e6, it.Metric.Target, 0)
			require.InDelta(t, 102_415_000.0, *it.Value, 1e-6)
		}},
		"rows and columns left out": {book(t, `<row r="3">`+cell("C3", "Title")+cell("E3", "Id")+`</row><row r="9">`+cell("C9", "A")+cell("E9", "4")+`</row>`), func(t *testing.T, s *files.Set) {
			t.Helper()
			require.Equal(t, okr.ImportRow{File: "x.xlsx", Row: 9, ID: "4", Title: "A"}, only(t, s).Row)
		}},
		"formulas are not computed": {book(t, headerRow()+`<row r="2"><c r="A2"><v>1</v></c>`+cell("B2", "A")+`<c r="F2"><f>1+1</f><v>3</v></c></row>`), func(t *testing.T, s *files.Set) {
			t.Helper()
			require.InDelta(t, 3.0, *only(t, s).Value, 0)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.is(t, opened(t, c.file))
		})
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	s := opened(t, fixed(t, "template.xlsx"))
	require.Len(t, s.Bundle().Items, 3)
	kr, project := item(t, s, "2"), item(t, s, "3")
	require.Equal(t, "1", kr.Parents[0].ID)
	require.Equal(t, "Delight the south", kr.Parents[0].Title)
	require.InDelta(t, 60.0, *kr.Parents[0].Weight, 0)
	require.InDelta(t, 40.0, *project.Parents[0].Weight, 0)
	require.Equal(t, okr.KeyResult, kr.Kind)
	require.Equal(t, okr.Project, project.Kind)
	require.Equal(t, okr.Metric{Name: "Stores", UnitKind: okr.UnitNumber, Type: okr.Reach, Target: 12}, *kr.Metric)
	require.Equal(t, transfer.Person{Name: "alex@contoso.example", Email: "alex@contoso.example"}, item(t, s, "1").Owners[0])
	require.Equal(t, okr.Date("2026-03-31"), kr.Period.End)
	require.True(t, remarked(s, "“Colour”"))
	is, err := files.Recognize(t.Context(), fixed(t, "template.xlsx"))
	require.NoError(t, err)
	require.Equal(t, okr.ImportFile{Name: "template.xlsx", Bytes: fixed(t, "template.xlsx").Size, Format: "bulk import template (XLSX)", Holds: "3 items, 2 periods"}, is)
}

// TestNamesLie: what a file is called says nothing of what it is.
func TestNamesLie(t *testing.T) {
	t.Parallel()
	for kind, content := range map[string][]byte{
		"ZIP":  zipOf(t, map[string][]byte{"objectives.json": []byte(`[{"ID":1,"Title":"A"}]`)}),
		"CSV":  []byte("Id,Title\n1,A\n"),
		"XLSX": workbook(t, sheet{"S", [][]any{{"Id", "Title"}, {1, "A"}}}),
	} {
		for _, ending := range []string{".csv", ".zip", ".xlsx", ".json", ".txt", ""} {
			it := only(t, opened(t, fileOf("x"+ending, content)))
			require.Equal(t, []string{"1", "A"}, []string{it.ID, it.Title}, "%s%s", kind, ending)
		}
	}
}

// TestHiddenSheets: what nobody sees is not imported.
func TestHiddenSheets(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	defer f.Close()
	_, err := f.NewSheet("Old")
	require.NoError(t, err)
	for _, name := range []string{"Sheet1", "Old"} {
		require.NoError(t, f.SetSheetRow(name, "A1", &[]any{"Id", "Title", "Owner"}))
		require.NoError(t, f.SetSheetRow(name, "A2", &[]any{name, name, "Al"}))
	}
	require.NoError(t, f.SetSheetVisible("Old", false))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.Equal(t, "Sheet1", only(t, opened(t, fileOf("x.xlsx", b.Bytes()))).ID)
}

// TestHostileWorkbooks: entities are not expanded, and nothing that a workbook says makes
// the reader panic, or count to where it says that a row is.
func TestHostileWorkbooks(t *testing.T) {
	t.Parallel()
	lol := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "` + strings.Repeat("lol", 1000) + `"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	for name, f := range map[string]files.File{
		"entities in a sheet":         book(t, "", "xl/worksheets/sheet1.xml", lol+`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;&b;</t></is></c></row></sheetData></worksheet>`),
		"entities in the workbook":    book(t, headerRow(), "xl/workbook.xml", lol+`<workbook>&b;</workbook>`),
		"a row far away":              book(t, headerRow()+`<row r="9000000000000000">`+cell("A9000000000000000", "1")+`</row>`),
		"a row below the last":        book(t, headerRow()+`<row r="2000000">`+cell("A2000000", "1")+cell("B2000000", "A")+`</row>`),
		"a column far away":           book(t, headerRow()+`<row r="2">`+cell("ZZZZZZ2", "1")+`</row>`),
		"a shared text before any":    book(t, headerRow()+`<row r="2"><c r="A2" t="s"><v>-5</v></c>`+cell("B2", "A")+`</row>`, "xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x</t></si></sst>`),
		"a sheet that is no XML":      book(t, "", "xl/worksheets/sheet1.xml", "nothing"),
		"a workbook that is no XML":   book(t, headerRow(), "xl/workbook.xml", "nothing"),
		"relationships that are none": book(t, headerRow(), "xl/_rels/workbook.xml.rels", "<"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := files.Recognize(t.Context(), f)
			require.Equal(t, okr.Invalid, okr.KindOf(err), "%v", err)
		})
	}
}

// TestFormatsAgree: the same items as CSV and as XLSX are the same, and beside the ZIP
// neither changes more than it knows better.
func TestFormatsAgree(t *testing.T) {
	t.Parallel()
	asCSV, asXLSX := opened(t, fixed(t, "contoso.csv")), opened(t, fixed(t, "contoso.xlsx"))
	zipped := opened(t, fixed(t, "contoso.zip"))
	both := opened(t, fixed(t, "contoso.csv"), fixed(t, "contoso.zip"))
	for i, it := range asCSV.Bundle().Items {
		x := asXLSX.Bundle().Items[i]
		x.Row.File = it.Row.File
		require.Equal(t, it, x)
	}
	require.Equal(t, checkInsIn(t, zipped), checkInsIn(t, both))
	require.Equal(t, zipped.Bundle().People, both.Bundle().People)
	for i, exact := range zipped.Bundle().Items {
		merged := both.Bundle().Items[i]
		require.Equal(t, exact.Value, merged.Value)
		require.Equal(t, exact.Metric, merged.Metric)
		require.Equal(t, exact.Owners, merged.Owners)
		require.Len(t, merged.Parents, len(exact.Parents))
		for _, p := range merged.Parents {
			require.NotNil(t, p.Weight, "%s", exact.ID)
		}
		require.NotNil(t, merged.Shown)
	}
	require.InDelta(t, 0.3, *item(t, both, "5100023").Score, 0)
	require.Nil(t, item(t, zipped, "5100023").Score)
	exact := checkInsIn(t, zipped)
	for i, c := range checkInsIn(t, asCSV) {
		x := exact[i]
		require.Equal(t, []string{x.Item, x.Note, x.By.Name}, []string{c.Item, c.Note, c.By.Name})
		require.Equal(t, x.At, c.At)
		require.Equal(t, x.Value == nil, c.Value == nil)
	}
}
