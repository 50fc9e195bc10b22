package plan

import (
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
)

// Options is what a [Service] works with.
type Options struct {
	Store        okr.Store
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
