package bot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot"
	"okrbot/cards"
)

// TestHelpIsWrittenOnce: the JSON of help is the same piece of memory each time, for each
// audience, and so is that of all commands.
func TestHelpIsWrittenOnce(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{})
	require.NoError(t, err)
	for _, a := range []cards.Audience{{}, {Shared: true}, {Guest: true}, {Admin: true, Enabled: true, Due: 2}} {
		requireSame(t, b.HelpCard(a), b.HelpCard(a))
		require.Contains(t, b.HelpCard(a).Summary, "What I can do")
	}
	requireSame(t, b.CommandsCard(), b.CommandsCard())
}

func requireSame(t *testing.T, one, other cards.Card) {
	t.Helper()
	first, err := one.MarshalJSON()
	require.NoError(t, err)
	second, err := other.MarshalJSON()
	require.NoError(t, err)
	require.Same(t, &first[0], &second[0])
}
