package script

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// monday is when a script begins.
var monday = time.Date(2026, 8, 17, 9, 0, 0, 0, time.UTC)

type worldKey struct{}

// Run plays each script of a folder as a parallel subtest, in a world of its own.
func Run(t *testing.T, folder string, start Starter) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir:   folder,
		Setup: func(env *testscript.Env) error { return setUp(env, start) },
		Cmds:  testscriptCommands(),
	})
}

// setUp starts everything for one script, and ends it with the script.
func setUp(env *testscript.Env, start Starter) error {
	w, err := New(Options{Start: start, Now: monday})
	if err != nil {
		return err
	}
	w.Dir = env.WorkDir
	fixtures, err := filepath.Abs(filepath.Join("okr", "transfer", "files", "testdata"))
	if err != nil {
		return err
	}
	env.Setenv("EXPORTS", fixtures)
	env.Values[worldKey{}] = w
	report, _ := env.T().(interface{ Errorf(string, ...any) })
	env.Defer(func() {
		for _, end := range []func() error{w.Stop, w.Check, w.Close} {
			if err := end(); err != nil {
				report.Errorf("%v", err)
			}
		}
	})
	return w.Start()
}

// command is a command of the scripts; neg says that "!" stands before it.
type command func(w *World, neg bool, args []string) error

// negatable are the commands that may stand behind "!".
var negatable = map[string]bool{"expect": true, "shows": true, "choices": true, "page": true, "last": true, "composed": true, "holds": true, "unfold": true, "unfold-nowhere": true, "unfold-anonymous": true, "beside": true, "typed": true}

func commands() map[string]command {
	return map[string]command{
		"start": (*World).cmdStart, "user": (*World).cmdUser, "outsider": (*World).cmdOutsider, "join": (*World).cmdJoin, "rename": (*World).cmdRename, "crowd": (*World).cmdCrowd, "in": (*World).cmdIn, "client": (*World).cmdClient,
		"install": (*World).cmdInstall, "uninstall": (*World).cmdUninstall, "redeliver": (*World).cmdRedeliver,
		"say": (*World).cmdSay, "slash": (*World).cmdSlash, "say-as": (*World).cmdSayAs, "paste": (*World).cmdPaste, "mention": (*World).cmdMention, "expect": (*World).cmdExpect, "open": (*World).cmdOpen,
		"shows": (*World).cmdShows, "holds": (*World).cmdHolds, "fill": (*World).cmdFill, "press": (*World).cmdPress, "press-of": (*World).cmdPressOf,
		"again": (*World).cmdAgain, "refused": (*World).cmdRefused, "search": (*World).cmdSearch, "choices": (*World).cmdChoices,
		"pick": (*World).cmdPick, "links": (*World).cmdLinks, "expect-silence": (*World).cmdSilence,
		"mark": (*World).cmdMark, "last": (*World).cmdLast, "dump": (*World).cmdDump,
		"signin": (*World).cmdSignIn, "signin-cancel": (*World).cmdSignInCancel,
		"signin-reuse": (*World).cmdSignInReuse, "signin-late": (*World).cmdSignInLate,
		"signin-elsewhere": (*World).cmdSignInElsewhere, "signin-twice": (*World).cmdSignInTwice,
		"signin-second": (*World).cmdSignInSecond, "signin-link": (*World).cmdSignInLink, "signin-again": (*World).cmdSignInAgain,
		"page": (*World).cmdPage, "code": (*World).cmdCode,
		"devices": (*World).cmdDevices, "client-token": (*World).cmdClientToken, "exchanged": (*World).cmdExchanged, "another-device": (*World).cmdAnotherDevice,
		"ado": (*World).cmdADO, "advance": (*World).cmdAdvance, "idle": (*World).cmdIdle,
		"fault": (*World).cmdFault, "restart": (*World).cmdRestart, "redis": (*World).cmdRedis,
		"teams-waits": (*World).cmdTeamsWaits, "config": (*World).cmdConfig, "allow-errors": (*World).cmdAllowErrors,
		"event": (*World).cmdEvent, "forget": (*World).cmdForget, "once": (*World).cmdOnce, "heard": (*World).cmdHeard, "again-until": (*World).cmdAgainUntil, "answered": (*World).cmdAnswered, "posts-wait": (*World).cmdPostsWait,
		"sendfile": (*World).cmdSendFile, "consent": (*World).cmdConsent, "gotfile": (*World).cmdGotFile, "makefile": (*World).cmdMakeFile,
		"only": (*World).cmdOnly, "everybody": (*World).cmdEverybody, "nobody": (*World).cmdNobody,
		"compose": (*World).cmdCompose, "composed": (*World).cmdComposed, "insert": (*World).cmdInsert,
		"copy": (*World).cmdCopy, "unfold": (*World).cmdUnfold, "unfold-nowhere": (*World).cmdUnfoldNowhere, "unfold-anonymous": (*World).cmdUnfoldAnonymous, "browse": (*World).cmdBrowse,
		"visit": (*World).cmdVisit, "visit-again": (*World).cmdVisitAgain, "type": (*World).cmdType, "typefile": (*World).cmdTypeFile, "send": (*World).cmdSend, "beside": (*World).cmdBeside, "typed": (*World).cmdTyped,
		"entra": (*World).cmdEntra, "makecert": (*World).cmdMakeCertificate,
	}
}

// testscriptCommands gives the commands in the form that testscript wants.
func testscriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name := range commands() {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			w, _ := ts.Value(worldKey{}).(*World)
			if err := w.run(name, neg, args); err != nil {
				ts.Fatalf("%v\n%s", err, w.evidence())
			}
		}
	}
	return out
}

func (w *World) run(name string, neg bool, args []string) error {
	run, ok := w.commands[name]
	if !ok || neg && !negatable[name] {
		return fmt.Errorf("%s: no such command", name)
	}
	w.noteGiven(name, args)
	page := w.page
	if err := run(w, neg, args); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if w.page != page {
		w.read = append(w.read, w.page)
	}
	return nil
}

// Play plays lines of a script, for tests that need more than a script can say.
func (w *World) Play(lines ...string) error {
	for _, line := range lines {
		all := words(line)
		if len(all) == 0 {
			continue
		}
		if err := w.run(all[0], false, all[1:]); err != nil {
			return fmt.Errorf("%s: %w\n%s", line, err, w.evidence())
		}
	}
	return nil
}

// words splits a line as testscript does, at spaces outside of 'single quotes', in which two
// of them are one that is meant.
func words(line string) []string {
	var all []string
	quoted, open := false, false // open: a word has begun
	add := func(text string) {
		if !open {
			all, open = append(all, ""), true
		}
		all[len(all)-1] += text
	}
	for i := 0; i < len(line); i++ {
		switch isQuote := line[i] == '\''; {
		case isQuote && quoted && strings.HasPrefix(line[i+1:], "'"):
			add("'")
			i++
		case isQuote:
			quoted = !quoted
			add("")
		case line[i] == ' ' && !quoted:
			open = false
		default:
			add(line[i : i+1])
		}
	}
	return all
}
