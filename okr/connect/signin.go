package connect

import (
	"context"
	"slices"
	"strings"

	"okrbot/okr"
)

// Accounts lists the actor's sign-ins, the latest first: that is the one that a
// new connection uses.
func (s *Service) Accounts(ctx context.Context, actor okr.Actor) ([]okr.Credential, error) {
	all, err := s.Credentials.CredentialsOf(ctx, actor.Tenant, actor.ID)
	slices.SortStableFunc(all, func(a, b okr.Credential) int { return b.SignedInAt.Compare(a.SignedInAt) })
	return all, err
}

// SignedIn keeps a sign-in and lists the connections that it brings back.
func (s *Service) SignedIn(ctx context.Context, tenant okr.TenantID, c okr.Credential) ([]okr.Connection, error) {
	if err := s.Credentials.SaveCredential(ctx, tenant, c); err != nil {
		return nil, err
	}
	own, _, err := s.Store.Connections().List(ctx, tenant, okr.OwnerIndex(c.Owner), okr.Page{})
	if err != nil {
		return nil, err
	}
	var healed []okr.Connection
	for _, conn := range own {
		if conn.Credential != c.ID || !conn.Health.Failing() || conn.Health.State == okr.HealthProjectGone {
			continue // a sign-in brings no project back; the next sync sees whether it is there
		}
		conn, err = s.Store.Connections().Update(ctx, tenant, conn.ID, func(conn *okr.Connection) error {
			conn.Health = okr.Health{LastOK: conn.Health.LastOK}
			return nil
		})
		if okr.KindOf(err) == okr.NotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		healed = append(healed, conn)
	}
	return healed, nil
}

// SignOut forgets the actor's tokens and lists the connections that stop by it.
func (s *Service) SignOut(ctx context.Context, actor okr.Actor) ([]okr.Connection, error) {
	accounts, err := s.Accounts(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, c := range accounts {
		if err := s.Credentials.DeleteCredential(ctx, actor.Tenant, c.ID); err != nil {
			return nil, err
		}
	}
	own, err := s.OwnConnections(ctx, actor)
	cause := okr.Errorf(okr.SignIn, "%[1]s signed out of Azure DevOps. %[1]s can sign in again to keep the OKRs up to date.", actor.Name)
	for i, conn := range own {
		own[i], err = s.Store.Connections().Update(ctx, actor.Tenant, conn.ID, func(c *okr.Connection) error {
			c.Health = c.Health.Failed(cause, s.Now())
			c.Health.Noticed(actor.ID, s.Now()) // who signs out knows it
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return own, err
}

// inOrganization does something in an organization with a sign-in of the actor: the
// named one, or the latest. An organization belongs to one Microsoft Entra tenant and
// takes tokens of no other one, so where it refuses that sign-in, the actor's latest at
// its own tenant is used. Which tenant that is the organization is asked, not the
// person. SignIn: the actor has no sign-in there, and the step says where.
func (s *Service) inOrganization(ctx context.Context, actor okr.Actor, id okr.CredentialID, organization string, do func(okr.Credential) error) (okr.Credential, error) {
	c, err := s.credential(ctx, actor, id)
	if err == nil {
		err = do(c)
	}
	if c.Application != nil {
		return c, s.ofApplication(ctx, c, organization, err)
	}
	if kind := okr.KindOf(err); err == nil || kind != okr.SignIn && kind != okr.NoAccess {
		return c, err
	}
	tenant, tenantErr := s.Directory.OrganizationTenant(ctx, organization)
	at := okr.SignInAt{Tenant: tenant, Organization: organization}
	if tenantErr != nil || tenant == "" || c.ID != "" && at.In(c) || c.ID == "" && tenant == actor.Tenant {
		return c, err // what it said itself says more
	}
	there, err := s.accountAt(ctx, actor, at)
	if err == nil {
		err = do(there)
	}
	return there, err
}

// ofApplication says of a failure in an organization whether that belongs to another tenant
// than the application, which it then never lets in.
func (s *Service) ofApplication(ctx context.Context, c okr.Credential, organization string, err error) error {
	if kind := okr.KindOf(err); err == nil || kind != okr.SignIn && kind != okr.NoAccess {
		return err
	}
	tenant, tenantErr := s.Directory.OrganizationTenant(ctx, organization)
	if tenantErr != nil || tenant == "" || strings.EqualFold(string(tenant), c.Account.TenantID) {
		return err
	}
	return &okr.Error{Kind: okr.NoAccess, Field: "organization", Err: err, Msg: "The organization " + organization + " belongs to the Microsoft Entra tenant " + string(tenant) + ", and the application " + c.Application.Name + " to " + c.Account.TenantID + ". Use an application of that tenant, or another organization."}
}

// accountAt is the actor's latest sign-in at a tenant. SignIn: there is none.
func (s *Service) accountAt(ctx context.Context, actor okr.Actor, at okr.SignInAt) (okr.Credential, error) {
	accounts, err := s.Accounts(ctx, actor)
	if err != nil {
		return okr.Credential{}, err
	}
	for _, c := range accounts {
		if at.In(c) {
			return c, nil
		}
	}
	return okr.Credential{}, okr.WithNext(okr.Errorf(okr.SignIn, "The organization %s belongs to another Microsoft Entra tenant than your account. Sign in there.", at.Organization),
		okr.Step{Kind: okr.StepSignIn, SignIn: at})
}

// SignInFor is where the owner of a connection signs in for it, and whether that
// renews the sign-in which the connection has: an organization can move to another
// tenant, where its people have other accounts.
func (s *Service) SignInFor(ctx context.Context, actor okr.Actor, c okr.Connection) (at okr.SignInAt, renews bool) {
	at = okr.SignInAt{Tenant: c.Credential.Tenant(), Organization: c.Organization}
	named, err := s.Directory.OrganizationTenant(ctx, c.Organization)
	renews = err != nil || named == "" || at.Tenant == "" || strings.EqualFold(string(named), string(at.Tenant))
	if !renews {
		at.Tenant = named
	}
	if at.Tenant == actor.Tenant {
		at = okr.SignInAt{} // home
	}
	return at, renews
}

// credential finds the sign-in that the actor wants to use: the named one, or
// the only one. SignIn: there is none.
func (s *Service) credential(ctx context.Context, actor okr.Actor, id okr.CredentialID) (okr.Credential, error) {
	if id == "" {
		accounts, err := s.Accounts(ctx, actor)
		if err != nil {
			return okr.Credential{}, err
		}
		if len(accounts) == 0 {
			return okr.Credential{}, okr.WithNext(okr.Errorf(okr.SignIn, "You're not signed in to Azure DevOps."), okr.Step{Kind: okr.StepSignIn})
		}
		return accounts[0], nil
	}
	c, err := s.Credentials.Credential(ctx, actor.Tenant, id)
	if err == nil && c.Application != nil {
		return c, s.requireAdmin(ctx, actor, "use an application")
	}
	if err == nil && c.Owner != actor.ID {
		return okr.Credential{}, okr.WithNext(okr.Errorf(okr.Forbidden, "That sign-in belongs to somebody else."), okr.Step{Kind: okr.StepSignIn})
	}
	return c, err
}
