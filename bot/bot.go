package bot

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"okrbot/bot/bindings"
	"okrbot/bot/chat"
	"okrbot/bot/checkins"
	"okrbot/bot/compose"
	"okrbot/bot/connections"
	"okrbot/bot/digests"
	"okrbot/bot/goals"
	"okrbot/bot/settings"
	"okrbot/bot/signin"
	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
	"okrbot/bot/transfers"
	"okrbot/cards"
	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
	"okrbot/okr/measure"
	"okrbot/okr/notify"
	"okrbot/okr/plan"
	"okrbot/okr/transfer"
)

// Memory is what the conversation and its sign-ins remember.
type Memory interface {
	chat.Memory
	signin.Tickets
	transfers.Places
}

// Activities are the use cases that the conversation calls.
type Activities struct {
	Access       *access.Service
	Connect      *connect.Service
	Applications *connect.Applications
	Hands        *connect.Hands
	Plan         *plan.Service
	Measure      *measure.Service
	Notify       *notify.Service

	Transfer *transfer.Service
	Exporter *transfer.Exporter
}

// Options is what a [Bot] works with.
type Options struct {
	Activities
	Memory    Memory
	Syncer    chat.Syncer
	Imports   transfers.Queue
	Connector *teams.Connector
	Files     *files.Client
	SignIn    signin.Options
	Addresses compose.Options
	// Organization heads pages that open in a browser; empty: they name none.
	Organization string
	Logger       *slog.Logger
	Now          func() time.Time
	Version      string // of okrbot, for people to read
	// Interval is how often OKRs are measured; 0 means hourly.
	Interval time.Duration
	// PostsPerSecond is how many posts a tenant gets by itself in a second, over all
	// replicas; 0 means 20.
	PostsPerSecond int
	// LookupTime bounds a question to Teams whose answer is best effort; 0 means 3 seconds.
	LookupTime time.Duration
}

// Bot is the conversation: it implements [teams.Handler] for what people write and
// press, and posts digests, notices, reminders and outcomes of syncs by itself.
type Bot struct {
	chat        *chat.Chat
	bindings    *bindings.Subject
	checkins    *checkins.Subject
	compose     *compose.Subject
	connections *connections.Subject
	digests     *digests.Subject
	signIn      *signin.Subject
	transfers   *transfers.Subject

	access  *access.Service
	connect *connect.Service
	plan    *plan.Service
	notify  *notify.Service
	help    *helpCards
	todo    todos
}

var _ teams.Handler = (*Bot)(nil)

// New puts the subjects together. It fails when two of them claim one command or
// button.
func New(o Options) (*Bot, error) {
	o.Interval = cmp.Or(o.Interval, time.Hour)
	c := chat.New(chat.Options{
		Access: o.Access, Plan: o.Plan, Memory: o.Memory, Connector: o.Connector, Logger: o.Logger, Now: o.Now,
		PostsPerSecond: o.PostsPerSecond, LookupTime: o.LookupTime, Interval: o.Interval, PublicURL: o.Addresses.PublicURL,
		Files: o.Files, Organization: o.Organization,
	})
	b := &Bot{
		chat: c, digests: digests.New(c, o.Access, o.Plan, o.Notify),
		access: o.Access, connect: o.Connect, plan: o.Plan, notify: o.Notify,
	}
	b.help = newHelpCards(cards.About{Every: o.Interval, Version: o.Version}, b.Subjects)
	b.compose = compose.New(c, compose.Parts{Access: o.Access, Connect: o.Connect, Plan: o.Plan, Measure: o.Measure}, o.Addresses)
	b.signIn = signin.New(c, signin.Parts{Access: o.Access, Connect: o.Connect, Tickets: o.Memory, Syncs: o.Syncer}, o.SignIn)
	b.connections = connections.New(c, connections.Options{
		Access: o.Access, Connect: o.Connect, Applications: o.Applications, Hands: o.Hands,
		Syncs: o.Syncer, SignIn: b.signIn, Tickets: o.Memory, PublicURL: o.Addresses.PublicURL,
	})
	b.bindings = bindings.New(c, bindings.Options{
		Connect: o.Connect, Plan: o.Plan, Measure: o.Measure, Syncs: o.Syncer, SignIn: b.signIn,
	})
	past := plan.NewUndo(o.Plan)
	b.checkins = checkins.New(c, checkins.Options{Access: o.Access, Connect: o.Connect, Plan: o.Plan, Undo: past, Notify: o.Notify})
	b.transfers = transfers.New(c, transfers.Options{Access: o.Access, Plan: o.Plan, Import: o.Transfer, Queue: o.Imports, Places: o.Memory})
	return b, c.Register(
		b.register(),
		goals.New(c, goals.Options{Plan: o.Plan, Past: past, Tasks: plan.NewTasks(o.Plan), Several: plan.NewSeveral(o.Plan), Owners: plan.NewOwners(o.Plan)}).Register(),
		b.checkins.Register(),
		b.bindings.Register(),
		b.connections.Register(),
		b.signIn.Register(),
		b.digests.Register(),
		b.compose.Register(),
		b.transfers.Register(),
		transfers.NewExports(c, o.Exporter).Register(),
		settings.New(c, o.Access, o.Plan, b.connections).Register(),
	)
}

// Subjects are all that people can talk about, in the order in which help shows
// them.
func (b *Bot) Subjects() []chat.Subject { return b.chat.Subjects() }

// Pages are the pages for browsers by their paths.
func (b *Bot) Pages() map[string]http.Handler {
	pages := b.signIn.Pages()
	maps.Copy(pages, b.compose.Pages())
	return pages
}

// Deliveries are the memory of what was delivered, and of what a turn begins and ends with.
func (b *Bot) Deliveries() teams.Deliveries { return chat.DeliveriesOf(b.chat) }

// Forms are the pages on which something is filled in, by their paths.
func (b *Bot) Forms() map[string]http.Handler { return b.connections.Forms() }

// PostDigest posts a digest in its place, see [digests.Subject.PostDigest].
func (b *Bot) PostDigest(ctx context.Context, d okr.Digest) error {
	return b.digests.PostDigest(ctx, d)
}

// DigestPaused tells people of a paused digest, see [digests.Subject.DigestPaused].
func (b *Bot) DigestPaused(ctx context.Context, sub okr.Subscription) error {
	return b.digests.DigestPaused(ctx, sub)
}

// PostReminder asks a person for check-ins, see [checkins.Subject.PostReminder].
func (b *Bot) PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	return b.checkins.PostReminder(ctx, tenant, a)
}

// TellOwner tells a person what fails, see [connections.Subject.TellOwner].
func (b *Bot) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	return b.connections.TellOwner(ctx, tenant, n)
}

// SyncDone shows the outcome of a sync, see [bindings.Subject.SyncDone].
func (b *Bot) SyncDone(ctx context.Context, r okr.Reply, rows []okr.SyncRow) error {
	return b.bindings.SyncDone(ctx, r, rows)
}

// ImportMoved renews the card of an import, see [transfers.Subject.ImportMoved].
func (b *Bot) ImportMoved(ctx context.Context, tenant okr.TenantID, in okr.Import) error {
	return b.transfers.ImportMoved(ctx, tenant, in)
}
