package bottest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// The types of an invoke answer ("Universal Actions for Adaptive Cards").
const (
	TypeCard    = ContentAdaptive
	TypeMessage = "application/vnd.microsoft.activity.message"
	TypeError   = "application/vnd.microsoft.error"
	TypeLogin   = "application/vnd.microsoft.activity.loginRequest"
	TypeSearch  = "application/vnd.microsoft.search.searchResponse"
)

// Answer is what came of a press.
type Answer struct {
	Delivery
	// Code and Type are "statusCode" and "type" of the answer's body; both are zero
	// when the press went out as a message.
	Code int
	Type string
	// Card is set when the answer is a card; Post.Card is then the same.
	Card map[string]any
	// Message is the text of a message or of an error, ErrorCode the latter's code.
	Message   string
	ErrorCode string
	// Post is the pressed post as the person sees it now.
	Post Post
}

// read takes the invoke answer apart.
func (a *Answer) read() error {
	if a.Status != http.StatusOK {
		return fmt.Errorf("bottest: the bot answered the invoke with HTTP %d", a.Status)
	}
	var body struct {
		StatusCode int             `json:"statusCode"`
		Type       string          `json:"type"`
		Value      json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return fmt.Errorf("bottest: answer of the invoke: %w", err)
	}
	a.Code, a.Type = body.StatusCode, body.Type
	switch body.Type {
	case TypeCard:
		return json.Unmarshal(body.Value, &a.Card)
	case TypeMessage:
		return json.Unmarshal(body.Value, &a.Message)
	case TypeLogin, TypeSearch:
		return nil
	}
	if !strings.HasPrefix(body.Type, TypeError) {
		return fmt.Errorf("bottest: unknown type %q of an invoke answer", body.Type)
	}
	var refusal struct{ Code, Message string }
	err := json.Unmarshal(body.Value, &refusal)
	a.ErrorCode, a.Message = refusal.Code, refusal.Message
	return err
}
