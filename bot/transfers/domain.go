package transfers

import (
	"context"
	"io"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	RequireAdmin(ctx context.Context, actor okr.Actor) error
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
}

// importer is what this subject needs of [okrbot/okr/transfer].
type importer interface {
	AddFile(ctx context.Context, actor okr.Actor, name string, body io.Reader) (okr.Import, error)
	DropFile(ctx context.Context, actor okr.Actor, id okr.ImportID, name string) (okr.Import, error)
	Import(ctx context.Context, actor okr.Actor, id okr.ImportID) (okr.Import, error)
	Imports(ctx context.Context, actor okr.Actor) ([]okr.Import, error)
	MatchPeople(ctx context.Context, actor okr.Actor, id okr.ImportID, known []okr.Colleague) (okr.Import, error)
	PreviewImport(ctx context.Context, actor okr.Actor, id okr.ImportID) (okr.ImportPreview, error)
	AnswerImport(ctx context.Context, actor okr.Actor, id okr.ImportID, answers okr.ImportAnswers) (okr.ImportPreview, error)
	BeginImport(ctx context.Context, actor okr.Actor, id okr.ImportID, reply okr.Reply) (okr.Import, error)
	UndoImport(ctx context.Context, actor okr.Actor, id okr.ImportID, reply okr.Reply) (okr.Import, error)
	CancelImport(ctx context.Context, actor okr.Actor, id okr.ImportID) error
	Unbound(ctx context.Context, actor okr.Actor, id okr.ImportID, page okr.Page) ([]okr.GoalView, int, error)
}

// Queue does the work of imports in the background.
type Queue interface {
	// RunImport goes on with an import soon; asked for twice it is done once.
	RunImport(ctx context.Context, tenant okr.TenantID, id okr.ImportID) error
}

// Places knows where okrbot is.
type Places interface {
	// SharedPlaces gives channels and group chats that okrbot is in, one of each team and at
	// most most of them.
	SharedPlaces(ctx context.Context, tenant okr.TenantID, most int) ([]okr.Conversation, error)
}

// exporter is what exports need of [okrbot/okr/transfer].
type exporter interface {
	// MayExport fails with Forbidden unless the actor may have what a scope holds.
	MayExport(ctx context.Context, actor okr.Actor, scope okr.ExportScope) error
	// Export writes what a scope holds for the actor, and says of how many goals.
	Export(ctx context.Context, actor okr.Actor, scope okr.ExportScope, format okr.ExportFormat, w io.Writer) (goals int, err error)
}
