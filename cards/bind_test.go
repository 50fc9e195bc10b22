package cards_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// TestPreviewSaysWhatItWouldRead holds the words for each way in which a number goes.
func TestPreviewSaysWhatItWouldRead(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		metric okr.Metric
		value  *float64
	}{
		"10 of 30 stories, 33%": {okr.Metric{Unit: "stories", Target: 30}, new(float64(10))},
		"35 of 30, 100%":        {okr.Metric{Target: 30}, new(float64(35))},
		"40%":                   {okr.Metric{Unit: "%", Target: 100}, new(float64(40))},
		"40 of 80%, 50%":        {okr.Metric{Unit: "%", Target: 80}, new(float64(40))},
		"15 stories on the way from 10 to 30 stories, 25%": {okr.Metric{Unit: "stories", Start: 10, Target: 30}, new(float64(15))},
		"12 bugs on the way from 20 to 0 bugs, 40%":        {okr.Metric{Unit: "bugs", Start: 20}, new(float64(12))},
		"25 bugs on the way from 20 to 0 bugs, 0%":         {okr.Metric{Unit: "bugs", Start: 20}, new(float64(25))},
		"3 bugs (to stay below 5 bugs)":                    {okr.Metric{Unit: "bugs", Type: okr.StayBelow, Target: 5}, new(float64(3))},
		"7 days (baseline)":                                {okr.Metric{Unit: "days", Type: okr.Baseline}, new(float64(7))},
		"no data (from 0 stories to 30 stories)":           {okr.Metric{Unit: "stories", Target: 30}, nil},
	} {
		g := keyResult()
		m := *g.Binding.Last
		m.Value, g.Metric = c.value, &c.metric
		card := cards.Preview(place, cards.BindPreview{Goal: g, Standing: standing(40, 59.3, okr.Behind), Measurement: m})
		require.Contains(t, string(encode(t, card)), `{"title":"New value","value":"`+want+`"}`)
	}
}
