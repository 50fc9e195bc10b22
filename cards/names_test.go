package cards_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// Of what is long ago there are numbers only: they are said once, and no line is there
// for names that are not.
func TestDigestOfChangesWithoutNames(t *testing.T) {
	t.Parallel()
	d := digest()
	d.Moved = d.Moved[:1]
	d.Moved[0].Changes = okr.Changes{Completed: okr.ItemList{Count: 17}, Added: okr.ItemList{Count: 3}}
	text := string(encode(t, cards.Digest(place, d)))
	require.Contains(t, text, "17 completed")
	require.Contains(t, text, "+3 added")
	require.NotContains(t, text, "✓ Completed")
	require.NotContains(t, text, "and 17 more")
}
