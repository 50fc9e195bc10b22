package connect

import (
	"context"
	"slices"

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
			conn.Health = okr.Health{}
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
	cause := okr.Errorf(okr.SignIn, "%s signed out. Sign in again to go on measuring.", actor.Name)
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

// credential finds the sign-in that the actor wants to use: the named one, or
// the only one. SignIn: there is none.
func (s *Service) credential(ctx context.Context, actor okr.Actor, id okr.CredentialID) (okr.Credential, error) {
	if id == "" {
		accounts, err := s.Accounts(ctx, actor)
		if err != nil {
			return okr.Credential{}, err
		}
		if len(accounts) == 0 {
			return okr.Credential{}, okr.WithNext(okr.Errorf(okr.SignIn, "You are not signed in to Azure DevOps."), okr.Step{Kind: okr.StepSignIn})
		}
		return accounts[0], nil
	}
	c, err := s.Credentials.Credential(ctx, actor.Tenant, id)
	if err == nil && c.Owner != actor.ID {
		return okr.Credential{}, okr.WithNext(okr.Errorf(okr.Forbidden, "That sign-in belongs to somebody else."), okr.Step{Kind: okr.StepSignIn})
	}
	return c, err
}
