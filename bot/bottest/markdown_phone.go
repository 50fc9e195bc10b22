package bottest

import "strings"

// phone reads Markdown as the mobile clients do, and says whether there was any.
func phone(markdown string) (plain string, isMarked bool) {
	p := &phoneReader{in: markdown}
	var pieces []piece
	for p.at < len(p.in) {
		pieces = append(pieces, p.block()...)
	}
	p.pair(pieces)
	return seen(strings.TrimLeft(wordsOf(pieces), "\n")), p.isMarked
}

type phoneReader struct {
	in       string
	at       int
	isMarked bool
	isLink   bool // the last block was a link
}

const end = -1

func (p *phoneReader) peek() int {
	if p.at >= len(p.in) {
		return end
	}
	return int(p.in[p.at])
}

func (p *phoneReader) next() string {
	p.at++
	return p.in[p.at-1 : p.at]
}

// block reads what begins here: a bracket, a line break, a list, or words up to the
// next of these. Digits and signs count as the marks of a list wherever a block
// begins, so also behind a bracket.
func (p *phoneReader) block() []piece {
	p.isLink = false
	switch ch := p.peek(); {
	case ch == '[':
		return p.link()
	case ch == ']' || ch == ')' || ch == '\n' || ch == '\r':
		return []piece{{words: p.next()}}
	case ch == '-' || ch == '+' || ch == '*':
		return p.list()
	case ch >= '0' && ch <= '9':
		return p.numbered()
	}
	return p.emphasis()
}

func (p *phoneReader) list() []piece {
	mark := p.next()
	if p.peek() == ' ' {
		return p.item("• ")
	}
	if mark == "*" {
		p.at--
		return p.emphasis()
	}
	return []piece{{words: mark}}
}

func (p *phoneReader) numbered() []piece {
	number := p.digits()
	if p.peek() != '.' {
		return []piece{{words: number}}
	}
	number += p.next()
	if p.peek() == ' ' {
		return p.item(number + " ")
	}
	return []piece{{words: number}}
}

func (p *phoneReader) digits() string {
	start := p.at
	for p.peek() >= '0' && p.peek() <= '9' {
		p.at++
	}
	return p.in[start:p.at]
}

// item reads a list's item up to the next one or an empty line.
func (p *phoneReader) item(mark string) []piece {
	p.isMarked = true
	for p.peek() == ' ' {
		p.at++
	}
	pieces := p.block()
	for p.peek() != end && !p.endsItem() {
		pieces = append(pieces, p.block()...)
	}
	p.pair(pieces)
	return []piece{{words: "\n" + mark + wordsOf(pieces)}}
}

func (p *phoneReader) endsItem() bool {
	if ch := p.peek(); ch != '\n' && ch != '\r' {
		return false
	}
	rest := p.in[p.at+1:]
	if rest == "" {
		return false
	}
	isItem := len(rest) > 1 && strings.IndexByte("-+*", rest[0]) >= 0 && rest[1] == ' '
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	isNumbered := digits > 0 && digits < len(rest) && rest[digits] == '.'
	return isItem || isNumbered || rest[0] == '\n' || rest[0] == '\r'
}

// link reads "[title](address)"; what is none stays as it is.
func (p *phoneReader) link() []piece {
	pieces := []piece{{words: p.next()}}
	for p.peek() != end && p.peek() != ']' {
		pieces = append(pieces, p.block()...)
		if p.isLink {
			break
		}
	}
	if p.peek() != ']' {
		return pieces
	}
	title := pieces[1:]
	pieces = append(pieces, piece{words: p.next()})
	if p.peek() != '(' {
		return pieces
	}
	pieces = append(pieces, piece{words: p.next()})
	to := p.closing()
	if first := p.peek(); to <= 0 || first >= 0 && first <= ' ' || first == 0x7f {
		return pieces
	}
	p.at += to + 1
	p.pair(title)
	p.isMarked, p.isLink = true, true
	return []piece{{words: wordsOf(title)}}
}

// closing is how far it is to the parenthesis that ends an address; -1: there is none.
func (p *phoneReader) closing() int {
	open := 1
	for i, ch := range []byte(p.in[p.at:]) {
		switch ch {
		case '(':
			open++
		case ')':
			open--
		}
		if open == 0 {
			return i
		}
	}
	return -1
}

