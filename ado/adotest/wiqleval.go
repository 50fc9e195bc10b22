package adotest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The types of fields, as far as operators differ by them.
const (
	fieldText = iota
	fieldInteger
	fieldDate
	fieldPath
	fieldLink // System.Links.LinkType, of a query of links
	fieldUnknown
)

// maxWordsText is how long a text may be that Contains Words looks for
// (Microsoft Learn, "Query by titles, IDs, and rich-text fields").
const maxWordsText = 100

const hierarchyForward = "System.LinkTypes.Hierarchy-Forward"

var (
	macroDays = regexp.MustCompile(`^@\w+\s*([-+])\s*(\d+)$`)
	dayOnly   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

func kindOfField(field string) int {
	switch field {
	case "system.id", "system.parent", "system.rev":
		return fieldInteger
	case "system.changeddate", "system.createddate":
		return fieldDate
	case "system.areapath", "system.iterationpath":
		return fieldPath
	case "system.links.linktype":
		return fieldLink
	case "system.teamproject", "system.state", "system.workitemtype", "system.title", "system.tags", "system.assignedto":
		return fieldText
	}
	return fieldUnknown
}

// operatorsOf lists those that a field of the type takes.
func operatorsOf(kind int) []string {
	switch kind {
	case fieldPath:
		return []string{"=", "<>", "IN", "UNDER"}
	case fieldLink:
		return []string{"="}
	case fieldText:
		return []string{"=", "<>", "<", "<=", ">", ">=", "IN", "CONTAINS", "CONTAINS WORDS"}
	}
	return []string{"=", "<>", "<", "<=", ">", ">=", "IN"}
}

// checkWIQL refuses what the service refuses before it looks at any item.
func (c *Cloud) checkWIQL(x *exchange, s statement, timePrecision bool) error {
	for _, by := range s.order {
		if k := kindOfField(by.field); k == fieldUnknown || k == fieldLink {
			return noField(by.field)
		}
	}
	types := 0
	if err := s.where.each(func(e *expression) error {
		if e.cond.field == "system.links.linktype" {
			types++
		}
		return c.checkCondition(x, s, e, timePrecision)
	}); err != nil {
		return err
	}
	if s.links && types == 0 {
		return fmt.Errorf("TF51006: A query of the mode Recursive names the type of links of a tree. The error is caused by «MODE (Recursive)»")
	}
	return nil
}

// words are a sentence of the service as it is, with a capital and a full stop.
type words string

func (w words) Error() string { return string(w) }

func said(format string, args ...any) error { return words(fmt.Sprintf(format, args...)) }

func noField(field string) error {
	return said("TF51005: The query references a field that does not exist. The error is caused by «[%s]».", field)
}

// each goes over all conditions.
func (e *expression) each(visit func(*expression) error) error {
	if e == nil {
		return nil
	}
	if e.join == "" {
		return visit(e)
	}
	for _, part := range e.parts {
		if err := part.each(visit); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) checkCondition(x *exchange, s statement, e *expression, timePrecision bool) error {
	w, kind := e.cond, kindOfField(e.cond.field)
	switch {
	case kind == fieldUnknown, e.source && !s.links, kind == fieldLink && !s.links:
		return noField(w.field)
	case s.links && kind == fieldLink && (e.source || w.op != "=" || !strings.EqualFold(unquote(w.values[0]), hierarchyForward)):
		return fmt.Errorf("TF51006: The type of links of a tree is one of its topology, forward. The error is caused by «%s»", w.values[0])
	case s.links && kind != fieldLink && !e.source:
		return fmt.Errorf("TF51006: A field of a query of links belongs to [Source] or [Target]. The error is caused by «[%s]»", w.field)
	case kind == fieldPath && !slices.Contains(operatorsOf(kind), w.op):
		return said("The specified operator cannot be used with area path fields. The error is caused by «%s».", w.op)
	case !slices.Contains(operatorsOf(kind), w.op), w.op == "CONTAINS WORDS" && w.field != "system.title":
		return fmt.Errorf("TF51006: The operator cannot be used with this field. The error is caused by «%s»", w.op)
	case w.op == "CONTAINS WORDS" && len([]rune(unquote(w.values[0]))) > maxWordsText:
		return fmt.Errorf("TF51006: The text of Contains Words has at most %d characters. The error is caused by «%s»", maxWordsText, w.op)
	}
	for _, v := range w.values {
		if err := c.checkValue(x, w, kind, v, timePrecision); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) checkValue(x *exchange, w condition, kind int, v string, timePrecision bool) error {
	macro := strings.HasPrefix(v, "@")
	switch {
	case strings.EqualFold(v, "@project") && x.inProj == nil:
		return said("The macro '@project' is not supported without a project in the address.")
	case kind == fieldInteger && !macro:
		if _, err := strconv.ParseInt(unquote(v), 10, 32); err != nil {
			return fmt.Errorf("TF51006: The value is no whole number. The error is caused by «%s»", v)
		}
	case kind == fieldPath && !macro && !x.inOrg.knowsPath(w.field, unquote(v)):
		what := "area"
		if w.field == "system.iterationpath" {
			what = "iteration"
		}
		return said("TF51011: The specified %s path does not exist. The error is caused by «%s».", what, v)
	case kind == fieldDate:
		return w.checkDate(unquote(v), timePrecision)
	}
	return nil
}

func (w condition) checkDate(v string, timePrecision bool) error {
	if _, err := parseDate(v); err != nil && !strings.HasPrefix(v, "@") {
		return fmt.Errorf("TF51006: The date '%s' cannot be read. The error is caused by «'%s'»", v, v)
	}
	if !timePrecision && !dayOnly.MatchString(v) && !strings.HasPrefix(v, "@") {
		return said("You cannot supply a time with the date when running a query using date precision. The error is caused by «[%s] %s '%s'»", w.field, w.op, v)
	}
	return nil
}

func parseDate(v string) (time.Time, error) {
	if dayOnly.MatchString(v) {
		return time.Parse("2006-01-02", v)
	}
	return time.Parse(time.RFC3339, v)
}

func unquote(v string) string {
	if len(v) >= 2 && v[0] == '\'' {
		return strings.ReplaceAll(v[1:len(v)-1], "''", "'")
	}
	return v
}

func (e *expression) holds(c *Cloud, x *exchange, it *Item) bool {
	holds := func(part *expression) bool { return part.holds(c, x, it) }
	switch e.join {
	case "NOT":
		return !holds(e.parts[0])
	case "OR":
		return slices.ContainsFunc(e.parts, holds)
	case "AND":
		return !slices.ContainsFunc(e.parts, func(part *expression) bool { return !holds(part) })
	}
	return e.cond.holds(c, x, it)
}

func (w condition) holds(c *Cloud, x *exchange, it *Item) bool {
	switch kindOfField(w.field) {
	case fieldDate:
		return w.dateHolds(c, it)
	case fieldLink:
		return true // each link that is followed is of this type
	}
	have := c.plain(w.field, it)
	return slices.ContainsFunc(w.values, func(raw string) bool { return compare(w.op, have, x.valueOf(raw)) })
}

// valueOf gives a literal, or what a macro stands for; in quotes it is a text.
func (x *exchange) valueOf(raw string) string {
	switch strings.ToLower(raw) {
	case "@project":
		return x.inProj.Name
	case "@me":
		return x.viewer.UPN
	}
	return unquote(raw)
}

func dateOf(field string, it *Item) time.Time {
	if field == "system.createddate" {
		return it.Created
	}
	return it.Changed
}

func (w condition) dateHolds(c *Cloud, it *Item) bool {
	day := c.now().UTC().Truncate(24 * time.Hour)
	return slices.ContainsFunc(w.values, func(raw string) bool {
		text := unquote(raw)
		at, err := parseDate(text)
		if err != nil { // @Today, with or without a number of days
			at = day
		}
		if m := macroDays.FindStringSubmatch(text); m != nil {
			days, _ := strconv.Atoi(m[1] + m[2])
			at = day.AddDate(0, 0, days)
		}
		return ordered(strings.Replace(w.op, "IN", "=", 1), dateOf(w.field, it).Compare(at))
	})
}

// plain is a field's value as text for comparison.
func (c *Cloud) plain(field string, it *Item) string {
	switch field {
	case "system.id":
		return itoa(it.ID)
	case "system.rev":
		return itoa(it.Rev)
	case "system.teamproject":
		return it.Project
	case "system.areapath":
		return it.areaPath()
	case "system.iterationpath":
		return it.Project
	case "system.state":
		return it.State
	case "system.workitemtype":
		return it.Type
	case "system.title":
		return it.Title
	case "system.tags":
		return strings.Join(it.Tags, "; ")
	case "system.parent":
		return itoa(it.Parent)
	case "system.assignedto":
		if u := c.user(it.AssignedTo); u != nil {
			return u.UPN
		}
	}
	return ""
}

func numberOf(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func compare(op, have, want string) bool {
	low, sought := strings.ToLower(have), strings.ToLower(want)
	switch op {
	case "IN":
		op = "="
	case "CONTAINS":
		return strings.Contains(low, sought)
	case "CONTAINS WORDS":
		return containsWords(low, sought)
	case "UNDER":
		return low == sought || strings.HasPrefix(low, sought+`\`)
	}
	a, errA := strconv.Atoi(have)
	b, errB := strconv.Atoi(want)
	if errA == nil && errB == nil {
		return ordered(op, a-b)
	}
	return ordered(op, strings.Compare(low, sought))
}

// containsWords finds a phrase of whole words; one that ends with * begins the
// word. Letters and digits make words, as in the index of full texts.
func containsWords(have, want string) bool {
	isSign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	sought, open := strings.CutSuffix(want, "*")
	words, phrase := strings.FieldsFunc(have, isSign), strings.FieldsFunc(sought, isSign)
	last := len(phrase) - 1
	for i := 0; last >= 0 && i+last < len(words); i++ {
		if !slices.Equal(words[i:i+last], phrase[:last]) {
			continue
		}
		if words[i+last] == phrase[last] || open && strings.HasPrefix(words[i+last], phrase[last]) {
			return true
		}
	}
	return false
}

func ordered(op string, cmp int) bool {
	switch op {
	case "=":
		return cmp == 0
	case "<>":
		return cmp != 0
	case "<":
		return cmp < 0
	case "<=":
		return cmp <= 0
	case ">":
		return cmp > 0
	}
	return cmp >= 0
}
