package adotest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// serveWIQL is "Wiql - Query By Wiql" for the part of the language that a
// program writes for itself:
//
//	SELECT [a], [b] FROM WorkItems [WHERE cond [AND cond]...] [ORDER BY ...]
//	cond: [field] (= | <> | < | <= | > | >=) literal
//	    | [field] IN (literal, ...) | [field] CONTAINS literal
func (c *Cloud) serveWIQL(x *exchange) answer {
	var in struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(x.body, &in); err != nil || in.Query == "" {
		return badRequest("WorkItemTrackingQueryException", "TF51006: The query statement is missing a SELECT clause.")
	}
	if len([]rune(in.Query)) > 32_000 {
		return badRequest("WorkItemTrackingQueryException", "VS402339: The query text exceeds the limit of 32000 characters.")
	}
	if c.lacksTeam(x, in.Query) {
		return noTeam()
	}
	conds, err := parseWIQL(in.Query, strings.EqualFold(x.param("timeprecision"), "true"))
	if err != nil {
		return badRequest("WorkItemTrackingQueryException", err.Error())
	}
	ids := []int{}
	for _, it := range x.inOrg.items {
		if it.visibleTo(x.viewer, x.inOrg.Name) && c.holds(x, conds, it) {
			ids = append(ids, it.ID)
		}
	}
	if c.tooLarge(x, len(ids)) {
		return tooMany()
	}
	body := x.resultHead(c, Flat)
	body["workItems"] = x.refs(capped(ids, min(x.intParam("$top", sizeLimit), sizeLimit)))
	return jsonAnswer(http.StatusOK, body)
}

// condition is one comparison; several values belong to IN.
type condition struct {
	field, op string
	values    []string // as written: 'text', 12, @me
}

var (
	wiqlShape  = regexp.MustCompile(`(?is)^\s*SELECT\s+(.+?)\s+FROM\s+WorkItems(?:\s+WHERE\s+(.+?))?(?:\s+ORDER\s+BY\s+.+)?\s*$`)
	wiqlClause = regexp.MustCompile(`(?is)^\(?\s*\[([\w.]+)\]\s*(=|<>|<=|>=|<|>|\bIN\b|\bCONTAINS\b)\s*(.+?)\s*$`)
	wiqlValue  = regexp.MustCompile(`(?s)'(?:[^']|'')*'|@\w+(?:\s*\('[^']*'\))?(?:\s*[-+]\s*\d+)?|[-\d.]+`)
	macroDays  = regexp.MustCompile(`^@\w+\s*([-+])\s*(\d+)$`)
	dayOnly    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

func parseWIQL(text string, timePrecision bool) ([]condition, error) {
	m := wiqlShape.FindStringSubmatch(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(text))
	if m == nil {
		return nil, fmt.Errorf("TF51006: The query statement cannot be read. The error is caused by «%.40s»", text)
	}
	var out []condition
	if strings.TrimSpace(m[2]) == "" {
		return nil, nil
	}
	for _, part := range splitAnd(m[2]) {
		p := wiqlClause.FindStringSubmatch(part)
		if p == nil {
			return nil, fmt.Errorf("TF51006: The query statement cannot be read. The error is caused by «%s»", part)
		}
		cond := condition{strings.ToLower(p[1]), strings.ToUpper(p[2]), wiqlValue.FindAllString(p[3], -1)}
		if len(cond.values) == 0 || cond.op != "IN" && len(cond.values) > 1 {
			return nil, fmt.Errorf("TF51006: The query statement cannot be read. The error is caused by «%s»", p[3])
		}
		if err := cond.check(timePrecision); err != nil {
			return nil, err
		}
		out = append(out, cond)
	}
	return out, nil
}

// splitAnd cuts at AND outside of quotes.
func splitAnd(s string) []string {
	var parts []string
	quoted, start := false, 0
	for i := range s {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case !quoted && i >= start && len(s) >= i+5 && strings.EqualFold(s[i:i+5], " and "):
			parts = append(parts, s[start:i])
			start = i + 5
		}
	}
	return append(parts, s[start:])
}

func (w condition) isDate() bool {
	return w.field == "system.changeddate" || w.field == "system.createddate"
}

func (w condition) check(timePrecision bool) error {
	if !w.isDate() {
		return nil
	}
	v := unquote(w.values[0])
	if _, err := parseDate(v); err != nil && !strings.HasPrefix(v, "@") {
		return fmt.Errorf("TF51006: The date '%s' cannot be read. The error is caused by «'%s'»", v, v)
	}
	if !timePrecision && !dayOnly.MatchString(v) && !strings.HasPrefix(v, "@") {
		return fmt.Errorf("You cannot supply a time with the date when running a query using date precision. The error is caused by «[%s] %s '%s'»", w.field, w.op, v) //nolint:staticcheck // the service's words
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

func (c *Cloud) holds(x *exchange, conds []condition, it *Item) bool {
	for _, w := range conds {
		if !w.holds(c, x, it) {
			return false
		}
	}
	return true
}

func (w condition) holds(c *Cloud, x *exchange, it *Item) bool {
	if w.isDate() {
		return w.dateHolds(c, it)
	}
	have := c.plain(w.field, it)
	for _, raw := range w.values {
		want := unquote(raw)
		switch strings.ToLower(want) {
		case "@project":
			want = ""
			if x.inProj != nil {
				want = x.inProj.Name
			}
		case "@me":
			want = x.viewer.UPN
		}
		if compare(w.op, have, want) {
			return true
		}
	}
	return false
}

func (w condition) dateHolds(c *Cloud, it *Item) bool {
	have, day := it.Changed, c.now().UTC().Truncate(24*time.Hour)
	if w.field == "system.createddate" {
		have = it.Created
	}
	text := unquote(w.values[0])
	at, err := parseDate(text)
	if err != nil { // @Today, with or without a number of days
		at = day
	}
	if m := macroDays.FindStringSubmatch(text); m != nil {
		days, _ := strconv.Atoi(m[1] + m[2])
		at = day.AddDate(0, 0, days)
	}
	return ordered(w.op, have.Compare(at))
}

// plain is a field's value as text for comparison.
func (c *Cloud) plain(field string, it *Item) string {
	switch field {
	case "system.id":
		return itoa(it.ID)
	case "system.teamproject":
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

func compare(op, have, want string) bool {
	switch op {
	case "IN":
		op = "="
	case "CONTAINS":
		return strings.Contains(strings.ToLower(have), strings.ToLower(want))
	}
	a, errA := strconv.Atoi(have)
	b, errB := strconv.Atoi(want)
	if errA == nil && errB == nil {
		return ordered(op, a-b)
	}
	return ordered(op, strings.Compare(strings.ToLower(have), strings.ToLower(want)))
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
