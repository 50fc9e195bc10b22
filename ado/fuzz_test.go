package ado_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func allKinds() []ado.Kind {
	return []ado.Kind{
		ado.ErrSignIn, ado.ErrNoAccessToOrg, ado.ErrConditionalAccess, ado.ErrForbidden, ado.ErrNotFound, ado.ErrTooManyResults,
		ado.ErrQueryTooSlow, ado.ErrInvalidQuery, ado.ErrThrottled, ado.ErrUnavailable, ado.ErrBadRequest,
	}
}

// soundError: one kind, and text that is fit for a log line and holds no token.
func soundError(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*ado.Error](err)
	require.True(t, ok, "%v", err)
	matches := 0
	for _, k := range allKinds() {
		if errors.Is(err, k) {
			matches++
		}
	}
	require.Equal(t, 1, matches, e.Kind)
	for text, most := range map[string]int{e.Message: 501, e.TypeKey: 100, e.ActivityID: 100, e.Code: 20, err.Error(): 1500} {
		require.True(t, utf8.ValidString(text), "%q", text)
		require.LessOrEqual(t, utf8.RuneCountInString(text), most, "%q", text)
		require.False(t, strings.ContainsAny(text, "\n\r\x00\u2028\u2029"), "%q", text)
		require.NotContains(t, text, token)
	}
	require.GreaterOrEqual(t, e.RetryAfter, time.Duration(0))
	require.LessOrEqual(t, e.RetryAfter, 10*time.Minute)
}

// FuzzErrorBody: no status, header or body makes the classifier fail, leak the token or break a log line.
func FuzzErrorBody(f *testing.F) {
	for _, r := range refusals() {
		f.Add(r.status, r.header["Content-Type"], r.header["X-TFS-ServiceError"], "a-1", "", []byte(r.body))
	}
	f.Add(400, "application/json", "%zz", "\x00", "7", []byte(`{"message":1,"typeKey":[],"value":[1],"error":"x"}`))
	f.Add(401, "text/html", "", "", "-1", []byte("<title>"+strings.Repeat("\u2028ü", 3000)+"</title>"))
	f.Add(500, ";;", "", token, "Fri, 31 Dec 1999 23:59:59 GMT", []byte(`{"message":"Bearer `+token+`"}`))
	f.Add(503, "", strings.Repeat("x", 490)+token, token, "99999999999999999999", []byte("\xef\xbb\xbf"+token[:9]+"\xff"+token[9:]))
	f.Fuzz(func(t *testing.T, status int, contentType, serviceError, activity, retryAfter string, body []byte) {
		c := quick(t, func(w http.ResponseWriter, _ *http.Request) {
			for k, v := range map[string]string{
				"Content-Type": contentType, "X-TFS-ServiceError": serviceError, "ActivityId": activity, "Retry-After": retryAfter,
			} {
				w.Header().Set(k, v)
			}
			w.WriteHeader(200 + max(0, status-200)%400)
			_, _ = w.Write(body)
		}, func(o *ado.Options) { o.Timeout = time.Second })
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // shorter than any Retry-After
		defer cancel()
		_, err := c.As("amy", fixed(token)).RunQuery(ctx, "fabrikam", "Fiber", queryGUID)
		if err != nil {
			soundError(t, err)
		}
	})
}

