package connections

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// folderTalk is the talk about which folders may be bound through an application.
type folderTalk struct{ *Subject }

// editFolders opens the choice of folders of a connection that an application reads for.
func (s folderTalk) editFolders(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.draftOf(ctx, t, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	if d.Application == "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Only an application's connection can be limited to folders. Share this one, or keep it private.")
	}
	d.OnlyFolders = true
	return s.folderStep(ctx, t, d, cards.FieldError{})
}

// folders shows the last step of the form, or another page of it.
func (s folderTalk) folders(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.folderDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if name, isSent := p.Data[cards.InputName]; isSent { // from the step before
		was := d.Project
		d.rename(name)
		d.Project, d.FolderText, d.FolderOffset = chat.OrElse(p.Data[cards.InputProject], d.Project), "", 0
		if d.Project != was && was != "" { // its folders are others
			d.Folders = nil
		}
		if v, err := s.connect.RemoteProjects(ctx, t.Actor, d.Credential, d.Organization); err == nil { // only for its name
			d.ProjectTitle = projectName(v.Projects, d.Project)
		}
		if err := s.suggestName(ctx, t, &d); err != nil {
			return chat.Reply{}, err
		}
	} else if p.Data[cards.KeyOffset] != "" { // another page, and not back from what stops
		d.pick(p)
		d.FolderOffset = p.Offset()
	}
	in := okr.ConnectionInput{Name: d.Name, Project: d.Project}
	if wrong, ok := s.chat.FieldError(ctx, in.Clean()); ok {
		return s.connectionProjects(ctx, t, d, wrong)
	}
	return s.folderStep(ctx, t, d, cards.FieldError{})
}

// findFolders narrows the folders that are offered by words.
func (s folderTalk) findFolders(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.folderDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	d.pick(p)
	d.FolderText, d.FolderOffset = okr.Shorten(okr.CleanLine(p.Data[cards.InputFolderText]), okr.MaxName), 0
	return s.folderStep(ctx, t, d, cards.FieldError{})
}

// foldersBack goes back to the step before, or to the connection.
func (s folderTalk) foldersBack(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.folderDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	d.pick(p)
	if d.OnlyFolders {
		return s.connectionCard(ctx, t, d.Editing)
	}
	return s.connectionProjects(ctx, t, d, cards.FieldError{})
}

