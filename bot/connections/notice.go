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

// TellOwner notifies a person in the 1:1 chat of what fails and how to fix it, and every
// admin where an application reads. Where the owner of a whole connection cannot be
// reached, who may have left, the admins are notified instead. An admin who also owns what
// is no longer measured gets the admins' notice only. Others that cannot be reached are
// left alone: the connection list shows it as well. Conflict: another sync is at it.
func (s *Subject) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	settings, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	t := teller{s.chat, s.access}
	if n.ToAdmins() {
		return t.tellAdmins(ctx, settings, n, s.access.AdminIDs(settings))
	}
	if isTold, err := t.toldAsAdmin(ctx, settings, n); isTold || err != nil {
		return err
	}
	err = t.tellOnce(ctx, settings, n, n.Owner.ID, fixes(n))
	if !chat.IsUnreachable(err) || !n.Whole || !n.ToItsOwner() {
		return chat.IgnoreUnreachable(err)
	}
	n.Health.Problem = "I can't reach its owner, " + n.Owner.Name + ", in Teams. " + n.Health.Problem
	var failures []error
	for _, admin := range s.access.AdminIDs(settings) {
		failures = append(failures, chat.IgnoreUnreachable(t.tellAdmin(ctx, settings, n, admin)))
	}
	return errors.Join(failures...)
}

// teller posts notices, each once.
type teller struct {
	chat   *chat.Chat
	access accessor
}

// toldAsAdmin says whether the receiver of a notice about a whole connection of somebody
// else was notified of it as an admin.
func (s teller) toldAsAdmin(ctx context.Context, settings okr.Settings, n okr.Notice) (bool, error) {
	if !n.Whole || n.ToItsOwner() || !slices.Contains(s.access.AdminIDs(settings), n.Owner.ID) {
		return false, nil
	}
	for _, key := range []string{adminKey(n, n.Owner.ID), instead(n, n.Owner.ID)} {
		_, err := s.chat.Memory.Draft(ctx, settings.ID, key)
		if err == nil || okr.KindOf(err) != okr.NotFound {
			return err == nil, err
		}
	}
	return false, nil
}

// adminKey remembers that an admin was notified of what an application reads: it may heal,
// and fail again.
func adminKey(n okr.Notice, admin okr.UserID) string {
	if n.Ends > 0 {
		return instead(n, admin)
	}
	return instead(n, admin) + strconv.FormatInt(n.Health.Since.Unix(), 36)
}

// instead remembers that an admin was notified in place of an owner.
func instead(n okr.Notice, admin okr.UserID) string { return "told:" + noticeKey(n, admin) }

// tellAdmins tells every admin, each once. Who cannot be reached is left alone.
func (s teller) tellAdmins(ctx context.Context, settings okr.Settings, n okr.Notice, admins []okr.UserID) error {
	var failures []error
	for _, admin := range admins {
		life := toldLife
		if n.Ends > 0 {
			life = endsLife
		}
		failures = append(failures, chat.IgnoreUnreachable(s.remembered(ctx, settings, adminKey(n, admin), life, func() error {
			return s.tellOnce(ctx, settings, n, admin, applicationFixes(n))
		})))
	}
	return errors.Join(failures...)
}

// remembered tells somebody and remembers it: that another one could not be told yet is no
// reason to tell this one again.
func (s teller) remembered(ctx context.Context, settings okr.Settings, key string, life time.Duration, tell func() error) error {
	_, err := s.chat.Memory.Draft(ctx, settings.ID, key)
	if okr.KindOf(err) != okr.NotFound {
		return err
	}
	if err := tell(); err != nil {
		return err
	}
	return s.chat.Memory.PutDraft(ctx, settings.ID, key, []byte("{}"), life)
}

// tellAdmin tells an admin instead of an owner.
func (s teller) tellAdmin(ctx context.Context, settings okr.Settings, n okr.Notice, admin okr.UserID) error {
	buttons := []cards.Button{
		{Title: "Take over", Verb: cards.VerbTakeOverAsk, Data: chat.ConnectionData(n.Connection.ID), Style: "positive"},
		{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: chat.ConnectionData(n.Connection.ID)},
		showConnection(n.Connection),
	}
	return s.remembered(ctx, settings, instead(n, admin), toldLife, func() error {
		return s.tellOnce(ctx, settings, n.For(admin), admin, buttons)
	})
}

const (
	// claimLife is how long a notice belongs to the sync that began to tell it: longer
	// than a post takes, shorter than the time to the next sync.
	claimLife = 3 * time.Minute
	// toldLife is how long an admin is remembered to have been told: until the owner,
	// who was not reached, would be told again.
	toldLife = 6 * 24 * time.Hour
	// endsLife is how long an admin is remembered to have been warned that something ends:
	// longer than to the next of those warnings.
	endsLife = 31 * 24 * time.Hour
	// unsureLife is how long it is remembered that a notice was perhaps shown.
	unsureLife = 24 * time.Hour
)

