package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// An export that takes its time shows how far it is where it was asked for, so that nobody
// presses Allow again, and its card says at last what became of it.
func TestLargeExportShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start bound", "say new kr", "fill 'title=By hand' metric=Teams target=100", "press Save", "expect KR2")
	alex, now := personIn(w, "alex"), w.Clock.Now()
	note := strings.Repeat("x", 2000)
	for i := range 2300 { // 4.4 MB, one behind the other in their row
		value := float64(i % 100)
		require.NoError(t, w.app.store.CheckIns().Create(t.Context(), alex.Tenant, okr.CheckIn{
			ID: okr.CheckInID(fmt.Sprintf("K%d", i+1)), Goal: "KR2", Value: &value, Note: note, At: now, MadeAt: now, By: alex.Person,
		}))
	}
	play(t, w, "say export csv", "consent accept", "expect 'Saved in your OneDrive' '4.' MB", "gotfile okrbot-*.csv")
	posts := w.Teams.Posts(w.Chat)
	asked := posts[len(posts)-2]
	require.Contains(t, asked.Text(), "Saved in your OneDrive")
	var shown []string
	for _, before := range asked.History[1:] {
		raw, err := json.Marshal(before)
		require.NoError(t, err)
		shown = append(shown, percent.FindString(string(raw)))
	}
	// The half that is written goes tenth by tenth, the other by the pieces of the upload: here one.
	require.Equal(t, []string{"10%", "20%", "30%", "40%", "50%", "90%"}, shown)
}

var percent = regexp.MustCompile(`[0-9]+%`)
