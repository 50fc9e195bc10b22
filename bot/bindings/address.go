package bindings

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// maxOffered is how many goals a pasted address is offered for.
const maxOffered = 10

// pastedAddress offers to bind the query whose address was pasted: which goal it is to
// measure is asked, or taken from an id beside it.
func (s *Subject) pastedAddress(ctx context.Context, t *chat.Turn, text string) (chat.Reply, bool, error) {
	a, ok := okr.FindAzureLink(text)
	if !ok || a.Query == "" {
		return chat.Reply{}, false, nil
	}
	for word := range strings.FieldsSeq(okr.WithoutAddresses(text)) {
		if id, named := okr.ParseGoalID(chat.Plain(word)); named {
			r, err := s.offerAddress(ctx, t, a, id)
			return r, true, err
		}
	}
	r, err := s.offerAddress(ctx, t, a, "")
	return r, true, err
}

// pressAddress offers to bind the query of a pressed card.
func (s *Subject) pressAddress(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	return s.offerAddress(ctx, t, okr.AzureLink{
		Organization: p.Data[cards.KeyOrganization], Project: p.Data[cards.KeyRemoteProject], Query: p.Data[cards.KeyQuery],
	}, "")
}

// offerAddress asks which goal the query is to measure; only is the one that was named.
func (s *Subject) offerAddress(ctx context.Context, t *chat.Turn, a okr.AzureLink, only okr.GoalID) (chat.Reply, error) {
	c, err := s.connectionFor(ctx, t, a)
	if err != nil {
		return chat.Reply{}, err
	}
	offer := cards.QueryOffer{Query: a.Query, Connection: c}
	if only != "" {
		g, err := s.measure.Bindable(ctx, t.Actor, only)
		offer.Goals = []okr.Goal{g}
		return chat.Say(cards.OfferQuery(offer)), err
	}
	var asks []okr.ListAsk
	for _, kind := range []okr.GoalKind{okr.KeyResult, okr.Project} {
		asks = append(asks, okr.ListAsk{Filter: okr.Filter{Owner: t.Actor.ID, Kind: kind}, Page: okr.Page{Limit: maxOffered}, Plain: true})
	}
	_, lists, err := s.plan.Lists(ctx, t.Actor, asks...)
	for _, l := range lists {
		offer.Goals = append(offer.Goals, chat.GoalsOf(l)...)
	}
	return chat.Say(cards.OfferQuery(offer)), err
}

// connectionFor is the connection that leads to the project of an address.
func (s *Subject) connectionFor(ctx context.Context, t *chat.Turn, a okr.AzureLink) (okr.Connection, error) {
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return okr.Connection{}, err
	}
	for _, c := range list {
		if c.LeadsTo(a) {
			return c, nil
		}
	}
	for _, c := range list { // the project may have got another name, or the address may have an old one
		if !strings.EqualFold(c.Organization, a.Organization) {
			continue
		}
		if isProject, err := s.measure.LeadsTo(ctx, t.Actor, c.ID, a.Project); err == nil && isProject {
			return c, nil
		}
	}
	return okr.Connection{}, okr.Errorf(okr.NotFound, "That is the address of a query in %s / %s, and no connection of yours leads there. Connect to that project, or ask the owner of a connection to share it.",
		okr.Shorten(okr.CleanLine(a.Organization), 80), okr.Shorten(okr.CleanLine(a.Project), 80))
}

// bindTyped binds the goal that stands beside an address in a command.
func (s *Subject) bindTyped(ctx context.Context, t *chat.Turn, arg string, a okr.AzureLink) (chat.Reply, error) {
	what := strings.TrimSpace(okr.WithoutAddresses(arg))
	if what = strings.TrimSuffix(what, " to"); what == "" || what == "to" {
		return s.offerAddress(ctx, t, a, "")
	}
	return s.chat.OneGoal(ctx, t, what, cards.VerbBind, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		c, err := s.connectionFor(ctx, t, a)
		if err != nil {
			return chat.Reply{}, err
		}
		return s.bindAddress(ctx, t, id, c.ID, a.Query)
	})
}

// bindAddress starts a binding with the query that an address names.
func (s *Subject) bindAddress(ctx context.Context, t *chat.Turn, id okr.GoalID, connection okr.ConnectionID, query string) (chat.Reply, error) {
	g, err := s.measure.Bindable(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.chooseQuery(ctx, t, newDraft(t, g, connection), g, query)
}
