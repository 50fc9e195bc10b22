package okr

import (
	"slices"
	"time"
)

// SyncRow is the outcome of a sync for one goal.
type SyncRow struct {
	Goal    Goal // as it stands after
	Before  *float64
	After   *float64
	Status  Status
	Changes Changes
	Problem string // in words, when it failed; the last value then stands
}

// SyncReport is the outcome of a sync of one connection.
type SyncReport struct {
	Rows    []SyncRow
	Notices []Notice // what owners are to be told now
	Failure error    // why the connection could not be measured at all; nil: it was
}

// Notice tells an owner what fails, since when, and what hangs on it.
type Notice struct {
	Owner      Person
	Connection Connection
	Goals      []GoalID // what is no longer measured
	Titles     []string // of the first of them
	Health     Health
	Whole      bool // the whole connection fails, not only some of its queries
}

// For is the notice for somebody else than its owner: without titles, which that
// person may not see.
func (n Notice) For(user UserID) Notice {
	if n.Owner.ID != user {
		n.Titles = nil
	}
	return n
}

// SyncJob asks for a sync of some queries of a connection; none means all.
type SyncJob struct {
	Connection ConnectionID `json:"connection"`
	Queries    []string     `json:"queries,omitempty"`
}

// Reply is the card that is to show the outcome of a sync.
type Reply struct {
	Conversation Conversation `json:"conversation"` // with the thread
	ActivityID   string       `json:"activityId"`
	Actor        Actor        `json:"actor"`          // who asked
	Goal         GoalID       `json:"goal,omitempty"` // what was asked for; empty: everything
	Zone         string       `json:"zone,omitempty"` // the asker's time zone
	Asked        time.Time    `json:"asked"`
}

// Moved says whether the goal shows another value than before.
func (r SyncRow) Moved() bool { return !same(r.Before, r.After) }

// Measured says whether this sync has measured a goal already.
func (r SyncReport) Measured(id GoalID) bool {
	return slices.ContainsFunc(r.Rows, func(row SyncRow) bool { return row.Goal.ID == id && row.Problem == "" })
}
