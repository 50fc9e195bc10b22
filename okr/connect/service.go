package connect

import (
	"context"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
)

// Counts finds a page of connections with what is measured through each, and how many there
// are, in one trip to the store.
type Counts interface {
	FindConnections(ctx context.Context, tenant okr.TenantID, q okr.ConnectionQuery) ([]okr.BoundConnection, int, error)
}

// Options is what a [Service] works with, and the [Applications] and [Hands] over it.
type Options struct {
	Store        okr.Store
	Counts       Counts // the same store
	Measurements okr.Measurements
	Credentials  okr.Credentials
	Agenda       okr.Agenda
	Directory    okr.Directory
	Queries      okr.Queries
	Items        okr.Items
	QueryFolders okr.QueryFolders
	Prover       okr.Prover
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases of connections and the sign-ins behind them: to make, see, share
// and delete one. Every method checks again what the actor may do.
type Service struct {
	Options
	access *access.Service
}

// New makes a service, over the activities below it.
func New(o Options, access *access.Service) *Service {
	return &Service{Options: o, access: access}
}
