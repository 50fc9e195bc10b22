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

// queries finds shared queries by name through all connections of the person.
func (s *Subject) queries(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.findQueries(ctx, t, arg, 0)
}

// pressQueries shows another part of what is found.
func (s *Subject) pressQueries(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.findQueries(ctx, t, p.Data[cards.KeyText], p.Offset())
}

func (s *Subject) findQueries(ctx context.Context, t *chat.Turn, text string, offset int) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	if text = searched(text); text == "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Enter part of the query's name, for example: queries bugs")
	}
	// Reading needs no writes: where they are not counted, the pace towards Azure DevOps is limited all the same.
	if err := okr.IgnoreNoWrites(s.chat.Spend(ctx, t, askLimit())); err != nil {
		return chat.Reply{}, err
	}
	found, err := s.measure.FindQueries(ctx, t.Actor, text)
	if err != nil {
		return chat.Reply{}, err
	}
	list := cards.QueryList{Text: text, Found: found, Offset: min(offset, max(0, len(found.Queries)-1))}
	for _, f := range found.Failed {
		list.Problems = append(list.Problems, f.Connection.Name+": "+s.chat.Words(ctx, f.Err))
	}
	return chat.Say(cards.Queries(list)), nil
}
