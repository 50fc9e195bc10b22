package main

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/okr"
)

// numbersWorld makes goals in all states, and reads what is said of them.
type numbersWorld struct {
	*world
	t     *testing.T // the test that it was made for, and fails
	alex  okr.Actor
	query string
}

func newNumbersWorld(t *testing.T) *numbersWorld {
	t.Helper()
	w := newWorld(t, time.Date(2026, time.August, 17, 9, 0, 0, 0, time.UTC))
	require.NoError(t, w.Start())
	t.Cleanup(func() { require.NoError(t, w.Stop()) })
	play(t, w, "start bound")
	u := w.Teams.User("alex")
	alex := okr.Actor{Tenant: okr.TenantID(u.TenantID), Person: okr.Person{ID: okr.UserID(u.ObjectID), Name: u.Name}}
	v, err := w.app.activities.Plan.Goal(t.Context(), alex, "KR1")
	require.NoError(t, err)
	return &numbersWorld{world: w, t: t, alex: alex, query: v.Goal.Binding.Query.ID}
}

func (n *numbersWorld) save(in okr.GoalInput) okr.GoalID {
	n.t.Helper()
	v, err := n.app.activities.Plan.SaveGoal(n.t.Context(), n.alex, in)
	require.NoError(n.t, err)
	return v.Goal.ID
}

func (n *numbersWorld) checkIn(id okr.GoalID, value float64, lasting bool) {
	n.t.Helper()
	_, _, err := n.app.activities.Plan.CheckIn(n.t.Context(), n.alex, okr.CheckInInput{Goal: id, Value: &value, Lasting: lasting})
	require.NoError(n.t, err)
}

func (n *numbersWorld) end(id okr.GoalID, state okr.Status) {
	n.t.Helper()
	_, err := n.app.activities.Plan.Close(n.t.Context(), n.alex, okr.CloseInput{Goal: id, State: state})
	require.NoError(n.t, err)
}

func (n *numbersWorld) resume(id okr.GoalID) {
	n.t.Helper()
	_, err := n.app.activities.Plan.Resume(n.t.Context(), n.alex, id)
	require.NoError(n.t, err)
}

func (n *numbersWorld) bind(id okr.GoalID) {
	n.t.Helper()
	_, err := n.app.activities.Measure.Bind(n.t.Context(), n.alex, okr.BindInput{Goal: id, Connection: "C1", Query: n.query})
	require.NoError(n.t, err)
}

// leafState is what somebody makes of a child: how it is measured, and what happened.
type leafState struct {
	name   string
	kind   okr.GoalKind
	metric okr.Metric
	happen func(n *numbersWorld, id okr.GoalID)
}

