package redisstore

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// delivered is the value of a delivery that was handled; before, it is the token
// of who has it in hand.
const delivered = "done"

// holdDeliveryScript keeps a delivery in hand for longer, and takes it there again when it
// is in none: a master that died may have taken that with it.
//
//	KEYS[1] the delivery
//	ARGV[1] the token of who has it
//	ARGV[2] how long it stays in hand from now on, in milliseconds
//
// Returns 1 when it is in that hand, else 0.
var holdDeliveryScript = redis.NewScript(`
local now = redis.call("GET", KEYS[1])
if now and now ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`)

// finishDeliveryScript notes that a delivery was handled, unless it has come into
// another hand.
//
//	KEYS[1] the delivery
//	ARGV[1] the token of who handled it
//	ARGV[2] how long it is remembered, in milliseconds
//
// Returns 1 when it is noted, else 0.
var finishDeliveryScript = redis.NewScript(`
local now = redis.call("GET", KEYS[1])
if now and now ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], "` + delivered + `", "PX", ARGV[2])
return 1`)

func keyOfDelivery(d okr.Delivery) string { return deliveryKey(d.Tenant, d.Conversation, d.Activity) }

// HoldDelivery keeps a delivery in hand for d.Hold from now on; false: it is in another hand
// by now, or handled.
func (m Memory) HoldDelivery(ctx context.Context, d okr.Delivery) (mine bool, err error) {
	n, err := holdDeliveryScript.Run(ctx, m.s.client, []string{keyOfDelivery(d)}, d.Token, d.Hold.Milliseconds()).Int()
	return n == 1, fail(ctx, "hold delivery", err)
}

// End notes for an hour that the delivery of a turn was handled, and keeps its place, in
// one round trip.
func (m Memory) End(ctx context.Context, c okr.Ending) (out okr.Ended) {
	if c.Place == nil {
		if c.Delivery.Token != "" {
			out.NotFinished = fail(ctx, "finish delivery", finishDelivery(ctx, m.s.client, c.Delivery, finishDeliveryScript.Run).Err())
		}
		return out
	}
	raw, err := encode(0, *c.Place)
	if err != nil {
		return okr.Ended{NotNoted: err}
	}
	var finished *redis.Cmd
	var noted []*redis.StatusCmd
	_, _ = m.s.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each says its own error
		noted = setConversation(ctx, p, *c.Place, raw)
		if c.Delivery.Token != "" {
			finished = finishDelivery(ctx, p, c.Delivery, finishDeliveryScript.EvalSha)
		}
		return nil
	})
	for _, cmd := range noted {
		out.NotNoted = cmp.Or(out.NotNoted, fail(ctx, "save conversation", cmd.Err()))
	}
	if finished != nil {
		err := finished.Err()
		if redis.HasErrorPrefix(err, "NOSCRIPT") {
			err = finishDelivery(ctx, m.s.client, c.Delivery, finishDeliveryScript.Run).Err()
		}
		out.NotFinished = fail(ctx, "finish delivery", err)
	}
	return out
}

// running is a way to run a script.
type running func(ctx context.Context, c redis.Scripter, keys []string, args ...any) *redis.Cmd

func finishDelivery(ctx context.Context, c redis.Scripter, d okr.Delivery, run running) *redis.Cmd {
	return run(ctx, c, []string{keyOfDelivery(d)}, d.Token, deliveryTTL.Milliseconds())
}

// Begin takes the delivery of a turn in hand and reads what the turn begins with, in one
// round trip: all of it is of one tenant, and so on one node. No transaction is needed,
// and none is wanted: a Redis that takes no writes answers the rest. Whoever dies with a
// delivery in hand loses it when d.Hold is over.
func (m Memory) Begin(ctx context.Context, o okr.Beginning) okr.Begun {
	q := m.beginning(o)
	_, _ = m.s.client.Pipelined(ctx, func(p redis.Pipeliner) error { q.ask(ctx, p); return nil }) // each says its own error
	var out okr.Begun
	if out.Unread = fail(ctx, "begin turn", q.values.Err()); out.Unread != nil {
		out.NotTaken = out.Unread
		return out
	}
	if o.Delivery.Token != "" {
		out.Mine, out.Done, out.NotTaken = q.delivery(ctx, m.s.client)
	}
	if found, err := q.decode(keySettings, &out.Settings); !found {
		out.Settings, out.Unread = okr.DefaultSettings(o.Place.Tenant), err
	}
	_, _ = q.decode(keyMember, &out.Member) // whoever notes it anew finds out why
	out.Chat, _ = q.value(keyChat)
	out.Noted = q.isNoted()
	out.Halted = m.isHalted(q)
	if sealed, ok := q.value(keyDraft); ok {
		out.Draft, _ = m.s.sealer.Open(q.keys[keyDraft], sealed) // of a key that was taken away: as if its time were over
	}
	return out
}

// The places of what each beginning reads. What it does not ask for is not there.
const (
	keyDelivery = iota
	keySettings
	keyMember
	keyChat
	keyPlace
	keyDraft
	keyDigests // and those after it
)

