package okr

import (
	"encoding/json"
	"fmt"
	"time"
)

// Account is an Azure DevOps sign-in as Microsoft Entra names it.
type Account struct {
	ObjectID string // oid claim
	TenantID string // tid claim
	Name     string
	UserName string // preferred_username claim
}

// Credential is the sign-in of one person: the tokens of one account.
type Credential struct {
	ID           CredentialID
	Owner        UserID
	Account      Account
	AccessToken  Secret
	RefreshToken Secret
	RenewedAt    time.Time // when the access token was given
	Expiry       time.Time // of the access token
	SignedInAt   time.Time
}

// TokenLife is how long an access token lasts by the expires_in of its answer, in
// seconds. What cannot be meant is taken as a minute at least and a day at most.
func TokenLife(expiresIn int64) time.Duration {
	const day = 24 * time.Hour
	return time.Duration(min(max(expiresIn, 60), int64(day/time.Second))) * time.Second
}

// CredentialIDFor names the credential of a person with an account, so that
// signing in again with the same account renews all its connections.
func CredentialIDFor(owner UserID, account Account) CredentialID {
	return CredentialID(string(owner) + "." + account.TenantID + "." + account.ObjectID)
}

const redacted = "[redacted]"

// Secret is text that must never be printed, logged or shown. Reveal is the only
// way to its content.
type Secret string

// Reveal gives the content.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer without giving the content away.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer without giving the content away.
func (s Secret) GoString() string { return redacted }

// Format implements fmt.Formatter: a verb that does not fit a string, such as %d,
// would print the content as its complaint.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON keeps the content out of any JSON; whoever stores a secret seals
// it first.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText keeps the content out of logs and texts.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
