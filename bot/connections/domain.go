package connections

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	Settings(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	RequireEnabled(ctx context.Context, actor okr.Actor) error
	IsAdmin(ctx context.Context, actor okr.Actor) (bool, error)
	RequireAdmin(ctx context.Context, actor okr.Actor) error
	AdminIDs(t okr.Settings) []okr.UserID
	Member(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Member, error)
}

// connector is what this subject needs of [okrbot/okr/connect].
type connector interface {
	Organizations(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]string, error)
	Known(ctx context.Context, actor okr.Actor) (okr.KnownConnections, error)
	RemoteProjects(ctx context.Context, actor okr.Actor, id okr.CredentialID, text string) (okr.OrganizationView, error)
	SignInFor(ctx context.Context, actor okr.Actor, c okr.Connection) (at okr.SignInAt, renews bool)
	SaveConnection(ctx context.Context, actor okr.Actor, in okr.ConnectionInput) (okr.Connection, error)
	Connection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error)
	Connections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error)
	AllConnections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error)
	ListConnections(ctx context.Context, actor okr.Actor, page okr.Page) ([]okr.BoundConnection, int, error)
	FailingFirst(ctx context.Context, actor okr.Actor, limit int) ([]okr.BoundConnection, error)
	Bound(ctx context.Context, actor okr.Actor, id okr.ConnectionID, page okr.Page) ([]okr.Goal, int, error)
	ShareConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID, shared bool) (okr.Connection, []okr.Goal, error)
	CountOthers(ctx context.Context, actor okr.Actor, c okr.Connection) (int, error)
	DeleteConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error)
	Accounts(ctx context.Context, actor okr.Actor) ([]okr.Credential, error)
	Keeps(ctx context.Context, actor okr.Actor, c okr.Connection) (bool, error)
}

// registrar is what this subject needs of [okrbot/okr/connect.Applications].
type registrar interface {
	Applications(ctx context.Context, actor okr.Actor) ([]okr.Credential, error)
	ApplicationConnections(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]okr.Connection, error)
	SaveApplication(ctx context.Context, actor okr.Actor, in okr.ApplicationInput) (okr.Credential, []okr.Connection, error)
	RemoveApplication(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]okr.Connection, error)
	MachineKinds(actor okr.Actor) []okr.ApplicationKind
	Folders(ctx context.Context, actor okr.Actor, id okr.CredentialID, organization, project string) ([]okr.QueryFolder, error)
	PreviewFolders(ctx context.Context, actor okr.Actor, id okr.ConnectionID, folders []okr.QueryFolder) ([]okr.Goal, int, error)
	OfferedApplications(ctx context.Context, actor okr.Actor, c okr.Connection) ([]okr.Connection, []okr.Credential, error)
}

// mover is what this subject needs of [okrbot/okr/connect.Hands].
type mover interface {
	OfferConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID, to okr.Person) (okr.Connection, error)
	DropOffer(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, okr.Offer, error)
	MayTakeOver(ctx context.Context, actor okr.Actor, c okr.Connection) error
	PreviewTakeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, error)
	TakeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, error)
	PreviewMove(ctx context.Context, actor okr.Actor, from, to okr.ConnectionID) (okr.MovePreview, error)
	Move(ctx context.Context, actor okr.Actor, from, to okr.ConnectionID) (okr.MovePreview, okr.SyncJob, error)
	PreviewTakeOverBy(ctx context.Context, actor okr.Actor, id okr.ConnectionID, application okr.CredentialID) (okr.TakeOver, error)
	TakeOverBy(ctx context.Context, actor okr.Actor, id okr.ConnectionID, application okr.CredentialID) (okr.TakeOver, error)
}
