package chat

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Answer runs the command that a text stands for; none is help. Of any other text
// nothing is guessed: what a subject makes of it is asked or shown, else the nearest
// commands and the goals that it names are offered.
func (c *Chat) Answer(ctx context.Context, t *Turn, text string) (Reply, error) {
	m, ok := matchLines(&c.registry, text)
	switch taker, isTaken := c.taker(t); {
	case isTaken && (!ok || m.cmd.TakesFiles) && len(t.Files) == 0:
		return Reply{}, outOfReach(t)
	case isTaken && !ok:
		m, ok = meaning{cmd: taker}, true
	case strings.TrimSpace(text) == "":
		m, ok = c.match("help")
	}
	if ok {
		teams.NoteFrom(ctx).Did(m.cmd.Name)
		if m.cmd.Own != nil && m.cmd.Own(m.arg) {
			t.Actor.Shared = false // only the person sees the answer, see [Chat.Deliver]
		}
		r, err := m.cmd.Run(ctx, t, m.arg)
		return withForm(c, t, r.seenBy(t)), err
	}
	teams.NoteFrom(ctx).Did("text")
	for _, s := range c.subjects {
		if s.Otherwise == nil {
			continue
		}
		if r, ok, err := s.Otherwise(ctx, t, text); ok || err != nil {
			return r.seenBy(t), err
		}
	}
	named, err := namedGoals(ctx, c.Plan, t, text)
	nearest := nearest(c.commands, t.Actor.Guest, !t.Actor.Guest && c.Access != nil && c.Access.Administers(t.Settings, t.Actor), text)
	if m.cmd.Exact {
		named, nearest = nil, []cards.Command{m.cmd.Card()}
	}
	return Say(cards.UnknownText(okr.Shorten(okr.CleanLine(text), 80), named, nearest)).Only(t.Actor.ID), err
}

// matchLines is match of a text whose line breaks only some commands keep.
func matchLines(g *registry, text string) (meaning, bool) {
	first, rest, isMore := strings.Cut(text, "\n")
	m, ok := g.match(first)
	if !isMore || !ok || !m.cmd.Lines {
		return g.match(text)
	}
	m.arg += "\n" + rest
	return m, true
}

// Find gives the command that a text means, as [Chat.Answer] would.
func (g *registry) Find(text string) (Command, bool) {
	if strings.TrimSpace(text) == "" {
		return Command{}, false
	}
	m, ok := g.match(text)
	return m.cmd, ok
}

// match finds the command that a text means: by a sentence for it, by one that is asked
// for with courtesies around it, or by its name, the longest first. A short form does
// when it is the beginning of one command only. What is [Command.Exact] is meant by its
// own name only: where a sentence asks for it, it is given and false.
func (g *registry) match(text string) (meaning, bool) {
	words, isAsked := withoutAsking(plainWords(text))
	if len(words) == 0 {
		return meaning{}, false
	}
	m, ok := g.byName(words)
	if ok && (m.arg == "" || isID(m.arg)) {
		return m, !isAsked || !m.cmd.Exact // nothing else can be meant
	}
	if m, ok := g.sentence(strings.Join(words, " ")); ok {
		return m, true
	}
	if m, ok := g.shown(words); ok {
		return m, true
	}
	if !ok && !isAsked {
		m, ok = g.short(words)
	}
	return m, ok && (!isAsked || !m.cmd.Exact)
}

// byName finds the command whose name the words begin with, the longest first.
func (g *registry) byName(words []string) (meaning, bool) {
	var best *commandName
	typed := typedWords(words[:min(len(words), longestName)])
	for _, names := range [][]*commandName{g.names[typed[0].typed], g.names[typed[0].bare]} {
		for _, name := range names {
			if (best == nil || len(name.words) > len(best.words)) && beginsWith(typed, name.words) {
				best = name
			}
		}
	}
	if best == nil {
		return meaning{}, false
	}
	return meaning{cmd: best.cmd}.with(best.said, words[len(best.words):]), true
}

// longestName is how many words a name has at most that is looked for.
const longestName = 6

// commandName is a name of a command, in lower case, and what it says of the argument.
type commandName struct {
	words []string
	cmd   Command
	said  string
}

// typedWord is a word in lower case, as it was typed and without signs around it.
type typedWord struct{ typed, bare string }

func typedWords(words []string) []typedWord {
	out := make([]typedWord, len(words))
	for i, w := range words {
		out[i] = typedWord{strings.ToLower(w), strings.ToLower(bareWord(w))}
	}
	return out
}

