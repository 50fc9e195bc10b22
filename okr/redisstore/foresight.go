package redisstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
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
// for foreseenLife, and none after the turn has asked for anything but a reading: it might
// have changed what they say.
type foreseen struct {
	now     func() time.Time
	mu      sync.Mutex
	answers map[string]known
	asking  map[string]chan struct{} // the values that Redis is asked for now; closed as it has answered
	writes  int                      // how often one has begun or ended: what was read meanwhile may be of before
	within  int                      // how many transactions run, which go by nothing but what they read themselves
}

// known is an answer, and until when it stands.
type known struct {
	value any
	until time.Time
}

// foreseenLife is for how long an answer stands: a turn that waits for others in between
// reads anew.
const foreseenLife = 2 * time.Second

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

// remember keeps for a turn what stands under a key, which a script has read.
func remember(ctx context.Context, key string, raw any) {
	if text, ok := raw.(string); ok && text != "" {
		if f, ok := ctx.Value(foreseenKey{}).(*foreseen); ok {
			f.learn(questionOf(key), text)
		}
	}
}

// keyOfGet is what a command gets; false: it is another one.
func keyOfGet(cmd redis.Cmder) (string, bool) {
	if cmd.Name() != "get" || len(cmd.Args()) != 2 {
		return "", false
	}
	key, ok := cmd.Args()[1].(string)
	return key, ok
}

// isReading says whether a command changes nothing.
func isReading(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "get", "mget", "zrange", "smembers", "lrange", "hmget", "hget", "exists", "pttl":
		return true
	case "evalsha":
		sha, _ := cmd.Args()[1].(string)
		return slices.ContainsFunc(readingScripts(), func(s *redis.Script) bool { return s.Hash() == sha })
	}
	return false
}

// readingScripts are those that change nothing.
func readingScripts() []*redis.Script {
	return []*redis.Script{openScript, pagesScript, aroundScript, pageScript, connectionsScript, integrationScript, credentialsScript}
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
			defer f.alone(cmd)()
			if isAnswered, err := f.answer(cmd); isAnswered {
				return err
			}
			at := f.changes(cmd)
			err := next(ctx, cmd)
			f.keep(cmd, err, at, f.changes(cmd))
			return err
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

// alone waits until nobody else of the turn asks for the same value, whose answer is shared,
// and lets others wait until done.
func (f *foreseen) alone(cmd redis.Cmder) (done func()) {
	key, isGet := keyOfGet(cmd)
	if !isGet {
		return func() {}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for other, isAsked := f.asking[key]; isAsked; other, isAsked = f.asking[key] {
		f.mu.Unlock()
		<-other
		f.mu.Lock()
	}
	mine := make(chan struct{})
	f.asking[key] = mine
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.asking, key)
		close(mine)
	}
}

// watch is a transaction of a turn, whatever it goes by: a Cluster runs it on a node, past the
// hooks of its client. What the turn has read is asked anew in it and after it, whoever reads
// beside it: what was read before its WATCH might be written over.
func (s *Store) watch(ctx context.Context, do func(*redis.Tx) error, keys ...string) error {
	f, isTurn := ctx.Value(foreseenKey{}).(*foreseen)
	if !isTurn {
		return s.client.Watch(ctx, do, keys...)
	}
	f.forget(1)
	defer f.forget(-1)
	return s.client.Watch(ctx, do, keys...)
}

// forget forgets all as a transaction begins (1) or ends (-1).
func (f *foreseen) forget(within int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.within += within
	f.writes++
	clear(f.answers)
}

// changes forgets what commands may change; of what belongs to one key only that. It gives
// how many writes there were.
func (f *foreseen) changes(cmds ...redis.Cmder) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, cmd := range cmds {
		if isReading(cmd) || isCounting(cmd) {
			continue
		}
		f.writes++
		if key := ownKeyOf(cmd); key != "" {
			delete(f.answers, questionOf(key))
			continue
		}
		clear(f.answers)
	}
	return f.writes
}

// isCounting says whether a command changes nothing that a turn reads: it counts tries, or asks
// for the pace of Azure DevOps.
func isCounting(cmd redis.Cmder) bool {
	args := cmd.Args()
	return len(args) > 1 && (args[1] == spendScript.Hash() || args[1] == gateScript.Hash())
}

// ownKeyOf is the one key that a command writes, where nothing else depends on it; empty: it
// may change more.
func ownKeyOf(cmd redis.Cmder) string {
	args, name := cmd.Args(), cmd.Name()
	if name != "set" && (name != "del" || len(args) != 2) {
		return ""
	}
	if key, _ := args[1].(string); standsAlone(key) {
		return key
	}
	return ""
}

// learn adds an answer, except beside a transaction.
func (f *foreseen) learn(question string, value any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.within == 0 {
		f.answers[question] = known{value, f.now().Add(foreseenLife)}
	}
}

// keep adds what a command has read or, of a turn's own, written, where it may be asked for
// again as it is: a value, that there is none, and a page of a list. The command itself does
// not know yet how it went. What others of the turn wrote while it ran, from at to now, it may
// not have seen.
func (f *foreseen) keep(cmd redis.Cmder, err error, at, now int) {
	if cmd.Name() == "set" {
		at++ // itself
	}
	if err != nil && !missing(err) || at != now {
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
			f.learn(questionOf(key), text)
		}
	case *redis.StringCmd:
		if _, isGet := keyOfGet(cmd); isGet && err != nil {
			f.learn(question(cmd), nil)
		} else if isGet {
			f.learn(question(cmd), read.Val())
		}
	case *redis.Cmd:
		if cmd.Name() == "evalsha" && args[1] == pageScript.Hash() && err == nil {
			f.learn(question(cmd), read.Val())
		}
	}
}

// answer gives a command its answer; false: that is not known. The answer of a script but
// for pages is given once, since who reads it may change it.
func (f *foreseen) answer(cmd redis.Cmder) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.within > 0 || len(f.answers) == 0 || !isReading(cmd) {
		return false, nil
	}
	key := question(cmd)
	known, ok := f.answers[key]
	if !ok || f.now().After(known.until) {
		return false, nil
	}
	switch into := cmd.(type) {
	case *redis.StringCmd:
		text, isThere := known.value.(string)
		if !isThere {
			return true, redis.Nil
		}
		into.SetVal(text)
		return true, nil
	case *redis.Cmd:
		into.SetVal(known.value)
		if cmd.Args()[1] != pageScript.Hash() {
			delete(f.answers, key)
		}
		return true, nil
	}
	return false, nil
}

// learnScript adds what a script has read, unless Redis does not know it yet. Sign-ins that
// were listed are also known one by one.
func (f *foreseen) learnScript(tenant okr.TenantID, asked redis.Cmder, read *redis.Cmd) {
	if read.Err() != nil {
		return
	}
	f.learn(question(asked), read.Val())
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
			f.learn(questionOf(credentialKey(tenant, okr.CredentialID(id))), raw)
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
	if f.changes() != at {
		return // others of the turn wrote meanwhile
	}
	for cmd, read := range asked {
		f.learnScript(tenant, cmd, read)
	}
	if values == nil || values.Err() != nil {
		return
	}
	for i, key := range keys {
		f.learn(questionOf(key), values.Val()[i])
	}
}
