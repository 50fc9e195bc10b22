package transfer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

// sources says which goal came of which item.
func (w *world) sources() map[okr.GoalID]string {
	w.t.Helper()
	out := map[okr.GoalID]string{}
	require.NoError(w.t, w.shelf.EachImported(w.t.Context(), okrtest.Contoso, func(source string, g okr.ImportedGoal) { out[g.Goal] = source }))
	return out
}

// picture is all goals by the item that they came of, with what was said of them, and
// without the ids that depend on how often an import broke off.
func (w *world) picture() map[string]string {
	w.t.Helper()
	sources := w.sources()
	out := map[string]string{}
	for _, g := range w.goals() {
		said := ""
		for _, c := range w.checkIns(g.ID) {
			said += fmt.Sprintf("\n%s %s %v %q %s %v", c.At, c.By.Name, fmt.Sprint(okr.FormatNumber(deref(c.Value))), c.Note, c.Shown, c.Comment)
		}
		source := sources[g.ID]
		g.ID, g.Parent = "", okr.GoalID(sources[g.Parent])
		if g.LastCheckIn != nil {
			mark := *g.LastCheckIn
			mark.ID = ""
			g.LastCheckIn = &mark
		}
		rolled := ""
		if g.Rolled != nil {
			rolled = fmt.Sprintf("%v %+v", deref(g.Rolled.Progress), g.Rolled.Counted)
		}
		details, err := json.Marshal(g.Details)
		require.NoError(w.t, err)
		out[source] = fmt.Sprintf("%s %s %s %v %s %s %s", g.Title, g.Parent, g.Kind, g.Period, details, rolled, said)
	}
	return out
}

func deref(v *float64) float64 {
	if v == nil {
		return -1
	}
	return *v
}

// everyGoal is how many goals come of every shape: six get an objective of their own.
const everyGoal = 136 + 6

// requireGoals fails the test at the first goal that is not as it was.
func (w *world) requireGoals(want []okr.Goal) {
	w.t.Helper()
	got := w.goals()
	require.Len(w.t, got, len(want))
	for i := range want {
		a, err := json.Marshal(want[i])
		require.NoError(w.t, err)
		b, err := json.Marshal(got[i])
		require.NoError(w.t, err)
		require.JSONEq(w.t, string(a), string(b))
	}
}

func (w *world) importEveryShape() okr.Import {
	w.t.Helper()
	w.source = everyShape()
	return w.importMatched()
}

// importMatched imports what the source holds, with the people that are found.
func (w *world) importMatched() okr.Import {
	w.t.Helper()
	i := w.send()
	_, err := w.transfer.MatchPeople(w.t.Context(), okrtest.Alex, i.ID, colleagues)
	require.NoError(w.t, err)
	return w.importAll()
}

func TestEveryShapeComesAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.importEveryShape()
	require.Empty(t, i.Problem)
	require.Len(t, w.source.bundle.Items, 137, "one of them twice")
	require.Equal(t, everyGoal, i.Counts.Made)
	require.Equal(t, len(w.source.checkIns), i.Counts.CheckIns)
	require.Equal(t, len(w.source.comments)-1, i.Counts.Notes)
	goals := map[okr.GoalID]okr.Goal{}
	for _, g := range w.goals() {
		goals[g.ID] = g
	}
	require.Len(t, goals, i.Counts.Made)
	for _, g := range goals {
		require.NoError(t, g.Validate(), g.Title)
		level := 0
		for at := g; at.ID != ""; at = goals[at.Parent] {
			level++
			require.LessOrEqual(t, level, okr.MaxDepth+1, "%s: %s", g.ID, g.Title)
			if at.Parent != "" {
				require.Equal(t, okr.Objective, goals[at.Parent].Kind, g.Title)
			}
		}
		require.True(t, g.Kind != okr.Objective || level <= okr.MaxDepth, g.Title)
		history, err := w.store.History(t.Context(), okrtest.Contoso, g.ID, time.Time{}, 10)
		require.NoError(t, err)
		require.Empty(t, history, "an import is no measurement")
	}
	require.Len(t, i.Unbound, 12)
}

// What an import adds up is what any later adding up comes to.
func TestImportAddsUpAsOkrbotDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.importEveryShape()
	before := w.goals()
	for _, g := range before {
		if g.Kind == okr.Objective {
			require.NoError(t, w.Plan.RollUp(t.Context(), okrtest.Contoso, g.ID))
		}
	}
	w.requireGoals(before)
}

func TestFindingsNameWhatComesOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = everyShape()
	p, err := w.transfer.PreviewImport(t.Context(), okrtest.Alex, w.send().ID)
	require.NoError(t, err)
	counts := map[string]int{}
	for _, f := range p.Findings {
		counts[string(f.Kind)+": "+f.Title] += len(f.Rows)
		for _, row := range f.Rows {
			require.NotEmpty(t, row.Why, f.Title)
			require.True(t, strings.HasSuffix(row.Why, "."), row.Why)
		}
	}
	require.Equal(t, map[string]int{
		"left: Can't be imported":                                               1,
		"moved: Moved below the objective above":                                12,
		"moved: Get a new objective above":                                      6,
		"moved: Moved to the top level, because nothing above them is imported": 1,
		"moved: Moved below one objective only":                                 6,
		"moved: Removed from a circle":                                          1,
		"moved: Moved up: too many levels":                                      2,
		"guessed: Type guessed from their content":                              1,
		"guessed: Number type guessed":                                          1,
		"guessed: Period guessed":                                               1,
		"guessed: Shortened texts":                                              1,
		"known: Shortened texts":                                                2,
		"known: Shortened lists":                                                1,
		"known: Phased targets left out":                                        6,
		"known: Changed permissions":                                            4, // two of what is made for one
		"known: Teams imported as names":                                        7,
		"known: New periods":                                                    1,
		"known: Overlapping periods":                                            1,
		"known: Updated by an integration before, now updated manually":         12,
		"known: Check-ins and comments of missing items":                        1,
	}, counts)
	require.Equal(t, []okr.ImportWord{{Word: "Big rock", Kind: okr.Objective, Guessed: true, Count: 1}}, p.Words)
}

