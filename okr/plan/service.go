package plan

import (
	"context"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
)

// Reader answers what a list, an opened goal or a check-in asks of the store, each in one
// trip. The methods fail with Unavailable when the store cannot be reached.
type Reader interface {
	// FindGoals reads the tenant's settings, what a member chose, where one is named, and a
	// page of goals for each query. What is not there is empty.
	FindGoals(ctx context.Context, tenant okr.TenantID, member okr.UserID, queries ...okr.GoalQuery) (okr.Found, error)
	// GoalsAround reads what stands around the goals of a list.
	GoalsAround(ctx context.Context, tenant okr.TenantID, q okr.Surroundings) (okr.Around, error)
	// OpenGoal reads a goal and what stands around it. NotFound: there is none.
	OpenGoal(ctx context.Context, tenant okr.TenantID, q okr.OpenQuery) (okr.Opened, error)
	// KeepCheckIn reads what a check-in depends on and keeps what change makes of it, in one
	// step and two trips. Where somebody else wrote any of that meanwhile, it begins again.
	// An error of change is returned as it is and nothing is kept. NotFound: there is no
	// such goal. Conflict: too many others write.
	KeepCheckIn(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, id okr.CheckInID, change func(okr.Lineage) (okr.Said, error)) error
}

// Options is what a [Service] works with.
type Options struct {
	Store        okr.Store
	Reader       Reader // the same store
	Measurements okr.Measurements
	Agenda       okr.Agenda
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of making, editing, finding and ending goals. Every method
// checks again what the actor may do.
type Service struct {
	tree
	connect *connect.Service
}

// New makes a service, over the activities below it.
func New(o Options, access *access.Service, connect *connect.Service) *Service {
	return &Service{tree: tree{Options: o, access: access}, connect: connect}
}