const (
	// openers are signs that people put before a command, and closers those after it.
	openers = "/!¡¿-–—>\"'“”„‘’«»`*_"
	closers = ".,;:!?…\"'“”„‘’«»`*_"
)

// thanks are words behind a command that say nothing of it.
func thanks() []string {
	return []string{"please", "pls", "thanks", "thank you", "thx", "bitte", "danke", ":)", ":-)", ";)"}
}

// plainWords are the words of a text from the command on, without the signs that open
// it. Only a text of nothing else keeps them.
func plainWords(text string) []string {
	words := strings.Fields(strings.TrimLeft(text, openers+" "))
	for len(words) > 1 && isFiller(words[0]) {
		words = words[1:]
	}
	if len(words) == 0 {
		return strings.Fields(text)
	}
	return words
}

// Plain is a text without the signs, thanks and fillers around what it says.
func Plain(text string) string { return plainArg(strings.Join(plainWords(text), " ")) }

// plainArg is what follows a name, without the signs and thanks that end it and the
// quotation marks around it. Titles and notes are not touched by it, see
// [Command.Verbatim].
func plainArg(arg string) string {
	arg = strings.Trim(strings.TrimRightFunc(arg, isTrailing), " \"'“”„‘’«»`")
	for _, word := range thanks() {
		if rest := len(arg) - len(word); rest >= 0 && strings.EqualFold(arg[rest:], word) && (rest == 0 || arg[rest-1] == ' ') {
			return plainArg(arg[:rest])
		}
	}
	return arg
}

// isTrailing says that a sign ends a sentence: full stops and their like, emoji.
func isTrailing(r rune) bool {
	return strings.ContainsRune(".,;:!?… \ufe0f\u200d", r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) && r > unicode.MaxLatin1
}

// beginsWith compares typed words with those of a name: without signs around them, and
// with whatever dash is in them.
func beginsWith(typed []typedWord, name []string) bool {
	for i, w := range name {
		if i >= len(typed) || typed[i].typed != w && typed[i].bare != w {
			return false
		}
	}
	return true
}

// dashes are the other signs for a hyphen.
var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-")

func bareWord(typed string) string {
	return dashes.Replace(strings.TrimRightFunc(strings.Trim(typed, closers), isTrailing))
}

func (g *registry) short(words []string) (meaning, bool) {
	first := strings.ToLower(bareWord(words[0]))
	var found []Command
	for _, cmd := range g.commands {
		if len(first) >= 3 && !strings.Contains(cmd.Name, " ") && strings.HasPrefix(cmd.Name, first) {
			found = append(found, cmd)
		}
	}
	if len(found) != 1 || found[0].Exact {
		return meaning{}, false
	}
	return meaning{cmd: found[0]}.with("", words[1:]), true
}

const (
	// maxNamed is how many goals of a text are offered.
	maxNamed = 3
	// maxTried is how many ids of a text are looked up: a pasted list of thousands is
	// not asked for one by one.
	maxTried = 10
	// maxWords is of how many words a text is looked for in titles.
	maxWords = 5
)

// namedGoals are the goals whose ids stand in a text and that the person may see here;
// of a few words without an id, those whose titles have them.
func namedGoals(ctx context.Context, plan planner, t *Turn, text string) ([]okr.Goal, error) {
	var out []okr.Goal
	var tried []okr.GoalID
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(out) == maxNamed || len(tried) == maxTried {
			break
		}
		id, ok := okr.ParseGoalID(word)
		if !ok || slices.Contains(tried, id) {
			continue
		}
		tried = append(tried, id)
		found, err := plan.FindGoals(ctx, t.Actor, string(id))
		if kind := okr.KindOf(err); kind == okr.NotFound || kind == okr.Forbidden {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	if words := len(strings.Fields(text)); len(tried) > 0 || words == 0 || words > maxWords {
		return out, nil
	}
	titled, err := plan.FindGoals(ctx, t.Actor, Plain(text))
	return titled[:min(len(titled), maxNamed)], okr.IgnoreNotFound(err)
}

// nearest gives the commands that a text most likely meant, of those that the person may use.
func nearest(commands []Command, isGuest, isAdmin bool, text string) []cards.Command {
	text = strings.ToLower(okr.Shorten(okr.CleanLine(text), 40))
	type scored struct {
		cmd   Command
		score int
	}
	var all []scored
	for _, cmd := range commands {
		if !cmd.MayUse(isGuest, isAdmin) {
			continue
		}
		all = append(all, scored{cmd, closeness(text, cmd.Name)})
	}
	slices.SortStableFunc(all, func(x, y scored) int { return x.score - y.score })
	var out []cards.Command
	for _, s := range all[:min(len(all), 3)] {
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
