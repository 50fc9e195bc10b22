package connections

import (
	"cmp"
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
	"okrbot/cards"
	"okrbot/okr"
)

// Tickets keeps what stands behind the link of the page, sealed.
type Tickets interface {
	// PutTicket stores a ticket for a time.
	PutTicket(ctx context.Context, ticket string, data []byte, ttl time.Duration) error
	// TakeTicket reads and removes a ticket in one step. NotFound: it never was,
	// was taken, or its time is over.
	TakeTicket(ctx context.Context, ticket string) ([]byte, error)
	// PeekTicket reads a ticket and leaves it.
	PeekTicket(ctx context.Context, ticket string) ([]byte, error)
	// CountTry counts tries under a key and gives how many there were within ttl.
	CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error)
}

const (
	// applicationPath is where the page is, below the public address.
	applicationPath = "/connect/application"
	// openLife is how long the link opens the page, and formLife how long the form can be
	// sent after the link was made: who opened it in time can look things up in Entra.
	openLife = 10 * time.Minute
	formLife = 40 * time.Minute
	// maxApplicationTries is how often the form of one link can be sent.
	maxApplicationTries = 10
	// checkLife is how long what was sent may be checked, whether or not the browser waits for it.
	checkLife = time.Minute
)

// applicationTicket is what the link stands for: the admin who asked for it, and the form.
type applicationTicket struct {
	Actor        okr.Actor        `json:"actor"`
	Conversation okr.Conversation `json:"conversation"`
	Zone         string           `json:"zone,omitempty"`
	Locale       string           `json:"locale,omitempty"`
	Made         time.Time        `json:"made"`
	Form         applicationForm  `json:"form"`
	Done         string           `json:"done,omitempty"` // the application that was saved: nothing else works any more
	Renewed      bool             `json:"renewed,omitempty"`
	For          string           `json:"for,omitempty"` // the organization in Azure DevOps of what is renewed
}

func (k applicationTicket) until() time.Time { return k.Made.Add(formLife) }

func applicationKey(id string) string { return "application:" + id }

// checkingKey notes that what was sent by a link is being checked.
func checkingKey(id string) string { return "application-checking:" + id }

// askApplication sends the admin the link of the page, in the 1:1 chat only.
func (s applications) askApplication(ctx context.Context, t *chat.Turn, renewing *cards.ApplicationView) (chat.Reply, error) {
	actor := t.Actor
	actor.Shared = false
	k := applicationTicket{Actor: actor, Conversation: t.At(t.Activity.OwnRef()), Zone: t.Place.Zone.String(), Locale: t.Place.Locale.String(), Made: s.chat.Now(), Form: applicationForm{Kind: okr.BySecret}}
	if renewing != nil {
		k.Form = formOf(renewing.Credential)
		k.For = renewing.Organization()
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails, by its documentation
	id := fmt.Sprintf("%x", raw)
	if err := s.putApplication(ctx, id, k); err != nil {
		return chat.Reply{}, err
	}
	address := strings.TrimSuffix(s.publicURL, "/") + applicationPath + "?t=" + id
	return chat.Say(cards.ApplicationLink(address, renewing)).InOwnChat(t.Actor.ID), nil
}

// putApplication keeps a ticket for what is left of its time.
func (s applications) putApplication(ctx context.Context, id string, k applicationTicket) error {
	data, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("ticket: %w", err)
	}
	return s.tickets.PutTicket(ctx, applicationKey(id), data, max(k.until().Sub(s.chat.Now()), time.Second))
}

// Forms are the pages on which something is filled in, by their paths.
func (s *Subject) Forms() map[string]http.Handler {
	return map[string]http.Handler{applicationPath: http.HandlerFunc(applications{s}.applicationForm)}
}

// applicationForm serves the page: the form for GET, what comes of it for POST. A browser that
// goes away, as at a second click, ends nothing halfway.
func (s applications) applicationForm(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), checkLife)
	defer cancel()
	ctx = teams.WithNote(teams.WithRef(ctx, teams.NewRef()))
	id := r.URL.Query().Get("t")
	var status int
	var p applicationPage
	if r.Method == http.MethodPost {
		status, p = s.sentApplication(ctx, id, w, r)
	} else {
		status, p = s.openApplication(ctx, id)
	}
	p.For = cmp.Or(s.chat.Organization, p.For)
	showApplicationPage(w, status, p)
}

