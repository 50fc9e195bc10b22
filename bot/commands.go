package bot

import (
	"context"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// command is a chat command. Help, the welcome and the nearest matches all come
// from this one table.
type command struct {
	name string // the words that it begins with
	arg  string // what follows, for help; empty: nothing
	what string
	verb string // of the button that does the same without an argument
	data map[string]string
	run  func(ctx context.Context, t *turn, arg string) (reply, error)
	// alias is a second name that help does not list.
	alias []string
}

func (b *Bot) commandTable() []command {
	return []command{
		{name: "help", what: "What okrbot can do", verb: cards.VerbHelp, run: b.help, alias: []string{"hi", "hello", "?"}},
		{name: "okrs", arg: "[all] [words or team:…]", what: "Your OKRs, or all; narrow them by words, owner:, team:, period:, status: or kind:", verb: cards.VerbGoalMine, run: b.listGoals, alias: []string{"list"}},
		{name: "okr", arg: "<id or text>", what: "One objective, key result or project, with why its number is what it is", run: b.showGoal, alias: []string{"show"}},
		{name: "why", arg: "<id>", what: "What a number is made of, down to query and work items", run: b.why},
		{name: "history", arg: "<id>", what: "Its values, where they lead, and its check-ins", run: b.history},
		{name: "new objective", what: "Make an objective", verb: cards.VerbGoalNew, data: kindData(okr.Objective), run: b.newGoal(okr.Objective)},
		{name: "new kr", what: "Make a key result under an objective", verb: cards.VerbGoalNew, data: kindData(okr.KeyResult), run: b.newGoal(okr.KeyResult), alias: []string{"new key result"}},
		{name: "new project", what: "Make a project under an objective", verb: cards.VerbGoalNew, data: kindData(okr.Project), run: b.newGoal(okr.Project)},
		{name: "edit", arg: "<id>", what: "Change anything about it", run: b.editGoal},
		{name: "delete", arg: "<id>", what: "Delete a goal or connection, after asking", run: b.askDelete, alias: []string{"remove"}},
		{name: "bind", arg: "<id>", what: "Measure a key result or project by a shared query", run: b.bind, alias: []string{"link"}},
		{name: "unbind", arg: "<id>", what: "Stop measuring it; the last value stays", run: b.askUnbind, alias: []string{"unlink"}},
		{name: "sync", arg: "[id]", what: "Measure now: one, or everything", verb: cards.VerbSync, run: b.sync},
		{name: "check-in", arg: "[id]", what: "Say how a goal stands; without an id, all that waits for you", run: b.checkIn, alias: []string{"checkin", "check in"}},
		{name: "resume", arg: "<id>", what: "Take the automatic value again after an override", run: b.resumeGoal},
		{name: "status", arg: "[all]", what: "What needs attention, each with its next step", verb: cards.VerbAttention, run: b.status, alias: []string{"attention"}},
		{name: "nudge", arg: "<id>", what: "Remind whoever is asked about a goal", run: b.nudge, alias: []string{"remind"}},
		{name: "close", arg: "<id>", what: "Close or postpone a goal, with a score and what was learnt", run: b.closeGoal},
		{name: "postpone", arg: "<id>", what: "Put a goal off", run: b.postponeGoal},
		{name: "reopen", arg: "<id>", what: "Open a closed or postponed goal again", run: b.reopenGoal},
		{name: "clone", arg: "<id>", what: "Copy an objective into another period", run: b.cloneGoal, alias: []string{"copy"}},
		{name: "reminders", what: "When you are asked for check-ins", verb: cards.VerbRemindLess, run: b.reminders},
		{name: "digest", arg: "[preview|mute 4h|unmute|stop]", what: "Tell this place what moved: hourly, daily or weekly", verb: cards.VerbDigest, run: b.digest},
		{name: "connect", what: "Sign in to Azure DevOps and make a connection", verb: cards.VerbConnect, run: b.connect, alias: []string{"sign in", "signin", "login"}},
		{name: "connections", what: "Your connections, and those shared with everyone", verb: cards.VerbConnections, run: b.listConnections},
		{name: "move", arg: "<connection> [to <connection>]", what: "Measure everything of one connection through another", run: b.move},
		{name: "hand over", arg: "<connection> to <person>", what: "Offer your connection to a colleague", run: b.handOver, alias: []string{"handover"}},
		{name: "take over", arg: "<connection>", what: "Make an offered or orphaned connection your own", run: b.takeOver, alias: []string{"takeover"}},
		{name: "queries", arg: "<text>", what: "Find shared queries by name", run: b.queries},
		{name: "sign out", what: "Forget your Azure DevOps sign-in", verb: cards.VerbSignOutAsk, run: b.askSignOut, alias: []string{"signout", "logout"}},
		{name: "enable", what: "Turn the Azure DevOps integration on (admins)", verb: cards.VerbEnableAsk, run: b.askEnable},
		{name: "manage", what: "See and change the integration", verb: cards.VerbManage, run: b.manage},
		{name: "admins", arg: "[add|remove @person]", what: "Who administers okrbot", run: b.admins},
		{name: "settings", what: "Time zone, periods, bands, weights, who may create what, reminders (admins change them)", verb: cards.VerbSettings, run: b.showSettings},
		{name: "disable", what: "Turn the integration off; every value stays (admins)", verb: cards.VerbDisableAsk, run: b.askDisable},
	}
}

func kindData(kind okr.GoalKind) map[string]string {
	return map[string]string{cards.KeyKind: string(kind)}
}

func (c command) card() cards.Command {
	return cards.Command{Usage: strings.TrimSpace(c.name + " " + c.arg), What: c.what, Verb: c.verb, Data: c.data}
}

// obey runs the command that a text stands for. A person in the middle of a
// sign-in may also type the code.
func (b *Bot) obey(ctx context.Context, t *turn, text string) (reply, error) {
	if isCode(text) {
		return b.typedCode(ctx, t, text)
	}
	if strings.TrimSpace(text) == "" {
		return b.help(ctx, t, "")
	}
	if c, arg, ok := b.match(text); ok {
		return c.run(ctx, t, arg)
	}
	return say(cards.Unknown(okr.Shorten(okr.CleanLine(text), 80), b.nearest(text))), nil
}

// match finds the command whose name the text begins with, the longest first. A
// short form does when it is the beginning of one command only.
func (b *Bot) match(text string) (command, string, bool) {
	words := strings.Fields(text)
	var best command
	length := 0
	for _, c := range b.commands {
		for _, name := range append([]string{c.name}, c.alias...) {
			if n := len(strings.Fields(name)); n > length && beginsWith(words, name) {
				best, length = c, n
			}
		}
	}
	if length == 0 {
		return b.short(words)
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

func (b *Bot) short(words []string) (command, string, bool) {
	first := strings.ToLower(words[0])
	var found []command
	for _, c := range b.commands {
		if len(first) >= 3 && !strings.Contains(c.name, " ") && strings.HasPrefix(c.name, first) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return command{}, "", false
	}
	return found[0], strings.Join(words[1:], " "), true
}

// nearest gives the commands that a text most likely meant.
func (b *Bot) nearest(text string) []cards.Command {
	text = strings.ToLower(okr.Shorten(okr.CleanLine(text), 40))
	type scored struct {
		c     command
		score int
	}
	var all []scored
	for _, c := range b.commands {
		all = append(all, scored{c, closeness(text, c.name)})
	}
	slices.SortStableFunc(all, func(x, y scored) int { return x.score - y.score })
	var out []cards.Command
	for _, s := range all[:3] {
		out = append(out, s.c.card())
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

func (b *Bot) help(context.Context, *turn, string) (reply, error) {
	list := make([]cards.Command, 0, len(b.commands))
	for _, c := range b.commands {
		list = append(list, c.card())
	}
	return say(cards.Help(list)), nil
}
