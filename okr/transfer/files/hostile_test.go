package files_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"okrbot/okr"
	"okrbot/okr/transfer/files"
)

// encoded is text in another encoding.
func encoded(tb testing.TB, as, text string) []byte {
	tb.Helper()
	var b []byte
	var err error
	switch as {
	case "Windows-1252":
		b, err = charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	case "UTF-16 LE":
		b, err = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	case "UTF-16 LE with mark":
		b, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case "UTF-16 BE with mark":
		b, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case "UTF-16 BE":
		b, err = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	case "UTF-8 with mark":
		b = append([]byte{0xEF, 0xBB, 0xBF}, text...)
	default:
		b = []byte(text)
	}
	require.NoError(tb, err)
	return b
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("plain,", 20_000) // the first foreign letter comes late
	for _, as := range []string{"UTF-8", "UTF-8 with mark", "UTF-16 LE with mark", "UTF-16 BE with mark", "UTF-16 LE", "UTF-16 BE", "Windows-1252"} {
		t.Run(as, func(t *testing.T) {
			t.Parallel()
			csv := fileOf("x.csv", encoded(t, as, "Id,Title,Owner,Tag,Description\n1,first,,\""+long+"\",\n2,Ängström – “1”,José,,\n"))
			s := opened(t, csv)
			require.Equal(t, "Ängström – “1”", item(t, s, "2").Title)
			require.Equal(t, "José", item(t, s, "2").Owners[0].Name)
			require.Equal(t, as == "Windows-1252", remarked(s, "Windows-1252"))
			json := fileOf("x.json", encoded(t, as, `[{"ID":1,"Title":"Ängström – “1”"}]`))
			require.Equal(t, "Ängström – “1”", only(t, opened(t, json)).Title)
		})
	}
}

// TestDamagedCharacters: one fault does not make a file of another encoding.
func TestDamagedCharacters(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{"in the middle": "Ä\xC3rger\n", "at the end": "Äger\xC3"} {
		s := opened(t, fileOf("x.csv", []byte("Id,Title\n1,Ö – Ü\n2,"+end)))
		require.Equal(t, "Ö – Ü", item(t, s, "1").Title, name)
		require.True(t, remarked(s, "Some of its characters are damaged."), name)
	}
}

func TestSeparatorsAndDecimals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		value float64
		day   string
		says  string
	}{
		"semicolons and decimal commas":      {"Id;Title;Metric Name;Target;Actual Progress;Score;Start Date\n1;A;M;1.000,5;1.234;0,3;31.12.2025\n", 1234, "2025-12-31", ""},
		"semicolons and nothing else":        {"Id;Title;Metric Name;Target;Actual Progress\n1;A;M;5;1,234\n", 1.234, "", "before decimals"},
		"semicolons and decimal points":      {"Id;Title;Metric Name;Target;Actual Progress\n1;A;M;0.5;1,234\n", 1234, "", ""},
		"commas and decimal commas":          {"Id,Title,Metric Name,Target,Actual Progress\n1,A,M,\"0,5\",\"1,234\"\n", 1.234, "", ""},
		"commas, thousands by the way":       {"Id,Title,Metric Name,Target,Actual Progress\n1,A,M,5,\"1,234\"\n", 1234, "", "before thousands"},
		"tabs":                               {"Id\tTitle\tMetric Name\tTarget\tActual Progress\tStart Date\n1\tA, b; c\tM\t5\t3.5\t13/2/2025\n", 3.5, "2025-02-13", ""},
		"what Excel writes first":            {"sep=;\nId;Title;Actual Progress;Start Date\n1;A;2;3/4/2025\n", 2, "2025-03-04", "Dates like 3/4/2025 are read with the month first."},
		"titles above the columns":           {"My OKRs,,\n,,\nId,Title,Actual Progress,Start Date\n1,A,2,1/31/25\n", 2, "2025-01-31", ""},
		"columns in capitals and with lines": {"ID,TITLE,\"Actual\nProgress\",Start date\n1,A,2,2 March 2025\n", 2, "2025-03-02", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := opened(t, fileOf("x.csv", []byte(c.text)))
			it := only(t, s)
			require.InDelta(t, c.value, *it.Value, 1e-9)
			require.Equal(t, okr.Date(c.day), it.Period.Start)
			if c.says == "" {
				require.Empty(t, s.Bundle().Remarks)
			} else {
				require.True(t, remarked(s, c.says), "%v", s.Bundle().Remarks)
			}
		})
	}
}

