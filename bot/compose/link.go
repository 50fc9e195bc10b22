package compose

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// linkQuery is the value of the invokes of link unfurling. Source: "Link unfurling",
// and AppBasedLinkQuery of npm @microsoft/teams.api.
type linkQuery struct {
	URL string `json:"url"`
}

func readLink(a teams.Activity) (string, error) {
	var q linkQuery
	if err := json.Unmarshal(a.Value, &q); err != nil || q.URL == "" {
		return "", teams.ErrMalformedValue
	}
	return q.URL, nil
}

// OnLink answers what an address unfolds into that somebody has put into a message: a
// card that everybody who reads the message may see, whoever asks.
func (s *Subject) OnLink(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
	address, err := readLink(a)
	if err != nil {
		return teams.InvokeResponse{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, composeTime)
	defer cancel()
	if code, ok := s.links().Find(address); ok {
		return unfolded(s.unfoldOwn(ctx, a, cards.AddressView{URL: address, Code: code})), nil
	}
	if link, ok := okr.FindAzureLink(address); ok {
		return s.unfoldAzure(ctx, a, link, address), nil
	}
	return nothing(), nil
}

// OnAnonymousLink answers the same for somebody of whom Teams says nothing, as where
// okrbot is not installed: only that it is an address of okrbot.
func (s *Subject) OnAnonymousLink(_ context.Context, a teams.Activity) (teams.InvokeResponse, error) {
	address, err := readLink(a)
	if err != nil {
		return teams.InvokeResponse{}, err
	}
	if _, ok := s.links().Find(address); !ok {
		return nothing(), nil
	}
	return unfolded(cards.Address(cards.AddressView{URL: address})), nil
}

// links finds addresses of any tenant.
func (s *Subject) links() cards.Links { return s.chat.PlaceOf(okr.Settings{}, time.UTC, "").Links }

// unfoldOwn is the card of an address of okrbot. The message may be read by people of
// whom nothing is known, and go on to other places, so that nothing private is ever in
// it: whatever is not for everyone unfolds like an address that leads nowhere. Only in
// the sender's own chat with okrbot it says that there is something.
func (s *Subject) unfoldOwn(ctx context.Context, a teams.Activity, v cards.AddressView) cards.Card {
	t, err := s.composeTurn(ctx, a)
	if err != nil {
		_ = s.chat.Words(ctx, err) // stands in the line of the turn
	}
	if err != nil || a.Conversation.ID == "" {
		return cards.Address(v)
	}
	isOwnChat := !t.Actor.Shared
	t.Actor.Shared = true
	if card, ok := s.opened(ctx, t, v.URL); ok {
		return card
	}
	t.Actor.Shared = !isOwnChat
	if isOwnChat {
		_, v.Mine = s.opened(ctx, t, v.URL)
	}
	return cards.Address(v)
}

// opened is the card behind an address, as the turn's person sees it.
func (s *Subject) opened(ctx context.Context, t *chat.Turn, address string) (cards.Card, bool) {
	r, ok, err := chat.OpenAddress(ctx, s.chat, t, address)
	if err != nil || !ok {
		return cards.Card{}, false
	}
	return r.Card()
}

// unfoldAzure is the card of an address of Azure DevOps: what it moves, and that it can be
// bound. Nothing where there is neither, or the integration is off: other apps have more to
// say of it. So they have of a work item that moves nothing, as most do, whoever could bind
// it.
func (s *Subject) unfoldAzure(ctx context.Context, a teams.Activity, link okr.AzureLink, address string) teams.InvokeResponse {
	t, err := s.composeTurn(ctx, a)
	if err != nil || a.Conversation.ID == "" {
		return nothing()
	}
	mayBind := s.mayBind(ctx, t, link)
	t.Actor.Shared = true
	views, total, err := s.measure.MovedBy(ctx, t.Actor, link)
	if err != nil || total == 0 && (!mayBind || link.Item > 0) {
		return nothing()
	}
	return unfolded(cards.Moved(t.Place, cards.MovedView{Link: link, URL: address, Views: views, Total: total, MayBind: mayBind}))
}

// mayBind says whether the person could bind the query or work item of an address: a member,
// with a connection that leads there by what is known of its name. Best effort: whoever
// presses the button is asked for their own.
func (s *Subject) mayBind(ctx context.Context, t *chat.Turn, link okr.AzureLink) bool {
	if t.Actor.Guest {
		return false
	}
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return false
	}
	for _, c := range list {
		if c.LeadsTo(link) || link.Project == "" && strings.EqualFold(c.Organization, link.Organization) {
			return true
		}
	}
	return false
}

// unfolded answers with a card.
func unfolded(card cards.Card) teams.InvokeResponse {
	return unfoldedInto(composeAttachment{
		ContentType: teams.ContentTypeCard, Content: card,
		Preview: composePreview{ContentType: thumbnail, Content: previewWords{Title: card.Summary}},
	})
}

// nothing leaves an address as it is.
func nothing() teams.InvokeResponse { return unfoldedInto() }

// unfoldedInto answers an address. Teams keeps an answer for half an hour and shows it
// in other places, too, where others read, so it is asked not to ("Link unfurling",
// remove link unfurling cache).
func unfoldedInto(attachments ...composeAttachment) teams.InvokeResponse {
	return teams.InvokeResponse{Status: http.StatusOK, Body: composed{composeResult{
		Type: "result", Layout: "list", Attachments: append([]composeAttachment{}, attachments...), // clients read the list, be it empty
		Suggested: &suggestedActions{[]suggestedAction{{Type: "setCachePolicy", Value: `{"type":"no-cache"}`}}},
	}}}
}

// pressAddress shows to whoever presses what an address leads to: to everyone here who
// may see it, else to them alone, if they may.
func (s *Subject) pressAddress(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	page, ok := t.Place.Links.Read(p.Data[cards.KeyCode])
	if !ok {
		return chat.Reply{}, chat.NoAddress(t.Actor)
	}
	address := t.Place.Links.To(page)
	r, _, err := chat.OpenAddress(ctx, s.chat, t, address)
	if okr.KindOf(err) != okr.NotFound || !t.Actor.Shared {
		return r, err
	}
	own := *t
	own.Actor.Shared = false
	r, _, inOwn := chat.OpenAddress(ctx, s.chat, &own, address)
	if inOwn != nil {
		return chat.Reply{}, err
	}
	return r.Only(t.Actor.ID), nil
}

// pasted opens what an address leads to that was sent to okrbot.
func (s *Subject) pasted(ctx context.Context, t *chat.Turn, text string) (chat.Reply, bool, error) {
	return chat.OpenAddress(ctx, s.chat, t, text)
}
