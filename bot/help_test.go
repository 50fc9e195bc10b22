package bot_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot"
)

// TestHelpIsWrittenOnce: the JSON of help is the same piece of memory each time.
func TestHelpIsWrittenOnce(t *testing.T) {
	t.Parallel()
	b, err := bot.New(bot.Options{})
	require.NoError(t, err)
	first, err := b.HelpCard().MarshalJSON()
	require.NoError(t, err)
	second, err := b.HelpCard().MarshalJSON()
	require.NoError(t, err)
	require.Contains(t, string(first), "What I can do")
	require.Same(t, &first[0], &second[0])
}
