package cards_test

import (
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/cards"
	"okrbot/okr"
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

// TestAListAllocatesLittle: what a list costs the collector grows by a few dozen objects with each row, of which the
// structures of its elements are the most.
func TestAListAllocatesLittle(t *testing.T) { //nolint:paralleltest // it counts allocations
	list := cards.GoalList{Page: 5, Total: 50, Mine: true}
	day := okr.Date("2026-08-17")
	view := func(id, title string, kind okr.GoalKind, metric *okr.Metric) cards.GoalView {
		g := okr.Goal{ID: okr.GoalID(id), Kind: kind, Title: title, Owner: okr.Person{ID: "1", Name: "Alex Wilber"}, Period: okr.Settings{}.Quarter(day, 0).Period, Metric: metric}
		return cards.GoalView{Goal: g, Standing: g.Standing(g.Period, okr.DefaultBands(), day)}
	}
	for range 5 {
		o := view("O1", "Objective", okr.Objective, nil)
		kr := view("KR1", "Key result", okr.KeyResult, &okr.Metric{Name: "Bugs", Target: 100})
		o.Children = []cards.GoalView{kr, kr}
		list.Views = append(list.Views, o)
	}
	const rows = 15
	require.Less(t, testing.AllocsPerRun(20, func() { cards.Goals(place, list) }), 60.0*rows)
}

// TestEveryKindOfRowIsWritten lists rows of every kind of element.
func TestEveryKindOfRowIsWritten(t *testing.T) {
	t.Parallel()
	raws := cards.RowsOfEveryKind()
	require.NotEmpty(t, raws)
	for _, raw := range raws {
		require.True(t, json.Valid(raw), string(raw))
	}
}

// TestNoLineIsSmallerThanCountedOn: a list is not tried in full where even such lines would not fit.
func TestNoLineIsSmallerThanCountedOn(t *testing.T) {
	t.Parallel()
	for _, kind := range []okr.GoalKind{okr.Objective, okr.KeyResult, okr.Project} {
		line, leastLine, fold, leastFold := cards.LineBytes(cards.GoalView{Goal: okr.Goal{Kind: kind}})
		require.Greater(t, line, leastLine, kind)
		require.Greater(t, fold, leastFold, kind)
	}
}
