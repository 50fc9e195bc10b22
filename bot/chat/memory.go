package chat

import (
	"context"
	"slices"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Memory keeps what the conversation has to remember between turns, over all
// replicas and restarts.
type Memory interface {
	// Begin takes the delivery of a turn in hand and reads what it begins with.
	Begin(ctx context.Context, o okr.Beginning) okr.Begun
	// HoldDelivery keeps a delivery in hand for longer; false: another one has it by now, or
	// it is handled.
	HoldDelivery(ctx context.Context, d okr.Delivery) (mine bool, err error)
	// End notes what is to be noted at the end of a turn.
	End(ctx context.Context, c okr.Ending) okr.Ended
	// FirstTime reports whether it is asked about something in a place for the first
	// time within an hour, over all replicas.
	FirstTime(ctx context.Context, tenant okr.TenantID, conversation, what string) (bool, error)
	// SaveConversation keeps where a place can be reached; the newest wins.
	SaveConversation(ctx context.Context, c okr.Conversation) error
	// Conversation reads a place. NotFound: it was never seen or was dropped.
	Conversation(ctx context.Context, tenant okr.TenantID, id string) (okr.Conversation, error)
	// PersonalConversation reads the 1:1 chat of a person. NotFound: never seen.
	PersonalConversation(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Conversation, error)
	// DropConversation forgets a place; none there is no error.
	DropConversation(ctx context.Context, tenant okr.TenantID, id string) error
	Drafts
	// CountTry counts tries under a key and gives how many there were within ttl.
	CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error)
	// Ahead asks at once what readings ask first.
	Ahead(ctx context.Context, tenant okr.TenantID, read func(context.Context))
	// Spend counts one more try under each of some keys within ttl, until one has more than
	// it may have, and gives its place from 0; -1: none has.
	Spend(ctx context.Context, tenant okr.TenantID, ttl time.Duration, tries ...okr.Tries) (over int, err error)
}

// DeliveriesOf is the memory of deliveries as the wire asks for it.
func DeliveriesOf(c *Chat) teams.Deliveries { return deliveries{c.Memory, &c.registry} }

type deliveries struct {
	Memory
	known *registry
}

// Open implements Deliveries.
func (d deliveries) Open(ctx context.Context, a teams.Activity, of teams.Delivery, late string) teams.Opening {
	o := beginningOf(a)
	o.Delivery, o.Draft, o.Ahead = deliveryOf(of), late, aheadOf(d.known, a)
	begun := d.Begin(ctx, o)
	f := &frame{begun: begun}
	return teams.Opening{
		Mine: begun.Mine, Done: begun.Done, Err: begun.NotTaken, Late: begun.Draft, Unread: begun.Unread,
		Context: func(turn context.Context) context.Context { return withFrame(turn, f) }, Leaves: f.leaves,
	}
}

// Hold implements Deliveries.
func (d deliveries) Hold(ctx context.Context, of teams.Delivery) error {
	_, err := d.HoldDelivery(ctx, deliveryOf(of))
	return err
}

// Close implements Deliveries.
func (d deliveries) Close(ctx context.Context, of teams.Delivery, mine bool) error {
	c := okr.Ending{Delivery: deliveryOf(of)}
	if !mine {
		c.Delivery.Token = ""
	}
	if f := frameOf(ctx); f != nil {
		c.Place, c.Forms, c.Drafts = f.place, f.forms, f.drafts
	}
	done := d.End(ctx, c)
	if done.NotNoted != nil {
		teams.NoteFrom(ctx).Missed("place", okr.CauseOf(done.NotNoted))
	}
	return done.NotFinished
}

// frame is what a turn begins with, and what it leaves for the end. Only the one who runs
// the turn writes in it, so it needs no lock.
type frame struct {
	begun  okr.Begun
	place  *okr.Conversation // to be noted; nil: it stands there as it is
	forms  []okr.OpenForm    // that were opened, as they are to be noted
	drafts []okr.Draft       // that later turns ask for

	locale cards.Locale // of the person, in which refusals write days
}

