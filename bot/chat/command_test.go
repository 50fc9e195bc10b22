package chat_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/okr"
)

// meant is what a text was taken for.
type meant struct{ Command, Arg string }

func (meant) Error() string { return "a command ran" }

func newParser(t *testing.T) *chat.Chat {
	t.Helper()
	command := func(c chat.Command) chat.Command {
		c.Run = func(_ context.Context, _ *chat.Turn, arg string) (chat.Reply, error) {
			return chat.Reply{}, meant{c.Name, arg}
		}
		return c
	}
	c := chat.New(chat.Options{Plan: noGoals{}})
	require.NoError(t, c.Register(chat.Subject{
		Title: "Test",
		Commands: []chat.Command{
			command(chat.Command{Name: "help", Aliases: []string{"hi", "?"}}),
			command(chat.Command{Name: "okrs", Aliases: []string{"list"}, Phrases: map[string]string{"my okrs": "mine", "show my okrs": "mine"}}),
			command(chat.Command{Name: "okr", Aliases: []string{"show"}}),
			command(chat.Command{Name: "new objective", Aliases: []string{"create objective"}, Verbatim: true}),
			command(chat.Command{Name: "check-in", Aliases: []string{"checkin", "check in"}, Verbatim: true}),
			command(chat.Command{Name: "sync", Phrases: map[string]string{"sync now": ""}}),
			command(chat.Command{Name: "status"}),
			command(chat.Command{Name: "settings"}),
			command(chat.Command{Name: "admins"}),
			command(chat.Command{Name: "delete"}),
			command(chat.Command{Name: "connect", Aliases: []string{"sign in", "log in"}}),
			command(chat.Command{Name: "sign in link"}),
			command(chat.Command{Name: "sign out"}),
			command(chat.Command{Name: "walk", Sentences: []chat.Sentence{
				{Says: "(?:so )?(?:where|when) do i begin"}, {Says: "[mn]orning round"}, {Says: "<id> needs a round", Arg: "<id>"}, {Says: ".*round and round"}, {Says: "(?:oh)? ?überall <id>", Arg: "<id>"},
			}}),
		},
		Otherwise: func(_ context.Context, _ *chat.Turn, text string) (chat.Reply, bool, error) {
			id, ok := okr.ParseGoalID(chat.Plain(text))
			return chat.Reply{}, ok, errors.Join(errorIf(ok, meant{"bare", string(id)}))
		},
	}))
	return c
}

func errorIf(ok bool, err error) error {
	if ok {
		return err
	}
	return nil
}

// noGoals is a plan in which nobody sees a goal.
type noGoals struct{}

func (noGoals) Lists(context.Context, okr.Actor, ...okr.ListAsk) (okr.Settings, []okr.List, error) {
	return okr.Settings{}, nil, nil
}

func (noGoals) FindGoals(context.Context, okr.Actor, string, ...okr.GoalKind) ([]okr.Goal, error) {
	return nil, okr.Errorf(okr.NotFound, "none")
}

