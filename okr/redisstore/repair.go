package redisstore

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// Lists is what was found of records and of where they must stand: in the lists
// of their kind, under their unique name, with their owner.
type Lists struct {
	Records    int // that were looked at
	Missing    int // records that do not stand everywhere where they must
	Unreadable int
}

// Upkeep is what an operator does with a store.
type Upkeep struct{ s *Store }

// NewUpkeep gives the upkeep of a store.
func NewUpkeep(s *Store) Upkeep { return Upkeep{s} }

// CheckLists looks at every record, sign-in and conversation, and with repair puts
// those that are missing in a list into it. A Redis that loads only a part of its
// append-only file can lose the lists and keep the records; what it lost of
// both, nobody can tell. It may run while okrbot does.
func (u Upkeep) CheckLists(ctx context.Context, repair bool) (Lists, error) {
	var mu sync.Mutex
	var all Lists
	err := u.s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		var cursor uint64
		for {
			keys, next, err := c.Scan(ctx, cursor, "okr:{*}:*", listChunk).Result()
			if err != nil {
				return err
			}
			part, err := u.checkKeys(ctx, c, keys, repair)
			mu.Lock()
			all.add(part)
			mu.Unlock()
			if cursor = next; err != nil || cursor == 0 {
				return err
			}
		}
	})
	return all, fail(ctx, "check lists", err)
}

func (l *Lists) add(part Lists) {
	l.Records += part.Records
	l.Missing += part.Missing
	l.Unreadable += part.Unreadable
}

// place is one entry beside a record: a look whether it is there, and its writing.
type place struct {
	look  func(redis.Pipeliner) (there func() bool)
	write func(redis.Pipeliner)
}

// checkKeys looks at those keys that hold records, all in two round trips, and
// once more at each that seems to be missing somewhere.
func (u Upkeep) checkKeys(ctx context.Context, c redis.Cmdable, keys []string, repair bool) (found Lists, err error) {
	places, err := readPlaces(ctx, c, keys, &found)
	if err != nil {
		return found, err
	}
	for key, absent := range places {
		if absent, err = missingPlaces(ctx, c, absent); err != nil {
			return found, err
		}
		if len(absent) == 0 {
			continue
		}
		missing, err := u.checkRecord(ctx, key, repair)
		if err != nil {
			return found, err
		}
		if missing {
			found.Missing++
		}
	}
	return found, nil
}

// readPlaces reads the records under keys and gives where each must stand.
func readPlaces(ctx context.Context, c redis.Cmdable, keys []string, found *Lists) (map[string][]place, error) {
	raw := map[string]*redis.StringCmd{}
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range keys {
			if placesOf(ctx, key) != nil {
				raw[key] = p.Get(ctx, key)
			}
		}
		return nil
	})
	if err != nil && !missing(err) {
		return nil, err
	}
	places := map[string][]place{}
	for key, cmd := range raw {
		value, err := cmd.Bytes()
		if missing(err) {
			continue // deleted since
		} else if err != nil {
			return nil, err
		}
		found.Records++
		if places[key], err = placesOf(ctx, key)(value); err != nil {
			found.Unreadable++
		}
	}
	return places, nil
}

func missingPlaces(ctx context.Context, c redis.Cmdable, places []place) (absent []place, err error) {
	there := make([]func() bool, len(places))
	_, err = c.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, at := range places {
			there[i] = at.look(p)
		}
		return nil
	})
	if err != nil && !missing(err) {
		return nil, err
	}
	for i, at := range places {
		if !there[i]() {
			absent = append(absent, at)
		}
	}
	return absent, nil
}

// checkRecord looks at one record while nobody changes it, and repairs it if that
// is wanted.
func (u Upkeep) checkRecord(ctx context.Context, key string, repair bool) (isMissing bool, err error) {
	err = u.s.transact(ctx, "check lists", func(tx *redis.Tx) error {
		isMissing = false
		raw, err := tx.Get(ctx, key).Bytes()
		if missing(err) {
			return nil
		} else if err != nil {
			return err
		}
		places, err := placesOf(ctx, key)(raw)
		if err != nil {
			return nil //nolint:nilerr // it was counted
		}
		absent, err := missingPlaces(ctx, tx, places)
		if err != nil || len(absent) == 0 {
			return err
		}
		isMissing = true
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Exists(ctx, key) // also when nothing is written: it fails when the record has changed
			for _, at := range absent {
				if repair {
					at.write(p)
				}
			}
			return nil
		})
		return err
	}, key)
	return isMissing, err
}

// placesOf gives the reader of what is stored under a key; nil: it stands in no
// list.
func placesOf(ctx context.Context, key string) func(raw []byte) ([]place, error) {
	tag, rest, ok := strings.Cut(strings.TrimPrefix(key, "okr:{"), "}:")
	if !ok {
		return nil
	}
	parts := strings.Split(rest, ":")
	for _, part := range []*string{&tag, &parts[len(parts)-1]} {
		plain, err := url.QueryUnescape(*part)
		if err != nil {
			return nil
		}
		*part = plain
	}
	tenant, id := okr.TenantID(tag), parts[len(parts)-1]
	switch {
	case len(parts) == 3 && parts[1] == "record":
		kind := parts[0]
		read, ok := placesOfKind[kind]
		if !ok {
			return nil
		}
		return func(raw []byte) ([]place, error) { return read(ctx, tenant, kind, id, raw) }
	case len(parts) == 2 && parts[0] == "credential":
		return func(raw []byte) ([]place, error) { return placesOfCredential(ctx, tenant, raw) }
	case len(parts) == 2 && parts[0] == "conversation":
		return func(raw []byte) ([]place, error) { return placesOfConversation(ctx, raw) }
	default:
		return nil
	}
}

