package ado_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

// vss is an exception as Azure DevOps sends it.
func vss(typeKey, message string) string {
	return fmt.Sprintf(`{"$id":"1","innerException":null,"message":%q,"typeName":"Microsoft.%s, Microsoft",`+
		`"typeKey":%q,"errorCode":0,"eventId":3000}`, message, typeKey, typeKey)
}

// refusal is an answer, and what must become of it.
type refusal struct {
	name   string
	status int
	header map[string]string
	body   string
	kind   ado.Kind
	code   string
	text   string // part of the message
}

const user = "TF400813: The user 'fb80544b-0000-4000-8000-000000000000' is not authorized to access this resource."

func refusals() []refusal {
	html := map[string]string{"Content-Type": "text/html; charset=utf-8"}
	plain := map[string]string{"Content-Type": "text/plain"}
	signIn := "<html><head><title>Azure DevOps Services | Sign In</title></head></html>"
	access := "VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed."
	serviceError := "TF400813%3A%20The%20user%20is%20not%20authorized%20to%20access%20this%20resource.%20"
	return []refusal{
		{"sign-in page 203", 203, html, signIn, ado.ErrSignIn, "", "Azure DevOps Services | Sign In"},
		{"sign-in page 200", 200, html, signIn, ado.ErrSignIn, "", "Sign In"},
		{"plain 200", 200, plain, "hello", ado.ErrSignIn, "", "hello"},
		{"redirect", 302, map[string]string{"Location": "/_signin"}, "", ado.ErrSignIn, "", ""},
		{"redirect 307", 307, map[string]string{"Location": "https://elsewhere.test/"}, "", ado.ErrSignIn, "", ""},
		{"empty 401", 401, map[string]string{"WWW-Authenticate": `Basic realm="x"`}, "", ado.ErrSignIn, "", ""},
		{
			"bearer refused, header first", 401,
			map[string]string{"X-TFS-ServiceError": serviceError},
			"\xef\xbb\xbf" + vss("InvalidIdentityException", "other words"), ado.ErrSignIn, "TF400813", "The user is not authorized",
		},
		{"not a member", 401, nil, vss("UnauthorizedRequestException", user), ado.ErrNoAccessToOrg, "TF400813", "fb80544b"},
		{
			"not a member, header without the id", 401,
			map[string]string{"X-TFS-ServiceError": serviceError},
			vss("UnauthorizedRequestException", user), ado.ErrNoAccessToOrg, "TF400813", "",
		},
		{
			"anonymous", 401, nil, vss("UnauthorizedRequestException", "TF400813: Resource not available for anonymous access."),
			ado.ErrSignIn, "TF400813", "",
		},
		{
			"expired, user empty, apostrophes", 401, nil,
			vss("UnauthorizedRequestException", "TF400813: L'utilisateur '' n'est pas autorisé à accéder à cette ressource."),
			ado.ErrSignIn, "TF400813", "",
		},
		{"conditional access 403", 403, nil, vss("VssServiceException", access), ado.ErrConditionalAccess, "VS403463", ""},
		{"conditional access 401", 401, nil, vss("VssServiceException", access), ado.ErrConditionalAccess, "VS403463", ""},
		{
			"conditional access page", 403, html, "<html><title>\n " + access + "</title></html>",
			ado.ErrConditionalAccess, "VS403463", "conditional access",
		},
		{"forbidden", 403, nil, vss("AccessDeniedException", "Access denied"), ado.ErrForbidden, "", "Access denied"},
		{"query gone", 404, nil, vss("QueryItemNotFoundException", "TF401243: gone"), ado.ErrNotFound, "TF401243", "gone"},
		{"project gone 400", 400, nil, vss("ProjectDoesNotExistException", "VS800075: no"), ado.ErrNotFound, "VS800075", ""},
		{"not found page", 404, html, "<html></html>", ado.ErrNotFound, "", ""},
		{"team gone 500", 500, nil, vss("TeamNotFoundException", "no team"), ado.ErrInvalidQuery, "", "no team"},
		{"query's own 500", 500, nil, vss("VssPropertyValidationException", "'Portal\\Red' is not of the form '[project]\\team'"), ado.ErrInvalidQuery, "", "is not of the form"},
		{"query too complex", 500, nil, vss("WorkItemTrackingQueryTooComplexException", "too complex"), ado.ErrInvalidQuery, "", ""},
		{"no iterations of the team", 500, nil, vss("X", "TF20037: none"), ado.ErrInvalidQuery, "TF20037", ""},
		{"a query's exception of a busy server", 503, nil, vss("WorkItemTrackingQueryException", "later"), ado.ErrUnavailable, "", ""},
		{
			"too many", 400, nil,
			vss("WorkItemTrackingQueryResultSizeLimitExceededException", "VS402337: The number of work items"),
			ado.ErrTooManyResults, "VS402337", "",
		},
		{"slow 400", 400, nil, vss("X", "VS402335: The timeout period"), ado.ErrQueryTooSlow, "VS402335", ""},
		{"slow 408", 408, nil, vss("X", "VS402335: The timeout period"), ado.ErrQueryTooSlow, "VS402335", ""},
		{"slow 500", 500, nil, vss("X", "Error: VS402335: The timeout period"), ado.ErrQueryTooSlow, "VS402335", ""},
		{"folder", 400, nil, vss("QueryException", "Querying folders is not supported"), ado.ErrInvalidQuery, "", "folders"},
		{"field gone", 400, nil, vss("WorkItemTrackingQueryException", "TF51005: x"), ado.ErrInvalidQuery, "TF51005", ""},
		{"unknown field", 400, nil, vss("Y", "TF51535: Cannot find field x."), ado.ErrInvalidQuery, "TF51535", ""},
		{"page size", 400, nil, vss("WorkItemPageSizeExceededException", "VS403474: x"), ado.ErrBadRequest, "VS403474", ""},
		{"improper", 400, nil, `{"count":1,"value":{"Message":"wrong top"}}`, ado.ErrBadRequest, "", "wrong top"},
		{"odata", 400, nil, `{"error":{"code":"0","message":"wrong filter"}}`, ado.ErrBadRequest, "", "wrong filter"},
		{"blocked", 429, nil, vss("RequestBlockedException", "TF400733: blocked"), ado.ErrThrottled, "TF400733", ""},
		{"blocked as text", 429, plain, "TF400733: blocked", ado.ErrThrottled, "TF400733", "blocked"},
		{"blocked as 400", 400, nil, vss("X", "TF400733: blocked"), ado.ErrThrottled, "TF400733", ""},
		{"no team", 500, nil, vss("X", "VS402612: The macro '@CurrentIteration' is not"), ado.ErrInvalidQuery, "VS402612", ""},
		{"too many at once", 400, nil, vss("X", "VS402490: many"), ado.ErrThrottled, "VS402490", ""},
		{"busy", 400, nil, vss("X", "VS402491: busy"), ado.ErrUnavailable, "VS402491", ""},
		{"truncated", 200, nil, `{"count":1,"value":[{"id":`, ado.ErrUnavailable, "", ""},
		{"empty 200", 200, nil, ``, ado.ErrUnavailable, "", ""},
		{"wrong shape", 200, nil, `{"workItems":"none"}`, ado.ErrUnavailable, "", ""},
		{"garbage", 500, nil, "\x00\xff{[", ado.ErrUnavailable, "", ""},
	}
}

