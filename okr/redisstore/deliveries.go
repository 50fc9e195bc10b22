package redisstore

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// delivered begins the value of a delivery that was handled, before the token of who did;
// until then it is the token of who has it in hand. Programs of before wrote it alone.
const delivered = "done"

func handledBy(token string) string { return delivered + ":" + token }

func isHandled(holder string) bool {
	return holder == delivered || strings.HasPrefix(holder, delivered+":")
}

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

// leaveDeliveryScript gives a delivery back into another hand, which had it when it was noted
// that it was handled, unless that one has noted the same since.
//
//	KEYS[1] the delivery
//	ARGV[1] what was noted
//	ARGV[2] the token of who had it
//	ARGV[3] how long it stays in hand from now on, in milliseconds
var leaveDeliveryScript = redis.NewScript(`
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return 1`)

func keyOfDelivery(d okr.Delivery) string { return deliveryKey(d.Tenant, d.Conversation, d.Activity) }

// HoldDelivery keeps a delivery in hand for d.Hold from now on; false: it is in another hand
// by now, or handled.
func (m Memory) HoldDelivery(ctx context.Context, d okr.Delivery) (mine bool, err error) {
	n, err := holdDeliveryScript.Run(ctx, m.s.client, []string{keyOfDelivery(d)}, d.Token, d.Hold.Milliseconds()).Int()
	return n == 1, fail(ctx, "hold delivery", err)
}

// End notes for an hour that the delivery of a turn was handled, and keeps its place and
// what it leaves for later turns, in one round trip.
func (m Memory) End(ctx context.Context, c okr.Ending) (out okr.Ended) {
	var raw []byte
	if c.Place != nil {
		if raw, out.NotNoted = encode(0, *c.Place); out.NotNoted != nil {
			return out
		}
	}
	var finished *redis.StatusCmd
	var length *redis.IntCmd
	cmds, _ := m.s.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each says its own error
		if c.Place != nil {
			setConversation(ctx, p, *c.Place, raw)
		}
		for _, d := range c.Drafts {
			key := draftKey(c.Delivery.Tenant, d.ID)
			p.Set(ctx, key, m.s.sealer.Seal(key, d.Data), d.Life)
		}
		length = m.noteForms(ctx, p, c.Delivery.Tenant, c.Forms)
		if d := c.Delivery; d.Token != "" {
			finished = p.SetArgs(ctx, keyOfDelivery(d), handledBy(d.Token), redis.SetArgs{TTL: deliveryTTL, Get: true})
		}
		return nil
	})
	for _, cmd := range cmds {
		if finished == nil || cmd != redis.Cmder(finished) {
			out.NotNoted = cmp.Or(out.NotNoted, fail(ctx, "note turn", cmd.Err()))
		}
	}
	if length != nil && length.Val() > int64(2*c.Forms[0].Most) {
		list := draftKey(c.Delivery.Tenant, c.Forms[0].List)
		out.NotNoted = cmp.Or(out.NotNoted, fail(ctx, "note turn", m.s.client.LTrim(ctx, list, int64(-c.Forms[0].Most), -1).Err()))
	}
	if finished != nil {
		out.NotFinished = fail(ctx, "finish delivery", leaveDelivery(ctx, m.s.client, c.Delivery, finished))
	}
	return out
}

// noteForms queues notes of open forms, which are of one list. It gives how many there are
// then; nil: there is none.
func (m Memory) noteForms(ctx context.Context, p redis.Pipeliner, tenant okr.TenantID, forms []okr.OpenForm) *redis.IntCmd {
	if len(forms) == 0 {
		return nil
	}
	list := draftKey(tenant, forms[0].List)
	notes := make([]any, len(forms))
	for i, f := range forms {
		notes[i] = m.s.sealer.Seal(list, f.Note)
	}
	length := p.RPush(ctx, list, notes...)
	p.Expire(ctx, list, forms[0].Life)
	return length
}

// leaveDelivery gives a delivery back that was in another hand when it was noted as handled.
func leaveDelivery(ctx context.Context, c redis.Scripter, d okr.Delivery, finished *redis.StatusCmd) error {
	holder, err := finished.Result()
	switch {
	case missing(err):
		return nil
	case err != nil, holder == d.Token, isHandled(holder):
		return err
	}
	return leaveDeliveryScript.Run(ctx, c, []string{keyOfDelivery(d)}, handledBy(d.Token), holder, max(d.Hold.Milliseconds(), 1)).Err()
}

// Begin takes the delivery of a turn in hand and reads what the turn begins with, in one
// round trip: all of it is of one tenant, and so on one node. No transaction is needed,
// and none is wanted: a Redis that takes no writes answers the rest. Whoever dies with a
// delivery in hand loses it when d.Hold is over.
func (m Memory) Begin(ctx context.Context, o okr.Beginning) okr.Begun {
	q := m.beginning(o)                                                                           //nolint:contextcheck // what is asked ahead is only noted there
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
	out.Ahead = q.answers(m.s.now)
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
	ahead   []redis.Cmder // what the work begins with
	scripts []*redis.Cmd  // of it, as they are asked

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
	if o.Ahead != nil {
		q.ahead = questions(o.Ahead, tenant)
	}
	for _, cmd := range q.ahead {
		if key, isGet := keyOfGet(cmd); isGet {
			q.keys = append(q.keys, key)
		}
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
	for _, cmd := range q.ahead {
		if _, isGet := keyOfGet(cmd); !isGet {
			q.scripts = append(q.scripts, p.Do(ctx, cmd.Args()...))
		}
	}
}

// answers are those to what the work begins with; nil: nothing was asked.
func (q *beginning) answers(now func() time.Time) func(context.Context) context.Context {
	if q.Ahead == nil {
		return nil
	}
	answers := map[string]any{}
	values := q.values.Val()[keyDigests+len(q.digests):]
	for _, cmd := range q.ahead {
		if _, isGet := keyOfGet(cmd); isGet {
			answers[question(cmd)] = values[0]
			values = values[1:]
			continue
		}
		addScript(answers, q.Place.Tenant, cmd, q.scripts[0])
		q.scripts = q.scripts[1:]
	}
	f := newForeseen(now)
	f.learn(f.changes(), answers)
	return func(ctx context.Context) context.Context { return context.WithValue(ctx, foreseenKey{}, f) }
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
	case isHandled(holder):
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
