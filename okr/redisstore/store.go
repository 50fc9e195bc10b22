// Package redisstore keeps everything that okrbot must remember in Redis: a
// single server, Sentinel or Cluster (Redis 6.2 or later, or what speaks its
// protocol), or an embedded one in memory for trying out.
//
// All keys come from keys.go. Writes of several keys happen in one transaction
// on one slot, since all keys of a tenant share a hash tag.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// Options says where the store is.
type Options struct {
	// URL is where Redis listens: redis://[user:password@]host[:port][/db], or
	// rediss:// for TLS. Several hosts with commas between them are the seeds of a
	// Cluster (one host with ?cluster=true is, too); with ?master=name they are
	// Sentinels that know the master of this name (?sentinel_username= and
	// ?sentinel_password= if they want a login). Empty: an embedded Redis in memory
	// that forgets everything when it is closed.
	URL string
	// Socket is the path of the unix socket of a Redis beside this process, instead
	// of a URL.
	Socket string
	// SealKeys seal tokens at rest: id:base64(32 bytes), comma-separated. The first
	// seals, all open. Required with a URL or a socket; without one a random key is made.
	SealKeys string
	// Inspect is for an operator's look: seal keys that do not fit the store are no
	// reason to refuse, and the opening writes nothing.
	Inspect bool
	// Logger hears what an operator must know. Nil: nothing is logged.
	Logger *slog.Logger
	// Now is the clock by which what a turn has read grows old; nil means time.Now.
	Now func() time.Time
}

// Store keeps okrbot's data in Redis. It is safe for concurrent use, also by
// several replicas on the same Redis.
type Store struct {
	client   redis.UniversalClient
	sealer   *Sealer
	log      *slog.Logger
	now      func() time.Time
	embedded *miniredis.Miniredis // nil: a real Redis
	replicas replicas
	places   places
	packers  packers
	large    int // from how many members on a list is walked
}

