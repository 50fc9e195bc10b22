package goals_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/goals"
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
		words, filters := goals.SplitFilters(text)
		require.Equal(t, want.words, words, text)
		require.Equal(t, want.filters, filters, text)
	}
}
