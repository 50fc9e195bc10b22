package teams

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// InvokeCompose is a search in the message box of a chat, by the message extension
// of the app. Source: "Respond to search command" (message extensions).
const InvokeCompose = "composeExtension/query"

// The invokes of an address that somebody puts into a message, and of one of whose
// sender Teams says nothing. Source: "Link unfurling".
const (
	InvokeLink          = "composeExtension/queryLink"
	InvokeAnonymousLink = "composeExtension/anonymousQueryLink"
)

// The invokes that the server itself knows something about. Source: "Invoke
// activities" and "Universal Actions for Adaptive Cards".
const (
	InvokeCardAction  = "adaptiveCard/action"
	InvokeSearch      = "application/search"
	InvokeVerifyState = "signin/verifyState"
)

// The invokes of single sign-on: the token of a person, which each client of that person sends that
// shows an OAuth card with a tokenExchangeResource, and why a client could not get one. Sources:
// "Add code to enable SSO in your bot app" and "SSO Troubleshooting" of the Teams SDK.
const (
	InvokeTokenExchange = "signin/tokenExchange" //nolint:gosec // a name
	InvokeSignInFailure = "signin/failure"
)

// InvokeFileConsent is the answer to a card that asks whether the bot may save a file in
// somebody's OneDrive. Source: "Send and receive files using bot".
const InvokeFileConsent = "fileConsent/invoke"

// The bodies of an answer to an adaptiveCard/action or application/search.
const (
	typeMessageAnswer = "application/vnd.microsoft.activity.message"
	typeErrorAnswer   = "application/vnd.microsoft.error"
	typeSearchAnswer  = "application/vnd.microsoft.search.searchResponse"
)

var (
	// ErrNotImplemented is returned by a Handler for an invoke that it does
	// not know; the answer is 501.
	ErrNotImplemented = errors.New("invoke not implemented")
	// ErrMalformedValue is returned by a Handler for an invoke whose value
	// it cannot read; the answer is 400.
	ErrMalformedValue = errors.New("malformed invoke value")
)

// InvokeResponse is the answer to an invoke: the HTTP status (zero means 200)
// and the JSON body (nil means none).
type InvokeResponse struct {
	Status int
	Body   any
	// Private says that the card is for the one who pressed only. When it
	// comes too late to be the answer, it is not shown in a shared place.
	Private bool
}

// InvokeAnswer is the body of an answer to an Adaptive Card action or search.
// The HTTP status is 200 even when StatusCode tells of an error.
type InvokeAnswer struct {
	StatusCode int    `json:"statusCode"`
	Type       string `json:"type"`
	Value      any    `json:"value"`
}

// AnswerError is the value of an error answer.
type AnswerError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// SearchResult is one choice that a typeahead search offers.
type SearchResult struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

func answer(status int, contentType string, value any) InvokeResponse {
	return InvokeResponse{
		Status: http.StatusOK,
		Body:   InvokeAnswer{StatusCode: status, Type: contentType, Value: value},
	}
}

// CardResponse replaces the card for the one who used it.
func CardResponse(card any) InvokeResponse {
	return answer(http.StatusOK, ContentTypeCard, card)
}

// MessageResponse shows text for a moment and leaves the card as it is.
func MessageResponse(text string) InvokeResponse {
	return answer(http.StatusOK, typeMessageAnswer, text)
}

// ErrorResponse shows message as an error on the card. status is an HTTP status
// from 400; code is for programs.
func ErrorResponse(status int, code, message string) InvokeResponse {
	return answer(status, typeErrorAnswer, AnswerError{Code: code, Message: message})
}

// SearchResponse offers results to a typeahead input; Teams shows the first 15.
func SearchResponse(results []SearchResult) InvokeResponse {
	if results == nil {
		results = []SearchResult{}
	}
	return answer(http.StatusOK, typeSearchAnswer, map[string]any{"results": results})
}

// FileConsent is what somebody answered to the card that asks whether the bot may save a file.
type FileConsent struct {
	Accepted bool
	// Context is what the card carried for this answer.
	Context json.RawMessage
	// Upload is where the file belongs, of an accepted one.
	Upload Upload
}

// Upload is a place for one file in somebody's OneDrive.
type Upload struct {
	// URL takes the content from whoever has it: it is a secret.
	URL string
	// ContentURL, Name, ID and Type are what the file's card is made of: its address for
	// people, the name that it got, its id in OneDrive, and its ending without the dot.
	ContentURL, Name, ID, Type string
}

// FileConsent is the answer that the activity is; false: it is none.
func (a Activity) FileConsent() (FileConsent, bool) {
	value := objectOf(a.Value)
	if a.Type != TypeInvoke || a.Name != InvokeFileConsent || value == nil {
		return FileConsent{}, false
	}
	up := value.object("uploadInfo")
	return FileConsent{
		Accepted: value.text("action") == "accept", Context: value.raw("context"),
		Upload: Upload{
			URL: up.text("uploadUrl"), ContentURL: up.text("contentUrl"), Name: up.text("name"),
			ID: up.text("uniqueId"), Type: up.text("fileType"),
		},
	}, true
}

// encodeInvoke gives the body of an answer as JSON.
func encodeInvoke(body any) ([]byte, error) {
	a, ok := body.(InvokeAnswer)
	if !ok {
		return json.Marshal(body)
	}
	value, err := jsonOf(a.Value)
	if err != nil {
		return nil, err
	}
	head := fmt.Appendf(nil, `{"statusCode":%d,"type":%q,"value":`, a.StatusCode, a.Type) // a type has plain letters only
	return bytes.Join([][]byte{head, value, []byte("}")}, nil), nil
}

// needsObject reports whether the value of the invoke name must be an object.
func needsObject(name string) bool {
	switch name {
	case InvokeCardAction, InvokeSearch, InvokeVerifyState, InvokeTokenExchange, InvokeSignInFailure,
		"task/fetch", "task/submit", InvokeFileConsent, InvokeCompose, InvokeLink, InvokeAnonymousLink:
		return true
	default:
		return false
	}
}

// repeatableInvoke reports whether the invoke only reads, or does its work once however often it
// comes, so that it is answered anew each time it is delivered.
func repeatableInvoke(name string) bool {
	return slices.Contains([]string{InvokeSearch, InvokeCompose, InvokeLink, InvokeAnonymousLink, InvokeTokenExchange}, name)
}

// isAnonymous reports whether the activity is one that Teams sends without a tenant, of
// whomever: it is answered with what everybody on earth may know.
func isAnonymous(a Activity) bool {
	return a.Type == TypeInvoke && a.Name == InvokeAnonymousLink && a.TenantID() == ""
}

// validInvoke reports whether the value of an invoke has the form that its name
// asks for.
func validInvoke(a Activity) bool {
	if !needsObject(a.Name) {
		return true
	}
	value := objectOf(a.Value)
	return value != nil && (a.Name != InvokeCardAction || value.object("action") != nil)
}

// cardSummary is the line that announces a card which is posted later.
func cardSummary(card any) string {
	raw, err := json.Marshal(card)
	if err != nil {
		return defaultSummary
	}
	f := objectOf(raw)
	for _, name := range []string{"fallbackText", "speak"} {
		if s := f.text(name); s != "" {
			return s
		}
	}
	return defaultSummary
}

// defaultSummary announces a card that says nothing about itself.
const defaultSummary = "Updated"