type placesReader func(ctx context.Context, tenant okr.TenantID, kind, id string, raw []byte) ([]place, error)

// placesOfKind knows the type of each kind of records.
var placesOfKind = map[string]placesReader{
	"tenant": placesOfRecord[okr.Settings], "goal": placesOfRecord[okr.Goal], "connection": placesOfRecord[okr.Connection],
	"subscription": placesOfRecord[okr.Subscription], "checkin": placesOfRecord[okr.CheckIn], "member": placesOfRecord[okr.Member],
}

func placesOfRecord[T okr.Record](ctx context.Context, tenant okr.TenantID, kind, id string, raw []byte) ([]place, error) {
	var record T
	stored, err := decode(raw, &record)
	if err != nil {
		return nil, err
	}
	indexes := []string{""}
	if stored.Indexed == indexVersion { // else the program that wrote it knew other lists
		indexes = append(indexes, record.Indexes()...)
	}
	var places []place
	for _, index := range indexes {
		key := indexKey(tenant, kind, index)
		places = append(places, place{
			func(p redis.Pipeliner) func() bool {
				score := p.ZScore(ctx, key, id)
				return func() bool { return score.Err() == nil }
			},
			func(p redis.Pipeliner) { p.ZAdd(ctx, key, redis.Z{Score: float64(stored.Created), Member: id}) },
		})
	}
	if name := record.Unique(); name != "" {
		key := namesKey(tenant, kind)
		places = append(places, place{
			func(p redis.Pipeliner) func() bool {
				holder := p.HGet(ctx, key, name)
				return func() bool { return holder.Err() == nil }
			},
			func(p redis.Pipeliner) { p.HSetNX(ctx, key, name, id) },
		})
	}
	if course := standsOf(record).course; course != "" && stored.Indexed == indexVersion {
		key := coursesKey(tenant)
		places = append(places, place{
			func(p redis.Pipeliner) func() bool {
				known := p.HGet(ctx, key, id)
				return func() bool { return known.Val() == course }
			},
			func(p redis.Pipeliner) { keepCourses(ctx, p, tenant, id, course) },
		})
	}
	return places, nil
}

// placesOfCredential: a sign-in stands in the list of its owner.
func placesOfCredential(ctx context.Context, tenant okr.TenantID, raw []byte) ([]place, error) {
	var c credential
	if _, err := decode(raw, &c); err != nil {
		return nil, err
	}
	key := credentialsKey(tenant, c.Owner)
	return []place{{
		func(p redis.Pipeliner) func() bool { return p.SIsMember(ctx, key, string(c.ID)).Val },
		func(p redis.Pipeliner) { p.SAdd(ctx, key, string(c.ID)) },
	}}, nil
}

// placesOfConversation: a person has one chat with okrbot.
func placesOfConversation(ctx context.Context, raw []byte) ([]place, error) {
	var c okr.Conversation
	if _, err := decode(raw, &c); err != nil {
		return nil, err
	}
	if c.Kind != okr.Personal || c.User == "" {
		return nil, nil
	}
	key := chatKey(c.Tenant, c.User)
	return []place{{
		func(p redis.Pipeliner) func() bool {
			chat := p.Get(ctx, key)
			return func() bool { return chat.Err() == nil }
		},
		func(p redis.Pipeliner) { p.SetNX(ctx, key, c.ID, 0) },
	}}, nil
}

// RunID changes whenever a Redis that holds a part of the data was started anew.
func (u Upkeep) RunID(ctx context.Context) (string, error) {
	var mu sync.Mutex
	var ids []string
	err := u.s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		info, err := c.Info(ctx, "server").Result()
		mu.Lock()
		defer mu.Unlock()
		ids = append(ids, field(info, "run_id"))
		return err
	})
	slices.Sort(ids)
	return strings.Join(ids, " "), fail(ctx, "look at redis", err)
}

// DropsTransactions says whether Redis would lose every transaction when it reads
// its append-only file: it then runs them as its user default, and one that may
// not, does not. Seen with Redis 7.0 and "user default off" in an ACL file.
// NotFound: Redis does not say.
func (u Upkeep) DropsTransactions(ctx context.Context) (bool, error) {
	var mu sync.Mutex
	drops := false
	err := u.s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		users, err := c.ACLList(ctx).Result()
		if err != nil && ctx.Err() == nil {
			return okr.WrapError(okr.NotFound, err, "Redis does not say what its users may do.")
		}
		mu.Lock()
		defer mu.Unlock()
		for _, user := range users {
			drops = drops || strings.HasPrefix(user, "user default ") && !mayDoAll(user)
		}
		return err
	})
	return drops, fail(ctx, "look at redis users", err)
}

// mayDoAll reads a line of an ACL (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/).
func mayDoAll(user string) bool {
	keys, commands := false, false
	for rule := range strings.FieldsSeq(user) {
		keys = keys || rule == "~*" || rule == "allkeys"
		commands = commands || rule == "+@all" || rule == "allcommands"
		if strings.HasPrefix(rule, "-@") {
			return false
		}
	}
	return keys && commands
}
