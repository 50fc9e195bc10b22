package access

import (
	"context"
	"time"

	"okrbot/okr"
)

// Numbers counts what there is of the integration of a tenant, in one trip to the store.
type Numbers interface {
	CountIntegration(ctx context.Context, tenant okr.TenantID) (okr.Integration, error)
}

// Options is what a [Service] works with.
type Options struct {
	Store   okr.Store
	Numbers Numbers // the same store
	// Admins are the configured admins as tenantId/objectId.
	Admins []string
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of who may do what, and the settings that say so. Every method
// checks again what the actor may do.
type Service struct {
	Options
	names *adminNames
}

// New makes a service.
func New(o Options) *Service {
	return &Service{Options: o, names: &adminNames{}}
}
