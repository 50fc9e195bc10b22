package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const unreachable = "okrbot cannot reach its store at the moment. Nothing is lost; try again in a minute."

// fail turns what Redis says into an error of the domain. Errors of the domain
// and of the context pass; everything else is Unavailable, since an operator or
// time must put it right.
func fail(ctx context.Context, op string, err error) error {
	var known *okr.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("store: %s: %w", op, ctx.Err())
	}
	return okr.WrapError(okr.Unavailable, fmt.Errorf("store: %s: %w", op, withoutArguments(err)), unreachable)
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
