package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// TestOrder: whatever the order in the files, and however many there are, the check-ins
// of an item come once each, in the order of their ids, and the same way each time.
func TestOrder(t *testing.T) {
	t.Parallel()
	items := objectives(`{"ID":1,"Title":"A"}`, `{"ID":2,"Title":"B"}`, `{"ID":3,"Title":"C"}`)
	rapid.Check(t, func(rt *rapid.T) {
		in := []files.File{items}
		of := map[int]int{}
		for range rapid.IntRange(1, 3).Draw(rt, "files") {
			var records []string
			for _, id := range rapid.SliceOfDistinct(rapid.IntRange(1, 200), rapid.ID[int]).Draw(rt, "ids") {
				of[id] = 1 + id%4 // the fourth item is in no file
				records = append(records, fmt.Sprintf(`{"ID":%d,"OKR ID":%d,"CheckIn Date":"2025-05-02 00:00:00"}`, id, of[id]))
			}
			in = append(in, checkins(records...))
		}
		s, err := files.OpenWithin(t.Context(), in, 1000)
		require.NoError(rt, err)
		got := map[string][]int{}
		for _, c := range checkInsIn(t, s) {
			id, err := strconv.Atoi(c.ID)
			require.NoError(rt, err)
			got[c.Item] = append(got[c.Item], id)
		}
		total := 0
		for item, ids := range got {
			require.True(rt, slices.IsSorted(ids), "%s: %v", item, ids)
			require.Len(rt, slices.Compact(ids), len(ids))
			total += len(ids)
		}
		for id, item := range of {
			require.Equal(rt, item < 4, slices.Contains(got[strconv.Itoa(item)], id))
		}
		require.Equal(rt, s.Bundle().CheckIns, total)
		first := checkInsIn(t, s)
		require.Equal(rt, first, checkInsIn(t, s))
	})
}

// TestYield: reading ends with the error of who reads, and with the context.
func TestYield(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"contoso.zip", "contoso.csv", "contoso.xlsx"} {
		s := opened(t, fixed(t, name))
		for _, want := range []error{errors.New("full"), io.EOF} {
			n := 0
			err := s.CheckIns(t.Context(), func(transfer.CheckIn) error { n++; return want })
			require.ErrorIs(t, err, want)
			require.Equal(t, 1, n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := s.CheckIns(ctx, func(transfer.CheckIn) error { cancel(); return nil })
		require.ErrorIs(t, err, context.Canceled)
		_, err = files.Open(ctx, []files.File{fixed(t, name)})
		require.ErrorIs(t, err, context.Canceled)
	}
}
