package chat

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"okrbot/okr"
)

// Sentence is a whole text that stands for a command: a regular expression without
// regard to case, in which <id> is the id of a goal, <value> a number and <goal> any
// words; and the argument that it means, in which these are put.
type Sentence struct{ Says, Arg string }

// sentence is a Sentence that can be matched.
type sentence struct {
	cmd   Command
	first map[rune]bool         // the letters with which such a text begins, in lower case; nil: with any
	is    func() *regexp.Regexp // made for the first text that may be one: to make all takes longer than the rest of a start
	goal  int                   // the group of is that <goal> became; -1: none
	arg   string
}

// meaning is what a text was taken for.
type meaning struct {
	cmd Command
	arg string
}

// goalID is an id as people type it, also with a blank or dash in it.
const goalID = `(?:kr|o|p)[ \-–]?[0-9]+`

// newSentence makes a sentence of a command's.
func newSentence(cmd Command, s Sentence) (sentence, error) {
	source := strings.NewReplacer(
		"<id>", `(?P<id>`+goalID+`)`, "<goal>", `(?P<goal>.+?)`, "<value>", `(?P<value>[-+−]?[0-9][0-9.,'’ ]*%?)`,
	).Replace(s.Says)
	source = `(?i)^(?:` + source + `)$`
	parsed, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return sentence{}, fmt.Errorf("%s: the sentence %q: %w", cmd.Name, s.Says, err)
	}
	arg := strings.NewReplacer("<id>", "${id}", "<goal>", "${goal}", "<value>", "${value}").Replace(s.Arg)
	is := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })
	return sentence{cmd, firstsOf(parsed), is, slices.Index(parsed.CapNames(), "goal"), arg}, nil
}

// firstsOf are the letters with which a text begins that a pattern matches; nil: any.
func firstsOf(r *syntax.Regexp) map[rune]bool {
	firsts := map[rune]bool{}
	if addFirsts(firsts, r) {
		return firsts
	}
	return nil
}

// mostFirsts is of how many letters in a row a class is that is looked into.
const mostFirsts = 32

// addFirsts adds the first letters of what an expression matches; false: they are not known,
// or that may be nothing.
func addFirsts(to map[rune]bool, r *syntax.Regexp) bool {
	switch r.Op {
	case syntax.OpLiteral:
		addForms(to, r.Rune[0])
		return true
	case syntax.OpCharClass:
		for i := 0; i < len(r.Rune); i += 2 {
			if r.Rune[i+1]-r.Rune[i] > mostFirsts {
				return false
			}
			for letter := r.Rune[i]; letter <= r.Rune[i+1]; letter++ {
				addForms(to, letter)
			}
		}
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return addFirsts(to, r.Sub[0])
	case syntax.OpConcat:
		for _, sub := range r.Sub {
			switch {
			case sub.Op == syntax.OpBeginText:
			case sub.Op == syntax.OpQuest || sub.Op == syntax.OpStar:
				if !addFirsts(to, sub.Sub[0]) {
					return false
				}
			default:
				return addFirsts(to, sub)
			}
		}
	case syntax.OpAlternate:
		return !slices.ContainsFunc(r.Sub, func(sub *syntax.Regexp) bool { return !addFirsts(to, sub) })
	}
	return false
}

// addForms adds a letter in each form that (?i) takes for it: an "s" may be a "ſ".
func addForms(to map[rune]bool, letter rune) {
	to[unicode.ToLower(letter)] = true
	for form := unicode.SimpleFold(letter); form != letter; form = unicode.SimpleFold(form) {
		to[unicode.ToLower(form)] = true
	}
}

// mayBegin says whether such a text may begin with a letter.
func (s sentence) mayBegin(letter rune) bool { return s.first == nil || s.first[letter] }

// shortIs are the short forms of "is" that people type, with and without an apostrophe.
var shortIs = regexp.MustCompile(`(?i)^(how|what|where|why)['’‘]?s\b`)

// pronouns name no goal.
var pronouns = regexp.MustCompile(`(?i)^(?:it|that|this|they|you|things|life)\b`)

const (
	// longestSentence is of how many bytes a text is looked at as a sentence.
	longestSentence = 300
	// mostLines is of how many lines a message is looked at line by line: a pasted page is
	// one text.
	mostLines = 20
)

// sentence finds the command that a whole text is a sentence for.
func (g *registry) sentence(text string) (meaning, bool) {
	if len(text) > longestSentence {
		return meaning{}, false
	}
	text = plainArg(shortIs.ReplaceAllString(text, "$1 is"))
	first, _ := utf8.DecodeRuneInString(text)
	for _, s := range g.sentences {
		if !s.mayBegin(unicode.ToLower(first)) {
			continue
		}
		is := s.is()
		at := is.FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		if i := s.goal; i >= 0 && pronouns.MatchString(text[at[2*i]:at[2*i+1]]) {
			continue
		}
		arg := string(is.ExpandString(nil, s.arg, text, at))
		return meaning{cmd: s.cmd}.with("", strings.Fields(arg)), true
	}
	return meaning{}, false
}

