package ado

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxResults is the size at which Azure DevOps refuses a query's result (VS402337), or cuts it without a word (page
// "Work tracking, process, and project limits"). Both are documented, so a full result is never trusted.
const maxResults = 20000

// Codes that say more than their status.
const (
	codeConditionalAccess = "VS403463"
	codeProjectName       = "TF200016"
	codeProjectID         = "VS800075"
	codeFieldGone         = "TF51535"
	codeNotAdded          = "TF401444" // mostly an application that nobody added to the organization
)

const maxMessage = 500 // runes of a service's explanation that are kept

// reply is what came of one request: an answer, a failure of the transport, or a refusal of our own.
type reply struct {
	status    int
	header    http.Header
	body      []byte
	cause     error         // transport or decoding
	closedFor time.Duration // the gate was closed longer than the caller may wait
	overflow  bool          // the result is as large as the service's limit
	token     string        // that was sent, and must not be told
}

var (
	leadingCode = regexp.MustCompile(`^\s*((?:TF|VS)\d+)\b`)
	anyCode     = regexp.MustCompile(`\b((?:TF|VS)\d{4,8}):`)
	pageTitle   = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	quotedUser  = regexp.MustCompile(`'[^'\s]+'|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)
)

// newError is the only place that makes an Error: it reads the explanation and sorts the failure.
func newError(op string, r reply) *Error {
	typeKey, texts := explain(r)
	e := &Error{
		Op:         op,
		Status:     r.status,
		TypeKey:    typeKey,
		Code:       findCode(texts),
		ActivityID: r.activityID(),
		Tenant:     tenantOf(r.header),
		RetryAfter: max(retryAfter(r.header, time.Now()), r.closedFor),
		cause:      hideCause(r.cause, r.token),
	}
	if len(texts) > 0 {
		e.Message = texts[0]
	}
	e.Kind = kindOf(r, e, texts)
	return e
}

// kindOf sorts in the order in which the signs can be trusted: ours, codes (valid on any status), then the status.
func kindOf(r reply, e *Error, texts []string) Kind {
	switch {
	case r.closedFor > 0:
		return ErrThrottled
	case r.overflow:
		return ErrTooManyResults
	case r.status == 0 || (r.cause != nil && r.status < 300):
		return ErrUnavailable
	case r.status == http.StatusNonAuthoritativeInfo || r.status < 400:
		return ErrSignIn
	case r.status == http.StatusUnauthorized && e.Code != codeConditionalAccess:
		return kindOfUnauthorized(e, texts) // who calls comes before what they asked for
	}
	if kind, ok := kindOfCode(e.Code, e.TypeKey); ok {
		return kind
	}
	return kindOfStatus(r.status, e)
}

func kindOfUnauthorized(e *Error, texts []string) Kind {
	if e.Code == codeNotAdded || e.TypeKey == "UnauthorizedRequestException" && namesUser(texts) {
		return ErrNoAccessToOrg
	}
	return ErrSignIn
}

func kindOfCode(code, typeKey string) (Kind, bool) {
	switch code {
	case codeConditionalAccess:
		return ErrConditionalAccess, true
	case "VS402335":
		return ErrQueryTooSlow, true
	case "VS402337":
		return ErrTooManyResults, true
	case "TF400733", "VS402490": // blocked; too many queries of this identity at once
		return ErrThrottled, true
	case "VS402491": // the query server is busy
		return ErrUnavailable, true
	case "VS402612", "TF20037": // @CurrentIteration without a team or of one without iterations, which come with 500
		return ErrInvalidQuery, true
	case "TF401243", "TF401232", codeProjectName, codeProjectID, "VS402323":
		return ErrNotFound, true
	}
	switch typeKey {
	case "WorkItemTrackingQueryResultSizeLimitExceededException":
		return ErrTooManyResults, true
	case "WorkItemTrackingQueryTimeoutException":
		return ErrQueryTooSlow, true
	case "ProjectDoesNotExistException", "ProjectDoesNotExistWithNameException":
		return ErrNotFound, true // some areas answer 400
	case "TeamNotFoundException":
		return ErrInvalidQuery, true // the query names it; comes with 500
	}
	return "", false
}

func kindOfStatus(status int, e *Error) Kind {
	switch {
	case status == http.StatusForbidden:
		return ErrForbidden
	case status == http.StatusNotFound || status == http.StatusGone:
		return ErrNotFound
	case status == http.StatusTooManyRequests:
		return ErrThrottled
	case (status < 500 || status == http.StatusInternalServerError) && isQueryFault(e):
		return ErrInvalidQuery
	case status == http.StatusRequestTimeout || status >= 500:
		return ErrUnavailable
	}
	return ErrBadRequest
}

// isQueryFault recognises a query that cannot run: its own exceptions, which come with 400 and with 500, and the TF51
// family ("cannot find field …").
func isQueryFault(e *Error) bool {
	switch e.TypeKey {
	case "WorkItemTrackingQueryException", "SyntaxException", "QueryException", "LegacyQueryItemException", "VssPropertyValidationException":
		return true
	}
	return strings.HasSuffix(e.TypeKey, "QueryTooComplexException") || strings.HasPrefix(e.Code, "TF51")
}

// namesUser reports that the service knew whom it refused: an unknown or expired token has no name to quote. The quotes
// hold no space, since an apostrophe is no quote ("L'utilisateur ” n'est pas autorisé").
func namesUser(texts []string) bool {
	return slices.ContainsFunc(texts, quotedUser.MatchString)
}

// explain gives the machine name and the explanations, the most trustworthy first: the header X-TFS-ServiceError, then
// the body, which may be an exception, a wrapped request validation error, plain text or a page.
func explain(r reply) (typeKey string, texts []string) {
	add := func(text string) {
		if text = r.line(text); text != "" {
			texts = append(texts, text)
		}
	}
	if raw := r.header.Get("X-TFS-ServiceError"); raw != "" {
		if decoded, err := url.PathUnescape(raw); err == nil {
			raw = decoded
		}
		add(raw)
	}
	if r.status < 300 && r.status != http.StatusNonAuthoritativeInfo && isJSON(r.header) {
		return "", texts // the start of a good answer explains nothing and must not be logged
	}
	body := bytes.TrimSpace(stripBOM(whole(r.body)))
	switch {
	case len(body) == 0:
	case body[0] == '{':
		key, text := explainJSON(body)
		add(text)
		typeKey, _ = cut(r.line(key), 100)
		return typeKey, texts
	case body[0] == '<' || strings.Contains(r.header.Get("Content-Type"), "html"):
		if m := pageTitle.FindSubmatch(body); m != nil {
			add(html.UnescapeString(string(m[1])))
		}
	default:
		add(string(body))
	}
	return "", texts
}

// explainJSON reads the three shapes of an error: {"message","typeKey"}, {"value":{"Message"}} and {"error":{"message"}}.
func explainJSON(body []byte) (typeKey, text string) {
	var e struct {
		Message string          `json:"message"`
		TypeKey string          `json:"typeKey"`
		Value   json.RawMessage `json:"value"`
		Error   json.RawMessage `json:"error"`
	}
	_ = json.Unmarshal(body, &e) // whatever could be read is better than nothing
	for _, inner := range []json.RawMessage{e.Value, e.Error} {
		var wrapped struct {
			Message string `json:"message"`
		}
		if e.Message == "" && len(inner) > 0 {
			_ = json.Unmarshal(inner, &wrapped)
			e.Message = wrapped.Message
		}
	}
	return e.TypeKey, e.Message
}

func findCode(texts []string) string {
	for _, re := range []*regexp.Regexp{leadingCode, anyCode} {
		for _, t := range texts {
			if m := re.FindStringSubmatch(t); m != nil {
				return m[1]
			}
		}
	}
	return ""
}

// oneLine makes foreign text fit for a log line: valid, without control characters, bounded.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))), " ")
	short, was := cut(text, maxMessage)
	if was {
		return short + "…"
	}
	return short
}

func cut(text string, runes int) (string, bool) {
	for i := range text {
		if runes == 0 {
			return text[:i], true
		}
		runes--
	}
	return text, false
}

// line is foreign text without secrets, fit for a log line.
func (r reply) line(text string) string {
	return oneLine(hide(strings.ToValidUTF8(text, ""), r.token))
}

func (r reply) activityID() string {
	for _, name := range []string{"ActivityId", "X-VSS-E2EID", "X-TFS-Session", "X-Ms-Request-Id"} {
		if id := r.line(r.header.Get(name)); id != "" {
			id, _ = cut(id, 100)
			return id
		}
	}
	return ""
}

// retryAfter reads seconds or an HTTP date. A wait of more than 10 min is cut: the next try learns whether it still holds.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(now)), maxRetryAfter)
	}
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
}
