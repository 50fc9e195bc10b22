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

const (
	// composeCommand is the command's id in the app manifest.
	composeCommand = "searchOkrs"
	// composeTime bounds a search: Teams waits 5 seconds for one.
	composeTime = 4 * time.Second
	// maxComposed is how many results a search gives at most; clients ask for 25.
	maxComposed = 25
	// composedChildren is how much of what stands below an objective is on its card.
	composedChildren = 8
)

// composeQuery is the value of the invoke.
type composeQuery struct {
	CommandID  string `json:"commandId"`
	Parameters []struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	} `json:"parameters"`
	QueryOptions struct {
		Skip  int `json:"skip"`
		Count int `json:"count"`
	} `json:"queryOptions"`
}

// text is what was typed; nothing when the list is begun (parameter initialRun).
func (q composeQuery) text() string {
	for _, p := range q.Parameters {
		var text string
		if p.Name != "initialRun" && json.Unmarshal(p.Value, &text) == nil {
			return okr.Shorten(okr.CleanLine(text), okr.MaxTitle)
		}
	}
	return ""
}

func (q composeQuery) page() okr.Page {
	count := q.QueryOptions.Count
	if count <= 0 || count > maxComposed {
		count = maxComposed
	}
	return okr.Page{Offset: max(0, q.QueryOptions.Skip), Limit: count}
}

// composed is the body of the answer.
type composed struct {
	Extension composeResult `json:"composeExtension"`
}

type composeResult struct {
	Type        string              `json:"type"` // result or message
	Layout      string              `json:"attachmentLayout,omitempty"`
	Attachments []composeAttachment `json:"attachments,omitzero"`
	Text        string              `json:"text,omitempty"` // of a message
	Suggested   *suggestedActions   `json:"suggestedActions,omitempty"`
}

type suggestedActions struct {
	Actions []suggestedAction `json:"actions"`
}

type suggestedAction struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// thumbnail is the content type of a preview.
const thumbnail = "application/vnd.microsoft.card.thumbnail"

type composeAttachment struct {
	ContentType string         `json:"contentType"`
	Content     cards.Card     `json:"content"`
	Preview     composePreview `json:"preview"`
}

type composePreview struct {
	ContentType string       `json:"contentType"`
	Content     previewWords `json:"content"`
}

type previewWords struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

func composeMessage(text string) teams.InvokeResponse {
	return teams.InvokeResponse{Status: http.StatusOK, Body: composed{composeResult{Type: "message", Text: text}}}
}

// OnCompose finds OKRs to put into a message.
func (s *Subject) OnCompose(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
	var q composeQuery
	if err := json.Unmarshal(a.Value, &q); err != nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	if q.CommandID != composeCommand {
		return teams.InvokeResponse{}, teams.ErrNotImplemented
	}
	ctx, cancel := context.WithTimeout(ctx, composeTime)
	defer cancel()
	t, err := s.composeTurn(ctx, a)
	if err != nil {
		return composeMessage(s.chat.Words(ctx, err)), nil
	}
	views, err := s.composeViews(ctx, t, q)
	switch {
	case err != nil:
		return composeMessage(s.chat.Words(ctx, err)), nil
	case len(views) == 0 && q.page().Offset > 0:
		return teams.InvokeResponse{Status: http.StatusOK, Body: composed{composeResult{Type: "result", Layout: "list"}}}, nil
	case len(views) == 0 && q.text() != "":
		return composeMessage("I found no OKR with this title or id that I can show here."), nil
	case len(views) == 0:
		return composeMessage("There are no OKRs to show here yet."), nil
	}
	return teams.InvokeResponse{Status: http.StatusOK, Body: composed{composeResult{Type: "result", Layout: "list", Attachments: attachments(t, views)}}}, nil
}

// composeTurn takes the identity from the verified activity. The place is the chat
// in which the message is being written, be okrbot in it or not: it is neither
// remembered nor asked for its members, and others read along in it unless it is
// the sender's own chat with okrbot. A chat of two people calls itself personal,
// too.
func (s *Subject) composeTurn(ctx context.Context, a teams.Activity) (*chat.Turn, error) {
	t := &chat.Turn{Activity: a, Actor: okr.Actor{
		Tenant: okr.TenantID(a.TenantID()),
		Person: okr.Person{ID: okr.UserID(strings.ToLower(a.From.AADObjectID)), Name: okr.CleanLine(a.From.Name)},
		Guest:  chat.IsGuest(teams.Member{UserRole: a.From.UserRole, TenantID: a.From.TenantID}, a.TenantID()), Shared: true,
	}}
	isForeign := a.From.TenantID != "" && !strings.EqualFold(a.From.TenantID, a.TenantID())
	if t.Actor.Tenant == "" || t.Actor.ID == "" || isForeign {
		return t, okr.Errorf(okr.Forbidden, "I can't show OKRs here, because Teams didn't say that you belong to this organization.")
	}
	begun := chat.Begun(ctx, s.chat.Memory, a)
	if begun.Unread != nil {
		return t, begun.Unread
	}
	var err error
	if t.Settings, err = s.access.Addressed(ctx, t.Actor.Tenant); err != nil {
		return t, err
	}
	t.Place = s.chat.PlaceFor(a, t.Settings)
	t.Actor.Shared = !a.IsPersonal() || begun.Chat != a.BaseConversationID()
	return t, nil
}

// composeViews finds what was typed; without it the sender's own goals, or all
// objectives where there are none.
func (s *Subject) composeViews(ctx context.Context, t *chat.Turn, q composeQuery) ([]okr.GoalView, error) {
	if text := q.text(); text != "" {
		views, _, err := s.plan.Search(ctx, t.Actor, text, q.page(), composedChildren)
		return views, err
	}
	f := okr.Filter{Owner: t.Actor.ID, Children: composedChildren}
	views, total, err := s.plan.ListGoals(ctx, t.Actor, f, q.page())
	if err != nil || total > 0 {
		return views, err
	}
	views, _, err = s.plan.ListGoals(ctx, t.Actor, okr.Filter{Kind: okr.Objective, Children: composedChildren}, q.page())
	return views, err
}

// attachments are the cards that can be put into the message, each with its line
// in the list of results.
func attachments(t *chat.Turn, views []okr.GoalView) []composeAttachment {
	out := make([]composeAttachment, 0, len(views))
	for _, v := range views {
		title, subtitle := cards.ResultTitle(t.Place, v)
		out = append(out, composeAttachment{
			ContentType: teams.ContentTypeCard, Content: cards.Goal(t.Place, v),
			Preview: composePreview{ContentType: thumbnail, Content: previewWords{Title: title, Text: subtitle}},
		})
	}
	return out
}
