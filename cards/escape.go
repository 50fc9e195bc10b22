package cards

import (
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"okrbot/okr"
)

// Lengths in characters (runes) to which texts are cut.
const (
	maxSummary = 200
	maxLong    = 160 // a title that has its card to itself is cut at okr.MaxTitle
	maxRow     = 60  // titles in lists
	maxChoice  = 80
	maxButton  = 40
	maxMessage = 600
)

// md is Markdown that is safe to show: made of constants and of what [Escape]
// gives.
type md string

// mdf formats Markdown. Every argument that is neither md nor a number is
// escaped and cut to the length of a row.
func mdf(format string, args ...any) md { return mdn(maxRow, format, args...) }

// escaped is mdf("%s", text).
func escaped(text string) md { return md(Escape(text, maxRow)) }

// mdn is mdf with another length.
func mdn(n int, format string, args ...any) md {
	if len(args) == 1 && format == "%s" {
		if text, is := args[0].(string); is {
			return md(Escape(text, n))
		}
	}
	safe := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case md, int:
			safe[i] = arg
		case string:
			safe[i] = Escape(arg, n)
		default:
			safe[i] = Escape(fmt.Sprint(arg), n)
		}
	}
	return md(fmt.Sprintf(format, safe...))
}

// joinMD joins the parts that are not empty.
func joinMD(sep string, parts ...md) md {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, string(p))
		}
	}
	return md(strings.Join(out, sep))
}

// Escape makes text literal in the Markdown of Adaptive Cards: one line of at most
// n characters.
func Escape(text string, n int) string { return literal(Plain(text, n)) }

// What stands where a character would be a mark. Phones show a backslash and an
// entity as they are (MarkDownParser of the shared model,
// https://github.com/microsoft/AdaptiveCards), so that neither can be used: a space
// without width parts what is a mark only together with its neighbours, and the two
// marks that no neighbour can disarm become characters that look the same.
const (
	gap      = "\u200b"
	asterisk = "\u2217" // asterisk operator
	backtick = "\u1fef" // varia, of which a backtick is the normal form
)

// literal makes one line literal, in one pass: a line without marks is given back
// as it is.
func literal(line string) string {
	var b strings.Builder
	done := 0 // how much of the line is in b
	put := func(at int, what string, skip int) {
		b.WriteString(line[done:at])
		b.WriteString(what)
		done = at + skip
	}
	if isMarker(line) || strings.HasPrefix(line, "\\") {
		put(0, gap, 0)
	}
	var before rune
	for i, r := range line {
		next := i + utf8.RuneLen(r)
		after, _ := utf8.DecodeRuneInString(line[next:])
		isLast := next == len(line)
		switch r {
		case '*':
			if before != ' ' || after != ' ' || isLast {
				put(i, asterisk, 1)
			}
		case '`':
			put(i, backtick, 1)
		case '_':
			if before != '_' && !isWord(before) {
				put(i, gap, 0)
			}
			if after != '_' && (isLast || !isWord(after)) {
				put(next, gap, 0)
			}
		default:
			if needsGap(r, after, line[next:]) {
				put(next, gap, 0)
			}
		}
		before = r
	}
	if done == 0 && b.Len() == 0 {
		return line
	}
	b.WriteString(line[done:])
	return b.String()
}

// needsGap says whether a character would be a mark together with what follows it.
// A bracket also begins a line for the phones. What may follow the end of the line is
// not known.
func needsGap(r, after rune, rest string) bool {
	isLast := rest == ""
	switch r {
	case '\\':
		return isLast || after != ' ' && !isWord(after)
	case '<':
		return isLast || after == '/' || after == '!' || after == '?' || isWord(after)
	case '&':
		return isEntity(rest)
	case '~':
		return after == '~'
	case ']':
		return isLast || after == '(' || after == '[' || after == ':' || isMarker(rest)
	case '[', ')':
		return isMarker(rest)
	}
	return false
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isEntity says whether what follows an ampersand makes a character of it, also with
// a semicolon that may follow the end of the line.
func isEntity(rest string) bool {
	end := 0
	for end < len(rest) && (rest[end] == '#' && end == 0 || rest[end] < utf8.RuneSelf && isWord(rune(rest[end]))) {
		end++
	}
	if end < len(rest) && rest[end] != ';' || end == 0 {
		return false
	}
	entity := "&" + rest[:end] + ";"
	return rest[0] == '#' || html.UnescapeString(entity) != entity
}

// Plain makes text safe where no Markdown is read: one line of at most n
// characters, with "{{" broken.
func Plain(text string, n int) string {
	text = okr.Shorten(oneLine(text), n)
	for strings.Contains(text, "{{") {
		text = strings.ReplaceAll(text, "{{", "{\u200b{")
	}
	return text
}

// oneLine is [okr.CleanLine], but spaces that keep a number on one line stay.
func oneLine(text string) string {
	const keeps = "\u00a0"
	if !strings.Contains(text, keeps) {
		return okr.CleanLine(text)
	}
	var parts []string
	for part := range strings.SplitSeq(text, keeps) {
		if part = okr.CleanLine(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, keeps)
}

// isMarker says whether a line begins with the mark of a list, a heading, a quote or
// a rule. Phones look for a list's mark anew behind each number and sign that they
// meet at the start ("1.5. " and "2026-11-28. " are lists to them).
func isMarker(line string) bool {
	if line == "" {
		return false
	}
	if rest := strings.TrimLeft(line, "#"); len(rest) < len(line) {
		return rest == "" || rest[0] == ' '
	}
	if line[0] == '>' || strings.Trim(line, "=") == "" || strings.Trim(line, "-") == "" || strings.HasPrefix(line, "~~~") {
		return true
	}
	for line != "" {
		rest := strings.TrimLeft(line, "0123456789")
		isNumber := len(rest) < len(line)
		switch {
		case rest == "":
			return false
		case isNumber && (rest[0] == '.' || rest[0] == ')'), !isNumber && (rest[0] == '-' || rest[0] == '+'):
			line = rest[1:]
			if line == "" || line[0] == ' ' {
				return true
			}
		case !isNumber:
			return false
		default:
			line = rest
		}
	}
	return false
}
