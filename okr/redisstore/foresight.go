package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// foresight lets the beginning of a turn ask what its work will ask first, so that the work
// need not: what a reading asks is noted instead of asked, and answered from there when it is
// asked again. Only readings of single values and by scripts are foreseen.
type foresight struct{}

// notedKey is the context key of what a reading is to be noted in, and foreseenKey that of
// answers.
type (
	notedKey    struct{}
	foreseenKey struct{}
)

// noted are the questions of readings; each ends at its first one.
// Those of other keys than of the tenant's are not asked: they may be on another node.
type noted struct {
	keys string // what those of the tenant begin with
	cmds []redis.Cmder
}

// note notes a command that may be asked ahead.
func (n *noted) note(cmd redis.Cmder) {
	key, isGet := keyOfGet(cmd)
	if !isGet && cmd.Name() == "evalsha" && isReading(cmd) && len(cmd.Args()) > 3 {
		key, _ = cmd.Args()[3].(string)
	}
	if key != "" && strings.HasPrefix(key, n.keys) {
		n.cmds = append(n.cmds, cmd)
	}
}

var errNoted = errors.New("this reading is only noted")

// foreseen are answers, by their questions, and what the turn has read besides. They stand
// until a moment that is foreseenLife away at most, and none after the turn has asked for
// anything but a reading: it might have changed what they say.
type foreseen struct {
	now     func() time.Time
	mu      sync.Mutex
	answers map[string]any // nil: there is none
	until   time.Time
	asking  map[string]*asked // the values that Redis is asked for now
	moves   int               // how often a write has begun or ended, or until passed: what was read meanwhile may be of before
	within  int               // how many transactions run, which go by nothing but what they read themselves
}

// asked is a value that Redis is asked for.
type asked struct {
	done   chan struct{}
	failed bool // before done is closed
}

// foreseenLife is for how long an answer stands, and what was read from it: a turn that waits
// for others in between reads anew.
const foreseenLife = 2 * time.Second

func newForeseen(now func() time.Time) *foreseen {
	return &foreseen{now: now, answers: map[string]any{}, asking: map[string]*asked{}}
}

// renew forgets all when its time has passed. With mu held.
func (f *foreseen) renew() {
	if now := f.now(); !now.Before(f.until) {
		clear(f.answers)
		f.until = now.Add(foreseenLife)
		f.moves++
	}
}

// questions are the first ones of the readings in ahead, which goes by settings as a turn
// does.
func questions(ahead func(context.Context), tenant okr.TenantID) []redis.Cmder {
	n, t := &noted{keys: tenantKey(tenant)}, okr.DefaultSettings(tenant)
	t.Enabled, t.Ever, t.Generation = true, true, math.MaxInt
	ahead(context.WithValue(okr.WithSettings(context.Background(), t), notedKey{}, n))
	return n.cmds
}

// question is what tells a command from others.
func question(cmd redis.Cmder) string {
	var b strings.Builder
	for _, arg := range cmd.Args() {
		switch arg := arg.(type) {
		case string:
			b.WriteString(arg)
		case []byte:
			b.Write(arg)
		default:
			fmt.Fprint(&b, arg)
		}
		b.WriteByte(0)
	}
	return b.String()
}

// questionOf is the question for what stands under a key.
func questionOf(key string) string { return "get\x00" + key + "\x00" }

// reading is a script that a turn runs, from which it learns what stands under single keys.
type reading struct {
	of *foreseen // nil: no turn's
	at int
}

// startReading comes before the script is asked.
func startReading(ctx context.Context) reading {
	f, ok := ctx.Value(foreseenKey{}).(*foreseen)
	if !ok {
		return reading{}
	}
	return reading{f, f.changes()}
}

// remember keeps what stands under a key.
func (r reading) remember(key string, raw any) {
	if text, ok := raw.(string); ok && text != "" && r.of != nil {
		r.of.learn(r.at, map[string]any{questionOf(key): text})
	}
}

// DialHook implements [redis.Hook].
func (foresight) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements [redis.Hook].
func (foresight) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if n, ok := ctx.Value(notedKey{}).(*noted); ok {
			n.note(cmd)
			return errNoted
		}
		if f, ok := ctx.Value(foreseenKey{}).(*foreseen); ok {
			if isAnswered, err := f.answer(cmd); isAnswered {
				return err
			}
			return f.ask(ctx, cmd, next)
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements [redis.Hook].
func (foresight) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if _, ok := ctx.Value(notedKey{}).(*noted); ok {
			return errNoted
		}
		f, isTurn := ctx.Value(foreseenKey{}).(*foreseen)
		if !isTurn {
			return next(ctx, cmds)
		}
		f.changes(cmds...)
		err := next(ctx, cmds)
		f.changes(cmds...)
		return err
	}
}

// ask asks Redis, unless somebody else of the turn asks for the same value, whose answer is
// shared then.
func (f *foreseen) ask(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) (err error) {
	if mine := f.alone(ctx, cmd); mine != nil {
		defer func() { f.asked(cmd, mine, err != nil && !missing(err)) }()
		if isAnswered, err := f.answer(cmd); isAnswered {
			return err
		}
	}
	at := f.changes(cmd)
	err = next(ctx, cmd)
	f.changes(cmd)
	f.keep(cmd, err, at)
	return err
}

