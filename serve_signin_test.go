package main

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
)

// With SIGNIN_CARD=signin the documented sign-in card goes out instead of the
// OAuth card, and the rest is the same.
func TestMainPlainSignInCard(t *testing.T) {
	t.Parallel()
	w := &scriptWorld{clock: &scriptClock{now: time.Now()}, log: &scriptLog{}, redis: miniredis.RunT(t), signInCard: "signin"}
	require.NoError(t, w.startClouds())
	require.NoError(t, w.start())
	t.Cleanup(func() { require.NoError(t, w.close()) })
	play(t, w, []string{"say", "enable"}, []string{"press", "Enable"}, []string{"say", "connect"}, []string{"signin"}, []string{"expect", "New connection"})
	kinds := map[any]bool{}
	for _, p := range w.teams.Posts(w.chat) {
		attachments, _ := p.Activity["attachments"].([]any)
		for _, a := range attachments {
			kinds[a.(map[string]any)["contentType"]] = true
		}
	}
	require.True(t, kinds["application/vnd.microsoft.card.signin"])
	require.False(t, kinds["application/vnd.microsoft.card.oauth"])
}
