package okr

import (
	"context"
	"slices"
)

// Accounts lists the actor's sign-ins, the latest first: that is the one that a
// new connection uses.
func (s *Service) Accounts(ctx context.Context, actor Actor) ([]Credential, error) {
	all, err := s.Credentials.CredentialsOf(ctx, actor.Tenant, actor.ID)
	slices.SortStableFunc(all, func(a, b Credential) int { return b.SignedInAt.Compare(a.SignedInAt) })
	return all, err
}

// SignedIn keeps a sign-in and lists the connections that it brings back.
func (s *Service) SignedIn(ctx context.Context, tenant TenantID, c Credential) ([]Connection, error) {
	if err := s.Credentials.SaveCredential(ctx, tenant, c); err != nil {
		return nil, err
	}
	own, _, err := s.Store.Connections().List(ctx, tenant, OwnerIndex(c.Owner), Page{})
	if err != nil {
		return nil, err
	}
	var healed []Connection
	for _, conn := range own {
		if conn.Credential != c.ID || !conn.Health.Failing() {
			continue
		}
		conn, err = s.Store.Connections().Update(ctx, tenant, conn.ID, func(conn *Connection) error {
			conn.Health = Health{}
			return nil
		})
		if KindOf(err) == NotFound {
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
func (s *Service) SignOut(ctx context.Context, actor Actor) ([]Connection, error) {
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
	cause := Errorf(SignIn, "%s signed out. Sign in again to go on measuring.", actor.Name)
	for i, conn := range own {
		own[i], err = s.Store.Connections().Update(ctx, actor.Tenant, conn.ID, func(c *Connection) error {
			c.Health = c.Health.failed(cause, s.Now())
			c.Health.NoticeAt = s.Now() // who signs out knows it
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return own, err
}

func (s *Service) failConnection(ctx context.Context, tenant TenantID, id ConnectionID, cause error) (Connection, error) {
	return s.Store.Connections().Update(ctx, tenant, id, func(c *Connection) error {
		c.Health = c.Health.failed(cause, s.Now())
		return nil
	})
}

// credential finds the sign-in that the actor wants to use: the named one, or
// the only one. SignIn: there is none.
func (s *Service) credential(ctx context.Context, actor Actor, id CredentialID) (Credential, error) {
	if id == "" {
		accounts, err := s.Accounts(ctx, actor)
		if err != nil {
			return Credential{}, err
		}
		if len(accounts) == 0 {
			return Credential{}, Errorf(SignIn, "You are not signed in to Azure DevOps. Send `connect` to sign in.")
		}
		return accounts[0], nil
	}
	c, err := s.Credentials.Credential(ctx, actor.Tenant, id)
	if err == nil && c.Owner != actor.ID {
		return Credential{}, Errorf(Forbidden, "That sign-in belongs to somebody else. Send `connect` to sign in yourself.")
	}
	return c, err
}
