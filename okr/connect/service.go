package connect

import (
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
)

// Options is what a [Service] works with.
type Options struct {
	Store        okr.Store
	Measurements okr.Measurements
	Credentials  okr.Credentials
	Agenda       okr.Agenda
	Directory    okr.Directory
	Queries      okr.Queries
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of connections and the sign-ins behind them. Every method
// checks again what the actor may do.
type Service struct {
	Options
	access *access.Service
}

// New makes a service, over the activities below it.
func New(o Options, access *access.Service) *Service {
	return &Service{Options: o, access: access}
}
