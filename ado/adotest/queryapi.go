package adotest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// serveQuerySearch is "Queries - Search Queries": names only, folders never,
// every query of the project that the caller sees, private ones included. Case
// and position of the match are not documented: see [ModeSearchCase] and
// [ModeSearchPrefix].
func (c *Cloud) serveQuerySearch(x *exchange) answer {
	top := x.intParam("$top", 50)
	if top > 200 && !c.modes[ModeCapSearchTop] { // harsher than documented: only the maximum is
		return badRequest("ArgumentOutOfRangeException", "VS403470: The value of $top must not exceed 200.\r\nParameter name: $top")
	}
	if a, bad := x.needProject(); bad {
		return a
	}
	if a, bad := x.checkExpand(x.param("$expand")); bad {
		return a
	}
	rows, more := []object{}, false
	top = min(top, 200)
	for _, q := range x.inOrg.queries {
		deleted := q.Deleted && !strings.EqualFold(x.param("$includedeleted"), "true")
		if q.Project != x.inProj.Name || deleted || !q.visibleTo(x.viewer) || !c.finds(x.param("$filter"), q.Name) {
			continue
		}
		if len(rows) == top {
			more = true
			break
		}
		rows = append(rows, x.queryJSON(q, x.param("$expand")))
	}
	return jsonAnswer(http.StatusOK, object{"count": len(rows), "value": rows, "hasMore": more})
}

func (c *Cloud) finds(text, name string) bool {
	if !c.modes[ModeSearchCase] {
		text, name = strings.ToLower(text), strings.ToLower(name)
	}
	if c.modes[ModeSearchPrefix] {
		return strings.HasPrefix(name, text)
	}
	return strings.Contains(name, text)
}

// serveQueryRoots is "Queries - List".
func (c *Cloud) serveQueryRoots(x *exchange) answer {
	if a, bad := x.needProject(); bad {
		return a
	}
	depth, a, bad := x.depth()
	if bad {
		return a
	}
	private, shared := x.inOrg.hierarchy(x.inProj, x.viewer)
	return listAnswer([]object{private.json(x, depth), shared.json(x, depth)})
}

// depth reads $depth, whose range 0..2 was observed.
func (x *exchange) depth() (int, answer, bool) {
	d := x.intParam("$depth", 0)
	if d > 2 {
		return 0, badRequest("VssPropertyValidationException", "VS403446: The depth "+x.param("$depth")+" is out of the range 0 to 2."), true
	}
	return d, answer{}, false
}

// serveQuery is "Queries - Get" by id or path. A deleted query is found by id
// with $includeDeleted only.
func (c *Cloud) serveQuery(x *exchange) answer {
	if a, bad := x.needProject(); bad {
		return a
	}
	wanted := strings.Join(x.rest, "/")
	depth, a, bad := x.depth()
	if !bad {
		a, bad = x.checkExpand(x.param("$expand"))
	}
	switch {
	case bad:
		return a
	case x.slash: // an encoded slash is never a separator
		return queryNotFound(wanted)
	case len(x.rest) == 1 && isGUID(wanted):
		return x.queryByID(wanted, depth)
	}
	private, shared := x.inOrg.hierarchy(x.inProj, x.viewer)
	for _, root := range []*folder{private, shared} {
		if !strings.EqualFold(root.name, x.rest[0]) {
			continue
		}
		switch f, q := root.find(x.rest[1:]); {
		case f != nil:
			return jsonAnswer(http.StatusOK, f.json(x, depth))
		case q != nil:
			return jsonAnswer(http.StatusOK, x.queryJSON(q, x.param("$expand")))
		}
	}
	return queryNotFound(wanted)
}

func (x *exchange) queryByID(id string, depth int) answer {
	if q := x.readable(id); q != nil && (!q.Deleted || strings.EqualFold(x.param("$includedeleted"), "true")) {
		return jsonAnswer(http.StatusOK, x.queryJSON(q, x.param("$expand")))
	}
	private, shared := x.inOrg.hierarchy(x.inProj, x.viewer)
	for _, root := range []*folder{private, shared} {
		if f := root.byID(id); f != nil {
			return jsonAnswer(http.StatusOK, f.json(x, depth))
		}
	}
	return queryNotFound(id)
}

// readable finds a query of the project by id if the caller may read it.
func (x *exchange) readable(id string) *Query {
	for _, q := range x.inOrg.queries {
		if strings.EqualFold(q.ID, id) && q.Project == x.inProj.Name && q.visibleTo(x.viewer) {
			return q
		}
	}
	return nil
}

// serveQueryBatch is "Queries - Get Queries Batch", up to 1,000 ids.
func (c *Cloud) serveQueryBatch(x *exchange) answer {
	var in struct {
		IDs         []string `json:"ids"`
		Expand      string   `json:"$expand"`
		ErrorPolicy string   `json:"errorPolicy"`
	}
	if a, bad := x.needProject(); bad {
		return a
	}
	if err := json.Unmarshal(x.body, &in); err != nil || len(in.IDs) == 0 {
		return badRequest("ArgumentException", "VS403440: The request body does not name any query.")
	}
	if a, bad := x.checkExpand(in.Expand); bad {
		return a
	}
	if len(in.IDs) > 1000 {
		return badRequest("ArgumentOutOfRangeException", "VS403475: More than 1000 queries were requested.")
	}
	rows := []object{}
	for _, id := range in.IDs {
		q := x.readable(id)
		switch {
		case q != nil && !q.Deleted:
			rows = append(rows, x.queryJSON(q, in.Expand))
		case !strings.EqualFold(in.ErrorPolicy, "omit"):
			return queryNotFound(id)
		}
	}
	return listAnswer(rows)
}

func (x *exchange) needProject() (answer, bool) {
	if x.inProj == nil {
		return badRequest("InvalidProjectException", "VS800009: The project name must be specified."), true
	}
	return answer{}, false
}

func (x *exchange) checkExpand(v string) (answer, bool) {
	switch strings.ToLower(v) {
	case "", "none", "wiql", "clauses", "all", "minimal":
		return answer{}, false
	}
	return badRequest("VssPropertyValidationException", "TF400898: The value '"+v+"' is not a valid QueryExpand."), true
}
