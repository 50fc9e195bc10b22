package main

import (
	"testing"

	"github.com/stretchr/testify/require"
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