// FuzzResult: whatever the service calls a result is an error or ids that can be used.
func FuzzResult(f *testing.F) {
	for _, body := range []string{
		`{"queryType":"flat","asOf":"2026-11-23T09:00:00.803Z","workItems":[{"id":300},{"id":300},{"id":0},null,{"id":-1}]}`,
		`{"queryType":"tree","workItemRelations":[{"target":{"id":20}},{"rel":"R","source":{"id":20},"target":{"id":20}},{"source":null}]}`,
		`{"count":3,"value":[{"id":300,"rev":4,"fields":{"System.Parent":20,"System.Title":"x"}},null,{"id":1},{"id":1},{}]}`,
		`{"value":[{"id":2147483648,"fields":{"System.AssignedTo":"A <a@b>","System.Parent":1e99,"System.Title":7}}]}`,
		`{"values":[{"id":7,"rev":1}],"continuationToken":"1;2","isLastBatch":false}`,
		"\xef\xbb\xbf{}", `[]`, `null`, `{"workItems":{}}`, `{"workItems":[{"id":1e400}]}`, `{"value":[{"fields":[]}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := quick(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}).As("amy", fixed(token))
		for _, run := range []func() (ado.QueryResult, error){
			func() (ado.QueryResult, error) { return s.RunQuery(t.Context(), "fabrikam", "Fiber", queryGUID) },
			func() (ado.QueryResult, error) { return s.Wiql(t.Context(), "fabrikam", "", "SELECT") },
		} {
			r, err := run()
			sound(t, r.IDs(), err)
		}
		items, err := s.WorkItems(t.Context(), "fabrikam", []int{1, 2, 300}, nil)
		sound(t, ids(items), err)
		for _, item := range items { // reading a field never fails
			_, _, _, _ = item.Title(), item.State(), item.Parent(), item.AssignedTo()
			_ = item.Changed()
		}
	})
}

func sound(t *testing.T, ids []int, err error) {
	t.Helper()
	if err != nil {
		soundError(t, err)
		require.Empty(t, ids)
		return
	}
	seen := map[int]bool{}
	for _, id := range ids {
		require.Positive(t, id)
		require.False(t, seen[id], "%d twice", id)
		seen[id] = true
	}
}

// FuzzParseOrganization: what comes out is valid by itself, whatever went in, and the text never chooses the host.
func FuzzParseOrganization(f *testing.F) {
	for text := range places() {
		f.Add(text)
	}
	for text := range refusedPlaces() {
		f.Add(text)
	}
	f.Add("https://ado.test:8443/base/path/fabrikam%2F..%2F..%2Fevil/x")
	f.Add("https://evil.visualstudio.com\\@dev.azure.com/x/y")
	f.Add("//dev.azure.com/fabrikam")
	f.Add("https://dev.azure.com/fabrikam/%E2%80%AEx?id=%zz#@evil.test")
	c := placeClient(f)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := c.ParseOrganization(text)
		if err != nil {
			require.True(t, utf8.ValidString(err.Error()))
			require.NotContains(t, err.Error(), "\n")
			require.Zero(t, got)
			return
		}
		require.NoError(t, ado.ValidateOrganization(got.Organization))
		if got.Project != "" {
			require.NoError(t, ado.ValidateProject(got.Project))
		}
		if got.QueryID != "" {
			require.Len(t, got.QueryID, 36)
		}
		again, err := c.ParseOrganization(got.Organization)
		require.NoError(t, err)
		require.Equal(t, got.Organization, again.Organization)
		staysHome(t, got)
	})
}

// staysHome sends a request for the place and looks where it goes.
func staysHome(t *testing.T, place ado.Place) {
	t.Helper()
	var at *url.URL
	c := quick(t, func(w http.ResponseWriter, r *http.Request) {
		at = r.URL
		answer(w, 200, `{}`)
	})
	project := place.Project
	if project == "" {
		project = "p"
	}
	_, err := c.As("amy", nil).RunQuery(t.Context(), place.Organization, project, queryGUID)
	require.NoError(t, err)
	require.Equal(t, "ado.test", at.Host)
	want := "/base/" + url.PathEscape(place.Organization) + "/" + url.PathEscape(project) + "/_apis/wit/wiql/" + queryGUID
	require.Equal(t, want, at.EscapedPath())
	require.Equal(t, "api-version=7.1", at.RawQuery)
	page, err := url.Parse(ado.QueryURL(c.BaseURL(), place.Organization, place.Project, queryGUID))
	require.NoError(t, err)
	require.Equal(t, "ado.test", page.Host)
	require.True(t, strings.HasPrefix(page.EscapedPath(), "/base/"+url.PathEscape(place.Organization)+"/"))
}
