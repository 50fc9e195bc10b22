package goals_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/bot/goals"
	"okrbot/cards"
	"okrbot/okr"
)

type texts = map[string]string

func TestFillGoalForm(t *testing.T) {
	t.Parallel()
	now := texts{"title": "Now", "description": "Stored", "owner": "o1", "parent": "O1", "startValue": "5", "team": "Platform", "coOwners": "p1"}
	for name, test := range map[string]struct {
		version    int
		data, kept texts
		want       texts
	}{
		"all that was sent": {
			3,
			texts{"title": "New", "description": "", "owner": "o2", "parent": "O2", "startValue": "1"},
			nil,
			texts{"title": "New", "description": "", "owner": "o2", "parent": "O2", "startValue": "1"},
		},
		"what a card has not stays":     {3, texts{"title": "New"}, nil, texts{"title": "New", "owner": "o1", "parent": "O1", "startValue": "5"}},
		"an empty picker sends nothing": {3, texts{"title": "New"}, texts{"coOwners": "p1"}, texts{"title": "New", "owner": "o1", "parent": "O1", "startValue": "5"}},
		"what did not fit is as it was typed": {
			3,
			texts{"title": "New", "keep": "description,coOwners"},
			texts{"description": "Typed", "coOwners": "p2"},
			texts{"title": "New", "description": "Typed", "coOwners": "p2", "owner": "o1", "parent": "O1", "startValue": "5"},
		},
		"or as it is, where nobody knows any more": {
			3,
			texts{"title": "New", "keep": "description"},
			nil,
			texts{"title": "New", "description": "Stored", "owner": "o1", "parent": "O1", "startValue": "5"},
		},
		"the card of an older okrbot changes what it has": {
			0,
			texts{"title": "Old"},
			nil,
			texts{"title": "Old", "description": "Stored", "owner": "o1", "parent": "O1", "startValue": "5", "team": "Platform", "coOwners": "p1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := goals.FillGoalForm("O7", test.version, test.data, now, test.kept)
			for id, value := range got {
				if value == "" && test.want[id] == "" {
					delete(got, id)
				}
			}
			for id, value := range test.want {
				if value == "" {
					delete(test.want, id)
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}

// TestFormReadsEveryField makes sure that the form shows and reads each field: what
// stands in it comes back, and nothing else changes.
func TestFormReadsEveryField(t *testing.T) {
	t.Parallel()
	settings := okr.Settings{Periods: []okr.TimePeriod{
		{ID: "T1", Custom: true, Period: okr.Period{Name: "Season", Start: "2026-01-01", End: "2026-06-30"}},
		{ID: "T2", Custom: true, Period: okr.Period{Name: "Other", Start: "2026-07-01", End: "2026-12-31"}},
	}}
	for _, field := range okr.GoalFields() {
		for _, kind := range []okr.GoalKind{okr.Objective, okr.KeyResult, okr.Project} {
			if !field.In(kind) || !field.IsInput() {
				continue
			}
			opened := openedGoal(kind, settings)
			edited := opened
			change(t, field, &edited)
			got, err := goals.ReadBack(t.Context(), settings, opened, edited)
			require.NoError(t, err)
			require.NotEqual(t, field.Text(opened), field.Text(got), "%s of a %s", field.ID, kind)
			for _, other := range okr.GoalFields() {
				if field.Kind != okr.FieldPeriod || other.Kind != okr.FieldPeriod && other.Kind != okr.FieldDate { // its name and dates come along
					require.Equal(t, other.Text(edited), other.Text(got), "%s after %s of a %s", other.ID, field.ID, kind)
				}
			}
		}
	}
}

func openedGoal(kind okr.GoalKind, settings okr.Settings) okr.Goal {
	ada, grace := okr.Person{ID: "u1", Name: "Ada"}, okr.Person{ID: "u2", Name: "Grace"}
	g := okr.Goal{ID: "O7", Kind: kind, Title: "Launch", Owner: ada, CreatedBy: grace, Parent: "O1", Version: 3}
	switch kind {
	case okr.Objective:
		g.PeriodID, g.Period = "T1", settings.Periods[0].Period
	case okr.Project: // one with the period of its objective, and the other with its own
		g.OwnPeriod, g.PeriodID, g.Period = true, "T1", settings.Periods[0].Period
	case okr.KeyResult:
		g.Metric = &okr.Metric{Name: "Bugs", Target: 100}
	}
	return g
}

// change puts something else into a field.
func change(t *testing.T, f okr.GoalField, g *okr.Goal) {
	t.Helper()
	others := texts{"text": "Other", "lines": "Other", "list": "web, shop", "number": "12.5", "toggle": "true", "choice": "other", "parent": "O2", "phases": "2026-02-15: 40", "period": "T2", "date": "2026-02-01"}
	if f.Kind == okr.FieldPeriod || f.Kind == okr.FieldDate {
		g.OwnPeriod = g.Kind != okr.Objective
	}
	require.NoError(t, f.Read(g, others[string(f.Kind)]))
	if f.IsPeople() {
		f.SetPeople(g, []okr.Person{{ID: "u2", Name: "Grace"}})
	}
}

func TestSplitFilters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		words   []string
		filters texts
	}{
		"":                                   {nil, texts{}},
		"all":                                {[]string{"all"}, texts{}},
		"team:New Markets period: Q4 2026":   {nil, texts{"team": "New Markets", "period": "Q4 2026"}},
		`big launch Team:"Web Shop" by:@Lee`: {[]string{"big", "launch"}, texts{"team": "Web Shop", "owner": "@Lee"}},
		"a: b http://x":                      {[]string{"a:", "b", "http://x"}, texts{}},
		"type:kr status:at risk":             {nil, texts{"kind": "kr", "status": "at risk"}},
		"team:":                              {nil, texts{"team": ""}},
		`tag:growth tag:"Big bets" launch #North`:          {[]string{"launch"}, texts{"tag": "growth, Big bets, North"}},
		`launch #North tags:growth,"Big bets" team:Web #2`: {[]string{"launch"}, texts{"tag": "North, growth, Big bets", "team": "Web #2"}},
	} {
		words, filters := goals.SplitFilters(text)
		require.Equal(t, want.words, words, text)
		require.Equal(t, want.filters, filters, text)
	}
}

// TestFormsKeepPeopleWithoutAnAccount: who came along from another tool stays in each
// field of people, by the people picker as by name, until somebody is put in their place.
func TestFormsKeepPeopleWithoutAnAccount(t *testing.T) {
	t.Parallel()
	nestor := okr.Person{Name: "Wilke, Nestor"}
	settings := okr.Settings{Periods: []okr.TimePeriod{{ID: "T1", Custom: true, Period: okr.Period{Name: "Season", Start: "2026-01-01", End: "2026-06-30"}}}}
	for _, field := range okr.GoalFields() {
		if !field.IsPeople() {
			continue
		}
		opened := openedGoal(okr.Objective, settings)
		field.SetPeople(&opened, []okr.Person{nestor})
		got, err := goals.ReadBack(t.Context(), settings, opened, opened)
		require.NoError(t, err, field.ID)
		require.Equal(t, opened, got, field.ID)
		shown := chat.ShownPeople(opened.People(), field.Text(opened))
		require.Equal(t, cards.People{Names: nestor.Name, Chosen: []cards.Choice{{Title: "Wilke, Nestor (not in Teams)", Value: "name:wilke nestor"}}}, shown, field.ID)
		require.Equal(t, []string{nestor.Name}, chat.SplitPeople(shown.Names, opened.People()), field.ID)
	}
	require.Equal(t, []cards.Choice{{Title: "Ada", Value: "u1"}, {Title: "Wilke, Nestor (not in Teams)", Value: "name:wilke nestor"}},
		chat.PersonChoices([]okr.Person{{ID: "u1", Name: "Ada"}, nestor, nestor, {}}))
}