// TestRefusals holds what is wrong with a file, in words with a next step, and that
// nothing of it is an error of okrbot's own.
func TestRefusals(t *testing.T) {
	t.Parallel()
	zipFile := fixtureBytes(t, "contoso.zip")
	book := fixtureBytes(t, "contoso.xlsx")
	for name, c := range map[string]struct {
		file files.File
		says string
	}{
		"empty":                  {fileOf("x.csv", nil), "x.csv is empty"},
		"blank":                  {fileOf("x.json", []byte(" \r\n\t ")), "is empty"},
		"a web page":             {fileOf("x.csv", []byte("<!DOCTYPE html><html><body>Sign in</body></html>")), "is a web page"},
		"a web page in UTF-16":   {fileOf("x.csv", encoded(t, "UTF-16 LE with mark", "<html>")), "is a web page"},
		"XML":                    {fileOf("x.xlsx", []byte(`<?xml version="1.0"?><Workbook/>`)), "is an XML file"},
		"a PDF":                  {fileOf("x.csv", []byte("%PDF-1.7")), "isn't a file that I can import"},
		"a picture":              {fileOf("x.zip", []byte("\x89PNG\r\n\x1a\n")), "isn't a file that I can import"},
		"zero bytes":             {fileOf("x.csv", []byte("Id,Title\n1,A\x00\n2,B\n")), "has zero bytes"},
		"no header":              {fileOf("x.csv", []byte("a,b\n1,2\n")), "no row of column names that I know"},
		"an open quotation mark": {fileOf("x.csv", []byte("Id,Title\n1,\"A\n2,B\n")), "can't be read from line 2 on"},
		"a word document":        {fileOf("x.xlsx", zipOf(t, map[string][]byte{"word/document.xml": []byte("<x/>")})), "document of another program"},
		"an encrypted workbook":  {fileOf("x.xlsx", protected(t)), "protected with a password"},
		"an encrypted ZIP":       {fileOf("x.zip", encryptedZIP(t)), "protected with a password"},
		"an empty ZIP":           {fileOf("x.zip", zipOf(t, nil)), "has no files. Export it again and send the new file."},
		"a ZIP of other things":  {fileOf("x.zip", zipOf(t, map[string][]byte{"a.pdf": []byte("%PDF"), "b.zip": zipFile})), "Send the organization export as it was downloaded, or CSV and Excel files separately."},
		"half a ZIP":             {fileOf("x.zip", zipFile[:len(zipFile)/2]), "is damaged"},
		"a ZIP with a wrong sum": {fileOf("x.zip", broken(zipFile)), "is damaged"},
		"half a workbook":        {fileOf("x.xlsx", book[:len(book)/2]), "is damaged"},
		"a workbook of nothing":  {fileOf("x.xlsx", workbook(t, sheet{"S", [][]any{{"a", "b"}}})), "has no sheet with a row of column names"},
		"half a JSON":            {fileOf("x.json", []byte(`[{"ID":1,"Title":"A"},{"ID":2,"Ti`)), "is damaged"},
		"a JSON without end":     {fileOf("x.json", []byte(`[{"ID":1,"Title":"A"}`)), "is damaged"},
		"a JSON that goes on":    {fileOf("x.json", []byte(`[{"ID":1,"Title":"A"}][]`)), "Export it again and send the new file."},
		"a JSON that is wrong":   {fileOf("x.json", []byte(`[{"ID":1,"Title":"A"},{ID:2}]`)), "from record 2 on"},
		"a JSON object":          {fileOf("x.json", []byte(`{"ID":1,"Title":"A"}`)), "isn't a file of an organization export."},
		"another JSON":           {fileOf("x.json", []byte(`[{"a":1}]`)), "isn't a file of an organization export"},
		"an empty list":          {fileOf("x.json", []byte(`[]`)), "is an empty list"},
		"deep JSON":              {fileOf("x.json", []byte(`[{"ID":1,"Title":"A","x":`+strings.Repeat("[", 1_000_000))), "x.json"},
		"a record without end":   {fileOf("x.json", []byte(`[{"ID":1,"Title":"`+strings.Repeat("a", 20<<20))), "record of more than 4 MB"},
		"a row without end":      {fileOf("x.csv", []byte("Id,Title\n1,\""+strings.Repeat("a,", 10<<20))), "record of more than 4 MB"},
		"too large":              {files.File{Name: "x.csv", Size: files.MaxBytes + 1, ReaderAt: strings.NewReader("")}, "more than 100 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := files.Recognize(t.Context(), c.file)
			require.Error(t, err)
			require.Equal(t, okr.Invalid, okr.KindOf(err), "%v", err)
			msg, _ := okr.MessageOf(err)
			require.Contains(t, msg, c.says)
			require.Regexp(t, `[Ss]end|[Ee]xport`, msg, "no next step")
		})
	}
}

