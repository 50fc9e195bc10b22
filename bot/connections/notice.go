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
	if !chat.IsUnreachable(err) || !n.Whole || !n.ToItsOwner() {
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
func (s *Subject) tellNotice(ctx context.Context, settings okr.Settings, n okr.Notice, user okr.UserID, buttons []cards.Button) error {
	own, err := s.chat.Memory.PersonalConversation(ctx, settings.ID, user)
	if err != nil {
		return err
	}
	goals := make([]okr.Goal, 0, len(n.Titles))
	for i, title := range n.Titles {
		goals = append(goals, okr.Goal{ID: n.Goals[i], Kind: n.Goals[i].Kind(), Title: title})
	}
	card := cards.OwnerNotice(cards.Place{Zone: settings.Location(), Now: s.chat.Now()}, cards.Notice{
		Connection: n.Connection, Others: n.Others, Goals: goals, Count: len(n.Goals), Problem: problem(n), Since: n.Health.Since, Buttons: buttons, Emptied: n.Emptied,
	})
	if err := s.chat.AwaitRoom(ctx, settings.ID); err != nil {
		return err
	}
	return chat.Unreachable(s.chat.Post(ctx, chat.RefOf(own), chat.Say(card)))
}

// problem says what fails, and to who cannot end it who can.
func problem(n okr.Notice) string {
	owner := n.Connection.Owner.Name
	switch {
	case n.ToItsOwner() || !n.Whole:
		return n.Health.Problem
	case n.Health.State == okr.HealthNeedsSignIn:
		return "The sign-in of " + owner + " no longer works, and these OKRs are measured with it. I've told " + owner + ", who can sign in again; or choose a query through a connection of your own."
	}
	return n.Health.Problem + " I've told " + owner + ", who owns the connection, as well."
}

// fixes offers the buttons that end a failure, each of which the receiver may press.
func fixes(n okr.Notice) []cards.Button {
	var buttons []cards.Button
	if n.Whole && n.ToItsOwner() {
		buttons = ownerFixes(n)
	} else if n.Binds != "" {
		buttons = append(buttons, cards.Button{Title: "Choose another query", Verb: cards.VerbBind, Data: chat.GoalData(n.Binds)})
	}
	if n.Opens {
		buttons = append(buttons, cards.Button{Title: "Open", Verb: cards.VerbConnection, Data: chat.ConnectionData(n.Connection.ID)})
	} else if len(n.Titles) > 0 {
		buttons = append(buttons, cards.Button{Title: "Open", Verb: cards.VerbGoal, Data: chat.GoalData(n.Goals[0])})
	}
	if len(buttons) > 1 {
		buttons[0].Style = "positive"
	}
	return buttons
}

// ownerFixes are those of the owner of a connection that fails as a whole. A policy
// or a project that is gone is not mended by signing in again.
func ownerFixes(n okr.Notice) []cards.Button {
	connection := chat.ConnectionData(n.Connection.ID)
	signIn := cards.Button{Title: "Sign in again", Verb: cards.VerbConnectionSignIn, Data: connection}
	handOver := cards.Button{Title: "Hand over", Verb: cards.VerbHandOverAsk, Data: connection}
	move := cards.Button{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: connection}
	switch n.Health.State {
	case okr.HealthNeedsSignIn:
		return []cards.Button{signIn, handOver, move}
	case okr.HealthNoAccess:
		return []cards.Button{signIn, move, handOver}
	case okr.HealthPolicy, okr.HealthProjectGone:
		return []cards.Button{move, handOver}
	}
	return nil
}
