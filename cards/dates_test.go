package cards_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
)

// localized is the gallery as it is for readers of each locale.
var localized = map[string][]exhibit{}

// TestMain makes the gallery for some locales, before tests read what it is made of.
func TestMain(m *testing.M) {
	before := place
	for _, tag := range []string{"", "en-US"} {
		place.Locale = cards.LocaleOf(tag)
		localized[tag] = append(gallery(), worst()...)
	}
	place = before
	os.Exit(m.Run())
}

const monthName = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*`

// dateForms are the forms of days by the locales that have them.
var dateForms = map[string]*regexp.Regexp{
	"":            regexp.MustCompile(`\b\d{1,2} ` + monthName + `\b`),
	"en-US":       regexp.MustCompile(`\b` + monthName + ` \d{1,2}\b`),
	"of machines": regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`),
}

// fileNames are sorted by the days in them.
var fileNames = regexp.MustCompile(`okrbot-[\d-]+\.(csv|xlsx|zip)`)

// shownTexts are the texts that a reader sees on a card: no values of date pickers, points of
// charts, addresses and data of buttons.
func shownTexts(v any, add func(string)) {
	switch v := v.(type) {
	case map[string]any:
		isPicker := v["type"] == "Input.Date"
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch text, isText := v[key].(string); {
			case key == "data" && v["type"] != "Chart.Line", key == "x", key == "url", key == "id", isPicker && key == "value", v["type"] == "Input.ChoiceSet" && key == "value":
			case key == "value" && v["title"] != nil && v["type"] == nil && isChoice(v):
			case isText:
				add(text)
			default:
				shownTexts(v[key], add)
			}
		}
	case []any:
		for _, e := range v {
			shownTexts(e, add)
		}
	}
}

var periodValue = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}/`)

// isChoice tells a choice from a fact, whose value is shown: both have a title and a value.
func isChoice(v map[string]any) bool {
	value, _ := v["value"].(string)
	return periodValue.MatchString(value)
}

// TestOneFormOfDates: no card has days in two forms, nor in another one than its reader's.
func TestOneFormOfDates(t *testing.T) {
	t.Parallel()
	for tag, exhibits := range localized {
		for _, e := range exhibits {
			var card any
			require.NoError(t, json.Unmarshal(encoded(t, e.card), &card))
			texts := []string{e.card.Summary}
			shownTexts(card, func(text string) { texts = append(texts, text) })
			slices.Sort(texts)
			for _, text := range slices.Compact(texts) {
				text = fileNames.ReplaceAllString(text, "")
				for other, form := range dateForms {
					if found := form.FindString(text); other != tag && found != "" {
						t.Errorf("%s for %q: %q in %q", e.name, tag, found, text)
					}
				}
			}
		}
	}
}

func encoded(t *testing.T, c cards.Card) []byte {
	t.Helper()
	raw, err := json.Marshal(c)
	require.NoError(t, err)
	return raw
}
