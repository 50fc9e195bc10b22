package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr"
)

// TestPeopleAreCountedBeforeTheyAreLookedUp presses with the same person thousands of
// times, and with more people than fit.
func TestPeopleAreCountedBeforeTheyAreLookedUp(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start enabled", "in channel Delivery", "say okrs")
	asked := func(people string) int {
		before := w.Teams.Counts().Connector[bottest.OpMember]
		data := map[string]string{"kind": "objective", "title": "Many", "coOwners": people, "draft": "none"}
		value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": "goal.save", "data": data}}
		_, err := w.Teams.Invoke(t.Context(), w.Teams.Channel("Delivery"), w.User, "adaptiveCard/action", value)
		require.NoError(t, err)
		return w.Teams.Counts().Connector[bottest.OpMember] - before
	}
	require.LessOrEqual(t, asked(strings.Repeat(w.Teams.User("megan").ObjectID+",", 6000)), 1)
	var many strings.Builder
	for n := range okr.MaxPeople + 1 {
		fmt.Fprintf(&many, "0a1b2c3d-0000-4000-8000-%012d,", 1000+n)
	}
	require.Zero(t, asked(many.String()))
}

// TestSyncsAreLimited asks for one sync after the other.
func TestSyncsAreLimited(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start bound")
	for range 30 {
		play(t, w, "say sync KR1", "expect '40%'", "idle")
	}
	calls := len(w.Azure.Calls())
	play(t, w, "say sync KR1", "expect 'You have asked for 30 syncs this hour' 'updated automatically'", "idle")
	require.Len(t, w.Azure.Calls(), calls)
	play(t, w, "user megan", "in personal", "say sync KR1", "expect '40%'")
}

// TestARunServesAllWhoAsk asks for a sync that is under way.
func TestARunServesAllWhoAsk(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start bound")
	key := "syncing:KR1"
	require.NoError(t, w.app.store.Memory().PutDraft(t.Context(), bottest.DefaultTenant, key, []byte("{}"), 0))
	w.Azure.ResetCalls()
	play(t, w, "user megan", "in personal", "say sync KR1", "expect 'Sync already running' 'see the same result'", "idle")
	require.Empty(t, w.Azure.Calls())
	require.NoError(t, w.app.store.Memory().DropDraft(t.Context(), bottest.DefaultTenant, key))
	play(t, w, "say sync KR1", "expect '40%'", "idle")
	require.NotEmpty(t, w.Azure.Calls())
}

// TestALongAddressIsNotCut pastes the address of a query whose id stands behind more than
// fits into a title.
func TestALongAddressIsNotCut(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start connected", "say new objective Launch", "press Save", "say new kr",
		"fill title=Bugs metric=Bugs unit=% startValue=0 target=100", "press Save", "say bind KR1", "expect 'Bind KR1'")
	id := ""
	for _, q := range w.Azure.Queries(adotest.OrgContoso, adotest.ProjectFiber) {
		if q.Name == "Launch bugs" {
			id = q.ID
		}
	}
	address := "https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries?" + strings.Repeat("tracking=0123456789&", 30) + "id=" + id
	require.Greater(t, len(address), 2*okr.MaxTitle)
	play(t, w, "fill text="+address, "press Next", "shows 'Preview of KR1' 'Query: Launch bugs'")
}

// TestManyQueriesComeInPages turns the pages of a search, of which the second person's
// press finds what that person may see.
func TestManyQueriesComeInPages(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	for n := range 40 {
		_, err := w.Azure.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: fmt.Sprintf("Counted %02d", n)})
		require.NoError(t, err)
	}
	play(t, w, "start connected", "say queries counted", "expect 'Counted 00' '1 to'")
	for range 4 {
		if play(t, w, "press Next"); w.Play("shows 'Counted 39'") == nil {
			play(t, w, "shows 'of 40'", "press Previous", "shows 'Next'")
			return
		}
	}
	require.Fail(t, "the last query is on no page")
}
