package adosource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

// mostBelow is how many work items can be below one chosen item: with it, a result has at
// most 19,999.
const mostBelow = 19_998

// BenchmarkChosen measures an hour of one key result on chosen work items, at 50 ms a request:
// one item with all that can be below it, and as many items as can be chosen by themselves.
func BenchmarkChosen(b *testing.B) {
	for name, chosen := range map[string]okr.Chosen{"20,000 below one": {IDs: []int{mostBelow + 1}, Children: true}, "500 by themselves": {IDs: firstIDs(okr.MaxChosen)}} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				h := newChosenWorld(b, chosen)
				var table strings.Builder
				table.WriteString("\n| hour | calls | " + strings.Join(hourOps(), " | ") + " | KB | KB unpacked | wall | peak heap | in flight |\n")
				row := func(name string, changes int) {
					h.pass(changes)
					calls := h.measure(&table, name, h.sync)
					b.ReportMetric(float64(calls), strings.ReplaceAll(name, " ", "-")+"-calls")
				}
				row("first", 0)
				row("nothing changed", 0)
				row("1 % changed", mostBelow/100)
				b.Log(table.String())
				b.ReportMetric(h.peak/(1<<20), "peak-MB")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

func firstIDs(n int) []int {
	var ids []int
	for id := 1; id <= n; id++ {
		ids = append(ids, id)
	}
	return ids
}

// newChosenWorld is an hourWorld in which one key result is bound to chosen work items, and
// all others are below one.
func newChosenWorld(b *testing.B, chosen okr.Chosen) *hourWorld {
	b.Helper()
	h := newHourWorld(b, hourLatency, 1, mostBelow, 1)
	top, err := h.cloud.AddItem(hourOrg, hourProject, adotest.Item{Type: "Epic", Title: "Everything"})
	require.NoError(b, err)
	for id := 1; id <= mostBelow; id++ {
		parent := top.ID
		if id%20 != 0 { // 20 to a feature
			parent = min(id-id%20+20, mostBelow)
		}
		if parent == id {
			parent = top.ID
		}
		require.NoError(b, h.cloud.UpdateItem(hourOrg, id, func(it *adotest.Item) { it.Parent = parent }))
	}
	h.bind(1)
	p, err := h.cloud.Project(hourOrg, hourProject)
	require.NoError(b, err)
	q := chosen.Query(okr.ProjectRef{Organization: hourOrg, Project: okr.RemoteProject{ID: p.ID, Name: p.Name}})
	_, err = h.store.Goals().Update(b.Context(), adotest.TenantID, "KR1000", func(g *okr.Goal) error {
		binding := *g.Binding
		binding.Query = q
		g.Binding = &binding
		return nil
	})
	require.NoError(b, err, fmt.Sprint(len(chosen.IDs)))
	return h
}
