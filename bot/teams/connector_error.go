package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// What callers of a Connector tell apart; test with errors.Is.
var (
	// ErrUnreachable says that the bot may not post to the place any more: Teams
	// says by its code that it was uninstalled, blocked or disabled (403). Stop
	// posting there.
	ErrUnreachable = errors.New("conversation unreachable")
	// ErrGone says that the conversation, message or member is gone (404). A
	// single one may be an error of Teams.
	ErrGone = errors.New("gone")
	// ErrRefused says that Teams did not take the call and gives a reason that may
	// pass or not (any other 4xx, such as 403 BadArgument "Failed to decrypt
	// conversation id"). The same call again gives the same now.
	ErrRefused = errors.New("refused")
	// ErrPerhapsShown says that a post was sent and nobody knows what became of it:
	// the answer did not come, or tells of trouble behind the door. It may have been
	// shown, so it must not be sent again at once.
	ErrPerhapsShown = errors.New("perhaps shown")
	// ErrTooBig says that the message is too big (413). Never sent again.
	ErrTooBig = errors.New("message too big")
	// ErrThrottled says that Teams asks to slow down (429) longer than it was
	// sensible to wait.
	ErrThrottled = errors.New("throttled")
	// ErrMessage says that a message breaks the rules of Message.
	ErrMessage = errors.New("invalid message")
)

// ConnectorError is a call to the Bot Connector that failed. Its text holds no
// token, no service URL and nothing of the message.
type ConnectorError struct {
	// Op is the call: "send", "update", …
	Op string
	// Status is the HTTP status, or 0 when no answer came.
	Status int
	// Code is error.code of the answer, such as "ConversationNotFound", or "".
	Code string
	// RetryAfter is what the answer asked for, or 0.
	RetryAfter time.Duration
	// Correlation is the answer's MS-CV header, for Microsoft's support.
	Correlation string

	err          error // the transport's error when Status is 0
	sent         bool  // the request was on its way when the transport failed
	perhapsShown bool
}

// Error names the call, the status, the code and what Microsoft knows it by.
func (e *ConnectorError) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("connector: %s: %v", e.Op, e.err)
	}
	text := fmt.Sprintf("connector: %s: status %d", e.Op, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Correlation != "" {
		text += " (" + e.Correlation + ")"
	}
	return text
}

// Unwrap gives the transport's error, so that a context's end can be seen.
func (e *ConnectorError) Unwrap() error { return e.err }

// Is maps statuses to the sentinels. Source: "Rate limit and best practices for
// Teams bots" and "Format your bot messages", status codes.
func (e *ConnectorError) Is(target error) bool {
	switch target {
	case ErrUnreachable:
		// Any other 403 is a stray one, or comes from something in between, and
		// must not end a subscription.
		return e.Status == http.StatusForbidden && closesPlace(e.Code)
	case ErrGone:
		return e.Status == http.StatusNotFound
	case ErrRefused:
		return e.isRefused()
	case ErrPerhapsShown:
		return e.perhapsShown
	case ErrTooBig:
		return e.Status == http.StatusRequestEntityTooLarge
	case ErrThrottled:
		return e.Status == http.StatusTooManyRequests
	default:
		return false
	}
}

// UnreachableCodes are the codes of a 403 that say that a place is closed to the bot
// until a person opens it again. Source: "Format your bot messages", status codes.
func UnreachableCodes() []string {
	return []string{"ConversationBlockedByUser", "BotNotInConversationRoster", "BotDisabledByAdmin", "MessageWritesBlocked"}
}

func closesPlace(code string) bool { return slices.Contains(UnreachableCodes(), code) }

// isRefused leaves out what passes by itself (408, 412, 429) and what is about the
// bot's token (401), and not about the place.
func (e *ConnectorError) isRefused() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusPreconditionFailed, http.StatusTooManyRequests:
		return false
	}
	return e.Status >= 400 && e.Status < 500 && !errors.Is(e, ErrUnreachable) && !errors.Is(e, ErrGone)
}

// newConnectorError reads an answer that is no success.
func newConnectorError(op string, resp *http.Response, body []byte, now time.Time) *ConnectorError {
	return &ConnectorError{
		Op: op, Status: resp.StatusCode,
		Code:        shortCode(objectOf(json.RawMessage(body)).object("error").text("code")),
		RetryAfter:  retryAfter(resp.Header.Get("Retry-After"), now),
		Correlation: shortCode(resp.Header.Get("MS-CV")),
	}
}

// retryAfter reads a Retry-After header: seconds or a date (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return max(0, min(time.Duration(seconds)*time.Second, 24*time.Hour))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// shortCode keeps a code from a remote system fit for a log: printable ASCII,
// at most 64 bytes.
func shortCode(s string) string {
	out := make([]byte, 0, 64)
	for i := 0; i < len(s) && len(out) < cap(out); i++ {
		if s[i] > ' ' && s[i] < 0x7f {
			out = append(out, s[i])
		}
	}
	return string(out)
}
