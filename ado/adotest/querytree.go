package adotest

import (
	"fmt"
	"slices"
	"strings"
)

// folder is a node of the query hierarchy. Folders exist by having queries in
// them; a deleted query keeps none alive.
type folder struct {
	id, name, path string
	private        bool
	folders        []*folder
	queries        []*Query
	renamed        map[string]string // of the project
}

// hierarchy builds a project's two roots as the viewer sees them.
func (o *organization) hierarchy(p *Project, viewer *User) (private, shared *folder) {
	private, shared = p.rootFolder(true, viewer.OID), p.rootFolder(false, "")
	for _, q := range o.queries {
		if q.Project != p.Name || q.Deleted || !q.visibleTo(viewer) {
			continue
		}
		at := shared
		if q.Private() {
			at = private
		}
		for name := range strings.SplitSeq(q.Folder, "/") {
			if name != "" {
				at = at.sub(name)
			}
		}
		at.queries = append(at.queries, q)
	}
	return private, shared
}

func (p *Project) rootFolder(private bool, owner string) *folder {
	name := p.root(private)
	return &folder{id: guidOf("root", p.ID, owner), name: name, path: name, private: private, renamed: p.folderIDs}
}

func (f *folder) sub(name string) *folder {
	i := slices.IndexFunc(f.folders, func(s *folder) bool { return strings.EqualFold(s.name, name) })
	if i >= 0 {
		return f.folders[i]
	}
	s := &folder{id: guidOf("folder", f.id, name), name: name, path: f.path + "/" + name, private: f.private, renamed: f.renamed}
	if id := f.renamed[strings.ToLower(s.path)]; id != "" && !f.private {
		s.id = id
	}
	f.folders = append(f.folders, s)
	return s
}

// RenameFolder renames a folder of shared queries, "Launch/Q3" for one below the root, or moves
// it. Its id stays, and so do those of the folders in it; one that is made in its place later
// has another id.
func (c *Cloud) RenameFolder(org, project, from, to string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, p, err := c.place(org, project)
	if err != nil {
		return err
	}
	_, shared := o.hierarchy(p, &User{})
	old, _ := shared.find(strings.Split(from, "/"))
	if taken, _ := shared.find(strings.Split(to, "/")); old == nil || taken != nil {
		return fmt.Errorf("rename of %q to %q: the one must be there, the other not", from, to)
	}
	if p.folderIDs == nil {
		p.folderIDs = map[string]string{}
	}
	old.keepIDs(p.folderIDs, old.path, shared.path+"/"+to)
	for _, q := range o.queries {
		if q.Project == p.Name && !q.Private() && (q.Folder == from || strings.HasPrefix(q.Folder, from+"/")) {
			q.Folder = to + strings.TrimPrefix(q.Folder, from)
		}
	}
	return nil
}

// keepIDs notes the ids of a folder that moves with those in it.
func (f *folder) keepIDs(ids map[string]string, from, to string) {
	ids[strings.ToLower(to+strings.TrimPrefix(f.path, from))] = f.id
	ids[strings.ToLower(f.path)] = guidOf("folder", f.id, "in its place")
	for _, s := range f.folders {
		s.keepIDs(ids, from, to)
	}
}

// find walks a path below the folder's own name. It returns a folder or a query.
func (f *folder) find(segs []string) (*folder, *Query) {
	if len(segs) == 0 {
		return f, nil
	}
	for _, s := range f.folders {
		if strings.EqualFold(s.name, segs[0]) {
			return s.find(segs[1:])
		}
	}
	for _, q := range f.queries {
		if len(segs) == 1 && strings.EqualFold(q.Name, segs[0]) {
			return nil, q
		}
	}
	return nil, nil
}

func (f *folder) byID(id string) *folder {
	if strings.EqualFold(f.id, id) {
		return f
	}
	for _, s := range f.folders {
		if hit := s.byID(id); hit != nil {
			return hit
		}
	}
	return nil
}

// json writes the folder with children down to depth. A folder at the limit
// says hasChildren and shows none; folders have no queryType.
func (f *folder) json(x *exchange, depth int) object {
	out := object{
		"id": f.id, "name": f.name, "path": f.path, "isFolder": true, "isPublic": !f.private,
		"hasChildren": len(f.folders)+len(f.queries) > 0, "url": x.queryURL(f.id),
		"_links": object{"self": object{"href": x.queryURL(f.id)}},
	}
	if depth == 0 || len(f.folders)+len(f.queries) == 0 {
		return out
	}
	var children []object
	for _, s := range f.folders {
		children = append(children, s.json(x, depth-1))
	}
	for _, q := range f.queries {
		children = append(children, x.queryJSON(q, "none"))
	}
	out["children"] = children
	return out
}

// parentID is the id of the folder that holds the query.
func (q *Query) parentID(p *Project) string {
	at := p.rootFolder(q.Private(), q.Owner)
	for name := range strings.SplitSeq(q.Folder, "/") {
		if name != "" {
			at = at.sub(name)
		}
	}
	return at.id
}
