package cards_test

import (
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/cards"
)

// TestEveryPartIsEncodedOnce: asking for a size is encoding, and what was made for it is what is sent.
func TestEveryPartIsEncodedOnce(t *testing.T) {
	t.Parallel()
	require.Equal(t, []int{1, 1, 1, 1, 1}, cards.Encodings(5))
}

// TestTextsAreWrittenAsEncodingJSONReadsThem writes any text, broken ones too.
func TestTextsAreWrittenAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		}), rapid.SampledFrom([]string{"\u2028", "a\u2029b", "<&>", `"`, `\`, "\x00\x1f\x7f", "\xff", "\xed\xa0\x80", "\ufffd"})).Draw(t, "text")
		want, err := json.Marshal(text)
		require.NoError(t, err)
		require.JSONEq(t, string(want), cards.JSONText(text))
	})
}

// TestWhatAClientSentStaysData writes data with any names and values, as a client may send them, in a card that is shared.
func TestWhatAClientSentStaysData(t *testing.T) {
	t.Parallel()
	odd := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\u2028", `a":"b"},"title":"Sign in here`, `\`, "\x00", "<&>", "\xff"}))
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.MapOf(odd, odd).Draw(t, "data")
		data["last"] = "value"
		raw, err := json.Marshal(cards.WithShare(cards.Card{}, "list", data))
		require.NoError(t, err)
		var got struct {
			Actions []struct {
				Title string
				Data  map[string]string
			}
		}
		require.NoError(t, json.Unmarshal(raw, &got))
		require.Len(t, got.Actions, 1)
		require.Equal(t, "Share with everyone", got.Actions[0].Title)
		data[cards.KeyView], data[cards.KeyVerb] = "list", cards.VerbShare
		became := map[string]int{} // what is no UTF-8 becomes U+FFFD, so two names may become one
		for name := range data {
			became[string([]rune(name))]++
		}
		for name, value := range data {
			if utf8.ValidString(name) && utf8.ValidString(value) && became[name] == 1 {
				require.Equal(t, value, got.Actions[0].Data[name])
			}
		}
		require.LessOrEqual(t, len(got.Actions[0].Data), len(data))
	})
}

func TestNumbersAreWrittenAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64().Draw(t, "number")
		var got float64
		require.NoError(t, json.Unmarshal([]byte(cards.JSONNumber(number)), &got))
		require.InDelta(t, number, got, 0)
	})
	for _, none := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		require.Equal(t, "0", cards.JSONNumber(none))
	}
}

func TestCardOfNothingIsACard(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(cards.Card{})
	require.NoError(t, err)
	require.Contains(t, string(raw), `"body":[]`)
}