// openApplication shows the form of a link.
func (s applications) openApplication(ctx context.Context, id string) (int, applicationPage) {
	k, err := s.readApplication(s.tickets.PeekTicket(ctx, applicationKey(id)))
	switch {
	case err != nil:
		return s.failedApplication(ctx, err)
	case k.Done != "":
		return http.StatusGone, donePage(k)
	case s.chat.Now().Sub(k.Made) >= openLife:
		return http.StatusGone, gonePage()
	}
	if err := s.mayApplication(ctx, k.Actor); err != nil {
		return s.failedApplication(ctx, err)
	}
	return http.StatusOK, s.formPage(k, nil)
}

func (s applications) readApplication(data []byte, err error) (k applicationTicket, _ error) {
	if err != nil {
		return k, err
	}
	if err := json.Unmarshal(data, &k); err != nil {
		return k, fmt.Errorf("ticket: %w", err)
	}
	return k, nil
}

// mayApplication asks for the right anew: it may have been taken since the link was made.
func (s applications) mayApplication(ctx context.Context, actor okr.Actor) error {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return err
	}
	return s.access.RequireAdmin(ctx, actor)
}

// kinds are the ways in which an application of the person may sign in.
func (s applications) kinds(actor okr.Actor) []okr.ApplicationKind {
	return append([]okr.ApplicationKind{okr.BySecret, okr.ByCertificate}, s.apps.MachineKinds(actor)...)
}

func (s applications) formPage(k applicationTicket, wrong []cards.FieldError) applicationPage {
	p := applicationPage{
		Title: "Connect an application", Form: &k.Form, Kinds: s.kinds(k.Actor), Wrong: wrong, For: k.For,
		Words: "It reads Azure DevOps for your whole organization, without anyone's sign-in. You choose the Azure DevOps organization and project next, in the chat.",
		Until: cards.Place{Zone: chat.Zone(k.Zone, time.UTC), NamesZone: true}.Clock(k.until()),
	}
	if k.Form.Editing != "" {
		p.Title, p.Words = "Renew application "+k.Form.Name, "Its connections use the new secret or certificate at once."
	}
	return p
}

