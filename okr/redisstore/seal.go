package redisstore

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const sealKeySize = 32 // bytes, for AES-256

// Sealer encrypts what must not be read in the store: AES-256 in Galois/Counter
// Mode with a random nonce (NIST SP 800-38D). A sealed text opens only under the
// Redis key for which it was sealed, so it cannot be moved to another person's.
type Sealer struct {
	first string // the id of the key that seals
	keys  map[string]cipher.AEAD
}

// NewSealer reads keys as id:base64(32 bytes), comma-separated. The first seals,
// all open: to change the key, put a new one in front and keep the old ones. Its
// errors are Invalid and never repeat a key.
func NewSealer(keys string) (*Sealer, error) {
	s := &Sealer{keys: map[string]cipher.AEAD{}}
	if strings.TrimSpace(keys) == "" {
		return nil, okr.Errorf(okr.Invalid, "SEAL_KEYS is empty. Tokens are kept sealed, so a store that lasts needs a key: "+
			"set SEAL_KEYS to k1: and the output of \"openssl rand -base64 32\".")
	}
	for i, entry := range strings.Split(keys, ",") {
		id, encoded, _ := strings.Cut(strings.TrimSpace(entry), ":")
		aead, err := newAEAD(id, encoded)
		if err != nil {
			return nil, okr.Errorf(okr.Invalid, "SEAL_KEYS, entry %d: %v.", i+1, err)
		}
		if _, twice := s.keys[id]; twice {
			return nil, okr.Errorf(okr.Invalid, "SEAL_KEYS, entry %d: another entry has the same id. Give each key a different id.", i+1)
		}
		if s.first == "" {
			s.first = id
		}
		s.keys[id] = aead
	}
	return s, nil
}

func newAEAD(id, encoded string) (cipher.AEAD, error) {
	if id == "" || encoded == "" {
		return nil, errors.New("it must be an id, a colon and a key, as in k1:<base64 of 32 bytes>")
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return nil, errors.New("the key is no base64")
	}
	if len(key) != sealKeySize {
		return nil, fmt.Errorf("the key has %d bytes, it must have %d", len(key), sealKeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errors.New("the key is no AES key")
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts plain for one Redis key: the id of the seal key, a colon, and
// base64 of nonce and ciphertext.
func (s *Sealer) Seal(redisKey string, plain []byte) string {
	return s.first + ":" + base64.RawStdEncoding.EncodeToString(s.keys[s.first].Seal(nil, nil, plain, []byte(redisKey)))
}

// Open decrypts what was sealed for the same Redis key. Its errors name the id
// of the seal key at most.
func (s *Sealer) Open(redisKey, sealed string) ([]byte, error) {
	id, encoded, ok := strings.Cut(sealed, ":")
	if !ok {
		return nil, errors.New("sealed value: no id of a key")
	}
	aead, ok := s.keys[id]
	if !ok {
		return nil, fmt.Errorf("sealed value: SEAL_KEYS has no key %q", id)
	}
	raw, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("sealed value: no base64")
	}
	plain, err := aead.Open(nil, nil, raw, []byte(redisKey))
	if err != nil {
		return nil, fmt.Errorf("sealed value: the key %q of SEAL_KEYS does not open it: it is another key of the same id, or the value was moved or changed", id)
	}
	return plain, nil
}

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
		s.log.WarnContext(ctx, "some stored sign-ins cannot be opened; their owners need to sign in again", "closed", seals.Closed, "of", seals.All, "keys", seals.Missing)
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
	return okr.Errorf(okr.Invalid, "SEAL_KEYS does not fit this store: "+format+". With other keys, everyone would have to sign in again. "+
		"Put the keys back that sealed here; if they are lost, see \"Keys that are lost\" in docs/operations/backup.md.", args...)
}
