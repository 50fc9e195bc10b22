package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// pressConnect opens the connection form; it also carries on here after a
// sign-in, with what is to follow the new connection.
func (b *Bot) pressConnect(ctx context.Context, t *turn, p press) (reply, error) {
	return b.startConnection(ctx, t, resumeFrom(p))
}

// pressSignIn signs in again or with another account.
func (b *Bot) pressSignIn(ctx context.Context, t *turn, _ press) (reply, error) {
	if err := errors.Join(t.membersOnly(), b.Service.Access.RequireEnabled(ctx, t.actor)); err != nil {
		return reply{}, err
	}
	return b.askSignIn(ctx, t, &resume{Verb: cards.VerbConnect})
}

// signInTicket is what the one-time link of a sign-in card stands for.
type signInTicket struct {
	Actor        okr.Actor        `json:"actor"`
	Conversation okr.Conversation `json:"conversation"` // the 1:1 chat
	Zone         string           `json:"zone,omitempty"`
	Next         *resume          `json:"next,omitempty"`
}

// ticketLife is how long the link of a sign-in card can be used.
const ticketLife = 10 * time.Minute

// askSignIn brings the card whose button opens the sign-in, always in the 1:1
// chat: in a group anybody could press it.
func (b *Bot) askSignIn(ctx context.Context, t *turn, next *resume) (reply, error) {
	chat, err := b.personal(ctx, t)
	if err != nil {
		return reply{}, err
	}
	actor := t.actor
	actor.Shared = false
	link, err := b.signInLink(ctx, signInTicket{Actor: actor, Conversation: chat, Zone: t.place.Zone.String(), Next: next})
	if err != nil {
		return reply{}, err
	}
	return b.inPersonal(ctx, t, b.signInCard(link))
}

func (b *Bot) signInCard(link string) reply {
	words := "Sign in to Azure DevOps with the work account that can read your team's queries. okrbot reads work items, queries and projects; it changes nothing there. The button works for 10 minutes and for you only."
	attachment := cards.OAuth(words, link, oauthConnection)
	if b.SignIn.PlainCard {
		attachment = cards.SignIn(words, link)
	}
	return reply{attachment: &attachment, summary: "Sign in to Azure DevOps"}
}

func (b *Bot) askSignOut(ctx context.Context, t *turn, _ string) (reply, error) {
	accounts, err := b.Service.Connect.Accounts(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(accounts) == 0 {
		return reply{}, okr.Errorf(okr.Invalid, "You are not signed in to Azure DevOps, so there is nothing to forget. `connect` signs you in.")
	}
	var names []string
	for _, a := range accounts {
		names = append(names, a.Account.UserName)
	}
	own, err := b.Service.Connect.OwnConnections(ctx, t.actor)
	return say(cards.ConfirmSignOut(names, own)), err
}

func (b *Bot) signOut(ctx context.Context, t *turn, _ press) (reply, error) {
	stopped, err := b.Service.Connect.SignOut(ctx, t.actor)
	return say(cards.SignedOut(stopped)), err
}

// The one-time code that ties a sign-in with another account to the chat.

const (
	codeDigits = 6
	maxTries   = 5
)

func isCode(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) == codeDigits && strings.Trim(text, "0123456789") == ""
}

// pending is a sign-in that waits for its code.
type pending struct {
	Code       string       `json:"code"`
	Ticket     signInTicket `json:"ticket"`
	Credential sealedSignIn `json:"credential"`
	Account    okr.Account  `json:"account"`
	ID         string       `json:"id"`
}

// pendingKey names the sign-in of a person that waits; a newer one replaces it.
func pendingKey(a okr.Actor) string { return "code:" + string(a.Tenant) + ":" + string(a.ID) }

// onVerifyState takes the code that Teams hands over by itself.
func (b *Bot) onVerifyState(ctx context.Context, t *turn) (teams.InvokeResponse, error) {
	var value struct {
		State string `json:"state"`
	}
	if err := json.Unmarshal(t.activity.Value, &value); err != nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	if !isCode(value.State) {
		return teams.InvokeResponse{Status: 200}, nil // the same person signed in: live already
	}
	r, err := b.enterCode(ctx, t, value.State)
	if err != nil {
		b.words(ctx, err)
		return teams.InvokeResponse{Status: 412}, nil
	}
	return teams.InvokeResponse{Status: 200}, b.post(ctx, t.activity.Ref(), r)
}

func (b *Bot) typedCode(ctx context.Context, t *turn, text string) (reply, error) {
	return b.enterCode(ctx, t, strings.TrimSpace(text))
}

