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
func (s *Subject) pressSignIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	at := okr.SignInAt{Tenant: okr.TenantID(p.Data[cards.KeyTenant]), Organization: okr.Shorten(okr.CleanLine(p.Data[cards.KeyOrganization]), okr.MaxName)}
	return s.Ask(ctx, t, at, &chat.Resume{Verb: cards.VerbConnect})
}

// signInTicket is what the link of a sign-in card stands for.
type signInTicket struct {
	Actor        okr.Actor        `json:"actor"`
	Conversation okr.Conversation `json:"conversation"` // where nobody but the person sees the card
	Zone         string           `json:"zone,omitempty"`
	At           okr.SignInAt     `json:"at"`
	Next         *chat.Resume     `json:"next,omitempty"`
}

// ticketLife is how long the link of a sign-in card can be used.
const ticketLife = 10 * time.Minute

// Ask brings the card whose button opens the sign-in at a place, always where nobody but
// the person sees it: in a group anybody could press it.
func (s *Subject) Ask(ctx context.Context, t *chat.Turn, at okr.SignInAt, next *chat.Resume) (chat.Reply, error) {
	at, err := s.options.place(at, t.Actor.Tenant)
	if err != nil {
		return chat.Reply{}, err
	}
	id, err := s.ticketFor(ctx, t, at, next)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.signInCard(s.address(id), at).Only(t.Actor.ID), nil
}

// ticketFor makes the ticket of a sign-in of the person, and notes it as the newest.
func (s *Subject) ticketFor(ctx context.Context, t *chat.Turn, at okr.SignInAt, next *chat.Resume) (string, error) {
	actor := t.Actor
	actor.Shared = false
	id, err := s.newTicket(ctx, signInTicket{Actor: actor, Conversation: t.At(t.Activity.OwnRef()), Zone: t.Place.Zone.String(), At: at, Next: next})
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

func (s *Subject) signInCard(link string, at okr.SignInAt) chat.Reply {
	words := "Sign in to Azure DevOps with the work account that can read your team's queries. okrbot reads work items, queries and projects; it changes nothing there. The button works for 10 minutes and for you only. If you see no button here, send: sign in link"
	if at.Organization != "" {
		words = "The organization " + at.Organization + " belongs to another Microsoft Entra tenant than your account here. Sign in there with the account that was invited to it; the page shows a code, which you then type in this chat. okrbot reads work items, queries and projects; it changes nothing there. The button works for 10 minutes and for you only. If you see no button here, send: sign in link"
	}
	attachment := cards.OAuth(words, link, oauthConnection)
	if s.options.PlainCard {
		attachment = cards.SignIn(words, link)
	}
	return chat.Attach(attachment, "Sign in to Azure DevOps")
}

func (s *Subject) askSignOut(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	accounts, err := s.connect.Accounts(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(accounts) == 0 {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "You are not signed in to Azure DevOps, so there is nothing to forget."), okr.Step{Kind: okr.StepSignIn})
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

// completeSignIn keeps the sign-in, starts a sync of what it brings back, and
// gives what comes next.
func (s *Subject) completeSignIn(ctx context.Context, k signInTicket, c okr.Credential) (chat.Reply, error) {
	healed, err := s.connect.SignedIn(ctx, k.Actor.Tenant, c)
	if err != nil {
		return chat.Reply{}, err
	}
	s.syncHealed(ctx, k, healed)
	t := &chat.Turn{Actor: k.Actor}
	t.Activity = activityOf(k)
	if t.Settings, err = s.access.Addressed(ctx, k.Actor.Tenant); err != nil {
		return chat.Reply{}, err
	}
	t.Place = s.chat.PlaceOf(t.Settings, chat.Zone(k.Zone, time.UTC))
	if k.Next == nil {
		return chat.Say(cards.SignedIn(c.Account.UserName, []cards.Button{{Title: "Connections", Verb: cards.VerbConnections}})), nil
	}
	return s.chat.Act(ctx, t, k.Next.Press(nil))
}

// syncHealed measures what had stopped for want of a sign-in. Best effort: the
// hourly sync does it as well.
func (s *Subject) syncHealed(ctx context.Context, k signInTicket, healed []okr.Connection) {
	var jobs []okr.SyncJob
	for _, c := range healed {
		jobs = append(jobs, okr.SyncJob{Connection: c.ID})
	}
	if len(jobs) == 0 {
		return
	}
	if err := s.syncs.SyncNow(ctx, k.Actor.Tenant, jobs, okr.Reply{Actor: k.Actor, Ref: teams.RefFrom(ctx)}); err != nil {
		s.chat.Logger.WarnContext(ctx, "sync after sign-in not queued", "err", err)
	}
}

// activityOf stands for a turn where the card of a ticket is, after the browser and not
// Teams brought the person back.
func activityOf(k signInTicket) teams.Activity {
	c := k.Conversation
	return teams.Activity{
		Type: teams.TypeMessage, ServiceURL: c.ServiceURL, ChannelID: teams.ChannelTeams,
		From:         teams.Account{ID: c.Account, AADObjectID: string(k.Actor.ID), Name: k.Actor.Name},
		Recipient:    teams.Account{ID: c.BotID, IsTargeted: c.Account != ""},
		Conversation: teams.Conversation{ID: c.ID, Type: teams.ConversationKind(c.Kind), IsGroup: c.Kind != okr.Personal, TenantID: string(k.Actor.Tenant)},
		ChannelData:  teams.ChannelData{Team: teams.Team{ID: c.TeamID}},
	}
}
