package cards_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/cards"
	"okrbot/okr"
)

// written is what a place of a locale writes.
type written struct{ number, small, share, date, at string }

func TestLocales(t *testing.T) {
	t.Parallel()
	english := written{"1,234,567.5", "-0.25", "45%", "28 Nov 2026", "28 Nov, 14:21"}
	for tag, want := range map[string]written{
		"en-US": {"1,234,567.5", "-0.25", "45%", "Nov 28, 2026", "Nov 28, 14:21"},
		"en-GB": english,
		"de":    {"1.234.567,5", "-0,25", "45\u00a0%", "28 Nov 2026", "28 Nov, 14:21"},
		"de-AT": {"1\u00a0234\u00a0567,5", "-0,25", "45\u00a0%", "28 Nov 2026", "28 Nov, 14:21"},
		"fr-FR": {"1\u00a0234\u00a0567,5", "-0,25", "45\u00a0%", "28 Nov 2026", "28 Nov, 14:21"},
		"sv-SE": {"1\u00a0234\u00a0567,5", "-0,25", "45\u00a0%", "28 Nov 2026", "28 Nov, 14:21"},
		"hi-IN": {"12,34,567.5", "-0.25", "45%", "28 Nov 2026", "28 Nov, 14:21"},
		"ar-EG": english,
		"":      english, "rubbish": english, "x": english, "de_": english, "☃": english, strings.Repeat("de-", 40): english,
	} {
		p := cards.Place{Locale: cards.LocaleOf(tag), Now: time.Date(2026, time.November, 29, 0, 0, 0, 0, time.UTC)}
		got := written{p.Number(1234567.5), p.Number(-0.25), cards.Percent(p, 45), p.Date("2026-11-28"), p.At(time.Date(2026, time.November, 28, 14, 21, 0, 0, time.UTC))}
		require.Equal(t, want, got, "%q", tag)
	}
}

// locales are the ones that differ in how a number is typed.
func locales() []string {
	return []string{"", "en-US", "de-DE", "fr-FR", "de-CH", "hi-IN", "ar-EG", "sv-SE"}
}

// What a form has filled in is read back the same, whoever sends it.
func TestTypedNumbersAreReadInEveryLocale(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := float64(rapid.Int64Range(-1e9, 1e9).Draw(t, "number")) / float64(rapid.SampledFrom([]int{1, 10, 100, 1000, 10000}).Draw(t, "of"))
		by, in := cards.LocaleOf(rapid.SampledFrom(locales()).Draw(t, "by")), cards.LocaleOf(rapid.SampledFrom(locales()).Draw(t, "in"))
		require.InDelta(t, f, readIn(t, in, by.Typed(f)), 1e-9)
		require.Equal(t, in.Typed(f), in.Shown(by.Typed(f)))
	})
	for _, f := range []float64{0, 1e-12, 0.1, -1e14} {
		require.InDelta(t, f, readIn(t, cards.LocaleOf("de"), cards.LocaleOf("de").Typed(f)), 1e-15)
	}
}

// readIn reads what a person of the locale typed.
func readIn(t require.TestingT, l cards.Locale, text string) float64 {
	plain, err := l.Plain("f", text)
	require.NoError(t, err)
	f, ok := okr.ParseNumber(plain)
	require.True(t, ok, "%q", text)
	return f
}

// What is shown can be typed: a number as a card writes it is the same number.
func TestWrittenNumbersAreReadInTheirLocale(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := float64(rapid.Int64Range(-1e9, 1e9).Draw(t, "tenths")) / 10
		l := cards.LocaleOf(rapid.SampledFrom(locales()).Draw(t, "locale"))
		require.InDelta(t, f, readIn(t, l, cards.Place{Locale: l}.Number(f)), 1e-9)
	})
}

func TestNumbersThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ tag, text, want string }{
		{"fr-FR", " 1.234 ", "1.234 can be read in two ways. Type 1234 or 1,2340."},
		{"de-CH", "1,234", "1,234 can be read in two ways. Type 1234 or 1.2340."},
	} {
		plain, err := cards.LocaleOf(c.tag).Plain("field", c.text)
		words, _ := okr.MessageOf(err)
		require.Equal(t, c.want, words)
		require.Equal(t, "field", okr.FieldOf(err))
		require.Equal(t, c.text, plain)
		require.Equal(t, c.text, cards.LocaleOf(c.tag).Shown(c.text))
	}
	for text, want := range map[string]string{"many": "many", "": "", "1.2.3": "1.2.3", "1.234,5 %": "1234.5%", "1,234": "1.2340"} {
		plain, err := cards.LocaleOf("de").Plain("field", text)
		require.NoError(t, err)
		require.Equal(t, want, plain)
	}
}

// TestPercentSigns are those of the digits that okrbot writes; a tag of no language is
// English with the day first.
func TestPercentSigns(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"ar-SA": "45%", "fa-IR": "45%", "tr-TR": "%45", "en-US": "45%"} {
		require.Equal(t, want, cards.Percent(cards.Place{Locale: cards.LocaleOf(tag)}, 45), tag)
	}
	for _, tag := range []string{"und", "root"} {
		require.Equal(t, "28 Nov 2026", cards.Place{Locale: cards.LocaleOf(tag)}.Date("2026-11-28"), tag)
	}
}
