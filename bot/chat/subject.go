package chat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Subject is one thing that people talk about with okrbot. What it registers is all
// that is known of it: help and the README list its commands, and buttons do
// everything that commands do.
type Subject struct {
	Title    string // of its section in help
	Commands []Command
	Presses  map[string]PressHandler // by the verbs of cards
	Ahead    Aheads                  // by those of them whose work begins with a reading that is known from the press
	Views    []string                // those of the verbs that only show something, and may be shown to everybody
	Steps    []NextStep              // of the domain's, that are taken here
	// Otherwise answers a text that is no command; false: the text says nothing to it.
	// Nil: none does.
	Otherwise func(ctx context.Context, t *Turn, text string) (Reply, bool, error)
	// Undoes take back what the subject remembers by [DidLast], by its names there.
	Undoes map[string]UndoHandler
	// CheckedIn is told of each new check-in, before it is answered. Nil: nothing follows
	// from one.
	CheckedIn func(ctx context.Context, t *Turn, v okr.GoalView, c okr.CheckIn)
	// Seen is told of each turn before it is answered: somebody is in the place, and
	// okrbot too. Nil: nothing follows from that.
	Seen func(ctx context.Context, t *Turn)
}

// Who says who may use a command. It is for people to read: what counts is what
// the domain checks.
type Who string

// Who may use commands.
const (
	Everyone Who = ""        // guests too
	Members  Who = "members" // of the organization
	Editors  Who = "editors" // of the goal: its owners, its editors, admins
	Owners   Who = "owners"  // of the connection, and admins
	Admins   Who = "admins"
)

// Command is a chat command.
type Command struct {
	Name    string   // the words that it begins with
	Aliases []string // second names, which help does not list
	// Phrases are other ways to say it with an argument: "my okrs" is okrs with "mine".
	Phrases map[string]string
	// Sentences are whole texts that stand for it.
	Sentences []Sentence
	// Exact says that it takes something away or ends it: only its own name calls it, no
	// sentence that has it in it, and no short form.
	Exact    bool
	Arg      string // what follows, as help writes it; empty: nothing
	Verbatim bool   // what follows is kept to the last sign, such as a title
	Lines    bool   // what follows keeps its line breaks
	What     string // what it does, in a few words
	Who      Who
	Examples []string          // whole texts, as people type them
	Verb     string            // of the button that does the same without an argument; empty: none
	Data     map[string]string // of that button
	Run      CommandHandler
	Ahead    AheadOf // nil: nothing is known of what it reads first
	// TakesFiles says that it is for files that people send, be they sent with it or
	// without words. One command is.
	TakesFiles bool
	// Own says that the answer is for one person only, be it a form or a list of one's
	// own: in a shared place nobody else sees it. Nil: everyone there sees the answer.
	Own func(arg string) bool
}

// Ahead reads what the answer to a press reads, so that it is asked with what the turn
// begins with. Nothing comes of it, and the answer checks and reads all by itself: what was
// foreseen wrongly was asked in vain. It must do nothing but read. The actor is the person
// without a role.
type Ahead func(ctx context.Context, actor okr.Actor, p Press)

// Aheads are what presses read first, by their verbs.
type Aheads map[string]Ahead

// On says what the presses of some verbs read first.
func (a Aheads) On(read Ahead, verbs ...string) Aheads {
	for _, verb := range verbs {
		a[verb] = read
	}
	return a
}

// AheadOf is Ahead for a command with its argument.
type AheadOf func(ctx context.Context, actor okr.Actor, arg string)

// AheadGoal makes an Ahead of a reading of the goal of a press.
func AheadGoal(read func(ctx context.Context, actor okr.Actor, id okr.GoalID)) Ahead {
	return func(ctx context.Context, actor okr.Actor, p Press) {
		if id, err := p.Goal(); err == nil {
			read(ctx, actor, id)
		}
	}
}

// AheadID makes an AheadOf of a reading of the goal whose id an argument begins with.
func AheadID(read func(ctx context.Context, actor okr.Actor, id okr.GoalID)) AheadOf {
	return func(ctx context.Context, actor okr.Actor, arg string) {
		first, _, _ := strings.Cut(strings.TrimSpace(arg), " ")
		if id, ok := okr.ParseGoalID(first); ok {
			read(ctx, actor, id)
		}
	}
}

// AheadAll makes one Ahead of several.
func AheadAll(all ...Ahead) Ahead {
	return func(ctx context.Context, actor okr.Actor, p Press) {
		for _, read := range all {
			read(ctx, actor, p)
		}
	}
}

