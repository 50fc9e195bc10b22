package ado_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

// A token of Microsoft Entra is opaque and longer than the explanations that are kept; this one has signs that change
// when escaped.
var longToken = "EwB4A8l6BAAU+/" + strings.Repeat("Zm9yYmlkZGVu+", 40) + "=="

const (
	earlierToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLXRoYXQtbm9ib2R5LXNlZXM"
	clientSecret = "a8Q~clientsecretvalue.of-the_application"
	cookieValue  = "77u-cookie-of-somebody-else-0123456789"
)

// echoes are texts in which a proxy or the service may repeat what it was sent, and what of them must not be told.
func echoes() map[string]string {
	basic := base64.StdEncoding.EncodeToString([]byte(":pat-of-84-characters-0123456789abcdef"))
	return map[string]string{
		"Authorization: Bearer " + longToken:                            longToken[:20],
		"the token " + longToken + " is expired":                        longToken[:20],
		strings.Repeat("long ", 97) + longToken:                         longToken[:8], // where explanations are cut
		"escaped " + url.QueryEscape(longToken):                         url.QueryEscape(longToken)[:20],
		"authorization=bearer%20" + url.PathEscape(longToken):           longToken[:12],
		"an earlier one: " + earlierToken:                               "eyJ0eXAiOiJKV1Qi",
		"Authorization: Bearer " + earlierToken[3:]:                     earlierToken[10:30],
		"Authorization: Basic " + basic:                                 basic[:12],
		"Cookie: UserAuthentication=" + cookieValue + "; HttpOnly":      cookieValue,
		"Set-Cookie: FedAuth=" + cookieValue + ", ESTSAUTHPERSISTENT=x": cookieValue,
		"client_id=1&client_secret=" + clientSecret + "&grant_type=x":   clientSecret[:10],
		`{"client_secret": "` + clientSecret + `"}`:                     clientSecret[:10],
		`{"refresh_token":"` + cookieValue + `"}`:                       cookieValue,
	}
}

// places of an answer from which text reaches an error or the log.
func spots(text string) map[string]func(r *refusal) {
	header := func(name, value string) func(r *refusal) {
		return func(r *refusal) { r.header = map[string]string{name: value, "Content-Type": r.header["Content-Type"]} }
	}
	quoted, _ := json.Marshal(text)
	body := func(kind, text string) func(r *refusal) {
		return func(r *refusal) { r.header, r.body = map[string]string{"Content-Type": kind}, text }
	}
	return map[string]func(r *refusal){
		"service error":         header("X-TFS-ServiceError", url.PathEscape(text)),
		"service error, raw":    header("X-TFS-ServiceError", text),
		"activity id":           header("ActivityId", text),
		"request id":            header("X-Ms-Request-Id", text),
		"delay":                 header("X-RateLimit-Delay", text),
		"challenge":             header("WWW-Authenticate", text),
		"cookie":                header("Set-Cookie", text),
		"message":               body("application/json", `{"message":`+string(quoted)+`,"typeKey":"X"}`),
		"message, marked":       body("application/json", "\xef\xbb\xbf"+`{"message":`+string(quoted)+`}`),
		"type key":              body("application/json", `{"message":"TF400813: no","typeKey":`+string(quoted)+`}`),
		"improper":              body("application/json", `{"count":1,"value":{"Message":`+string(quoted)+`}}`),
		"odata":                 body("application/json", `{"error":{"code":"0","message":`+string(quoted)+`}}`),
		"title":                 body("text/html", "<html><head><title>"+html.EscapeString(text)+"</title></head></html>"),
		"page":                  body("text/html", "<html><body>"+html.EscapeString(text)+"</body></html>"),
		"text":                  body("text/plain", text),
		"text with broken runs": body("text/plain", strings.ReplaceAll(text, "Zm9y", "Zm\xff9y")),
		"nothing":               body("", text),
	}
}

// TestNoSecretFromAnyPlace: whatever an answer repeats, neither the error nor the log tells it.
func TestNoSecretFromAnyPlace(t *testing.T) {
	t.Parallel()
	for text, secret := range echoes() {
		t.Run(secret, func(t *testing.T) {
			t.Parallel()
			for name, put := range spots(text) {
				var log bytes.Buffer
				tried := map[string]bool{} // many refusals differ in what is replaced
				for _, r := range refusals() {
					put(&r)
					wire := fmt.Sprint(r.status, r.header, r.body)
					if tried[wire] {
						continue
					}
					tried[wire] = true
					tellsNothing(t, refusedBy(t, r, &log), secret, name+": "+r.name)
				}
				require.NotContains(t, log.String(), secret, name)
			}
		})
	}
}

// refusedBy is the error of a query that meets the refusal; some texts turn it into an answer.
func refusedBy(t *testing.T, r refusal, log io.Writer) error {
	t.Helper()
	c := quick(t, r.send, func(o *ado.Options) {
		o.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, err := c.As("amy", fixed(longToken)).RunQuery(t.Context(), "fabrikam", "Fiber", queryGUID)
	return err
}

func tellsNothing(t *testing.T, err error, secret, where string) {
	t.Helper()
	if err == nil {
		return
	}
	require.NotContains(t, err.Error(), secret, where)
	e, ok := errors.AsType[*ado.Error](err)
	require.True(t, ok, where)
	told := strings.Join([]string{e.Message, e.TypeKey, e.ActivityID, e.Code}, "\n")
	require.NotContains(t, told, secret, where)
	if cause := errors.Unwrap(e); cause != nil {
		require.NotContains(t, cause.Error(), secret, where)
	}
}

// TestNoSecretAtTheEnd: where a long body is cut, half a token may be left over.
func TestNoSecretAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, gap := range []string{" ", "", ",", "%20"} {
		body := strings.Repeat(longToken+gap, 70_000/len(longToken))
		var log bytes.Buffer
		err := refusedBy(t, refusal{status: 500, header: map[string]string{"Content-Type": "text/plain"}, body: body}, &log)
		require.ErrorIs(t, err, ado.ErrUnavailable)
		tellsNothing(t, err, longToken[:8], "end")
		require.NotContains(t, log.String(), longToken[:8])
	}
}

// TestNoSecretFromTheTransport: a transport that repeats the request in its error.
func TestNoSecretFromTheTransport(t *testing.T) {
	t.Parallel()
	for text, secret := range echoes() {
		c, err := ado.New(ado.Options{BaseURL: "http://ado.test", BaseDelay: 1, HTTP: &http.Client{Transport: failing(text)}})
		require.NoError(t, err)
		_, err = c.As("amy", fixed(longToken)).Project(t.Context(), "fabrikam", "Fiber")
		require.ErrorIs(t, err, ado.ErrUnavailable)
		tellsNothing(t, err, secret, "transport")
	}
}

type failing string

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New(string(f)) }

// TestExplanationsStayReadable: what only looks like a secret to a careless eye is left alone.
func TestExplanationsStayReadable(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Basic authentication is not enabled.", "Use Bearer authorization.", "The password has expired.",
		"TF400813: The user 'fb80544b-0000-4000-8000-000000000000' is not authorized to access this resource.",
		"VS402335: The timeout period (30 seconds) elapsed prior to completion of the query.",
	} {
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		c := quick(t, refusal{status: 403, body: `{"message":` + string(quoted) + `}`}.send)
		_, err = c.As("amy", fixed(longToken)).Project(t.Context(), "fabrikam", "Fiber")
		require.ErrorContains(t, err, text)
	}
}
