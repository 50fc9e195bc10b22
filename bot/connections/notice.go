package connections

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// TellOwner tells a person in the 1:1 chat what fails and how to end it. Where the
// owner of a whole connection cannot be reached, who may have left, the admins are
// told instead. Others that cannot be reached are left alone: the connection list
// shows it as well.
func (s *Subject) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	settings, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	err = s.tellNotice(ctx, settings, n, n.Owner.ID, fixes(n))
	if !chat.IsUnreachable(err) || !n.Whole {
		return chat.IgnoreUnreachable(err)
	}
	n.Health.Problem = n.Owner.Name + ", who owns it, cannot be reached in Teams. " + n.Health.Problem
	for _, admin := range s.access.AdminIDs(settings) {
		buttons := []cards.Button{
			{Title: "Take over", Verb: cards.VerbTakeOverAsk, Data: chat.ConnectionData(n.Connection.ID), Style: "positive"},
			{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: chat.ConnectionData(n.Connection.ID)},
			{Title: "Open", Verb: cards.VerbConnection, Data: chat.ConnectionData(n.Connection.ID)},
		}
		if err := chat.IgnoreUnreachable(s.tellNotice(ctx, settings, n.For(admin), admin, buttons)); err != nil {
			return err
		}
	}
	return nil
}

// tellNotice posts a notice to somebody. NotFound, Forbidden: there is no chat, or
// none any more.
func (s *Subject) tellNotice(ctx context.Context, settings okr.Tenant, n okr.Notice, user okr.UserID, buttons []cards.Button) error {
	own, err := s.chat.Memory.PersonalConversation(ctx, settings.ID, user)
	if err != nil {
		return err
	}
	goals := make([]okr.Goal, 0, len(n.Titles))
	for i, title := range n.Titles {
		goals = append(goals, okr.Goal{ID: n.Goals[i], Kind: n.Goals[i].Kind(), Title: title})
	}
	card := cards.OwnerNotice(cards.Place{Zone: settings.Location(), Now: s.chat.Now()}, cards.Notice{
		Connection: n.Connection, Goals: goals, Count: len(n.Goals), Problem: n.Health.Problem, Since: n.Health.Since, Buttons: buttons, Emptied: n.Emptied,
	})
	if err := s.chat.AwaitRoom(ctx, settings.ID); err != nil {
		return err
	}
	return chat.Unreachable(s.chat.Post(ctx, chat.RefOf(own), chat.Say(card)))
}

// fixes offers the buttons that end a failure.
func fixes(n okr.Notice) []cards.Button {
	connection := chat.ConnectionData(n.Connection.ID)
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
	return cards.Button{Title: "Choose another query", Verb: cards.VerbBind, Data: chat.GoalData(n.Goals[0]), Style: "positive"}
}
