package transfers

import (
	"context"
	"errors"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// maxFiles is how many files of one message are taken.
const maxFiles = 10

// ready fails where the person of the turn cannot import, or not in this place: Teams
// passes files on in 1:1 chats only, and a preview names what others may not see.
func (s *Subject) ready(ctx context.Context, t *chat.Turn) error {
	if err := s.Access.RequireAdmin(ctx, t.Actor); err != nil {
		return err
	}
	if !t.Activity.IsPersonal() {
		return okr.Errorf(okr.Invalid, "%s", cards.NoImport())
	}
	return nil
}

// importHandler answers a press that is about an import.
type importHandler func(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error)

// importPress is a press that is about an import.
type importPress struct {
	chat.Press
	ID okr.ImportID
}

// onImport makes the handler of a button that carries an import.
func (s *Subject) onImport(next importHandler) chat.PressHandler {
	return func(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
		if err := s.ready(ctx, t); err != nil {
			return chat.Reply{}, err
		}
		id, ok := parseImportID(p.Data[cards.KeyImport])
		if !ok {
			return chat.Reply{}, okr.Errorf(okr.Invalid, "This button is incomplete. To see all imports, send: import list")
		}
		return next(ctx, t, importPress{p, id})
	}
}

// parseImportID reads the id of an import as a person types it.
func parseImportID(text string) (okr.ImportID, bool) {
	id := strings.ToUpper(strings.TrimSpace(text))
	digits, ok := strings.CutPrefix(id, okr.ImportPrefix)
	ok = ok && digits != "" && len(digits) <= 9 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
	return okr.ImportID(id), ok
}

// importCommand takes the files that came with it, else shows how far the person's import
// is, or what was asked for.
func (s *Subject) importCommand(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if err := s.ready(ctx, t); err != nil {
		return chat.Reply{}, err
	}
	if len(t.Files) > 0 {
		return s.take(ctx, t)
	}
	id, isID := parseImportID(arg)
	switch word := strings.ToLower(strings.TrimSpace(arg)); {
	case word == "":
		return s.current(ctx, t)
	case word == "list" || word == "history":
		return s.list(ctx, t, 0)
	case isID:
		return s.showImport(ctx, t, id)
	}
	return chat.Reply{}, okr.Errorf(okr.Invalid, "Send import, then the files here in our chat. To see earlier imports, send: import list. To undo one: import undo")
}

// current shows the import that is under way, else the one that the person collects files
// for, else what can be brought.
func (s *Subject) current(ctx context.Context, t *chat.Turn) (chat.Reply, error) {
	list, err := s.Import.Imports(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, imp := range list {
		if isUnderWay(imp) {
			return s.showImport(ctx, t, imp.ID)
		}
	}
	if imp, ok := collected(list, t.Actor); ok {
		return chat.Say(cards.ImportFiles(imp, nil)), nil
	}
	return chat.Say(cards.ImportStart(len(list) > 0)), nil
}

// collected is the import that somebody collects files for; false: there is none.
func collected(list []okr.Import, by okr.Actor) (okr.Import, bool) {
	for _, imp := range list {
		if imp.Phase == okr.ImportCollecting && imp.By.ID == by.ID && len(imp.Files) > 0 {
			return imp, true
		}
	}
	return okr.Import{}, false
}

func isUnderWay(imp okr.Import) bool {
	return imp.Phase == okr.ImportRunning || imp.Phase == okr.ImportUndoing
}

// take adds the files of a message to the person's import. What is no file of OKRs is
// named, and the others are taken.
func (s *Subject) take(ctx context.Context, t *chat.Turn) (chat.Reply, error) {
	if len(t.Files) > maxFiles {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "You sent %d files, and I take up to %d in one message. None were added. Send them in several messages, or send the ZIP as you downloaded it.", len(t.Files), maxFiles)
	}
	var problems []string
	var failed error
	for _, f := range t.Files {
		err := s.add(ctx, t, f)
		if _, isSaid := okr.MessageOf(err); err != nil && (!isSaid || okr.KindOf(err) == okr.Forbidden) {
			return chat.Reply{}, err
		}
		if err != nil {
			problems = append(problems, s.chat.Words(ctx, err))
			failed = err
		}
	}
	list, err := s.Import.Imports(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	imp, ok := collected(list, t.Actor)
	switch {
	case !ok && failed != nil:
		return chat.Reply{}, failed
	case !ok: // it has begun meanwhile
		return s.current(ctx, t)
	}
	return chat.Say(cards.ImportFiles(imp, problems)), nil
}

// add fetches a file of the turn and adds it to the person's import.
func (s *Subject) add(ctx context.Context, t *chat.Turn, f teams.File) error {
	body, err := chat.FetchFile(ctx, s.chat, f)
	if err != nil {
		return err
	}
	_, err = s.Import.AddFile(ctx, t.Actor, f.Name, body)
	return errors.Join(err, body.Close())
}

// show shows an import, however far it is.
func (s *Subject) show(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	return s.showImport(ctx, t, p.ID)
}

// showImport shows an import. One that is under way is queued again, which changes nothing
// where it is already: so a lost queue is no end.
func (s *Subject) showImport(ctx context.Context, t *chat.Turn, id okr.ImportID) (chat.Reply, error) {
	imp, err := s.Import.Import(ctx, t.Actor, id)
	if err == nil && isUnderWay(imp) {
		err = okr.IgnoreNoWrites(s.Queue.RunImport(ctx, t.Actor.Tenant, id))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if imp.Phase == okr.ImportCollecting {
		return chat.Say(cards.ImportFiles(imp, nil)), nil
	}
	if len(imp.Unbound) > 0 { // some may be bound by now
		_, left, err := s.Import.Unbound(ctx, t.Actor, id, okr.Page{Limit: 1})
		if err != nil {
			return chat.Reply{}, err
		}
		imp.Unbound = imp.Unbound[:min(left, len(imp.Unbound))]
	}
	return chat.Say(cards.ImportProgress(t.Place, imp)), nil
}

func (s *Subject) pressList(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := s.ready(ctx, t); err != nil {
		return chat.Reply{}, err
	}
	return s.list(ctx, t, p.Offset())
}

// list shows the imports of the tenant, newest first.
func (s *Subject) list(ctx context.Context, t *chat.Turn, offset int) (chat.Reply, error) {
	list, err := s.Import.Imports(ctx, t.Actor)
	return chat.Say(cards.Imports(t.Place, cards.ImportHistory{Imports: list, Offset: offset})), err
}

func (s *Subject) dropFile(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	imp, err := s.Import.DropFile(ctx, t.Actor, p.ID, p.Data[cards.KeyFile])
	return chat.Say(cards.ImportFiles(imp, nil)), err
}

// cancel forgets an import that did not begin.
func (s *Subject) cancel(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	err := s.Import.CancelImport(ctx, t.Actor, p.ID)
	return chat.Say(cards.Done("Import cancelled", "Nothing was imported, and I've deleted the files that you sent me.", []cards.Button{{Title: "New import", Verb: cards.VerbImport}})), err
}
