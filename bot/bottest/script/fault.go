package script

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
)

// cmdFault makes something fail.
func (w *World) cmdFault(_ bool, args []string) error {
	if len(args) == 1 && args[0] == "clear" {
		w.Azure.ClearFaults()
		w.Azure.AllowOnBehalf()
		w.Teams.ClearFaults()
		w.Teams.FailFiles("", 0)
		return nil
	}
	if len(args) < 2 {
		return errors.New("what fails: ado, teams, files, entra or sso?")
	}
	count := 0
	if at := faultCount(args[0]); len(args) > at {
		var err error
		if count, err = strconv.Atoi(args[at]); err != nil {
			return err
		}
	}
	switch args[0] {
	case "ado":
		return w.failADO(args[1], args[2], count)
	case "files":
		return w.failFiles(args[1], count)
	case "teams", "here":
		f, err := teamsFault(args[2], count)
		if args[0] == "here" {
			f.Conversation = w.Chat.ID
		}
		w.Teams.Fail(bottest.Op(args[1]), f)
		return err
	default:
		return w.failEntra(args[0], args[1])
	}
}

// faultCount is which argument says how often something fails.
func faultCount(of string) int {
	if of == "files" {
		return 2
	}
	return 3
}

// teamsFault is a fault by its name, or by an HTTP status and perhaps a code. That of a
// late answer lasts as long as anybody waits.
func teamsFault(name string, count int) (bottest.Fault, error) {
	switch name {
	case "shown-late":
		return bottest.Fault{Late: true, Hold: make(chan struct{}), Count: count}, nil
	case "shown-reset":
		return bottest.Fault{Applied: true, Reset: true, Count: count}, nil
	case "shown-502":
		return bottest.Fault{Applied: true, Status: 502, Count: count}, nil
	}
	number, code, _ := strings.Cut(name, ":")
	status, err := strconv.Atoi(number)
	return bottest.Fault{Status: status, Code: code, Count: count}, err
}

func (w *World) failADO(op, name string, count int) error {
	if name == "throttled" {
		name = "throttled:90s" // longer than a turn may take
	}
	name, arg, _ := strings.Cut(name, ":")
	f, err := adotest.NamedFault(name, arg)
	if err != nil {
		return err
	}
	w.Azure.Fail(adotest.Rule{Op: op, Count: count, Fault: f})
	return nil
}

func (w *World) failEntra(what, name string) error {
	errs := map[string]adotest.EntraError{
		"consent": adotest.ConsentRequired(), "admin": adotest.AdminConsentRequired(), "blocked": adotest.AccessBlocked(),
		"unassigned": refusedWith(50105), "stranger": refusedWith(50020), "other-tenant": refusedWith(90072), "unknown-app": refusedWith(700016),
		"disabled": adotest.AccountDisabled(), "mfa": adotest.MFARequired(), "unavailable": adotest.SignInUnavailable(),
	}
	e, ok := errs[name]
	if !ok {
		return fmt.Errorf("unknown fault %q", name)
	}
	if what == "sso" {
		w.failOnBehalf(e)
		return nil
	}
	w.Azure.FailSignIn(e, 1)
	return nil
}

// refusedWith is a refusal that looks like a cancel but for its number.
func refusedWith(aadsts int) adotest.EntraError {
	return adotest.EntraError{Code: "access_denied", AADSTS: aadsts, Description: "Refused."}
}
