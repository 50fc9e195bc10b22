package adotest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// maxWiql is how many characters a query text may have (Microsoft Learn, "WIQL
// syntax": 32K, the same as its limits page).
const maxWiql = 32_000

// serveWIQL is "Wiql - Query By Wiql" for the part of the language that a
// program writes for itself:
//
//	SELECT [a], [b] FROM WorkItems [WHERE expr] [ORDER BY [a] [ASC|DESC], …]
//	SELECT [a], [b] FROM WorkItemLinks WHERE expr MODE (Recursive)
//	expr: cond | expr AND expr | expr OR expr | NOT expr | (expr)
//	cond: [field] (= | <> | < | <= | > | >= | UNDER | CONTAINS | CONTAINS WORDS) value
//	    | [field] [NOT] IN (value, …)
//
// In a query of links a field is [Source].[field], and the link type is that of
// the hierarchy. Each field takes the operators of its type (Microsoft Learn,
// "WIQL syntax", Operators). The address of a project gives @project its value
// and leaves out nothing.
func (c *Cloud) serveWIQL(x *exchange) answer {
	var in struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(x.body, &in); err != nil || in.Query == "" {
		return badRequest("WorkItemTrackingQueryException", "TF51006: The query statement is missing a SELECT clause.")
	}
	if len([]rune(in.Query)) > maxWiql {
		return badRequest("WorkItemTrackingQueryException", "VS402339: The query text exceeds the limit of 32000 characters.")
	}
	if c.lacksTeam(x, in.Query) {
		return noTeam()
	}
	s, err := parseWIQL(in.Query)
	if err == nil {
		err = c.checkWIQL(x, s, strings.EqualFold(x.param("timeprecision"), "true"))
	}
	if err != nil {
		key := "WorkItemTrackingQueryException"
		if strings.HasPrefix(err.Error(), "TF51011") {
			key = "SyntaxException"
		}
		return badRequest(key, err.Error())
	}
	return c.runWIQL(x, s)
}

func (c *Cloud) runWIQL(x *exchange, s statement) answer {
	found := x.visibleItems(func(it *Item) bool { return s.where == nil || s.where.holds(c, x, it) })
	if s.links {
		found = x.withBelow(found)
	}
	if c.tooLarge(x, len(found)) {
		return tooMany()
	}
	top := min(x.intParam("$top", sizeLimit), sizeLimit)
	if s.links {
		body := x.resultHead(c, Tree)
		body["workItemRelations"] = capped(x.treeRows(c, found), top)
		return jsonAnswer(http.StatusOK, body)
	}
	s.sort(c, found)
	ids := []int{}
	for _, it := range capped(found, top) {
		ids = append(ids, it.ID)
	}
	body := x.resultHead(c, Flat)
	body["workItems"] = x.refs(ids)
	return jsonAnswer(http.StatusOK, body)
}

// visibleItems are those of the whole organization, by ascending id.
func (x *exchange) visibleItems(accepts func(*Item) bool) []*Item {
	var out []*Item
	for _, it := range x.inOrg.items {
		if it.visibleTo(x.viewer, x.inOrg.Name) && accepts(it) {
			out = append(out, it)
		}
	}
	return out
}

// withBelow adds what is below some items, as far as the caller sees the way
// there.
func (x *exchange) withBelow(items []*Item) []*Item {
	children := map[int][]*Item{}
	for _, it := range x.visibleItems(func(it *Item) bool { return it.Parent != 0 }) {
		children[it.Parent] = append(children[it.Parent], it)
	}
	in := map[int]bool{}
	out := []*Item{}
	for todo := slices.Clone(items); len(todo) > 0; todo = todo[1:] {
		if it := todo[0]; !in[it.ID] {
			in[it.ID] = true
			out = append(out, it)
			todo = append(todo, children[it.ID]...)
		}
	}
	slices.SortFunc(out, func(a, b *Item) int { return a.ID - b.ID })
	return out
}

// sort puts items into the order that the text asks for; else they come by id.
func (s statement) sort(c *Cloud, items []*Item) {
	slices.SortStableFunc(items, func(a, b *Item) int {
		for _, by := range s.order {
			order := c.compareField(by.field, a, b)
			if by.descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}

func (c *Cloud) compareField(field string, a, b *Item) int {
	switch kindOfField(field) {
	case fieldDate:
		return dateOf(field, a).Compare(dateOf(field, b))
	case fieldInteger:
		return cmp.Compare(numberOf(c.plain(field, a)), numberOf(c.plain(field, b)))
	}
	return strings.Compare(strings.ToLower(c.plain(field, a)), strings.ToLower(c.plain(field, b)))
}
