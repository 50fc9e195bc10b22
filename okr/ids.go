package okr

import (
	"strconv"
	"strings"
)

// TenantID is a Microsoft Entra tenant id. Everything belongs to one tenant.
type TenantID string

// UserID is the Microsoft Entra object id of a person, stable across bots.
type UserID string

// GoalID is the short id of a goal, unique in its tenant: O12, KR3 or P4.
type GoalID string

// ConnectionID is the short id of a connection, unique in its tenant: C7.
type ConnectionID string

// SubscriptionID is the short id of a digest subscription: S2.
type SubscriptionID string

// CredentialID names the sign-in of one person with one Azure DevOps account.
type CredentialID string

// The prefixes of the short ids.
const (
	ObjectivePrefix    = "O"
	KeyResultPrefix    = "KR"
	ProjectPrefix      = "P"
	ConnectionPrefix   = "C"
	SubscriptionPrefix = "S"
)

// ParseGoalID reads a goal id as people type it: "kr3", " O12 ", "p4". It
// reports false for anything else.
func ParseGoalID(text string) (GoalID, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	for _, prefix := range []string{KeyResultPrefix, ObjectivePrefix, ProjectPrefix} {
		if digits, ok := strings.CutPrefix(text, prefix); ok && isNumber(digits) {
			return GoalID(prefix + digits), true
		}
	}
	return "", false
}

// ParseConnectionID reads a connection id as people type it ("c7").
func ParseConnectionID(text string) (ConnectionID, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	digits, ok := strings.CutPrefix(text, ConnectionPrefix)
	return ConnectionID(text), ok && isNumber(digits)
}

func isNumber(digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 32)
	return err == nil && n > 0 && !strings.HasPrefix(digits, "+")
}

// Kind gives the kind that the id's prefix stands for.
func (id GoalID) Kind() GoalKind {
	switch {
	case strings.HasPrefix(string(id), KeyResultPrefix):
		return KeyResult
	case strings.HasPrefix(string(id), ProjectPrefix):
		return Project
	default:
		return Objective
	}
}
