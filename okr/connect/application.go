package connect

import (
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
)

// Applications holds the use cases of the applications that read Azure DevOps without a person,
// and of the folders that their connections allow. Every method that takes an actor checks
// again what the actor may do.
type Applications struct {
	Options
	access  *access.Service
	connect *Service
}

// NewApplications makes them, over the connections that they read for.
func NewApplications(connect *Service) *Applications {
	return &Applications{Options: connect.Options, access: connect.access, connect: connect}
}

// Applications lists the applications of the actor's tenant by name, without what they show
// Microsoft Entra. Forbidden: the actor is no admin.
func (s *Applications) Applications(ctx context.Context, actor okr.Actor) ([]okr.Credential, error) {
	if err := s.connect.requireAdmin(ctx, actor, "see the applications that read Azure DevOps"); err != nil {
		return nil, err
	}
	return s.applications(ctx, actor.Tenant)
}

func (s *Applications) applications(ctx context.Context, tenant okr.TenantID) ([]okr.Credential, error) {
	kept, err := s.Credentials.CredentialsOf(ctx, tenant, okr.TheOrganization().ID)
	var list []okr.Credential
	for _, c := range kept {
		if c.Application != nil {
			list = append(list, c.WithoutSecrets())
		}
	}
	slices.SortFunc(list, func(a, b okr.Credential) int {
		return strings.Compare(strings.ToLower(a.Application.Name), strings.ToLower(b.Application.Name))
	})
	return list, err
}

// MachineKinds are the ways in which okrbot's own machine can show who an application is,
// which only people of the tenant that runs okrbot may use.
func (s *Applications) MachineKinds(actor okr.Actor) []okr.ApplicationKind {
	return s.Prover.MachineKinds(actor.Tenant)
}

// ReadCertificate reads a certificate with its key from PEM or PFX. Invalid names the field.
func (s *Applications) ReadCertificate(raw, password okr.Secret) (okr.CertificateProof, error) {
	return s.Prover.ReadCertificate(raw, password)
}

// SaveApplication makes or renews an application after Microsoft Entra has taken what it
// shows, and gives the connections that work again by it. Forbidden: the actor is no admin.
// Invalid names the field. Conflict: there is one of the same name or client id. Unavailable:
// Microsoft Entra did not answer.
func (s *Applications) SaveApplication(ctx context.Context, actor okr.Actor, in okr.ApplicationInput) (okr.Credential, []okr.Connection, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return okr.Credential{}, nil, err
	}
	if err := s.connect.requireAdmin(ctx, actor, "add or renew an application"); err != nil {
		return okr.Credential{}, nil, err
	}
	c, err := s.newApplication(ctx, actor, in)
	if err != nil {
		return okr.Credential{}, nil, err
	}
	if c, err = s.Prover.Prove(ctx, c); err != nil {
		return okr.Credential{}, nil, err
	}
	if err := s.onlyOnce(ctx, actor.Tenant, in.Editing, c); err != nil { // of a machine the id is known now
		return okr.Credential{}, nil, err
	}
	if err := s.Credentials.SaveCredential(ctx, actor.Tenant, c); err != nil {
		return okr.Credential{}, nil, err
	}
	healed, err := s.healApplication(ctx, actor.Tenant, c)
	return c.WithoutSecrets(), healed, err
}

