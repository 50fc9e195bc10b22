package bot

import (
	"context"
	"encoding/json"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// onSearch answers the type-ahead of the query field.
func (b *Bot) onSearch(ctx context.Context, t *turn) (teams.InvokeResponse, error) {
	var value struct {
		QueryText string                     `json:"queryText"`
		Dataset   string                     `json:"dataset"`
		Data      map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(t.activity.Value, &value); err != nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	if value.Dataset != cards.DatasetQueries && !strings.HasPrefix(value.Dataset, cards.DatasetQueries+"/") {
		return teams.InvokeResponse{}, teams.ErrNotImplemented
	}
	p, _ := newPress(cards.VerbBindSearch, value.Data)
	if _, draft, ok := strings.Cut(value.Dataset, "/"); ok {
		p.data["draft"] = draft
	}
	results, err := b.searchQueries(ctx, t, p, value.QueryText)
	if err != nil {
		return b.invokeRefusal(ctx, err), nil
	}
	return teams.SearchResponse(results), nil
}

func (b *Bot) searchQueries(ctx context.Context, t *turn, p press, text string) ([]teams.SearchResult, error) {
	d, err := b.bindDraft(ctx, t, p)
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	if c := p.data["connection"]; c != "" && c != cards.ChoiceNewConnection {
		d.Connection = okr.ConnectionID(c)
	}
	page, err := b.Service.Measure.SearchQueries(ctx, t.actor, d.Connection, text)
	var out []teams.SearchResult
	for _, q := range page.Queries[:min(len(page.Queries), 15)] {
		out = append(out, teams.SearchResult{Title: cards.Plain(q.Path, 120), Value: q.ID})
	}
	return out, err
}

// queries lists shared queries by name through the first connection.
func (b *Bot) queries(ctx context.Context, t *turn, arg string) (reply, error) {
	if strings.TrimSpace(arg) == "" {
		return reply{}, okr.Errorf(okr.Invalid, "Say a part of the query's name, for example `queries bugs`.")
	}
	list, err := b.Service.Connect.Connections(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(list) == 0 {
		return reply{}, okr.Errorf(okr.SignIn, "You have no connection to Azure DevOps yet, and none is shared with you. Make one with `connect`.")
	}
	page, err := b.Service.Measure.SearchQueries(ctx, t.actor, list[0].ID, arg)
	if err != nil {
		return reply{}, err
	}
	return say(cards.Queries(okr.CleanLine(arg), list[0], page)), nil
}