// class is what a character is for the marks beside it.
type class int

const (
	classStart class = iota
	classSpace
	classWord
	classPunct
	classEscape
)

func (c class) after(ch int) class {
	switch {
	case ch > 0x7f || isASCIIAlnum(ch): // each byte of a longer character
		return classWord
	case isASCIISpace(ch):
		return classSpace
	case ch == '\\':
		return classEscape
	case isASCIIPunct(ch):
		return classPunct
	}
	return c
}

// run is how marks are read: what stands before them decides with what follows.
type run struct {
	before         class
	isAhead, isMid bool
	mark           byte
	n              int
}

func (r *run) begin(mark byte) {
	if r.before != classSpace {
		r.isAhead = r.before == classPunct
		r.isMid = r.before == classWord && mark == '_'
	}
	r.n++
	r.mark = mark
}

func (r *run) opens(next int) bool {
	return r.n > 0 && next != end && !isASCIISpace(next) &&
		(r.before != classWord || r.mark != '_' && !isASCIIPunct(next))
}

func (r *run) closes(next int) bool {
	if r.before == classSpace {
		return false
	}
	switch {
	case (next == end || isASCIISpace(next)) && (r.isAhead || r.isMid || r.mark == '*'):
		return true
	case next > 0x7f || isASCIIAlnum(next):
		return r.before != classStart && !r.isAhead && !r.isMid
	}
	return isASCIIPunct(next)
}

// emphasis reads words and the marks among them, up to what begins another block. A
// backslash keeps a mark from being one and stays; it goes before a bracket, a line
// break, and where it follows a run of marks.
func (p *phoneReader) emphasis() []piece {
	var pieces []piece
	var words strings.Builder
	r := run{}
	flush := func() {
		if words.Len() > 0 {
			pieces = append(pieces, piece{words: words.String()})
			words.Reset()
		}
	}
	for ch := p.peek(); ch != end; ch = p.peek() {
		isBlock := strings.IndexByte("[])\n\r", byte(ch)) >= 0
		switch {
		case isBlock && r.before != classEscape:
			flush()
			return pieces
		case isBlock:
			kept := strings.TrimSuffix(words.String(), `\`)
			words.Reset()
			words.WriteString(kept)
		case (ch == '*' || ch == '_') && r.before != classEscape:
			flush()
			pieces = append(pieces, p.marks(&r))
			continue
		}
		r.before = r.before.after(ch)
		words.WriteString(p.next())
	}
	flush()
	return pieces
}

// marks reads a run of marks and, but at an end, the character behind it.
func (p *phoneReader) marks(r *run) piece {
	if p.at > 0 {
		r.before = r.before.after(int(p.in[p.at-1]))
	}
	start := p.at
	first := p.in[p.at]
	for ch := p.peek(); ch == '*' || ch == '_'; ch = p.peek() {
		if byte(ch) == first {
			r.begin(first)
		}
		p.at++
	}
	text, next := p.in[start:p.at], p.peek()
	out := piece{words: text}
	if left, right := r.opens(next), r.closes(next); left || right {
		out = piece{run: &delimiter{mark: first, text: text, rest: r.n, left: left, right: right}}
	}
	r.n = 0
	if next == '\\' {
		p.at++ // goes
		r.before = classPunct
	}
	return out
}

// pair finds the runs that belong together and takes their marks out.
func (p *phoneReader) pair(pieces []piece) {
	var open []*delimiter
	for _, each := range pieces {
		d := each.run
		if d == nil {
			continue
		}
		for d.right && d.rest > 0 {
			i := len(open) - 1
			for i >= 0 && !open[i].matches(d) {
				i--
			}
			if i < 0 {
				break
			}
			open = open[:i+1]
			used := min(open[i].rest, d.rest)
			open[i].rest -= used
			d.rest -= used
			p.isMarked = true
			if open[i].rest == 0 {
				open = open[:i]
			}
		}
		if d.left && d.rest > 0 {
			open = append(open, d)
		}
	}
}
