package main

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// BenchmarkExport exports 50,000 goals with 500,000 check-ins, the most that an import
// takes. The memory is the most that lay in the heap at any MB that was written, garbage
// included.
func BenchmarkExport(b *testing.B) {
	w := &exportWorld{bench: &benchWorld{actor: okr.Actor{Tenant: "bench", Person: okr.Person{ID: "bench", Name: "Bench"}}}}
	var err error
	w.store, err = redisstore.Open(b.Context(), redisstore.Options{URL: okrtest.StartRedis(b), SealKeys: configKey("k", 32)})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, w.store.Close()) })
	a := newActivities(ports{store: w.store, now: time.Now})
	w.exporter = transfer.NewExporter(transfer.ExportOptions{Store: w.store, Access: a.Access, Plan: a.Plan, Write: files.Write, Now: time.Now})
	_, err = a.Plan.Upgraded(b.Context(), w.bench.actor.Tenant)
	require.NoError(b, err)
	w.grow(b)
	for _, format := range []okr.ExportFormat{okr.ExportZIP, okr.ExportCSV, okr.ExportXLSX} {
		b.Run(string(format), func(b *testing.B) { w.measure(b, format) })
	}
}

type exportWorld struct {
	bench    *benchWorld
	store    *redisstore.Store
	exporter *transfer.Exporter
}

// grow fills the tenant straight in the store, by many hands.
func (w *exportWorld) grow(b *testing.B) {
	b.Helper()
	var hands errgroup.Group
	hands.SetLimit(32)
	ctx, tenant := b.Context(), w.bench.actor.Tenant
	for n := 1; n <= 10_000; n++ {
		hands.Go(func() error {
			err := w.store.Goals().Create(ctx, tenant, w.bench.objective(n))
			for k := 0; k < 4 && err == nil; k++ {
				g := w.bench.keyResult(n, k)
				err = w.store.Goals().Create(ctx, tenant, g)
				for i := 0; i < 12+k%2 && err == nil; i++ {
					err = w.store.CheckIns().Create(ctx, tenant, w.checkIn(g, n*1000+k*100+i))
				}
			}
			return err
		})
	}
	require.NoError(b, hands.Wait())
}

func (w *exportWorld) checkIn(g okr.Goal, n int) okr.CheckIn {
	value, at := float64(n%97), time.Now().Add(-time.Duration(n%90)*24*time.Hour)
	return okr.CheckIn{
		ID: okr.CheckInID(fmt.Sprintf("CI%d", n)), Goal: g.ID, At: at, MadeAt: at, By: g.Owner, Value: &value, Shown: okr.OnTrack,
		Note: "The second store opened a week early; the third waits for its permit.",
	}
}

func (w *exportWorld) measure(b *testing.B, format okr.ExportFormat) {
	b.Helper()
	asked := func() (int64, int64) {
		info := w.store.Client().Info(b.Context(), "stats").Val()
		return okrtest.InfoField(info, "total_commands_processed"), okrtest.InfoField(info, "total_net_output_bytes")
	}
	runtime.GC()
	var out peakWriter
	commands, bytes := asked()
	for b.Loop() {
		out = peakWriter{}
		src, err := w.exporter.Read(b.Context(), w.bench.actor, okr.ExportAll)
		require.NoError(b, err)
		require.NoError(b, files.Write(b.Context(), &out, format, src))
		require.Equal(b, 500_000, src.Bundle().CheckIns)
	}
	commandsAfter, bytesAfter := asked()
	b.ReportMetric(float64(commandsAfter-commands)/float64(b.N), "redis-commands")
	b.ReportMetric(float64(bytesAfter-bytes)/float64(b.N)/(1<<20), "redis-MB")
	b.ReportMetric(float64(out.peak)/(1<<20), "peak-MB")
	b.ReportMetric(float64(out.written)/(1<<20), "file-MB")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/export")
	b.ReportMetric(0, "ns/op")
}

// peakWriter counts what is written, and looks at the heap with every MB.
type peakWriter struct {
	written, looked int64
	peak            uint64
}

// Write implements io.Writer.
func (p *peakWriter) Write(data []byte) (int, error) {
	if p.written += int64(len(data)); p.written-p.looked >= 1<<20 || p.peak == 0 {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		p.peak, p.looked = max(p.peak, mem.HeapAlloc), p.written
	}
	return len(data), nil
}
