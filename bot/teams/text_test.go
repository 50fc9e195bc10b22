package teams_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

func TestBotMentionStripped(t *testing.T) {
	t.Parallel()
	mention := func(id, text string) teams.Entity {
		return teams.Entity{Type: "mention", Text: text, Mentioned: teams.Account{ID: id}}
	}
	for name, c := range map[string]struct {
		text, want string
		entities   []teams.Entity
	}{
		"none":          {"  new   kr\n", "new kr", nil},
		"bot":           {"<at>OKR</at>help", "help", []teams.Entity{mention("28:b", "<at>OKR</at>")}},
		"renamed":       {"<at>the (bot)</at> help", "help", []teams.Entity{mention("28:b", "<at>the (bot)</at>")}},
		"twice":         {"<at>B</at> hi <at>B</at>", "hi", []teams.Entity{mention("28:b", "<at>B</at>"), mention("28:b", "<at>B</at>")}},
		"someone else":  {"<at>Bob</at> help", "<at>Bob</at> help", []teams.Entity{mention("29:bob", "<at>Bob</at>")}},
		"blanks":        {"a&nbsp;\u00a0b\u200b", "a b", nil},
		"not in text":   {"help", "help", []teams.Entity{mention("28:b", "<at>B</at>")}},
		"empty text":    {"help", "help", []teams.Entity{mention("28:b", "")}},
		"unknown to us": {"<at>B</at>", "<at>B</at>", []teams.Entity{mention("", "<at>B</at>")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := teams.Activity{Text: c.text, Entities: c.entities, Recipient: teams.Account{ID: "28:b"}}
			require.Equal(t, c.want, a.BotMentionStripped())
		})
	}
}
