package okr

import "errors"

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
