package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
)

// TestAddressesGiveNothingAway: whoever may not see what an address leads to gets the same as of one that leads nowhere, in
// every place, by every way.
func TestAddressesGiveNothingAway(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w,
		"say new objective Alex alone", "fill private=true", "press Save", "expect O1", "say okr O1", "expect 'Objective · O1'", "copy private",
		"say history O1", "expect 'History of O1'", "copy history",
		"say new objective Gone tomorrow", "press Save", "expect O2", "say okr O2", "expect 'Objective · O2'", "copy gone", "say delete O2", "press Delete", "expect Deleted",
	)
	const madeUp = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	nowhere := w.PublicURL() + "/o/" + madeUp
	alex, megan, patti := w.Teams.User("alex"), w.Teams.User("megan"), w.Teams.User("patti")
	for _, name := range []string{"private", "history", "gone"} {
		address := w.Copied(name)
		code := address[strings.LastIndex(address, "/")+1:]
		same := func(what string, of func(address string) string) {
			t.Helper()
			require.Equal(t, of(nowhere), strings.ReplaceAll(of(address), code, madeUp), "%s: %s", name, what)
		}
		same("in a browser", func(address string) string { return browse(t, address) })
		same("nobody", func(address string) string {
			got, err := w.Teams.AnonymousLink(t.Context(), address)
			require.NoError(t, err)
			return string(got.Body)
		})
		for _, u := range []bottest.User{megan, patti, alex} {
			for _, chat := range []bottest.Chat{w.Teams.Channel("Delivery"), w.Teams.GroupChat(""), w.Teams.Between(alex, megan), {}, w.Teams.Personal(u)} {
				if u.ID == alex.ID && chat.ID == w.Teams.Personal(alex).ID {
					continue // who may see it, where nobody else reads
				}
				same(u.Name+" in "+chat.Name, func(address string) string {
					got, err := w.Teams.Link(t.Context(), chat, u, address)
					require.NoError(t, err)
					return string(got.Body)
				})
			}
		}
	}
}

// browse opens an address as a browser does, and gives the page, which is none to be framed, kept or indexed.
func browse(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	resp, err := (&http.Client{Timeout: script.Patience}).Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	} {
		require.Equal(t, want, resp.Header.Get(name))
	}
	status, body, err := script.Get(t.Context(), address)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	return body
}

// TestThePageOfAnAddress leads to the chat with okrbot, with the address in the message box, and repeats nothing else.
func TestThePageOfAnAddress(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	code := strings.Repeat("b", 26)
	_, body, err := script.Get(t.Context(), w.PublicURL()+"/o/"+strings.ToUpper(code))
	require.NoError(t, err)
	require.Contains(t, body, `href="https://teams.microsoft.com/l/chat/0/0?users=28%3A`+script.AppID+`&amp;message=http%3A%2F%2F`)
	require.Contains(t, body, "<code>"+w.PublicURL()+"/o/"+code+"</code>")
	for _, wrong := range []string{"KR4", code + "a", code[1:], "%3Cscript%3E", strings.Repeat("1", 26)} {
		status, body, err := script.Get(t.Context(), w.PublicURL()+"/o/"+wrong)
		require.NoError(t, err)
		require.Equal(t, http.StatusNotFound, status, wrong)
		require.Contains(t, body, "This link doesn&#39;t work")
		require.NotContains(t, body, "message=")
		require.NotContains(t, body, wrong)
	}
}

// stranger is somebody of another tenant.
func stranger(w *world) bottest.User {
	const fabrikam = "9e2b6a3e-0d0a-4a54-9d3a-1f6c2b7e9b02"
	w.Teams.AddTenant(fabrikam, "fabrikam")
	return w.Teams.AddUser(fabrikam, "Bianca Pisani", bottest.RoleUser)
}

// TestAddressesStayInTheirTenant: one of another tenant leads nowhere, and where a tenant is not served nothing unfolds.
func TestAddressesStayInTheirTenant(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t, "ALLOWED_TENANTS", "*")
	play(t, w, "say new objective Launch", "press Save", "expect O1", "say okr O1", "expect 'Objective · O1'", "copy launch")
	bianca := stranger(w)
	theirs := w.Teams.Personal(bianca)
	_, err := w.Teams.Say(t.Context(), theirs, bianca, "new objective Theirs")
	require.NoError(t, err)
	got, err := w.Teams.Link(t.Context(), theirs, bianca, w.Copied("launch"))
	require.NoError(t, err)
	require.Len(t, got.Items, 1)
	raw, err := json.Marshal(got.Items[0].Card)
	require.NoError(t, err)
	require.Contains(t, string(raw), "A link to okrbot")
	require.NotContains(t, string(raw), "Launch")

	alone := newCheckedWorld(t)
	bianca = stranger(alone)
	got, err = alone.Teams.Link(t.Context(), alone.Teams.Personal(bianca), bianca, alone.PublicURL()+"/o/"+strings.Repeat("a", 26))
	require.NoError(t, err)
	require.Empty(t, got.Body, "acknowledged, and no more")
}
