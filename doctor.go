package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"okrbot/okr"
)

// checkTime bounds each check of the doctor.
const checkTime = 15 * time.Second

// check is one look at the world: what was found, or what is wrong and the next
// step.
type check struct {
	name string
	look func(ctx context.Context) (found string, err error)
	next string
}

// runDoctor checks the whole configuration against the live services. It changes
// nothing, and shows no secret.
func runDoctor(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	c, err := loadLasting(getenv)
	if err != nil {
		return fmt.Errorf("configuration:\n%w\nNext: docs/configuration.md explains each variable", err)
	}
	d := newDoctor(c)
	defer d.close()
	failed, waits := 0, false
	for _, look := range d.checks() {
		found, err := runCheck(ctx, look)
		word := "ok  "
		switch {
		case errors.Is(err, errNotStarted):
			word, found, waits = "wait", err.Error(), true
		case errors.Is(err, errSkipped):
			word, found = "skip", err.Error()
		case err != nil:
			word, found = "FAIL", strings.ReplaceAll(plain(err), "\n", "; ")+"\n      Next: "+nextOf(err, look.next)
			failed++
		}
		if _, err := fmt.Fprintf(stdout, "%s  %-22s %s\n", word, look.name, found); err != nil {
			return err
		}
	}
	if failed > 0 {
		return failedChecks(failed)
	}
	last := "okrbot has everything it needs."
	if waits {
		last += " It isn't running yet: start it with okrbot serve."
	}
	_, err = fmt.Fprintln(stdout, last)
	return err
}

// failedChecks counts in words.
func failedChecks(n int) error {
	if n == 1 {
		return errors.New("1 check failed")
	}
	return fmt.Errorf("%d checks failed", n)
}

// errNotStarted is no illness: a doctor is asked before the first start, too.
var errNotStarted = errors.New("can't be checked until okrbot runs")

// errSkipped is of a check that another one's failure leaves nothing to look at.
var errSkipped = errors.New("not checked")

// advised is a finding with a next step of its own.
type advised struct {
	error
	next string
}

func (a advised) Unwrap() error { return a.error }

func nextOf(err error, otherwise string) string {
	if a, ok := errors.AsType[advised](err); ok {
		return a.next
	}
	return otherwise
}

func runCheck(ctx context.Context, c check) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	return c.look(ctx)
}

// plain gives the cause of an error to an operator, who needs it more than the
// words for people in Teams.
func plain(err error) string {
	var known *okr.Error
	if errors.As(err, &known) && known.Err != nil {
		return known.Err.Error()
	}
	return err.Error()
}