// with gives a meaning its argument: what a phrase said already, and the words behind
// it. An id is made one word.
func (m meaning) with(said string, words []string) meaning {
	arg := strings.Join(words, " ")
	if plain := joinIDs(plainArg(arg)); !m.cmd.Verbatim || isID(plain) {
		arg = plain
	} else {
		arg = joinFirstID(arg)
	}
	m.arg = strings.TrimSpace(said + " " + arg)
	return m
}

var (
	looseID = regexp.MustCompile(`(?i)(^|[\s,&])(kr|o|p)[ \-–]([0-9]+)\b`)
	firstID = regexp.MustCompile(`(?i)^(kr|o|p)[ \-–]([0-9]+)(?:[:,]?\s|$)`)
	endsID  = regexp.MustCompile(`(?i)^((?:kr|o|p)[0-9]+)[:,?!.;]+(\s|$)`)
)

// joinIDs writes "kr 1" and "KR-1" as "kr1".
func joinIDs(arg string) string {
	if !hasDigit(arg) {
		return arg
	}
	return looseID.ReplaceAllString(arg, "$1$2$3")
}

// joinFirstID does so with an id at the beginning, and takes the signs behind it away.
func joinFirstID(arg string) string {
	if !hasDigit(arg) {
		return arg
	}
	return endsID.ReplaceAllString(firstID.ReplaceAllString(arg, "$1$2 "), "$1$2")
}

func hasDigit(text string) bool { return strings.ContainsAny(text, "0123456789") }

func isID(text string) bool {
	_, ok := okr.ParseGoalID(text)
	return ok
}

// greetings open a text, in some languages of those who write English to okrbot.
var greetings = []string{
	"hi", "hello", "hey", "hiya", "yo", "greetings", "good morning", "good afternoon", "good evening", "morning", "good day",
	"hallo", "moin", "servus", "guten morgen", "guten tag", "guten abend", "grüezi", "bonjour", "salut", "bonsoir", "hola", "buenos días", "buenas tardes",
	"ciao", "buongiorno", "olá", "bom dia", "hej", "hei", "cześć", "dzień dobry", "ahoj", "merhaba", "привет", "здравствуйте", "こんにちは", "你好", "안녕하세요", "नमस्ते",
}

// gratitude is what ends a talk.
var gratitude = []string{
	"thanks", "thank you", "thanks a lot", "many thanks", "thank you very much", "thank you so much", "thx", "ty", "cheers", "great thanks", "ok thanks", "perfect thanks", "cool thanks",
	"great", "perfect", "nice", "awesome", "cool", "well done", "good bot",
	"danke", "danke schön", "vielen dank", "merci", "merci beaucoup", "gracias", "muchas gracias", "grazie", "obrigado", "obrigada", "tack", "takk", "dziękuję", "dank je", "ありがとう", "谢谢", "спасибо",
}

// IsGreeting says whether a text is a greeting only.
func IsGreeting(text string) bool { return isOneOf(text, greetings) }

// IsThanks says whether a text is thanks only.
func IsThanks(text string) bool { return isOneOf(text, gratitude) }

func isOneOf(text string, list []string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || strings.ContainsRune(",!¡.", r) || isTrailing(r) })
	for len(words) > 1 && slices.ContainsFunc([]string{"there", "all", "everyone", "team", "okrbot"}, func(w string) bool { return strings.EqualFold(words[len(words)-1], w) }) {
		words = words[:len(words)-1]
	}
	return slices.ContainsFunc(list, func(of string) bool { return strings.EqualFold(strings.Join(words, " "), of) })
}

// isFiller says that a word before a command says nothing of it.
func isFiller(word string) bool {
	word = strings.ToLower(bareWord(word))
	return slices.Contains(fillers, word) || slices.Contains(greetings, word)
}

// fillers are words before a command, beside greetings.
var fillers = []string{"please", "pls", "bitte", "ok", "okay", "so", "well", "and", "then", "also", "just", "now", "there"}

var (
	// asking is how a sentence asks for a command that follows.
	asking = regexp.MustCompile(`(?i)^(?:good (?:morning|afternoon|evening)[,!.]?|(?:can|could|would|will) (?:you|we|i)|may i|i(?: would|['’]d) like|i (?:want|need)|let me|let['’]?s|let us|kannst du|können sie)(?: (?:maybe|kindly|please|quickly|just|to|have|know|do|go ahead and))* `)
	// showing is how one asks to see what follows.
	showing = regexp.MustCompile(`(?i)^(?:(?:show|give|get|list|tell|display|open|see|view|look at|check|zeig|zeige)(?: me| us| mir)?|(?:what|which|where|how) (?:is|are))(?: (?:the|our|all the|about))* `)
)

