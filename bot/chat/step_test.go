package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

func TestNextSteps(t *testing.T) {
	t.Parallel()
	c := chat.New(chat.Options{})
	require.NoError(t, c.Register(chat.Subject{Steps: []chat.NextStep{
		{Kind: okr.StepBind, Command: "bind <id>", Says: "%s binds it.", Title: "Choose a query", Verb: cards.VerbBind},
		{Kind: okr.StepNewKeyResult, Command: "new kr", Says: "%s makes one.", Title: "Add", Verb: cards.VerbGoalNew, Data: texts{cards.KeyKind: "kr"}, Key: cards.KeyParent},
		{Kind: okr.StepHandOver, Command: "hand over <id>", Says: "%s offers it."},
	}}))
	for name, test := range map[string]struct {
		step   okr.Step
		words  string
		button cards.Button
	}{
		"of a goal":      {okr.Step{Kind: okr.StepBind, Goal: "KR1"}, "bind KR1 binds it.", cards.Button{Title: "Choose a query", Verb: cards.VerbBind, Data: texts{cards.KeyGoal: "KR1"}}},
		"of any":         {okr.Step{Kind: okr.StepBind}, "bind <id> binds it.", cards.Button{}},
		"below a goal":   {okr.Step{Kind: okr.StepNewKeyResult, Goal: "O1"}, "new kr makes one.", cards.Button{Title: "Add", Verb: cards.VerbGoalNew, Data: texts{cards.KeyKind: "kr", cards.KeyParent: "O1"}}},
		"by others":      {okr.Step{Kind: okr.StepHandOver, Connection: "C1", ByOthers: true}, "They can send: hand over C1.", cards.Button{}},
		"without button": {okr.Step{Kind: okr.StepHandOver, Connection: "C1"}, "hand over C1 offers it.", cards.Button{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, "No. "+test.words, c.WithSteps("No.", []okr.Step{test.step}))
			button, ok := c.StepButton(test.step)
			require.Equal(t, test.button, button)
			require.Equal(t, test.button.Verb != "", ok)
		})
	}
	require.Equal(t, "No.", c.WithSteps("No.", []okr.Step{{Kind: "another"}}))
	require.ErrorContains(t, c.Register(chat.Subject{Steps: []chat.NextStep{{Kind: okr.StepBind, Command: "tie"}}}), "bind <id>")
}
