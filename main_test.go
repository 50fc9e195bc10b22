package main

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest/script"
	"okrbot/okr/okrtest"
)

func TestMainCommands(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args  []string
		says  string
		wrong string
	}{
		"nothing":      {nil, "", "usage: okrbot"},
		"unknown":      {[]string{"fly"}, "", `unknown command "fly"`},
		"help":         {[]string{"help"}, "usage: okrbot", ""},
		"version":      {[]string{"version"}, "okrbot v", ""},
		"manifest":     {[]string{"manifest"}, "", "usage: okrbot manifest"},
		"bare serve":   {[]string{"serve"}, "", "PUBLIC_URL: required"},
		"flag unknown": {[]string{"demo", "-fly"}, "", "flag provided but not defined"},
		"help unknown": {[]string{"help", "fly"}, "", "usage: okrbot help"},
		"demo flags":   {[]string{"demo", "--help"}, "-playground-port", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), test.args, func(string) string { return "" }, &out)
			if test.wrong != "" {
				require.ErrorContains(t, err, test.wrong)
				return
			}
			require.NoError(t, err)
			require.Contains(t, out.String(), test.says)
		})
	}
}

// Every command explains itself, and refuses what it does not know before it does
// anything, which a script sees by the code 2.
func TestMainExplainsAndRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		for _, ask := range [][]string{{"help", c.name}, {c.name, "-h"}, {c.name, "-help"}, {c.name, "--help"}} {
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), ask, noEnv, &out), ask)
			if ask[0] == "help" || c.name != "demo" { // which lists its flags
				require.Contains(t, out.String(), c.usage(), ask)
				require.Contains(t, out.String(), c.help, ask)
			}
			require.Contains(t, out.String(), "okrbot "+c.name, ask)
		}
		for _, args := range [][]string{{"now", "please", "again"}, {"--fly"}} {
			var out bytes.Buffer
			err := run(t.Context(), append([]string{c.name}, args...), noEnv, &out)
			require.Error(t, err, "%s %v", c.name, args)
			require.Equal(t, 2, exitCode(err), "%s %v", c.name, args)
		}
	}
	for _, args := range [][]string{nil, {"fly"}, {"help", "fly"}, {"help", "serve", "now"}} {
		require.Equal(t, 2, exitCode(run(t.Context(), args, noEnv, &bytes.Buffer{})), args)
	}
	require.Equal(t, 0, exitCode(nil))
	require.Equal(t, 1, exitCode(run(t.Context(), []string{"serve"}, noEnv, &bytes.Buffer{})), "a failure")
	base := func(string) string { return "soon" }
	require.Equal(t, 2, exitCode(run(t.Context(), []string{"demo"}, base, &bytes.Buffer{})), "OKRBOT_DEMO_PORT_BASE")
}

func TestMainWritesTheAppPackage(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	file := filepath.Join(t.TempDir(), "okrbot.zip")
	require.NoError(t, run(t.Context(), []string{"manifest", file}, configEnv(nil), &out))
	content, err := os.ReadFile(file) //nolint:gosec // the test's own
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(content, []byte("PK")), "a zip")
	require.Contains(t, out.String(), "Upload it in Teams")

	err = run(t.Context(), []string{"manifest", file}, configEnv(map[string]string{"PUBLIC_URL": "http://127.0.0.1"}), &out)
	require.Error(t, err)
	after, err := os.ReadFile(file) //nolint:gosec // the test's own
	require.NoError(t, err)
	require.Equal(t, content, after, "the package that was there stays")
}

func requireAnswer(t *testing.T, address string, status int, headers ...string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: script.Patience}
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, status, resp.StatusCode, address)
}

// endsAtOnce lets a process end without waiting a second for races to come: each is told when it happens.
const endsAtOnce = "GORACE=atexit_sleep_ms=0"

// binaryName is the name under which this test binary is okrbot: main and all, and with the race detector.
const binaryName = "okrbot"

// okrbotBinary gives okrbot as a program.
func okrbotBinary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	binary := filepath.Join(t.TempDir(), binaryName)
	require.NoError(t, os.Symlink(self, binary))
	return binary
}

// mainProcess is okrbot as a process of its own.
type mainProcess struct {
	cmd     *exec.Cmd
	address string
	out     *script.Log
}

