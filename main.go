// Okrbot is a Microsoft Teams bot that keeps a team's objectives and key results
// true by itself: it ties them to shared queries in Azure DevOps, measures them
// every hour and tells the channels what moved.
//
// okrbot help lists its commands, okrbot help COMMAND explains one. It ends with 0
// when all went well, with 2 for arguments that it does not know, else with 1.
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
	for _, name := range variableNames() {
		source := "default"
		if v, _ := plainValue(name, getenv(name)); v != "" {
			source = "environment"
		} else if getenv(name+"_FILE") != "" {
			source = "file"
		}
		if _, err := fmt.Fprintf(stdout, "%-26s %s\n", name, source); err != nil {
			return err
		}
	}
	c, err := loadLasting(getenv)
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

// release is set when a release is built (see Makefile).
var release string

// pace is how many posts a second go to one conversation in the binary that BenchmarkBinary builds to measure; no other
// build and no setting sets it, so that okrbot keeps to what Teams takes.
var pace string

// version names the build: the release, else the revision of a checkout.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return info.Main.Version
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
