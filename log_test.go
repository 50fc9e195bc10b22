package main

import (
	"bytes"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

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
		time.Sleep(quietFor)
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
	binary := buildBinary(t)
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	p := startProcess(t, binary, w, "LOG_LEVEL=info")
	redis.Kill()
	count := func(text string) int { return strings.Count(strings.Join(p.out.Lines(), "\n"), text) }
	eventually(t, "both have complained", func() bool { return count("msg=redis") > 0 && count("msg=asynq") > 0 })
	for range 3 {
		requireAnswer(t, p.address+"/readyz", 503)
	}
	redis.Restart(t)
	p.stop(t)
	require.Equal(t, 1, count("msg=redis"))
	require.Equal(t, 1, count("msg=asynq"))
	for _, line := range p.out.Lines() {
		require.True(t, strings.HasPrefix(line, "time="), line)
	}
}

// buildBinary builds okrbot.
func buildBinary(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "okrbot")
	message, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(message))
	return binary
}
