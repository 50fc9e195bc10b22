package main

import (
	"context"
	"time"

	"okrbot/bot"
	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
	"okrbot/okr/measure"
	"okrbot/okr/notify"
	"okrbot/okr/plan"
	"okrbot/okr/redisstore"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
	"okrbot/scheduler"
)

// ports is everything from the outside that the activities work with.
type ports struct {
	store *redisstore.Store
	azure interface {
		okr.Directory
		okr.Queries
		okr.QueryFolders
		okr.Prover
		okr.Items
	}
	admins      []string
	digestEvery time.Duration
	now         func() time.Time
}

// newActivities wires the use cases, from those that need no other one upwards.
func newActivities(p ports) bot.Activities {
	var a bot.Activities
	a.Access = access.New(access.Options{Store: p.store, Numbers: p.store, Admins: p.admins, Now: p.now})
	a.Connect = connect.New(connect.Options{
		Store: p.store, Counts: p.store, Measurements: p.store, Credentials: p.store, Agenda: p.store, Directory: p.azure, Queries: p.azure, Items: p.azure, QueryFolders: p.azure, Prover: p.azure, Now: p.now,
	}, a.Access)
	a.Applications = connect.NewApplications(a.Connect)
	a.Hands = connect.NewHands(a.Connect, a.Applications)
	a.Plan = plan.New(plan.Options{Store: p.store, Reader: p.store, Measurements: p.store, Agenda: p.store, Now: p.now}, a.Access, a.Connect)
	a.Measure = measure.New(measure.Options{
		Store: p.store, Measurements: p.store, Agenda: p.store, Queries: p.azure, Items: p.azure, Now: p.now,
	}, a.Access, a.Connect, a.Applications, a.Plan)
	a.Notify = notify.New(notify.Options{
		Store: p.store, Measurements: p.store, Agenda: p.store, Counter: p.store, DigestEvery: p.digestEvery, Now: p.now,
	}, a.Access, a.Plan)
	shelf := redisstore.NewShelf(p.store)
	a.Transfer = transfer.New(transfer.Options{
		Store: p.store, Reader: p.store, Agenda: p.store, Shelf: shelf, Open: openFiles, Recognize: recognizeFile, Now: p.now,
	}, a.Access, a.Plan)
	a.Exporter = transfer.NewExporter(transfer.ExportOptions{Store: p.store, Access: a.Access, Plan: a.Plan, Origins: shelf, Write: files.Write, Now: p.now})
	return a
}

// openFiles reads the files of an import together.
func openFiles(ctx context.Context, in []transfer.OpenedFile) (transfer.Source, error) {
	all := make([]files.File, len(in))
	for i, f := range in {
		all[i] = files.File(f)
	}
	return files.Open(ctx, all)
}

func recognizeFile(ctx context.Context, f transfer.OpenedFile) (okr.ImportFile, error) {
	return files.Recognize(ctx, files.File(f))
}

type (
	measuring = measure.Service
	notifying = notify.Service
	importing = transfer.Service
)

// work is what the hour calls of the activities.
type work struct {
	*measuring
	*notifying
	*importing
}

var _ scheduler.Work = work{}
