package goals_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/bot/goals"
	"okrbot/cards"
	"okrbot/okr"
)

func TestReadings(t *testing.T) {
	t.Parallel()
	turn := &chat.Turn{
		Settings: okr.Settings{Teams: []string{"New Markets", "Platform"}},
		Place:    cards.Place{Now: time.Date(2026, 8, 17, 9, 0, 0, 0, time.UTC)},
	}
	type filters = map[string]string
	for text, want := range map[string][]filters{
		"":                   {{}},
		"at risk":            {{"status": "at risk"}, {"text": "at risk"}},
		"At-Risk":            {{"status": "At-Risk"}, {"text": "At-Risk"}},
		"not started":        {{"status": "not started"}, {"text": "not started"}},
		"closed":             {{"status": "closed"}, {"text": "closed"}},
		"projects":           {{"kind": "projects"}, {"text": "projects"}},
		"key results behind": {{"kind": "key results", "status": "behind"}, {"text": "key results behind"}},
		"at risk Q4 2026":    {{"status": "at risk", "period": "q4 2026"}, {"text": "at risk Q4 2026"}},
		"this quarter":       {{"period": "current"}, {"text": "this quarter"}},
		"new markets":        {{"team": "New Markets"}, {"text": "new markets"}},
		"launch at risk":     {{"text": "launch at risk"}, {"text": "launch", "status": "at risk"}, {"owner": "launch", "status": "at risk"}},
		"launch":             {{"text": "launch"}, {"owner": "launch"}},
		"risk":               {{"text": "risk"}, {"owner": "risk"}},
		"p":                  {{"text": "p"}, {"owner": "p"}},
		"at risk at risk":    {{"text": "at risk at risk"}, {"text": "at risk", "status": "at risk"}, {"owner": "at risk", "status": "at risk"}},
	} {
		require.Equal(t, want, goals.Readings(turn, text), text)
	}
}
