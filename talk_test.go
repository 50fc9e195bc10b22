package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/okr"
)

// heard is the command that ran, with what it got.
type heard struct{ Command, Arg string }

func (heard) Error() string { return "a command ran" }

// typed are all that okrbot is told with the commands as they are registered, but of
// which none does anything.
func typed(t *testing.T) *chat.Chat {
	t.Helper()
	c := chat.New(chat.Options{Plan: nothingPlanned{}})
	for _, s := range registered(t) {
		commands := slices.Clone(s.Commands)
		for i, cmd := range commands {
			commands[i].Run = func(_ context.Context, _ *chat.Turn, arg string) (chat.Reply, error) {
				return chat.Reply{}, heard{cmd.Name, arg}
			}
		}
		s.Commands, s.Otherwise, s.Seen = commands, nil, nil
		require.NoError(t, c.Register(s))
	}
	return c
}

// nothingPlanned is a plan without goals.
type nothingPlanned struct{}

func (nothingPlanned) ListGoals(context.Context, okr.Actor, okr.Filter, okr.Page) ([]okr.GoalView, int, error) {
	return nil, 0, nil
}

func (nothingPlanned) Lists(context.Context, okr.Actor, ...okr.ListAsk) (okr.Settings, []okr.List, error) {
	return okr.Settings{}, nil, nil
}

func (nothingPlanned) FindGoals(context.Context, okr.Actor, string, ...okr.GoalKind) ([]okr.Goal, error) {
	return nil, nil
}

// TestWhatPeopleType is the table of what people type and which commands it is taken for,
// in lines "text -> command [argument] | command…"; "?" is none: then it is asked back.
func TestWhatPeopleType(t *testing.T) {
	t.Parallel()
	c := typed(t)
	for line := range strings.Lines(whatPeopleType) {
		text, want, ok := strings.Cut(strings.TrimSpace(line), " -> ")
		if !ok {
			continue
		}
		text = strings.ReplaceAll(text, `\n`, "\n")
		var got []string
		texts := c.Commands(strings.Split(text, "\n"))
		if c.OneByOne(texts) != nil {
			got = append(got, "one by one")
			texts = nil
		}
		for _, each := range texts {
			_, err := c.Answer(t.Context(), &chat.Turn{}, each)
			if ran, ok := errors.AsType[heard](err); ok {
				got = append(got, strings.TrimSpace(ran.Command+" "+ran.Arg))
				continue
			}
			require.NoError(t, err, text)
			got = append(got, "?")
		}
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, strings.TrimSpace(want), strings.Join(got, " | "))
		})
	}
}

