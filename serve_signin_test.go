package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"
)

// With SIGNIN_CARD=signin the documented sign-in card goes out instead of the
// OAuth card, and the rest is the same.
func TestMainPlainSignInCard(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t, "SIGNIN_CARD", "signin")
	play(t, w, "say enable", "press Enable", "say connect", "signin", "expect 'New connection'")
	kinds := map[any]bool{}
	for _, p := range w.Teams.Posts(w.Chat) {
		attachments, _ := p.Activity["attachments"].([]any)
		for _, a := range attachments {
			kinds[a.(map[string]any)["contentType"]] = true
		}
	}
	require.True(t, kinds["application/vnd.microsoft.card.signin"])
	require.False(t, kinds["application/vnd.microsoft.card.oauth"])
}

// A client secret that ran out is nothing that a person can mend: the page says who
// can, and the log why.
func TestSignInWithASecretThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Now())
	require.NoError(t, w.Start())
	play(t, w, "say enable", "press Enable", "say connect")
	w.Azure.RegisterApp(adotest.App{ClientID: script.AppID, ClientSecret: "renewed", RedirectURIs: []string{"http://" + w.Address + "/auth/callback"}, Tenant: adotest.TenantID})
	play(t, w, "signin", "page 'The sign-in did not work' 'Whoever runs okrbot must check it'")
	require.Contains(t, strings.Join(w.Log.Lines(), "\n"), "AADSTS7000215")
}
