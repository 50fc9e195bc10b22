package notify

import (
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/plan"
)

// Options is what a [Service] works with.
type Options struct {
	Store        okr.Store
	Measurements okr.Measurements
	Agenda       okr.Agenda
	// Counter counts nudges; without one there are none.
	Counter okr.Counter
	// DigestEvery is the least time between two digests of a place, however often
	// things are measured; at most 5 minutes mean no limit.
	DigestEvery time.Duration
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of telling people what moved and what waits for them. Every method
// checks again what the actor may do.
type Service struct {
	Options
	access *access.Service
	plan   *plan.Service
}

// New makes a service, over the activities below it.
func New(o Options, access *access.Service, plan *plan.Service) *Service {
	return &Service{Options: o, access: access, plan: plan}
}
