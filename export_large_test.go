package main

import (
	"encoding/json"
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
	alex := okr.Actor{Tenant: okr.TenantID(w.User.TenantID), Person: okr.Person{ID: okr.UserID(w.User.ObjectID), Name: w.User.Name}}
	note := strings.Repeat("x", 2000)
	for i := range 2300 { // 4.4 MB, one behind the other in their row
		value := float64(i % 100)
		_, _, err := w.app.activities.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: "KR2", Value: &value, Note: note})
		require.NoError(t, err)
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
	require.Equal(t, []string{"10 %", "20 %", "30 %", "40 %", "50 %", "90 %"}, shown)
}

var percent = regexp.MustCompile(`[0-9]+ %`)
