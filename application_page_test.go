package main

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"
)

// heldCloud is Microsoft Entra that answers no question for a token before it is let go.
type heldCloud struct{ asked, answer chan struct{} }

func (h heldCloud) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token") {
			h.asked <- struct{}{}
			<-h.answer
		}
		next.ServeHTTP(w, r)
	})
}

// formRequest posts the form of an application, as a browser does that goes away when ctx ends.
func formRequest(ctx context.Context, t *testing.T, address, secret string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, value := range map[string]string{"name": "okr-reader", "kind": "secret", "tenant": adotest.TenantID, "client": adotest.ReaderClientID, "secret": secret} {
		require.NoError(t, m.WriteField(name, value))
	}
	require.NoError(t, m.Close())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return req
}

func shownPage(req *http.Request) (int, string, error) {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: script.Patience}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), err
}

// TestASecondClickOnTheFormLosesNothing: the browser gives the first answer up and sends the form
// again while that is being checked. Whatever comes of the first one is there afterwards.
func TestASecondClickOnTheFormLosesNothing(t *testing.T) {
	t.Parallel()
	held := heldCloud{make(chan struct{}), make(chan struct{})}
	w := newWorld(t, time.Now())
	azure := httptest.NewServer(held.before(w.Azure))
	t.Cleanup(azure.Close)
	w.Azure.SetPublicURL(azure.URL)
	require.NoError(t, w.Start())
	t.Cleanup(func() { require.NoError(t, w.Stop()) })
	play(t, w, "start enabled", "say connect application", "expect 'Connect an application'", "visit 'Open the page'")
	address := w.PublicURL() + "/connect/application?t=" + w.WebTicket()
	twice := func(secret string) {
		ctx, goAway := context.WithCancel(t.Context())
		gone, first := make(chan error), formRequest(ctx, t, address, secret)
		go func() {
			_, _, err := shownPage(first)
			gone <- err
		}()
		<-held.asked
		goAway()
		require.Error(t, <-gone)
		status, text, err := shownPage(formRequest(t.Context(), t, address, secret))
		require.NoError(t, err)
		require.Equal(t, http.StatusConflict, status)
		require.Contains(t, text, "Reload this page")
		held.answer <- struct{}{}
	}
	twice("wrong-secret-of-the-demo")
	for status := 0; status != http.StatusOK; {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		require.NoError(t, err)
		var text string
		status, text, err = shownPage(req)
		require.NoError(t, err)
		require.True(t, status == http.StatusGone || strings.Contains(text, `value="okr-reader"`) && strings.Contains(text, "The one you entered is kept"), text)
	}
	twice(adotest.ReaderSecret)
	play(t, w, "expect 'New connection' 'Uses the application okr-reader'")
	status, text, err := shownPage(formRequest(t.Context(), t, address, adotest.ReaderSecret))
	require.NoError(t, err)
	require.Equal(t, http.StatusGone, status)
	require.Contains(t, text, "okr-reader is connected")
}