// newApplication is the credential of what an admin typed, before it is proved.
func (s *Applications) newApplication(ctx context.Context, actor okr.Actor, in okr.ApplicationInput) (okr.Credential, error) {
	if in.Kind == okr.ByMachine && strings.TrimSpace(in.Tenant) == "" {
		in.Tenant = string(actor.Tenant) // the kind is there for people of that tenant only
	}
	if err := in.Clean(); err != nil {
		return okr.Credential{}, err
	}
	var before okr.Credential // none: it is new
	if in.Editing != "" {
		var err error
		if before, err = s.application(ctx, actor, in.Editing); err != nil {
			return before, err
		}
		if in.Kind == okr.ByMachine && in.ClientID == "" {
			in.Tenant, in.ClientID = before.Account.TenantID, before.Account.ObjectID
		}
	}
	c := okr.Credential{
		Owner: okr.TheOrganization().ID, Account: in.Account(), SignedInAt: s.Now(),
		Application: &okr.Application{Name: in.Name, Kind: in.Kind, AddedBy: actor.Person},
	}
	c.ID = okr.CredentialIDFor(c.Owner, c.Account)
	if before.Application != nil {
		c.Application.AddedBy = before.Application.AddedBy
	}
	if before.ID != "" && before.ID != c.ID {
		return c, okr.FieldErrorf("client", "The tenant ID and client ID can't be changed. Connect the other application as a new one, and move its OKRs.")
	}
	return c, s.showBy(actor, in, before.Application, c.Application)
}

// onlyOnce refuses an application of which there is one already by its ids or its name.
func (s *Applications) onlyOnce(ctx context.Context, tenant okr.TenantID, editing okr.CredentialID, c okr.Credential) error {
	list, err := s.applications(ctx, tenant)
	if err != nil {
		return err
	}
	for _, o := range list {
		switch {
		case o.ID == c.ID && editing == "":
			return &okr.Error{Kind: okr.Conflict, Field: "client", Msg: "This application is already connected as " + o.Application.Name + ". Renew that one instead."}
		case o.ID != c.ID && strings.EqualFold(o.Application.Name, c.Application.Name):
			return &okr.Error{Kind: okr.Conflict, Field: "name", Msg: "There is already an application named " + o.Application.Name + ". Choose another name."}
		}
	}
	return nil
}

// showBy fills in what the application shows Microsoft Entra: what was typed, or what it had.
func (s *Applications) showBy(actor okr.Actor, in okr.ApplicationInput, before, a *okr.Application) error {
	kept := before != nil && before.Kind == in.Kind && before.Proof != ""
	switch {
	case in.Kind.IsOfMachine():
		if !slices.Contains(s.Prover.MachineKinds(actor.Tenant), in.Kind) {
			return okr.FieldErrorf("kind", "This way isn't available here. Choose a secret or a certificate.")
		}
	case in.Kind == okr.BySecret && in.Secret == "" && kept, in.Kind == okr.ByCertificate && in.Certificate == "" && kept:
		a.Proof, a.Thumbprint, a.Ends = before.Proof, before.Thumbprint, before.Ends
		if in.Kind == okr.BySecret && !in.Ends.IsZero() {
			a.Ends = in.Ends
		}
	case in.Kind == okr.BySecret && in.Secret == "":
		return okr.FieldErrorf("secret", "Enter the client secret. Use its Value, not its Secret ID.")
	case in.Kind == okr.BySecret:
		a.Proof, a.Ends = in.Secret, in.Ends
	case in.Kind == okr.ByCertificate && in.Certificate == "":
		return okr.FieldErrorf("certificate", "Choose a PEM or PFX file with the certificate and its private key.")
	case in.Kind == okr.ByCertificate:
		read, err := s.Prover.ReadCertificate(in.Certificate, in.Password)
		if err != nil {
			return err
		}
		a.Proof, a.Thumbprint, a.Ends = read.PEM, read.Thumbprint, read.Ends
	default:
		return okr.FieldErrorf("kind", "Choose how the application signs in: a secret or a certificate.")
	}
	return s.notEnded(a)
}

// notEnded refuses what has ended by its own words.
func (s *Applications) notEnded(a *okr.Application) error {
	switch {
	case a.Ends.IsZero() || a.Ends.After(s.Now()):
		return nil
	case a.Kind == okr.ByCertificate:
		return okr.FieldErrorf("certificate", "This certificate expired on %s. Create a new one, upload it to Microsoft Entra, and choose it here.", okr.DateOf(a.Ends))
	default:
		return okr.FieldErrorf("ends", "This secret expired on %s. Create a new client secret in Microsoft Entra.", okr.DateOf(a.Ends))
	}
}

