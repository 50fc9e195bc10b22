package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest/script"
	"okrbot/cards"
	"okrbot/okr"
)

// contoso is an invented organization in every shape of real exports.
const contoso = "okr/transfer/files/testdata/contoso."

// TestMoveIn brings an organization along as a person does in the chat: both files,
// people, words, the preview in pages, the import, what is there then, and back.
func TestMoveIn(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	who := cards.ImportPersonInput
	play(t, w, "start enabled", "in channel Delivery", "say okrs", "in personal",
		"say bring in our OKRs from Viva Goals", "expect 'Import your OKRs' '100 MB'",
		"sendfile "+contoso+"zip "+contoso+"csv", "expect 'Files to import' contoso.zip contoso.csv '130 items' '33 comments'",
		"press Preview", "shows 'Preview of import IM1' 'New: 136 OKRs' '260 check-ins' '33 comments' '5 found, 3 not'",
		"press 'Match people'", "shows 'Diego Siciliani' 'not found' 'found by e-mail' 'found by name'",
		fmt.Sprintf("fill '%s=me' '%s=nobody' '%s=Adele Vance'", who("diego@contoso.example"), who("nestor@contoso.example"), who("patti@contoso.example")),
		"press Save", "shows 'Preview of import IM1' 'All 8 found'",
		"press 'Match types'", "shows 'Big rock' guessed Kpi Deliverable", "press Save",
		"press 'Compare progress'", "shows '1 to 15 of 18'", "press Next", "shows '16 to 18 of 18'", "press Previous", "shows '1 to 15 of 18'", "press Back",
		"press 'Show: Moved below one objective only'", "shows 'Moved below one objective only' '3 rows'", "press Back",
		"press Import", "idle", "shows 'Import IM1 is done' '136 OKRs' '260 check-ins' '14 OKRs had an integration'")
	require.Equal(t, 136, countGoals(t, w))
	play(t, w, "press 'Show OKRs'", "shows 'Delight the north (phase 1)' '1 to 5 of 8'", "press Next", "shows 'of 8'",
		"say okrs of Diego Siciliani", "idle", "say okr KR2", "expect 'Key result 2 of'", "say history KR2", "expect 'late start'",
		"say import undo", "expect 'Undo import IM1?' '136 OKRs'", "press 'Undo import'", "idle", "shows 'Import IM1 is undone' '136 OKRs'")
	require.Zero(t, countGoals(t, w))
	// Again, with who is who remembered; and once more, of which nothing comes.
	play(t, w, "sendfile "+contoso+"zip "+contoso+"csv", "expect 'Files to import'", "press Preview", "shows 'Preview of import IM2' 'All 8 found'", "press Import", "idle", "shows 'Import IM2 is done'")
	play(t, w, "sendfile "+contoso+"zip "+contoso+"csv", "expect 'Files to import'", "press Preview", "shows 'Unchanged since the last import: 136 OKRs'", "press Import", "idle", "shows 'Import IM3 is done'")
	require.Equal(t, 136, countGoals(t, w))
}

// somebodysOKRs is a small export.
var somebodysOKRs = fmt.Sprintf(explorerCSV, "73", "Objective")

// upload adds a file to an import of somebody's.
func upload(t *testing.T, w *world, name, text string) okr.Import {
	t.Helper()
	imp, err := w.app.activities.Transfer.AddFile(t.Context(), personIn(w, name), "explorer.csv", strings.NewReader(text))
	require.NoError(t, err)
	return imp
}

// personIn is somebody of a world, by first name.
func personIn(w *world, name string) okr.Actor {
	u := w.Teams.User(name)
	return okr.Actor{Tenant: okr.TenantID(u.TenantID), Person: okr.Person{ID: okr.UserID(u.ObjectID), Name: u.Name}}
}

// Two admins import at the same time: the second one waits. An import whose work was lost
// with the queue goes on when somebody looks at it.
func TestTwoAdminsImport(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start enabled", "in channel Delivery", "say admins add megan@contoso.example", "expect 'Megan Bowen'")
	first := upload(t, w, "alex", somebodysOKRs)
	_, err := w.app.activities.Transfer.BeginImport(t.Context(), personIn(w, "alex"), first.ID, okr.Reply{}) // and nobody queues it
	require.NoError(t, err)
	second := upload(t, w, "megan", fmt.Sprintf(explorerCSV, "74", "Objective"))
	require.NotEqual(t, first.ID, second.ID)
	begin := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": cards.VerbImportBegin, "data": map[string]string{cards.KeyImport: string(second.ID)}}}
	megan := w.Teams.User("megan")
	d, err := w.Teams.Invoke(t.Context(), w.Teams.Personal(megan), megan, "adaptiveCard/action", begin)
	require.NoError(t, err)
	require.Contains(t, string(d.Body), "Import IM1 by Alex Wilber is running")
	require.Zero(t, countGoals(t, w))
	play(t, w, "user megan", "in personal", "say import", "expect Importing 'IM1 by Alex Wilber'", "idle", "press Refresh", "shows 'Import IM1 is done' '3 OKRs'",
		"say import", "expect 'Files to import' IM2", "press Preview", "shows '3 OKRs'", "press Import", "idle", "shows 'Import IM2 is done'")
	require.Equal(t, 6, countGoals(t, w))
}