// Open connects to Redis and checks that it answers. The caller closes the
// store. Errors: Invalid for options that cannot be read and for seal keys that do not
// fit the store, Unavailable when Redis does not answer.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.URL == "" && o.Socket == "" {
		return openEmbedded(ctx, o)
	}
	sealer, err := NewSealer(o.SealKeys)
	if err != nil {
		return nil, err
	}
	options := universal(&redis.Options{}, []string{o.Socket}, special{})
	if o.URL != "" {
		if options, err = parseURL(o.URL); err != nil {
			return nil, err
		}
	}
	s := &Store{client: redis.NewUniversalClient(options), sealer: sealer, log: o.Logger, now: o.Now, large: largeList}
	s.replicas.expected = options.MasterName != "" || options.IsClusterMode || len(options.Addrs) > 1
	if s, err = connect(ctx, s); err != nil || o.Inspect {
		return s, err
	}
	if err := proveKeys(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect checks that Redis answers, and closes the store when it does not.
func connect(ctx context.Context, s *Store) (*Store, error) {
	s.client.AddHook(foresight{})
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends all connections, and with them an embedded Redis and its data.
func (s *Store) Close() error {
	err := s.client.Close()
	if s.embedded != nil {
		s.embedded.Close()
	}
	if err != nil {
		return fmt.Errorf("closing of the store: %w", err)
	}
	return nil
}

// Client is the connection to Redis, for a work queue beside the store. Whoever
// uses it does not close it.
func (s *Store) Client() redis.UniversalClient { return s.client }

// Ping says whether the store can be used: Unavailable when it cannot.
func (s *Store) Ping(ctx context.Context) error {
	return fail(ctx, "ping", s.client.Ping(ctx).Err())
}

// Settings keeps the settings of tenants.
func (s *Store) Settings() okr.Records[string, okr.Settings] {
	return records[string, okr.Settings]{s: s, kind: "tenant", noun: "record", taken: "A tenant has one record of settings."}
}

// Goals keeps objectives, key results and projects.
func (s *Store) Goals() okr.Records[okr.GoalID, okr.Goal] { return goalsIn(s) }

// What stands in the keys of goals and check-ins.
const (
	goalKind    = "goal"
	checkInKind = "checkin"
)

func goalsIn(s *Store) records[okr.GoalID, okr.Goal] {
	return records[okr.GoalID, okr.Goal]{s: s, kind: goalKind, noun: "goal", taken: "This name is in use."}
}

// Connections keeps connections.
func (s *Store) Connections() okr.Records[okr.ConnectionID, okr.Connection] {
	return records[okr.ConnectionID, okr.Connection]{
		s: s, kind: "connection", noun: "connection",
		taken: "There is a connection of this name already. Choose another name.",
	}
}

// Subscriptions keeps digest subscriptions.
func (s *Store) Subscriptions() okr.Records[okr.SubscriptionID, okr.Subscription] {
	return records[okr.SubscriptionID, okr.Subscription]{
		s: s, kind: "subscription", noun: "subscription",
		taken: "This conversation has a digest already.",
	}
}

// CheckIns keeps what people said of goals.
func (s *Store) CheckIns() okr.Records[okr.CheckInID, okr.CheckIn] { return checkInsIn(s) }

func checkInsIn(s *Store) records[okr.CheckInID, okr.CheckIn] {
	return records[okr.CheckInID, okr.CheckIn]{s: s, kind: checkInKind, noun: "check-in", taken: "This name is in use."}
}

// Members keeps what people chose for themselves.
func (s *Store) Members() okr.Records[okr.UserID, okr.Member] {
	return records[okr.UserID, okr.Member]{s: s, kind: "member", noun: "person", taken: "This name is in use."}
}

// Memory keeps what conversations have to remember between turns: where people and places
// can be reached, half-filled forms, the tickets of sign-ins, and what was delivered.
func (s *Store) Memory() Memory { return Memory{s} }

// Memory is the part of a [Store] that belongs to conversations.
type Memory struct{ s *Store }

// NextNumber gives 1, 2, 3 … for each tenant and prefix, never the same twice. A
// number may be left out when Redis' answer was lost.
func (s *Store) NextNumber(ctx context.Context, tenant okr.TenantID, prefix string) (int64, error) {
	n, err := s.client.Incr(ctx, numberKey(tenant, prefix)).Result()
	return n, fail(ctx, "next number", err)
}

const (
	unreachable = "I can't reach my store at the moment. Nothing is lost. Try again in a minute."
	noWrites    = "I can't save changes at the moment, but you can still read everything. The operator of okrbot can fix this. Try again later."
)

// refusesWrites finds the refusals of a Redis that can still be read: it is full, is a
// replica, has lost its replicas, or cannot write to its disk. A script repeats them
// within its own words, and a transaction only says that it was discarded for one
// (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors).
var refusesWrites = regexp.MustCompile(`\b(OOM|READONLY|NOREPLICAS|MISCONF|EXECABORT)\b`)

// fail turns what Redis says into an error of the domain. Errors of the domain
// and a cancelled context pass; everything else is Unavailable, since an
// operator or time must put it right. That includes a deadline, which is most
// often a Redis that hangs; it stays in the chain for [errors.Is].
func fail(ctx context.Context, op string, err error) error {
	var known *okr.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("store: %s: %w", op, context.Canceled)
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		err = fmt.Errorf("%w: %w", ctx.Err(), withoutArguments(err))
	}
	err = withoutArguments(err)
	if refusesWrites.MatchString(err.Error()) {
		return okr.WrapError(okr.Unavailable, fmt.Errorf("%w: %s: %w", okr.ErrNoWrites, op, err), noWrites)
	}
	return okr.WrapError(okr.Unavailable, fmt.Errorf("%w: %s: %w", okr.ErrStore, op, err), unreachable)
}

// withoutArguments cuts the arguments that Redis repeats when it refuses a
// command.
func withoutArguments(err error) error {
	var reply redis.Error
	if !errors.As(err, &reply) {
		return err
	}
	text, _, cut := strings.Cut(reply.Error(), ", with args")
	if !cut {
		return err
	}
	return errors.New(text)
}

// missing tells absence, which is no failure, from failures.
func missing(err error) bool { return errors.Is(err, redis.Nil) }

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

// keyOfGet is what a command gets; false: it is another one.
func keyOfGet(cmd redis.Cmder) (string, bool) {
	if cmd.Name() != "get" || len(cmd.Args()) != 2 {
		return "", false
	}
	key, ok := cmd.Args()[1].(string)
	return key, ok
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
