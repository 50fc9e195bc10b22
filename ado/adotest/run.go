package adotest

import "net/http"

// sizeLimit of a query's result (Microsoft Learn, "Work tracking object limits").
const sizeLimit = 20_000

// serveRun is "Wiql - Query By Id": ids only, by the caller's own rights.
func (c *Cloud) serveRun(x *exchange) answer {
	q, a, bad := c.runnable(x)
	if bad {
		return a
	}
	q.LastRun, q.LastRunBy = c.now().UTC(), x.viewer.OID
	items := x.inOrg.matches(q, x.viewer)
	if c.tooLarge(x, len(items)+q.Extra) {
		return tooMany()
	}
	ids := make([]int, 0, len(items)+q.Extra)
	for _, it := range items {
		ids = append(ids, it.ID)
	}
	for n := range min(q.Extra, sizeLimit-len(ids)) {
		ids = append(ids, archiveBase+n)
	}
	body := x.resultHead(c, q.kind())
	switch q.kind() {
	case Flat:
		body["workItems"] = x.refs(capped(ids, x.intParam("$top", sizeLimit)))
	case Tree:
		body["workItemRelations"] = capped(x.treeRows(c, items), x.intParam("$top", sizeLimit))
	case OneHop:
		body["workItemRelations"] = capped(x.hopRows(c, items), x.intParam("$top", sizeLimit))
	}
	return jsonAnswer(http.StatusOK, body)
}

// serveCount is the HEAD of the same: the total in a header.
func (c *Cloud) serveCount(x *exchange) answer {
	q, a, bad := c.runnable(x)
	if bad {
		return a
	}
	items := x.inOrg.matches(q, x.viewer)
	n := len(items) + q.Extra
	switch {
	case c.tooLarge(x, n):
		return tooMany()
	case q.kind() == OneHop:
		n = c.hopCount(x.hopRows(c, items))
	}
	out := answer{status: http.StatusOK}
	if c.modes[ModeOmitCountHeader] {
		return out
	}
	return out.with("X-Total-Count", itoa(min(n, sizeLimit)))
}

func (c *Cloud) tooLarge(x *exchange, total int) bool {
	avoided := c.modes[ModeTopAvoidsLimit] && x.intParam("$top", sizeLimit+1) <= sizeLimit
	return total > sizeLimit && !c.modes[ModeTruncateAt20000] && !avoided
}

// hopCount is the total of a link query: rows, or the items in them.
func (c *Cloud) hopCount(rows []object) int {
	if !c.modes[ModeHeadCountsItems] {
		return len(rows)
	}
	seen := map[any]bool{}
	for _, row := range rows {
		for _, end := range []string{"source", "target"} {
			if ref, ok := row[end].(object); ok {
				seen[ref["id"]] = true
			}
		}
	}
	return len(seen)
}

// runnable finds the query or says why it cannot run.
func (c *Cloud) runnable(x *exchange) (*Query, answer, bool) {
	if a, bad := x.needProject(); bad {
		return nil, a, true
	}
	if x.team != "" && !x.inProj.hasTeam(x.team) {
		return nil, vss(http.StatusInternalServerError, "TeamNotFoundException", "The team with id '"+x.team+"' does not exist."), true
	}
	id := x.first()
	private, shared := x.inOrg.hierarchy(x.inProj, x.viewer)
	if isGUID(id) && (private.byID(id) != nil || shared.byID(id) != nil) {
		return nil, badRequest("QueryException", "Querying folders is not supported."), true
	}
	q := x.readable(id)
	if q == nil || q.Deleted {
		return nil, queryNotFound(id), true
	}
	if c.lacksTeam(x, q.WIQL) {
		return nil, noTeam(), true
	}
	if q.InvalidSyntax {
		return nil, badRequest("SyntaxException", "TF51011: The specified area path does not exist. The error is caused by «'"+x.inProj.Name+"\\Gone'»."), true
	}
	return q, answer{}, false
}

func (x *exchange) resultHead(c *Cloud, k Kind) object {
	result := "workItem"
	if k != Flat {
		result = "workItemLink"
	}
	return object{
		"queryType": string(k), "queryResultType": result, "asOf": stamp(c.now()),
		"columns":     x.columns("System.Id", "System.WorkItemType", "System.Title", "System.State"),
		"sortColumns": []object{{"field": x.fieldRef("System.Id"), "descending": false}},
	}
}

// ref points at an item; in query results the URL has no project.
func (x *exchange) ref(id int) object {
	return x.at(x.orgURL()+"/_apis/wit/workItems/"+itoa(id), object{"id": id})
}

func (x *exchange) refs(ids []int) []object {
	out := make([]object, 0, len(ids))
	for _, id := range ids {
		out = append(out, x.ref(id))
	}
	return out
}

func capped[T any](rows []T, top int) []T { return rows[:min(len(rows), top)] }

// treeRows writes one row an item, a parent before its children. An item whose
// parent is not in the result is a root, whose row has neither rel nor source.
func (x *exchange) treeRows(c *Cloud, items []*Item) []object {
	in, children := map[int]bool{}, map[int][]*Item{}
	for _, it := range items {
		in[it.ID] = true
	}
	for _, it := range items {
		at := 0
		if in[it.Parent] {
			at = it.Parent
		}
		children[at] = append(children[at], it)
	}
	rows := make([]object, 0, len(items))
	var walk func(parent int)
	walk = func(parent int) {
		for _, it := range children[parent] {
			row := x.rootRow(c, it.ID)
			if parent != 0 {
				row["rel"], row["source"] = "System.LinkTypes.Hierarchy-Forward", x.ref(parent)
			}
			rows = append(rows, row)
			walk(it.ID)
		}
	}
	walk(0)
	return rows
}

// hopRows writes a root row for each source and a row for each of its links, so
// an id may come several times, and a target need not be a source.
func (x *exchange) hopRows(c *Cloud, items []*Item) []object {
	rows := []object{}
	for _, it := range items {
		rows = append(rows, x.rootRow(c, it.ID))
		for _, l := range it.Links {
			if t := x.inOrg.item(l.Target); t != nil && t.visibleTo(x.viewer, x.inOrg.Name) {
				rows = append(rows, object{"rel": l.Rel, "source": x.ref(it.ID), "target": x.ref(l.Target)})
			}
		}
	}
	return rows
}

// rootRow has no link. That its keys are absent was observed; older notes say
// null.
func (x *exchange) rootRow(c *Cloud, id int) object {
	row := object{"target": x.ref(id)}
	if c.modes[ModeWriteNulls] {
		row["rel"], row["source"] = nil, nil
	}
	return row
}