// leave puts something aside at the end of the turn, in place of what it left under the same
// id before.
func (f *frame) leave(d okr.Draft) {
	f.drafts = append(slices.DeleteFunc(f.drafts, func(was okr.Draft) bool { return was.ID == d.ID }), d)
}

// left is what the turn itself leaves under an id; nil: nothing.
func (f *frame) left(id string) []byte {
	if f == nil {
		return nil
	}
	if i := slices.IndexFunc(f.drafts, func(d okr.Draft) bool { return d.ID == id }); i >= 0 {
		return f.drafts[i].Data
	}
	return nil
}

// open notes at the end of the turn that a form is open, in place of what was to be noted of
// it before.
func (f *frame) open(form okr.OpenForm) {
	f.forms = append(slices.DeleteFunc(f.forms, func(was okr.OpenForm) bool { return was.ID == form.ID }), form)
}

// opened are the forms that the turn itself opened.
func (f *frame) opened() []okr.OpenForm {
	if f == nil {
		return nil
	}
	return f.forms
}

// leaves says whether the next turn may ask for what this one leaves.
func (f *frame) leaves() bool { return len(f.forms)+len(f.drafts) > 0 }

// forget leaves out that a turn was in a place that is gone.
func (f *frame) forget(id string) {
	if f != nil && f.place != nil && f.place.ID == id {
		f.place = nil
	}
}

// frameKey is the context key of a turn's frame.
type frameKey struct{}

// withFrame gives the context of a turn what it begins with. The settings are for the
// activities, which go by them, too.
func withFrame(ctx context.Context, f *frame) context.Context {
	if f.begun.Unread == nil {
		ctx = okr.WithSettings(ctx, f.begun.Settings)
	}
	if f.begun.Ahead != nil {
		ctx = f.begun.Ahead(ctx)
	}
	return context.WithValue(ctx, frameKey{}, f)
}

// frameOf is the frame of the turn that ctx belongs to; nil outside of one.
func frameOf(ctx context.Context) *frame {
	f, _ := ctx.Value(frameKey{}).(*frame)
	return f
}

func deliveryOf(d teams.Delivery) okr.Delivery {
	return okr.Delivery{Tenant: okr.TenantID(d.Tenant), Conversation: d.Conversation, Activity: d.Activity, Token: d.Token, Hold: d.Hold}
}

// ResultsOf is the memory of late presses as the wire asks for it.
func ResultsOf(m Memory) teams.Results { return results{m} }

type results struct{ Memory }

// PutResult implements Results.
func (r results) PutResult(ctx context.Context, tenant, key string, data []byte, ttl time.Duration) error {
	return r.PutDraft(ctx, okr.TenantID(tenant), key, data, ttl)
}

// DropResult implements Results.
func (r results) DropResult(ctx context.Context, tenant, key string) error {
	return r.DropDraft(ctx, okr.TenantID(tenant), key)
}

// Drafts keeps half-filled forms on the server, so that cards carry only an id.
type Drafts interface {
	// PutDraft stores a draft for a time.
	PutDraft(ctx context.Context, tenant okr.TenantID, id string, data []byte, ttl time.Duration) error
	// Draft reads a draft. NotFound: it never was, or its time is over.
	Draft(ctx context.Context, tenant okr.TenantID, id string) ([]byte, error)
	// PutForm stores the draft of an open form, and a note that it is open.
	PutForm(ctx context.Context, tenant okr.TenantID, f okr.OpenForm) error
	// OpenForms gives the notes in a list of forms that were put, the latest first.
	OpenForms(ctx context.Context, tenant okr.TenantID, list string) ([][]byte, error)
	// DropDraft forgets a draft; none there is no error.
	DropDraft(ctx context.Context, tenant okr.TenantID, id string) error
}
