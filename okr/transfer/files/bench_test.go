package files_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// BenchmarkRead reads 50,000 items with 500,000 check-ins: opens the file, and reads the
// check-ins once. Peak is the memory that live and not yet collected objects take at
// most, without the file itself.
func BenchmarkRead(b *testing.B) {
	for name, make := range map[string]func(testing.TB) files.File{"zip": manyZIP, "csv": manyCSV, "xlsx": manyXLSX} {
		b.Run(name, func(b *testing.B) {
			f := make(b)
			b.ReportMetric(float64(f.Size)/1e6, "MB-file")
			b.ReportAllocs()
			for b.Loop() {
				stop := peak(b)
				s, err := files.Open(b.Context(), []files.File{f})
				require.NoError(b, err)
				n := 0
				require.NoError(b, s.CheckIns(b.Context(), func(transfer.CheckIn) error { n++; return nil }))
				stop()
				require.Equal(b, 500_000, n)
				require.Len(b, s.Bundle().Items, 50_000)
			}
		})
	}
}

// peak reports how much more memory objects take than now, at most, until stop is called.
func peak(b *testing.B) (stop func()) {
	b.Helper()
	used := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, most := used(), uint64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, used())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		b.ReportMetric(float64(most-min(before, most))/1e6, "MB-peak")
	}
}

const manyNote = "late start; the supplier moved, \\\"again\\\", and nobody knows when it ends"

// manyZIP is an organization export, pretty-printed as most are.
func manyZIP(tb testing.TB) files.File {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	write := func(kind string, n int, record func(w io.Writer, i int)) {
		e, err := z.Create(exportName(kind))
		require.NoError(tb, err)
		w := bufio.NewWriter(e)
		for i := range n {
			_, _ = w.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
			record(w, i)
		}
		_, _ = w.WriteString("\n]\n")
		require.NoError(tb, w.Flush())
	}
	write("objectives", 50_000, func(w io.Writer, i int) {
		parent := "null"
		if i >= 1000 {
			parent = fmt.Sprintf("[%d]", 5_000_000+i%1000)
		}
		_, _ = fmt.Fprintf(w, `    {"ID": %d, "Title": "Ship %d stores", "Type": %q, "Created By": {"ID": 71, "Name": "Alex Wilber", "Email": "alex@contoso.example"},
        "Owner": [{"ID": %d, "Name": "Person %d", "Email": "p%d@contoso.example"}], "Teams": [{"ID": 801, "Name": "New Markets"}], "Time Period": {"ID": 91, "Name": "Q2 2025"},
        "Start Date": "2025-04-01", "End Date": "2025-06-30", "Alignment": null, "Delegated To": null, "Permissions": {"View": "Everybody", "Edit": {}, "Align": "Everybody"},
        "Description": "What it is about, in two lines\nor so", "Tags": [{"ID": 31, "Name": "Growth"}], "Progress and Status Configuration": {"Progress": "Update Manually", "Status": "Update based on Progress", "Data Source": null},
        "Progress": %d.5, "Status": "Behind", "Outcome": {"Outcome Type": "Metric", "Metric Name": "Stores", "Metric Unit": "Number", "Start": 0.0, "Target": 40.0, "Target Type": "Reach"},
        "Phased Targets": "Disabled", "Check-in Owners": null, "Parent IDs": %s, "Children": null, "Score": 0.0, "Goal Type": "Aspirational", "Created At": "2025-03-28", "Last Check-in": "2025-06-30"}`,
			5_000_000+i, i, map[bool]string{true: "Objective", false: "Key result"}[i < 1000], i%2000, i%2000, i%2000, i%40, parent)
	})
	write("checkins", 500_000, func(w io.Writer, i int) {
		_, _ = fmt.Fprintf(w, `    {
        "ID": %d,
        "OKR ID": %d,
        "CheckIn Date": "2025-05-%02d 00:00:00",
        "Check In Owner": {"ID": %d, "Name": "Person %d", "Email": "p%d@contoso.example"},
        "Check In Note": {"Check In Note": "%s %d", "Check In Note HTML": "<div>%s %d</div>"},
        "Metric Name": "Stores", "Status": "Behind", "Current Value": %d.0, "Activity Date": "2025-05-02"
    }`, 24_000_000+i, 5_000_000+i%50_000, 1+i/50_000, i%2000, i%2000, i%2000, manyNote, i, manyNote, i, i%40)
	})
	require.NoError(tb, z.Close())
	return fileOf("many.zip", b.Bytes())
}

// manyRow is a row of an Explorer export with ten check-ins.
func manyRow(i int) []string {
	parent := ""
	if i >= 1000 {
		parent = fmt.Sprintf("Ship %d stores(weight: 0.2%%, Id: %d)", i%1000, 5_000_000+i%1000)
	}
	row := []string{
		fmt.Sprint(5_000_000 + i), fmt.Sprintf("Ship %d stores", i), "New Markets", "Alex Wilber", fmt.Sprintf("Person %d", i%2000), "Q2 2025", "2025-04-01", "2025-06-30",
		"What it is about", parent, "Stores", "", "40", map[bool]string{true: "Objective", false: "Key result"}[i < 1000], "Aspirational Goal", "0", "2025-03-28 13:26:22 UTC", "2025-06-30", "30", "12", "Behind", "late start", "",
	}
	for n := range 10 {
		row = append(row, fmt.Sprintf("Checkin Date: 2025-06-%02d; User: Person %d; Note: %s %d; Metric Name: Stores; Status: Behind; Current Value: %d; Activity Date: 2025-06-%02d 10:00:26 UTC;", 30-n, i%2000, manyNote, i, n, 30-n))
	}
	return row
}

func manyCSV(tb testing.TB) files.File {
	tb.Helper()
	var b bytes.Buffer
	header := fixHeader()
	header[9] = `"Aligned To (weight, Objective ID)"`
	b.WriteString(strings.Join(header, ",") + "\n")
	for i := range 50_000 {
		for n, cell := range manyRow(i) {
			if n > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	require.LessOrEqual(tb, b.Len(), files.MaxBytes+1<<30)
	return zipped(tb, b.Bytes())
}

// zipped is a CSV in a ZIP, which is smaller than the limit.
func zipped(tb testing.TB, content []byte) files.File {
	tb.Helper()
	return fileOf("many.zip", zipOf(tb, map[string][]byte{"Explorer.csv": content}))
}

func manyXLSX(tb testing.TB) files.File {
	tb.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	require.NoError(tb, err)
	row := func(n int, cells []string) {
		values := make([]any, len(cells))
		for i, cell := range cells {
			values[i] = cell
		}
		require.NoError(tb, w.SetRow(fmt.Sprintf("A%d", n), values))
	}
	header := fixHeader()
	header[9] = "Aligned To (weight, Objective ID)"
	row(1, header)
	for i := range 50_000 {
		row(i+2, manyRow(i))
	}
	require.NoError(tb, w.Flush())
	var b bytes.Buffer
	require.NoError(tb, f.Write(&b))
	return fileOf("many.xlsx", b.Bytes())
}