// sentApplication takes what was filled in. The ticket is taken while that goes on, so that a
// form that was sent twice is worked on once; it comes back with the form unless all went well.
func (s applications) sentApplication(ctx context.Context, id string, w http.ResponseWriter, r *http.Request) (int, applicationPage) {
	k, err := s.readApplication(s.tickets.TakeTicket(ctx, applicationKey(id)))
	if okr.KindOf(err) == okr.NotFound {
		if _, err := s.tickets.PeekTicket(ctx, checkingKey(id)); err == nil {
			return http.StatusConflict, applicationPage{Title: "Checking…", Words: "The form was sent twice. Reload this page in a few seconds to see the result."}
		}
	}
	if err != nil {
		return s.failedApplication(ctx, err)
	}
	if k.Done != "" {
		_ = s.putApplication(ctx, id, k) // only for the words of a third try
		return http.StatusGone, donePage(k)
	}
	tries, err := s.tickets.CountTry(ctx, k.Actor.Tenant, "application:"+id[:min(len(id), 16)], formLife)
	if err == nil && tries > maxApplicationTries {
		return http.StatusTooManyRequests, applicationPage{Title: "Too many tries", Words: "Nothing was saved. For a new link, go back to the chat and send: connect application. To renew one, send: applications"}
	}
	if err == nil {
		err = s.mayApplication(ctx, k.Actor)
	}
	if kind := okr.KindOf(err); kind == okr.Forbidden || kind == okr.Disabled {
		return s.failedApplication(ctx, err)
	}
	if err != nil {
		_ = k.Form.read(w, r) // what was filled in stays
		return s.againApplication(ctx, id, k, err)
	}
	_ = s.tickets.PutTicket(ctx, checkingKey(id), []byte("{}"), checkLife) // only for the words of a second click
	defer func() { _, _ = s.tickets.TakeTicket(ctx, checkingKey(id)) }()
	saved, healed, err := s.saveApplication(ctx, &k, w, r)
	if err != nil {
		return s.againApplication(ctx, id, k, err)
	}
	k.Done = saved.Application.Name
	edited := k.Form.Editing != ""
	k.Renewed = edited
	k.Form = applicationForm{}
	if err := s.putApplication(ctx, id, k); err != nil {
		s.chat.Logger.WarnContext(ctx, "link not marked as used", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
	s.tellApplication(ctx, k, saved, healed, edited)
	return http.StatusOK, donePage(k)
}

func (s applications) saveApplication(ctx context.Context, k *applicationTicket, w http.ResponseWriter, r *http.Request) (okr.Credential, []okr.Connection, error) {
	if err := k.Form.read(w, r); err != nil {
		return okr.Credential{}, nil, err
	}
	in, err := k.Form.input(s.kinds(k.Actor))
	if err != nil {
		return okr.Credential{}, nil, errors.Join(append([]error{err}, okr.Each(in.Clean())...)...)
	}
	return s.apps.SaveApplication(ctx, k.Actor, in)
}

// againApplication shows the form with what is wrong, and keeps what was filled in.
func (s applications) againApplication(ctx context.Context, id string, k applicationTicket, err error) (int, applicationPage) {
	var wrong []cards.FieldError
	for _, one := range okr.Each(err) {
		wrong = append(wrong, cards.FieldError{Field: okr.FieldOf(one), Message: s.chat.Words(ctx, one)})
	}
	if kept := s.putApplication(ctx, id, k); kept != nil {
		return s.failedApplication(ctx, kept)
	}
	status := http.StatusUnprocessableEntity
	switch okr.KindOf(err) {
	case okr.Internal:
		status = http.StatusInternalServerError
	case okr.Unavailable, okr.Throttled:
		status = http.StatusServiceUnavailable
	}
	return status, s.formPage(k, wrong)
}

func donePage(k applicationTicket) applicationPage {
	done := " is connected"
	if k.Renewed {
		done = " is renewed"
	}
	return applicationPage{Title: k.Done + done, Words: "Go back to Teams to continue. You can close this page."}
}

func gonePage() applicationPage {
	return applicationPage{Title: "This link expired", Words: "A link works once and for 10 minutes. If you just sent the form, the result is in the chat. For a new link, go back to the chat and send: connect application. To renew one, send: applications"}
}

func (s applications) failedApplication(ctx context.Context, err error) (int, applicationPage) {
	switch okr.KindOf(err) {
	case okr.NotFound:
		return http.StatusGone, gonePage()
	case okr.Forbidden, okr.Disabled:
		return http.StatusForbidden, applicationPage{Title: "You can't connect an application", Words: s.chat.Words(ctx, err)}
	}
	return http.StatusBadGateway, applicationPage{Title: "Something went wrong", Words: s.chat.Words(ctx, err)}
}

// tellApplication goes on in the chat: with the form of a connection, or, where an application
// was renewed, with what works again.
func (s applications) tellApplication(ctx context.Context, k applicationTicket, saved okr.Credential, healed []okr.Connection, edited bool) {
	t, err := s.chat.TurnAt(ctx, k.Actor, k.Conversation, k.Zone, k.Locale)
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not notified of the application", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
		return
	}
	did := "application added"
	if edited {
		did = "application renewed"
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: did, Of: string(saved.ID)})
	s.measureHealed(ctx, t, healed)
	r, err := s.afterApplication(ctx, t, saved, healed, edited)
	if err != nil {
		r = s.chat.Refusal(ctx, err, "The application is saved, but the next step failed")
	}
	if err := s.chat.Post(ctx, chat.RefOf(k.Conversation), r.InOwnChat(k.Actor.ID)); err != nil {
		s.chat.Logger.WarnContext(ctx, "chat not notified of the application", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