// withoutAsking are the words of a command in a polite sentence.
func withoutAsking(words []string) (rest []string, isAsked bool) {
	text := strings.Join(words, " ") + " "
	for {
		at := asking.FindStringIndex(text)
		if at == nil || strings.TrimSpace(text[at[1]:]) == "" {
			break
		}
		text, isAsked = text[at[1]:], true
	}
	if !isAsked {
		return words, false
	}
	return plainWords(text), true
}

// shown finds the command that one asks to see: "show me the status". Where that is none,
// or its name is the beginning of a title, "show" has a meaning of its own.
func (g *registry) shown(words []string) (meaning, bool) {
	text := shortIs.ReplaceAllString(strings.Join(words, " "), "$1 is")
	rest := showing.ReplaceAllString(text, "")
	if rest == text || strings.TrimSpace(rest) == "" {
		return meaning{}, false
	}
	m, ok := g.whole(rest)
	return m, ok && !m.cmd.Exact
}

// whole finds the command that a text is, if it is nothing else: a sentence, or a name
// with nothing or an id behind it.
func (g *registry) whole(text string) (meaning, bool) {
	words, _ := withoutAsking(plainWords(text))
	if m, ok := g.sentence(strings.Join(words, " ")); ok {
		return m, true
	}
	m, ok := g.byName(words)
	if !ok {
		return m, false
	}
	first, _, _ := strings.Cut(m.arg, " ")
	return m, m.arg == "" || isID(first) || slices.Contains([]string{"all", "mine"}, strings.ToLower(first))
}

// MostCommands is how many commands of one message are answered.
const MostCommands = 3

var (
	between = regexp.MustCompile(`(?i)\s*;\s*|,? and then |,? then |,? and |,\s+| & | \+ `)
	idList  = regexp.MustCompile(`(?i)^` + goalID + `(?:(?:,? and |,\s*| & | \+ | )` + goalID + `)+$`)
	eachID  = regexp.MustCompile(`(?i)` + goalID)
)

// Commands parts a message into its commands, by its lines and by "and" between them.
// Nothing is parted that is not a whole command on both sides: titles and notes stay
// as they are. What is none is one text.
func (g *registry) Commands(lines []string) []string {
	texts := g.byLines(lines)
	var out []string
	for _, text := range texts {
		out = append(out, g.parted(text)...)
	}
	return out
}

// byLines parts lines where one begins with a command and those before it do, too. What
// is a note on a line of its own names no goal.
func (g *registry) byLines(lines []string) []string {
	if isList(g, lines) {
		return []string{strings.Join(lines, "\n")}
	}
	if len(lines) > mostLines {
		return []string{strings.Join(lines, " ")}
	}
	var out []string
	for _, line := range lines {
		if len(out) == 0 {
			out = append(out, line)
			continue
		}
		before, begun := g.match(out[len(out)-1])
		m, isWhole := g.whole(line)
		first, _, _ := strings.Cut(m.arg, " ")
		if isWhole && begun && (!before.cmd.Verbatim || m.arg == "" || isID(first)) {
			out = append(out, line)
			continue
		}
		out[len(out)-1] += " " + line
	}
	return out
}

// isList says whether the first line is a command that keeps those behind it, none of
// which is a command.
func isList(g *registry, lines []string) bool {
	if len(lines) < 2 {
		return false
	}
	m, ok := g.match(lines[0])
	return ok && m.cmd.Lines && !slices.ContainsFunc(lines[1:], func(line string) bool {
		m, isWhole := g.whole(line)
		return isWhole && (m.arg == "" || isID(m.arg))
	})
}

// parted parts one line.
func (g *registry) parted(text string) []string {
	m, ok := g.match(text)
	if strings.Contains(text, "\n") {
		return []string{text}
	}
	if ids := plainArg(m.arg); idList.MatchString(ids) {
		return repeated(m.cmd, ids)
	}
	parts := between.Split(strings.TrimRight(text, closers+" "), mostLines)
	if ok && m.cmd.Verbatim || len(parts) == 1 {
		return []string{text}
	}
	for _, part := range parts {
		if _, isWhole := g.whole(part); !isWhole {
			return []string{text}
		}
	}
	return parts
}

// repeated is one command for each of several ids.
func repeated(cmd Command, ids string) []string {
	var out []string
	for _, id := range eachID.FindAllString(ids, -1) {
		out = append(out, cmd.Name+" "+id)
	}
	return out
}

// OneByOne refuses several commands of which one takes something away or ends it, or of
// which there are too many; nil: they may be answered one after the other.
func (g *registry) OneByOne(texts []string) error {
	if len(texts) > MostCommands {
		return okr.Errorf(okr.Invalid, "Your message has %d commands, and I answer up to %d at once. I did none of them.", len(texts), MostCommands)
	}
	for _, text := range texts {
		if m, _ := g.match(text); m.cmd.Exact && len(texts) > 1 {
			return okr.Errorf(okr.Invalid, "Send \"%s\" in a separate message. I did none of these commands.", m.cmd.Name)
		}
	}
	return nil
}