func leafStates() []leafState {
	type world = *numbersWorld
	says := func(v float64) func(world, okr.GoalID) {
		return func(n world, id okr.GoalID) { n.checkIn(id, v, false) }
	}
	ends := func(v float64, state okr.Status) func(world, okr.GoalID) {
		return func(n world, id okr.GoalID) { n.checkIn(id, v, false); n.end(id, state) }
	}
	bound := func(then func(n world, id okr.GoalID)) func(world, okr.GoalID) {
		return func(n world, id okr.GoalID) { n.bind(id); then(n, id) }
	}
	nothing := func(world, okr.GoalID) {}
	scaled, phased := okr.Metric{Name: "Number", Target: 80}, okr.Metric{Name: "Number", Target: 80, Phases: []okr.Phase{{Date: "2026-08-01", Value: 60}}}
	percent, limit := okr.Metric{Name: "Number", Unit: "%", Target: 100}, okr.Metric{Name: "Number", Type: okr.StayBelow, Target: 5}
	return []leafState{
		{"at its start", okr.KeyResult, scaled, nothing},
		{"with a value", okr.KeyResult, scaled, says(30)},
		{"phased", okr.KeyResult, phased, says(20)},
		{"beyond its target", okr.KeyResult, scaled, says(130)},
		{"below its start", okr.KeyResult, scaled, says(-5)},
		{"a decrease", okr.KeyResult, okr.Metric{Name: "Number", Start: 24, Target: 4}, says(14)},
		{"no data", okr.KeyResult, limit, nothing},
		{"a limit kept", okr.KeyResult, limit, says(2)},
		{"a limit not kept", okr.KeyResult, limit, says(7)},
		{"a baseline", okr.KeyResult, okr.Metric{Name: "Number", Type: okr.Baseline}, says(34)},
		{"closed", okr.KeyResult, scaled, ends(60, okr.StatusClosed)},
		{"postponed", okr.KeyResult, scaled, ends(60, okr.StatusPostponed)},
		{"closed without data", okr.KeyResult, limit, func(n world, id okr.GoalID) { n.end(id, okr.StatusClosed) }},
		{"bound", okr.KeyResult, percent, bound(nothing)},
		{"overridden once", okr.KeyResult, percent, bound(says(77))},
		{"overridden", okr.KeyResult, percent, bound(func(n world, id okr.GoalID) { n.checkIn(id, 90, true) })},
		{"resumed", okr.KeyResult, percent, bound(func(n world, id okr.GoalID) {
			n.checkIn(id, 90, true)
			play(n.t, n.world, "advance 1m")
			n.resume(id)
		})},
		{"closed while overridden", okr.KeyResult, percent, bound(func(n world, id okr.GoalID) { n.checkIn(id, 90, true); n.end(id, okr.StatusClosed) })},
		{"a project", okr.Project, okr.Metric{}, nothing},
		{"a project by hand", okr.Project, okr.Metric{}, says(55)},
		{"a bound project", okr.Project, okr.Metric{}, bound(nothing)},
		{"an objective", okr.Objective, okr.Metric{}, func(n world, id okr.GoalID) {
			n.checkIn(n.save(okr.GoalInput{Kind: okr.KeyResult, Title: "Below", Parent: id, Metric: &okr.Metric{Name: "Number", Target: 10}}), 4, false)
		}},
	}
}

// make makes a child in a state, perhaps of a fixed weight, perhaps private to alex.
func (n *numbersWorld) make(t *testing.T, s leafState, parent okr.GoalID, weight *float64, private bool) okr.GoalID {
	t.Helper()
	in := okr.GoalInput{Kind: s.kind, Title: "Child", Parent: parent, Details: &okr.Details{Weight: weight, Private: private}}
	switch s.kind {
	case okr.KeyResult:
		in.Metric = &s.metric
	case okr.Objective:
		in.Period = okr.Period{Start: "2026-07-01", End: "2026-09-30"}
	}
	id := n.save(in)
	play(n.t, n.world, "advance 1m")
	s.happen(n, id)
	return id
}

// objectiveStates are what happens to the objective when its children are made.
func objectiveStates() map[string]func(n *numbersWorld, id okr.GoalID) {
	return map[string]func(*numbersWorld, okr.GoalID){
		"open": func(*numbersWorld, okr.GoalID) {}, "overridden": func(n *numbersWorld, id okr.GoalID) { n.checkIn(id, 88, true) },
		"resumed": func(n *numbersWorld, id okr.GoalID) {
			v, err := n.app.activities.Plan.Goal(n.t.Context(), n.alex, id)
			require.NoError(n.t, err)
			if n.checkIn(id, 88, true); v.Goal.IsAutomatic() {
				play(n.t, n.world, "advance 1m")
				n.resume(id)
			}
		},
		"closed": func(n *numbersWorld, id okr.GoalID) { n.end(id, okr.StatusClosed) },
		"closed while overridden": func(n *numbersWorld, id okr.GoalID) {
			n.checkIn(id, 88, true)
			n.end(id, okr.StatusClosed)
		},
		"postponed": func(n *numbersWorld, id okr.GoalID) { n.end(id, okr.StatusPostponed) },
	}
}

