package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// Every duration is a number of milliseconds, whoever writes it and in which format.
func TestLogDurations(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"json": `"dur_ms":1234.5`, "text": "dur_ms=1234.5"} {
		var out bytes.Buffer
		newLogger(Config{LogLevel: "info", LogFormat: format}, &out).Info("said", "dur", 1234500*time.Microsecond)
		require.Contains(t, out.String(), want)
	}
}

// The words of an error are for people: the log has what stands behind them, however
// often they were put around it.
func TestLogHasNoWords(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		errors.New("plain"): "plain",
		fmt.Errorf("sync of C1: %w", okr.WrapError(okr.NoAccess, errors.New("status 403"), "Megan cannot read Launch.")): "noAccess: status 403",
		okr.WrapError(okr.Forbidden, okr.Errorf(okr.NotFound, "There is no Launch."), "Ask Megan."):                      "forbidden: notFound",
		okr.Errorf(okr.Internal, "stored value of KR1"):                                                                  "stored value of KR1",
	} {
		var out bytes.Buffer
		newLogger(Config{LogLevel: "info", LogFormat: "json"}, &out).Warn("said", "err", err)
		require.Contains(t, out.String(), `"err":"`+want+`"`)
	}
}

// A library that repeats itself is heard once a minute.
func TestQuietLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := quiet(slog.New(slog.NewTextHandler(&out, nil)))
		for range 100 {
			log.With("op", "queue").Error("away")
			log.Warn("away")
		}
		log.Info("of no use to wait with")
		<-time.NewTimer(quietFor).C
		log.Error("still away")
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 3)
		require.Contains(t, lines[0], "msg=away op=queue")
		require.Contains(t, lines[2], `msg="still away" dropped=199`)
	})
}

// While Redis is away, what go-redis and asynq say of it is a line each at most, in
// okrbot's own form, and nothing comes past okrbot's log.
func TestLogWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	binary := okrbotBinary(t)
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	p := startProcess(t, binary, w, "LOG_LEVEL=info")
	begin := time.Now()
	redis.Kill()
	count := func(text string) int { return strings.Count(strings.Join(p.out.Lines(), "\n"), text) }
	eventually(t, "both have complained", func() bool { return count("msg=redis") > 0 && count("msg=asynq") > 0 })
	for range 3 {
		requireAnswer(t, p.address+"/readyz", 503)
	}
	redis.Restart(t)
	p.stop(t)
	most := 1 + int(time.Since(begin)/quietFor) // one, unless the machine is very busy
	require.LessOrEqual(t, count("msg=redis"), most)
	require.LessOrEqual(t, count("msg=asynq"), most)
	for _, line := range p.out.Lines() {
		require.True(t, strings.HasPrefix(line, "time="), line)
	}
}

// Each single sign-on has its line: whose it was, and what Microsoft Entra or Teams had against it; a device that came
// second has none. No token, name or id of an exchange is in it.
func TestLogOfSingleSignOn(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t, "SSO_CONNECTION", "azure-devops")
	play(t, w, "start enabled")
	for _, step := range []struct {
		before, after  string
		outcome, level string
		says           string
	}{
		{"fault sso consent", "exchanged 412", "refused", "INFO", "AADSTS65001"},
		{"fault sso blocked", "exchanged 412", "refused", "INFO", "AADSTS53003"},
		{"fault sso unavailable", "exchanged 412", "failed", "WARN", "AADSTS90033"},
		{"client-token expired", "exchanged 412", "refused", "INFO", "over, or not good yet"},
		{"client-token audience", "exchanged 412", "failed", "WARN", "for another application; compare SSO_RESOURCE"},
		{"client-token of megan", "exchanged 412", "failed", "WARN", "of somebody else"},
		{"client-token forged", "exchanged 412", "refused", "INFO", "AADSTS50013"},
		{"client-token failure invokeerror", "exchanged invokeerror", "failed", "WARN", "Teams: invokeerror"},
		{"client-token failure <evil>", "exchanged <evil>", "failed", "WARN", "Teams: unknown"},
		{"devices 2", "exchanged 200 200", "done", "INFO", ""},
	} {
		before := len(logged(w, "sign-in"))
		play(t, w, step.before, "say connect", step.after, "fault clear", "client-token good", "idle")
		lines := logged(w, "sign-in")[before:]
		require.Len(t, lines, 1, step.before)
		require.Equal(t, []string{step.outcome, "sso", step.level, w.User.ObjectID}, []string{attribute(lines[0], "outcome"), attribute(lines[0], "way"), attribute(lines[0], "level"), attribute(lines[0], "user")}, step.before)
		require.Contains(t, lines[0], step.says)
		require.NotContains(t, lines[0], "contoso.example")
		require.NotContains(t, lines[0], "evil")
	}
	require.NotContains(t, strings.Join(w.Log.Lines(), "\n"), "eyJ", "every token of Microsoft Entra begins like this")
}

