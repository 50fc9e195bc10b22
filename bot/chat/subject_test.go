package chat_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
)

// TestNobodyClaimsTheSameTwice refuses subjects at start of which one would never be
// heard.
func TestNobodyClaimsTheSameTwice(t *testing.T) {
	t.Parallel()
	answer := func(context.Context, *chat.Turn, chat.Press) (chat.Reply, error) { return chat.Reply{}, nil }
	first := chat.Subject{
		Title: "First", Commands: []chat.Command{{Name: "show", Aliases: []string{"see"}}},
		Presses: map[string]chat.PressHandler{"show": answer},
	}
	for name, second := range map[string]chat.Subject{
		"a command": {Title: "Second", Commands: []chat.Command{{Name: "Show"}}},
		"an alias":  {Title: "Second", Commands: []chat.Command{{Name: "look", Aliases: []string{"see"}}}},
		"a button":  {Title: "Second", Presses: map[string]chat.PressHandler{"show": answer}},
	} {
		c := chat.New(chat.Options{})
		require.NoError(t, c.Register(first), name)
		require.ErrorContains(t, c.Register(second), "already", name)
	}
}
