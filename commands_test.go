package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/manifest"
)

var update = flag.Bool("update", false, "write what is generated anew")

// The table of commands stands between these lines of the README.
const (
	tableBegins = "<!-- commands: written by go test . -run TestReadme -update -->\n"
	tableEnds   = "<!-- end of commands -->\n"
)

// registered are the subjects of the okrbot that runs.
func registered(t *testing.T) []chat.Subject {
	t.Helper()
	return newCheckedWorld(t).app.bot.Subjects()
}

// The README lists every command, in the words of its subject.
func TestReadmeListsTheCommands(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, found := bytes.Cut(readme, []byte(tableBegins))
	require.True(t, found, "README.md has no %q", tableBegins)
	table, after, found := bytes.Cut(rest, []byte(tableEnds))
	require.True(t, found, "README.md has no %q", tableEnds)
	want := commandTable(registered(t))
	if *update {
		whole := string(before) + tableBegins + want + tableEnds + string(after)
		require.NoError(t, os.WriteFile("README.md", []byte(whole), 0o600))
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

// The menu that Teams shows beside the message box offers commands in their own words.
func TestMenuOffersTheCommands(t *testing.T) {
	t.Parallel()
	what := map[string]string{}
	for _, s := range registered(t) {
		for _, c := range s.Commands {
			what[c.Name] = c.What
		}
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
			require.Equal(t, what[c.Title], c.Description, "the menu's words for %s", c.Title)
		}
	}
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