// TestNumbersAgree: whatever state a goal and what is below it are in, its card, why
// and history say the same numbers, and name the same as what it is made of.
func TestNumbersAgree(t *testing.T) {
	t.Parallel()
	states := objectiveStates()
	for half := range slices.Chunk(slices.Sorted(maps.Keys(states)), (len(states)+1)/2) { // a world each
		t.Run(half[0]+" and more", func(t *testing.T) {
			t.Parallel()
			n := newNumbersWorld(t)
			for _, name := range half {
				for round := range 6 {
					n.round(t, name, round, states[name])
				}
			}
		})
	}
}

// round makes an objective with children in any states, brings it into one, and compares what is said of it.
func (n *numbersWorld) round(t *testing.T, name string, round int, happen func(*numbersWorld, okr.GoalID)) {
	t.Helper()
	all := leafStates()
	r := rand.New(rand.NewPCG(uint64(round), uint64(len(name)))) //nolint:gosec // the same each time
	o := n.save(okr.GoalInput{Kind: okr.Objective, Title: "Objective", Period: okr.Period{Start: "2026-07-01", End: "2026-09-30"}})
	told := []string{name}
	children := []okr.GoalID{}
	for range 1 + r.IntN(5) {
		s := all[r.IntN(len(all))]
		weights := []*float64{nil, nil, nil, new(float64), new(float64(30)), new(float64(100))}
		weight, private := weights[r.IntN(len(weights))], r.IntN(5) == 0
		children = append(children, n.make(t, s, o, weight, private))
		told = append(told, fmt.Sprintf("%s %s (private: %v)", children[len(children)-1], s.name, private))
	}
	happen(n, o)
	for _, reader := range []string{"alex", "megan"} {
		n.agree(t, reader, o, children, strings.Join(told, ", "))
	}
}

// said is what a card of each sort shows of a goal, line by line, and its chart.
type said struct {
	card, why, history string
	last               *float64 // of the chart
}

func (n *numbersWorld) ask(t *testing.T, reader, words string) bottest.Post {
	t.Helper()
	u := n.Teams.User(reader)
	place := n.Teams.Personal(u)
	d, err := n.Teams.Say(t.Context(), place, u, words)
	require.NoError(t, err)
	posts := n.Teams.Posts(place.Since(d))
	require.Len(t, posts, 1, words)
	return posts[0]
}

func (n *numbersWorld) said(t *testing.T, reader string, id okr.GoalID) said {
	t.Helper()
	history := n.ask(t, reader, "history "+string(id))
	out := said{n.ask(t, reader, "okr "+string(id)).Text(), n.ask(t, reader, "why "+string(id)).Text(), history.Text(), nil}
	body, _ := history.Card["body"].([]any)
	for _, e := range body {
		element, _ := e.(map[string]any)
		if element["type"] != "Chart.Line" {
			continue
		}
		line := element["data"].([]any)[0].(map[string]any)["values"].([]any)
		last := line[len(line)-1].(map[string]any)["y"].(float64)
		out.last = &last
	}
	return out
}

// found gives what a pattern takes from a text; empty where it is not there.
func found(text, pattern string) string {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// sum adds up what a pattern takes from a text, and how often it is there.
func sum(t *testing.T, text, pattern string) (total float64, count int) {
	t.Helper()
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		v, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		total += v
		count++
	}
	return total, count
}

const (
	barPattern       = `(?m)^([\d.]+%)$`
	takenPattern     = `(?m)^(?:Progress: )?((?:Weighted average of|Average of|Its) [^\n]*)$`
	uncountedPattern = `; (\d+) not counted: `
	hiddenPattern    = `; (\d+) hidden from you`
	weightPattern    = `weight ([\d.]+)%`
)

