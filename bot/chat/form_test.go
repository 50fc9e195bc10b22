package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

type texts = map[string]string

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
		require.Equal(t, test.want, (&chat.Turn{Activity: a}).Picker(), test)
	}
}

func TestMergeValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		opened, mine, now, merged chat.Values
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
			merged, conflicts := chat.Merge(test.opened, test.mine, test.now)
			require.Equal(t, test.merged, merged)
			require.Equal(t, test.conflicts, conflicts)
		})
	}
}

func TestPeopleByName(t *testing.T) {
	t.Parallel()
	bowen, lee, leah := okr.Person{ID: "1", Name: "Bowen, Megan"}, okr.Person{ID: "2", Name: "Lee Gu"}, okr.Person{ID: "3", Name: "Leah Gustafsson"}
	all := []okr.Person{bowen, lee, leah, {ID: "2", Name: "Lee Gu"}, {}}
	require.Equal(t, []string{"bowen, megan", "Lee Gu"}, chat.SplitPeople(" bowen,  megan ; Lee Gu,, ", all))
	for text, want := range map[string][]okr.Person{
		"lee gu": {lee}, "le": {lee, leah}, "GU le": {lee, leah}, "megan": {bowen}, "gustaf": {leah}, "": nil, "nobody": nil, "bowen, megan": {bowen},
	} {
		require.Equal(t, want, chat.Named(all, text), text)
	}
}
