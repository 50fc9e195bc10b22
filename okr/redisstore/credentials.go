package redisstore

import (
	"cmp"
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
	// Application is what an application shows of itself; its proof is sealed.
	Application *application `json:"application,omitempty"`
}

type application struct {
	Name       string              `json:"name"`
	Kind       okr.ApplicationKind `json:"kind"`
	Thumbprint string              `json:"thumbprint,omitempty"`
	Ends       time.Time           `json:"ends,omitzero"`
	AddedBy    okr.Person          `json:"addedBy,omitzero"`
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
	Proof   string `json:"p,omitempty"` // of an application: its secret, or certificate and private key
}

// SaveCredential implements [okr.Credentials].
func (s *Store) SaveCredential(ctx context.Context, tenant okr.TenantID, c okr.Credential) error {
	key := credentialKey(tenant, c.ID)
	raw, err := sealCredential(s.sealer, key, nothing(), c)
	if err != nil {
		return err
	}
	return s.transact(ctx, "save sign-in", func(tx *redis.Tx) error {
		before, err := storedCredential(ctx, tx, key, c.ID)
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
		return okr.Credential{}, nil, signInMissing(id)
	} else if err != nil {
		return okr.Credential{}, nil, fail(ctx, "read sign-in", err)
	}
	c, err := openCredential(s.sealer, key, raw)
	if err != nil {
		return okr.Credential{}, nil, err
	}
	return c, raw, nil
}

func signInMissing(id okr.CredentialID) error {
	if id.IsApplication() {
		return okr.WithNext(okr.Errorf(okr.SignIn, "The application that read Azure DevOps was removed from okrbot. An admin can add it again, or move the connection to another application or sign-in."),
			okr.Step{Kind: okr.StepApplications})
	}
	return okr.WithNext(okr.Errorf(okr.SignIn, "This sign-in to Azure DevOps was removed. Its owner can sign in again."), okr.Step{Kind: okr.StepSignIn})
}

// credentialsScript gives the ids of a person's sign-ins, and these.
//
//	KEYS[1] the ids
//	ARGV[1] what the keys of sign-ins begin with
var credentialsScript = redis.NewScript(escapeWords + `
local ids, raws = redis.call("SMEMBERS", KEYS[1]), {}
if #ids > 0 then
  local call = {"MGET"}
  for _, id in ipairs(ids) do call[#call + 1] = ARGV[1] .. escape(id) end
  for _, raw in ipairs(redis.call(unpack(call))) do raws[#raws + 1] = raw or "" end
end
return {ids, raws}`)

// CredentialsOf implements [okr.Credentials]: oldest sign-in first. A sign-in
// that no seal key opens is listed without its tokens.
func (s *Store) CredentialsOf(ctx context.Context, tenant okr.TenantID, owner okr.UserID) ([]okr.Credential, error) {
	reading := startReading(ctx)
	found, err := credentialsScript.Run(ctx, s.client, []string{credentialsKey(tenant, owner)}, credentialKey(tenant, "")).Slice()
	if err != nil {
		return nil, fail(ctx, "list sign-ins", err)
	}
	var all []okr.Credential
	for i, id := range list(found, 0) {
		id, _ := id.(string)
		text, _ := list(found, 1)[i].(string)
		if text == "" {
			continue // deleted since
		}
		reading.remember(credentialKey(tenant, okr.CredentialID(id)), text)
		c, err := openCredential(s.sealer, credentialKey(tenant, okr.CredentialID(id)), []byte(text))
		if err != nil && c.ID == "" {
			return nil, err
		} else if err != nil {
			s.log.WarnContext(ctx, "a stored sign-in cannot be opened", "credential", id, "err", err)
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b okr.Credential) int { return a.SignedInAt.Compare(b.SignedInAt) })
	return all, nil
}

// DeleteCredential implements [okr.Credentials].
func (s *Store) DeleteCredential(ctx context.Context, tenant okr.TenantID, id okr.CredentialID) error {
	key := credentialKey(tenant, id)
	return s.transact(ctx, "delete sign-in", func(tx *redis.Tx) error {
		c, err := storedCredential(ctx, tx, key, id)
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
func storedCredential(ctx context.Context, c redis.Cmdable, key string, id okr.CredentialID) (credential, error) {
	var stored credential
	raw, err := c.Get(ctx, key).Bytes()
	if missing(err) {
		return stored, signInMissing(id)
	} else if err != nil {
		return stored, fail(ctx, "read sign-in", err)
	}
	_, err = decode(raw, &stored)
	return stored, err
}

// nothing is a stored value without fields, to write something new over.
func nothing() value { return value{Data: json.RawMessage("{}")} }

// sealCredential makes the stored form of a sign-in that replaces another one.
func sealCredential(sealer *Sealer, key string, over value, c okr.Credential) ([]byte, error) {
	secrets := tokens{Access: c.AccessToken.Reveal(), Refresh: c.RefreshToken.Reveal(), Former: c.FormerToken.Reveal()}
	var open *application
	if a := c.Application; a != nil {
		secrets.Proof = a.Proof.Reveal()
		open = &application{Name: a.Name, Kind: a.Kind, Thumbprint: a.Thumbprint, Ends: a.Ends, AddedBy: a.AddedBy}
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return nil, errors.New("tokens of a sign-in: no JSON")
	}
	return encodeOver(over, credential{
		ID: c.ID, Owner: c.Owner, Account: account(c.Account), Sealed: sealer.Seal(key, plain),
		RenewedAt: c.RenewedAt, Expiry: c.Expiry, SignedInAt: c.SignedInAt, Application: open,
	})
}

// openCredential reads the stored form. When only the tokens cannot be opened it
// gives the rest and the error.
func openCredential(sealer *Sealer, key string, raw []byte) (okr.Credential, error) {
	var stored credential
	if _, err := decode(raw, &stored); err != nil {
		return okr.Credential{}, fmt.Errorf("sign-in: %w", err)
	}
	c := okr.Credential{
		ID: stored.ID, Owner: stored.Owner, Account: okr.Account(stored.Account),
		RenewedAt: stored.RenewedAt, Expiry: stored.Expiry, SignedInAt: stored.SignedInAt,
	}
	if a := stored.Application; a != nil {
		c.Application = &okr.Application{Name: a.Name, Kind: a.Kind, Thumbprint: a.Thumbprint, Ends: a.Ends, AddedBy: a.AddedBy}
	}
	plain, err := sealer.Open(key, stored.Sealed)
	if err != nil {
		return c, sealedFor(c, err)
	}
	var t tokens
	if err := json.Unmarshal(plain, &t); err != nil {
		return c, unreadable(errors.New("tokens of a sign-in: no JSON"))
	}
	c.AccessToken, c.RefreshToken, c.FormerToken = okr.Secret(t.Access), okr.Secret(t.Refresh), okr.Secret(t.Former)
	if c.Application != nil {
		c.Application.Proof = okr.Secret(t.Proof)
	}
	return c, nil
}

// sealedFor says that no seal key opens a sign-in, and who can end that.
func sealedFor(c okr.Credential, err error) error {
	if c.Application != nil {
		return okr.WithNext(okr.WrapError(okr.SignIn, err, "okrbot can't open what it keeps of the application %s. An admin can enter its secret or certificate again, "+
			"or okrbot's operator restores the key that it was sealed with.", c.Application.Name), okr.Step{Kind: okr.StepApplications})
	}
	return okr.WithNext(okr.WrapError(okr.SignIn, err, "okrbot can't open this sign-in to Azure DevOps. %s can sign in again, "+
		"or okrbot's operator restores the key that it was sealed with.", cmp.Or(c.Account.Name, "Its owner")), okr.Step{Kind: okr.StepSignIn})
}