// faulty is a shelf that dies at one of its calls, before or after it was done.
type faulty struct {
	transfer.Shelf
	mu    sync.Mutex
	left  int // calls until it dies
	after bool
}

var errDead = errors.New("killed")

func (f *faulty) dies() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left--
	return f.left == 0
}

func (f *faulty) WriteImport(ctx context.Context, tenant okr.TenantID, id okr.ImportID, ids []okr.GoalID, write func(okr.ImportCursor, []okr.Goal) (okr.ImportBatch, error)) error {
	dies := f.dies()
	if dies && !f.after {
		return errDead
	}
	err := f.Shelf.WriteImport(ctx, tenant, id, ids, write)
	if dies {
		return errDead
	}
	return err
}

func (f *faulty) Numbers(ctx context.Context, tenant okr.TenantID, prefix string, n int) (int64, error) {
	first, err := f.Shelf.Numbers(ctx, tenant, prefix, n)
	if f.dies() {
		return 0, errDead
	}
	return first, err
}

func (f *faulty) DropPieces(ctx context.Context, tenant okr.TenantID, ref string, n int) error {
	if f.dies() {
		return errDead
	}
	return f.Shelf.DropPieces(ctx, tenant, ref, n)
}

func (f *faulty) DropCursor(ctx context.Context, tenant okr.TenantID, id okr.ImportID) error {
	if f.dies() {
		return errDead
	}
	return f.Shelf.DropCursor(ctx, tenant, id)
}

// An import that dies anywhere goes on in another process, and comes to the same.
func TestImportSurvivesBeingKilledAnywhere(t *testing.T) {
	t.Parallel()
	whole := newWorld(t)
	whole.slice = 15
	whole.restart()
	whole.source = shaped(1)
	want := whole.importMatched()
	picture := whole.picture()
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			w := newWorld(t)
			w.slice = 15
			f := &faulty{Shelf: w.shelf, left: n, after: after}
			if !w.dieOnce(f) {
				require.Greater(t, n, 20, "it writes in many steps")
				break
			}
			i, err := w.transfer.Import(t.Context(), okrtest.Alex, "IM1")
			require.NoError(t, err)
			require.Equal(t, okr.ImportDone, i.Phase)
			require.Equal(t, want.Counts, i.Counts, "killed at call %d, %v", n, after)
			require.Equal(t, picture, w.picture(), "killed at call %d, %v", n, after)
		}
	}
}

// dieOnce imports with a shelf that dies once, and says whether it did.
func (w *world) dieOnce(f *faulty) (died bool) {
	w.t.Helper()
	w.source = shaped(1)
	w.restart()
	i := w.send()
	_, err := w.transfer.MatchPeople(w.t.Context(), okrtest.Alex, i.ID, colleagues)
	require.NoError(w.t, err)
	w.begin()
	w.shelf = f
	w.restart()
	for range 1000 {
		i, more, err := w.transfer.ImportStep(w.t.Context(), okrtest.Contoso, "IM1")
		if errors.Is(err, errDead) {
			died = true
			w.restart()
			continue
		}
		require.NoError(w.t, err)
		if !more {
			require.Equal(w.t, okr.ImportDone, i.Phase)
			return died
		}
	}
	require.Fail(w.t, "the import does not end")
	return died
}

func TestEveryShapeAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.importEveryShape()
	before := w.goals()
	w.now = w.now.Add(48 * time.Hour)
	second := w.importEveryShape()
	require.Equal(t, okr.ImportTally{Same: first.Counts.Made}, second.Counts)
	w.requireGoals(before)
}

// dump is everything that the store holds of goals and check-ins.
func (w *world) dump() map[string]string {
	w.t.Helper()
	ctx, client := w.t.Context(), w.store.Client()
	out := map[string]string{}
	for _, key := range client.Keys(ctx, "*").Val() {
		_, rest, _ := strings.Cut(key, "}:")
		if parts := strings.Split(rest, ":"); slices.Contains([]string{"created", "number"}, parts[0]) || slices.Contains(parts, "created") {
			continue
		}
		out[key] = client.Dump(ctx, key).Val()
	}
	return out
}

func TestUndoLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.slice = 50
	w.restart()
	before := w.dump()
	i := w.importEveryShape()
	require.NotEmpty(t, i.Periods)
	i, err := w.transfer.UndoImport(t.Context(), okrtest.Alex, i.ID, okr.Reply{})
	require.NoError(t, err)
	require.Equal(t, okr.ImportUndoing, i.Phase)
	i = w.finish(i.ID)
	require.Equal(t, okr.ImportUndone, i.Phase)
	require.Equal(t, everyGoal, i.Counts.TakenBack)
	left := w.dump()
	for key := range left {
		if _, was := before[key]; was || strings.Contains(key, ":import:") || strings.Contains(key, ":tenant:") || strings.HasPrefix(key, "okr:due:") {
			delete(left, key)
		}
	}
	require.Empty(t, left)
	again := w.importEveryShape()
	require.Equal(t, everyGoal, again.Counts.Made)
}
