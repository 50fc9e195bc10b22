package okr

import "errors"

// StepKind is what somebody can do next.
type StepKind string

// The steps. How a person takes one, by which command and button, the conversation
// knows.
const (
	StepShow         StepKind = "show"        // see a goal
	StepList         StepKind = "list"        // see which goals there are
	StepHistory      StepKind = "history"     // see how a goal's value came about, and its check-ins
	StepNewObjective StepKind = "objective"   // make one
	StepNewKeyResult StepKind = "key result"  // make one below an objective
	StepEdit         StepKind = "edit"        // change a goal
	StepClose        StepKind = "close"       // close or postpone a goal
	StepReopen       StepKind = "reopen"      // open it again
	StepDeleted      StepKind = "deleted"     // see which were deleted
	StepRestore      StepKind = "restore"     // bring a deleted goal back
	StepCheckIn      StepKind = "check in"    // say how a goal stands
	StepBind         StepKind = "bind"        // tie a goal to a query, or to another one
	StepSync         StepKind = "sync"        // measure a goal now
	StepSignIn       StepKind = "sign in"     // to Azure DevOps
	StepConnect      StepKind = "connect"     // make a connection of one's own
	StepConnection   StepKind = "connection"  // see to a connection
	StepConnections  StepKind = "connections" // see which there are
	StepHandOver     StepKind = "hand over"   // a connection
	StepDigest       StepKind = "digest"      // tell a place what moves
	StepStopDigest   StepKind = "stop digest" // tell it nothing any more
	StepEnable       StepKind = "enable"      // turn the integration on
	StepIntegration  StepKind = "integration" // see how it stands
	StepSettings     StepKind = "settings"    // see the organization's
	StepHelp         StepKind = "help"        // see what can be done
)

// Step is what somebody can do next: about a goal or a connection, or neither.
type Step struct {
	Kind       StepKind
	Goal       GoalID
	Connection ConnectionID
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
