package access

import (
	"time"

	"okrbot/okr"
)

// Options is what a [Service] works with.
type Options struct {
	Store okr.Store
	// Admins are the configured admins as tenantId/objectId.
	Admins []string
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of who may do what, and the settings that say so. Every method
// checks again what the actor may do.
type Service struct{ Options }

// New makes a service.
func New(o Options) *Service {
	return &Service{Options: o}
}