// application reads an application of the tenant. NotFound: there is none.
func (s *Applications) application(ctx context.Context, actor okr.Actor, id okr.CredentialID) (okr.Credential, error) {
	c, err := s.Credentials.Credential(ctx, actor.Tenant, id)
	if kept := c.Application; err == nil && (kept == nil || c.Owner != okr.TheOrganization().ID) {
		err = okr.Errorf(okr.SignIn, "no application")
	}
	if okr.KindOf(err) == okr.SignIn && c.Application == nil {
		return okr.Credential{}, okr.WithNext(okr.Errorf(okr.NotFound, "This application doesn't exist or was removed."), okr.Step{Kind: okr.StepConnections})
	}
	if okr.KindOf(err) == okr.SignIn {
		err = nil // it cannot be opened any more: it can be renewed and removed all the same
	}
	return c, err
}

// healApplication lets the connections of an application go on with what it shows now, and
// gives those that had failed.
func (s *Applications) healApplication(ctx context.Context, tenant okr.TenantID, a okr.Credential) ([]okr.Connection, error) {
	list, err := s.connectionsOf(ctx, tenant, a.ID)
	if err != nil {
		return nil, err
	}
	var healed []okr.Connection
	for _, c := range list {
		failed := c.Health.Failing() && c.Health.State != okr.HealthProjectGone
		c, err := s.Store.Connections().Update(ctx, tenant, c.ID, func(c *okr.Connection) error {
			if c.Credential != a.ID {
				return nil // taken over meanwhile
			}
			now := a.Connected()
			if was := c.Application; was != nil && was.Ends.Equal(now.Ends) {
				now.Warned = was.Warned
			}
			c.Application, c.Account = now, a.Account.UserName
			if failed {
				c.Health = okr.Health{LastOK: c.Health.LastOK}
			}
			return nil
		})
		if okr.KindOf(err) == okr.NotFound {
			continue
		}
		if err != nil {
			return healed, err
		}
		if failed {
			healed = append(healed, c)
		}
	}
	return healed, nil
}

// connectionsOf lists the connections that an application reads for.
func (s *Applications) connectionsOf(ctx context.Context, tenant okr.TenantID, id okr.CredentialID) ([]okr.Connection, error) {
	list, _, err := s.Store.Connections().List(ctx, tenant, okr.OwnerIndex(okr.TheOrganization().ID), okr.Page{})
	return slices.DeleteFunc(list, func(c okr.Connection) bool { return c.Credential != id }), err
}

// ApplicationConnections lists the connections that an application reads for: they stop when
// it is removed. Forbidden: the actor is no admin. NotFound: there is no such application.
func (s *Applications) ApplicationConnections(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]okr.Connection, error) {
	if err := s.connect.requireAdmin(ctx, actor, "see the applications that read Azure DevOps"); err != nil {
		return nil, err
	}
	if _, err := s.application(ctx, actor, id); err != nil {
		return nil, err
	}
	return s.connectionsOf(ctx, actor.Tenant, id)
}

