package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// findConnection reads the connection that a text means: by id, by name, or by a
// part of one name only.
func (b *Bot) findConnection(ctx context.Context, t *turn, text string) (okr.Connection, error) {
	text = okr.CleanLine(text)
	if id, ok := okr.ParseConnectionID(text); ok {
		return b.Service.Connect.Connection(ctx, t.actor, id)
	}
	all, err := b.Service.Connect.AllConnections(ctx, t.actor)
	if err != nil {
		return okr.Connection{}, err
	}
	var found []okr.Connection
	for _, c := range all {
		if strings.EqualFold(c.Name, text) {
			return c, nil
		}
		if text != "" && strings.Contains(strings.ToLower(c.Name), strings.ToLower(text)) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return okr.Connection{}, okr.Errorf(okr.NotFound, "Say which connection, by its id (like C7) or name. `connections` lists those that you can see.")
	}
	return found[0], nil
}

// cutTo parts "C7 to C8" at its last "to".
func cutTo(arg string) (what, to string) {
	i := strings.LastIndex(strings.ToLower(arg), " to ")
	if i < 0 {
		return arg, ""
	}
	return arg[:i], strings.TrimSpace(arg[i+len(" to "):])
}

// move moves everything that is bound through a connection to another one, after a
// preview.
func (b *Bot) move(ctx context.Context, t *turn, arg string) (reply, error) {
	what, to := cutTo(arg)
	from, err := b.findConnection(ctx, t, what)
	if err != nil {
		return reply{}, err
	}
	if to == "" {
		return b.moveForm(ctx, t, from.ID, "", cards.FieldError{})
	}
	target, err := b.findConnection(ctx, t, to)
	if err != nil {
		return reply{}, err
	}
	return b.movePreview(ctx, t, from.ID, target.ID)
}

func (b *Bot) askMove(ctx context.Context, t *turn, p press) (reply, error) {
	return b.moveForm(ctx, t, okr.ConnectionID(p.data["connection"]), "", cards.FieldError{})
}

func (b *Bot) moveForm(ctx context.Context, t *turn, id okr.ConnectionID, target string, wrong cards.FieldError) (reply, error) {
	from, err := b.Service.Connect.Connection(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	list, err := b.Service.Connect.Connections(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	f := cards.MoveForm{From: from, Target: target, Error: wrong}
	for _, c := range list {
		if c.ID != id {
			f.Targets = append(f.Targets, cards.Choice{Title: c.Name + " (" + c.Organization + " / " + c.Project.Name + ")", Value: string(c.ID)})
		}
	}
	_, f.Count, err = b.Service.Connect.Bound(ctx, t.actor, id, okr.Page{Limit: 1})
	return say(cards.MoveBindings(f)), err
}

func (b *Bot) pressMovePreview(ctx context.Context, t *turn, p press) (reply, error) {
	from, to := okr.ConnectionID(p.data["connection"]), okr.ConnectionID(p.data["target"])
	r, err := b.movePreview(ctx, t, from, to)
	if wrong, ok := b.fieldError(ctx, err); ok && okr.KindOf(err) != okr.NotFound {
		return b.moveForm(ctx, t, from, string(to), wrong)
	}
	return r, err
}

func (b *Bot) movePreview(ctx context.Context, t *turn, from, to okr.ConnectionID) (reply, error) {
	p, err := b.Service.Connect.PreviewMove(ctx, t.actor, from, to)
	return say(cards.PreviewMove(p)), err
}

// moveBindings moves what can be moved and measures it at once.
func (b *Bot) moveBindings(ctx context.Context, t *turn, p press) (reply, error) {
	done, job, err := b.Service.Connect.Move(ctx, t.actor, okr.ConnectionID(p.data["connection"]), okr.ConnectionID(p.data["target"]))
	if err != nil {
		return reply{}, err
	}
	b.measureSoon(ctx, t, job)
	moved, stayed := done.Movable()
	words := fmt.Sprintf("%s now measured through %s with the access of %s. Values and history stay.", isOrAre(moved), done.To.Name, done.To.Account)
	if stayed > 0 {
		words += fmt.Sprintf(" %s not: %s cannot read the query.", isOrAre(stayed), done.To.Name)
	}
	return sayAll(cards.Done("Moved", words, []cards.Button{
		{Title: "Show " + done.To.Name, Verb: cards.VerbConnection, Data: connectionData(done.To.ID)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}

func isOrAre(n int) string {
	if n == 1 {
		return "1 OKR is"
	}
	return fmt.Sprintf("%d OKRs are", n)
}

func connectionData(id okr.ConnectionID) map[string]string {
	return map[string]string{"connection": string(id)}
}

// measureSoon queues a sync that nobody waits for. It is a help: the hourly sync
// does it as well.
func (b *Bot) measureSoon(ctx context.Context, t *turn, job okr.SyncJob) {
	if err := b.Syncer.SyncNow(ctx, t.actor.Tenant, []okr.SyncJob{job}, okr.Reply{Actor: t.actor}); err != nil {
		b.Logger.WarnContext(ctx, "sync not queued", "ref", teams.RefFrom(ctx), "connection", job.Connection, "err", okr.CauseOf(err))
	}
}

// connectionHealth lists the connections that the person may see, those that fail
// first.
func (b *Bot) connectionHealth(ctx context.Context, t *turn) ([]cards.ConnectionView, error) {
	all, err := b.Service.Connect.AllConnections(ctx, t.actor)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(x, y okr.Connection) int { return rank(x.Health) - rank(y.Health) })
	var views []cards.ConnectionView
	for _, c := range all[:min(len(all), connectionPage)] {
		v, err := b.connectionView(ctx, t, c, 1)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

func rank(h okr.Health) int {
	if h.Failing() {
		return 0
	}
	return 1
}
