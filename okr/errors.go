package okr

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an [Error] is, so that one place can turn it
// into words and a next step.
type Kind int

const (
	// Internal is a fault of okrbot itself; its message is never shown.
	Internal Kind = iota
	// Invalid is input that a person can correct; Field may name the form field.
	Invalid
	// NotFound is an object that does not exist or may not be seen.
	NotFound
	// Forbidden is an act that this person may not do.
	Forbidden
	// Conflict is a change that somebody else made first, or a name in use.
	Conflict
	// Unavailable is a remote system or store that did not answer; trying again
	// later may work.
	Unavailable
	// Throttled is a remote system that asked to slow down.
	Throttled
	// SignIn is a sign-in that is missing, expired or revoked.
	SignIn
	// NoAccess is a signed-in account that the organization, project or query
	// refuses.
	NoAccess
	// QueryGone is a shared query that was deleted or is no longer visible.
	QueryGone
	// QueryTooLarge is a query with more results than Azure DevOps gives out
	// (20,000).
	QueryTooLarge
	// QueryBroken is a query that Azure DevOps cannot run (invalid or too slow).
	QueryBroken
	// Disabled is the integration not being enabled for this tenant.
	Disabled
)

// String names the kind for programs and logs.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case NotFound:
		return "notFound"
	case Forbidden:
		return "forbidden"
	case Conflict:
		return "conflict"
	case Unavailable:
		return "unavailable"
	case Throttled:
		return "throttled"
	case SignIn:
		return "signIn"
	case NoAccess:
		return "noAccess"
	case QueryGone:
		return "queryGone"
	case QueryTooLarge, QueryBroken:
		return "query"
	case Disabled:
		return "disabled"
	default:
		return "fault"
	}
}

// Error is a failure with words for people. Msg may be shown: it says what is wrong
// and who can fix it; Next are the steps that do. Err is for the log and never shown.
type Error struct {
	Kind  Kind
	Msg   string
	Field string
	Next  []Step
	Err   error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Msg
	}
	return fmt.Sprintf("%s: %v", e.Msg, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an [Error] of a kind with a message for people.
func Errorf(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Msg: fmt.Sprintf(format, args...)}
}

// FieldErrorf makes an [Invalid] error that belongs to one field of a form.
func FieldErrorf(field, format string, args ...any) error {
	return &Error{Kind: Invalid, Field: field, Msg: fmt.Sprintf(format, args...)}
}

// WrapError makes an [Error] of a kind with a message for people around a cause
// for the log.
func WrapError(kind Kind, cause error, format string, args ...any) error {
	return &Error{Kind: kind, Msg: fmt.Sprintf(format, args...), Err: cause}
}

// KindOf gives the kind of the first [Error] in the chain, else [Internal].
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// MessageOf gives the words of the first [Error] in the chain and whether there
// are any to show.
func MessageOf(err error) (string, bool) {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal {
		return e.Msg, true
	}
	return "", false
}

// CauseOf gives what stands behind the words of an error, for the log; nil when
// the words are all there is.
func CauseOf(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Err
	}
	return err
}

// FieldOf names the form field that an error is about; empty: the whole form.
func FieldOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Field
	}
	return ""
}

// ErrMade is the cause of a Conflict: what a form makes was made before.
var ErrMade = errors.New("made before")

// IsMade says whether an error is that what a form makes was made before.
func IsMade(err error) bool { return errors.Is(err, ErrMade) }

// MadeOnce names the conflict of a new record whose form has made one before.
func MadeOnce(err error) error {
	if KindOf(err) == Conflict {
		return WrapError(Conflict, ErrMade, "This was saved already.")
	}
	return err
}

// IgnoreNotFound is err, but for what is not there (any more): that is no error.
func IgnoreNotFound(err error) error {
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}
