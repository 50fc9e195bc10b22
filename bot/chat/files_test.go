package chat_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/okr"
)

// A file finds the command that takes files: without words, with words that are none of a
// command, and with its own; another command that is asked for runs all the same.
func TestFilesFindTheirCommand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "import: ", "import": "import: ", "import undo": "import: undo", "okrs": "okrs: ", "here is what we had in Viva": "import: ",
	} {
		_, err := filesChat(t).Answer(t.Context(), &chat.Turn{Files: []teams.File{{Name: "a.csv"}}}, text)
		require.ErrorContains(t, err, want, text)
		require.Equal(t, want, err.Error(), text)
	}
	_, err := filesChat(t).Answer(t.Context(), &chat.Turn{}, "")
	require.EqualError(t, err, "help: ")
}

// Where Teams says that there are files, and does not give them, the person hears where it
// does.
func TestFilesOutOfReach(t *testing.T) {
	t.Parallel()
	a := teams.Activity{Type: teams.TypeMessage, Conversation: teams.Conversation{Type: teams.KindChannel}, Attachments: []teams.Attachment{{ContentType: "reference", Name: "a.csv"}}}
	own := teams.Activity{Type: teams.TypeMessage, Conversation: teams.Conversation{Type: teams.KindPersonal}, Attachments: a.Attachments}
	_, err := filesChat(t).Answer(t.Context(), &chat.Turn{Activity: own}, "")
	require.ErrorContains(t, err, "a link to this file")
	for text, want := range map[string]string{"": "1:1 chat", "import": "1:1 chat", "see below": "1:1 chat", "okrs": "okrs: "} {
		_, err := filesChat(t).Answer(t.Context(), &chat.Turn{Activity: a}, text)
		require.ErrorContains(t, err, want, text)
	}
}

// filesChat has three commands, which fail with what they were asked.
func filesChat(t *testing.T) *chat.Chat {
	t.Helper()
	c := chat.New(chat.Options{Plan: noGoals{}})
	var all []chat.Command
	for _, name := range []string{"okrs", "import", "help"} {
		all = append(all, chat.Command{Name: name, TakesFiles: name == "import", Run: func(_ context.Context, _ *chat.Turn, arg string) (chat.Reply, error) {
			return chat.Reply{}, okr.Errorf(okr.Invalid, "%s: %s", name, arg)
		}})
	}
	require.NoError(t, c.Register(chat.Subject{Title: "x", Commands: all}))
	return c
}
