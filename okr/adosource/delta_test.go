package adosource_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

const points = adotest.FieldStoryPoints

// shifting is an organization whose work items change at random, and what the
// last run of each of its queries left.
type shifting struct {
	*okrtest.World
	org     string
	place   okr.ProjectRef
	queries []string
	before  map[string]*okr.Snapshot
	ids     []int
}

func newShifting(t *rapid.T, w *okrtest.World, n int) *shifting {
	s := &shifting{World: w, org: fmt.Sprintf("shifting%d", n), before: map[string]*okr.Snapshot{}}
	w.Cloud.AddOrganization(adotest.Organization{Name: s.org, Tenant: adotest.TenantID})
	require.True(t, w.Cloud.Grant(adotest.AlexOID, s.org))
	for _, p := range []adotest.Project{{Name: "Here", Types: adotest.Agile()}, {Name: "There", Types: adotest.Scrum()}} {
		_, err := w.Cloud.AddProject(s.org, p)
		require.NoError(t, err)
	}
	s.place = w.ProjectRef(s.org, "Here")
	for _, q := range []adotest.Query{
		{Name: "open", Filter: func(it adotest.Item) bool { return it.State != "Closed" }},
		{Name: "tree", Kind: adotest.Tree, CrossProject: true, Filter: func(it adotest.Item) bool { return it.HasTag("all") }},
		{Name: "links", Kind: adotest.OneHop, Filter: func(it adotest.Item) bool { return it.Type == "Bug" }},
	} {
		made, err := w.Cloud.AddQuery(s.org, "Here", q)
		require.NoError(t, err)
		s.queries = append(s.queries, made.ID)
	}
	for range rapid.IntRange(205, 240).Draw(t, "items") {
		s.create(t)
	}
	return s
}

func (s *shifting) create(t *rapid.T) {
	it, err := s.Cloud.AddItem(s.org, "Here", adotest.Item{
		Type: "User Story", Title: "item", Tags: []string{"all"}, Fields: map[string]any{points: 3.0},
	})
	require.NoError(t, err)
	s.ids = append(s.ids, it.ID)
}

// change does one thing to one item.
func (s *shifting) change(t *rapid.T) {
	id := rapid.SampledFrom(s.ids).Draw(t, "item")
	other := rapid.SampledFrom(s.ids).Draw(t, "other item")
	what := rapid.SampledFrom([]string{"create", "title", "state", "state", "unknown state", "type", "move", "delete", "restore", "parent", "link", "points", "tags", "hide", "show"}).Draw(t, "change")
	if what == "create" {
		s.create(t)
		return
	}
	if what == "hide" || what == "show" {
		who := map[string][]string{"hide": {adotest.MeganOID}}[what]
		require.NoError(t, s.Cloud.ShowTo(s.org, id, who...))
		return
	}
	require.NoError(t, s.Cloud.UpdateItem(s.org, id, func(it *adotest.Item) {
		switch what {
		case "title":
			it.Title += "x"
		case "state":
			it.State = rapid.SampledFrom([]string{"New", "Active", "Closed", "Resolved", "Removed", "Done"}).Draw(t, "state")
		case "unknown state":
			it.State = "Parked"
		case "type":
			it.Type = rapid.SampledFrom([]string{"Bug", "Task", "User Story"}).Draw(t, "type")
		case "move":
			it.Project = rapid.SampledFrom([]string{"Here", "There"}).Draw(t, "project")
		case "delete", "restore":
			it.Deleted = what == "delete"
		case "parent":
			it.Parent = min(other, id-1)
		case "link":
			it.Links = append(it.Links, adotest.Link{Rel: "System.LinkTypes.Related", Target: other})
		case "points":
			it.Fields = rapid.SampledFrom([]map[string]any{nil, {points: 0.5}, {points: 8.0}}).Draw(t, "points")
		case "tags":
			it.Tags = rapid.SampledFrom([][]string{nil, {"all"}}).Draw(t, "tags")
		}
	}))
}

// run runs the queries, from what the last run left or from nothing.
func (s *shifting) runAll(t *rapid.T, queries []string, known bool) []okr.Run {
	in := okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: s.place, Within: time.Hour}
	for _, q := range queries {
		ask := okr.QueryAsk{ID: q, Fields: []string{points}}
		if known {
			ask.Before = s.before[q]
		}
		in.Asks = append(in.Asks, ask)
	}
	var runs []okr.Run
	for _, o := range s.Source.RunQueries(s.T.Context(), in) {
		require.NoError(t, o.Err)
		runs = append(runs, o.Run)
	}
	require.Len(t, runs, len(queries))
	return runs
}

// keep stores what a run left as a store does.
func (s *shifting) keep(t *rapid.T, run okr.Run) {
	raw, err := json.Marshal(run.Snapshot())
	require.NoError(t, err)
	kept := &okr.Snapshot{}
	require.NoError(t, json.Unmarshal(raw, kept))
	s.before[run.Query.ID] = kept
}

// requireSameRun names the first item that differs; all of them are too many to
// read.
func requireSameRun(t *rapid.T, want, got okr.Run) {
	require.Equal(t, want.Query, got.Query)
	require.Equal(t, want.Unreadable, got.Unreadable)
	require.Len(t, got.Items, len(want.Items))
	for i, item := range want.Items {
		require.Equal(t, item, got.Items[i])
	}
}

// TestFollowingTheFeedIsAFullRead: whatever happens to the items between two
// runs, reading what changed gives exactly what reading everything does.
func TestFollowingTheFeedIsAFullRead(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	n, followed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		s := newShifting(t, w, n)
		for range rapid.IntRange(1, 4).Draw(t, "hours") {
			for range rapid.IntRange(0, 25).Draw(t, "changes") {
				s.change(t)
			}
			w.Advance(time.Duration(rapid.SampledFrom([]int{1, 60, 60, 60, 60, 1500}).Draw(t, "minutes")) * time.Minute)
			w.SignIn(okrtest.Alex)
			queries := s.queries
			if rapid.IntRange(0, 4).Draw(t, "which") == 0 {
				queries = s.queries[:1] // somebody pressed sync for one of them
			}
			w.Cloud.ResetCalls()
			got := s.runAll(t, queries, true)
			if len(s.before) > 0 && w.Cloud.Count(adotest.OpItemBatch) < 2 {
				followed++
			}
			want := s.runAll(t, queries, false)
			for i := range want {
				requireSameRun(t, want[i], got[i])
				s.keep(t, got[i])
			}
		}
	})
	require.Positive(t, followed, "the feed is used at all")
}