// saveFolders saves the connection, after saying what stops with narrower folders.
func (s folderTalk) saveFolders(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.folderDraft(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	isConfirmed := p.Data[cards.KeyConfirmed] == "true" // on a card without the choice
	if !isConfirmed {
		d.pick(p)
	}
	if p.Data[cards.KeyAll] == "true" {
		d.Folders = nil
	} else if len(d.Folders) == 0 {
		return s.folderStep(ctx, t, d, cards.FieldError{Field: cards.InputFolders, Message: "Select at least one folder, or choose “Allow all shared queries”."})
	}
	if d.Editing != "" && len(d.Folders) > 0 && !isConfirmed {
		outside, hidden, err := s.apps.PreviewFolders(ctx, t.Actor, d.Editing, d.Folders)
		if wrong, ok := s.chat.FieldError(ctx, err); ok {
			return s.folderStep(ctx, t, d.fromTheTop(), wrong)
		}
		if err != nil {
			return chat.Reply{}, err
		}
		if len(outside)+hidden > 0 {
			form := cards.FolderForm{Draft: d.ID, Name: d.Name, Application: d.Application, Chosen: d.Folders}
			return chat.Say(cards.ConfirmFolders(cards.FolderStop{Form: form, Outside: outside, Hidden: hidden})), s.chat.KeepForm(ctx, t, formKind, d.ID, d)
		}
	}
	return s.saveByApplication(ctx, t, d)
}

// saveByApplication saves a connection that an application reads for, and tells people whose
// queries its folders do not hold any more.
func (s folderTalk) saveByApplication(ctx context.Context, t *chat.Turn, d connectionDraft) (chat.Reply, error) {
	var before okr.Connection // none: it is new
	if d.Editing != "" {
		var err error
		before, err = s.connect.Connection(ctx, t.Actor, d.Editing)
		if okr.IgnoreNotFound(err) != nil { // of what is gone the save tells, in the form
			return chat.Reply{}, err
		}
	}
	c, err := s.connect.SaveConnection(ctx, t.Actor, okr.ConnectionInput{
		Editing: d.Editing, Name: d.Name, Organization: d.Organization, Project: d.Project, Credential: d.Credential, Shared: true, Folders: d.Folders, Was: d.Was,
	})
	switch wrong, ok := s.formError(ctx, d, err); {
	case ok && wrong.Field == cards.InputFolders:
		return s.folderStep(ctx, t, d.fromTheTop(), wrong)
	case ok:
		return s.connectionProjects(ctx, t, d, wrong)
	case err != nil:
		return chat.Reply{}, err
	}
	if d.Editing != "" {
		var stopped []okr.Goal
		if c, stopped, err = s.connect.ShareConnection(ctx, t.Actor, c.ID, true); err != nil {
			return chat.Reply{}, err
		}
		s.tellOutside(ctx, t, c, stopped)
		applications(s).measureHealed(ctx, t, []okr.Connection{c}) // what wider folders let in again
	}
	s.auditFolders(ctx, t, before, c)
	if err := s.chat.DropForm(ctx, t, formKind, d.ID); err != nil {
		return chat.Reply{}, err
	}
	return s.afterConnection(ctx, t, c, d)
}

// auditFolders writes down who lets an application read for everyone, and what.
func (s folderTalk) auditFolders(ctx context.Context, t *chat.Turn, before, after okr.Connection) {
	switch {
	case before.ID == "":
		s.chat.Audit(ctx, t, chat.Deed{Did: "connection by an application made", Of: string(after.ID), To: string(after.Credential)})
	case after.Limits(before):
		s.chat.Audit(ctx, t, chat.Deed{Did: "connection folders changed", Of: string(after.ID)})
	}
}

// folderDraft reads the form that was pressed.
func (s folderTalk) folderDraft(ctx context.Context, t *chat.Turn, p chat.Press) (connectionDraft, error) {
	d, err := s.connectionDraft(ctx, t, p)
	if err != nil {
		return d, err
	}
	if err := s.access.RequireAdmin(ctx, t.Actor); err != nil {
		return d, err
	}
	if d.Application == "" {
		return d, okr.Errorf(okr.Invalid, "Only an application's connection can be limited to folders. Start again with: connections")
	}
	return d, nil
}

// pick takes over what is selected on the page of the card that was pressed. What is selected
// on others stays.
func (d *connectionDraft) pick(p chat.Press) {
	ids := strings.Split(p.Data[cards.InputFolders], ",")
	d.Folders = slices.DeleteFunc(d.Folders, func(f okr.QueryFolder) bool { return slices.ContainsFunc(d.FolderPage, sameFolder(f)) })
	for _, f := range d.FolderPage {
		if slices.Contains(ids, f.ID) {
			d.Folders = append(d.Folders, f)
		}
	}
}

// fromTheTop shows the first page, which begins with chosen folders that are gone.
func (d connectionDraft) fromTheTop() connectionDraft {
	d.FolderText, d.FolderOffset = "", 0
	return d
}

func sameFolder(f okr.QueryFolder) func(okr.QueryFolder) bool {
	return func(o okr.QueryFolder) bool { return o.ID == f.ID }
}

// folderStep shows the folders of the project that the words find.
func (s folderTalk) folderStep(ctx context.Context, t *chat.Turn, d connectionDraft, wrong cards.FieldError) (chat.Reply, error) {
	all, err := s.apps.Folders(ctx, t.Actor, d.Credential, d.Organization, d.Project)
	if failed, ok := s.formError(ctx, d, err); ok {
		return s.connectionProjects(ctx, t, d, failed)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	d.Folders = renamedFolders(d.Folders, all)
	found := slices.DeleteFunc(append(notAmong(d.Folders, all), all...), func(f okr.QueryFolder) bool {
		return f.IsRoot() || !strings.Contains(strings.ToLower(f.Path), strings.ToLower(d.FolderText))
	})
	d.FolderOffset = min(d.FolderOffset, max(0, len(found)-1)/cards.FolderPage*cards.FolderPage)
	d.FolderPage = found[d.FolderOffset:min(len(found), d.FolderOffset+cards.FolderPage)]
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.ChooseFolders(cards.FolderForm{
		Draft: d.ID, Editing: d.Editing, Name: d.Name, Application: d.Application, Project: d.ProjectName(), Folders: found,
		Offset: d.FolderOffset, Text: d.FolderText, Chosen: d.Folders, Error: wrong,
	})), nil
}

// notAmong are the chosen folders that the list does not have: they are deep below many, or gone,
// and can be taken off the choice.
func notAmong(chosen, all []okr.QueryFolder) []okr.QueryFolder {
	return slices.DeleteFunc(slices.Clone(chosen), func(f okr.QueryFolder) bool { return slices.ContainsFunc(all, sameFolder(f)) })
}

// renamedFolders are the chosen folders as they are called now.
func renamedFolders(chosen, all []okr.QueryFolder) []okr.QueryFolder {
	out := slices.Clone(chosen)
	for i, f := range out {
		if at := slices.IndexFunc(all, sameFolder(f)); at >= 0 {
			out[i] = all[at]
		}
	}
	return out
}

// tellOutside tells those whose queries are not in the folders of a connection any more.
func (s folderTalk) tellOutside(ctx context.Context, t *chat.Turn, c okr.Connection, stopped []okr.Goal) {
	s.tellBinders(ctx, t, stopped, func(list string) string {
		return t.Actor.Name + " limited the connection " + c.Name + " to some folders, so these OKRs you bound no longer update: " + list + ". Their last values stay. Choose a query in " + c.FolderPaths() + ", ask an admin to add the folder, or use your own connection."
	})
}
