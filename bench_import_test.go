package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// largeSource is a source of many items whose check-ins are made as they are read.
type largeSource struct {
	bundle transfer.Bundle
	each   int // check-ins of an item
}

// newLargeSource makes trees of an objective of the year, 3 objectives below it and 16 key
// results below these: 20 items.
func newLargeSource(items, each int) *largeSource {
	l := &largeSource{each: each}
	l.bundle.Periods = []okr.Period{largeYear, largeQuarter}
	for n := range items {
		tree := n - n%20
		item := transfer.Item{
			ID: strconv.Itoa(n + 1), Kind: okr.KeyResult, Word: "Key result", Title: fmt.Sprintf("Ship %d stores in region %d", n, tree), Period: largeQuarter, Parents: []transfer.Parent{{ID: strconv.Itoa(tree + 2 + n%3)}},
			Owners: []transfer.Person{{ID: strconv.Itoa(n % 2000), Name: fmt.Sprintf("Person %d", n%2000), Email: fmt.Sprintf("p%d@contoso.example", n%2000)}},
			Metric: &okr.Metric{Name: "Stores", Target: 40, Type: okr.Reach}, Value: new(float64(n % 40)), CreatedAt: largeBegin, Teams: []string{fmt.Sprintf("Team %d", n%100)},
			Description: strings.Repeat("What is meant by it. ", 10),
		}
		switch n - tree {
		case 0:
			item.Kind, item.Word, item.Metric, item.Parents, item.Period = okr.Objective, "Objective", nil, nil, largeYear
		case 1, 2, 3:
			item.Kind, item.Word, item.Metric, item.Parents = okr.Objective, "Objective", nil, []transfer.Parent{{ID: strconv.Itoa(tree + 1)}}
		}
		l.bundle.Items = append(l.bundle.Items, item)
	}
	l.bundle.CheckIns = items * each
	return l
}

func (l *largeSource) Bundle() *transfer.Bundle { return &l.bundle }

func (l *largeSource) CheckIns(ctx context.Context, yield func(transfer.CheckIn) error) error {
	n := 0
	for week := range l.each {
		for i := range l.bundle.Items {
			n++
			at := largeBegin.AddDate(0, 0, week)
			c := transfer.CheckIn{ID: strconv.Itoa(n), Item: l.bundle.Items[i].ID, At: at, MadeAt: at, By: l.bundle.Items[i].Owners[0], Value: new(float64(week)), Status: okr.Behind, Note: "we go on as planned, and so it is late"}
			if err := yield(c); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (l *largeSource) Comments(context.Context, func(transfer.Comment) error) error { return nil }

var (
	largeYear    = okr.Period{Name: "2026", Start: "2026-01-01", End: "2026-12-31"}
	largeQuarter = okr.Period{Name: "Q1 2026", Start: "2026-01-01", End: "2026-03-31"}
	largeBegin   = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
)

// BenchmarkImport sends an organization export of 50,000 items with 500,000 check-ins,
// imports it and takes it back, on a real Redis. The memory is the most that was in use,
// without garbage.
func BenchmarkImport(b *testing.B) {
	for _, items := range []int{5_000, transfer.MaxItems} {
		b.Run(fmt.Sprintf("%d items", items), func(b *testing.B) {
			for range b.N {
				benchImport(b, items)
			}
		})
	}
}

func benchImport(b *testing.B, items int) {
	b.Helper()
	store, err := redisstore.Open(b.Context(), redisstore.Options{URL: okrtest.StartRedis(b), SealKeys: "test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
	require.NoError(b, err)
	defer func() { require.NoError(b, store.Close()) }()
	now := func() time.Time { return time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC) }
	s := newActivities(ports{store: store, now: now, admins: []string{string(okrtest.Contoso) + "/" + string(okrtest.Alex.ID)}}).Transfer
	var file bytes.Buffer
	require.NoError(b, files.Write(b.Context(), &file, okr.ExportZIP, newLargeSource(items, 10)))
	b.ReportMetric(float64(file.Len())/1e6, "MB-file")
	runtime.GC()
	peak, stop := watchHeap()
	begun := time.Now()
	i, err := s.AddFile(b.Context(), okrtest.Alex, "export.zip", bytes.NewReader(file.Bytes()))
	require.NoError(b, err)
	b.ReportMetric(time.Since(begun).Seconds(), "send-s")
	begun = time.Now()
	p, err := s.PreviewImport(b.Context(), okrtest.Alex, i.ID)
	require.NoError(b, err)
	require.Equal(b, items, p.Tally.Made)
	b.ReportMetric(time.Since(begun).Seconds(), "preview-s")
	_, err = s.BeginImport(b.Context(), okrtest.Alex, i.ID, okr.Reply{})
	require.NoError(b, err)
	infoBefore, begun := info(b, store), time.Now()
	longest, steps := allSteps(b, s, i.ID)
	b.ReportMetric(time.Since(begun).Seconds(), "import-s")
	b.ReportMetric(longest.Seconds(), "longest-step-s")
	b.ReportMetric(float64(steps), "steps")
	infoAfter := info(b, store)
	b.ReportMetric(float64(infoAfter["total_commands_processed"]-infoBefore["total_commands_processed"]), "commands")
	b.ReportMetric(float64(infoAfter["total_net_input_bytes"]-infoBefore["total_net_input_bytes"])/1e6, "MB-written")
	b.ReportMetric(float64(infoAfter["used_memory"])/1e6, "MB-in-Redis")
	stop()
	begun = time.Now()
	b.ReportMetric(float64(peak.Load())/1e6, "MB-live")
	_, err = s.UndoImport(b.Context(), okrtest.Alex, i.ID, okr.Reply{})
	require.NoError(b, err)
	allSteps(b, s, i.ID)
	b.ReportMetric(time.Since(begun).Seconds(), "undo-s")
	_, total, err := store.Goals().List(b.Context(), okrtest.Contoso, "", okr.Page{Limit: 1})
	require.NoError(b, err)
	require.Zero(b, total)
}

// allSteps does all steps of an import and gives how long the longest took.
func allSteps(b *testing.B, s *transfer.Service, id okr.ImportID) (longest time.Duration, steps int) {
	b.Helper()
	for more := true; more; steps++ {
		begun := time.Now()
		var err error
		_, more, err = s.ImportStep(b.Context(), okrtest.Contoso, id)
		require.NoError(b, err)
		longest = max(longest, time.Since(begun))
	}
	return longest, steps
}

// info is what Redis counts.
func info(b *testing.B, store *redisstore.Store) map[string]int64 {
	b.Helper()
	out := map[string]int64{}
	for line := range strings.Lines(store.Client().Info(b.Context()).Val()) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ":")
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			out[name] = n
		}
	}
	return out
}

// watchHeap notes the most that was in use after a collection of garbage, until it is
// stopped.
func watchHeap() (peak *atomic.Uint64, stop func()) {
	peak = &atomic.Uint64{}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(50 * time.Millisecond)
		defer ticker.Stop()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				metrics.Read(live)
				peak.Store(max(peak.Load(), live[0].Value.Uint64()))
			}
		}
	}()
	return peak, func() { close(done); <-ended }
}
