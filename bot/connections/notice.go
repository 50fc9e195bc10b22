package connections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// TellOwner tells a person in the 1:1 chat what fails and how to end it. Where the
// owner of a whole connection cannot be reached, who may have left, the admins are
// told instead. Others that cannot be reached are left alone: the connection list
// shows it as well. Conflict: another sync is telling it.
func (s *Subject) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	settings, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	t := teller{s.chat}
	err = t.tellOnce(ctx, settings, n, n.Owner.ID, fixes(n))
	if !chat.IsUnreachable(err) || !n.Whole || !n.ToItsOwner() {
		return chat.IgnoreUnreachable(err)
	}
	n.Health.Problem = n.Owner.Name + ", who owns it, cannot be reached in Teams. " + n.Health.Problem
	var failures []error
	for _, admin := range s.access.AdminIDs(settings) {
		failures = append(failures, chat.IgnoreUnreachable(t.tellAdmin(ctx, settings, n, admin)))
	}
	return errors.Join(failures...)
}

// teller posts notices, each once.
type teller struct{ chat *chat.Chat }

// tellAdmin tells an admin instead of an owner, and remembers it: that another one could
// not be told yet is no reason to tell this one again.
func (s teller) tellAdmin(ctx context.Context, settings okr.Settings, n okr.Notice, admin okr.UserID) error {
	key := "told:" + noticeKey(n, admin)
	_, err := s.chat.Memory.Draft(ctx, settings.ID, key)
	if okr.KindOf(err) != okr.NotFound {
		return err
	}
	buttons := []cards.Button{
		{Title: "Take over", Verb: cards.VerbTakeOverAsk, Data: chat.ConnectionData(n.Connection.ID), Style: "positive"},
		{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: chat.ConnectionData(n.Connection.ID)},
		{Title: "Open", Verb: cards.VerbConnection, Data: chat.ConnectionData(n.Connection.ID)},
	}
	if err := s.tellOnce(ctx, settings, n.For(admin), admin, buttons); err != nil {
		return err
	}
	return s.chat.Memory.PutDraft(ctx, settings.ID, key, []byte("{}"), toldLife)
}

const (
	// claimLife is how long a notice belongs to the sync that began to tell it: longer
	// than a post takes, shorter than the time to the next sync.
	claimLife = 3 * time.Minute
	// toldLife is how long an admin is remembered to have been told: until the owner,
	// who was not reached, would be told again.
	toldLife = 6 * 24 * time.Hour
	// unsureLife is how long it is remembered that a notice was perhaps shown.
	unsureLife = 24 * time.Hour
)

// noticeKey names a notice and who gets it: two syncs of one ended sign-in give the same.
func noticeKey(n okr.Notice, to okr.UserID) string {
	parts := []string{string(to), string(n.Health.State), strconv.FormatBool(n.Whole), strconv.FormatBool(n.Emptied)}
	if n.Whole {
		for _, c := range append([]okr.Connection{n.Connection}, n.Others...) {
			parts = append(parts, string(c.ID))
		}
	} else {
		for _, id := range n.Goals {
			parts = append(parts, string(id))
		}
	}
	slices.Sort(parts[4:])
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// tellOnce tells a notice unless another sync is telling it. One that was perhaps shown
// is left to the next sync, and counts as told when no answer comes there either.
func (s teller) tellOnce(ctx context.Context, settings okr.Settings, n okr.Notice, user okr.UserID, buttons []cards.Button) error {
	key := noticeKey(n, user)
	claims, err := s.chat.Memory.CountTry(ctx, settings.ID, "telling:"+key, claimLife)
	if err != nil {
		return err
	}
	if claims > 1 {
		return okr.Errorf(okr.Conflict, "Another sync is telling it.")
	}
	err = s.tellNotice(ctx, settings, n, user, buttons)
	if okr.KindOf(err) != okr.PerhapsShown || !errors.Is(err, okr.ErrNoAnswer) {
		return err
	}
	times, counted := s.chat.Memory.CountTry(ctx, settings.ID, "unsure:"+key, unsureLife)
	if counted == nil && times > 1 {
		return nil
	}
	return err
}

// tellNotice posts a notice to somebody. NotFound, Forbidden: there is no chat, or
// none any more.
func (s teller) tellNotice(ctx context.Context, settings okr.Settings, n okr.Notice, user okr.UserID, buttons []cards.Button) error {
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
	return s.chat.Post(ctx, chat.RefOf(own), chat.Say(card))
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
