package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"okrbot/bot/bottest"
)

// playgroundCLI is where `make demo` installs Microsoft's Agents Playground.
const playgroundCLI = "bot/e2e/node_modules/@microsoft/m365agentsplayground/cli.js"

// loopbackOnly is loaded before the Playground, which has no option for where it
// listens.
const loopbackOnly = "./bot/e2e/loopback.cjs"

// runPlayground starts the Agents Playground with the demo's people and places,
// and ends it with everything that it started.
func (d *demo) runPlayground(ctx context.Context) error {
	if _, err := os.Stat(playgroundCLI); err != nil {
		return errors.New("the Agents Playground is not installed; `make demo` installs and starts it, or run with -no-playground")
	}
	dir, err := os.MkdirTemp("", "okrbot-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "playground.yml")
	if err := os.WriteFile(file, d.teamsCloud.PlaygroundConfig(), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "node", "--require", loopbackOnly, playgroundCLI, "start", //nolint:gosec // a fixed program
		"-e", urlOf(d.teams)+"/playground/api/messages", "-c", "msteams",
		"-p", strconv.Itoa(d.options.playgroundPort), "--disable-telemetry")
	cmd.Env = append(os.Environ(), "M365_AGENTS_PLAYGROUND_CONFIG_PATH="+file)
	if d.options.noBrowser || !hasDisplay(d.getenv) {
		cmd.Env = append(cmd.Env, "TEAMSAPPTESTER_BROWSER=none")
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	var output tail
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("the Agents Playground ended: %w\n%s", err, output.String())
	}
	return nil
}

// hasDisplay says whether a browser could open.
func hasDisplay(getenv func(string) string) bool {
	return runtime.GOOS != "linux" || getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
}

// tail keeps the end of an output.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-4096):]
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.b)) }

// exportsOfContoso are those of an invented organization, for people who try an import and
// have none at hand.
//
//go:embed okr/transfer/files/testdata/contoso.zip okr/transfer/files/testdata/contoso.csv
var exportsOfContoso embed.FS

// sampleExports are the files that the demo's page offers to send.
func sampleExports() ([]bottest.File, error) {
	const folder = "okr/transfer/files/testdata"
	var out []bottest.File
	for _, name := range []string{"contoso.zip", "contoso.csv"} {
		content, err := exportsOfContoso.ReadFile(path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		out = append(out, bottest.File{Name: name, Content: content})
	}
	return out, nil
}