const whatPeopleType = `
bind KR1 to 123, 124 -> bind KR1 to 123, 124
bind KR1 to #123 and AB#124! -> bind KR1 to #123 and AB#124
bind KR1 to 123\n124\n125 -> bind KR1 to 123 124 125
link KR1 to 123 please -> bind KR1 to 123
KR1 -> okr KR1
kr1 -> okr kr1
kr 1 -> okr kr1
KR-1 -> okr KR1
KR1? -> okr KR1
KR1! -> okr KR1
“KR1” -> okr KR1
o1. -> okr o1
please KR1 -> okr KR1
show KR1 -> okr KR1
show me KR1 please -> okr KR1
open kr 1 -> okr kr1
okr launch -> okr launch
show me launch -> okr launch
show status page -> okr status page
okr status quo -> okr status quo
what is KR1 -> okr KR1
what's KR1 about? -> okr KR1
what about KR1 -> okr KR1
how is KR1 -> okr KR1
how’s KR1 doing? -> okr KR1
How is the launch going? -> okr launch
hows launch -> okr launch
how are we doing on launch? -> okr launch
where are we with the launch -> okr launch
where is KR4 -> okr KR4
tell me about KR1 -> okr KR1
can you tell me how KR1 is doing -> okr KR1
progress of KR1 -> okr KR1
what is the progress on launch? -> okr launch
KR1 status -> okr KR1
how is it going? -> ?
how is that -> ?
my okrs -> okrs mine
My OKRs, please! -> okrs mine
please show me my okrs -> okrs mine
can you show me my okrs? -> okrs mine
could you please list my okrs -> okrs mine
I’d like to see my okrs -> okrs mine
i want to see my okrs -> okrs mine
Hi okrbot, can you show me my okrs? Thanks -> ?
hi, show my okrs -> okrs mine
Good morning! show my okrs -> okrs mine
what are my okrs -> okrs mine
what do I own? -> okrs mine
my key results -> okrs mine key results
my projects at risk -> okrs mine projects at risk
meine okrs -> okrs mine
okrs at risk -> okrs at risk
okrs at risk? -> okrs at risk
show me okrs at risk -> okr okrs at risk
what is at risk? -> okrs at risk
what's behind -> okrs behind
what is behind -> okrs behind
which okrs are at risk? -> okrs at risk
which of my okrs are behind? -> okrs mine behind
is anything at risk? -> okrs at risk
anything behind? -> okrs behind
what is on track -> okrs on track
which key results are late -> okrs behind
all okrs -> okrs all
projects -> okrs all projects
okrs tagged growth -> okrs tag:growth
okrs #growth -> okrs #growth
what is tagged growth? -> okrs tag:growth
which key results are tagged with big bets -> okrs tag:big bets
show me okrs tagged growth -> okrs tag:growth
objectives with the tag north -> okrs tag:north
checklist P4 -> tasks P4
okrs team:Platform -> okrs team:Platform
status -> status
the status -> ?
what is the status -> status
what's the status? -> status
show me the status -> status
status of launch -> status launch
status of KR1? -> status KR1
what is the status of launch? -> status launch
can you give me the status of the launch please -> status launch
status of my okrs -> status mine
what needs attention? -> status
how is everything? -> status all
set KR1 to 45% -> set KR1 to 45%
set kr 1 to 45 % -> set kr1 to 45 %
set KR1 to 45,5 -> set KR1 to 45,5
set KR1 = 45 -> set KR1 = 45
update kr1 45 -> set kr1 45
please update KR1 to 45% -> set KR1 to 45%
update KR1 -> set KR1
KR1 is at 45% -> set KR1 to 45%
KR1 is at 45%. -> set KR1 to 45%
kr 1 is now at 45,5 % -> set kr1 to 45,5 %
KR1: 45% -> set KR1 to 45%
KR1 = 45 -> set KR1 to 45
KR1 – 45% -> set KR1 to 45%
KR1 45 -> set KR1 to 45
KR1 went up to 1,200.5 -> set KR1 to 1,200.5
KR145 -> okr KR145
raise KR1 to 60 -> set KR1 to 60
can you set KR1 to 45%? -> set KR1 to 45%
KR1 is done -> ?
is KR1 late? -> ?
check in -> check-in
check-in KR2 -> check-in KR2
check–in kr 2 -> check-in kr2
can you check in KR2? -> check-in KR2
I need to check in on KR2 -> check-in KR2
check KR2 in please -> check-in KR2
check-in KR4: 45 two more teams -> check-in KR4 45 two more teams
check-in KR4 45 done; status is good -> check-in KR4 45 done; status is good
what do I need to update? -> check-in
which check-ins are due -> check-in
why KR1 -> why KR1
why is KR1 so low? -> why KR1
how is KR1 calculated? -> why KR1
explain KR1 -> why KR1
history of KR1 -> history KR1
show me the history of launch -> history launch
KR1 trend -> history KR1
sync now -> sync
refresh -> sync
help -> help
can you help me? -> help me
what can you do? -> help
who are you -> help
how does this work? -> help
new objective How is KR1 and status -> new objective How is KR1 and status
new objective Win; then rest -> new objective Win; then rest
can you create objective Win the market? -> new objective Win the market?
show connections -> connections
list my connections -> okrs my connections
show settings -> settings
what is deleted -> deleted
import -> import
import our okrs -> import
import our OKRs from Viva Goals, please -> import
bring in our OKRs from Viva Goals -> import
bring our okrs over from Viva -> import
can you bring over our goals from viva goals? -> import
how do I import my okrs? -> import
how can we move our okrs from Viva Goals -> import
migrate from Viva Goals -> import
move in from viva goals -> import
import the viva goals export -> import
import list -> import list
imports -> import list
show me the earlier imports -> import list
import IM3 -> import IM3
import im3 -> import im3
import undo -> import undo
import undo IM3 -> import undo IM3
undo the import -> import undo
undo the last import -> import undo
undo import IM3 -> import undo IM3
please undo the import -> import undo
undo -> undo
undo that -> undo
please undo my last check-in -> undo
cancel -> cancel
never mind -> cancel
show KR1 and KR2 -> okr KR1 | okr KR2
KR1, KR2 and kr 3 -> okr KR1 | okr KR2 | okr kr3
sync KR1 & KR2 -> sync KR1 | sync KR2
check-in KR1 and KR2 -> check-in KR1 | check-in KR2
status and my okrs -> status | okrs mine
my okrs, then status -> okrs mine | status
show me my okrs and how is KR1? -> okrs mine | okr KR1
set KR1 to 45% and KR2 to 50% -> set KR1 to 45% | set KR2 to 50%
set KR1 to 45,5 and KR2 to 50,5 -> set KR1 to 45,5 | set KR2 to 50,5
status\nmy okrs -> status | okrs mine
check-in KR1 45\ncheck-in KR2 50 -> check-in KR1 45 | check-in KR2 50
check-in KR1 45\ntwo more teams -> check-in KR1 45 two more teams
check-in KR1 45\nprogress on hiring is good -> check-in KR1 45 progress on hiring is good
check-in KR1 45\nupdate on hiring: two more -> check-in KR1 45 update on hiring: two more
okr research and development -> okr research and development
okr launch and status page -> okr launch and status page
KR1\nKR2\nKR3\nKR4 -> one by one
delete KR1 -> delete KR1
please delete KR1 -> delete KR1
can you delete KR1? -> ?
I want to close KR1 -> ?
could you disable it -> ?
del KR1 -> ?
clos KR1 -> ?
don't delete KR1 -> ?
delete KR1 and KR2 -> one by one
close KR1 and delete KR2 -> one by one
status and delete KR2 -> one by one
should we delete KR1? -> ?
stop -> ?
remove the digest -> delete the digest
thanks -> ?
hello -> ?
xyzzy plugh -> ?
export -> export
/export zip all -> export zip all
export to Excel -> export to Excel
Export our OKRs to Excel -> export xlsx
please export all okrs as csv -> export csv
can you download my OKRs? -> export
back up our data -> export
download okrs into an excel file -> export xlsx
how do I export my goals? -> export
save all -> ?
`

