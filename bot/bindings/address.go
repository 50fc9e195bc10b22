package bindings

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// queryAddress is the address of a query as people paste it.
type queryAddress struct {
	organization, project, query string
}

var (
	addressInText = regexp.MustCompile(`https?://[^\s<>"')]+`)
	queryID       = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// findQueryAddress finds the address of a query in a text:
// https://dev.azure.com/{organization}/{project}/_queries/query/{id}/ and its like with
// query-edit, with ?id=, and of the older host {organization}.visualstudio.com.
func findQueryAddress(text string) (queryAddress, bool) {
	for _, raw := range addressInText.FindAllString(text, -1) {
		u, err := url.Parse(strings.TrimRight(raw, ".,;!?"))
		if err != nil {
			continue
		}
		if a, ok := readQueryAddress(u); ok {
			return a, true
		}
	}
	return queryAddress{}, false
}

func readQueryAddress(u *url.URL) (queryAddress, bool) {
	before, after, ok := strings.Cut(u.Path, "/_queries")
	if !ok {
		return queryAddress{}, false
	}
	place := strings.Split(strings.Trim(before, "/"), "/")
	if host, old := strings.CutSuffix(strings.ToLower(u.Hostname()), ".visualstudio.com"); old {
		place = append([]string{host}, place[len(place)-1])
	}
	rest := strings.Split(strings.Trim(after, "/"), "/")
	id := u.Query().Get("id")
	if len(rest) >= 2 && strings.HasPrefix(rest[0], "query") {
		id = rest[1]
	}
	if len(place) < 2 || !queryID.MatchString(id) {
		return queryAddress{}, false
	}
	return queryAddress{place[len(place)-2], place[len(place)-1], strings.ToLower(id)}, true
}

// maxOffered is how many goals a pasted address is offered for.
const maxOffered = 10

// pastedAddress offers to bind the query whose address was pasted: which goal it is to
// measure is asked, or taken from an id beside it.
func (s *Subject) pastedAddress(ctx context.Context, t *chat.Turn, text string) (chat.Reply, bool, error) {
	a, ok := findQueryAddress(text)
	if !ok {
		return chat.Reply{}, false, nil
	}
	for word := range strings.FieldsSeq(addressInText.ReplaceAllString(text, " ")) {
		if id, named := okr.ParseGoalID(chat.Plain(word)); named {
			r, err := s.offerAddress(ctx, t, a, id)
			return r, true, err
		}
	}
	r, err := s.offerAddress(ctx, t, a, "")
	return r, true, err
}

// offerAddress asks which goal the query is to measure; only is the one that was named.
func (s *Subject) offerAddress(ctx context.Context, t *chat.Turn, a queryAddress, only okr.GoalID) (chat.Reply, error) {
	c, err := s.connectionFor(ctx, t, a)
	if err != nil {
		return chat.Reply{}, err
	}
	offer := cards.QueryOffer{Query: a.query, Connection: c}
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
func (s *Subject) connectionFor(ctx context.Context, t *chat.Turn, a queryAddress) (okr.Connection, error) {
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return okr.Connection{}, err
	}
	for _, c := range list {
		isProject := strings.EqualFold(c.Project.Name, a.project) || strings.EqualFold(c.Project.ID, a.project)
		if isProject && strings.EqualFold(c.Organization, a.organization) {
			return c, nil
		}
	}
	for _, c := range list { // the project may have got another name, or the address may have an old one
		if !strings.EqualFold(c.Organization, a.organization) {
			continue
		}
		if isProject, err := s.measure.LeadsTo(ctx, t.Actor, c.ID, a.project); err == nil && isProject {
			return c, nil
		}
	}
	return okr.Connection{}, okr.Errorf(okr.NotFound, "That is the address of a query in %s / %s, and no connection of yours leads there. Connect to that project, or ask the owner of a connection to share it.",
		okr.Shorten(okr.CleanLine(a.organization), 80), okr.Shorten(okr.CleanLine(a.project), 80))
}

// bindTyped binds the goal that stands beside an address in a command.
func (s *Subject) bindTyped(ctx context.Context, t *chat.Turn, arg string, a queryAddress) (chat.Reply, error) {
	what := strings.TrimSpace(addressInText.ReplaceAllString(arg, " "))
	if what = strings.TrimSuffix(what, " to"); what == "" || what == "to" {
		return s.offerAddress(ctx, t, a, "")
	}
	return s.chat.OneGoal(ctx, t, what, cards.VerbBind, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		c, err := s.connectionFor(ctx, t, a)
		if err != nil {
			return chat.Reply{}, err
		}
		return s.bindAddress(ctx, t, id, c.ID, a.query)
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
