package bot

import (
	"context"
	"log/slog"
	"time"

	"okrbot/bot/teams"
	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/connect"
	"okrbot/okr/measure"
	"okrbot/okr/notify"
	"okrbot/okr/plan"
)

// Memory keeps what the conversation has to remember between turns, over all
// replicas and restarts.
type Memory interface {
	// FirstDelivery reports whether it is asked about the activity for the first
	// time, over all replicas.
	FirstDelivery(ctx context.Context, tenant okr.TenantID, conversation, activityID string) (bool, error)
	// SaveConversation keeps where a place can be reached; the newest wins.
	SaveConversation(ctx context.Context, c okr.Conversation) error
	// Conversation reads a place. NotFound: it was never seen or was dropped.
	Conversation(ctx context.Context, tenant okr.TenantID, id string) (okr.Conversation, error)
	// PersonalConversation reads the 1:1 chat of a person. NotFound: never seen.
	PersonalConversation(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Conversation, error)
	// DropConversation forgets a place; none there is no error.
	DropConversation(ctx context.Context, tenant okr.TenantID, id string) error
	Drafts
	Tickets
}

// DeliveriesOf is the memory of deliveries as the wire asks for it.
func DeliveriesOf(m Memory) teams.Deliveries { return deliveries{m} }

type deliveries struct{ Memory }

// FirstDelivery implements Deliveries.
func (d deliveries) FirstDelivery(ctx context.Context, tenant, conversation, activityID string) (bool, error) {
	return d.Memory.FirstDelivery(ctx, okr.TenantID(tenant), conversation, activityID)
}

// Drafts keeps half-filled forms on the server, so that cards carry only an id.
type Drafts interface {
	// PutDraft stores a draft for a time.
	PutDraft(ctx context.Context, tenant okr.TenantID, id string, data []byte, ttl time.Duration) error
	// Draft reads a draft. NotFound: it never was, or its time is over.
	Draft(ctx context.Context, tenant okr.TenantID, id string) ([]byte, error)
	// DropDraft forgets a draft; none there is no error.
	DropDraft(ctx context.Context, tenant okr.TenantID, id string) error
}

// Tickets keeps what a sign-in under way needs, sealed.
type Tickets interface {
	// PutTicket stores a ticket for a time.
	PutTicket(ctx context.Context, ticket string, data []byte, ttl time.Duration) error
	// TakeTicket reads and removes a ticket in one step. NotFound: it never was,
	// was taken, or its time is over.
	TakeTicket(ctx context.Context, ticket string) ([]byte, error)
	// PeekTicket reads a ticket and leaves it.
	PeekTicket(ctx context.Context, ticket string) ([]byte, error)
	// CountTry counts tries under a key and gives how many there were within ttl.
	CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error)
}

// Syncer runs syncs in the background.
type Syncer interface {
	// SyncNow runs jobs soon and then shows the outcome on the card of reply.
	SyncNow(ctx context.Context, tenant okr.TenantID, jobs []okr.SyncJob, reply okr.Reply) error
}

// Activities are the use cases that the conversation calls.
type Activities struct {
	Access  *access.Service
	Connect *connect.Service
	Plan    *plan.Service
	Measure *measure.Service
	Notify  *notify.Service
}

// Options is what a [Bot] works with.
type Options struct {
	Service   Activities
	Memory    Memory
	Syncer    Syncer
	Connector *teams.Connector
	SignIn    SignInOptions
	Logger    *slog.Logger
	Now       func() time.Time
	// PostsPerSecond is how many posts a tenant gets by itself in a second, over all
	// replicas; 0 means 20.
	PostsPerSecond int
}

// Bot is the conversation: it implements [Handler] for what people write and
// press, and posts digests, notices and outcomes of syncs by itself.
type Bot struct {
	Options
	commands []command
	verbs    map[string]pressHandler
	guests   guests
	zones    zones
}

var _ teams.Handler = (*Bot)(nil)

// New makes the conversation.
func New(o Options) *Bot {
	b := &Bot{Options: o}
	b.commands = b.commandTable()
	b.verbs = b.verbTable()
	return b
}