// noticeKey names a notice and who gets it: two syncs of one ended sign-in give the same.
func noticeKey(n okr.Notice, to okr.UserID) string {
	if n.Ends > 0 { // of the application, through whichever connection it was seen
		c := n.Connection
		sum := sha256.Sum256([]byte(strings.Join([]string{"ends", string(to), string(c.Credential), strconv.Itoa(n.Ends), strconv.FormatInt(c.Application.Ends.Unix(), 36)}, "\x00")))
		return hex.EncodeToString(sum[:16])
	}
	parts := []string{string(to), string(n.Health.State), strconv.FormatBool(n.Whole), strconv.FormatBool(n.Emptied), strconv.FormatBool(n.Missed)}
	if n.Whole {
		for _, c := range append([]okr.Connection{n.Connection}, n.Others...) {
			parts = append(parts, string(c.ID))
		}
	} else {
		for _, id := range n.Goals {
			parts = append(parts, string(id))
		}
	}
	slices.Sort(parts[5:])
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
		return okr.Errorf(okr.Conflict, "Another sync is sending this notice.")
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
	place, words := s.placeOf(ctx, settings, user), problem(n)
	if a := n.Connection.Application; n.Ends > 0 && a != nil {
		words = a.EndWords(s.chat.Now(), place.Date)
	}
	card := cards.OwnerNotice(place, cards.Notice{
		Connection: n.Connection, Others: n.Others, Goals: goals, Count: len(n.Goals), Problem: words, Since: n.Health.Since, Buttons: buttons, Emptied: n.Emptied, Missed: n.Missed, Ends: n.Ends > 0,
	})
	if err := s.chat.AwaitRoom(ctx, settings.ID); err != nil {
		return err
	}
	return s.chat.Post(ctx, chat.RefOf(own), chat.Say(card))
}

// placeOf is the time zone and locale of a person, as their client named them. Best effort:
// the zone of the organization does as well, and is named then.
func (s teller) placeOf(ctx context.Context, settings okr.Settings, user okr.UserID) cards.Place {
	m, err := s.access.Member(ctx, settings.ID, user)
	if err != nil || m.Zone == "" {
		return cards.Place{Zone: settings.Location(), NamesZone: true, Locale: cards.LocaleOf(m.Locale), Now: s.chat.Now()}
	}
	return cards.Place{Zone: m.Location(settings), Locale: cards.LocaleOf(m.Locale), Now: s.chat.Now()}
}

// problem says what fails, and who can fix it where the receiver can't.
func problem(n okr.Notice) string {
	owner := n.Connection.Owner.Name
	switch a := n.Connection.Application; {
	case n.ToItsOwner() || !n.Whole:
		return n.Health.Problem
	case a != nil && n.Health.State == okr.HealthNeedsSignIn:
		return "The application " + a.Name + " can't sign in to Azure DevOps, so these OKRs aren't updated. I've notified your admins, who can renew it."
	case a != nil:
		return n.Health.Problem + " I've also notified your admins."
	case n.Health.State == okr.HealthNeedsSignIn:
		return "The sign-in of " + owner + " has expired, so these OKRs aren't updated. I've notified " + owner + ", who can sign in again. Or choose " + source(n) + " through your own connection."
	}
	return n.Health.Problem + " I've also notified " + owner + ", who owns the connection."
}

// source is what a receiver chooses instead of what fails.
func source(n okr.Notice) string {
	if n.Chosen {
		return "other work items"
	}
	return "another query"
}

// fixes offers the buttons that fix a failure, each of which the receiver may press.
func fixes(n okr.Notice) []cards.Button {
	var buttons []cards.Button
	if n.Whole && n.ToItsOwner() {
		buttons = ownerFixes(n)
	} else if n.Binds != "" {
		buttons = append(buttons, cards.Button{Title: "Choose " + source(n), Verb: cards.VerbBind, Data: chat.GoalData(n.Binds)})
	}
	if n.Opens {
		buttons = append(buttons, showConnection(n.Connection))
	} else if len(n.Titles) > 0 {
		buttons = append(buttons, cards.Button{Title: "Show " + string(n.Goals[0]), Verb: cards.VerbGoal, Data: chat.GoalData(n.Goals[0])})
	}
	if len(buttons) > 1 {
		buttons[0].Style = "positive"
	}
	return buttons
}

// showConnection shows all that can be done with a connection.
func showConnection(c okr.Connection) cards.Button {
	return cards.Button{Title: "Show connection", Verb: cards.VerbConnection, Data: chat.ConnectionData(c.ID)}
}

// applicationFixes are those of an admin where an application reads: the one that mends it first.
func applicationFixes(n okr.Notice) []cards.Button {
	connection := chat.ConnectionData(n.Connection.ID)
	renew := cards.Button{Title: "Renew application", Verb: cards.VerbApplicationRenew, Data: map[string]string{cards.KeyApplication: string(n.Connection.Credential)}}
	takeOver := cards.Button{Title: "Take over", Verb: cards.VerbTakeOverAsk, Data: connection}
	move := cards.Button{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: connection}
	buttons := []cards.Button{showConnection(n.Connection)}
	switch {
	case n.Ends > 0:
		buttons = append([]cards.Button{renew}, buttons...)
	case !n.Whole:
	case n.Health.State == okr.HealthNeedsSignIn && (n.Connection.Application == nil || !n.Connection.Application.Removed):
		buttons = append([]cards.Button{renew, takeOver}, buttons...)
	case n.Health.NeedsPerson():
		buttons = append([]cards.Button{takeOver, move}, buttons...)
	}
	if len(buttons) > 1 {
		buttons[0].Style = "positive"
	}
	return buttons
}

// ownerFixes are those of the owner of a connection that fails as a whole: the one that mends it,
// and where that may not help another one. The rest is on the card of the connection. A policy
// or a project that is gone is not mended by signing in again.
func ownerFixes(n okr.Notice) []cards.Button {
	connection := chat.ConnectionData(n.Connection.ID)
	signIn := cards.Button{Title: "Sign in again", Verb: cards.VerbConnectionSignIn, Data: connection}
	move := cards.Button{Title: "Move OKRs", Verb: cards.VerbMoveAsk, Data: connection}
	switch n.Health.State {
	case okr.HealthNeedsSignIn:
		return []cards.Button{signIn}
	case okr.HealthNoAccess:
		return []cards.Button{signIn, move}
	case okr.HealthPolicy, okr.HealthProjectGone:
		return []cards.Button{move}
	}
	return nil
}
