package measure

import (
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
	"okrbot/okr/plan"
)

// Options is what a [Service] works with.
type Options struct {
	Store        okr.Store
	Measurements okr.Measurements
	Agenda       okr.Agenda
	Queries      okr.Queries
	Items        okr.Items
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of binding goals to queries or work items and measuring
// them. Every method checks again what the actor may do.
type Service struct {
	Options
	access       *access.Service
	connect      *connect.Service
	applications *connect.Applications
	plan         *plan.Service
}

// New makes a service, over the activities below it.
func New(o Options, access *access.Service, connect *connect.Service, applications *connect.Applications, plan *plan.Service) *Service {
	return &Service{Options: o, access: access, connect: connect, applications: applications, plan: plan}
}
