package adosource

import (
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	// maxFolders is how many folders of queries are listed: more are no choice any more, and
	// the one above them can be chosen.
	maxFolders = 500
	// maxFolderReads is how many answers a list of folders costs at most.
	maxFolderReads = 30
	// folderDepth is how many levels of folders one answer shows.
	folderDepth = 2
)

// ListFolders implements okr.QueryFolders. What is deeper than an answer shows is read folder
// by folder, from the top, so that of very many the deepest are left out.
func (s *Source) ListFolders(ctx context.Context, access okr.Access, ref okr.ProjectRef) ([]okr.QueryFolder, error) {
	session := s.session(access)
	what := "the queries of the project " + ref.Project.Name
	roots, err := session.QueryRoots(ctx, ref.Organization, project(ref), folderDepth)
	if err != nil {
		return nil, translate(err, what)
	}
	level := slices.DeleteFunc(roots, func(f ado.QueryFolder) bool { return !f.IsFolder || !f.IsPublic })
	var out []okr.QueryFolder
	for reads := 1; len(level) > 0; {
		var deeper []ado.QueryFolder
		for _, f := range level {
			out, deeper = shown(f, out, deeper)
		}
		level = nil
		for _, f := range deeper {
			if reads++; reads > maxFolderReads || len(out) >= maxFolders {
				break
			}
			read, err := session.QueryFolder(ctx, ref.Organization, project(ref), f.ID, folderDepth)
			if err != nil {
				return nil, translate(err, what)
			}
			level = append(level, children(read)...)
		}
	}
	out = out[:min(len(out), maxFolders)]
	slices.SortStableFunc(out, func(a, b okr.QueryFolder) int { return byFold(inOrder(a), inOrder(b)) })
	return out, nil
}

// shown adds a folder and those in it to a list, and what may have more in it than the answer
// shows to another.
func shown(f ado.QueryFolder, out []okr.QueryFolder, deeper []ado.QueryFolder) ([]okr.QueryFolder, []ado.QueryFolder) {
	out = append(out, okr.QueryFolder{ID: f.ID, Path: f.Path})
	if f.HasChildren && len(f.Children) == 0 {
		return out, append(deeper, f)
	}
	for _, c := range children(f) {
		out, deeper = shown(c, out, deeper)
	}
	return out, deeper
}

// children are the folders in a folder.
func children(f ado.QueryFolder) []ado.QueryFolder {
	return slices.DeleteFunc(slices.Clone(f.Children), func(c ado.QueryFolder) bool { return !c.IsFolder || !c.IsPublic })
}

// Folder implements okr.QueryFolders.
func (s *Source) Folder(ctx context.Context, access okr.Access, ref okr.ProjectRef, id string, within time.Duration) (okr.QueryFolder, error) {
	list, err := choose(ctx, s.choices, choiceKey(access, ref, "folder "+id), within, func() ([]okr.QueryFolder, error) {
		f, err := s.session(access).QueryFolder(ctx, ref.Organization, project(ref), id, 0)
		if err != nil {
			return nil, translate(err, "the folder of queries")
		}
		if !f.IsFolder || !f.IsPublic || f.IsDeleted {
			return nil, okr.Errorf(okr.NotFound, "This isn't a folder of shared queries. Choose another one.")
		}
		return []okr.QueryFolder{{ID: f.ID, Path: f.Path}}, nil
	})
	return first(list), err
}

// inOrder is a path that sorts a folder right before those in it.
func inOrder(f okr.QueryFolder) string { return strings.ReplaceAll(f.Path, "/", "\x00") }
