package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// TellOwner tells a person in the 1:1 chat what fails and how to end it. Where the
// owner of a whole connection cannot be reached, who may have left, the admins are
// told instead. Others that cannot be reached are left alone: the connection list
// shows it as well.
func (b *Bot) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	settings, err := b.Service.Access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	err = b.tellNotice(ctx, settings, n, n.Owner.ID, fixes(n))
	if !isUnreachable(err) || !n.Whole {
		return ignoreUnreachable(err)
	}
	n.Health.Problem = n.Owner.Name + ", who owns it, cannot be reached in Teams. " + n.Health.Problem
	for _, admin := range b.Service.Access.AdminIDs(settings) {
		buttons := []cards.Button{
			{Title: "Take over", Verb: cards.VerbTakeOverAsk, Data: connectionData(n.Connection.ID), Style: "positive"},
			{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: connectionData(n.Connection.ID)},
			{Title: "Open", Verb: cards.VerbConnection, Data: connectionData(n.Connection.ID)},
		}
		if err := ignoreUnreachable(b.tellNotice(ctx, settings, n.For(admin), admin, buttons)); err != nil {
			return err
		}
	}
	return nil
}

// tellNotice posts a notice to somebody. NotFound, Forbidden: there is no chat, or
// none any more.
func (b *Bot) tellNotice(ctx context.Context, settings okr.Tenant, n okr.Notice, user okr.UserID, buttons []cards.Button) error {
	chat, err := b.Memory.PersonalConversation(ctx, settings.ID, user)
	if err != nil {
		return err
	}
	goals := make([]okr.Goal, 0, len(n.Titles))
	for i, title := range n.Titles {
		goals = append(goals, okr.Goal{ID: n.Goals[i], Kind: n.Goals[i].Kind(), Title: title})
	}
	card := cards.OwnerNotice(cards.Place{Zone: settings.Location(), Now: b.Now()}, cards.Notice{
		Connection: n.Connection, Goals: goals, Count: len(n.Goals), Problem: n.Health.Problem, Since: n.Health.Since, Buttons: buttons,
	})
	if err := b.takeTurn(ctx, settings.ID); err != nil {
		return err
	}
	return unreachable(b.post(ctx, refOf(chat), say(card)))
}

func ignoreUnreachable(err error) error {
	if isUnreachable(err) {
		return nil
	}
	return err
}

// PostReminder asks a person for check-ins in the 1:1 chat. Forbidden or NotFound:
// there is none, or it cannot be reached any more.
func (b *Bot) PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	chat, err := b.Memory.PersonalConversation(ctx, tenant, a.Person.ID)
	if err != nil {
		return err
	}
	place := cards.Place{Zone: zone(a.Zone, time.UTC), Now: b.Now()}
	card := cards.Reminder(place, cards.ReminderView{Goals: a.Goals, Total: len(a.Goals)})
	if err := b.takeTurn(ctx, tenant); err != nil {
		return err
	}
	return unreachable(b.post(ctx, refOf(chat), say(card)))
}

// fixes offers the buttons that end a failure.
func fixes(n okr.Notice) []cards.Button {
	connection := connectionData(n.Connection.ID)
	signIn := cards.Button{Title: "Sign in again", Verb: cards.VerbConnectionSignIn, Data: connection, Style: "positive"}
	handOver := cards.Button{Title: "Hand over", Verb: cards.VerbHandOverAsk, Data: connection}
	move := cards.Button{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: connection}
	open := cards.Button{Title: "Open", Verb: cards.VerbConnection, Data: connection}
	switch {
	case n.Connection.Owner.ID != n.Owner.ID && len(n.Goals) > 0: // who bound it through the connection of another
		return []cards.Button{chooseQuery(n), open}
	case n.Health.State == okr.HealthNeedsSignIn:
		return []cards.Button{signIn, handOver, move, open}
	case n.Health.State == okr.HealthNoAccess && n.Whole:
		return []cards.Button{signIn, move, handOver, open}
	case len(n.Goals) > 0 && !n.Whole:
		return []cards.Button{chooseQuery(n), open}
	}
	return []cards.Button{open}
}

func chooseQuery(n okr.Notice) cards.Button {
	return cards.Button{Title: "Choose another query", Verb: cards.VerbBind, Data: map[string]string{"goal": string(n.Goals[0])}, Style: "positive"}
}

// SyncDone puts the outcome of a sync on the card that announced it: the goal
// that was asked for, else a row for each. A sync that nobody waits for has no
// card.
func (b *Bot) SyncDone(ctx context.Context, r okr.Reply, rows []okr.SyncRow) error {
	if r.ActivityID == "" {
		return nil
	}
	place := cards.Place{Zone: zone(r.Zone, time.UTC), Now: b.Now()}
	rows = slices.DeleteFunc(slices.Clone(rows), func(row okr.SyncRow) bool { return !r.Actor.Sees(row.Goal) })
	card := cards.SyncDone(place, rows)
	if r.Goal != "" && r.Goal.Kind() != okr.Objective && !failed(rows) {
		v, err := b.Service.Plan.Goal(ctx, r.Actor, r.Goal)
		if err != nil && okr.KindOf(err) != okr.NotFound {
			return err
		}
		if err == nil {
			card = cards.Goal(place, v)
		}
	}
	ref := refOf(r.Conversation).WithActivity(r.ActivityID)
	err := b.Connector.Update(ctx, ref, say(card).message())
	if errors.Is(err, teams.ErrGone) {
		return nil // somebody deleted the card
	}
	return err
}

func failed(rows []okr.SyncRow) bool {
	for _, row := range rows {
		if strings.TrimSpace(row.Problem) != "" {
			return true
		}
	}
	return false
}
