package signin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/okr"
)

// Single sign-on: an OAuth card says for which resource Teams is to get a token of the person. Each
// client of that person that shows the card sends one to okrbot, which exchanges it for tokens for
// Azure DevOps (onbehalf.go). What does not work is answered by 412: Teams then shows the card,
// whose button opens okrbot's own sign-in. It works in 1:1 and group chats, and in no channel.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/authentication/bot-sso-overview

const (
	// exchangeLife is how long a client that shows the card later is told that the person is signed
	// in: as long as Teams shows a message for one person in a shared place.
	exchangeLife = 24 * time.Hour
	// maxExchanges bounds the tokens that are tried for one card. People have fewer clients.
	maxExchanges = 10
)

// exchange is what the id of a tokenExchangeResource stands for.
type exchange struct {
	Start string    `json:"start"` // the ticket of the card's button
	Actor okr.Actor `json:"actor"`
	Done  bool      `json:"done,omitzero"`
}

func exchangeKey(id string) string { return "exchange:" + id }

// isSilent says whether Teams can sign a person in by itself at a place of Azure DevOps: with the
// account of the chat only, and so not where another one is needed.
func (s *Subject) isSilent(t *chat.Turn, at okr.SignInAt) bool {
	o := s.options
	isHome := at.Tenant == "" && (!isTenant.MatchString(o.LoginTenant) || strings.EqualFold(o.LoginTenant, string(t.Actor.Tenant)))
	return o.SSOConnection != "" && !o.PlainCard && isHome && t.Activity.Kind() != teams.KindChannel
}

// newExchange keeps which ticket a token that comes with the id is for.
func (s *Subject) newExchange(ctx context.Context, actor okr.Actor, start string) (string, error) {
	id := rand.Text()
	return id, s.putTicket(ctx, exchangeKey(id), exchange{Start: start, Actor: actor})
}

// tokenExchange is the value of a signin/tokenExchange.
type tokenExchange struct {
	ID             string `json:"id"`
	ConnectionName string `json:"connectionName"`
	Token          string `json:"token"`
}

// exchanged is the answer to one. Source: TokenExchangeInvokeResponse of the Bot Framework schema.
type exchanged struct {
	ID             string `json:"id"`
	ConnectionName string `json:"connectionName"`
	FailureDetail  string `json:"failureDetail,omitempty"`
}

// OnTokenExchange signs a person in with the token that a client of Teams hands over; begun is why
// the turn could not begin. The first client does the work. Those after it are told that it is
// done, and if it cannot be done each of them is told that, and shows the button.
func (s *Subject) OnTokenExchange(ctx context.Context, t *chat.Turn, begun error) (teams.InvokeResponse, error) {
	var v tokenExchange
	if json.Unmarshal(t.Activity.Value, &v) != nil || v.ID == "" || v.Token == "" {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	err := begun
	if err == nil {
		err = errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor))
	}
	if err == nil {
		err = s.signOn(ctx, t.Actor, v)
	}
	if err != nil {
		return teams.InvokeResponse{Status: http.StatusPreconditionFailed, Body: exchanged{v.ID, v.ConnectionName, s.chat.Words(ctx, err)}}, nil
	}
	return teams.InvokeResponse{Status: http.StatusOK, Body: exchanged{ID: v.ID, ConnectionName: v.ConnectionName}}, nil
}

// signOn finds the card of a token and exchanges it, unless the sign-in is complete already. A
// button whose sign-in is complete is worth no less.
func (s *Subject) signOn(ctx context.Context, actor okr.Actor, v tokenExchange) error {
	var x exchange
	var k signInTicket
	if s.options.SSOConnection == "" || v.ConnectionName != s.options.SSOConnection {
		return okr.Errorf(okr.SignIn, "This single sign-on isn't set up. Sign in with the button.")
	}
	if err := s.peekTicket(ctx, exchangeKey(v.ID), &x); err != nil {
		return err
	}
	if x.Actor.ID != actor.ID || x.Actor.Tenant != actor.Tenant {
		return okr.Errorf(okr.Forbidden, "This sign-in belongs to somebody else.")
	}
	if x.Done {
		return nil
	}
	if err := s.limit(ctx, actor, v.ID); err != nil {
		return err
	}
	err := s.peekTicket(ctx, startKey(x.Start), &k)
	switch {
	case okr.KindOf(err) == okr.NotFound: // the button was faster
		return nil
	case err != nil:
		return err
	}
	k.Way = waySSO
	c, err := s.onBehalf(ctx, k, v.Token)
	if err != nil {
		s.ended(ctx, k, outcomeOf(err), err)
		if gone := s.peekTicket(ctx, startKey(x.Start), &k); okr.KindOf(gone) == okr.NotFound {
			return nil // another client or the button was faster meanwhile, and a button would lead nowhere
		}
		return err
	}
	return s.signedOn(ctx, v.ID, x, k, c)
}