func fixtureBytes(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := io.ReadAll(io.NewSectionReader(fixed(tb, name), 0, fixed(tb, name).Size))
	require.NoError(tb, err)
	return b
}

func protected(tb testing.TB) []byte {
	tb.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	require.NoError(tb, f.Write(&b, excelize.Options{Password: "secret"}))
	return b.Bytes()
}

// encryptedZIP sets the flag of encrypted entries in the directory of a ZIP.
func encryptedZIP(tb testing.TB) []byte {
	tb.Helper()
	b := zipOf(tb, map[string][]byte{"objectives.json": []byte("[]")})
	at := bytes.Index(b, []byte("PK\x01\x02"))
	b[at+8] |= 1
	return b
}

// broken changes a byte in the middle of the first entry's data.
func broken(b []byte) []byte {
	b = slices.Clone(b)
	b[600] ^= 0xFF
	return b
}

// packed is an entry of a ZIP whose text is a chunk, many times. The chunk is packed once, and the entry made of copies: to
// pack so much takes seconds, and nothing here is about how well it is done.
func packed(tb testing.TB, chunk []byte, times int) (zip.FileHeader, []byte) {
	tb.Helper()
	var one, end bytes.Buffer
	w, err := flate.NewWriter(&one, flate.DefaultCompression)
	require.NoError(tb, err)
	_, err = w.Write(chunk)
	require.NoError(tb, err)
	require.NoError(tb, w.Flush(), "so that it ends with a byte")
	w.Reset(&end)
	require.NoError(tb, w.Close())
	raw := append(bytes.Repeat(one.Bytes(), times), end.Bytes()...)
	h := zip.FileHeader{Method: zip.Deflate, CompressedSize64: uint64(len(raw)), UncompressedSize64: uint64(times) * uint64(len(chunk))}
	for range times {
		h.CRC32 = crc32.Update(h.CRC32, crc32.IEEETable, chunk)
	}
	return h, raw
}

// addPacked adds an entry to a ZIP as it is.
func addPacked(tb testing.TB, w *zip.Writer, name string, h zip.FileHeader, raw []byte) {
	tb.Helper()
	h.Name = name
	e, err := w.CreateRaw(&h)
	require.NoError(tb, err)
	_, err = e.Write(raw)
	require.NoError(tb, err)
}

// zeros is a text of zeros.
func zeros(n int) []byte { return bytes.Repeat([]byte("0"), n) }

// bomb is a ZIP with an entry of a chunk of zeros, some times, or one that only says what size it has.
func bomb(tb testing.TB, name string, chunk, times int, lies uint64) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	h, raw := packed(tb, zeros(chunk), times)
	addPacked(tb, w, name, h, raw)
	require.NoError(tb, w.Close())
	out := b.Bytes()
	if lies > 0 {
		at := bytes.Index(out, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(out[at+24:], uint32(lies)) //nolint:gosec // small
	}
	return out
}

