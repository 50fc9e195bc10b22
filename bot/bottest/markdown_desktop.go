package bottest

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DesktopPlain is what the desktop shows of Markdown: the rules of CommonMark
// (https://spec.commonmark.org/0.31.2) with strikethrough, and without what looks
// like a tag or like {{DATE(…)}}, which its renderers take out.
func DesktopPlain(markdown string) string {
	var lines []string
	for line := range strings.SplitSeq(markdown, "\n") {
		lines = append(lines, desktopLine(line, len(lines) == 0))
	}
	return seen(desktopInline(strings.Join(lines, "\n")))
}

var (
	lineRule    = regexp.MustCompile(`^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$`)
	lineItem    = regexp.MustCompile(`^ {0,3}(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]+|$)`)
	lineHeading = regexp.MustCompile(`^ {0,3}#{1,6}(?:[ \t]+|$)`)
	lineQuote   = regexp.MustCompile(`^ {0,3}> ?`)
	lineUnder   = regexp.MustCompile(`^ {0,3}(?:=+|-+)[ \t]*$`)
	lineFence   = regexp.MustCompile("^ {0,3}(?:`{3,}[^`]*|~{3,}.*)$")
	lineLinkDef = regexp.MustCompile(`^ {0,3}\[[^\[\]]+\]:[ \t]*\S+`)

	inlineTag    = regexp.MustCompile(`^<(?:/?[A-Za-z]|!|\?)[^<>]*>`)
	inlineEntity = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)
	inlineDate   = regexp.MustCompile(`^\{\{(?:DATE|TIME)\([^)]*\)\}\}`)
	inlineTo     = regexp.MustCompile(`^\([^\s()]*(?:\([^\s()]*\)[^\s()]*)*\)`)
)

// desktopLine takes the mark off a line that begins a block.
func desktopLine(line string, isFirst bool) string {
	if !beginsBlock(line) {
		return line
	}
	switch {
	case lineRule.MatchString(line), lineFence.MatchString(line), lineLinkDef.MatchString(line), !isFirst && lineUnder.MatchString(line):
		return ""
	case lineItem.MatchString(line):
		return "\n• " + lineItem.ReplaceAllString(line, "")
	}
	return lineQuote.ReplaceAllString(lineHeading.ReplaceAllString(line, ""), "")
}

// beginsBlock says whether a line begins as one with a mark may. Of all lines of all
// cards few do, and the expressions need far longer to tell.
func beginsBlock(line string) bool {
	rest := strings.TrimLeft(line, " ")
	return rest != "" && strings.IndexByte("-*_+#>=`~[0123456789", rest[0]) >= 0
}

// desktopInline reads what stands in a paragraph.
func desktopInline(in string) string {
	var pieces []piece
	for at := 0; at < len(in); {
		p, n := desktopPiece(in, at)
		pieces = append(pieces, p)
		at += n
	}
	pairDesktop(pieces)
	return wordsOf(pieces)
}

// desktopPiece is what begins at a place, and its length there.
func desktopPiece(in string, at int) (piece, int) {
	rest := in[at:]
	switch ch := rest[0]; {
	case ch == '\\' && len(rest) > 1 && isASCIIPunct(int(rest[1])):
		return piece{words: rest[1:2]}, 2
	case ch == '\\' && len(rest) > 1 && rest[1] == '\n':
		return piece{}, 1
	case ch == '`':
		return desktopCode(rest)
	case ch == '&' && inlineEntity.MatchString(rest):
		entity := inlineEntity.FindString(rest)
		return piece{words: html.UnescapeString(entity)}, len(entity)
	case ch == '<' && inlineTag.MatchString(rest):
		return piece{}, len(inlineTag.FindString(rest))
	case ch == '{' && inlineDate.MatchString(rest):
		return piece{}, len(inlineDate.FindString(rest))
	case ch == '[':
		if title, n := desktopLink(rest); n > 0 {
			return piece{words: desktopInline(title)}, n
		}
	case ch == '*' || ch == '_' || ch == '~':
		return desktopMarks(in, at)
	}
	return piece{words: rest[:1]}, 1
}

// desktopCode reads code between equal runs of backticks.
func desktopCode(in string) (piece, int) {
	n := len(in) - len(strings.TrimLeft(in, "`"))
	for at := n; at < len(in); {
		i := strings.IndexByte(in[at:], '`')
		if i < 0 {
			break
		}
		at += i
		m := len(in[at:]) - len(strings.TrimLeft(in[at:], "`"))
		if m == n {
			return piece{words: in[n:at]}, at + m
		}
		at += m
	}
	return piece{words: in[:n]}, n
}

// desktopLink reads "[title](address)": the brackets of the title are in pairs, and
// no link is in it.
func desktopLink(in string) (title string, length int) {
	depth := 0
	for i := 0; i < len(in); i++ {
		switch in[i] {
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			to := inlineTo.FindString(in[i+1:])
			if depth--; depth == 0 && to != "" {
				return in[1:i], i + 1 + len(to)
			}
			if depth == 0 || to != "" {
				return "", 0
			}
		}
	}
	return "", 0
}

// desktopMarks reads a run of one mark and whether it may begin or end an emphasis.
func desktopMarks(in string, at int) (piece, int) {
	mark := in[at]
	n := len(in[at:]) - len(strings.TrimLeft(in[at:], string(mark)))
	text := in[at : at+n]
	if mark == '~' && n < 2 {
		return piece{words: text}, n
	}
	before, _ := utf8.DecodeLastRuneInString(in[:at])
	after, _ := utf8.DecodeRuneInString(in[at+n:])
	isOpen := isBeside(after, before, at == 0, at+n == len(in))
	isEnd := isBeside(before, after, at+n == len(in), at == 0)
	d := &delimiter{mark: mark, text: text, rest: n, left: isOpen, right: isEnd}
	if mark == '_' {
		d.left, d.right = isOpen && (!isEnd || isPunct(before)), isEnd && (!isOpen || isPunct(after))
	}
	return piece{run: d}, n
}

// isBeside says whether a run clings to what is near, with far at its other side.
func isBeside(near, far rune, isFarEdge, isNearEdge bool) bool {
	if isNearEdge || unicode.IsSpace(near) {
		return false
	}
	return !isPunct(near) || isFarEdge || unicode.IsSpace(far) || isPunct(far)
}

func isPunct(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// pairDesktop takes out the marks that belong together. For each end the nearest
// beginning counts, and what is open between them is closed off.
func pairDesktop(pieces []piece) {
	var open []*delimiter
	for _, each := range pieces {
		d := each.run
		for d != nil && d.right && d.rest > 0 {
			i := len(open) - 1
			for i >= 0 && !open[i].matches(d) {
				i--
			}
			if i < 0 {
				break
			}
			used := min(open[i].rest, d.rest, 2)
			open[i].rest -= used
			d.rest -= used
			open = open[:i+1]
			if open[i].rest == 0 {
				open = open[:i]
			}
		}
		if d != nil && d.left && d.rest > 0 {
			open = append(open, d)
		}
	}
}
