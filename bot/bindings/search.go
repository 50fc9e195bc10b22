package bindings

import (
	"context"
	"encoding/json"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// OnSearch answers the type-ahead of the query field.
func (s *Subject) OnSearch(ctx context.Context, t *chat.Turn) (teams.InvokeResponse, error) {
	var value struct {
		QueryText string                     `json:"queryText"`
		Dataset   string                     `json:"dataset"`
		Data      map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(t.Activity.Value, &value); err != nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	if value.Dataset != cards.DatasetQueries && !strings.HasPrefix(value.Dataset, cards.DatasetQueries+"/") {
		return teams.InvokeResponse{}, teams.ErrNotImplemented
	}
	p, _ := chat.NewPress(cards.VerbBindSearch, value.Data)
	if _, draft, ok := strings.Cut(value.Dataset, "/"); ok {
		p.Data[cards.KeyDraft] = draft
	}
	results, err := s.searchQueries(ctx, t, p, value.QueryText)
	if err != nil {
		return s.chat.RefuseInvoke(ctx, err), nil
	}
	return teams.SearchResponse(results), nil
}

func (s *Subject) searchQueries(ctx context.Context, t *chat.Turn, p chat.Press, text string) ([]teams.SearchResult, error) {
	d, err := s.bindDraft(ctx, t, p)
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	if c := p.Data[cards.KeyConnection]; c != "" && c != cards.ChoiceNewConnection {
		d.Connection = okr.ConnectionID(c)
	}
	page, err := s.measure.SearchQueries(ctx, t.Actor, d.Connection, text)
	var out []teams.SearchResult
	for _, q := range page.Queries[:min(len(page.Queries), 15)] {
		out = append(out, teams.SearchResult{Title: cards.Plain(q.Path, 120), Value: q.ID})
	}
	return out, err
}

// askLimit is how often people may have Azure DevOps looked through.
func askLimit() chat.Limit { return chat.Limit{What: "queries", PerPerson: 300, PerTenant: 3000} }

// queries lists shared queries by name through the first connection.
func (s *Subject) queries(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	if strings.TrimSpace(arg) == "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Say a part of the query's name, for example `queries bugs`.")
	}
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(list) == 0 {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.SignIn, "You have no connection to Azure DevOps yet, and none is shared with you."), okr.Step{Kind: okr.StepConnect})
	}
	// Reading needs no writes: where they are not counted, the pace towards Azure DevOps is limited all the same.
	if err := okr.IgnoreNoWrites(s.chat.Spend(ctx, t, askLimit())); err != nil {
		return chat.Reply{}, err
	}
	page, err := s.measure.SearchQueries(ctx, t.Actor, list[0].ID, arg)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.Queries(okr.CleanLine(arg), list[0], page)), nil
}
