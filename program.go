package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// program is what a command gets of the world.
type program struct {
	args   []string
	getenv func(string) string
	stdout io.Writer
	stderr io.Writer
}

// command is a word behind okrbot.
type command struct {
	name string
	args string // as the usage line has them
	what string // in one line
	help string // the rest
	fits func(args []string) bool
	run  func(ctx context.Context, p program) error
}

func (c command) usage() string { return strings.TrimSpace("usage: okrbot " + c.name + " " + c.args) }

func none(args []string) bool { return len(args) == 0 }

func commands() []command { return slices.Concat(mainCommands(), operatorCommands()) }

func mainCommands() []command {
	return []command{
		{
			name: "serve", what: "run the bot", fits: none,
			help: `Environment variables configure it; okrbot check-config lists them. It runs until it gets SIGTERM or Ctrl+C,
then finishes its current work within 75 seconds.`,
			run: func(ctx context.Context, p program) error { return runServe(ctx, p.getenv, p.stdout) },
		},
		{
			name: "demo", args: "[flags]", what: "try okrbot on this machine, with a simulated Azure DevOps and Teams",
			help: "Nothing is saved. The demo uses nothing outside this machine, and nothing outside can connect to it.", // its flags follow
			run:  func(ctx context.Context, p program) error { return runDemo(ctx, p.args, p.getenv, p.stdout) },
		},
		{
			name: "manifest", args: "[flags] FILE.zip", what: "write the Teams app package", help: packageHelp(),
			run: func(_ context.Context, p program) error { return writeManifest(p) },
		},
		{
			name: "version", what: "show the version", fits: none,
			help: "It shows the version, then the revision of the sources where the build knows it.",
			run: func(_ context.Context, p program) error {
				_, err := fmt.Fprintln(p.stdout, strings.TrimSpace("okrbot "+version()+" "+build()))
				return err
			},
		},
	}
}

func operatorCommands() []command {
	return []command{
		{
			name: "check-config", what: "check the configuration without starting anything", fits: none,
			help: `Lists every variable and where its value comes from, never the value itself, then every problem.
It contacts no service; okrbot doctor does.`,
			run: func(_ context.Context, p program) error { return checkConfig(p.getenv, p.stdout) },
		},
		{
			name: "doctor", args: "[--repair]", what: "check the configuration against the live services",
			help: `Checks Redis, sign-ins, the app registration, the sign-in page, Azure DevOps and PUBLIC_URL with the settings of
okrbot serve. Names each problem and the next step. Shows no secret and changes nothing. You can run it before
the first start. --repair adds records to lists from which Redis lost them, and does nothing else; okrbot can
stay running.`,
			fits: func(args []string) bool { return none(args) || slices.Equal(args, []string{"--repair"}) },
			run: func(ctx context.Context, p program) error {
				if len(p.args) > 0 {
					return runRepair(ctx, p.getenv, p.stdout)
				}
				return runDoctor(ctx, p.getenv, p.stdout)
			},
		},
		{
			name: "ready", what: "check that the okrbot on this machine is ready", fits: none,
			help: "Asks /readyz at LISTEN_ADDR. The exit code is 0 when okrbot is ready, else 1.",
			run:  func(ctx context.Context, p program) error { return runReady(ctx, p.getenv, p.stdout) },
		},
		{
			name: "parked", args: "[retry ID|all]", what: "list tasks that failed for good, or run them again",
			help: "Without arguments it lists them. With retry it queues one of them, by its id, or all again.",
			fits: func(args []string) bool { return none(args) || len(args) == 2 && args[0] == "retry" },
			run:  func(ctx context.Context, p program) error { return runParked(ctx, p.args, p.getenv, p.stdout) },
		},
		{
			name: "export", args: "--tenant ID --as OBJECT-ID|--all [flags]", what: "save the goals of a tenant in a file", help: exportHelp(),
			run: runExport,
		},
		{
			name: "import", args: "FILE… --tenant ID --as OBJECT-ID [flags]", what: "import goals from files", help: importHelp(),
			run: runImport,
		},
		{
			name: "accept-keys", what: "replace lost keys by those in SEAL_KEYS", fits: none,
			help: `okrbot serve refuses keys that don't fit the store. After this command it accepts them. People whose sign-in was
sealed with the lost keys need to sign in again. Nothing else is lost.`,
			run: func(ctx context.Context, p program) error { return acceptKeys(ctx, p.getenv, p.stdout) },
		},
	}
}

// usageError is said of arguments that nobody knows.
type usageError string

func (e usageError) Error() string { return string(e) }

// exitCode tells arguments that were wrong from a failure.
func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return 2
	default:
		return 1
	}
}

// run is the whole program: it ends when ctx does.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	if len(args) == 0 {
		return usageError("usage: okrbot command [arguments]; okrbot help lists the commands")
	}
	name, rest := args[0], args[1:]
	if isHelp(name) {
		return help(rest, stdout)
	}
	for _, c := range commands() {
		switch {
		case c.name != name:
		case slices.ContainsFunc(rest, func(arg string) bool { return isHelp(arg) && arg != "help" }):
			return help([]string{name}, stdout)
		case c.fits != nil && !c.fits(rest): // without fits it reads its flags itself
			return usageError(c.usage())
		default:
			return c.run(ctx, program{rest, getenv, stdout, os.Stderr})
		}
	}
	return usageError(fmt.Sprintf("unknown command %q; okrbot help lists all commands", name))
}

func isHelp(arg string) bool {
	return arg == "help" || arg == "-h" || arg == "-help" || arg == "--help"
}

// help lists the commands, or explains one.
func help(args []string, stdout io.Writer) error {
	name := strings.Join(args, " ")
	for _, c := range commands() {
		if c.name == name {
			_, err := fmt.Fprintf(stdout, "%s\n\n%s%s.\n%s\n", c.usage(), strings.ToUpper(c.what[:1]), c.what[1:], c.help)
			if c.name == "demo" {
				demoFlags(&demoOptions{}, demoPorts(), stdout).PrintDefaults()
			}
			return err
		}
	}
	if len(args) > 0 {
		return usageError("usage: okrbot help [command]")
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(table, "usage: okrbot command [arguments]") // Flush says what went wrong
	_, _ = fmt.Fprintln(table)
	for _, c := range commands() {
		_, _ = fmt.Fprintf(table, "  %s\t%s\n", strings.TrimSpace(c.name+" "+c.args), c.what)
	}
	_, _ = fmt.Fprintf(table, "\nokrbot help COMMAND explains a command.\n")
	return table.Flush()
}