// TestRefusals uses a source that cannot refresh; that is TestRefresh.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, mux := session(t)
			mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ActivityId", "a-1")
				for k, v := range tt.header {
					w.Header().Set(k, v)
				}
				if w.Header().Get("Content-Type") == "" {
					w.Header().Set("Content-Type", "application/json; charset=utf-8")
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := s.RunQuery(t.Context(), "fabrikam", "Fiber", queryGUID)
			var e *ado.Error
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, tt.kind)
			require.Equal(t, tt.code, e.Code)
			require.Contains(t, e.Message, tt.text)
			require.Equal(t, []any{"run query", tt.status, "a-1"}, []any{e.Op, e.Status, e.ActivityID})
			require.Contains(t, err.Error(), "ado: run query: ")
		})
	}
}

func kindOfStatus(status int) ado.Kind {
	kinds := map[int]ado.Kind{
		203: ado.ErrSignIn, 401: ado.ErrSignIn, 403: ado.ErrForbidden, 404: ado.ErrNotFound, 410: ado.ErrNotFound,
		408: ado.ErrUnavailable, 429: ado.ErrThrottled,
	}
	if kind, ok := kinds[status]; ok {
		return kind
	}
	return map[int]ado.Kind{2: "", 3: ado.ErrSignIn, 4: ado.ErrBadRequest, 5: ado.ErrUnavailable}[status/100]
}

func TestTooManyRows(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]string{
		`{"workItems":[`:         `{"id":%d}`,
		`{"workItemRelations":[`: `{"target":{"id":%d}}`,
	} {
		rows := make([]string, 20000)
		for i := range rows {
			rows[i] = fmt.Sprintf(row, i+1)
		}
		s, mux := session(t)
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			n := 20000
			if strings.HasSuffix(r.URL.Path, "/one-less") {
				n--
			}
			answer(w, 200, name+strings.Join(rows[:n], ",")+"]}")
		})
		_, err := s.RunQuery(t.Context(), "fabrikam", "Fiber", queryGUID)
		require.ErrorIs(t, err, ado.ErrTooManyResults)
		r, err := s.RunQuery(t.Context(), "fabrikam", "Fiber", "one-less")
		require.NoError(t, err)
		require.Len(t, r.IDs(), 19999)
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"7": 7 * time.Second, " 0 ": 0, "-3": 0, "soon": 0, "": 0, "1e3": 0,
		"86400": 10 * time.Minute, "99999999999999999999999": 10 * time.Minute,
		"Fri, 01 Jan 2100 00:00:00 GMT": 10 * time.Minute, "Sat, 01 Jan 2000 00:00:30 GMT": 30 * time.Second,
		"Fri, 01 Jan 1999 00:00:00 GMT": 0, // the fake clock starts in 2000,
	} {
		inBubble(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			answer(w, 403, `{}`)
		}, func(t *testing.T, c *ado.Client) {
			t.Helper()
			_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
			var e *ado.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, want, e.RetryAfter, text)
		})
	}
}
