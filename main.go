// Okrbot is a Microsoft Teams bot that keeps a team's objectives and key results up to
// date: it links them to shared queries in Azure DevOps, refreshes them every hour and
// posts to channels what changed.
//
// okrbot help lists its commands, okrbot help COMMAND explains one. It exits with 0 on
// success, with 2 for unknown arguments, else with 1.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"syscall"

	"okrbot/okr/redisstore"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)                    // a second Ctrl+C does not wait for the stop
	redisstore.LogTo(slog.New(slog.DiscardHandler)) // serve listens to it; of the others each error says enough
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "okrbot:", err)
	}
	os.Exit(exitCode(err))
}

func runServe(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	c, err := loadLasting(getenv)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	log := newLogger(c, stdout)
	redisstore.LogTo(quiet(log))
	tuneMemory(getenv, "/")
	h := &hooks{}
	h.pace, _ = strconv.ParseFloat(pace, 64)
	return serve(ctx, c, log, h)
}

// checkConfig names what is set and from where, never a value.
func checkConfig(getenv func(string) string, stdout io.Writer) error {
	c, err := loadLasting(getenv)
	for _, name := range variableNames() {
		if _, err := fmt.Fprintf(stdout, "%-26s %s\n", name, sourceOf(name, getenv, err)); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	for _, note := range c.notes() {
		if _, err := fmt.Fprintln(stdout, "Note:", note+"."); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(stdout, "The configuration is complete.")
	return err
}

// release is the version of okrbot that this is, or is on the way to: the newest one of CHANGELOG.md.
const release = "v0.2.0"

// revision is set by make build and the Dockerfile: git's name of what was built.
var revision string

// pace is how many posts a second go to one conversation in the binary that BenchmarkBinary builds to measure; no other
// build and no setting sets it, so that okrbot keeps to what Teams takes.
var pace string

// version is the release as people read it: v0.2.0.
func version() string { return release }

// build names exactly what runs: the stamp of make build, else the revision of the checkout, else nothing.
func build() string {
	if revision != "" {
		return revision
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return ""
}

// newLogger writes JSON for machines and text for people.
func newLogger(c Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked by LoadConfig
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: plainly}
	if c.LogFormat == "text" || (c.LogFormat == "" && isTerminal(w)) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
