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
		w.Teams.ClearFaults()
		return nil
	}
	if len(args) < 2 {
		return errors.New("what fails: ado, teams or entra?")
	}
	count := 0
	if len(args) > 3 {
		var err error
		if count, err = strconv.Atoi(args[3]); err != nil {
			return err
		}
	}
	switch args[0] {
	case "ado":
		return w.failADO(args[1], args[2], count)
	case "teams":
		status, err := strconv.Atoi(args[2])
		w.Teams.Fail(bottest.Op(args[1]), bottest.Fault{Status: status, Count: count})
		return err
	default:
		return w.failEntra(args[1])
	}
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

func (w *World) failEntra(name string) error {
	errs := map[string]adotest.EntraError{
		"consent": adotest.ConsentRequired(), "admin": adotest.AdminConsentRequired(), "blocked": adotest.AccessBlocked(),
		"unassigned": refusedWith(50105), "stranger": refusedWith(50020), "other-tenant": refusedWith(90072), "unknown-app": refusedWith(700016),
		"disabled": adotest.AccountDisabled(), "mfa": adotest.MFARequired(), "unavailable": adotest.SignInUnavailable(),
	}
	e, ok := errs[name]
	if !ok {
		return fmt.Errorf("unknown fault %q", name)
	}
	w.Azure.FailSignIn(e, 1)
	return nil
}

// refusedWith is a refusal that looks like a cancel but for its number.
func refusedWith(aadsts int) adotest.EntraError {
	return adotest.EntraError{Code: "access_denied", AADSTS: aadsts, Description: "Refused."}
}
