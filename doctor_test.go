package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"
	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// newPatient is an okrbot that runs on a Redis that keeps its data.
func newPatient(t *testing.T) (*world, *okrtest.Deployment) {
	t.Helper()
	redis := okrtest.StartSingle(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL)
	require.NoError(t, w.Start())
	redis.Do(t, "x", "CONFIG", "SET", "maxmemory-policy", "noeviction")
	return w, redis
}

func examine(t *testing.T, w *world, changes map[string]string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := runDoctor(t.Context(), func(name string) string {
		if v, ok := changes[name]; ok {
			return v
		}
		return w.Getenv(name)
	}, &out)
	for _, secret := range []string{script.AppSecret, "hunter2", w.Getenv("SEAL_KEYS")} {
		require.True(t, secret == "" || !strings.Contains(out.String(), secret))
	}
	return out.String(), err
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	w, _ := newPatient(t)
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.NotContains(t, out, "FAIL")
	require.Contains(t, out, "Everything that okrbot needs is there.")
}

// Each illness is named by its own check, with the next step.
func TestDoctorNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, redis := newPatient(t)
	sealed, err := redisstore.Open(t.Context(), redisstore.Options{URL: redis.URL, SealKeys: configKey("old", 32)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sealed.Close()) })
	nowhere := "http://127.0.0.1:1"
	for name, test := range map[string]struct {
		set    map[string]string
		before func()
		wrong  string
	}{
		"Redis":                 {map[string]string{"REDIS_URL": "redis://:hunter2@127.0.0.1:1"}, nil, "REDIS_URL"},
		"token of the bot":      {map[string]string{"MICROSOFT_APP_PASSWORD": "hunter2"}, nil, "client secret"},
		"keys of Teams":         {map[string]string{"BOT_OPENID_METADATA_URL": nowhere}, nil, "BOT_OPENID_METADATA_URL"},
		"Azure DevOps":          {map[string]string{"ADO_BASE_URL": nowhere}, nil, "ADO_BASE_URL"},
		"Azure DevOps profiles": {map[string]string{"ADO_PROFILE_URL": nowhere}, nil, "ADO_PROFILE_URL"},
		"sign-in page":          {map[string]string{"ADO_LOGIN_URL": nowhere}, nil, "ADO_LOGIN_URL"},
		"PUBLIC_URL":            {map[string]string{"PUBLIC_URL": w.Azure.PublicURL()}, nil, "DNS"},
	} {
		if test.before != nil {
			test.before()
		}
		out, err := examine(t, w, test.set)
		require.ErrorContains(t, err, "failed", name)
		require.Regexp(t, `(?m)^FAIL  `+regexp.QuoteMeta(name)+` .*\n      Next: .*`+test.wrong, out)
	}
	redis.Do(t, "x", "CONFIG", "SET", "appendonly", "no")
	require.NoError(t, sealed.SaveCredential(t.Context(), adotest.TenantID, okr.Credential{ID: "A", Owner: "U"}))
	out, err := examine(t, w, nil)
	require.ErrorContains(t, err, "2 of the checks failed")
	require.Contains(t, out, "FAIL  Redis keeps its data")
	require.Regexp(t, `FAIL  sealed sign-ins .*1 of 1 .*"old"`, out)
	require.NotContains(t, out, configKey("old", 32))
}

func TestParkedCommand(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedis(t)
	env := configEnv(map[string]string{"REDIS_URL": redis, "SEAL_KEYS": configKey("k", 32)})
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"parked"}, env, &out))
	require.Equal(t, "Nothing is parked.\n", out.String())
	require.ErrorContains(t, run(t.Context(), []string{"parked", "retry", "sync:t:C1:1"}, env, &out), "No such task is parked")
	require.ErrorContains(t, run(t.Context(), []string{"parked", "retry"}, env, &out), "usage")
	require.ErrorContains(t, run(t.Context(), []string{"parked"}, configEnv(nil), &out), "okrbot was never started with it")
}
