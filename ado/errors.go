package ado

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Kind sorts what went wrong by what can be done about it. The constants are errors: errors.Is(err, ado.ErrSignIn).
// The text of a Kind is its label in metrics.
type Kind string

const (
	// ErrSignIn means that the token is missing, expired or revoked; the person signs in again. Azure DevOps says so with 401,
	// with a redirect, or with the HTML of its sign-in page and status 203 or 200.
	ErrSignIn Kind = "sign_in"
	// ErrNoAccessToOrg means that the account is known but not a member of the organization, or of another Microsoft Entra tenant.
	ErrNoAccessToOrg Kind = "no_access_to_org"
	// ErrConditionalAccess means that a conditional access policy (network, device, MFA) refused the call (VS403463).
	ErrConditionalAccess Kind = "conditional_access"
	// ErrForbidden means that the account is signed in, but a permission is missing.
	ErrForbidden Kind = "forbidden"
	// ErrNotFound means missing, deleted, or not visible to this identity; Azure DevOps does not tell which.
	ErrNotFound Kind = "not_found"
	// ErrTooManyResults means that the query matches 20,000 items or more, so its result is refused or cut.
	ErrTooManyResults Kind = "too_many_results"
	// ErrQueryTooSlow means that the query ran into the service's limit of 30 s (VS402335).
	ErrQueryTooSlow Kind = "query_too_slow"
	// ErrInvalidQuery means that the query cannot run: wrong WIQL, a field or path that is gone, or a folder.
	ErrInvalidQuery Kind = "invalid_query"
	// ErrThrottled means that the identity used too much; RetryAfter says how long to wait, when the service did.
	ErrThrottled Kind = "throttled"
	// ErrUnavailable means no usable answer: 5xx, network, timeout of the request, or a body that is cut or no JSON.
	ErrUnavailable Kind = "unavailable"
	// ErrBadRequest is any other refusal of the request itself; most likely our mistake.
	ErrBadRequest Kind = "bad_request"
)

// Error says the kind in words.
func (k Kind) Error() string {
	switch k {
	case ErrSignIn:
		return "sign-in needed"
	case ErrNoAccessToOrg:
		return "no access to the organization"
	case ErrConditionalAccess:
		return "refused by a conditional access policy"
	case ErrForbidden:
		return "permission missing"
	case ErrNotFound:
		return "not found or not visible"
	case ErrTooManyResults:
		return "too many results"
	case ErrQueryTooSlow:
		return "query too slow"
	case ErrInvalidQuery:
		return "query cannot run"
	case ErrThrottled:
		return "asked to slow down"
	case ErrUnavailable:
		return "no usable answer"
	case ErrBadRequest:
		return "request refused"
	}
	return string(k)
}

// Error is a call that Azure DevOps refused or did not answer usably. It holds no token.
type Error struct {
	Op         string        // what was tried, such as "run query"
	Status     int           // HTTP status; 0 when there was no answer, or the gate was closed
	TypeKey    string        // the service's machine name, such as "QueryItemNotFoundException"; may be empty
	Code       string        // TFnnnnnn or VSnnnnnn at the start of the explanation; may be empty
	Message    string        // the service's explanation, one line, in the service's language; may be empty
	ActivityID string        // what Microsoft's support asks for; may be empty
	Kind       Kind          // never empty
	Tenant     string        // the Microsoft Entra tenant of the organization, where the refusal names it; may be empty
	Caller     string        // what the token source calls itself, see [Caller]; may be empty
	Home       string        // the tenant of the caller's tokens, where it says so
	RetryAfter time.Duration // how long the service asked to wait, at most 10 min; 0 when it did not

	cause error
}

// Error gives one line for the log.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ado: %s: %s", e.Op, e.Kind.Error())
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d)", e.Status)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %s", e.RetryAfter.Round(time.Second))
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Is matches the error's Kind.
func (e *Error) Is(target error) bool { return target == e.Kind } //nolint:errorlint // a Kind is never wrapped

// OfProject says that a project is missing or not visible, also where a query or something else in it was asked for.
func (e *Error) OfProject() bool {
	return e.Code == codeProjectName || e.Code == codeProjectID || strings.HasPrefix(e.TypeKey, "ProjectDoesNotExist")
}

// Missing gives those of the fields that the service says it cannot find (TF51535 names one). It knows a name by its
// look, for the words around it are in the service's language.
func (e *Error) Missing(fields []string) []string {
	var named []string
	for _, f := range fields {
		if e.Code == codeFieldGone && namesField(e.Message, f) {
			named = append(named, f)
		}
	}
	return named
}

// namesField says whether a text has the field's name, and not only as a part of a longer one.
func namesField(text, field string) bool {
	text = strings.ToLower(text)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '_' && r != '-'
	}) {
		if strings.Trim(word, ".") == strings.ToLower(field) {
			return true
		}
	}
	return false
}

// Unwrap gives the transport's or decoder's error, if there was one.
func (e *Error) Unwrap() error { return e.cause }