// startProcess runs the binary on a free port with what the world says and more
// variables as NAME=value, and waits until it is ready.
func startProcess(t *testing.T, binary string, w *world, more ...string) *mainProcess {
	t.Helper()
	w.Address = freeAddress(t)
	w.Register()
	p := &mainProcess{address: "http://" + w.Address, out: &script.Log{}}
	p.cmd = exec.CommandContext(t.Context(), binary, "serve") //nolint:gosec // the test's own
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	for _, name := range variableNames() {
		if v := w.Getenv(name); v != "" {
			p.cmd.Env = append(p.cmd.Env, name+"="+v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, "LISTEN_ADDR="+w.Address, "LOG_LEVEL=debug", "LOG_FORMAT=text", "PATH="+os.Getenv("PATH"), endsAtOnce)
	p.cmd.Env = append(p.cmd.Env, more...)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	p.wait(t, "okrbot is ready")
	return p
}

// wait waits until the output has a text and gives the address that follows it.
func (p *mainProcess) wait(t *testing.T, text string) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * script.Patience)
	for {
		all := strings.Join(p.out.Lines(), "\n")
		if _, rest, ok := strings.Cut(all, text); ok && strings.Contains(rest, " ") {
			return "http://" + strings.Fields(rest)[0]
		}
		select {
		case <-tick.C:
		case <-limit:
			require.Fail(t, "no output", "%q is not in:\n%s", text, all)
		}
	}
}

func (p *mainProcess) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait() // it was killed
}

// stop ends the process as a platform does, and it must end well.
func (p *mainProcess) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait(), "a stop is no failure:\n%s", strings.Join(p.out.Lines(), "\n"))
}

// Everything that was acknowledged survives kill -9: okrbot as a process with a
// Redis that writes each command to disk.
func TestMainSurvivesKill(t *testing.T) {
	t.Parallel()
	binary := okrbotBinary(t)
	redis := okrtest.StartRedisServer(t, "--appendonly", "yes", "--appendfsync", "always")
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())

	first := startProcess(t, binary, w)
	play(t, w,
		"say enable", "press Enable", "expect Enabled",
		"say new objective", "expect 'New objective'", "fill 'title=Launch the shop'", "press Save",
		"say new kr", "expect 'New key result'",
		"fill 'title=Close the bugs' 'metric=Bugs closed' target=100", "press Save",
		"say bind KR1", "expect 'Sign in to Azure DevOps'", "signin",
		"expect 'New connection'", "fill 'project=contoso / Fabrikam Fiber' text=launch", "press Next",
		"expect Found",
	)
	// Killed in the middle of a form: its draft is there again.
	first.kill(t)
	requireNoSecret(t, first.out, w)
	second := startProcess(t, binary, w)
	play(t, w,
		"fill 'text=Launch bugs'", "press Next", "expect 'Preview of KR1'",
		"expect '40%'", "press Save", "expect '12 of 30'",
		"in channel Delivery", "say digest", "expect Digest", "press Subscribe",
		"expect 'Digest on'",
	)
	// Killed between two turns: the store and the process both.
	second.kill(t)
	redis.Kill()
	redis.Restart(t)
	third := startProcess(t, binary, w)
	_, err := w.Azure.Complete("contoso", "Fabrikam Fiber", "Launch bugs", 3)
	require.NoError(t, err)
	play(t, w,
		"in personal", "say okr KR1", "expect '12 of 30' 'Launch bugs'",
		"say sync KR1", "expect '15 of 30' '50%'",
		"in channel Delivery", "say digest", "expect Stop",
	)
	// A second replica on the same Redis sees the same, and both end well.
	fourth := startProcess(t, binary, w)
	play(t, w, "in personal", "say okr KR1", "expect '15 of 30'")
	third.stop(t)
	fourth.stop(t)
	requireNoSecret(t, fourth.out, w) // a turn is logged after its answer
}

// requireNoSecret looks for everything secret that passed through a process in
// what it printed at the level debug.
func requireNoSecret(t *testing.T, out *script.Log, w *world) {
	t.Helper()
	log := strings.Join(out.Lines(), "\n")
	require.Contains(t, log, "msg=activity", "the log is there")
	link, err := url.Parse(w.SignInLink())
	require.NoError(t, err)
	for name, secret := range map[string]string{
		"the app password": script.AppSecret, "the seal key": base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)),
		"a signed token": "eyJ", "a bearer": "Bearer ", "the ticket": link.Query().Get("t"), "a code": "code=", "a verifier": "code_verifier",
	} {
		require.NotContains(t, log, secret, name)
	}
}

// /metrics answers this machine only; /readyz tells of a store that is gone.
func TestMainHealth(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	require.NoError(t, w.Start())
	base := "http://" + w.Address
	requireAnswer(t, base+"/healthz", http.StatusOK)
	requireAnswer(t, base+"/metrics", http.StatusOK)
	requireAnswer(t, base+"/metrics", http.StatusNotFound, "X-Forwarded-For", "203.0.113.7")
	requireAnswer(t, base+"/auth/start?t=nothing", http.StatusGone)
	requireAnswer(t, base+"/auth/callback?state=nothing&code=x", http.StatusGone)
	requireAnswer(t, base+"/nowhere", http.StatusNotFound)
	redis.Kill()
	requireAnswer(t, base+"/healthz", http.StatusOK)
	requireAnswer(t, base+"/readyz", http.StatusServiceUnavailable)
	redis.Restart(t)
	backAgain(t, base)
}
