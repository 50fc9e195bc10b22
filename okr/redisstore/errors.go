package redisstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const (
	unreachable = "okrbot cannot reach its store at the moment. Nothing is lost; try again in a minute."
	noWrites    = "okrbot cannot save changes at the moment, because its store takes none. What is there can still be read. Whoever runs okrbot can mend that. Try again later."
)

// refusesWrites finds the refusals of a Redis that can still be read: it is full, is a
// replica, has lost its replicas, or cannot write to its disk. A script repeats them
// within its own words, and a transaction only says that it was discarded for one
// (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors).
var refusesWrites = regexp.MustCompile(`\b(OOM|READONLY|NOREPLICAS|MISCONF|EXECABORT)\b`)

// fail turns what Redis says into an error of the domain. Errors of the domain
// and a cancelled context pass; everything else is Unavailable, since an
// operator or time must put it right. That includes a deadline, which is most
// often a Redis that hangs; it stays in the chain for [errors.Is].
func fail(ctx context.Context, op string, err error) error {
	var known *okr.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("store: %s: %w", op, context.Canceled)
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		err = fmt.Errorf("%w: %w", ctx.Err(), withoutArguments(err))
	}
	err = withoutArguments(err)
	if refusesWrites.MatchString(err.Error()) {
		return okr.WrapError(okr.Unavailable, fmt.Errorf("%w: %s: %w", okr.ErrNoWrites, op, err), noWrites)
	}
	return okr.WrapError(okr.Unavailable, fmt.Errorf("%w: %s: %w", okr.ErrStore, op, err), unreachable)
}

// withoutArguments cuts the arguments that Redis repeats when it refuses a
// command.
func withoutArguments(err error) error {
	var reply redis.Error
	if !errors.As(err, &reply) {
		return err
	}
	text, _, cut := strings.Cut(reply.Error(), ", with args")
	if !cut {
		return err
	}
	return errors.New(text)
}

// missing tells absence, which is no failure, from failures.
func missing(err error) bool { return errors.Is(err, redis.Nil) }