// TestAPastedPageIsOneText: nothing is parted that nobody wrote as commands.
func TestAPastedPageIsOneText(t *testing.T) {
	t.Parallel()
	c := typed(t)
	for _, lines := range [][]string{
		slices.Repeat([]string{"KR1"}, 3000), {strings.Repeat("KR1 is at 45% and ", 3000)}, {strings.Repeat("check-in KR1 45; ", 300)},
	} {
		texts := c.Commands(lines)
		require.True(t, len(texts) == 1 || c.OneByOne(texts) != nil, "%d texts", len(texts))
	}
}

// TestSmallTalk: a greeting in any language, and thanks.
func TestSmallTalk(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"hi", "Hello!", "hello there", "Hey okrbot", "good morning", "Guten Tag", "Moin", "bonjour", "¡Hola!", "hola", "Ciao 👋", "olá", "Привет", "こんにちは", "你好!"} {
		require.True(t, chat.IsGreeting(text), text)
		require.False(t, chat.IsThanks(text), text)
	}
	for _, text := range []string{"thanks", "Thank you!", "thanks a lot 👍", "great, thanks!", "danke", "Vielen Dank.", "merci", "谢谢"} {
		require.True(t, chat.IsThanks(text), text)
		require.False(t, chat.IsGreeting(text), text)
	}
	require.False(t, chat.IsGreeting("hi delete KR1"))
	require.False(t, chat.IsThanks("no thanks to you"))
}

// TestOnlyTheirOwnNameCallsWhatEndsSomething: what takes something away is not reached by a
// sentence around it, by a short form, or together with another command.
func TestOnlyTheirOwnNameCallsWhatEndsSomething(t *testing.T) {
	t.Parallel()
	c := typed(t)
	var exact []chat.Command
	for _, s := range c.Subjects() {
		for _, cmd := range s.Commands {
			if cmd.Exact {
				exact = append(exact, cmd)
			}
		}
	}
	require.Len(t, exact, 9)
	for _, cmd := range exact {
		require.Empty(t, cmd.Sentences, cmd.Name)
		arg := strings.NewReplacer("<id>", "KR1", "<connection>", "C1", "<person>", "Megan", "[", "", "]", "").Replace(cmd.Arg)
		text := strings.TrimSpace(cmd.Name + " " + arg)
		got, ok := c.Find(text)
		require.True(t, ok, text)
		require.Equal(t, cmd.Name, got.Name)
		for _, around := range []string{"can you %?", "I want to %", "could you please %", "show me %", "how about %", "status; %", "don't %", cmd.Name[:3] + " KR1"} {
			said := strings.ReplaceAll(around, "%", text)
			texts := c.Commands([]string{said})
			if c.OneByOne(texts) != nil {
				continue
			}
			for _, each := range texts {
				got, ok := c.Find(each)
				require.False(t, ok && got.Exact, "%q is taken for %s", said, got.Name)
			}
		}
	}
}
