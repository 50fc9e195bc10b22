package redisstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// canary is what each key that has sealed in this store has sealed once. A program
// with other keys would start well, and then send the owner of every sign-in to sign
// in again; with the canary it sees that at once.
const canary = "okrbot"

// CheckKeys says whether the seal keys fit the store: Invalid when they do not. A
// store in which nothing was sealed yet fits every key.
func CheckKeys(ctx context.Context, s *Store) error {
	canaries, err := s.client.HGetAll(ctx, canariesKey()).Result()
	if err != nil {
		return fail(ctx, "check seal keys", err)
	}
	_, err = fitting(ctx, s, canaries)
	return err
}

// AcceptKeys makes the seal keys those of the store, whatever was sealed before. It is
// for an operator who has lost the former ones.
func AcceptKeys(ctx context.Context, s *Store) error {
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, canariesKey())
		p.HSet(ctx, canariesKey(), s.sealer.first, s.sealer.Seal(canariesKey(), []byte(canary)))
		return nil
	})
	return fail(ctx, "accept seal keys", err)
}

// proveKeys is CheckKeys, and leaves a canary of the key that seals from now on. Of
// two first starts with different keys one is refused.
func proveKeys(ctx context.Context, s *Store) error {
	return s.transact(ctx, "prove seal keys", func(tx *redis.Tx) error {
		canaries, err := tx.HGetAll(ctx, canariesKey()).Result()
		if err != nil {
			return err
		}
		gone, err := fitting(ctx, s, canaries)
		if err != nil {
			return err
		}
		_, proven := canaries[s.sealer.first]
		if proven && len(gone) == 0 {
			return nil // a start writes nothing, most often
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			if len(gone) > 0 {
				p.HDel(ctx, canariesKey(), gone...)
			}
			if !proven {
				p.HSet(ctx, canariesKey(), s.sealer.first, s.sealer.Seal(canariesKey(), []byte(canary)))
			}
			return nil
		})
		return err
	}, canariesKey())
}

// fitting fails with Invalid when the keys do not fit: one has the id of another key
// that sealed here, none of them has sealed here, or no sign-in opens. It gives the
// ids of keys that were taken away and with which no sign-in is sealed any more. The
// sign-ins, of which there may be many, are looked at only when a key was taken away,
// and at the first start.
func fitting(ctx context.Context, s *Store, canaries map[string]string) (gone []string, err error) {
	var missing []string
	for id, sealed := range canaries {
		if _, ours := s.sealer.keys[id]; !ours {
			missing = append(missing, id)
		} else if _, err := s.sealer.Open(canariesKey(), sealed); err != nil {
			return nil, foreignKeys("the key %s of SEAL_KEYS is another one than the key of this id that sealed here", strconv.Quote(id))
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 && len(missing) == len(canaries) {
		return nil, foreignKeys("SEAL_KEYS has none of the keys that sealed here (%s)", quoted(missing))
	}
	if len(canaries) > 0 && len(missing) == 0 {
		return nil, nil
	}
	seals, err := s.Seals(ctx)
	switch {
	case err != nil:
		return nil, err
	case seals.Closed > 0 && seals.Closed == seals.All:
		return nil, foreignKeys("none of the %d stored sign-ins can be opened; they want the keys %s", seals.All, strings.Join(seals.Missing, ", "))
	case seals.Closed > 0:
		s.log.WarnContext(ctx, "some stored sign-ins cannot be opened; their owners are asked to sign in again", "closed", seals.Closed, "of", seals.All, "keys", seals.Missing)
		return nil, nil
	}
	return missing, nil
}

func quoted(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = strconv.Quote(id)
	}
	return strings.Join(out, ", ")
}

func foreignKeys(format string, args ...any) error {
	return okr.Errorf(okr.Invalid, "SEAL_KEYS does not fit this store: "+format+". With other keys, everybody would have to sign in again. "+
		"Put the keys back that sealed here; if they are lost, see \"Keys that are lost\" in docs/operations/backup.md.", args...)
}
