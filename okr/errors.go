package okr

import (
	"errors"
	"fmt"
	"slices"
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
	// ProjectGone is the Azure DevOps project of a connection that was deleted or is
	// no longer visible.
	ProjectGone
	// PolicyRefused is a conditional access policy that keeps okrbot out, which
	// signing in again does not change.
	PolicyRefused
	// Refused is a post that Teams did not take, for a reason that may pass or not.
	Refused
	// PerhapsShown is a post of which nobody knows whether Teams took it: it must not
	// be sent again at once.
	PerhapsShown
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
	case ProjectGone:
		return "projectGone"
	case PolicyRefused:
		return "policy"
	case Refused:
		return "refused"
	case PerhapsShown:
		return "perhapsShown"
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

	said func(write func(Date) string) string // Msg with its days as somebody reads them; nil: it has none
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
	return sayError(&Error{Kind: kind}, format, args)
}

// sayError gives an error its words. Arguments that are days have a form of the reader's own.
func sayError(e *Error, format string, args []any) *Error {
	said := func(write func(Date) string) string {
		written := slices.Clone(args)
		for i, arg := range args {
			if day, ok := arg.(Date); ok {
				written[i] = write(day)
			}
		}
		return fmt.Sprintf(format, written...)
	}
	if e.Msg = said(Date.Text); slices.ContainsFunc(args, func(arg any) bool { _, ok := arg.(Date); return ok }) {
		e.said = said
	}
	return e
}

// FieldErrorf makes an [Invalid] error that belongs to one field of a form.
func FieldErrorf(field, format string, args ...any) error {
	return sayError(&Error{Kind: Invalid, Field: field}, format, args)
}

// WrapError makes an [Error] of a kind with a message for people around a cause
// for the log.
func WrapError(kind Kind, cause error, format string, args ...any) error {
	return sayError(&Error{Kind: kind, Err: cause}, format, args)
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

// MessageFor is [MessageOf] with days as somebody reads them.
func MessageFor(err error, write func(Date) string) (string, bool) {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != Internal && e.said != nil {
		return e.said(write), true
	}
	return MessageOf(err)
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

// Each gives the errors that [errors.Join] put together, or the error itself; nil: none.
func Each(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // only what was joined last is taken apart
		return all.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// ErrMade is the cause of a Conflict: what a form makes was made before.
var ErrMade = errors.New("made before")

// ErrMeanwhile is the cause of a Conflict: somebody else changed what a form edits.
var ErrMeanwhile = errors.New("changed by somebody else")

// ErrNoAnswer is the cause of a PerhapsShown where no answer came at all: a service that
// answers with trouble did not, as a rule, show the post.
var ErrNoAnswer = errors.New("no answer came")

// IsMade says whether an error is that what a form makes was made before.
func IsMade(err error) bool { return errors.Is(err, ErrMade) }

// MadeOnce names the conflict of a new record whose form has made one before.
func MadeOnce(err error) error {
	if KindOf(err) == Conflict {
		return WrapError(Conflict, ErrMade, "This was saved already.")
	}
	return err
}

// ErrStore is the cause of an Unavailable that comes from okrbot's own store, and
// ErrNoWrites that of one that can be read but takes no changes: it is full, or a
// replica.
var (
	ErrStore    = errors.New("store")
	ErrNoWrites = fmt.Errorf("%w takes no changes", ErrStore)
)

// IgnoreNoWrites is err, but for that of a store that takes no changes: for what a
// turn only notes by the way.
func IgnoreNoWrites(err error) error {
	if errors.Is(err, ErrNoWrites) {
		return nil
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

// Scope says how far a failure of Azure DevOps goes.
type Scope int

// How far a failure goes. ScopeUnknown is one that does not say: whether other
// queries are answered tells.
const (
	ScopeUnknown Scope = iota
	ScopeQuery         // one query
	ScopeProject       // all that is read in one project
	ScopeAccess        // all that is read with one sign-in
)

// scoped is an error that says how far it goes.
type scoped struct {
	error
	scope Scope
}

// Unwrap gives the error itself.
func (r scoped) Unwrap() error { return r.error }

// Scoped says how far a failure goes, where its kind does not.
func Scoped(scope Scope, err error) error { return scoped{err, scope} }

// ScopeOf is how far a failure goes.
func ScopeOf(err error) Scope {
	if r, ok := errors.AsType[scoped](err); ok {
		return r.scope
	}
	switch kind := KindOf(err); {
	case kind.OfQuery():
		return ScopeQuery
	case kind == ProjectGone:
		return ScopeProject
	case kind == SignIn:
		return ScopeAccess
	}
	return ScopeUnknown
}

// OfQuery says whether a failure of this kind is that of one query, so that the
// others can still be run.
func (k Kind) OfQuery() bool { return k == QueryGone || k == QueryBroken || k == QueryTooLarge }

// Passes says whether a failure of this kind may end by itself.
func (k Kind) Passes() bool { return k == Throttled || k == Unavailable }

// StepKind is what somebody can do next.
type StepKind string

// The steps. How a person takes one, by which command and button, the conversation
// knows.
const (
	StepShow         StepKind = "show"         // see a goal
	StepList         StepKind = "list"         // see which goals there are
	StepHistory      StepKind = "history"      // see how a goal's value came about, and its check-ins
	StepNewObjective StepKind = "objective"    // make one
	StepNewKeyResult StepKind = "key result"   // make one below an objective
	StepEdit         StepKind = "edit"         // change a goal
	StepClose        StepKind = "close"        // close or postpone a goal
	StepReopen       StepKind = "reopen"       // open it again
	StepDeleted      StepKind = "deleted"      // see which were deleted
	StepRestore      StepKind = "restore"      // bring a deleted goal back
	StepCheckIn      StepKind = "check in"     // say how a goal stands
	StepBind         StepKind = "bind"         // tie a goal to a query, or to another one
	StepSync         StepKind = "sync"         // measure a goal now
	StepSignIn       StepKind = "sign in"      // to Azure DevOps
	StepConnect      StepKind = "connect"      // make a connection of one's own
	StepConnection   StepKind = "connection"   // see to a connection
	StepConnections  StepKind = "connections"  // see which there are
	StepApplications StepKind = "applications" // see to those that read Azure DevOps
	StepHandOver     StepKind = "hand over"    // a connection
	StepDigest       StepKind = "digest"       // tell a place what moves
	StepStopDigest   StepKind = "stop digest"  // tell it nothing any more
	StepEnable       StepKind = "enable"       // turn the integration on
	StepIntegration  StepKind = "integration"  // see how it stands
	StepSettings     StepKind = "settings"     // see the organization's
	StepHelp         StepKind = "help"         // see what can be done
)

// Step is what somebody can do next: about a goal, a connection or a sign-in, or none.
type Step struct {
	Kind       StepKind
	Goal       GoalID
	Connection ConnectionID
	SignIn     SignInAt
	ByOthers   bool // not by who reads it, but by somebody whom the words name
}

// WithNext adds steps to an [Error].
func WithNext(err error, next ...Step) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Next = append(e.Next, next...)
	}
	return err
}

// NextOf gives the steps after the first [Error] in the chain.
func NextOf(err error) []Step {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Next
	}
	return nil
}
