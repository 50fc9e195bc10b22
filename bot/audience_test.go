package bot_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot"
	"okrbot/cards"
)

// audiences are all by role and state.
func audiences() (all []cards.Audience) {
	for bits := range 1 << 7 {
		is := func(bit int) bool { return bits>>bit&1 == 1 }
		a := cards.Audience{Shared: is(0), Guest: is(1), Admin: is(2) && !is(1) && !is(0), Enabled: is(3), NoGoals: is(4), NoConnection: is(5)}
		if is(6) && !a.Guest && !a.Shared {
			a.Due, a.Broken = 2, 1
		}
		if !a.Admin {
			a.Admins = "Alex Wilber"
		}
		all = append(all, a)
	}
	return all
}

type shownAction struct{ Title, Verb, Style, Mode string }

func actionsOf(t *testing.T, c cards.Card) (shown []shownAction) {
	t.Helper()
	raw, err := json.Marshal(c)
	require.NoError(t, err)
	var card struct{ Actions []shownAction }
	require.NoError(t, json.Unmarshal(raw, &card))
	return card.Actions
}

// TestNobodyIsOfferedWhatOthersMay: in every role and state the greeting and help have one
// button that stands out, at most three in a row, and none that the reader may not use.
func TestNobodyIsOfferedWhatOthersMay(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{Version: "v0.2.0"})
	require.NoError(t, err)
	for _, a := range audiences() {
		for name, card := range map[string]cards.Card{
			"help":    b.HelpCard(a),
			"welcome": cards.Welcome(a, cards.About{Every: time.Hour, Version: "v0.2.0"}),
		} {
			said := fmt.Sprintf("%s of %+v", name, a)
			actions := actionsOf(t, card)
			require.Equal(t, "positive", actions[0].Style, said)
			visible := 0
			for i, action := range actions {
				require.True(t, i == 0 || action.Style != "positive", said)
				if action.Mode != "secondary" {
					visible++
				}
				switch action.Verb {
				case cards.VerbEnableAsk:
					require.True(t, a.Admin && !a.Enabled, said)
				case cards.VerbConnect:
					require.True(t, a.Enabled && !a.Guest && !a.Shared, said)
				case cards.VerbGoalNew:
					require.True(t, !a.Guest && !a.Shared, said)
				}
			}
			require.LessOrEqual(t, visible, 3, said)
			raw, err := json.Marshal(card)
			require.NoError(t, err)
			require.Contains(t, string(raw), "v0.2.0", said)
			if !a.Enabled && !a.Admin && !a.Guest && !a.Shared {
				require.Contains(t, string(raw), "Ask an admin: Alex Wilber", said)
			}
		}
	}
}
