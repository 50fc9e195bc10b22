package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// credential is the stored form of a sign-in. Who it belongs to is in the open,
// so that it can be listed and deleted without the key.
type credential struct {
	ID         okr.CredentialID `json:"id"`
	Owner      okr.UserID       `json:"owner"`
	Account    account          `json:"account"`
	Sealed     string           `json:"sealed"` // tokens
	RenewedAt  time.Time        `json:"renewedAt,omitzero"`
	Expiry     time.Time        `json:"expiry,omitzero"`
	SignedInAt time.Time        `json:"signedInAt,omitzero"`
}

type account struct {
	ObjectID string `json:"oid"`
	TenantID string `json:"tid"`
	Name     string `json:"name,omitempty"`
	UserName string `json:"userName,omitempty"`
}

// tokens exist in this form only on the way to the sealer.
type tokens struct {
	Access  string `json:"a"`
	Refresh string `json:"r"`
	Former  string `json:"f,omitempty"`
}

// SaveCredential implements [okr.Credentials].
func (s *Store) SaveCredential(ctx context.Context, tenant okr.TenantID, c okr.Credential) error {
	key := credentialKey(tenant, c.ID)
	raw, err := s.sealCredential(key, nothing(), c)
	if err != nil {
		return err
	}
	return s.transact(ctx, "save sign-in", func(tx *redis.Tx) error {
		before, err := storedCredential(ctx, tx, key)
		if err != nil && okr.KindOf(err) != okr.SignIn && okr.KindOf(err) != okr.Internal {
			return err // what cannot be read is replaced
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			if before.Owner != "" && before.Owner != c.Owner {
				p.SRem(ctx, credentialsKey(tenant, before.Owner), string(c.ID))
			}
			p.Set(ctx, key, raw, 0)
			p.SAdd(ctx, credentialsKey(tenant, c.Owner), string(c.ID))
			return nil
		})
		return err
	}, key)
}

// Credential implements [okr.Credentials]. SignIn also when no seal key opens
// the tokens: signing in again helps.
func (s *Store) Credential(ctx context.Context, tenant okr.TenantID, id okr.CredentialID) (okr.Credential, error) {
	c, _, err := s.readCredential(ctx, tenant, id)
	return c, err
}

// readCredential gives a sign-in and its stored form.
func (s *Store) readCredential(ctx context.Context, tenant okr.TenantID, id okr.CredentialID) (okr.Credential, []byte, error) {
	key := credentialKey(tenant, id)
	raw, err := s.client.Get(ctx, key).Bytes()
	if missing(err) {
		return okr.Credential{}, nil, signInMissing()
	} else if err != nil {
		return okr.Credential{}, nil, fail(ctx, "read sign-in", err)
	}
	c, err := s.openCredential(key, raw)
	if err != nil {
		return okr.Credential{}, nil, err
	}
	return c, raw, nil
}

func signInMissing() error {
	return okr.WithNext(okr.Errorf(okr.SignIn, "This sign-in to Azure DevOps does not exist any more. Its owner can sign in again."), okr.Step{Kind: okr.StepSignIn})
}

// CredentialsOf implements [okr.Credentials]: oldest sign-in first. A sign-in
// that no seal key opens is listed without its tokens.
func (s *Store) CredentialsOf(ctx context.Context, tenant okr.TenantID, owner okr.UserID) ([]okr.Credential, error) {
	ids, err := s.client.SMembers(ctx, credentialsKey(tenant, owner)).Result()
	if err != nil || len(ids) == 0 {
		return nil, fail(ctx, "list sign-ins", err)
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = credentialKey(tenant, okr.CredentialID(id))
	}
	values, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fail(ctx, "list sign-ins", err)
	}
	var list []okr.Credential
	for i, raw := range values {
		text, ok := raw.(string)
		if !ok {
			continue // deleted since
		}
		c, err := s.openCredential(keys[i], []byte(text))
		if err != nil && c.ID == "" {
			return nil, err
		} else if err != nil {
			s.log.WarnContext(ctx, "a stored sign-in cannot be opened", "credential", ids[i], "err", err)
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b okr.Credential) int { return a.SignedInAt.Compare(b.SignedInAt) })
	return list, nil
}

// DeleteCredential implements [okr.Credentials].
func (s *Store) DeleteCredential(ctx context.Context, tenant okr.TenantID, id okr.CredentialID) error {
	key := credentialKey(tenant, id)
	return s.transact(ctx, "delete sign-in", func(tx *redis.Tx) error {
		c, err := storedCredential(ctx, tx, key)
		if okr.KindOf(err) == okr.SignIn {
			return nil
		} else if err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, key)
			p.SRem(ctx, credentialsKey(tenant, c.Owner), string(id))
			return nil
		})
		return err
	}, key)
}

// storedCredential reads the stored form, sealed as it is. SignIn: there is none.
func storedCredential(ctx context.Context, c redis.Cmdable, key string) (credential, error) {
	var stored credential
	raw, err := c.Get(ctx, key).Bytes()
	if missing(err) {
		return stored, signInMissing()
	} else if err != nil {
		return stored, fail(ctx, "read sign-in", err)
	}
	_, err = decode(raw, &stored)
	return stored, err
}

// nothing is a stored value without fields, to write something new over.
func nothing() value { return value{Data: json.RawMessage("{}")} }

// sealCredential makes the stored form of a sign-in that replaces another one.
func (s *Store) sealCredential(key string, over value, c okr.Credential) ([]byte, error) {
	plain, err := json.Marshal(tokens{Access: c.AccessToken.Reveal(), Refresh: c.RefreshToken.Reveal(), Former: c.FormerToken.Reveal()})
	if err != nil {
		return nil, errors.New("tokens of a sign-in: no JSON")
	}
	return encodeOver(over, credential{
		ID: c.ID, Owner: c.Owner, Account: account(c.Account), Sealed: s.sealer.Seal(key, plain),
		RenewedAt: c.RenewedAt, Expiry: c.Expiry, SignedInAt: c.SignedInAt,
	})
}

// openCredential reads the stored form. When only the tokens cannot be opened it
// gives the rest and the error.
func (s *Store) openCredential(key string, raw []byte) (okr.Credential, error) {
	var stored credential
	if _, err := decode(raw, &stored); err != nil {
		return okr.Credential{}, fmt.Errorf("sign-in: %w", err)
	}
	c := okr.Credential{
		ID: stored.ID, Owner: stored.Owner, Account: okr.Account(stored.Account),
		RenewedAt: stored.RenewedAt, Expiry: stored.Expiry, SignedInAt: stored.SignedInAt,
	}
	plain, err := s.sealer.Open(key, stored.Sealed)
	if err != nil {
		return c, okr.WithNext(okr.WrapError(okr.SignIn, err, "okrbot cannot open this sign-in to Azure DevOps any more. Its owner can sign in again, "+
			"or okrbot's operator restores the key that it was sealed with."), okr.Step{Kind: okr.StepSignIn})
	}
	var t tokens
	if err := json.Unmarshal(plain, &t); err != nil {
		return c, unreadable(errors.New("tokens of a sign-in: no JSON"))
	}
	c.AccessToken, c.RefreshToken, c.FormerToken = okr.Secret(t.Access), okr.Secret(t.Refresh), okr.Secret(t.Former)
	return c, nil
}
