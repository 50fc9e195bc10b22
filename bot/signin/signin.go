package signin

import (
	"context"
	"errors"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// pressSignIn signs in again or with another account, at the tenant that the button
// names: anybody may sign in anywhere, and what comes of it the answer of that tenant says.
// Teams knows one account only, so another one is always chosen on the page.
func (s *Subject) pressSignIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	at := okr.SignInAt{Tenant: okr.TenantID(p.Data[cards.KeyTenant]), Organization: okr.Shorten(okr.CleanLine(p.Data[cards.KeyOrganization]), okr.MaxName)}
	return s.ask(ctx, t, at, &chat.Resume{Verb: cards.VerbConnect}, p.Data[cards.KeyAnother] == "")
}

// signInTicket is what the link of a sign-in card stands for.
type signInTicket struct {
	Actor        okr.Actor        `json:"actor"`
	Conversation okr.Conversation `json:"conversation"` // where nobody but the person sees the card
	Zone         string           `json:"zone,omitempty"`
	Locale       string           `json:"locale,omitempty"`
	At           okr.SignInAt     `json:"at"`
	Next         *chat.Resume     `json:"next,omitempty"`

	Way string `json:"-"` // in which the sign-in goes on: empty, by the button
}

// ticketLife is how long the link of a sign-in card can be used.
const ticketLife = 10 * time.Minute

// Ask brings the card whose button opens the sign-in at a place, always where nobody but
// the person sees it: in a group anybody could press it. Where single sign-on is set up, Teams
// tries that first.
func (s *Subject) Ask(ctx context.Context, t *chat.Turn, at okr.SignInAt, next *chat.Resume) (chat.Reply, error) {
	return s.ask(ctx, t, at, next, true)
}

// ask is Ask; silent says that the account of the chat will do.
func (s *Subject) ask(ctx context.Context, t *chat.Turn, at okr.SignInAt, next *chat.Resume, silent bool) (chat.Reply, error) {
	at, err := s.options.place(at, t.Actor.Tenant)
	if err != nil {
		return chat.Reply{}, err
	}
	id, err := s.ticketFor(ctx, t, at, next)
	if err != nil {
		return chat.Reply{}, err
	}
	exchangeID := ""
	if silent && s.isSilent(t, at) {
		if exchangeID, err = s.newExchange(ctx, t.Actor, id); err != nil {
			return chat.Reply{}, err
		}
	}
	return s.signInCard(s.address(id), at, exchangeID).Only(t.Actor.ID), nil
}

// ticketFor makes the ticket of a sign-in of the person, and notes it as the newest.
func (s *Subject) ticketFor(ctx context.Context, t *chat.Turn, at okr.SignInAt, next *chat.Resume) (string, error) {
	actor := t.Actor
	actor.Shared = false
	id, err := s.newTicket(ctx, signInTicket{Actor: actor, Conversation: t.At(t.Activity.OwnRef()), Zone: t.Place.Zone.String(), Locale: t.Place.Locale.String(), At: at, Next: next})
	if err != nil {
		return "", err
	}
	return id, s.putTicket(ctx, newestKey(t.Actor), id)
}

// newestKey names the newest ticket of a person.
func newestKey(a okr.Actor) string { return "newest:" + string(a.Tenant) + ":" + string(a.ID) }

// askLink gives the link of the person's newest sign-in card as a card of another
// kind, for a client that shows no button on the first; without one a new sign-in
// begins.
func (s *Subject) askLink(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	var id string
	var k signInTicket
	err := s.peekTicket(ctx, newestKey(t.Actor), &id)
	if err == nil {
		err = s.peekTicket(ctx, startKey(id), &k)
	}
	switch {
	case okr.KindOf(err) == okr.NotFound:
		if id, err = s.ticketFor(ctx, t, okr.SignInAt{}, &chat.Resume{Verb: cards.VerbConnect}); err != nil {
			return chat.Reply{}, err
		}
	case err != nil:
		return chat.Reply{}, err
	}
	return chat.Say(cards.SignInLink(s.address(id))).Only(t.Actor.ID), nil
}

