package redisstore_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// sealKey makes an entry of SEAL_KEYS from 32 times the same byte.
func sealKey(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

func newSealer(t *testing.T, keys ...string) *redisstore.Sealer {
	t.Helper()
	s, err := redisstore.NewSealer(strings.Join(keys, ", "))
	require.NoError(t, err)
	return s
}

func TestSealerOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	s := newSealer(t, sealKey("k1", 'a'))
	one, two := s.Seal("key", []byte("secret")), s.Seal("key", []byte("secret"))
	require.NotEqual(t, one, two, "the nonce is random")
	require.True(t, strings.HasPrefix(one, "k1:"))
	require.NotContains(t, one, base64.RawStdEncoding.EncodeToString([]byte("secret")))
	plain, err := s.Open("key", one)
	require.NoError(t, err)
	require.Equal(t, "secret", string(plain))
}

func TestSealerChangesKeys(t *testing.T) {
	t.Parallel()
	sealed := newSealer(t, sealKey("k1", 'a')).Seal("key", []byte("secret"))
	both := newSealer(t, sealKey("k2", 'b'), sealKey("k1", 'a'))
	plain, err := both.Open("key", sealed)
	require.NoError(t, err)
	require.Equal(t, "secret", string(plain))
	require.True(t, strings.HasPrefix(both.Seal("key", nil), "k2:"))
	_, err = newSealer(t, sealKey("k2", 'b')).Open("key", sealed)
	require.ErrorContains(t, err, `no key "k1"`)
}

func TestSealerRefuses(t *testing.T) {
	t.Parallel()
	s := newSealer(t, sealKey("k1", 'a'))
	sealed := s.Seal("key", []byte("secret"))
	for name, c := range map[string]struct{ key, sealed string }{
		"another Redis key": {"other", sealed},
		"a changed text":    {"key", sealed[:len(sealed)-2] + "zz"},
		"a cut text":        {"key", sealed[:8]},
		"no key id":         {"key", strings.TrimPrefix(sealed, "k1:")},
		"no base64":         {"key", "k1:?"},
		"nothing":           {"key", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Open(c.key, c.sealed)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestSealKeysThatCannotBeRead(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString([]byte("sixteen bytes..."))
	for name, c := range map[string]struct{ keys, want string }{
		"none":       {" ", "openssl rand -base64 32"},
		"no id":      {short, "entry 1: it must be an id"},
		"empty id":   {":" + short, "entry 1: it must be an id"},
		"no base64":  {"k1:hunter2!", "entry 1: the key is no base64"},
		"too short":  {sealKey("k1", 'a') + ",k2:" + short, "entry 2: the key has 16 bytes, it must have 32"},
		"same id":    {sealKey("k1", 'a') + "," + sealKey("k1", 'b'), "entry 2: another entry"},
		"last comma": {sealKey("k1", 'a') + ",", "entry 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := redisstore.NewSealer(c.keys)
			okrtest.RequireKind(t, okr.Invalid, err)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), short)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}
