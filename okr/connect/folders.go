package connect

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// Folders lists the folders of shared queries that an application sees in a project, the root
// first. Forbidden: the actor is no admin. NotFound, NoAccess: it does not see the project.
func (s *Applications) Folders(ctx context.Context, actor okr.Actor, credential okr.CredentialID, organization, project string) ([]okr.QueryFolder, error) {
	if err := s.connect.requireAdmin(ctx, actor, "choose folders of queries"); err != nil {
		return nil, err
	}
	a, err := s.application(ctx, actor, credential)
	if err != nil {
		return nil, err
	}
	access := okr.Access{Tenant: actor.Tenant, Credential: a.ID}
	ref := okr.ProjectRef{Organization: organization}
	if ref.Project, err = s.Directory.Project(ctx, access, organization, project); err != nil {
		return nil, err
	}
	return s.QueryFolders.ListFolders(ctx, access, ref)
}

// FoldersNow gives a connection with its folders as they are called now, which a rename changes; one
// that is gone or cannot be read holds nothing. Within lets what was read no longer ago stand.
// The error is for what says nothing of the folders.
func (s *Applications) FoldersNow(ctx context.Context, tenant okr.TenantID, c okr.Connection, within time.Duration) (okr.Connection, error) {
	if c.Application == nil || len(c.Folders) == 0 {
		return c, nil
	}
	was := c.Folders
	c.Folders = slices.Clone(was)
	for i, f := range was {
		now, err := s.QueryFolders.Folder(ctx, okr.Access{Tenant: tenant, Credential: c.Credential}, c.ProjectRef(), f.ID, within)
		switch okr.KindOf(err) {
		case okr.NotFound, okr.QueryGone, okr.NoAccess:
			c.Folders[i].Path = ""
			continue
		}
		if err != nil {
			return c, err
		}
		c.Folders[i].Path = now.Path
	}
	return c, s.noteRenamed(ctx, tenant, c, was)
}

// noteRenamed keeps what folders are called now, for people to read.
func (s *Applications) noteRenamed(ctx context.Context, tenant okr.TenantID, c okr.Connection, was []okr.QueryFolder) error {
	renamed := false
	for i, f := range c.Folders {
		renamed = renamed || f.Path != "" && f.Path != was[i].Path
	}
	if !renamed {
		return nil
	}
	_, err := s.Store.Connections().Update(ctx, tenant, c.ID, func(kept *okr.Connection) error {
		for i := range kept.Folders {
			for _, f := range c.Folders {
				if f.ID == kept.Folders[i].ID && f.Path != "" {
					kept.Folders[i].Path = f.Path
				}
			}
		}
		return nil
	})
	return okr.IgnoreNotFound(err)
}

// checkedFolders are folders as Azure DevOps names them; none where the root is among them,
// for that holds every shared query.
func checkedFolders(ctx context.Context, azure okr.QueryFolders, access okr.Access, ref okr.ProjectRef, folders []okr.QueryFolder) ([]okr.QueryFolder, error) {
	var out []okr.QueryFolder
	for _, f := range folders {
		if slices.ContainsFunc(out, func(o okr.QueryFolder) bool { return o.ID == f.ID }) {
			continue
		}
		if len(out) == okr.MaxFolders {
			return nil, okr.FieldErrorf("folders", "You can choose up to %d folders. Choose a folder above some of them.", okr.MaxFolders)
		}
		now, err := azure.Folder(ctx, access, ref, f.ID, 0)
		switch okr.KindOf(err) {
		case okr.NotFound, okr.QueryGone, okr.NoAccess:
			return nil, okr.FieldErrorf("folders", "The folder %s was deleted, or the application can't read it. Clear it, or choose another one.", f.Path)
		}
		if err != nil {
			return nil, err
		}
		if now.IsRoot() {
			return nil, nil
		}
		out = append(out, now)
	}
	return out, nil
}

// PreviewFolders says what would stop if a connection were limited to folders: the goals
// whose queries are not in them, of those that the actor may see here, and how many others.
// None means all shared queries. Nothing changes.
func (s *Applications) PreviewFolders(ctx context.Context, actor okr.Actor, id okr.ConnectionID, folders []okr.QueryFolder) (shown []okr.Goal, hidden int, err error) {
	c, err := s.connect.Connection(ctx, actor, id)
	if err != nil {
		return nil, 0, err
	}
	if err := s.connect.keeps(ctx, actor, c, "edit"); err != nil {
		return nil, 0, err
	}
	if c.Application == nil {
		return nil, 0, okr.Errorf(okr.Invalid, "Only an application's connection can be limited to folders. Share this one, or keep it private.")
	}
	if c.Folders, err = checkedFolders(ctx, s.QueryFolders, okr.Access{Tenant: actor.Tenant, Credential: c.Credential}, c.ProjectRef(), folders); err != nil {
		return nil, 0, err
	}
	all, err := outside(ctx, s.Store, actor.Tenant, c)
	for _, g := range all {
		if actor.Sees(g) {
			shown = append(shown, g)
		} else {
			hidden++
		}
	}
	return shown, hidden, err
}

// outside lists what is measured through a connection by queries that its folders do not hold,
// as the last sync found them. What is refused already stops by no folder.
func outside(ctx context.Context, store okr.Store, tenant okr.TenantID, c okr.Connection) ([]okr.Goal, error) {
	goals, _, err := store.Goals().List(ctx, tenant, okr.BoundIndex(c.ID), okr.Page{})
	return slices.DeleteFunc(goals, func(g okr.Goal) bool {
		return !g.IsOpen() || g.Binding == nil || !isMeasured(g) || c.Allows(g.Binding.Query) == nil
	}), err
}

// isMeasured says whether nothing keeps a goal from being measured that folders would.
func isMeasured(g okr.Goal) bool {
	state := g.Binding.Health.State
	return state != okr.HealthNoAccess && state != okr.HealthUnbound
}
