// Okrbot is a Microsoft Teams bot that keeps a team's objectives and key results
// true by itself: it ties them to shared queries in Azure DevOps, measures them
// every hour and tells the channels what moved.
//
// Usage:
//
//	okrbot serve          run the bot (configuration: environment, see config.go)
//	okrbot demo           run everything on this machine, with simulated Azure DevOps and Teams
//	okrbot check-config   say what is wrong with the configuration, and set nothing in motion
//	okrbot doctor         check the configuration against the live services; --repair puts records into their lists again
//	okrbot ready          ask the okrbot of this machine whether it is ready; the exit code says it
//	okrbot parked         list the tasks that were given up; retry ID|all runs them once more
//	okrbot manifest FILE  write the Teams app package
//	okrbot version        say which build this is
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"okrbot/manifest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl+C does not wait for the stop
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "okrbot:", err)
		os.Exit(1)
	}
}

const usage = "usage: okrbot serve | demo | check-config | doctor [--repair] | ready | parked [retry ID|all] | manifest FILE | version"

// run is the whole program: it ends when ctx does.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	switch args[0] {
	case "serve":
		return runServe(ctx, getenv, stdout)
	case "demo":
		return runDemo(ctx, args[1:], getenv, stdout)
	case "check-config":
		return checkConfig(getenv, stdout)
	case "doctor":
		if slices.Equal(args[1:], []string{"--repair"}) {
			return runRepair(ctx, getenv, stdout)
		}
		return runDoctor(ctx, getenv, stdout)
	case "ready":
		return runReady(ctx, getenv, stdout)
	case "parked":
		return runParked(ctx, args[1:], getenv, stdout)
	case "manifest":
		return writeManifest(args[1:], getenv, stdout)
	case "version":
		_, err := fmt.Fprintln(stdout, "okrbot", version())
		return err
	case "help", "-h", "--help":
		_, err := fmt.Fprintln(stdout, usage)
		return err
	}
	return fmt.Errorf("unknown command %q; %s", args[0], usage)
}

func runServe(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	c, err := loadLasting(getenv)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	return serve(ctx, c, newLogger(c, stdout), nil)
}

// checkConfig names what is set and from where, never a value.
func checkConfig(getenv func(string) string, stdout io.Writer) error {
	for _, name := range variableNames() {
		source := "default"
		if getenv(name) != "" {
			source = "environment"
		} else if getenv(name+"_FILE") != "" {
			source = "file"
		}
		if _, err := fmt.Fprintf(stdout, "%-26s %s\n", name, source); err != nil {
			return err
		}
	}
	if _, err := loadLasting(getenv); err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	_, err := fmt.Fprintln(stdout, "The configuration is complete.")
	return err
}

// writeManifest makes the Teams app package of this configuration. A file that is
// there stays as it is when something is wrong.
func writeManifest(args []string, getenv func(string) string, stdout io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: okrbot manifest FILE.zip")
	}
	values, problems := readEnvironment(getenv)
	var archive bytes.Buffer
	err := manifest.Build(&archive, manifest.Options{AppID: values["MICROSOFT_APP_ID"], PublicURL: values["PUBLIC_URL"]})
	if err := errors.Join(append(problems, err)...); err != nil {
		return fmt.Errorf("app package: %w", err)
	}
	if err := os.WriteFile(args[0], archive.Bytes(), 0o644); err != nil { //nolint:gosec // it holds nothing secret
		return fmt.Errorf("app package: %w", err)
	}
	_, err = fmt.Fprintln(stdout, "Wrote", args[0]+". Upload it in Teams under Apps > Manage your apps.")
	return err
}

// release is set when a release is built (see Makefile).
var release string

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
	options := &slog.HandlerOptions{Level: level}
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
