package bot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot"
	"okrbot/bot/teams"
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
			got := bot.FillGoalForm("O7", test.version, test.data, now, test.kept)
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

func TestPicker(t *testing.T) {
	t.Parallel()
	const cloud, here = "https://smba.trafficmanager.net/emea/", "http://127.0.0.1:3979/connector/"
	for _, test := range []struct {
		platform, service string
		kind              teams.ConversationKind
		want              string
	}{
		{"Windows", cloud, teams.KindPersonal, cards.DatasetPeople},
		{"Mac", cloud, teams.KindChannel, cards.DatasetMembers},
		{"Web", cloud, teams.KindGroupChat, cards.DatasetMembers},
		{"Web", here, teams.KindPersonal, ""}, // the Agents Playground
		{"iOS", cloud, teams.KindPersonal, ""},
		{"Android", cloud, teams.KindChannel, ""},
		{"", cloud, teams.KindPersonal, ""},
	} {
		a := teams.Activity{ServiceURL: test.service, Conversation: teams.Conversation{Type: test.kind}}
		a.Entities = []teams.Entity{{Type: "mention"}, {Type: "clientInfo", Platform: test.platform}}
		require.Equal(t, test.want, bot.Picker(a), test)
	}
}

func TestMergeValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		opened, mine, now, merged texts
		conflicts                 []string
	}{
		"mine only":          {texts{"a": "1"}, texts{"a": "2"}, texts{"a": "1"}, texts{"a": "2"}, nil},
		"theirs only":        {texts{"a": "1"}, texts{"a": "1"}, texts{"a": "2"}, texts{"a": "2"}, nil},
		"the same":           {texts{"a": "1"}, texts{"a": "2"}, texts{"a": "2"}, texts{"a": "2"}, nil},
		"both":               {texts{"a": "1", "b": "1"}, texts{"a": "2", "b": "2"}, texts{"a": "3", "b": "1"}, texts{"a": "2", "b": "2"}, []string{"a"}},
		"emptied":            {texts{"a": "1"}, texts{"a": ""}, texts{"a": "1"}, texts{"a": ""}, nil},
		"opened is unknown":  {nil, texts{"a": "2", "b": "1"}, texts{"a": "1", "b": "1"}, texts{"a": "2", "b": "1"}, []string{"a"}},
		"new in what I have": {texts{"a": "1"}, texts{"a": "1", "b": "2"}, texts{"a": "1"}, texts{"a": "1", "b": "2"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			merged, conflicts := bot.MergeValues(test.opened, test.mine, test.now)
			require.Equal(t, test.merged, merged)
			require.Equal(t, test.conflicts, conflicts)
		})
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
	} {
		words, filters := bot.SplitFilters(text)
		require.Equal(t, want.words, words, text)
		require.Equal(t, want.filters, filters, text)
	}
}

func TestPeopleByName(t *testing.T) {
	t.Parallel()
	bowen, lee, leah := okr.Person{ID: "1", Name: "Bowen, Megan"}, okr.Person{ID: "2", Name: "Lee Gu"}, okr.Person{ID: "3", Name: "Leah Gustafsson"}
	all := []okr.Person{bowen, lee, leah, {ID: "2", Name: "Lee Gu"}, {}}
	require.Equal(t, []string{"bowen, megan", "Lee Gu"}, bot.SplitPeople(" bowen,  megan ; Lee Gu,, ", all))
	for text, want := range map[string][]okr.Person{
		"lee gu": {lee}, "le": {lee, leah}, "GU le": {lee, leah}, "megan": {bowen}, "gustaf": {leah}, "": nil, "nobody": nil, "bowen, megan": {bowen},
	} {
		require.Equal(t, want, bot.Named(all, text), text)
	}
}

func TestPhasesInput(t *testing.T) {
	t.Parallel()
	got, err := bot.PhasesInput("2026-02-15: 40\r\n\n 2026-03-01 = 1,5 ;2026-03-15 -80 %")
	require.NoError(t, err)
	require.Equal(t, []okr.Phase{{Date: "2026-02-15", Value: 40}, {Date: "2026-03-01", Value: 1.5}, {Date: "2026-03-15", Value: -80}}, got)
	for _, text := range []string{"x", "2026-02-30: 4", "2026-02-15", "2026-02-15:", "15.2.2026: 40", "ääääääääää: 1", "2026-02-15: NaN"} {
		_, err := bot.PhasesInput(text)
		require.Equal(t, "phases", okr.FieldOf(err), text)
	}
}
