package transfers

import (
	"context"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// begin begins an import. A second press shows how far it is, and changes nothing.
func (s *Subject) begin(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.previewOf(ctx, t, p.ID)
	if okr.IgnoreNotFound(err) != nil {
		return chat.Reply{}, err
	}
	if err == nil && v.Import.Phase == okr.ImportCollecting {
		s.keepReport(ctx, t, v)
	}
	return s.start(ctx, t, p.ID, s.Import.BeginImport, chat.Deed{Did: "import begun", Of: string(p.ID)})
}

// undo begins to take an import back.
func (s *Subject) undo(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	return s.start(ctx, t, p.ID, s.Import.UndoImport, chat.Deed{Did: "import undone", Of: string(p.ID)})
}

// starter begins work on an import whose card is that of a reply.
type starter func(ctx context.Context, actor okr.Actor, id okr.ImportID, reply okr.Reply) (okr.Import, error)

// start begins work on an import, hands it to the queue and shows how far it is. The card
// that was pressed shows it from then on.
func (s *Subject) start(ctx context.Context, t *chat.Turn, id okr.ImportID, start starter, did chat.Deed) (chat.Reply, error) {
	before, err := s.Import.Import(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	card := t.Activity.CardRef()
	imp, err := start(ctx, t.Actor, id, okr.Reply{
		Conversation: t.At(card), ActivityID: card.ActivityID, Actor: t.Actor, Zone: t.Place.Zone.String(), Locale: t.Place.Locale.String(), Ref: teams.RefFrom(ctx),
	})
	if err != nil {
		return chat.Reply{}, err
	}
	if before.Phase != imp.Phase {
		s.chat.Audit(ctx, t, did)
		s.remember(ctx, t, imp)
	}
	r := chat.Say(cards.ImportProgress(t.Place, imp))
	if isUnderWay(imp) {
		r.Posted = func(ctx context.Context, _ teams.Ref) error { return s.Queue.RunImport(ctx, t.Actor.Tenant, id) }
	}
	return r, nil
}

// remember says to `undo` what takes the import back.
func (s *Subject) remember(ctx context.Context, t *chat.Turn, imp okr.Import) {
	done := chat.Done{What: "undid the import " + string(imp.ID)}
	if imp.Phase == okr.ImportRunning {
		done = chat.Done{What: "imported " + string(imp.ID), Instead: "import undo " + string(imp.ID)}
	}
	chat.DidLast(ctx, s.chat, t, done, nil)
}

// ImportMoved shows on its card how far an import is. A card that was deleted comes back
// once the import is done, and not before.
func (s *Subject) ImportMoved(ctx context.Context, _ okr.TenantID, imp okr.Import) error {
	r := imp.Reply
	if r.ActivityID == "" || r.Conversation.IsShared() {
		return nil
	}
	ctx = teams.WithRef(ctx, r.Ref)
	place := cards.Place{Zone: chat.Zone(r.Zone, time.UTC), NamesZone: r.Conversation.IsShared(), Locale: cards.LocaleOf(r.Locale), Now: s.chat.Now()}
	reply := chat.Say(cards.ImportProgress(place, imp)).Only(r.Actor.ID)
	ref := chat.RefOf(r.Conversation).WithActivity(r.ActivityID)
	if isUnderWay(imp) {
		return chat.IgnoreUnreachable(s.chat.Update(ctx, ref, reply))
	}
	return chat.IgnoreUnreachable(s.chat.Replace(ctx, ref, reply))
}

// undoCommand asks whether the import that is named, else the last one, is to be taken back.
func (s *Subject) undoCommand(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if err := s.ready(ctx, t); err != nil {
		return chat.Reply{}, err
	}
	if id, ok := parseImportID(arg); ok {
		return s.askUndo(ctx, t, importPress{ID: id})
	}
	if arg != "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "I can't find that import. To see all imports, send: import list")
	}
	list, err := s.Import.Imports(ctx, t.Actor)
	for _, imp := range list {
		if imp.Phase == okr.ImportDone {
			return chat.Say(cards.ConfirmImportUndo(t.Place, imp)), nil
		}
	}
	if err == nil {
		err = okr.Errorf(okr.Invalid, "There is no import to undo. To see all imports, send: import list")
	}
	return chat.Reply{}, err
}

// askUndo asks before an import is taken back.
func (s *Subject) askUndo(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	imp, err := s.Import.Import(ctx, t.Actor, p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	switch imp.Phase {
	case okr.ImportDone:
		return chat.Say(cards.ConfirmImportUndo(t.Place, imp)), nil
	case okr.ImportCollecting:
		return chat.Reply{}, okr.Errorf(okr.Invalid, "%s isn't imported yet, so there is nothing to undo.", p.ID)
	}
	return chat.Say(cards.ImportProgress(t.Place, imp)), nil
}

// unbound lists what an integration fed before and nothing measures now.
func (s *Subject) unbound(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	imp, err := s.Import.Import(ctx, t.Actor, p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	views, total, err := s.Import.Unbound(ctx, t.Actor, p.ID, okr.Page{Offset: p.Offset(), Limit: cards.PageSize})
	return chat.Say(cards.ImportUnbound(cards.ImportGoals{Import: imp, Views: views, Total: total, Offset: p.Offset()})), err
}

// conflicts lists what was changed here and in the files.
func (s *Subject) conflicts(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	imp, err := s.Import.Import(ctx, t.Actor, p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	offset := min(p.Offset(), len(imp.Conflict))
	list := cards.ImportGoals{Import: imp, Total: len(imp.Conflict), Offset: offset}
	for _, id := range imp.Conflict[offset:min(len(imp.Conflict), offset+cards.PageSize)] {
		v, err := s.Plan.Goal(ctx, t.Actor, id)
		if okr.IgnoreNotFound(err) != nil {
			return chat.Reply{}, err
		}
		if err == nil {
			list.Views = append(list.Views, v)
		}
	}
	return chat.Say(cards.ImportConflicts(t.Place, list)), nil
}