// limit counts the tokens that are tried for a card.
func (s *Subject) limit(ctx context.Context, actor okr.Actor, id string) error {
	tries, err := s.tickets.CountTry(ctx, actor.Tenant, exchangeKey(id), ticketLife)
	if err == nil && tries > maxExchanges {
		err = okr.Errorf(okr.SignIn, "Too many devices tried to sign you in. Sign in with the button.")
	}
	return err
}

// outcomeOf tells what a person can mend with the button from what the operator must look at.
func outcomeOf(err error) string {
	if okr.KindOf(err) == okr.SignIn {
		return outcomeRefused
	}
	return outcomeFailed
}

// signedOn completes a sign-in, unless another client or the button was faster: the ticket can be
// taken once. What comes next is posted where the card is, for that person only.
func (s *Subject) signedOn(ctx context.Context, id string, x exchange, k signInTicket, c okr.Credential) error {
	r, err := s.completed(ctx, k, c, func(ctx context.Context) error {
		if err := s.taking(startKey(x.Start))(ctx); err != nil {
			return err
		}
		return s.noteDone(ctx, id, x)
	})
	if okr.KindOf(err) == okr.NotFound {
		return nil
	} // else the reply says why not
	if err := s.chat.Post(ctx, chat.RefOf(k.Conversation), r); err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not notified of the sign-in", "ref", teams.RefFrom(ctx), "err", err)
	}
	return nil
}

// noteDone notes that single sign-on by a card is done. Best effort: its ticket is taken.
func (s *Subject) noteDone(ctx context.Context, id string, x exchange) error {
	x.Done = true
	raw, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	if err := s.tickets.PutTicket(ctx, exchangeKey(id), raw, exchangeLife); err != nil {
		s.chat.Logger.WarnContext(ctx, "single sign-on not noted as done", "ref", teams.RefFrom(ctx), "err", err)
	}
	return nil
}

// showsNothing says whether Teams shows the person nothing after a signin/failure with a code. The
// other ones come after something that Teams itself has shown.
// https://learn.microsoft.com/microsoftteams/platform/teams-sdk/teams/user-authentication/troubleshooting-sso
func showsNothing(code string) bool {
	switch code {
	case "installedappnotfound", "invokeerror", "resourcematchfailed", "oauthcardnotvalid", "tokenmissing":
		return true
	}
	return false
}

// OnFailure notes why a client of Teams has no token to hand over, and sends the card with the
// button where Teams shows none, once; begun is why the turn could not begin.
func (s *Subject) OnFailure(ctx context.Context, t *chat.Turn, begun error) (teams.InvokeResponse, error) {
	var v struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(t.Activity.Value, &v) != nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	if begun == nil && s.options.SSOConnection != "" {
		s.failed(ctx, t.Actor, v.Code)
	}
	return teams.InvokeResponse{Status: http.StatusOK}, nil
}

// failed notes a failure of a client, and does what the client does not.
func (s *Subject) failed(ctx context.Context, actor okr.Actor, code string) {
	if !errorCode.MatchString(code) {
		code = "unknown"
	}
	s.ended(ctx, signInTicket{Actor: actor, Way: waySSO}, outcomeFailed, byButton(okr.Unavailable, errors.New("Teams: "+code)))
	if !showsNothing(code) {
		return
	}
	if err := s.showButton(ctx, actor); err != nil {
		s.chat.Logger.WarnContext(ctx, "sign-in card not sent again", "ref", teams.RefFrom(ctx), "err", err)
	}
}

// showButton sends the person's newest sign-in card again, as one that Teams shows at once.
func (s *Subject) showButton(ctx context.Context, actor okr.Actor) error {
	var id string
	var k signInTicket
	err := s.peekTicket(ctx, newestKey(actor), &id)
	if err == nil {
		err = s.peekTicket(ctx, startKey(id), &k)
	}
	if okr.KindOf(err) == okr.NotFound {
		return nil // the person is signed in, or has not asked for it lately
	}
	if err != nil {
		return err
	}
	if tries, err := s.tickets.CountTry(ctx, actor.Tenant, "button:"+id, ticketLife); err != nil || tries > 1 {
		return err
	}
	return s.chat.Post(ctx, chat.RefOf(k.Conversation), s.signInCard(s.address(id), k.At, "").Only(k.Actor.ID))
}