// aheadOf reads what the answer to an activity begins with; nil: that is not known.
func aheadOf(g *registry, a teams.Activity) func(context.Context) {
	actor := okr.Actor{Tenant: okr.TenantID(a.TenantID()), Person: okr.Person{ID: userOf(a)}, Shared: !a.IsPersonal() && !a.IsTargeted()}
	if p, ok := pressed(a); ok {
		if read := g.ahead[p.Verb]; read != nil {
			return func(ctx context.Context) { read(ctx, actor, p) }
		}
		return nil
	}
	if a.Type != teams.TypeMessage {
		return nil
	}
	texts := g.Commands(a.Lines())
	if len(texts) != 1 {
		return nil
	}
	m, ok := matchLines(g, texts[0])
	if m.cmd.Own != nil && m.cmd.Own(m.arg) {
		actor.Shared = false
	}
	if read := g.ahead[m.cmd.Verb]; ok && m.cmd.Ahead == nil && read != nil && m.arg == "" {
		return func(ctx context.Context) { read(ctx, actor, Press{Verb: m.cmd.Verb, Data: m.cmd.Data}) }
	}
	if !ok || m.cmd.Ahead == nil {
		return nil
	}
	return func(ctx context.Context) { m.cmd.Ahead(ctx, actor, m.arg) }
}

// Always says that a command is answered for one person only whatever follows it.
func Always(string) bool { return true }

// MayUse says whether a person may use the command at all; what it is about may ask for more.
func (c Command) MayUse(guest, admin bool) bool {
	return c.Who == Everyone || !guest && (c.Who != Admins || admin)
}

// CommandHandler answers a command; arg is what followed its name.
type CommandHandler func(ctx context.Context, t *Turn, arg string) (Reply, error)

// Usage is the command as people type it.
func (c Command) Usage() string { return strings.TrimSpace(c.Name + " " + c.Arg) }

// Card is the command as help shows it.
func (c Command) Card() cards.Command {
	out := cards.Command{Usage: c.Usage(), What: c.What, Verb: c.Verb, Data: c.Data}
	if len(c.Examples) > 0 {
		out.Example = c.Examples[0]
	}
	return out
}

// registry is what the subjects registered.
type registry struct {
	subjects []Subject
	commands []Command
	names    map[string][]*commandName // by their first words
	// sentences of all commands; those with words of a title are the last.
	sentences []sentence
	presses   map[string]PressHandler
	ahead     map[string]Ahead
	byVerb    map[string][]Command // those that a button stands for
	views     map[string]bool
	steps     map[okr.StepKind]NextStep
	undoes    map[string]UndoHandler
}

func newRegistry() registry {
	return registry{
		names: map[string][]*commandName{}, presses: map[string]PressHandler{}, ahead: map[string]Ahead{}, byVerb: map[string][]Command{}, views: map[string]bool{}, steps: map[okr.StepKind]NextStep{}, undoes: map[string]UndoHandler{},
	}
}

// Register adds subjects in the order in which help shows them. Two that claim
// one command, button or step are refused: one of them would never be heard.
func (g *registry) Register(subjects ...Subject) error {
	for _, s := range subjects {
		if err := errors.Join(g.addCommands(s), g.addSteps(s)); err != nil {
			return err
		}
		for verb, handle := range s.Presses {
			if g.presses[verb] != nil {
				return fmt.Errorf("%s: the button %q has a handler already", s.Title, verb)
			}
			g.presses[verb] = handle
		}
		for _, verb := range s.Views {
			g.views[verb] = true
		}
		maps.Copy(g.undoes, s.Undoes)
		maps.Copy(g.ahead, s.Ahead)
		g.subjects = append(g.subjects, s)
	}
	return nil
}

func (g *registry) addCommands(s Subject) error {
	for _, added := range s.Commands {
		names := added.names()
		for _, name := range names {
			if old, ok := g.named(name); ok {
				return fmt.Errorf("%s: the command %q is a name of %q already", s.Title, name, old.Name)
			}
		}
		g.commands = append(g.commands, added)
		if added.Verb != "" {
			g.byVerb[added.Verb] = append(g.byVerb[added.Verb], added)
		}
		for _, name := range names {
			words := wordsOf(name)
			g.names[words[0]] = append(g.names[words[0]], &commandName{words, added, added.Phrases[name]})
		}
		for _, says := range added.Sentences {
			compiled, err := newSentence(added, says)
			if err != nil {
				return fmt.Errorf("%s: %w", s.Title, err)
			}
			g.sentences = append(g.sentences, compiled)
		}
	}
	slices.SortStableFunc(g.sentences, func(a, b sentence) int { return a.goal - b.goal })
	return nil
}

// CheckedIn tells the subjects of a new check-in of the person of the turn.
func (g *registry) CheckedIn(ctx context.Context, t *Turn, v okr.GoalView, c okr.CheckIn) {
	for _, s := range g.subjects {
		if s.CheckedIn != nil {
			s.CheckedIn(ctx, t, v, c)
		}
	}
}

// Subjects are all that are registered, in order.
func (g *registry) Subjects() []Subject { return g.subjects }

func (c Command) names() []string {
	return slices.Concat([]string{c.Name}, c.Aliases, slices.Sorted(maps.Keys(c.Phrases)))
}

// named finds the command of exactly this name.
func (g *registry) named(name string) (Command, bool) {
	words := wordsOf(name)
	for _, n := range g.names[words[0]] {
		if slices.Equal(n.words, words) {
			return n.cmd, true
		}
	}
	return Command{}, false
}

// wordsOf are the words of a name, in lower case.
func wordsOf(name string) []string { return strings.Fields(strings.ToLower(name)) }