// TestTexts is the table of what people type and what it means. Nothing in it means a
// command that the text does not name.
func TestTexts(t *testing.T) {
	t.Parallel()
	c := newParser(t)
	for text, want := range map[string]meant{
		"So where do I begin":          {"walk", ""},
		"WHEN do i begin?":             {"walk", ""},
		"ſo where do i begin":          {"walk", ""},
		"Norning round":                {"walk", ""},
		"kr-4 needs a round":           {"walk", "kr4"},
		"go round and round":           {"walk", ""},
		"Überall KR4":                  {"walk", "KR4"},
		"":                             {"help", ""},
		"?":                            {"help", ""},
		"Help!":                        {"help", ""},
		"help digest":                  {"help", "digest"},
		"status":                       {"status", ""},
		"STATUS.":                      {"status", ""},
		"/status":                      {"status", ""},
		"status!!":                     {"status", ""},
		"status 👍":                     {"status", ""},
		"status :)":                    {"status", ""},
		"\"status\"":                   {"status", ""},
		"`status`":                     {"status", ""},
		"*status*":                     {"status", ""},
		"- status":                     {"status", ""},
		"please status":                {"status", ""},
		"Hey, status please":           {"status", ""},
		"status, thanks!":              {"status", ""},
		"status all, please.":          {"status", "all"},
		"sta":                          {"status", ""},
		"stat.":                        {"status", ""},
		"okr KR4.":                     {"okr", "KR4"},
		"okr KR4?":                     {"okr", "KR4"},
		"okr “KR4”":                    {"okr", "KR4"},
		"`okr KR4`":                    {"okr", "KR4"},
		"show KR4, thanks":             {"okr", "KR4"},
		"okr \"launch the portal\"":    {"okr", "launch the portal"},
		"okr: KR4":                     {"okr", "KR4"},
		"kr4":                          {"bare", "KR4"},
		"KR4?":                         {"bare", "KR4"},
		"please KR4":                   {"bare", "KR4"},
		"show my okrs":                 {"okrs", "mine"},
		"my okrs at risk":              {"okrs", "mine at risk"},
		"okrs at risk!":                {"okrs", "at risk"},
		"okrs, at risk":                {"okrs", "at risk"},
		"okrs team:\"New Markets\"":    {"okrs", "team:\"New Markets"},
		"create objective Win":         {"new objective", "Win"},
		"new objective Are we done?":   {"new objective", "Are we done?"},
		"new objective “Zero” bugs!":   {"new objective", "“Zero” bugs!"},
		"check-in KR4 45 done, thanks": {"check-in", "KR4 45 done, thanks"},
		"check‑in KR4":                 {"check-in", "KR4"},
		"check–in KR4":                 {"check-in", "KR4"},
		"Check in KR4":                 {"check-in", "KR4"},
		"sync now":                     {"sync", ""},
		"sync now!":                    {"sync", ""},
		"sync KR4 now":                 {"sync", "KR4 now"},
		"log in":                       {"connect", ""},
		"sign in link":                 {"sign in link", ""},
		"sign out.":                    {"sign out", ""},
		"admins add <at>Megan</at>.":   {"admins", "add <at>Megan</at>"},
		"delete P2":                    {"delete", "P2"},

		"xyzzy plugh":         {},
		"don't delete P2":     {},
		"do not delete P2":    {},
		"undelete P2":         {},
		"what is the status":  {"status", ""},
		"s":                   {},
		"thanks":              {},
		"KR4 45":              {},
		"okrsat risk":         {},
		"/":                   {},
		"...":                 {},
		"is KR4 late, delete": {},
	} {
		_, err := c.Answer(t.Context(), &chat.Turn{}, text)
		var got meant
		if !errors.As(err, &got) {
			require.NoError(t, err, text)
		}
		require.Equal(t, want, got, text)
	}
}

// countedGoals is a plan without goals that counts how often it is asked for one.
type countedGoals struct {
	noGoals
	asked *int
}

func (g countedGoals) FindGoals(ctx context.Context, who okr.Actor, text string, kinds ...okr.GoalKind) ([]okr.Goal, error) {
	*g.asked++
	return g.noGoals.FindGoals(ctx, who, text, kinds...)
}

// TestFewIDsOfATextAreLookedUp pastes a list of thousands, and one id thousands of times.
func TestFewIDsOfATextAreLookedUp(t *testing.T) {
	t.Parallel()
	asked := 0
	c := chat.New(chat.Options{Plan: countedGoals{asked: &asked}})
	require.NoError(t, c.Register(chat.Subject{Title: "Test", Commands: []chat.Command{{Name: "help"}, {Name: "status"}, {Name: "okrs"}}}))
	var list strings.Builder
	for n := range 3000 {
		fmt.Fprintf(&list, "about KR%d ", 1000+n)
	}
	_, err := c.Answer(t.Context(), &chat.Turn{}, list.String())
	require.NoError(t, err)
	require.LessOrEqual(t, asked, 10)
	asked = 0
	_, err = c.Answer(t.Context(), &chat.Turn{}, strings.Repeat("about KR7 ", 3000))
	require.NoError(t, err)
	require.Equal(t, 1, asked)
}
