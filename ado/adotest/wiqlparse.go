package adotest

import (
	"fmt"
	"regexp"
	"strings"
)

// statement is a query text that was understood.
type statement struct {
	links bool // FROM WorkItemLinks … MODE (Recursive)
	where *expression
	order []ordering
}

type ordering struct {
	field      string // lower case
	descending bool
}

// expression is a condition, or several that are joined.
type expression struct {
	join   string // AND, OR, NOT; empty: it is cond
	parts  []*expression
	cond   condition
	source bool // [Source].[field]
}

// condition is one comparison; several values belong to IN.
type condition struct {
	field, op string   // in lower and upper case
	values    []string // as written: 'text', 12, @me
}

// wiqlTokens: 'text' with doubled quotes, [field], a word, a number, a macro with
// what it is given, and signs.
var wiqlTokens = regexp.MustCompile(`(?s)^(?:'(?:[^']|'')*'|\[[^\[\]']+\]|@\w+(?:\s*\('[^']*'\))?(?:\s*[-+]\s*\d+)?|-?\d+(?:\.\d+)?|\w+|<>|<=|>=|[=<>(),.])`)

func tokensOf(text string) ([]string, error) {
	var out []string
	for rest := strings.TrimSpace(text); rest != ""; {
		token := wiqlTokens.FindString(rest)
		if token == "" {
			return nil, unreadable(rest)
		}
		out = append(out, token)
		rest = strings.TrimSpace(rest[len(token):])
	}
	return out, nil
}

func unreadable(at string) error {
	return fmt.Errorf("TF51006: The query statement cannot be read. The error is caused by «%.40s»", strings.ToValidUTF8(at, ""))
}

// reader goes over the tokens of a text.
type reader struct {
	tokens []string
	depth  int
}

// maxNesting bounds how deep a text may nest.
const maxNesting = 50

func (r *reader) peek() string {
	if len(r.tokens) == 0 {
		return ""
	}
	return strings.ToUpper(r.tokens[0])
}

func (r *reader) next() string {
	if len(r.tokens) == 0 {
		return ""
	}
	token := r.tokens[0]
	r.tokens = r.tokens[1:]
	return token
}

// take steps over words, if they come next.
func (r *reader) take(words ...string) bool {
	for i, w := range words {
		if i >= len(r.tokens) || !strings.EqualFold(r.tokens[i], w) {
			return false
		}
	}
	r.tokens = r.tokens[len(words):]
	return true
}

func (r *reader) wrong() error { return unreadable(strings.Join(r.tokens, " ")) }

func parseWIQL(text string) (statement, error) {
	tokens, err := tokensOf(text)
	if err != nil {
		return statement{}, err
	}
	r := &reader{tokens: tokens}
	s := statement{}
	if !r.take("SELECT") || !r.fieldList() || !r.take("FROM") {
		return s, r.wrong()
	}
	switch {
	case r.take("WorkItemLinks"):
		s.links = true
	case !r.take("WorkItems"):
		return s, r.wrong()
	}
	if r.take("WHERE") {
		if s.where, err = r.expression(); err != nil {
			return s, err
		}
	}
	if r.take("ORDER", "BY") && !r.ordering(&s) {
		return s, r.wrong()
	}
	if s.links && !r.take("MODE", "(", "Recursive", ")") || len(r.tokens) > 0 {
		return s, r.wrong()
	}
	if s.links && len(s.order) > 0 {
		return s, fmt.Errorf("TF51006: ORDER BY cannot be used in a query of the mode Recursive. The error is caused by «ORDER BY»")
	}
	return s, nil
}

func (r *reader) fieldList() bool {
	for {
		if _, ok := bracketed(r.next()); !ok {
			return false
		}
		if !r.take(",") {
			return true
		}
	}
}

func bracketed(token string) (string, bool) {
	if !strings.HasPrefix(token, "[") {
		return "", false
	}
	return strings.ToLower(strings.Trim(token, "[]")), true
}

func (r *reader) ordering(s *statement) bool {
	for {
		field, ok := bracketed(r.next())
		if !ok {
			return false
		}
		by := ordering{field: field, descending: r.take("DESC")}
		if !by.descending {
			r.take("ASC")
		}
		s.order = append(s.order, by)
		if !r.take(",") {
			return true
		}
	}
}

// expression reads conditions that are joined by OR, which binds less than AND.
func (r *reader) expression() (*expression, error) {
	return r.joined("OR", func() (*expression, error) { return r.joined("AND", r.operand) })
}

func (r *reader) joined(by string, part func() (*expression, error)) (*expression, error) {
	first, err := part()
	if err != nil || r.peek() != by {
		return first, err
	}
	all := &expression{join: by, parts: []*expression{first}}
	for r.take(by) {
		next, err := part()
		if err != nil {
			return nil, err
		}
		all.parts = append(all.parts, next)
	}
	return all, nil
}

func (r *reader) operand() (*expression, error) {
	if r.depth++; r.depth > maxNesting {
		return nil, r.wrong()
	}
	defer func() { r.depth-- }()
	switch {
	case r.take("NOT"):
		inner, err := r.operand()
		return &expression{join: "NOT", parts: []*expression{inner}}, err
	case r.take("("):
		inner, err := r.expression()
		if err == nil && !r.take(")") {
			err = r.wrong()
		}
		return inner, err
	}
	return r.condition()
}

func (r *reader) condition() (*expression, error) {
	at := *r
	e := &expression{source: r.take("[Source]", ".")}
	field, ok := bracketed(r.next())
	if !ok {
		return nil, at.wrong()
	}
	e.cond.field = field
	not := r.take("NOT")
	switch op := strings.ToUpper(r.next()); op {
	case "IN":
		e.cond.op = op
		ok = r.values(&e.cond)
	case "=", "<>", "<", "<=", ">", ">=", "UNDER", "CONTAINS":
		if e.cond.op = op; op == "CONTAINS" && r.take("WORDS") {
			e.cond.op = "CONTAINS WORDS"
		}
		ok = r.value(&e.cond)
	default:
		ok = false
	}
	if !ok || not && strings.ContainsAny(e.cond.op, "=<>") {
		return nil, at.wrong()
	}
	if not {
		return &expression{join: "NOT", parts: []*expression{e}}, nil
	}
	return e, nil
}

func (r *reader) value(c *condition) bool {
	v := r.next()
	if v == "" || !strings.ContainsRune("'@-0123456789", rune(v[0])) {
		return false
	}
	c.values = append(c.values, v)
	return true
}

func (r *reader) values(c *condition) bool {
	if !r.take("(") {
		return false
	}
	for r.value(c) {
		if r.take(")") {
			return true
		}
		if !r.take(",") {
			return false
		}
	}
	return false
}
