package redisstore_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr/redisstore"
)

// TestStoredFormIsThatOfEncodingJSON writes and reads values both ways, whole ones and such as were cut, mixed or written
// by somebody else.
func TestStoredFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(rapid.MapOf(rapid.SampledFrom([]string{"d", "v", "a", "n"}), rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`,"d":`, `}`, `"`}))).Draw(t, "data"))
		require.NoError(t, err)
		written, want := redisstore.Stored(rapid.IntRange(-1, 3).Draw(t, "version"), rapid.Int64().Draw(t, "created"), rapid.IntRange(0, 2).Draw(t, "indexed"), data)
		require.Equal(t, string(want), string(written))

		part := rapid.SampledFrom([]string{string(written), `,"d":`, `,"y":{"a":1,"d":2}`, "}", " ", `{"v":1`, `null`, ""})
		requireSameRead(t, string(written))
		requireSameRead(t, strings.Join(rapid.SliceOfN(part, 0, 5).Draw(t, "parts"), ""))
	})
	for _, raw := range []string{`{"v":1,"d":{"a":1},"d":{"b":2}}`, `{"d":{"a":1},"v":1}`, `{"v":1,"d":5}}`, `{"v":1,"d":}`, `{"v":1,"y":{"a":1},"d":2}`, `{"v":1,"y":[{"q":1,"d":2}],"d":{}}`} {
		requireSameRead(t, raw)
	}
}

func requireSameRead(t require.TestingT, raw string) {
	got, err, want, wantErr := redisstore.Read([]byte(raw)) //nolint:revive,staticcheck // both ways side by side
	if wantErr != nil {
		require.Error(t, err, raw)
		return
	}
	require.NoError(t, err, raw)
	require.Equal(t, want, got, raw)
}
