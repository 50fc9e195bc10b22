package okr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
)

// TheOrganization owns what belongs to no single person: the applications that read Azure
// DevOps, and their connections. Its id is no object id, so that no actor has it.
func TheOrganization() Person { return Person{ID: "organization", Name: "your organization"} }

// ApplicationKind is how an application shows Microsoft Entra who it is.
type ApplicationKind string

// The ways in which an application shows who it is.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
const (
	BySecret      ApplicationKind = "secret"      // a client secret
	ByCertificate ApplicationKind = "certificate" // an assertion signed with a certificate's key
	ByFederation  ApplicationKind = "federation"  // the token of the machine that okrbot runs on, which the application trusts
	ByMachine     ApplicationKind = "machine"     // it is the managed identity of that machine
)

// IsOfMachine says whether the proof is okrbot's own machine: only people of the tenant that
// runs okrbot may use it, for it proves nothing about who asks.
func (k ApplicationKind) IsOfMachine() bool { return k == ByFederation || k == ByMachine }

// Application is a service principal that reads Azure DevOps without a person.
type Application struct {
	Name       string // as people call it, for example okr-reader
	Kind       ApplicationKind
	Proof      Secret    // the client secret, or the certificate and its private key as PEM; sealed at rest
	Thumbprint string    // of the certificate: SHA-1 in upper hex, as the Entra portal shows it
	Ends       time.Time // of the secret or certificate; zero: not known, or it has none
	AddedBy    Person
}

// ApplicationInput is what an admin gives to make or renew an application.
type ApplicationInput struct {
	Editing     CredentialID // empty: a new one
	Name        string
	Tenant      string // its Microsoft Entra tenant; empty with [ByMachine]: that of okrbot's registration
	ClientID    string // empty with [ByMachine]
	Kind        ApplicationKind
	Secret      Secret    // of [BySecret]; empty when editing: as it is
	Ends        time.Time // of the secret, as Entra shows it; zero: not known
	Certificate Secret    // of [ByCertificate]: PEM, or the bytes of a PFX file; empty when editing: as it is
	Password    Secret    // of the PFX or the PEM's key; empty: none
}

