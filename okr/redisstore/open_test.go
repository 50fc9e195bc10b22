package redisstore_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func TestOpenRefusesAddresses(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"no scheme":         "localhost:6379",
		"another scheme":    "https://:hunter2@localhost",
		"no host":           "redis://:hunter2@/0",
		"a bad port":        "redis://:hunter2@localhost:port",
		"a bad escape":      "redis://:hunter2%zz@localhost",
		"a slash in it":     "redis://:hunter2/x@localhost",
		"an empty host":     "redis://:hunter2@a:1,,b:2",
		"a bad database":    "redis://:hunter2@localhost/hunter2",
		"an unknown option": "redis://:hunter2@localhost?hunter2=1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := redisstore.Open(t.Context(), redisstore.Options{URL: url, SealKeys: testKeys})
			okrtest.RequireKind(t, okr.Invalid, err)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestOpenWantsKeysForARedisThatLasts(t *testing.T) {
	t.Parallel()
	_, err := redisstore.Open(t.Context(), redisstore.Options{URL: "redis://127.0.0.1:1"})
	okrtest.RequireKind(t, okr.Invalid, err)
	require.ErrorContains(t, err, "SEAL_KEYS is empty")
}

func TestOpenNeedsAnAnswer(t *testing.T) {
	t.Parallel()
	_, err := redisstore.Open(t.Context(), redisstore.Options{URL: "redis://user:hunter2@127.0.0.1:1", SealKeys: testKeys})
	okrtest.RequireKind(t, okr.Unavailable, err)
	require.NotContains(t, err.Error(), "hunter2")
	msg, ok := okr.MessageOf(err)
	require.True(t, ok)
	require.Equal(t, "I can't reach my store at the moment. Nothing is lost. Try again in a minute.", msg)
}

func TestOpenWithPassword(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedis(t)
	admin := open(t, server)
	require.NoError(t, admin.Client().ConfigSet(t.Context(), "requirepass", "p@ss,word").Err())
	host := server[len("redis://"):]
	open(t, "redis://default:p%40ss%2Cword@"+host)
	_, err := redisstore.Open(t.Context(), redisstore.Options{URL: "redis://:hunter2@" + host, SealKeys: testKeys})
	okrtest.RequireKind(t, okr.Unavailable, err)
	require.ErrorContains(t, err, "WRONGPASS")
}

func TestOpenWithTLS(t *testing.T) {
	t.Parallel()
	https := httptest.NewTLSServer(nil) // has a certificate
	defer https.Close()
	server := miniredis.NewMiniRedis()
	require.NoError(t, server.StartTLS(&tls.Config{Certificates: https.TLS.Certificates}))
	defer server.Close()
	s := open(t, "rediss://"+server.Addr()+"?skip_verify=true")
	require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(1)))
	_, err := redisstore.Open(t.Context(), redisstore.Options{URL: "rediss://" + server.Addr(), SealKeys: testKeys})
	okrtest.RequireKind(t, okr.Unavailable, err)
}

func TestOpenThroughSentinel(t *testing.T) {
	t.Parallel()
	master, sentinel := okrtest.StartRedisServer(t), okrtest.StartSentinel(t)
	host, port, err := net.SplitHostPort(master.Addr())
	require.NoError(t, err)
	answer, err := sentinel.Do("SENTINEL", "MONITOR", "okrs", host, port, "1")
	require.NoError(t, err)
	require.Equal(t, "+OK", answer)
	s := open(t, "redis://"+sentinel.Addr()+","+sentinel.Addr()+"/0?master=okrs")
	require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(1)))
	got, err := open(t, master.URL()).Goals().Get(t.Context(), okrtest.TenantID, "O1")
	require.NoError(t, err)
	require.Equal(t, okrtest.Objective(1), got)
}

func TestEmbeddedSaysThatNothingSurvives(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, err := redisstore.Open(t.Context(), redisstore.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.Contains(t, log.String(), "level=WARN")
	require.Contains(t, log.String(), "NOTHING SURVIVES A RESTART")
	require.NoError(t, s.SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Ada)), "with a key of its own")

	options := s.Client().(*redis.Client).Options()
	stranger := redis.NewClient(&redis.Options{Addr: options.Addr})
	require.ErrorContains(t, stranger.Ping(t.Context()).Err(), "NOAUTH")
	require.NoError(t, stranger.Close())
	require.NoError(t, s.Close())
	okrtest.RequireKind(t, okr.Unavailable, s.Ping(t.Context()))
}
