package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/manifest"
)

var update = flag.Bool("update", false, "write what is generated anew")

// commandsPage has the table of commands between these two lines.
const (
	commandsPage = "docs/commands.md"
	tableBegins  = "<!-- commands: written by go test . -run TestReadme -update -->\n"
	tableEnds    = "<!-- end of commands -->\n"
)

// registered are the subjects of the okrbot that runs.
func registered(t *testing.T) []chat.Subject {
	t.Helper()
	return newCheckedWorld(t).app.bot.Subjects()
}

// The page of commands, to which the README leads, lists every command in the words of its subject.
func TestReadmeLeadsToTheCommands(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(commandsPage)
	require.NoError(t, err)
	before, rest, found := bytes.Cut(page, []byte(tableBegins))
	require.True(t, found, commandsPage+" has no %q", tableBegins)
	table, after, found := bytes.Cut(rest, []byte(tableEnds))
	require.True(t, found, commandsPage+" has no %q", tableEnds)
	want := commandTable(registered(t))
	if *update {
		whole := string(before) + tableBegins + want + tableEnds + string(after)
		require.NoError(t, os.WriteFile(commandsPage, []byte(whole), 0o600))
		return
	}
	require.Equal(t, want, string(table), "run: go test . -run TestReadme -update")
}

func commandTable(subjects []chat.Subject) string {
	var b strings.Builder
	b.WriteString("| command | does | who |\n|---|---|---|\n")
	for _, s := range subjects {
		for _, c := range s.Commands {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", strings.ReplaceAll(c.Usage(), "|", `\|`), c.What, whoMay(c.Who))
		}
	}
	return b.String()
}

// whoMay says who may use a command.
func whoMay(who chat.Who) string {
	return map[chat.Who]string{
		chat.Everyone: "everyone", chat.Members: "members", chat.Editors: "who may edit it", chat.Owners: "the connection's owner, admins", chat.Admins: "admins",
	}[who]
}

// Every example of a command is one of that command, and no other's.
func TestExamplesMatchTheirCommand(t *testing.T) {
	t.Parallel()
	subjects := registered(t)
	c := chat.New(chat.Options{})
	require.NoError(t, c.Register(subjects...))
	for _, s := range subjects {
		for _, cmd := range s.Commands {
			require.NotEmpty(t, cmd.Examples, "%s has no example", cmd.Name)
			for _, text := range cmd.Examples {
				got, ok := c.Find(text)
				require.True(t, ok, text)
				require.Equal(t, cmd.Name, got.Name, text)
				require.True(t, text == cmd.Name || cmd.Arg != "", "%q has an argument, but %q takes none", text, cmd.Name)
			}
		}
	}
}

// Every button of a command is called by a verb and what it is about, and a command that has
// none is explained by its button.
func TestButtonsOfCommandsSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	for _, s := range registered(t) {
		for _, c := range s.Commands {
			raw, err := json.Marshal(cards.Unknown("x", []cards.Command{c.Card()}))
			require.NoError(t, err)
			var card struct {
				Actions []struct {
					Title, Verb string
					Data        map[string]string
				}
			}
			require.NoError(t, json.Unmarshal(raw, &card))
			first := card.Actions[0]
			require.Greater(t, len(strings.Fields(first.Title)), 1, "%s: the button %q needs a verb and an object", c.Name, first.Title)
			if c.Verb == "" {
				require.Equal(t, cards.VerbHelp, first.Verb, c.Name)
				require.Equal(t, c.Name, first.Data[cards.KeyCommand], "help explains another command")
			}
		}
	}
}

// The menu that Teams shows beside the message box offers commands in their own words.
func TestMenuOffersTheCommands(t *testing.T) {
	t.Parallel()
	what := map[string]string{}
	for _, s := range registered(t) {
		for _, c := range s.Commands {
			what[c.Name] = c.What
		}
	}
	if *update {
		writeMenu(t, what)
		return
	}
	all := chat.New(chat.Options{})
	require.NoError(t, all.Register(registered(t)...))
	for _, list := range menu(t) {
		require.NotEmpty(t, list.Commands)
		for _, c := range list.Commands {
			if c.Type == "prompt" {
				_, known := all.Find(c.Prompt)
				require.True(t, known, "the prompt starter %q sends %q, which is no command", c.Title, c.Prompt)
				continue
			}
			require.Contains(t, what, c.Title, "the menu offers what is no command")
			require.Equal(t, what[c.Title], c.Description, "the menu's words for %s; run: go test . -run TestMenu -update", c.Title)
		}
	}
}

// writeMenu writes the words of the commands into the menu's source.
func writeMenu(t *testing.T, what map[string]string) {
	t.Helper()
	const file = "manifest/commands.go"
	line := regexp.MustCompile(`(?m)^(\t\t"([a-z -]+)": +)".*",$`)
	source := line.ReplaceAllStringFunc(fileOf(t, file), func(old string) string {
		m := line.FindStringSubmatch(old)
		return m[1] + strconv.Quote(what[m[2]]) + ","
	})
	require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
}

type menuList struct {
	Commands []struct{ Title, Description, Type, Prompt string }
}

// menu reads the menu out of the app package.
func menu(t *testing.T) []menuList {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, manifest.Build(&b, manifest.Options{AppID: "9d2f1c84-3a5e-4a07-b2c6-5b3d1f0e7a91", PublicURL: "https://okr.example.com"}))
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	f, err := archive.Open("manifest.json")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var document struct {
		Bots []struct{ CommandLists []menuList }
	}
	require.NoError(t, json.NewDecoder(f).Decode(&document))
	require.Len(t, document.Bots, 1)
	return document.Bots[0].CommandLists
}

// TestAdminCommandsAreAnswered asks for each command of admins in each role, with the
// integration off and on: there is an answer, and who may not is told who can.
func TestAdminCommandsAreAnswered(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	for _, enable := range [][]string{nil, {"user alex", "say enable", "press Enable", "shows Enabled"}} {
		play(t, w, enable...)
		for _, c := range commandsOf(t, w.app.bot.Subjects(), "For admins") {
			for _, name := range []string{"alex", "megan", "patti"} {
				play(t, w, "user "+name, "say "+c.Name, "expect ''")
				isRefused := name != "alex" && c.Who == chat.Admins && (c.Name != "enable" || enable == nil)
				if isRefused {
					play(t, w, "last 'Only an admin'")
				}
			}
		}
	}
}

// commandsOf lists the commands of a subject by its title.
func commandsOf(t *testing.T, subjects []chat.Subject, title string) []chat.Command {
	t.Helper()
	i := slices.IndexFunc(subjects, func(s chat.Subject) bool { return s.Title == title })
	require.GreaterOrEqual(t, i, 0, title)
	return subjects[i].Commands
}
