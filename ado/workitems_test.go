package ado_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func TestWorkItemsInBatches(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	var sizes []int
	mux.HandleFunc("POST /fabrikam/_apis/wit/workitemsbatch", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			IDs    []int    `json:"ids"`
			Fields []string `json:"fields"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		sizes = append(sizes, len(body.IDs))
		same(t, strings.Join(ado.BaseFields(), " "), strings.Join(body.Fields, " "))
		slots := make([]string, len(body.IDs))
		for i, id := range body.IDs {
			slots[i] = fmt.Sprintf(`{"id":%d}`, id)
			if id%10 == 0 {
				slots[i] = "null"
			}
		}
		answer(w, 200, `{"count":200,"value":[`+strings.Join(slots, ",")+`]}`)
	})
	wanted := make([]int, 450)
	for i := range wanted {
		wanted[i] = i + 1
	}
	items, err := s.WorkItems(t.Context(), "fabrikam", wanted, nil)
	require.NoError(t, err)
	require.Len(t, items, 405)
	require.Equal(t, []int{200, 200, 50}, sizes)
}

func TestNoWorkItemsSendsNothing(t *testing.T) {
	t.Parallel()
	s, _ := session(t)
	items, err := s.WorkItems(t.Context(), "fabrikam", nil, nil)
	require.NoError(t, err)
	require.Empty(t, items)
}

func TestWorkItemFields(t *testing.T) {
	t.Parallel()
	var w ado.WorkItem
	require.NoError(t, json.Unmarshal([]byte(`{"id":300,"rev":4,"fields":{"System.Title":"Sign-in \"works\"",
		"System.State":"Active","System.WorkItemType":"Bug","System.TeamProject":"Fiber","System.Parent":20,
		"System.AssignedTo":{"displayName":"Jamal","id":"d2","uniqueName":"jamal@fabrikam.com","descriptor":"aad.Y"},
		"System.ChangedDate":"2026-11-22T16:40:12.093Z","Microsoft.VSTS.Scheduling.StoryPoints":2.5,"Custom.X":null}}`), &w))
	require.Equal(t, []string{`Sign-in "works"`, "Active", "Bug", "Fiber"}, []string{w.Title(), w.State(), w.Type(), w.Project()})
	require.Equal(t, 20, w.Parent())
	require.Equal(t, "jamal@fabrikam.com", w.AssignedTo().UniqueName)
	require.Equal(t, time.Date(2026, 11, 22, 16, 40, 12, 93e6, time.UTC), w.Changed())
	points, ok := w.Fields.Number("microsoft.vsts.scheduling.storypoints")
	require.True(t, ok)
	require.InDelta(t, 2.5, points, 0)
	for _, name := range []string{"Custom.X", "System.Title", "Custom.Missing"} {
		_, ok = w.Fields.Number(name)
		require.False(t, ok, name)
	}
	require.Zero(t, ado.WorkItem{}.Parent())
	require.Empty(t, ado.WorkItem{}.AssignedTo())
}

func TestIdentityAsText(t *testing.T) {
	t.Parallel()
	var i ado.Identity
	require.NoError(t, json.Unmarshal([]byte(`"Jamal Hartnett <jamal@fabrikam.com>"`), &i))
	require.Equal(t, ado.Identity{DisplayName: "Jamal Hartnett", UniqueName: "jamal@fabrikam.com"}, i)
}

func TestTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		`"2026-01-05T09:15:33Z"`:         time.Date(2026, 1, 5, 9, 15, 33, 0, time.UTC),
		`"2026-01-05T09:15:33.8Z"`:       time.Date(2026, 1, 5, 9, 15, 33, 8e8, time.UTC),
		`"2026-08-07T15:41:56.5943909Z"`: time.Date(2026, 8, 7, 15, 41, 56, 594390900, time.UTC),
		`"2026-01-05T09:15:33.1234567"`:  time.Date(2026, 1, 5, 9, 15, 33, 123456700, time.UTC),
		`"2026-01-05T09:15:33+02:00"`:    time.Date(2026, 1, 5, 7, 15, 33, 0, time.UTC),
		`"9999-01-01T00:00:00Z"`:         time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		`"0001-01-01T00:00:00"`:          {},
		`""`:                             {},
		`"yesterday"`:                    {},
		`null`:                           {},
	} {
		var got ado.Time
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		require.True(t, want.Equal(got.Time), "%s gave %v", text, got)
	}
}