// alone waits until nobody else of the turn asks for the same value, and lets others wait until
// then. Nil: none waits, since Redis failed, ctx has ended, or there is a transaction.
func (f *foreseen) alone(ctx context.Context, cmd redis.Cmder) *asked {
	key, isGet := keyOfGet(cmd)
	f.mu.Lock()
	defer f.mu.Unlock()
	for isGet && f.within == 0 {
		other := f.asking[key]
		if other == nil {
			mine := &asked{done: make(chan struct{})}
			f.asking[key] = mine
			return mine
		}
		f.mu.Unlock()
		select {
		case <-other.done:
		case <-ctx.Done():
		}
		f.mu.Lock()
		if other.failed || ctx.Err() != nil {
			break
		}
	}
	return nil
}

// asked lets those go on who wait for a value.
func (f *foreseen) asked(cmd redis.Cmder, a *asked, hasFailed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, _ := keyOfGet(cmd)
	delete(f.asking, key)
	a.failed = hasFailed
	close(a.done)
}

// forget forgets all as a transaction begins (1) or ends (-1).
func (f *foreseen) forget(within int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.within += within
	f.moves++
	clear(f.answers)
}

// changes forgets what commands may change; of what belongs to one key only that. It gives
// how many moves there were.
func (f *foreseen) changes(cmds ...redis.Cmder) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.renew()
	for _, cmd := range cmds {
		if isReading(cmd) || isCounting(cmd) {
			continue
		}
		f.moves++
		if key := ownKeyOf(cmd); key != "" {
			delete(f.answers, questionOf(key))
			continue
		}
		clear(f.answers)
	}
	return f.moves
}

// learn adds answers to what was asked when there had been so many moves, unless there was
// another since.
func (f *foreseen) learn(at int, answers map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.renew()
	if f.within == 0 && f.moves == at {
		maps.Copy(f.answers, answers)
	}
}

// keep adds what a command has read or, of a turn's own, written, where it may be asked for
// again as it is: a value, that there is none, and a page of a list. The command itself does
// not know yet how it went.
func (f *foreseen) keep(cmd redis.Cmder, err error, at int) {
	if err != nil && !missing(err) {
		return
	}
	args := cmd.Args()
	switch read := cmd.(type) {
	case *redis.StatusCmd:
		if cmd.Name() != "set" || err != nil {
			return
		}
		key, _ := args[1].(string)
		if text, isText := args[2].(string); isText && standsAlone(key) {
			f.learn(at+1, map[string]any{questionOf(key): text}) // 1: itself
		}
	case *redis.StringCmd:
		if _, isGet := keyOfGet(cmd); isGet && err != nil {
			f.learn(at, map[string]any{question(cmd): nil})
		} else if isGet {
			f.learn(at, map[string]any{question(cmd): read.Val()})
		}
	case *redis.Cmd:
		if cmd.Name() == "evalsha" && args[1] == pageScript.Hash() && err == nil {
			f.learn(at, map[string]any{question(cmd): read.Val()})
		}
	}
}

// answer gives a command its answer; false: that is not known. The answer of a script but
// for pages is given once, since who reads it may change it.
func (f *foreseen) answer(cmd redis.Cmder) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.renew()
	if f.within > 0 || len(f.answers) == 0 || !isReading(cmd) {
		return false, nil
	}
	key := question(cmd)
	known, ok := f.answers[key]
	if !ok {
		return false, nil
	}
	switch into := cmd.(type) {
	case *redis.StringCmd:
		text, isThere := known.(string)
		if !isThere {
			return true, redis.Nil
		}
		into.SetVal(text)
		return true, nil
	case *redis.Cmd:
		into.SetVal(known)
		if cmd.Args()[1] != pageScript.Hash() {
			delete(f.answers, key)
		}
		return true, nil
	}
	return false, nil
}

// addScript adds what a script has read, unless Redis does not know it yet. Sign-ins that
// were listed are also known one by one.
func addScript(to map[string]any, tenant okr.TenantID, asked redis.Cmder, read *redis.Cmd) {
	if read.Err() != nil {
		return
	}
	to[question(asked)] = read.Val()
	parts, _ := read.Val().([]any)
	if asked.Args()[1] != credentialsScript.Hash() {
		return
	}
	for i, id := range list(parts, 0) {
		if id, ok := id.(string); ok {
			raw := list(parts, 1)[i]
			if raw == "" {
				raw = nil // there is none
			}
			to[questionOf(credentialKey(tenant, okr.CredentialID(id)))] = raw
		}
	}
}

// Ahead asks at once what readings ask first, so that they need not ask one after the other.
// In a turn only; best effort.
func (m Memory) Ahead(ctx context.Context, tenant okr.TenantID, read func(context.Context)) {
	f, ok := ctx.Value(foreseenKey{}).(*foreseen)
	cmds := questions(read, tenant) //nolint:contextcheck // only noted
	if !ok || len(cmds) < 2 {
		return
	}
	var keys []string
	asked := map[redis.Cmder]*redis.Cmd{}
	var values *redis.SliceCmd
	at := f.changes()
	_, _ = m.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, cmd := range cmds {
			if key, isGet := keyOfGet(cmd); isGet {
				keys = append(keys, key)
			} else {
				asked[cmd] = p.Do(ctx, cmd.Args()...)
			}
		}
		if len(keys) > 0 {
			values = p.MGet(ctx, keys...)
		}
		return nil
	})
	answers := map[string]any{}
	for cmd, read := range asked {
		addScript(answers, tenant, cmd, read)
	}
	if values != nil && values.Err() == nil {
		for i, key := range keys {
			answers[questionOf(key)] = values.Val()[i]
		}
	}
	f.learn(at, answers)
}
