package script

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
)

// clientTokens is what clients of people get from Microsoft Entra for single sign-on.
type clientTokens struct {
	mu      sync.Mutex
	kinds   map[string]string // by person: the kind of the token, a failure, or "of NAME"
	counted map[string]int    // of the exchanges of a person that a script has looked at
}

// setUpSSO lets clients of Teams get tokens from the simulated Entra.
func (w *World) setUpSSO() {
	w.sso = &clientTokens{kinds: map[string]string{}, counted: map[string]int{}}
	w.Teams.SetSingleSignOn(w.clientToken)
}

func (w *World) clientToken(u bottest.User, resource string) (string, error) {
	w.sso.mu.Lock()
	kind := w.sso.kinds[u.ID]
	w.sso.mu.Unlock()
	oid := u.ObjectID
	if name, ok := strings.CutPrefix(kind, "of "); ok {
		oid, kind = w.Teams.User(name).ObjectID, ""
	}
	if code, ok := strings.CutPrefix(kind, "failure "); ok {
		return "", bottest.SSOFailure(code)
	}
	token, err := w.Azure.ClientToken(oid, resource, adotest.ClientTokenKind(kind))
	if errors.Is(err, adotest.ErrResourceUnknown) {
		return "", bottest.SSOFailure("resourcematchfailed")
	}
	return token, err
}

func (w *World) cmdDevices(_ bool, args []string) error {
	n, err := strconv.Atoi(strings.Join(args, ""))
	w.Teams.SetDevices(w.User, n)
	return err
}

func (w *World) cmdClientToken(_ bool, args []string) error {
	kind := strings.Join(args, " ")
	if kind == "good" {
		kind = string(adotest.ClientTokenGood)
	}
	w.sso.mu.Lock()
	defer w.sso.mu.Unlock()
	w.sso.kinds[w.User.ID] = kind
	return nil
}

// cmdExchanged waits for the answers to what the clients of the acting person sent since the last
// time, whatever their order.
func (w *World) cmdExchanged(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	from := w.sso.counted[w.User.ID]
	if err := w.Teams.WaitUntil(ctx, func() bool { return len(w.Teams.Exchanges(w.User)) >= from+len(args) && !w.Teams.SignsOn() }); err != nil {
		return err
	}
	var got []string
	all := w.Teams.Exchanges(w.User)
	for _, e := range all[from:] {
		word := strconv.Itoa(e.Status)
		if e.Code != "" {
			word = e.Code
		}
		got = append(got, word)
	}
	w.sso.counted[w.User.ID] = len(all)
	slices.Sort(got)
	slices.Sort(args)
	if !slices.Equal(got, args) {
		return fmt.Errorf("the clients were answered %v: %+v", got, all[from:])
	}
	return nil
}

// cmdAnotherDevice is a client that shows the newest card later: that of the acting person, or, as a
// forged one, of somebody else for whom that card is not.
func (w *World) cmdAnotherDevice(_ bool, args []string) error {
	if len(args) == 0 {
		return errors.New("another-device STATUS [NAME]")
	}
	as := w.User
	if len(args) > 1 {
		as = w.Teams.User(args[1])
	}
	made, err := w.Teams.AnotherDevice(w.User, as)
	if err == nil && strconv.Itoa(made.Status) != args[0] {
		err = fmt.Errorf("answered by %d: %+v", made.Status, made)
	}
	return err
}

// failOnBehalf makes the exchanges for the acting person fail.
func (w *World) failOnBehalf(e adotest.EntraError) { w.Azure.FailOnBehalf(w.User.ObjectID, e) }
