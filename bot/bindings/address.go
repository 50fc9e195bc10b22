package bindings

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// maxOffered is how many goals a pasted address is offered for.
const maxOffered = 10

// pastedAddress offers to bind the query or the work items whose addresses were pasted: which
// goal they are to measure is asked, or taken from an id beside them.
func (s *Subject) pastedAddress(ctx context.Context, t *chat.Turn, text string) (chat.Reply, bool, error) {
	a, ok := okr.FindAzureLink(text)
	if !ok {
		return chat.Reply{}, false, nil
	}
	only := okr.GoalID("")
	for word := range strings.FieldsSeq(okr.WithoutAddresses(text)) {
		if id, named := okr.ParseGoalID(chat.Plain(word)); named && only == "" {
			only = id
		}
	}
	if a.Query == "" {
		return s.offerItems(ctx, t, text, only)
	}
	r, err := s.offerAddress(ctx, t, a, only)
	return r, true, err
}

// pressAddress offers to bind the query or work item of a pressed card.
func (s *Subject) pressAddress(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	a := okr.AzureLink{Organization: p.Data[cards.KeyOrganization], Project: p.Data[cards.KeyRemoteProject], Query: p.Data[cards.KeyQuery]}
	id, isItem := itemID(p.Data[cards.KeyItem])
	if !isItem {
		return s.offerAddress(ctx, t, a, "")
	}
	c, err := s.connectionFor(ctx, t, a)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.offer(ctx, t, cards.QueryOffer{Items: []int{id}, Connection: c}, "")
}

// offerAddress asks which goal the query is to measure; only is the one that was named.
func (s *Subject) offerAddress(ctx context.Context, t *chat.Turn, a okr.AzureLink, only okr.GoalID) (chat.Reply, error) {
	c, err := s.connectionFor(ctx, t, a)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.offer(ctx, t, cards.QueryOffer{Query: a.Query, Connection: c}, only)
}

// offer asks which goal a query or work items are to measure.
func (s *Subject) offer(ctx context.Context, t *chat.Turn, offer cards.QueryOffer, only okr.GoalID) (chat.Reply, error) {
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
	if a.Project == "" && a.Item > 0 {
		return s.connectionWith(ctx, t, a, list)
	}
	for _, c := range list { // the project may have got another name, or the address may have an old one
		if !strings.EqualFold(c.Organization, a.Organization) {
			continue
		}
		if isProject, err := s.measure.LeadsTo(ctx, t.Actor, c.ID, a.Project); err == nil && isProject {
			return c, nil
		}
	}
	return okr.Connection{}, noWay(a)
}

// connectionWith is the connection whose project has a work item of which the address does
// not say the project, as those of an organization don't.
func (s *Subject) connectionWith(ctx context.Context, t *chat.Turn, a okr.AzureLink, list []okr.Connection) (okr.Connection, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(c okr.Connection) bool { return !strings.EqualFold(c.Organization, a.Organization) })
	for _, c := range list[:min(len(list), maxTried)] {
		found, _, _, err := s.measure.ReadItems(ctx, t.Actor, c.ID, []int{a.Item})
		if err == nil && len(found) > 0 {
			return c, nil
		}
	}
	if len(list) > 0 {
		return list[0], nil // which says what is wrong with the work item
	}
	return okr.Connection{}, noWay(a)
}

// maxTried is through how many connections a work item is looked for.
const maxTried = 5

// noWay says that no connection leads to an address.
func noWay(a okr.AzureLink) error {
	what, place := "a query", okr.Shorten(okr.CleanLine(a.Organization), 80)
	if a.Query == "" {
		what = "a work item"
	}
	if a.Project != "" {
		place += " / " + okr.Shorten(okr.CleanLine(a.Project), 80)
	}
	return okr.Errorf(okr.NotFound, "This is %s in %s, and you have no connection to that project. Connect to it, or ask the owner of a connection to share it.", what, place)
}

// bindTyped binds the goal that stands beside an address in a command.
func (s *Subject) bindTyped(ctx context.Context, t *chat.Turn, arg string, a okr.AzureLink) (chat.Reply, error) {
	what := strings.TrimSpace(okr.WithoutAddresses(arg))
	if what = strings.TrimSuffix(what, " to"); what == "" || what == "to" {
		return s.offerAddress(ctx, t, a, "")
	}
	return s.chat.OneGoal(ctx, t, what, cards.VerbBind, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		c, err := s.connectionFor(ctx, t, a)
		if okr.KindOf(err) == okr.NotFound {
			return s.connectToBind(ctx, t, id, a)
		}
		if err != nil {
			return chat.Reply{}, err
		}
		return s.bindAddress(ctx, t, id, c.ID, a.Query)
	})
}

// connectToBind makes the connection to the project of an address first, and then goes on with
// its query.
func (s *Subject) connectToBind(ctx context.Context, t *chat.Turn, id okr.GoalID, a okr.AzureLink) (chat.Reply, error) {
	if _, err := s.measure.Bindable(ctx, t.Actor, id); err != nil {
		return chat.Reply{}, err
	}
	data := chat.GoalData(id)
	data[cards.KeyQuery], data[cards.KeyOrganization], data[cards.KeyRemoteProject] = a.Query, a.Organization, a.Project
	return s.chat.Act(ctx, t, chat.Resume{Verb: cards.VerbBind, Data: data}.Connect())
}

// bindAddress starts a binding with the query that an address names.
func (s *Subject) bindAddress(ctx context.Context, t *chat.Turn, id okr.GoalID, connection okr.ConnectionID, query string) (chat.Reply, error) {
	g, err := s.measure.Bindable(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.chooseQuery(ctx, t, newDraft(t, g, connection), g, query)
}