// RemoveApplication forgets an application with what it shows, and gives the connections
// that stop by it: they keep their values and can be taken over. Forbidden: the actor is no
// admin. NotFound: there is no such application.
func (s *Applications) RemoveApplication(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]okr.Connection, error) {
	if err := s.connect.requireAdmin(ctx, actor, "remove an application"); err != nil {
		return nil, err
	}
	a, err := s.application(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := s.Credentials.DeleteCredential(ctx, actor.Tenant, a.ID); err != nil {
		return nil, err
	}
	list, err := s.connectionsOf(ctx, actor.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	if err := s.markRemoved(ctx, actor.Tenant, list); err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(a.Account.UserName, "the application ")
	if a.Application != nil {
		name = a.Application.Name
	}
	cause := okr.Errorf(okr.SignIn, "%[2]s removed the application %[1]s. An admin can take over the connection with another application or sign-in.", name, actor.Name)
	var stopped []okr.Connection
	for _, c := range list {
		c, err := s.connect.FailConnection(ctx, actor.Tenant, c.ID, cause)
		if okr.KindOf(err) == okr.NotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return stopped, err
		}
		stopped = append(stopped, c)
	}
	return stopped, nil
}

// markRemoved notes on connections that their application is gone: nobody renews it, nor is
// warned of its end. One of the same ids that is added again takes the note away.
func (s *Applications) markRemoved(ctx context.Context, tenant okr.TenantID, list []okr.Connection) error {
	for _, c := range list {
		_, err := s.Store.Connections().Update(ctx, tenant, c.ID, func(now *okr.Connection) error {
			if now.Application != nil && now.Credential == c.Credential {
				gone := *now.Application
				gone.Removed, gone.Ends, gone.Warned = true, time.Time{}, 0
				now.Application = &gone
			}
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return err
		}
	}
	return nil
}

// maxOffered is how many applications are tried for a connection: each costs calls, and
// somebody waits.
const maxOffered = 5

// OfferedApplications gives what could read for a connection when its owner leaves: the
// connections of applications to the same project, which its bindings could move to, and the
// applications that see the project and could take it over. These are for admins, where the
// connection may be taken over; who is none, and does not own it, gets nothing.
func (s *Applications) OfferedApplications(ctx context.Context, actor okr.Actor, c okr.Connection) ([]okr.Connection, []okr.Credential, error) {
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil || actor.Guest || !admin && !c.IsOf(actor.ID) {
		return nil, nil, err
	}
	all, _, err := s.Store.Connections().List(ctx, actor.Tenant, okr.OwnerIndex(okr.TheOrganization().ID), okr.Page{})
	if err != nil {
		return nil, nil, err
	}
	var there []okr.Connection
	for _, o := range all {
		same := strings.EqualFold(o.Organization, c.Organization) && o.Project.ID == c.Project.ID
		if same && o.ID != c.ID && !o.Health.NeedsPerson() {
			there = append(there, o)
		}
	}
	free := c.IsOf(actor.ID) || c.Application != nil || c.OfferedTo(actor)
	if admin && !free {
		free, err = s.connect.ownerLeft(ctx, actor.Tenant, c)
	}
	if err != nil || !admin || !free {
		return there, nil, err // [Hands.TakeOverBy] would be refused
	}
	readers, err := s.readersOf(ctx, actor, c, all)
	return there, readers, err
}

// readersOf lists the applications that see the project of a connection, first those that
// read in its organization already.
func (s *Applications) readersOf(ctx context.Context, actor okr.Actor, c okr.Connection, all []okr.Connection) ([]okr.Credential, error) {
	list, err := s.applications(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	reads := func(a okr.Credential) int {
		if slices.ContainsFunc(all, func(o okr.Connection) bool {
			return o.Credential == a.ID && strings.EqualFold(o.Organization, c.Organization)
		}) {
			return 0
		}
		return 1
	}
	list = slices.DeleteFunc(list, func(a okr.Credential) bool { return a.ID == c.Credential })
	slices.SortStableFunc(list, func(a, b okr.Credential) int { return reads(a) - reads(b) })
	var out []okr.Credential
	for _, a := range list[:min(len(list), maxOffered)] {
		_, err := s.Directory.Project(ctx, okr.Access{Tenant: actor.Tenant, Credential: a.ID}, c.Organization, c.Project.ID)
		if err == nil {
			out = append(out, a)
		}
		if ctx.Err() != nil {
			return out, ctx.Err() //nolint:wrapcheck // the caller's own
		}
	}
	return out, nil
}