func (b *Bot) pressCode(ctx context.Context, t *turn, p press) (reply, error) {
	r, err := b.enterCode(ctx, t, strings.TrimSpace(p.data["code"]))
	if okr.KindOf(err) == okr.Invalid {
		wrong, _ := b.fieldError(ctx, err)
		return say(cards.SignInCode("The sign-in page shows a code of six digits. Type it here.", wrong)), nil
	}
	return r, err
}

// enterCode makes a waiting sign-in live when the code fits. After five wrong
// ones the sign-in is dropped.
func (b *Bot) enterCode(ctx context.Context, t *turn, code string) (reply, error) {
	key := pendingKey(t.actor)
	raw, err := b.Memory.PeekTicket(ctx, key)
	if okr.KindOf(err) == okr.NotFound {
		return reply{}, okr.Errorf(okr.SignIn, "No sign-in of yours waits for a code (any more). Send `connect` to sign in.")
	}
	if err != nil {
		return reply{}, err
	}
	var waiting pending
	if err := json.Unmarshal(raw, &waiting); err != nil {
		return reply{}, fmt.Errorf("waiting sign-in: %w", err)
	}
	tries, err := b.Memory.CountTry(ctx, t.actor.Tenant, "code:"+waiting.ID, ticketLife)
	if err != nil {
		return reply{}, err
	}
	if tries > maxTries || !sameText(code, waiting.Code) {
		return reply{}, b.wrongCode(ctx, key, tries)
	}
	if _, err := b.Memory.TakeTicket(ctx, key); err != nil {
		return reply{}, err
	}
	return b.completeSignIn(ctx, waiting.Ticket, waiting.Credential.open(waiting.Ticket.Actor.ID, waiting.Account))
}

func (b *Bot) wrongCode(ctx context.Context, key string, tries int) error {
	if tries < maxTries {
		return okr.FieldErrorf("code", "That is not the code. %d tries are left.", maxTries-tries)
	}
	if _, err := b.Memory.TakeTicket(ctx, key); err != nil && okr.KindOf(err) != okr.NotFound {
		return err
	}
	return okr.Errorf(okr.Forbidden, "That was the wrong code five times, so the sign-in was dropped. Send `connect` to start again.")
}

// completeSignIn keeps the sign-in, starts a sync of what it brings back, and
// gives what comes next.
func (b *Bot) completeSignIn(ctx context.Context, k signInTicket, c okr.Credential) (reply, error) {
	healed, err := b.Service.Connect.SignedIn(ctx, k.Actor.Tenant, c)
	if err != nil {
		return reply{}, err
	}
	b.syncHealed(ctx, k, healed)
	t := &turn{actor: k.Actor, place: cards.Place{Zone: zone(k.Zone, time.UTC), Now: b.Now()}}
	t.activity = personalActivity(k)
	if t.settings, err = b.Service.Access.Settings(ctx, k.Actor.Tenant); err != nil {
		return reply{}, err
	}
	if k.Next == nil {
		return say(cards.SignedIn(c.Account.UserName, []cards.Button{{Title: "Connections", Verb: cards.VerbConnections}})), nil
	}
	return b.act(ctx, t, press{verb: k.Next.Verb, data: dataOf(k.Next)})
}

func dataOf(r *resume) map[string]string {
	data := map[string]string{}
	maps.Copy(data, r.Data)
	return data
}

// syncHealed measures what had stopped for want of a sign-in. It is a help: the
// hourly sync does it as well.
func (b *Bot) syncHealed(ctx context.Context, k signInTicket, healed []okr.Connection) {
	var jobs []okr.SyncJob
	for _, c := range healed {
		jobs = append(jobs, okr.SyncJob{Connection: c.ID})
	}
	if len(jobs) == 0 {
		return
	}
	if err := b.Syncer.SyncNow(ctx, k.Actor.Tenant, jobs, okr.Reply{Actor: k.Actor}); err != nil {
		b.Logger.WarnContext(ctx, "sync after sign-in not queued", "err", err)
	}
}

// personalActivity stands for a turn in the 1:1 chat of a ticket, after the
// browser and not Teams brought the person back.
func personalActivity(k signInTicket) teams.Activity {
	return teams.Activity{
		Type: teams.TypeMessage, ServiceURL: k.Conversation.ServiceURL, ChannelID: "msteams",
		From:         teams.Account{AADObjectID: string(k.Actor.ID), Name: k.Actor.Name},
		Recipient:    teams.Account{ID: k.Conversation.BotID},
		Conversation: teams.Conversation{ID: k.Conversation.ID, Type: teams.KindPersonal, TenantID: string(k.Actor.Tenant)},
	}
}
