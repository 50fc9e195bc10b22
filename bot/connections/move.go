package connections

import (
	"context"
	"fmt"
	"slices"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// move moves everything that is bound through a connection to another one, after a
// preview.
func (s *Subject) move(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	what, to := cutTo(arg)
	from, err := s.findConnection(ctx, t, what)
	if err != nil {
		return chat.Reply{}, err
	}
	if to == "" {
		return s.moveForm(ctx, t, from.ID, "", cards.FieldError{})
	}
	target, err := s.findConnection(ctx, t, to)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.movePreview(ctx, t, from.ID, target.ID)
}

func (s *Subject) askMove(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.moveForm(ctx, t, p.Connection(), "", cards.FieldError{})
}

func (s *Subject) moveForm(ctx context.Context, t *chat.Turn, id okr.ConnectionID, target string, wrong cards.FieldError) (chat.Reply, error) {
	from, err := s.connect.Connection(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	first, readers, err := handing{s}.offered(ctx, t, from)
	if err != nil {
		return chat.Reply{}, err
	}
	f := cards.MoveForm{From: from, Target: target, Readers: readers, Error: wrong}
	for _, c := range append(first, list...) {
		if c.ID != id && !slices.ContainsFunc(f.Targets, func(o cards.Choice) bool { return o.Value == string(c.ID) }) {
			f.Targets = append(f.Targets, cards.Choice{Title: targetName(c), Value: string(c.ID)})
		}
	}
	_, f.Count, err = s.connect.Bound(ctx, t.Actor, id, okr.Page{Limit: 1})
	return chat.Say(cards.MoveBindings(f)), err
}

// targetName is what a connection is called among those that can be moved to.
func targetName(c okr.Connection) string {
	name := c.Name + " (" + c.Organization + " / " + c.Project.Name + ")"
	if c.Application != nil {
		name += ", application " + c.Application.Name
	}
	return name
}

func (s *Subject) pressMovePreview(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	from, to := p.Connection(), okr.ConnectionID(p.Data[cards.KeyTarget])
	r, err := s.movePreview(ctx, t, from, to)
	if wrong, ok := s.chat.FieldError(ctx, err); ok && okr.KindOf(err) != okr.NotFound {
		return s.moveForm(ctx, t, from, string(to), wrong)
	}
	return r, err
}

func (s *Subject) movePreview(ctx context.Context, t *chat.Turn, from, to okr.ConnectionID) (chat.Reply, error) {
	p, err := s.hands.PreviewMove(ctx, t.Actor, from, to)
	return chat.Say(cards.PreviewMove(p)), err
}

// moveBindings moves what can be moved and measures it at once.
func (s *Subject) moveBindings(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	done, job, err := s.hands.Move(ctx, t.Actor, p.Connection(), okr.ConnectionID(p.Data[cards.KeyTarget]))
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "bindings moved", Of: string(done.From.ID), To: string(done.To.ID)})
	s.measureSoon(ctx, t, job)
	moved, stayed := done.Movable()
	words := fmt.Sprintf("%s now updated through %s, with the access of %s. Values and history stay.", isOrAre(moved), done.To.Name, done.To.Account)
	if stayed > 0 {
		words += fmt.Sprintf(" %s not: %s can't read the query.", isOrAre(stayed), done.To.Name)
	}
	return chat.SayAll(cards.Done("Moved", words, []cards.Button{
		{Title: "Show " + done.To.Name, Verb: cards.VerbConnection, Data: chat.ConnectionData(done.To.ID)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}

func isOrAre(n int) string {
	if n == 1 {
		return "1 OKR is"
	}
	return fmt.Sprintf("%d OKRs are", n)
}

// measureSoon queues a sync that nobody waits for. Best effort: the hourly sync
// does it as well.
func (s *Subject) measureSoon(ctx context.Context, t *chat.Turn, job okr.SyncJob) {
	if err := s.syncs.SyncNow(ctx, t.Actor.Tenant, []okr.SyncJob{job}, okr.Reply{Actor: t.Actor, Ref: teams.RefFrom(ctx)}); err != nil {
		s.chat.Logger.WarnContext(ctx, "sync not queued", "ref", teams.RefFrom(ctx), "connection", job.Connection, "err", okr.CauseOf(err))
	}
}

// Health lists the connections that the person may see, those that fail
// first.
func (s *Subject) Health(ctx context.Context, t *chat.Turn) ([]cards.ConnectionView, error) {
	list, err := s.connect.FailingFirst(ctx, t.Actor, connectionPage)
	return rowsOf(t, list, false), err
}
