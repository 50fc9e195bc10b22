package okr_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// nestor came along from another tool: okrbot knows the name, and no account.
var nestor = okr.Person{Name: "Wilke, Nestor"}

// TestPeopleWithoutAnAccount puts somebody without an account into each field of people
// and of tasks: nobody gets a right or a place in a list by that, whoever has no id either
// least of all, and it is kept, shown, compared and undone as any other person.
func TestPeopleWithoutAnAccount(t *testing.T) {
	t.Parallel()
	for _, f := range okr.GoalFields() {
		if !f.IsPeople() {
			continue
		}
		for _, isPrivate := range []bool{false, true} {
			g := editable(f)
			g.Owner, g.CreatedBy = okr.Person{}, okr.Person{}
			g.Private = isPrivate
			f.SetPeople(&g, []okr.Person{nestor})
			g.Below(okr.Goal{})
			requireNobodysRights(t, f.ID, g)
			requireNoPlace(t, f.ID, g)
			require.Equal(t, nestor.Name, f.Words(g, okr.Period.String), f.ID)
			require.NotContains(t, f.Text(g), ",", "it is one of a list: %s", f.ID)
		}
		requireKept(t, f)
	}
}

// requireNobodysRights tries a goal as somebody without an id, with and without the name,
// and as a member and an admin.
func requireNobodysRights(t *testing.T, field string, g okr.Goal) {
	t.Helper()
	for _, who := range []okr.Person{{}, nestor, {ID: "u9", Name: nestor.Name}, {ID: nestor.Ref()}, {ID: "-"}} {
		a := okr.Actor{Tenant: "t", Person: who}
		require.False(t, a.Is(nestor), field)
		require.False(t, a.MayEdit(g, okr.Goal{Owner: nestor}, false), "%s, %v", field, who)
		require.False(t, a.MayCheckIn(g, okr.Goal{Details: okr.Details{CoOwners: []okr.Person{nestor, {}}}}, false), "%s, %v", field, who)
		require.Equal(t, !g.Private, a.Sees(g), "%s, %v", field, who)
	}
	admin := okr.Actor{Tenant: "t", Person: ada}
	require.Equal(t, !g.Private, admin.MayEdit(g, okr.Goal{}, true), "an admin can give it to somebody: %s", field)
	g.OnlyEditors = true
	require.Equal(t, !g.Private, admin.MayEdit(g, okr.Goal{}, true), "also where it is for editors who are not here: %s", field)
}

// requireNoPlace makes sure that a goal stands in no list of somebody without an id.
func requireNoPlace(t *testing.T, field string, g okr.Goal) {
	t.Helper()
	indexes := g.Indexes()
	for _, index := range []string{okr.OwnerIndex(""), okr.AskedIndex(""), okr.SeenByIndex("")} {
		require.NotContains(t, indexes, index, field)
	}
	isOwned := slices.ContainsFunc(g.Owners(), func(p okr.Person) bool { return p == nestor })
	require.Equal(t, isOwned, slices.Contains(indexes, okr.OwnerIndex(nestor.Ref())), "owner:NAME: %s", field)
	require.False(t, slices.ContainsFunc(indexes, func(i string) bool { return strings.HasPrefix(i, "asked:") }), field)
	plan := okr.DigestPlan{People: []okr.Person{{}, nestor}}
	require.False(t, plan.Picks(g), "a digest of nobody picks nothing: %s", field)
}

// requireKept edits a goal with somebody without an account, replaces them, and undoes it.
func requireKept(t *testing.T, f okr.GoalField) {
	t.Helper()
	g := editable(f)
	f.SetPeople(&g, []okr.Person{nestor})
	was := g
	other := g
	other.Title = "Other"
	require.NoError(t, edit(t, &g, other))
	require.Equal(t, f.Words(was, okr.Period.String), f.Words(g, okr.Period.String), "kept: %s", f.ID)
	f.SetPeople(&other, []okr.Person{grace})
	require.NoError(t, edit(t, &g, other))
	require.Equal(t, grace.Name, f.Words(g, okr.Period.String), "replaced: %s", f.ID)
	in, err := okr.BeforeEdit(g, g.Version)
	require.NoError(t, err)
	require.NoError(t, g.Edit(in, okr.Goal{}, okr.Actor{Person: ada}, true, today))
	require.Equal(t, f.Words(was, okr.Period.String), f.Words(g, okr.Period.String), "undone: %s", f.ID)
}