// agree compares what is said of an objective and of each of its children.
func (n *numbersWorld) agree(t *testing.T, reader string, o okr.GoalID, children []okr.GoalID, told string) {
	t.Helper()
	v, err := n.app.activities.Plan.Goal(t.Context(), n.alex, o)
	require.NoError(t, err)
	about := fmt.Sprintf("%s as %s reads it: %s", o, reader, told)
	top := n.said(t, reader, o)
	about += "\n" + top.card + "\n\n" + top.why + "\n\n" + top.history
	n.sameNumber(t, v, top, about)
	require.Equal(t, found(top.card, takenPattern), strings.TrimSuffix(found(top.why, takenPattern), "."), about)
	if v.Standing.Children > 0 {
		hidden, _ := strconv.Atoi(found(top.card, hiddenPattern))
		uncounted, _ := sum(t, found(top.card, takenPattern), uncountedPattern)
		counted := v.Standing.Children - int(uncounted)
		points, adds := sum(t, top.why, `, adds (-?[\d.]+) points`)
		_, rows := sum(t, top.why, weightPattern)
		_, cardRows := sum(t, top.card, weightPattern)
		require.Equal(t, v.Standing.Children, rows+hidden, about)
		require.Equal(t, rows, cardRows, about)
		require.LessOrEqual(t, adds, counted, about)
		require.GreaterOrEqual(t, adds+hidden, counted, about)
		rest, _ := sum(t, top.why, `Goals that you can't see(?:, or that changed since,)? add (-?[\d.]+) points`)
		if auto := v.Goal.Rolled.Progress; auto != nil {
			require.InDelta(t, *auto, points+rest, 0.01*float64(rows+2), about)
		}
	}
	for _, id := range children {
		n.agreeChild(t, reader, o, id, top, about)
	}
}

func (n *numbersWorld) agreeChild(t *testing.T, reader string, o, id okr.GoalID, top said, about string) {
	t.Helper()
	v, err := n.app.activities.Plan.Goal(t.Context(), n.alex, id)
	require.NoError(t, err)
	if reader != "alex" && v.Goal.Private {
		require.NotContains(t, top.card+top.why+top.history, string(id)+" ", about)
		return
	}
	s := n.said(t, reader, id)
	about += "\n\n" + string(id) + ":\n" + s.card + "\n\n" + s.why + "\n\n" + s.history
	n.sameNumber(t, v, s, about)
	share := found(s.why, `([\d.]+)% of `+string(o))
	require.Equal(t, share, found(rowOf(top.why, id), weightPattern), about)
	require.Equal(t, share, found(rowOf(top.card, id), weightPattern), about)
	if share == "" {
		require.Contains(t, rowOf(top.why, id), "not counted", about)
	}
}

// rowOf is the lines of a goal in a list.
func rowOf(text string, id okr.GoalID) string {
	_, row, _ := strings.Cut(text, "\n"+string(id)+" · ")
	if next := regexp.MustCompile(`\n(?:KR|P|O)\d+ · `).FindStringIndex(row); next != nil {
		row = row[:next[0]]
	}
	return row
}

// sameNumber compares what the three cards say of one goal.
func (n *numbersWorld) sameNumber(t *testing.T, v okr.GoalView, s said, about string) {
	t.Helper()
	progress := found(s.why, `is at (no data|[\d.]+%)`)
	if v.Standing.Progress != nil {
		require.Equal(t, progress, found(s.card, barPattern), about)
		require.Equal(t, progress, found(s.why, barPattern), about)
		require.Equal(t, progress, found(s.history, barPattern), about)
	}
	if value := v.Goal.Value(); value != nil && s.last != nil {
		require.InDelta(t, math.Round(*value*100)/100, *s.last, 1e-6, about)
	}
	if m := v.Goal.Metric; m != nil && m.Current != nil {
		require.Equal(t, found(s.card, `Number: (-?[\d.]+)`), found(s.why, `Number: (-?[\d.]+)`), about)
	}
	if now := found(s.history, `Since a week ago: (?:[^\n]* → )?(no data|-?[\d.]+)`); now != "" && v.Goal.Metric != nil {
		require.Equal(t, found(s.card, `Number: (no data|-?[\d.]+)`), now, about)
	} else if now != "" && v.Goal.Kind != okr.Project {
		require.Equal(t, strings.TrimSuffix(progress, "%"), now, about)
	}
}
