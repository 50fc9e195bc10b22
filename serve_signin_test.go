package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"
	"okrbot/cards"
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
	play(t, w, "signin", "page 'Sign-in failed' 'The operator of okrbot can find the cause with: okrbot doctor'")
	require.Contains(t, strings.Join(w.Log.Lines(), "\n"), "AADSTS7000215")
}

// Where the operator named one tenant, nobody is sent to another one: who would have to
// go there learns who can change it. Where it is the organization's, each sign-in ends
// there, and gives the code.
func TestSignInAtOneTenantOnly(t *testing.T) {
	t.Parallel()
	other := []string{"fill name=Traders 'organization=Another one (enter below)' organizationText=northwind", "press Next"}
	t.Run("the people's own", func(t *testing.T) {
		t.Parallel()
		w := newCheckedWorld(t, "ADO_LOGIN_TENANT", adotest.TenantID)
		play(t, w, "say enable", "press Enable", "ado invite alex", "say connect", "signin", "expect 'New connection'")
		play(t, w, append(other, "refused 'northwind belongs to another Microsoft Entra tenant' ADO_LOGIN_TENANT")...)
	})
	t.Run("the organization's", func(t *testing.T) {
		t.Parallel()
		w := newCheckedWorld(t, "ADO_LOGIN_TENANT", adotest.ForeignTenantID)
		play(t, w, "say enable", "press Enable", "ado invite alex", "say connect", "signin", "page 'One more step'", "code ok", "expect 'New connection'",
			"fill name=Traders organization=northwind", "press Next", "fill project=Traders", "press Save", "expect Traders 'ID: C1'",
			"ado expire alex", "say queries foreign", "expect 'Foreign work'")
	})
}

// A button that was made by hand names no place that is none.
func TestSignInAtAForgedTenant(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "say enable", "press Enable")
	for _, tenant := range []string{"common", "../evil", "https://evil.example", "contoso.example", strings.Repeat("a", 36)} {
		data := map[string]string{cards.KeyTenant: tenant, cards.KeyOrganization: "[x](https://evil.example)"}
		value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": cards.VerbConnectionAccount, "data": data}}
		d, err := w.Teams.Invoke(t.Context(), w.Chat, w.User, "adaptiveCard/action", value)
		require.NoError(t, err)
		require.Contains(t, string(d.Body), "This button is incomplete. Start again with: connect")
	}
}