// logged are the lines of the log of a kind.
func logged(w *world, msg string) []string {
	return slices.DeleteFunc(w.Log.Lines(), func(line string) bool { return attribute(line, "msg") != msg })
}

// Each sign-in that comes to something is a line: what it came to, and whose it was.
func TestLogOfSignIns(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start enabled")
	for _, step := range []struct {
		lines    []string
		outcomes []string
	}{
		{[]string{"say connect", "signin-cancel"}, []string{"cancelled"}},
		{[]string{"say connect", "fault entra consent", "signin"}, []string{"refused"}},
		{[]string{"fault clear", "say connect", "signin megan"}, []string{"code"}},
		{[]string{"code wrong", "expect 'Wrong code'", "code ok", "expect 'New connection'"}, []string{"wrong code", "done"}},
		{[]string{"signin-reuse"}, nil},
		{[]string{"say sign out", "press 'Sign out'", "say connect", "signin"}, []string{"done"}},
	} {
		before := len(logged(w, "sign-in"))
		play(t, w, step.lines...)
		var outcomes []string
		for _, line := range logged(w, "sign-in")[before:] {
			outcomes = append(outcomes, attribute(line, "outcome"))
			require.Equal(t, w.User.ObjectID, attribute(line, "user"))
			require.NotEmpty(t, attribute(line, "ref"))
			require.NotContains(t, line, "contoso.example")
		}
		require.Equal(t, step.outcomes, outcomes, "%v", step.lines)
	}
	require.Contains(t, strings.Join(logged(w, "sign-in"), "\n"), "AADSTS65001")
	requireNoSecret(t, w.Log, w)
}

// A sync that people ask for is found by the reference of their turn.
func TestLogOfATaskHasTheTurnsRef(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "start bound", "say sync KR1", "expect '40%'", "idle")
	turns, tasks := logged(w, "activity"), logged(w, "task")
	ref := attribute(tasks[len(tasks)-1], "ref")
	require.NotEmpty(t, ref)
	i := slices.IndexFunc(turns, func(line string) bool { return attribute(line, "ref") == ref })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, "sync", attribute(turns[i], "verb"))
	for _, line := range turns {
		isTurn := attribute(line, "op") == "message" || attribute(line, "name") == "adaptiveCard/action"
		require.Equal(t, isTurn, attribute(line, "verb") != "", line)
	}
}

// A turn that is refused is one line, with why; one that the store refuses counts as that.
func TestLogOfARefusal(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	require.NoError(t, w.Start())
	play(t, w, "start enabled", "say okr KR99", "expect 'KR99. It may be deleted'")
	redis.Kill()
	play(t, w, "say okrs", "expect 'reach my store'")
	redis.Restart(t)
	require.Empty(t, logged(w, "refused"))
	eventually(t, "both turns are logged", func() bool {
		lines := strings.Join(logged(w, "activity"), "\n")
		return strings.Contains(lines, "outcome=refused") && strings.Contains(lines, "outcome=store")
	})
	page := pageOf(t, "http://"+w.Address+"/metrics")
	require.Contains(t, page, `okrbot_activities_total{outcome="store",type="message"} 1`)
	require.Contains(t, page, `okrbot_activities_total{outcome="refused",type="message"} 1`)
}

// A Redis that hangs keeps nobody from the metrics that do not need it.
func TestMetricsOfARedisThatHangs(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	require.NoError(t, w.Start())
	redis.Pause(t)
	page := pageOf(t, "http://"+w.Address+"/metrics") // after metricsTime it would say 503, and nothing of this
	redis.Resume(t)
	for _, line := range []string{"okrbot_ready 0", `okrbot_store_ok{op="read"} 0`, "okrbot_build_info{"} {
		require.Contains(t, page, line)
	}
	require.NotContains(t, page, "okrbot_queue_depth{")
}

// Probes are asked by HEAD, too, with and without the role web.
func TestProbesByHead(t *testing.T) {
	t.Parallel()
	for _, roles := range []string{"web,worker,clock", "worker"} {
		w := newWorld(t, time.Now(), "REDIS_URL", okrtest.StartRedis(t), "ROLES", roles)
		require.NoError(t, w.Start())
		for _, path := range []string{"/healthz", "/readyz"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+w.Address+path, http.NoBody)
			require.NoError(t, err)
			resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusOK, resp.StatusCode, path)
		}
	}
}