func TestBombs(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"a ratio":                         bomb(t, "objectives.json", 1<<20, 20, 0),
		"an entry that says too little":   bomb(t, "objectives.json", 1<<20, 20, 1000),
		"a size that says too much":       bomb(t, "objectives.json", 1000, 1, 1<<31),
		"a workbook":                      bomb(t, "xl/workbook.xml", 1<<20, 20, 0),
		"a workbook that says too little": bomb(t, "xl/workbook.xml", 1<<20, 20, 1000),
		"pictures in a workbook":          pictures(t),
		"too many entries":                manyEntries(t),
		"many texts that are one":         manySmallBombs(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := files.Recognize(t.Context(), fileOf("x.zip", content))
			require.Equal(t, okr.Invalid, okr.KindOf(err), "%v", err)
		})
	}
}

// pictures are each too small for a bomb and not too good to pack, and too much together.
func pictures(tb testing.TB) []byte {
	tb.Helper()
	picture := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	for i := range picture {
		picture[i] ^= byte(i >> 7)
	}
	content := workbook(tb, sheet{"S", [][]any{{"Id", "Title"}}})
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(tb, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range z.File {
		require.NoError(tb, w.Copy(e))
	}
	h, raw := packed(tb, picture, 15)
	for _, name := range []string{"1", "2", "3"} {
		addPacked(tb, w, "xl/media/"+name+".png", h, raw)
	}
	require.NoError(tb, w.Close())
	return b.Bytes()
}

func manyEntries(tb testing.TB) []byte {
	tb.Helper()
	parts := map[string][]byte{}
	for i := range 2_001 {
		parts[fmt.Sprint(i)] = []byte("x")
	}
	return zipOf(tb, parts)
}

// manySmallBombs has entries below every single limit that are too much together, and
// the same packed bytes.
func manySmallBombs(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	h, raw := packed(tb, zeros(1<<20), 15)
	for i := range 70 {
		addPacked(tb, w, fmt.Sprintf("objectives%d.json", i), h, raw)
	}
	require.NoError(tb, w.Close())
	return b.Bytes()
}

func TestLimits(t *testing.T) {
	t.Parallel()
	lines := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line, i)
		}
		return b.String()
	}
	list := func(n int, record string) []byte {
		return []byte("[" + strings.TrimSuffix(lines(n, record+","), ",") + "]")
	}
	for says, in := range map[string]files.File{
		"more than 100 items":     fileOf("objectives.json", list(101, `{"ID":%d,"Title":"A"}`)),
		"more than 100 items.":    fileOf("x.csv", []byte("Id,Title\n"+lines(101, "%d,A\n"))),
		"more than 100 check-ins": fileOf("x.json", list(101, `{"ID":%d,"OKR ID":1}`)),
		"more than 100 comments":  fileOf("x.json", list(101, `{"ID":%d,"OKR ID":1,"Comment":"x"}`)),
	} {
		_, err := files.OpenWithin(t.Context(), []files.File{in}, 100)
		require.ErrorContains(t, err, says)
	}
	_, err := files.Open(t.Context(), []files.File{objectives(`{"ID":1,"Title":"A"}`), fileOf("x.json", list(20_001, `{"ID":%d,"OKR ID":1}`))})
	require.ErrorContains(t, err, "The item 1 has more than 20,000 check-ins")
}

func TestRemarksAreBounded(t *testing.T) {
	t.Parallel()
	s := opened(t, fileOf("x.csv", []byte("Id,Title,Status\n"+strings.Repeat("1,,\n", 20_000)+"2,A,\n")))
	require.LessOrEqual(t, len(s.Bundle().Remarks), 501)
}

func TestTextsAreClipped(t *testing.T) {
	t.Parallel()
	it := only(t, opened(t, objectives(`{"ID":1,"Title":"`+strings.Repeat("é", 100_000)+`","Description":"`+strings.Repeat("é", 100_000)+`","Tags":[{"Name":"`+strings.Repeat("é", 1000)+`"}]}`)))
	require.Len(t, []rune(it.Title), okr.MaxTitle+1, "one more than fits, so that who cuts it can say so")
	require.Len(t, []rune(it.Description), okr.MaxDescription+1)
	require.Len(t, []rune(it.Tags[0]), okr.MaxTag+1)
}
