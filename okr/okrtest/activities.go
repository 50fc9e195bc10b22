package okrtest

import (
	"context"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
	"okrbot/okr/measure"
	"okrbot/okr/notify"
	"okrbot/okr/plan"
)

// Activities are all use cases over one store and one way to Azure DevOps.
type Activities struct {
	Access       *access.Service
	Connect      *connect.Service
	Applications *connect.Applications
	Hands        *connect.Hands
	Plan         *plan.Service
	Measure      *measure.Service
	Notify       *notify.Service
}

// Tidy removes what has ended in a tenant.
func (a Activities) Tidy(ctx context.Context, tenant okr.TenantID) error {
	return plan.Tidy(ctx, a.Plan, tenant)
}

// Azure is the way to Azure DevOps.
type Azure interface {
	okr.Directory
	okr.Queries
	okr.QueryFolders
	okr.Prover
	okr.Items
}

// NewActivities wires the use cases. Azure may be nil where nothing is asked of it;
// the admins are given as tenantId/objectId.
func NewActivities(store AllStores, azure Azure, now func() time.Time, admins ...string) Activities {
	var a Activities
	a.Access = access.New(access.Options{Store: store, Numbers: store, Now: now, Admins: admins})
	a.Connect = connect.New(connect.Options{
		Store: store, Counts: store, Measurements: store, Credentials: store, Agenda: store, Directory: azure, Queries: azure, Items: azure, QueryFolders: azure, Prover: azure, Now: now,
	}, a.Access)
	a.Applications = connect.NewApplications(a.Connect)
	a.Hands = connect.NewHands(a.Connect, a.Applications)
	a.Plan = plan.New(plan.Options{Store: store, Reader: store, Measurements: store, Agenda: store, Now: now}, a.Access, a.Connect)
	a.Measure = measure.New(measure.Options{Store: store, Measurements: store, Agenda: store, Queries: azure, Items: azure, Now: now}, a.Access, a.Connect, a.Applications, a.Plan)
	a.Notify = notify.New(notify.Options{Store: store, Measurements: store, Agenda: store, Now: now}, a.Access, a.Plan)
	return a
}
