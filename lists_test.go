package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

// TestHardenedRedis runs all of okrbot with the users that docs/operations/README.md
// gives it: its queue, its doctor and its lists need no more, and after a crash of
// Redis everything is there. With a user default that may nothing the doctor says
// beforehand what will be lost.
func TestHardenedRedis(t *testing.T) {
	t.Parallel()
	var users []string
	for line := range strings.Lines(operations(t, "README.md")) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "user ") {
			users = append(users, strings.ReplaceAll(line, "PASSWORD", "hunter2"))
		}
	}
	require.Len(t, users, 2)
	acl := filepath.Join(t.TempDir(), "users.acl")
	require.NoError(t, os.WriteFile(acl, []byte(strings.Join(users, "\n")+"\n"), 0o600))
	redis := okrtest.StartRedisServer(t, "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--aclfile", acl)
	w := newWorld(t, time.Now(), "REDIS_URL", strings.Replace(redis.URL(), "redis://", "redis://okrbot:hunter2@", 1))
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	_, err := w.Azure.Complete(adotest.OrgContoso, adotest.ProjectFiber, "Launch bugs", 3)
	require.NoError(t, err)
	play(t, w, "say sync KR1", "expect '15 of 30'")
	redis.Kill()
	redis.Restart(t)
	backAgain(t, "http://"+w.Address)
	play(t, w, "say okr KR1", "expect '15 of 30' 'Launch bugs'")
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.Contains(t, out, "a restart reads the whole append-only file")
	require.Regexp(t, `record lists +complete for all \d+ records`, out)
	require.NoError(t, w.Stop())
}

func TestDoctorWarnsOfTheUserDefault(t *testing.T) {
	t.Parallel()
	w, redis := newPatient(t)
	redis.Do(t, "x", "ACL", "SETUSER", "default", "-@geo")
	out, err := examine(t, w, nil)
	require.ErrorContains(t, err, "1 check failed", out)
	require.Regexp(t, `(?m)^FAIL  Redis users .*drops every transaction.*\n      Next: .*user default off ~\* &\* \+@all`, out)
}

// Goals that are gone from their lists are noticed by the doctor and by okrbot when
// Redis was started anew, and found again after a repair, while okrbot runs.
func TestDoctorRepairsLists(t *testing.T) {
	t.Parallel()
	w, redis := newPatient(t)
	enableAndBind(t, w)
	all := "okr:{" + bottest.DefaultTenant + "}:goal:all"
	key := redis.Do(t, all, "DEL", all)
	require.Contains(t, key, ":1")
	out, err := examine(t, w, nil)
	require.ErrorContains(t, err, "1 check failed", out)
	require.Regexp(t, `(?m)^FAIL  record lists +2 of \d+ records are missing from their lists.*\n      Next: run okrbot doctor --repair`, out)
	require.NotEmpty(t, w.app.lookAtLists(t.Context(), "a run before"))
	require.Contains(t, strings.Join(w.Log.Lines(), "\n"), "records are missing from their lists")

	var said bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"doctor", "--repair"}, w.Getenv, &said))
	require.Contains(t, said.String(), "Added 2 to their lists again; 0 can't be read.")
	out, err = examine(t, w, nil)
	require.NoError(t, err, out)
	play(t, w, "say okrs all", "expect 'Launch the shop'")
	require.NoError(t, w.Stop())
}
