package chat

import (
	"context"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// Answer runs the command that a text stands for; none is help, and one that is
// not known gets the nearest ones.
func (c *Chat) Answer(ctx context.Context, t *Turn, text string) (Reply, error) {
	if strings.TrimSpace(text) == "" {
		text = "help"
	}
	if cmd, arg, ok := c.match(text); ok {
		r, err := cmd.Run(ctx, t, arg)
		return r.seenBy(t), err
	}
	return Say(cards.Unknown(okr.Shorten(okr.CleanLine(text), 80), c.nearest(text))), nil
}

// match finds the command whose name the text begins with, the longest first. A
// short form does when it is the beginning of one command only.
func (c *Chat) match(text string) (Command, string, bool) {
	words := strings.Fields(text)
	var best Command
	length := 0
	for _, cmd := range c.commands {
		for _, name := range cmd.names() {
			if n := len(strings.Fields(name)); n > length && beginsWith(words, name) {
				best, length = cmd, n
			}
		}
	}
	if length == 0 {
		return c.short(words)
	}
	return best, strings.Join(words[length:], " "), true
}

func beginsWith(words []string, name string) bool {
	for i, w := range strings.Fields(name) {
		if i >= len(words) || !strings.EqualFold(words[i], w) {
			return false
		}
	}
	return true
}

func (c *Chat) short(words []string) (Command, string, bool) {
	first := strings.ToLower(words[0])
	var found []Command
	for _, cmd := range c.commands {
		if len(first) >= 3 && !strings.Contains(cmd.Name, " ") && strings.HasPrefix(cmd.Name, first) {
			found = append(found, cmd)
		}
	}
	if len(found) != 1 {
		return Command{}, "", false
	}
	return found[0], strings.Join(words[1:], " "), true
}

// nearest gives the commands that a text most likely meant.
func (c *Chat) nearest(text string) []cards.Command {
	text = strings.ToLower(okr.Shorten(okr.CleanLine(text), 40))
	type scored struct {
		cmd   Command
		score int
	}
	var all []scored
	for _, cmd := range c.commands {
		all = append(all, scored{cmd, closeness(text, cmd.Name)})
	}
	slices.SortStableFunc(all, func(x, y scored) int { return x.score - y.score })
	var out []cards.Command
	for _, s := range all[:3] {
		out = append(out, s.cmd.Card())
	}
	return out
}

// closeness is the edit distance to a name, over as many words as the name has.
func closeness(text, name string) int {
	words := strings.Fields(text)
	words = words[:min(len(words), len(strings.Fields(name)))]
	typed := strings.Join(words, " ")
	if strings.HasPrefix(name, typed) && typed != "" {
		return 0
	}
	return distance([]rune(typed), []rune(name))
}

// distance is the Levenshtein distance: insertions, deletions and replacements.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
