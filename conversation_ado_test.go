package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
)

// cmdADO is what happens in Azure DevOps.
func (w *scriptWorld) cmdADO(_ bool, args []string) error {
	if len(args) == 0 {
		return errors.New("what?")
	}
	verb, args := args[0], append(args[1:], "", "", "")
	switch verb {
	case "project":
		w.org, w.project = args[0], args[1]
		return nil
	case "complete", "reopen", "remove":
		return w.moveItems(verb, args[0], args[1])
	case "add":
		_, err := w.azure.AddItem(w.org, w.project, adotest.Item{Type: args[0], Title: args[1], Tags: []string{args[2]}})
		return err
	case "points":
		return w.setPoints(args[0], args[1], args[2])
	case "grant", "revoke", "expire", "sign-out":
		return w.changeAccess(verb, args[0])
	case "calls", "quiet":
		return w.countCalls(verb, args[0], args[1])
	default:
		return w.changeQuery(verb, args[0], args[1])
	}
}

func (w *scriptWorld) moveItems(verb, query, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	var moved []int
	switch verb {
	case "complete":
		moved, err = w.azure.Complete(w.org, w.project, query, n)
	case "reopen":
		moved, err = w.azure.Reopen(w.org, w.project, query, n)
	default:
		for _, it := range w.azure.Result(w.org, w.project, query, "")[:n] {
			moved = append(moved, it.ID)
			err = errors.Join(err, w.azure.UpdateItem(w.org, it.ID, func(i *adotest.Item) { i.Deleted = true }))
		}
	}
	if err == nil && len(moved) != n {
		err = fmt.Errorf("%d of %d items of %q", len(moved), n, query)
	}
	return err
}

// setPoints gives the first items of a query some story points.
func (w *scriptWorld) setPoints(query, count, points string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	value, err := strconv.ParseFloat(points, 64)
	if err != nil {
		return err
	}
	for _, it := range w.azure.Result(w.org, w.project, query, "")[:n] {
		err = errors.Join(err, w.azure.UpdateItem(w.org, it.ID, func(i *adotest.Item) {
			i.Fields = map[string]any{adotest.FieldStoryPoints: value}
		}))
	}
	return err
}

func (w *scriptWorld) changeAccess(verb, name string) error {
	u := w.teams.User(name)
	if u.ID == "" {
		return fmt.Errorf("nobody is called %q", name)
	}
	switch verb {
	case "grant":
		w.azure.Grant(u.ObjectID, w.org)
	case "revoke":
		w.azure.Revoke(u.ObjectID, w.org)
	case "expire":
		w.azure.ExpireAccessTokens(u.ObjectID)
	default:
		w.azure.ExpireAccessTokens(u.ObjectID)
		w.azure.RevokeSessions(u.ObjectID)
	}
	return nil
}

func (w *scriptWorld) changeQuery(verb, name, to string) error {
	change, ok := map[string]func(*adotest.Query){
		"delete-query":  func(q *adotest.Query) { q.Deleted = true },
		"restore-query": func(q *adotest.Query) { q.Deleted = false },
		"break-query":   func(q *adotest.Query) { q.InvalidSyntax = true },
		"rename-query":  func(q *adotest.Query) { q.Name = to },
		"move-query":    func(q *adotest.Query) { q.Folder = to },
		"hide-query":    func(q *adotest.Query) { q.VisibleTo = []string{w.teams.User(to).ObjectID} },
	}[verb]
	if !ok {
		return fmt.Errorf("unknown: %s", verb)
	}
	for _, q := range w.azure.Queries(w.org, w.project) {
		if q.Name == name {
			return w.azure.UpdateQuery(w.org, q.ID, change)
		}
	}
	return fmt.Errorf("no query %q", name)
}

func (w *scriptWorld) countCalls(verb, op, count string) error {
	n := 0
	for _, call := range w.azure.Calls()[w.calls:] {
		if verb == "quiet" || call.Op == op {
			n++
		}
	}
	if want, _ := strconv.Atoi(count); n != want {
		return fmt.Errorf("%d requests, not %d", n, want)
	}
	return nil
}

// cmdFault makes something fail.
func (w *scriptWorld) cmdFault(_ bool, args []string) error {
	if len(args) == 1 && args[0] == "clear" {
		w.azure.ClearFaults()
		w.teams.ClearFaults()
		return nil
	}
	if len(args) < 2 {
		return errors.New("fault ado|teams|entra ...")
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
		w.teams.Fail(bottest.Op(args[1]), bottest.Fault{Status: status, Count: count})
		return err
	default:
		return w.failEntra(args[1])
	}
}

func (w *scriptWorld) failADO(op, name string, count int) error {
	if name == "throttled" {
		name = "throttled:90s" // longer than a turn may take
	}
	name, arg, _ := strings.Cut(name, ":")
	f, err := adotest.NamedFault(name, arg)
	if err != nil {
		return err
	}
	w.azure.Fail(adotest.Rule{Op: op, Count: count, Fault: f})
	return nil
}

func (w *scriptWorld) failEntra(name string) error {
	errs := map[string]adotest.EntraError{
		"consent": adotest.ConsentRequired(), "admin": adotest.AdminConsentRequired(), "blocked": adotest.AccessBlocked(),
		"disabled": adotest.AccountDisabled(), "mfa": adotest.MFARequired(), "unavailable": adotest.SignInUnavailable(),
	}
	e, ok := errs[name]
	if !ok {
		return fmt.Errorf("unknown fault %q", name)
	}
	w.azure.FailSignIn(e, 1)
	return nil
}
