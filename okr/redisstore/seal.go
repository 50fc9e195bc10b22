package redisstore

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

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
			return nil, okr.Errorf(okr.Invalid, "SEAL_KEYS, entry %d: its id is that of an entry before. Give each key an id of its own.", i+1)
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
