package ado

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
)

// do sends the call until it is answered, refused for good, or out of attempts or time.
func (s *Session) do(ctx context.Context, c call, decode func([]byte) error) (http.Header, error) {
	if c.err != nil {
		return nil, c.err
	}
	refreshed := false
	for attempt := 1; ; attempt++ {
		header, token, err := s.try(ctx, c, decode)
		failure, ok := errors.AsType[*Error](err)
		if !ok {
			return header, err // an answer, or an error of the context or the token source
		}
		if named, ok := s.tokens.(Caller); ok && !c.anonymous {
			failure.Caller, failure.Home = named.Caller()
		}
		if !refreshed && s.invalidate(c, failure, token) {
			refreshed = true
			attempt--
			continue
		}
		if refreshed && failure.Status == http.StatusOK && failure.Kind == ErrSignIn {
			failure.Kind = ErrUnavailable // a page for a fresh token is not the one that asks to sign in
		}
		if !retryable(failure, attempt) || unexplained(c, failure) {
			return nil, failure
		}
		if err := s.c.pause(ctx, failure, attempt); err != nil {
			return nil, err
		}
	}
}

// invalidate hands a refused token back and reports whether trying again with another makes sense. An expired token is
// answered with 401 or with the sign-in page. A HEAD carries no explanation, so it never costs a refresh.
func (s *Session) invalidate(c call, failure *Error, token string) bool {
	if failure.Kind != ErrSignIn || token == "" || c.method == http.MethodHead {
		return false
	}
	source, ok := s.tokens.(Invalidator)
	if ok {
		source.Invalidate(token)
	}
	return ok
}

// unexplained reports a refused HEAD. It has no body, so whoever sent it asks with GET, and that is tried again.
func unexplained(c call, failure *Error) bool {
	return c.method == http.MethodHead && failure.Status != 0 && failure.Kind != ErrThrottled
}

// retryable follows the advice of the page "Rate and usage limits" and of Microsoft's migration tool
// (github.com/microsoft/vsts-work-item-migrator, RetryHelper): overload and lost connections are worth three attempts.
// A plain 500 and a slow query are worth two: they mostly fail the same way again, the query after another 30 s.
func retryable(e *Error, attempt int) bool {
	if attempt >= maxAttempts {
		return false
	}
	switch e.Kind {
	case ErrThrottled:
		return e.Status != 0 // status 0: the gate stays closed for longer than the caller has
	case ErrQueryTooSlow:
		return attempt == 1
	case ErrUnavailable:
	default:
		return false
	}
	switch e.Status {
	case http.StatusInternalServerError:
		return attempt == 1
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.Code == "VS402491" || e.Status < 300 // no answer, or one that was cut
}

// pause waits before the next attempt: exponential with full jitter. The gate adds what Retry-After asked for. When the
// caller's deadline comes first there is no point in waiting, so the failure is returned at once.
func (c *Client) pause(ctx context.Context, failure *Error, attempt int) error {
	ceiling := 2 * c.baseDelay << (attempt - 1)
	delay := rand.N(ceiling) //nolint:gosec // jitter, no secret
	if failure.Kind == ErrQueryTooSlow {
		delay += 15 * c.baseDelay // 30 s by default: let the server come to rest
	}
	if failure.RetryAfter > 0 && !fits(ctx, failure.RetryAfter) {
		failure.Kind = ErrThrottled
		return failure
	}
	if !fits(ctx, delay) {
		return failure
	}
	if err := sleep(ctx, delay); err != nil {
		return fmt.Errorf("ado: %s: wait to try again: %w", failure.Op, err)
	}
	return nil
}
