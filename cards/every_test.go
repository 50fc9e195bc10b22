package cards_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
)

// TestEvery says intervals as people do.
func TestEvery(t *testing.T) {
	t.Parallel()
	for interval, words := range map[time.Duration]string{
		time.Minute: "every minute", 30 * time.Minute: "every 30 minutes", time.Hour: "every hour", 90 * time.Minute: "every 90 minutes",
		6 * time.Hour: "every 6 hours", 24 * time.Hour: "every day",
	} {
		require.Equal(t, words, cards.Every(interval))
	}
}