// beginning is one question to Redis.
type beginning struct {
	okr.Beginning
	digests []string // ids of those that the place had last
	keys    []string

	ids    *redis.StringSliceCmd // of the digests that the place has
	isNew  *redis.BoolCmd        // the delivery; nil: there is none
	life   *redis.DurationCmd    // of what is noted of the place; nil: it has no end
	values *redis.SliceCmd       // of keys
}

func (m Memory) beginning(o okr.Beginning) *beginning {
	tenant := o.Place.Tenant
	q := &beginning{Beginning: o, digests: m.s.places.get(digestsOf(o.Place)), keys: []string{
		keyDelivery: deliveryKey(tenant, o.Delivery.Conversation, o.Delivery.Activity),
		keySettings: recordKey(tenant, "tenant", okr.Settings{}.Key()),
		keyMember:   recordKey(tenant, "member", string(o.Person)),
		keyChat:     chatKey(tenant, o.Person),
		keyPlace:    conversationKey(tenant, o.Place.ID),
		keyDraft:    draftKey(tenant, o.Draft),
	}}
	for _, id := range q.digests {
		q.keys = append(q.keys, recordKey(tenant, "subscription", id))
	}
	return q
}

// ask puts the question. A list comes first, since go-redis asks everything again when the
// first answer is that nothing can be written.
func (q *beginning) ask(ctx context.Context, p redis.Pipeliner) {
	q.ids = p.ZRange(ctx, digestsOf(q.Place), 0, -1)
	if q.Delivery.Token != "" {
		q.isNew = p.SetNX(ctx, q.keys[keyDelivery], q.Delivery.Token, q.Delivery.Hold)
	}
	if lifeOf(q.Place) > 0 {
		q.life = p.PTTL(ctx, q.keys[keyPlace])
	}
	q.values = p.MGet(ctx, q.keys...)
}

// value is what stands under one of the keys.
func (q *beginning) value(key int) (string, bool) {
	text, ok := q.values.Val()[key].(string)
	return text, ok
}

// decode reads what stands under one of the keys.
func (q *beginning) decode(key int, into any) (found bool, err error) {
	text, ok := q.value(key)
	if !ok {
		return false, nil
	}
	_, err = decode([]byte(text), into)
	return err == nil, err
}

// delivery says whose the delivery is. The same token again is a question whose answer was
// lost. Programs before this one wrote a token for an hour and meant handled.
func (q *beginning) delivery(ctx context.Context, c redis.Cmdable) (mine, done bool, err error) {
	switch holder, _ := q.value(keyDelivery); {
	case q.isNew.Val(), holder == q.Delivery.Token:
		return true, false, nil
	case holder == delivered:
		return false, true, nil
	case holder == "": // it has ended since
		return false, false, fail(ctx, "take delivery", q.isNew.Err())
	}
	left, err := c.PTTL(ctx, q.keys[keyDelivery]).Result()
	return false, left > 2*q.Delivery.Hold, fail(ctx, "take delivery", err)
}

// noteEvery is how often a place that does not change is noted anew, so that it does not
// end while somebody uses okrbot in it.
const noteEvery = 24 * time.Hour

// isNoted says whether the place is known as it is, and a person's own chat as theirs.
func (q *beginning) isNoted() bool {
	raw, err := encode(0, q.Place)
	if stored, ok := q.value(keyPlace); err != nil || !ok || stored != string(raw) {
		return false
	}
	if q.life != nil {
		return q.life.Val() > lifeOf(q.Place)-noteEvery
	}
	own, _ := q.value(keyChat)
	return own == q.Place.ID || q.Place.User == ""
}

// isHalted says whether a digest of the place may be halted: of those that were not read
// nobody knows.
func (m Memory) isHalted(q *beginning) bool {
	ids, err := q.ids.Result()
	if err != nil || !slices.Equal(ids, q.digests) {
		m.s.places.put(digestsOf(q.Place), ids)
		return err != nil || len(ids) > 0
	}
	for i := range ids {
		var sub okr.Subscription
		if found, _ := q.decode(keyDigests+i, &sub); !found || sub.Halted() {
			return true
		}
	}
	return false
}

// digestsOf is the list of the digests of a place.
func digestsOf(c okr.Conversation) string {
	return indexKey(c.Tenant, "subscription", okr.ConversationIndex(c.ID))
}

// maxPlaces bounds how many places with digests are remembered; beyond it all are
// forgotten.
const maxPlaces = 20_000

// places remembers which digests a place had last, so that they can be read before it is
// known which it has. The list of them is read with them: when it is another one, what
// was read is not used.
type places struct {
	mu      sync.Mutex
	digests map[string][]string // by list
}

func (p *places) get(list string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.digests[list]
}

func (p *places) put(list string, ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case len(ids) == 0:
		delete(p.digests, list)
		return
	case p.digests == nil, len(p.digests) >= maxPlaces:
		p.digests = map[string][]string{}
	}
	p.digests[list] = ids
}