// Clean takes out of the name what no text should hold, and refuses what is missing or cannot
// be: every wrong field by an error of its own, joined. What an application shows is checked by [Prover].
func (in *ApplicationInput) Clean() error {
	in.Name = CleanLine(in.Name)
	in.Tenant, in.ClientID = strings.ToLower(strings.TrimSpace(in.Tenant)), strings.ToLower(strings.TrimSpace(in.ClientID))
	var wrong []error
	switch {
	case in.Name == "":
		wrong = append(wrong, FieldErrorf("name", "Enter a name, for example okr-reader."))
	case runes(in.Name) > MaxName:
		wrong = append(wrong, tooLong("name", "name", in.Name, MaxName))
	}
	isNamed := in.Kind == ByMachine && in.ClientID == "" // by the machine itself
	if !isNamed && !isGUID(in.Tenant) {
		wrong = append(wrong, FieldErrorf("tenant", "Enter the Directory (tenant) ID from Microsoft Entra. It looks like 72f988bf-86f1-41af-91ab-2d7cd011db47."))
	}
	if !isNamed && !isGUID(in.ClientID) {
		wrong = append(wrong, FieldErrorf("client", "Enter the Application (client) ID from Microsoft Entra. It looks like 8f2c1c3e-1111-4222-8333-444455556666."))
	}
	switch {
	case in.Editing != "":
	case in.Kind == BySecret && in.Secret == "":
		wrong = append(wrong, FieldErrorf("secret", "Enter the client secret. Use its Value, not its Secret ID."))
	case in.Kind == ByCertificate && in.Certificate == "":
		wrong = append(wrong, FieldErrorf("certificate", "Choose a PEM or PFX file with the certificate and its private key."))
	}
	return errors.Join(wrong...)
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func isGUID(s string) bool { return guid.MatchString(s) }

// Account is how an application signs in, as a connection names it.
func (in ApplicationInput) Account() Account {
	return Account{TenantID: in.Tenant, ObjectID: in.ClientID, Name: in.Name, UserName: "the application " + in.Name}
}

// WithoutSecrets is the credential without what nobody is to see.
func (c Credential) WithoutSecrets() Credential {
	c.AccessToken, c.RefreshToken, c.FormerToken = "", "", ""
	if c.Application != nil {
		shown := *c.Application
		shown.Proof = ""
		c.Application = &shown
	}
	return c
}

// Connected is what a connection tells of the application; nil: a person signed in.
func (c Credential) Connected() *ConnectedApplication {
	if c.Application == nil {
		return nil
	}
	return &ConnectedApplication{Name: c.Application.Name, ClientID: c.Account.ObjectID, Kind: c.Application.Kind, Ends: c.Application.Ends}
}

// NoReader says that an organization shows an application nothing, and what to do there.
// https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
func NoReader(c Credential, organization string) error {
	return &Error{Kind: NoAccess, Field: "organization", Msg: "The application " + c.Application.Name + " sees no project in the organization " + organization + ". Ask an administrator of the organization to add it under Organization settings > Users with access level Basic, and give it read access to the project."}
}

// Prover shows Microsoft Entra who an application is.
type Prover interface {
	// Prove asks for a token with the proof of an application and gives the credential with
	// it; nothing is kept. Invalid names the field that is wrong (tenant, client, secret,
	// certificate, kind) and what to do; Unavailable: nobody answered.
	Prove(ctx context.Context, c Credential) (Credential, error)
	// ReadCertificate reads a certificate with its private key from PEM or PFX and gives
	// both as PEM. Invalid: the field certificate or password, and what is wrong.
	ReadCertificate(raw, password Secret) (CertificateProof, error)
	// MachineKinds are the kinds that the machine okrbot runs on can prove, for people of
	// a tenant; none for any other tenant than that of okrbot's own registration.
	MachineKinds(tenant TenantID) []ApplicationKind
}

// CertificateProof is a certificate that was read.
type CertificateProof struct {
	PEM        Secret // certificate and private key
	Thumbprint string
	Ends       time.Time
}

// ConnectedApplication is what a connection tells of the application that reads for it.
type ConnectedApplication struct {
	Name     string          `json:"name"`
	ClientID string          `json:"clientId"`
	Kind     ApplicationKind `json:"kind"`
	Ends     time.Time       `json:"ends,omitzero"`    // of its secret or certificate; zero: not known, or it has none
	Warned   int             `json:"warned,omitzero"`  // the days before that end at which the admins were told last: 30, 7 or 1
	Removed  bool            `json:"removed,omitzero"` // okrbot has forgotten it: it can be added again, but not renewed
}

// EndsWithin is within how many days what the application shows ends, of those at which people
// are warned: 30, 7 or 1; 0: later, not known, or it has ended, which its failure says.
func (a ConnectedApplication) EndsWithin(now time.Time) int {
	left := a.Ends.Sub(now)
	if a.Ends.IsZero() || left <= 0 {
		return 0
	}
	for _, days := range []int{1, 7, 30} {
		if left <= time.Duration(days)*24*time.Hour {
			return days
		}
	}
	return 0
}

// EndWords say when what the application shows ends, and what an admin does about it, with
// the day as somebody reads it.
func (a ConnectedApplication) EndWords(now time.Time, write func(Date) string) string {
	what, then := "client secret", "make a new client secret in Microsoft Entra and enter it here"
	if a.Kind == ByCertificate {
		what, then = "certificate", "register a new certificate in Microsoft Entra and upload it here"
	}
	when := fmt.Sprintf("in %d days", int(math.Ceil(a.Ends.Sub(now).Hours()/24)))
	if a.Ends.Sub(now) <= 24*time.Hour {
		when = "within a day"
	}
	return fmt.Sprintf("The %s of the application %s expires on %s, %s. To keep measuring, %s before that.", what, a.Name, write(DateOf(a.Ends.UTC())), when, then)
}

// QueryFolder is a folder of shared queries. The id survives renames; the path is as of the
// last look.
type QueryFolder struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// MaxFolders is how many folders a connection can be limited to.
const MaxFolders = 20

// QueryFolders finds folders of shared queries. Methods fail as those of [Directory].
type QueryFolders interface {
	// ListFolders lists the folders of shared queries of a project, the root first, each
	// before those in it. Of very many the deepest ones are left out.
	ListFolders(ctx context.Context, access Access, ref ProjectRef) ([]QueryFolder, error)
	// Folder reads a folder by id. Within lets its path stand that was read no longer ago; 0
	// reads it anew. NotFound: it was deleted, may not be seen, or holds private queries.
	Folder(ctx context.Context, access Access, ref ProjectRef, id string, within time.Duration) (QueryFolder, error)
}

// IsRoot says whether the folder is the one of all shared queries.
func (f QueryFolder) IsRoot() bool { return f.Path != "" && !strings.Contains(f.Path, "/") }

// Holds says whether a query stands in the folder or below it.
func (f QueryFolder) Holds(q Query) bool {
	folder, path := strings.ToLower(f.Path)+"/", strings.ToLower(q.Path)
	return f.Path != "" && strings.HasPrefix(path, folder)
}

// Account is an Azure DevOps sign-in as Microsoft Entra names it.
type Account struct {
	ObjectID string // oid claim
	TenantID string // tid claim
	Name     string
	UserName string // preferred_username claim
}

// Credential is what reads Azure DevOps: the sign-in of one person with the tokens of one
// account, or an application with its proof.
type Credential struct {
	ID           CredentialID
	Owner        UserID
	Account      Account
	AccessToken  Secret
	RefreshToken Secret
	FormerToken  Secret    // the refresh token before this one: what to try when this one is not known
	RenewedAt    time.Time // when the access token was given
	Expiry       time.Time // of the access token
	SignedInAt   time.Time
	Application  *Application // nil: a person signed in
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

// Tenant is the Microsoft Entra tenant of the account; empty: the id does not name it.
func (id CredentialID) Tenant() TenantID {
	if parts := strings.Split(string(id), "."); len(parts) == 3 {
		return TenantID(parts[1])
	}
	return ""
}

// Budget names what Azure DevOps counts requests of: the account or application, whoever of
// the tenant uses it.
func (id CredentialID) Budget() string {
	if _, account, ok := strings.Cut(string(id), "."); ok {
		return account
	}
	return string(id)
}

// IsApplication says whether the credential is that of an application: it belongs to
// [TheOrganization].
func (id CredentialID) IsApplication() bool {
	return strings.HasPrefix(string(id), string(TheOrganization().ID)+".")
}

// SignInAt is where a sign-in goes. The zero value is the usual place, which ends in
// the tenant of the account that is chosen.
type SignInAt struct {
	Tenant       TenantID // of Microsoft Entra
	Organization string   // of Azure DevOps that belongs to it; empty: it is not known which
}

// In says whether the sign-in of an account is one at this place.
func (at SignInAt) In(c Credential) bool {
	return at.Tenant == "" || strings.EqualFold(string(at.Tenant), c.Account.TenantID)
}

// SignInOf is where the sign-in goes that ends a failure.
func SignInOf(err error) SignInAt {
	for _, step := range NextOf(err) {
		if step.Kind == StepSignIn {
			return step.SignIn
		}
	}
	return SignInAt{}
}

// KnownConnections are all connections of a tenant, as a new one is suggested by them.
type KnownConnections []Connection

// NameFor is a name for a connection of the actor that no other one has: its organization and
// project, where those are taken also whose it is, and then a number. Empty where no project
// is known.
func (k KnownConnections) NameFor(actor Actor, organization, project string) string {
	if project == "" {
		return ""
	}
	taken := map[string]bool{}
	for _, c := range k {
		taken[strings.ToLower(c.Name)] = true
	}
	for n := 0; ; n++ {
		suffix := ""
		switch {
		case n == 1:
			suffix = " (" + Shorten(actor.Name, MaxName/2) + ")"
		case n > 1:
			suffix = fmt.Sprintf(" (%d)", n)
		}
		name := Shorten(organization+" / "+project, MaxName-len([]rune(suffix))) + suffix
		if !taken[strings.ToLower(name)] {
			return name
		}
	}
}

// Used counts the connections that lead to an organization, and to a project of it by its
// id; empty: to any.
func (k KnownConnections) Used(organization, project string) (n int) {
	for _, c := range k {
		if strings.EqualFold(c.Organization, organization) && (project == "" || c.Project.ID == project) {
			n++
		}
	}
	return n
}

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