// The card of an import follows it. One that was deleted comes back when the import is
// done, and not with each step.
func TestTheCardFollowsTheImport(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start enabled")
	first := upload(t, w, "alex", somebodysOKRs)
	play(t, w, "say import", "expect 'Files to import'", "press Preview", "press Import", "idle", "shows 'Import IM1 is done'")
	running := readImport(t, w, first.ID)
	running.Phase, running.Done, running.Total = okr.ImportRunning, 612, 1419
	show := func(imp okr.Import) {
		require.NoError(t, w.app.bot.ImportMoved(t.Context(), okr.TenantID(w.User.TenantID), imp))
	}
	show(running)
	play(t, w, "shows Importing '43%' '612 of 1,419 records'")
	running.Problem = "Redis does not answer."
	show(running)
	play(t, w, "shows Importing 'Redis does not answer.'", "mark", "fault teams update 404:ActivityNotFoundInConversation 2")
	show(running)
	play(t, w, "expect-silence")
	show(readImport(t, w, first.ID))
	play(t, w, "expect 'Import IM1 is done'")
}

// TestImportsSurviveADeath lets okrbot die at each of its writes to Redis while it
// imports, and while it takes the import back: a second one ends what it began, and all
// is there once, or gone.
func TestImportsSurviveADeath(t *testing.T) {
	t.Parallel()
	for _, phase := range []okr.ImportPhase{okr.ImportRunning, okr.ImportUndoing} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			store := startBreakable(t)
			w := newWorld(t, time.Now(), "REDIS_URL", store.url())
			require.NoError(t, w.Start())
			play(t, w, "start enabled")
			for at, broke := 1, true; broke; at++ {
				before := countGoals(t, w)
				imp := upload(t, w, "alex", fmt.Sprintf(explorerCSV, fmt.Sprint(100+at), "Objective"))
				play(t, w, "say import", "expect 'Files to import' "+string(imp.ID), "press Preview", "shows '3 OKRs'")
				press, after := "press Import", before+3
				if phase == okr.ImportUndoing {
					play(t, w, press, "idle", "say import undo "+string(imp.ID), "expect 'Undo import "+string(imp.ID)+"?'")
					press, after = "press 'Undo import'", before
				}
				broke = dieAt(t, w, store, at, press)
				play(t, w, "say import "+string(imp.ID), "idle")
				if now := readImport(t, w, imp.ID); now.Phase == okr.ImportCollecting || phase == okr.ImportUndoing && now.Phase == okr.ImportDone {
					continue // the press was lost with it, and nothing is done by halves
				}
				require.Equal(t, after, countGoals(t, w), "broken at command %d", at)
			}
		})
	}
}

// dieAt presses while Redis breaks at a write, lets okrbot die then, and starts another
// one; it says whether it came to that.
func dieAt(t *testing.T, w *world, store *breakable, at int, press string) bool {
	t.Helper()
	store.breakAt(at)
	_ = w.Play(press)
	require.Eventually(t, func() bool { return store.isBroken() || !isUnderWay(readOwn(w)) }, script.Patience, 5*time.Millisecond)
	if !store.isBroken() {
		store.mend()
		return false
	}
	require.NoError(t, w.Stop())
	store.mend()
	store.redis.FastForward(time.Minute)
	require.NoError(t, w.Start())
	return true
}

func isUnderWay(list []okr.Import) bool {
	return slices.ContainsFunc(list, func(i okr.Import) bool { return i.Phase == okr.ImportRunning || i.Phase == okr.ImportUndoing })
}

// readOwn are the imports of a world, as far as they can be read.
func readOwn(w *world) []okr.Import {
	list, err := w.app.activities.Transfer.Imports(context.Background(), personIn(w, "alex"))
	if err != nil {
		return []okr.Import{{Phase: okr.ImportRunning}}
	}
	return list
}

func readImport(t *testing.T, w *world, id okr.ImportID) okr.Import {
	t.Helper()
	imp, err := w.app.activities.Transfer.Import(t.Context(), personIn(w, "alex"), id)
	require.NoError(t, err)
	return imp
}

// explorerCSV is an export with a renamed word for its objective.
const explorerCSV = `Id,Title,Owner,Period,Start Date,End Date,"Aligned To (weight, Objective ID)",Metric Name,Unit,Target,Object Type,Start,Progress %%,Actual Progress,Status
%[1]s1,Brought along,Megan Bowen,Q3 2026,2026-07-01,2026-09-30,,,,,Objective,,20,,On Track
%[1]s2,Brought a result,Alex Wilber,Q3 2026,2026-07-01,2026-09-30,"Brought along(weight: 100%%, Id: %[1]s1)",Stores,,40,Key result,0,20,8,Behind
%[1]s3,Brought rock,Megan Bowen,Q3 2026,2026-07-01,2026-09-30,,,,,%[2]s,,20,,On Track
`

// imports are an import of alex's that is done, and one that did not begin.
func (r *rightsWorld) imports(t *testing.T, alex okr.Actor) {
	t.Helper()
	transfer := r.app.activities.Transfer
	done, err := transfer.AddFile(t.Context(), alex, "explorer.csv", strings.NewReader(fmt.Sprintf(explorerCSV, "71", "Objective")))
	require.NoError(t, err)
	_, err = transfer.BeginImport(t.Context(), alex, done.ID, okr.Reply{})
	require.NoError(t, err)
	for more := true; more; {
		_, more, err = transfer.ImportStep(t.Context(), alex.Tenant, done.ID)
		require.NoError(t, err)
	}
	_, err = transfer.AddFile(t.Context(), alex, "explorer.csv", strings.NewReader(fmt.Sprintf(explorerCSV, "72", "Objective")))
	require.NoError(t, err)
}