// signInCard is the card of a link; with the id of an exchange Teams tries single sign-on first.
func (s *Subject) signInCard(link string, at okr.SignInAt, exchangeID string) chat.Reply {
	words := "Sign in with the work account that can read your team's queries. I only read work items, queries and projects, and change nothing. The button works for 10 minutes, only for you. No button? Send: sign in link"
	if at.Organization != "" {
		words = "The organization " + at.Organization + " belongs to another Microsoft Entra tenant. Sign in with the account invited there, then enter the code from the page in this chat. I only read work items, queries and projects, and change nothing. The button works for 10 minutes, only for you. No button? Send: sign in link"
	}
	attachment := cards.OAuth(words, link, oauthConnection)
	switch {
	case s.options.PlainCard:
		attachment = cards.SignIn(words, link)
	case exchangeID != "":
		attachment = cards.SingleSignOn(words, link, s.options.SSOConnection, exchangeID, s.options.SSOResource)
	}
	return chat.Attach(attachment, "Sign in to Azure DevOps")
}

func (s *Subject) askSignOut(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	accounts, err := s.connect.Accounts(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(accounts) == 0 {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "You're not signed in to Azure DevOps."), okr.Step{Kind: okr.StepSignIn})
	}
	var names []string
	for _, a := range accounts {
		names = append(names, a.Account.UserName)
	}
	connections, err := s.connect.OwnConnections(ctx, t.Actor)
	return chat.Say(cards.ConfirmSignOut(names, connections)), err
}

func (s *Subject) signOut(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	accounts, err := s.connect.Accounts(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	stopped, err := s.connect.SignOut(ctx, t.Actor)
	if err == nil && len(accounts) > 0 {
		s.chat.Audit(ctx, t, chat.Deed{Did: "sign-ins deleted", Of: string(t.Actor.ID)})
	}
	return chat.Say(cards.SignedOut(stopped)), err
}

// completed keeps a sign-in, takes its ticket and gives what the person sees next: what goes on, or that it is not
// kept, or what did not work after it. The error says that it is not kept. NotFound: another one of the same ticket was
// faster; this one is kept as well, for it is one of the same account, and says nothing.
func (s *Subject) completed(ctx context.Context, k signInTicket, c okr.Credential, take func(context.Context) error) (chat.Reply, error) {
	healed, err := s.connect.SignedIn(ctx, k.Actor.Tenant, c)
	if err == nil {
		err = take(ctx)
	}
	if okr.KindOf(err) == okr.NotFound {
		return chat.Reply{}, err
	}
	if err != nil {
		err = okr.WithNext(err, okr.Step{Kind: okr.StepSignIn})
		s.ended(ctx, k, outcomeFailed, err)
		return s.chat.Refusal(ctx, err, notKept).Only(k.Actor.ID), err
	}
	s.ended(ctx, k, outcomeDone, nil)
	r, err := s.goOn(ctx, k, c, s.syncHealed(ctx, k, healed))
	if err != nil {
		r = s.chat.Refusal(ctx, err, nextFailed)
	}
	return r.Only(k.Actor.ID), nil
}

// notKept and nextFailed are the titles of what goes wrong with a sign-in, and after it.
const (
	notKept    = "You're not signed in"
	nextFailed = "You're signed in, but the next step failed"
)

// goOn gives what comes after a sign-in, which says whether a sync was started by it.
func (s *Subject) goOn(ctx context.Context, k signInTicket, c okr.Credential, syncs bool) (chat.Reply, error) {
	t, err := s.chat.TurnAt(ctx, k.Actor, k.Conversation, k.Zone, k.Locale)
	if err != nil {
		return chat.Reply{}, err
	}
	if k.Next == nil {
		return chat.Say(cards.SignedIn(c.Account.UserName, []cards.Button{{Title: "Connections", Verb: cards.VerbConnections}})), nil
	}
	more := map[string]string{}
	if syncs {
		more[cards.KeySyncing] = "yes"
	}
	return s.chat.Act(ctx, t, k.Next.Press(more))
}

// syncHealed measures what had stopped for want of a sign-in, and says whether that has begun.
// Best effort: the hourly sync does it as well.
func (s *Subject) syncHealed(ctx context.Context, k signInTicket, healed []okr.Connection) bool {
	var jobs []okr.SyncJob
	for _, c := range healed {
		jobs = append(jobs, okr.SyncJob{Connection: c.ID})
	}
	if len(jobs) == 0 {
		return false
	}
	err := s.syncs.SyncNow(ctx, k.Actor.Tenant, jobs, okr.Reply{Actor: k.Actor, Ref: teams.RefFrom(ctx)})
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "sync after sign-in not queued", "err", err)
	}
	return err == nil
}
