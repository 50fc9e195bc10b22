package adotest

import (
	"net/http"
	"slices"
	"strings"
)

// areaPath is the item's System.AreaPath: the project, and the areas below it.
func (i Item) areaPath() string {
	if i.Area == "" {
		return i.Project
	}
	return i.Project + `\` + i.Area
}

// areas are all areas of a project in order, each before those below it: those
// that it has, those above them, and those that items are in.
func (o *organization) areas(p *Project) []string {
	seen := map[string]bool{}
	add := func(path string) {
		for path != "" && !seen[path] {
			seen[path] = true
			path = path[:max(strings.LastIndex(path, `\`), 0)]
		}
	}
	for _, a := range p.Areas {
		add(a)
	}
	for _, it := range o.items {
		if it.Project == p.Name {
			add(it.Area)
		}
	}
	out := []string{}
	for a := range seen {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b string) int { return slices.Compare(strings.Split(a, `\`), strings.Split(b, `\`)) })
	return out
}

// knowsPath: the path of an area or iteration is refused where it does not exist,
// which is checked in all projects.
func (o *organization) knowsPath(field, path string) bool {
	root, rest, _ := strings.Cut(path, `\`)
	for _, p := range o.projects {
		if !strings.EqualFold(p.Name, root) {
			continue
		}
		known := rest == ""
		if field == "system.areapath" {
			known = known || slices.ContainsFunc(o.areas(p), func(a string) bool { return strings.EqualFold(a, rest) })
		}
		return known
	}
	return false
}

// serveAreas is "Classification Nodes - Get" of the structure group areas, from
// the root. Without $depth the answer has no children.
func (c *Cloud) serveAreas(x *exchange) answer {
	if a, bad := x.needProject(); bad {
		return a
	}
	depth := x.intParam("$depth", 0)
	if depth == 0 {
		depth = -1
	}
	return jsonAnswer(http.StatusOK, x.areaNode(x.inOrg.areas(x.inProj), "", depth))
}

// areaNode writes an area and those below it to a depth; a negative one: none.
func (x *exchange) areaNode(all []string, path string, depth int) object {
	name := path[strings.LastIndex(path, `\`)+1:]
	full, rest := `\`+x.inProj.Name+`\Area`, ""
	if path == "" {
		name = x.inProj.Name
	} else {
		full, rest = full+`\`+path, "/"+strings.ReplaceAll(strings.ReplaceAll(path, `\`, "/"), " ", "%20")
	}
	children := []object{}
	has := false
	for _, a := range all {
		above := a[:max(strings.LastIndex(a, `\`), 0)]
		if above != path {
			continue
		}
		has = true
		if depth > 0 {
			children = append(children, x.areaNode(all, a, depth-1))
		}
	}
	self := x.projectURL() + "/_apis/wit/classificationNodes/Areas" + rest
	node := x.at(self, object{
		"id": len(path) + 1, "identifier": guidOf("area", x.inProj.ID, path), "name": name, "structureType": "area", "hasChildren": has, "path": full,
		"_links": object{"self": object{"href": self}},
	})
	if len(children) > 0 {
		node["children"] = children
	}
	return node
}

// serveRecycleBin is "Recyclebin - Get Deleted Work Items" with ids: each that is
// not in the project's bin gets a code instead.
func (c *Cloud) serveRecycleBin(x *exchange) answer {
	if a, bad := x.needProject(); bad {
		return a
	}
	rows := []object{}
	for id := range strings.SplitSeq(x.param("ids"), ",") {
		n := numberOf(id)
		it := x.inOrg.item(n)
		if it == nil || !it.Deleted || it.Project != x.inProj.Name || len(it.VisibleTo) > 0 && !slices.Contains(it.VisibleTo, x.viewer.OID) {
			rows = append(rows, object{"id": n, "code": http.StatusNotFound, "message": "TF401232: Work item " + id + " does not exist, or you do not have permissions to read it."})
			continue
		}
		rows = append(rows, x.at(x.projectURL()+"/_apis/wit/recyclebin/"+id, object{
			"id": n, "code": http.StatusOK, "type": it.Type, "name": it.Title, "project": it.Project, "deletedDate": stamp(it.Changed), "deletedBy": x.author(x.viewer).Name,
		}))
	}
	return listAnswer(rows)
}
